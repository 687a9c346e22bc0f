namespace Assay.Usage;

/// <summary>
/// Blocks seen lately, so that a block met again is the same object and its text need not be cut again. Bounded: a block nobody repeats
/// gives way to the next one, a block that is repeated stays.
/// </summary>
sealed class BlockTable
{
    const int SlotsMax = 64 * 1024;
    const int Ways = 4;

    PromptBlock?[] slots = new PromptBlock?[256];
    int added;

    /// <summary>The block of these properties. <paramref name="text"/> is what its chunks are cut from; empty for none.</summary>
    public PromptBlock Find(BlockPlace place, BlockKind kind, int bytes, ulong hash, ReadOnlySpan<byte> text,
        ulong call = 0, TimeSpan lifetime = default)
    {
        var set = slots.AsSpan(SetOf(place, kind, hash, slots.Length), Ways);
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i] is not { } found || found.Hash != hash || found.Bytes != bytes || found.Place != place || found.Kind != kind
                || found.Call != call || found.Lifetime != lifetime) continue;
            // Each meeting moves it away from the way out.
            if (i > 0) (set[i], set[i - 1]) = (set[i - 1], found);
            return found;
        }
        var (foreign, dense) = TextClasses.Of(text);
        var block = new PromptBlock(place, kind, bytes, hash, TextChunks.Of(text))
        {
            Call = call, Lifetime = lifetime, Foreign = foreign, Dense = dense,
        };
        Add(set, block);
        return block;
    }

    void Add(Span<PromptBlock?> set, PromptBlock block)
    {
        if (set[^1] is not null && added > slots.Length / 2 && slots.Length < SlotsMax)
        {
            Grow();
            set = slots.AsSpan(SetOf(block.Place, block.Kind, block.Hash, slots.Length), Ways);
        }
        added++;
        var free = set.IndexOf((PromptBlock?)null);
        set[free < 0 ? Ways - 1 : free] = block;
    }

    void Grow()
    {
        var old = slots;
        slots = new PromptBlock?[old.Length * 4];
        foreach (var block in old)
        {
            if (block is null) continue;
            var set = slots.AsSpan(SetOf(block.Place, block.Kind, block.Hash, slots.Length), Ways);
            var free = set.IndexOf((PromptBlock?)null);
            if (free >= 0) set[free] = block;
        }
    }

    static int SetOf(BlockPlace place, BlockKind kind, ulong hash, int length) =>
        (int)(Fingerprint.Mix(hash, ((ulong)place << 8) | (ulong)kind) & (ulong)(length - 1)) & ~(Ways - 1);
}
