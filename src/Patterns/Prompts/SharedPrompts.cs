using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>A place in a prompt: so many bytes into a block.</summary>
/// <param name="Block">Number of the block within its place, from 0, cache points not counted.</param>
/// <param name="IsBlockEdge">True where the block begins or ends there.</param>
public readonly record struct PromptPoint(BlockPlace Place, int Block, int Byte, bool IsBlockEdge);

/// <summary>A stretch of text that many prompts of a workload carry word for word.</summary>
public sealed record SharedPrompt
{
    /// <summary>Where it begins and ends in the first prompt that carries it.</summary>
    public required PromptPoint From { get; init; }
    public required PromptPoint To { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Estimated from what the prompts that carry it were charged.</summary>
    public required long Tokens { get; init; }

    /// <summary>Nine in ten lie between these. Close together where what stands beside the text varies in length, or is little.</summary>
    public required long TokensLeast { get; init; }

    /// <inheritdoc cref="TokensLeast"/>
    public required long TokensMost { get; init; }

    /// <summary>True when nothing stands before it: up to its end the prompts are equal and can be cached as they are.</summary>
    public required bool StandsFirst { get; init; }

    /// <summary>What stands before it on average; must change places with it before it can be cached. 0 when it stands first.</summary>
    public required long BytesBefore { get; init; }
    public required long TokensBefore { get; init; }

    /// <summary>Indices of the calls that carry it, ascending.</summary>
    public required IReadOnlyList<int> Calls { get; init; }

    /// <summary>Fingerprint of the text: workloads that share it have the same.</summary>
    public ulong Key => Text.Key;

    /// <summary>Of all calls whose prompts are known.</summary>
    public required double Share { get; init; }

    internal SharedText Text { get; init; } = null!;
}

/// <summary>
/// What the prompts of one workload have in common. Stretches may nest: one that all calls carry, and longer ones of some of them
/// (a prompt of each tenant behind a preamble of all).
/// </summary>
public sealed class SharedPrompts
{
    /// <summary>Fewest calls that share anything, conversations counted once: a handful are retries.</summary>
    public const int CallsMin = 10;

    /// <summary>Shorter stretches are phrases, not prompts.</summary>
    public const int BytesMin = 400;

    internal SharedPrompts(IReadOnlyList<SharedPrompt> all, double tokensPerByte)
    {
        All = all;
        TokensPerByte = tokensPerByte;
        Texts = new([.. all.Select(s => s.Text)]);
    }

    /// <summary>Those that most tokens are spent on first.</summary>
    public IReadOnlyList<SharedPrompt> All { get; }

    /// <summary>Of the workload's prompts as they are, whatever they are made of.</summary>
    public double TokensPerByte { get; }
    internal SharedTexts Texts { get; }

    /// <summary>Finds what the prompts share.</summary>
    /// <param name="calls">Of one workload, in the order of their times. Those without a prompt share nothing.</param>
    public static SharedPrompts Of(IReadOnlyList<UsageRecord> calls) => Of(calls, Sessions.Conversations.Of(calls));

    /// <inheritdoc cref="Of(IReadOnlyList{UsageRecord})"/>
    /// <param name="conversations">Those of the same calls: what one conversation repeats is not shared with others.</param>
    public static SharedPrompts Of(IReadOnlyList<UsageRecord> calls, Sessions.Conversations conversations)
    {
        var tokensPerByte = PromptLength.TokensPerByte(calls);
        var texts = new SharedTexts(SharedTextFinder.Find(calls, conversations));
        return new(Verify(calls, texts, tokensPerByte), tokensPerByte);
    }

    sealed class Tally(SharedText text)
    {
        public SharedText Text { get; } = text;
        public List<int> Calls { get; } = [];
        public long First { get; set; }
        public long BytesBefore { get; set; }
        public PromptPoint From { get; set; }
        public PromptPoint To { get; set; }
        public UsualTokens Usual { get; set; }
    }

