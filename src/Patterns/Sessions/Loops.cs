using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Patterns.Sessions;

/// <summary>A tool called again and again with the same arguments within one conversation.</summary>
/// <param name="Conversation">Number of the conversation.</param>
/// <param name="Call">Fingerprint of the tool and its arguments.</param>
public sealed record RepeatedToolCall(int Conversation, ulong Call, int Times);

/// <summary>
/// Where a conversation stood still: stretches of tool calls that had all been made before in it, one of them three times or more. Who
/// edits, tests and reads again makes a new call each round, and does not stand still however often he tests.
/// </summary>
/// <param name="ToolCalls">Tools called in the conversation.</param>
/// <param name="Again">Of those, calls within such stretches.</param>
public readonly record struct Standstill(int ToolCalls, int Again)
{
    // Asked three times and then done: a habit of retries, not a task that is stuck.
    const int StuckMin = 2 * Loops.RepeatsMin;

    /// <summary>True where the task went nowhere for long, or for most of its way.</summary>
    public bool IsLoop => Again >= StuckMin || (Again >= Loops.RepeatsMin - 1 && Again * 2 >= ToolCalls);

    /// <param name="toolCalls">Fingerprints of tools and arguments, in the order of the calls.</param>
    public static Standstill In(ReadOnlySpan<ulong> toolCalls)
    {
        var known = new HashSet<ulong>();
        var stretch = new Dictionary<ulong, int>();
        var (again, length) = (0, 0);
        foreach (var call in toolCalls)
        {
            // The new call that a stretch begins with counts as its first time.
            if (known.Add(call)) Close();
            else length++;
            CollectionsMarshal.GetValueRefOrAddDefault(stretch, call, out _)++;
        }
        Close();
        return new(toolCalls.Length, again);

        void Close()
        {
            foreach (var times in stretch.Values)
            {
                if (times < Loops.RepeatsMin) continue;
                again += length;
                break;
            }
            stretch.Clear();
            length = 0;
        }
    }
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

    /// <summary>Numbers of the conversations that go round: see <see cref="Standstill"/>.</summary>
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
        for (var id = 0; id < all.Count; id++)
        {
            var toolCalls = ToolCalls(calls, all[id].Calls);
            foreach (var (call, times) in toolCalls.CountBy(c => c))
                if (times >= RepeatsMin) repeats.Add(new(id, call, times));
            if (Standstill.In(CollectionsMarshal.AsSpan(toolCalls)).IsLoop) goingRound.Add(id);
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
    static List<ulong> ToolCalls(IReadOnlyList<UsageRecord> calls, IReadOnlyList<int> members)
    {
        IReadOnlyList<PromptBlock> longest = [];
        List<ulong> answered = [];
        foreach (var member in members)
        {
            if (calls[member].Content is not { } content) continue;
            answered.AddRange(content.Answer.Calls);
            if (content.Prompt is { } prompt && prompt.Count > longest.Count) longest = prompt;
        }
        List<ulong> repeated = [.. longest.Where(b => b.Kind == BlockKind.ToolUse).Select(b => b.Call)];
        return repeated.Count > answered.Count ? repeated : answered;
    }
}
