using Assay.Patterns.Caching;
using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>Where cache points may go.</summary>
public enum CacheLayoutKind : byte
{
    /// <summary>Where the calls mark them now.</summary>
    AsMarked,

    /// <summary>Behind the text all prompts begin with.</summary>
    Static,

    /// <summary>Behind shared text that is moved before what varies.</summary>
    Moved,

    /// <summary>Behind tools, system prompt and the last messages, so that each call reads what the one before wrote.</summary>
    Conversation,

    StaticAndConversation,
}

/// <summary>
/// An arrangement of a workload's cache points: for each call, the beginnings of its prompt that would be cached. Holds buffers; not
/// thread-safe, one a worker.
/// </summary>
public sealed class CacheLayout
{
    /// <summary>AWS takes so many points in a call.</summary>
    public const int PointsMax = 4;

    readonly SharedPrompts shared;
    readonly int minimum;
    readonly PromptPieces pieces = new();
    readonly List<FoundText> found = [];

    internal CacheLayout(CacheLayoutKind kind, string where, SharedPrompts shared, int minimum, SharedPrompt? text = null)
    {
        Kind = kind;
        Where = where;
        Text = text;
        this.shared = shared;
        this.minimum = minimum;
    }

    public CacheLayoutKind Kind { get; }

    /// <summary>
    /// Where the points go, in words that end a sentence: <c>after the system prompt's first 15,800 bytes (about 3,950 tokens)</c>.
    /// </summary>
    public string Where { get; }

    /// <summary>The shared text that most of it is for; null where each conversation has its own.</summary>
    public SharedPrompt? Text { get; }

    /// <summary>The same layout with buffers of its own, for another worker.</summary>
    public CacheLayout Copy() => new(Kind, Where, shared, minimum, Text);

