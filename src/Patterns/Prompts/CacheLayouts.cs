using System.Globalization;
using Assay.Patterns.Sessions;
using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>The arrangements of cache points that a workload's prompts suggest.</summary>
public static class CacheLayouts
{
    // Where fewer calls carry an earlier one on, there is no conversation to cache.
    const double ContinuedMin = 0.05;

    /// <summary>Layouts worth a replay; empty where the prompts suggest none, or the model does not cache.</summary>
    /// <param name="calls">Of one workload, in the order of their times.</param>
    /// <param name="minimum">Fewest tokens the model caches (<see cref="ModelFacts.CacheMinimum"/>); 0 when it does not cache.</param>
    public static IReadOnlyList<CacheLayout> Worth(IReadOnlyList<UsageRecord> calls, int minimum)
    {
        var conversations = Conversations.Of(calls);
        return Worth(calls, minimum, SharedPrompts.Of(calls, conversations), conversations);
    }

    /// <inheritdoc cref="Worth(IReadOnlyList{UsageRecord}, int)"/>
    /// <param name="shared">What the same calls share.</param>
    /// <param name="conversations">Those of the same calls.</param>
    public static IReadOnlyList<CacheLayout> Worth(
        IReadOnlyList<UsageRecord> calls, int minimum, SharedPrompts shared, Conversations conversations)
    {
        if (minimum <= 0) return [];
        List<CacheLayout> layouts = [];
        if (calls.Any(IsMarked)) Add(CacheLayoutKind.AsMarked, "where the calls mark them now");
        var first = shared.All.Where(s => s.StandsFirst && s.Tokens >= minimum).MaxBy(s => s.Tokens * s.Calls.Count);
        if (first is not null) Add(CacheLayoutKind.Static, WhereFirst(first, Others(shared, first)), first);
        var moved = shared.All.Where(s => !s.StandsFirst && s.Tokens >= minimum / 2 && s.Tokens + Before(shared, s) >= minimum)
            .MaxBy(s => s.Tokens * s.Calls.Count);
        if (moved is not null) Add(CacheLayoutKind.Moved, WhereMoved(moved), moved);
        const string last = "at the end of the last message";
        if (conversations.Continued < ContinuedMin) return layouts;
        if (!calls.Any(c => c.Tokens.Prompt >= minimum && c.Content?.Prompt is { Count: > 0 })) return layouts;
        Add(CacheLayoutKind.Conversation, $"behind tools and system prompt, and {last}");
        if (first is not null) Add(CacheLayoutKind.StaticAndConversation, $"{WhereFirst(first, 0)}, and {last}", first);
        return layouts;

        void Add(CacheLayoutKind kind, string where, SharedPrompt? text = null) => layouts.Add(new(kind, where, shared, minimum, text));
    }

    static bool IsMarked(UsageRecord call)
    {
        if (call.Content?.Prompt is not { } prompt) return false;
        for (var i = 0; i < prompt.Count; i++)
            if (prompt[i].Kind == BlockKind.CachePoint) return true;
        return false;
    }

    // What already stands first comes before what is moved there, and counts toward the least.
    static long Before(SharedPrompts shared, SharedPrompt moved) =>
        shared.All.Where(s => s.StandsFirst && s.Calls.Count >= moved.Calls.Count).Select(s => s.Tokens).DefaultIfEmpty().Max();

    static int Others(SharedPrompts shared, SharedPrompt first) => shared.All.Count(s => s.StandsFirst && s != first);

    static string WhereFirst(SharedPrompt first, int others) =>
        (first.To.IsBlockEdge ? $"behind {Name(first.To)} ({Length(first.Tokens)})"
            : $"after {Possessive(first.To)} first {Number(first.To.Byte)} bytes ({Length(first.Tokens)})")
        + (others > 0 ? $", and likewise in {others} other variant{(others == 1 ? "" : "s")}" : "");

    static string WhereMoved(SharedPrompt moved) =>
        $"behind the {Number(moved.Bytes)} bytes ({Length(moved.Tokens)}) that {Number(moved.Calls.Count)} prompts share in "
        + $"{Name(moved.From)}, once they stand before the {Number(moved.BytesBefore)} bytes that vary";

    static string Name(PromptPoint point) => point.Place switch
    {
        BlockPlace.Tools => $"tool {point.Block + 1}",
        BlockPlace.System => point.Block == 0 ? "the system prompt" : $"block {point.Block + 1} of the system prompt",
        BlockPlace.User => point.Block == 0 ? "the first user message" : $"block {point.Block + 1} of the user's messages",
        _ => "the model's earlier messages",
    };

    static string Possessive(PromptPoint point) => point is { Place: BlockPlace.System, Block: 0 } ? "the system prompt's"
        : $"{Name(point)}'s";

    static string Length(long tokens) => $"about {Number(tokens)} tokens";
    static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
