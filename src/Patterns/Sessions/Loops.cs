using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Patterns.Sessions;

/// <summary>A tool called again and again with the same arguments within one conversation.</summary>
/// <param name="Conversation">Number of the conversation.</param>
/// <param name="Call">Fingerprint of the tool and its arguments.</param>
public sealed record RepeatedToolCall(int Conversation, ulong Call, int Times);

/// <summary>How much of a conversation went round.</summary>
/// <param name="ToolCalls">Tools called in it.</param>
/// <param name="Again">Of those, calls that had been made before in it, with the same arguments.</param>
public readonly record struct GoingRound(int ToolCalls, int Again)
{
    /// <summary>
    /// True where at least half of what was done had been done before. Who asks three times whether something is ready, and gets on with
    /// it, does not go round.
    /// </summary>
    public bool IsLoop => Again >= Loops.RepeatsMin - 1 && Again * 2 >= ToolCalls;
}

/// <summary>How agents go round: calls a task, tool calls repeated, tasks that ran away.</summary>
public sealed record Loops
{
    /// <summary>So many times is a habit: twice may be a retry.</summary>
    public const int RepeatsMin = 3;

    /// <summary>Calls of each conversation, ascending.</summary>
    public required IReadOnlyList<int> CallsPerTask { get; init; }

    /// <summary>The most repeated first.</summary>
    public required IReadOnlyList<RepeatedToolCall> Repeats { get; init; }

    /// <summary>Numbers of the conversations that go round: at least half of their tool calls had been made before in them.</summary>
    public required IReadOnlyList<int> GoingRound { get; init; }

    /// <summary>Numbers of the conversations of more calls than allowed, the longest first.</summary>
    public required IReadOnlyList<int> Runaways { get; init; }

    /// <summary>Indices of the calls beyond those allowed, ascending: what a cap would have stopped.</summary>
    public required IReadOnlyList<int> Beyond { get; init; }

    /// <summary>Fewest calls that a share of the tasks stays within; 0 without tasks.</summary>
    public int Quantile(double share) => CallsPerTask.Count == 0 ? 0
        : CallsPerTask[Math.Clamp((int)Math.Ceiling(share * CallsPerTask.Count) - 1, 0, CallsPerTask.Count - 1)];

    /// <param name="calls">Of one workload, in the order of their times.</param>
    /// <param name="conversations">Those of the same calls.</param>
    /// <param name="maxCalls">Calls a task may take; at least 1.</param>
    public static Loops Of(IReadOnlyList<UsageRecord> calls, Conversations conversations, int maxCalls)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCalls, 1);
        var all = conversations.All;
        List<RepeatedToolCall> repeats = [];
        List<int> goingRound = [];
        var counts = new Dictionary<ulong, int>();
        for (var id = 0; id < all.Count; id++)
        {
            Count(calls, all[id].Calls, counts);
            foreach (var (call, times) in counts)
                if (times >= RepeatsMin) repeats.Add(new(id, call, times));
            var toolCalls = counts.Values.Sum();
            if (new GoingRound(toolCalls, toolCalls - counts.Count).IsLoop) goingRound.Add(id);
        }
        return new()
        {
            CallsPerTask = [.. all.Select(c => c.Calls.Count).Order()],
            Repeats = [.. repeats.OrderByDescending(r => r.Times).ThenBy(r => r.Conversation).ThenBy(r => r.Call)],
            GoingRound = goingRound,
            Runaways = [.. Enumerable.Range(0, all.Count).Where(id => all[id].Calls.Count > maxCalls)
                .OrderByDescending(id => all[id].Calls.Count)],
            // A refused call was none of the task's: its retry was.
            Beyond = [.. all.SelectMany(c => c.Calls.Where(i => calls[i].ErrorCode is null).Skip(maxCalls)).Order()],
        };
    }

    // Answers say what was called; where they are not in the log, the longest prompt repeats it. Both at once would count twice.
    static void Count(IReadOnlyList<UsageRecord> calls, IReadOnlyList<int> members, Dictionary<ulong, int> counts)
    {
        counts.Clear();
        IReadOnlyList<PromptBlock> longest = [];
        foreach (var member in members)
        {
            if (calls[member].Content is not { } content) continue;
            foreach (var call in content.Answer.Calls) CollectionsMarshal.GetValueRefOrAddDefault(counts, call, out _)++;
            if (content.Prompt is { } prompt && prompt.Count > longest.Count) longest = prompt;
        }
        var repeated = new Dictionary<ulong, int>();
        foreach (var block in longest)
            if (block.Kind == BlockKind.ToolUse) CollectionsMarshal.GetValueRefOrAddDefault(repeated, block.Call, out _)++;
        foreach (var (call, times) in repeated) counts[call] = Math.Max(times, counts.GetValueOrDefault(call));
    }
}