    // What a sample of the calls shows, looked up in all of them.
    static List<SharedPrompt> Verify(IReadOnlyList<UsageRecord> calls, SharedTexts texts, double tokensPerByte)
    {
        var tallies = texts.All.Select(t => new Tally(t)).ToArray();
        var pieces = new PromptPieces();
        var found = new List<FoundText>();
        var known = 0;
        for (var call = 0; call < calls.Count && tallies.Length > 0; call++)
        {
            if (calls[call].Content?.Prompt is not { Count: > 0 } prompt) continue;
            known++;
            pieces.Read(prompt);
            texts.Match(pieces, found);
            foreach (var match in found)
            {
                var tally = tallies[match.Text];
                if (tally.Calls.Count == 0)
                {
                    tally.From = PointAt(prompt, pieces, match.Start, isEnd: false);
                    tally.To = PointAt(prompt, pieces, match.End, isEnd: true);
                    tally.Usual = Usual(prompt, pieces, match, tally.Text);
                }
                tally.Calls.Add(call);
                if (match.Start == 0) tally.First++;
                tally.BytesBefore += pieces.BytesBefore(match.Start);
            }
        }
        return [.. tallies.Where(t => t.Calls.Count >= CallsMin && !IsCovered(t, tallies))
            .Select(t => Shared(t, known, tokensPerByte, TokenFit.Of(calls, t.Calls, t.Usual)))
            .OrderByDescending(s => s.Tokens * s.Calls.Count)];
    }

    // Where nearly all who carry it carry more, the longer stretches tell it all.
    static bool IsCovered(Tally tally, Tally[] all) =>
        all.Where(t => t.Text.Parent == tally.Text && t.Calls.Count >= CallsMin).Sum(t => t.Calls.Count) >= tally.Calls.Count * 0.9;

    // Of the blocks it stands in; scaled, where a piece of it is cut otherwise.
    static UsualTokens Usual(IReadOnlyList<PromptBlock> prompt, PromptPieces pieces, FoundText match, SharedText text)
    {
        var (usual, bytes) = (default(UsualTokens), 0L);
        for (var i = match.Start; i < match.End; i++)
        {
            usual += UsualTokens.Of(prompt[pieces.Blocks[i]], pieces.Bytes[i]);
            bytes += pieces.Bytes[i];
        }
        return bytes == 0 || bytes == text.TotalBytes ? usual : usual * ((double)text.TotalBytes / bytes);
    }

    static SharedPrompt Shared(Tally tally, int known, double tokensPerByte, TextTokens tokens)
    {
        // A call in twenty may be of another make.
        var standsFirst = tally.First >= tally.Calls.Count * 0.95;
        var before = standsFirst ? 0 : tally.BytesBefore / tally.Calls.Count;
        return new()
        {
            From = tally.From, To = tally.To, Bytes = tally.Text.TotalBytes, Tokens = (long)Math.Round(tokens.Likely),
            TokensLeast = (long)Math.Round(tokens.Least), TokensMost = (long)Math.Round(tokens.Most),
            StandsFirst = standsFirst, BytesBefore = before, TokensBefore = (long)(before * tokensPerByte),
            Calls = tally.Calls, Share = (double)tally.Calls.Count / known, Text = tally.Text,
        };
    }

    // The place before a piece, in its own block or, where something ends there, in the block of the piece before.
    static PromptPoint PointAt(IReadOnlyList<PromptBlock> prompt, PromptPieces pieces, int piece, bool isEnd)
    {
        var block = pieces.Blocks[isEnd ? piece - 1 : piece];
        var at = 0;
        for (var i = piece - 1; i >= 0 && pieces.Blocks[i] == block; i--) at += pieces.Bytes[i];
        var isEdge = isEnd ? piece == pieces.Count || pieces.Blocks[piece] != block : at == 0;
        var number = 0;
        for (var i = 0; i < block; i++)
            if (prompt[i].Place == prompt[block].Place && prompt[i].Kind != BlockKind.CachePoint) number++;
        return new(prompt[block].Place, number, at, isEdge);
    }
}
