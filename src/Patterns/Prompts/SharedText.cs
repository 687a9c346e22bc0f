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
        var hashes = pieces.Hashes;
        var (back, on, bytes) = (0, 1, (long)shared.Bytes[shared.Anchor]);
        for (; back < shared.Anchor && back < at && hashes[at - back - 1] == shared.Hashes[shared.Anchor - back - 1]; back++)
            bytes += shared.Bytes[shared.Anchor - back - 1];
        var most = Math.Min(shared.Hashes.Length - shared.Anchor, hashes.Length - at);
        for (; on < most && hashes[at + on] == shared.Hashes[shared.Anchor + on]; on++)
            bytes += shared.Bytes[shared.Anchor + on];
        return bytes >= shared.TotalBytes * WholeEnough
            ? new(text, at - back, at + on, back == shared.Anchor && shared.Anchor + on == shared.Hashes.Length) : null;
    }
}
