using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>A sequence of pieces that prompts share.</summary>
/// <param name="hashes">Of its pieces, whose lengths are <paramref name="bytes"/>.</param>
/// <param name="bytes">Of each piece.</param>
/// <param name="anchor">Number of the piece it is recognised by.</param>
/// <param name="parent">The shorter sequence it begins with, where that is shared by more; else null.</param>
sealed class SharedText(ulong[] hashes, int[] bytes, int anchor, SharedText? parent)
{
    public ulong[] Hashes { get; } = hashes;
    public int[] Bytes { get; } = bytes;

    /// <summary>The piece it is recognised by: long, away from the edges, and not of its parent.</summary>
    public int Anchor { get; } = anchor;

    public SharedText? Parent { get; } = parent;
    public long TotalBytes { get; } = bytes.Sum(b => (long)b);

    /// <summary>Fingerprint of the whole sequence.</summary>
    public ulong Key { get; } = hashes.Aggregate(0UL, Fingerprint.Mix);
}

/// <summary>A shared text met in a prompt.</summary>
/// <param name="Text">Its number.</param>
/// <param name="Start">The first piece of the prompt that is of it.</param>
/// <param name="End">The piece behind the last.</param>
/// <param name="IsWhole">All of it is there, edges too.</param>
readonly record struct FoundText(int Text, int Start, int End, bool IsWhole);

/// <summary>Shared texts, to be recognised in prompts.</summary>
sealed class SharedTexts
{
    // The edges may be cut otherwise where another text stands before: most of it will do.
    const double WholeEnough = 0.8;

    readonly Dictionary<ulong, int> byAnchor = [];
    readonly int[] sameAnchor;

    public SharedTexts(IReadOnlyList<SharedText> all)
    {
        All = all;
        sameAnchor = new int[all.Count];
        for (var i = 0; i < all.Count; i++)
        {
            var anchor = all[i].Hashes[all[i].Anchor];
            sameAnchor[i] = byAnchor.TryGetValue(anchor, out var other) ? other : -1;
            byAnchor[anchor] = i;
        }
    }

    public IReadOnlyList<SharedText> All { get; }

    /// <summary>The texts a prompt carries, each once, in the order they are met.</summary>
    public void Match(PromptPieces pieces, List<FoundText> found)
    {
        found.Clear();
        if (byAnchor.Count == 0) return;
        var hashes = pieces.Hashes;
        for (var at = 0; at < hashes.Length; at++)
        {
            if (!byAnchor.TryGetValue(hashes[at], out var text)) continue;
            for (; text >= 0; text = sameAnchor[text])
                if (Around(text, pieces, at) is { } match && !found.Exists(f => f.Text == match.Text)) found.Add(match);
        }
    }

    FoundText? Around(int text, PromptPieces pieces, int at)
    {
        var shared = All[text];
        var back = Extend(shared, pieces.Hashes, shared.Anchor, at, -1);
        var on = Extend(shared, pieces.Hashes, shared.Anchor, at, 1);
        if (back.Bytes + on.Bytes + shared.Bytes[shared.Anchor] < shared.TotalBytes * WholeEnough) return null;
        return new(text, back.Place, on.Place + 1, back.IsWhole && on.IsWhole);
    }

    // From a piece both have, the next ones both have: how many bytes, where in the prompt the last stands, and whether none was missing.
    // Deep inside long texts a few pieces are cut otherwise where another length stands before: they are passed over.
    static (long Bytes, int Place, bool IsWhole) Extend(SharedText shared, ReadOnlySpan<ulong> hashes, int ours, int theirs, int step)
    {
        const int missedMax = 8;
        var (bytes, place, isWhole) = (0L, theirs, true);
        while (true)
        {
            ours += step;
            theirs += step;
            if (!IsIn(ours, shared.Hashes.Length)) return (bytes, place, isWhole);
            if (!IsIn(theirs, hashes.Length) || shared.Hashes[ours] != hashes[theirs])
            {
                isWhole = false;
                if (!Rejoin(shared.Hashes, hashes, ref ours, ref theirs, step, missedMax)) return (bytes, place, isWhole);
            }
            bytes += shared.Bytes[ours];
            place = theirs;
        }
    }

    static bool IsIn(int place, int length) => place >= 0 && place < length;

    // The nearest place where both have the same piece again, passing over as few as can be.
    static bool Rejoin(ReadOnlySpan<ulong> shared, ReadOnlySpan<ulong> hashes, ref int ours, ref int theirs, int step, int missedMax)
    {
        for (var missed = 1; missed <= missedMax; missed++)
            for (var mine = 0; mine <= missed; mine++)
            {
                var (our, their) = (ours + (mine * step), theirs + ((missed - mine) * step));
                if (!IsIn(our, shared.Length) || !IsIn(their, hashes.Length) || shared[our] != hashes[their]) continue;
                (ours, theirs) = (our, their);
                return true;
            }
        return false;
    }
}