    /// <summary>The beginnings of a call's prompt that would be cached, the shortest first, none below the model's least.</summary>
    /// <param name="into">Takes <see cref="PointsMax"/>.</param>
    /// <returns>How many: 0 where the prompt is unknown, was not charged, or has nothing to cache.</returns>
    public int Prefixes(in UsageRecord call, Span<CachePrefix> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, PointsMax);
        if (call.Tokens.Prompt == 0 || call.Content?.Prompt is not { Count: > 0 } prompt) return 0;
        var points = new Points(into, minimum, call.Tokens.Prompt, shared.TokensPerByte);
        switch (Kind)
        {
            case CacheLayoutKind.AsMarked:
                AddMarked(prompt, ref points);
                break;
            case CacheLayoutKind.Static:
                AddStatic(prompt, ref points);
                break;
            case CacheLayoutKind.Moved:
                AddMoved(prompt, ref points);
                break;
            case CacheLayoutKind.Conversation:
                AddConversation(prompt, withParts: true, ref points);
                break;
            default:
                AddStatic(prompt, ref points);
                points.KeepLast(2);
                AddConversation(prompt, withParts: false, ref points);
                break;
        }
        return points.Sorted();
    }

    /// <summary>Adds the fingerprints of what a prompt marks for the cache: of everything up to each mark.</summary>
    /// <returns>False where it marks nothing.</returns>
    public static bool AddMarkedTo(ISet<ulong> prefixes, IReadOnlyList<PromptBlock> prompt)
    {
        var (said, isMarked) = (0UL, false);
        for (var i = 0; i < prompt.Count; i++)
        {
            if (prompt[i].Kind != BlockKind.CachePoint) said = Said(said, prompt[i]);
            else
            {
                prefixes.Add(said);
                isMarked = true;
            }
        }
        return isMarked;
    }

    /// <summary>True where a prompt begins with one of these prefixes, by their fingerprints.</summary>
    public static bool BeginsWithAny(IReadOnlyList<PromptBlock> prompt, IReadOnlySet<ulong> prefixes)
    {
        var said = 0UL;
        for (var i = 0; i < prompt.Count; i++)
        {
            if (prompt[i].Kind == BlockKind.CachePoint) continue;
            said = Said(said, prompt[i]);
            if (prefixes.Contains(said)) return true;
        }
        return false;
    }

    /// <summary>Where a beginning of a prompt ends, by its fingerprint; null where the prompt does not begin so.</summary>
    public static BlockPlace? EndOf(IReadOnlyList<PromptBlock> prompt, ulong prefix)
    {
        var said = 0UL;
        for (var i = 0; i < prompt.Count; i++)
        {
            if (prompt[i].Kind == BlockKind.CachePoint) continue;
            said = Said(said, prompt[i]);
            if (said == prefix) return prompt[i].Place;
        }
        return null;
    }

    // The places in order; a mark in the messages also finds what was written at the end of an earlier turn, up to 20 blocks back.
    static void AddMarked(IReadOnlyList<PromptBlock> prompt, ref Points points)
    {
        const int blocksBack = 20;
        var (bytes, said, place) = (0L, 0UL, BlockPlace.Tools);
        (long Bytes, ulong Said, int At) turn = (0, 0, -1), earlier = turn;
        var (inMessages, last) = (false, 0);
        for (var i = 0; i < prompt.Count; i++)
        {
            var block = prompt[i];
            if (block.Kind == BlockKind.CachePoint)
            {
                points.Add(said, bytes);
                inMessages = block.Place is BlockPlace.User or BlockPlace.Assistant;
                (earlier, last) = (turn, i);
                continue;
            }
            if (place == BlockPlace.User && block.Place == BlockPlace.Assistant) turn = (bytes, said, i);
            (place, said) = (block.Place, Said(said, block));
            bytes += PromptLength.Bytes(block);
        }
        if (inMessages && earlier.At >= 0 && last - earlier.At <= blocksBack && points.HasRoom) points.Add(earlier.Said, earlier.Bytes);
    }

    // Texts that begin the prompt, all of them there: where one nests in another there are points at both ends.
    void AddStatic(IReadOnlyList<PromptBlock> prompt, ref Points points)
    {
        pieces.Read(prompt);
        shared.Texts.Match(pieces, found);
        foreach (var match in found)
            if (match is { Start: 0, IsWhole: true }) points.AddTokens(shared.Texts.All[match.Text].Key, TokensOf(match.Text));
    }

    void AddMoved(IReadOnlyList<PromptBlock> prompt, ref Points points)
    {
        pieces.Read(prompt);
        shared.Texts.Match(pieces, found);
        var (tokens, said, end) = (0L, 0UL, 0);
        (long Tokens, ulong Said, SharedText? Text) before = default;
        // In the order of the texts, so that calls that carry the same ones begin alike; a longer one that happens to take in the edge
        // of what varies is shared by fewer and comes later.
        foreach (var match in found.OrderBy(f => f.Start == 0 ? 0 : 1).ThenBy(f => f.Text))
        {
            var text = shared.Texts.All[match.Text];
            var carriesOn = before.Text is { } last && text.Parent == last;
            if (end > 0 && match.Start < end && !carriesOn) continue;
            // A phrase that some prompts share is no reason to turn them round.
            if (end > 0 && !carriesOn && TokensOf(match.Text) < minimum / 2) continue;
            if (!carriesOn) before = (tokens, said, text);
            tokens = before.Tokens + TokensOf(match.Text);
            said = Fingerprint.Mix(before.Said, text.Key);
            before.Text = text;
            end = Math.Max(end, match.End);
            points.AddTokens(said, tokens);
        }
    }

    long TokensOf(int text) => shared.All[text].Tokens;

    // With each call one turn longer than the one before, what the one before wrote ends at the last turn but one.
    static void AddConversation(IReadOnlyList<PromptBlock> prompt, bool withParts, ref Points points)
    {
        var (bytes, said, place) = (0L, 0UL, BlockPlace.Tools);
        (long Bytes, ulong Said) turn = default;
        for (var i = 0; i < prompt.Count; i++)
        {
            var block = prompt[i];
            if (block.Kind == BlockKind.CachePoint) continue;
            if (withParts && block.Place != place && place is BlockPlace.Tools or BlockPlace.System && bytes > 0) points.Add(said, bytes);
            if (place == BlockPlace.User && block.Place == BlockPlace.Assistant) turn = (bytes, said);
            (place, said) = (block.Place, Said(said, block));
            bytes += PromptLength.Bytes(block);
        }
        if (turn.Bytes > 0) points.Add(turn.Said, turn.Bytes);
        points.AddWhole(said);
    }

    static ulong Said(ulong before, PromptBlock block) => Fingerprint.Mix(before, Fingerprint.Mix(block.Hash, (ulong)block.Place));

    /// <summary>Collects points. Their tokens are estimated by their bytes and never exceed the prompt.</summary>
    ref struct Points(Span<CachePrefix> into, int minimum, long promptTokens, double tokensPerByte)
    {
        readonly Span<CachePrefix> into = into;
        int count;
        long least;

        public readonly bool HasRoom => count < PointsMax;
        public void Add(ulong hash, long bytes) => AddTokens(hash, Math.Max(least, (long)(bytes * tokensPerByte)));
        public void AddTokens(ulong hash, long tokens) => Put(hash, Math.Min(tokens, promptTokens));
        public void AddWhole(ulong hash) => Put(hash, promptTokens);

        // Later points are the longer ones: where there are too many, the first gives way.
        void Put(ulong hash, long tokens)
        {
            if (tokens < Math.Max(1, minimum)) return;
            if (count == PointsMax)
            {
                into[1..PointsMax].CopyTo(into);
                count--;
            }
            into[count++] = new(hash, tokens);
        }

        // What comes behind them is longer, however it is measured.
        public void KeepLast(int kept)
        {
            Sorted();
            if (count > 0) least = into[count - 1].Tokens;
            if (count <= kept) return;
            into[(count - kept)..count].CopyTo(into);
            count = kept;
        }

        public readonly int Sorted()
        {
            into[..count].Sort((x, y) => x.Tokens.CompareTo(y.Tokens));
            return count;
        }
    }
}
