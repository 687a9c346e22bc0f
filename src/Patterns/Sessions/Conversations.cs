using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Patterns.Sessions;

/// <summary>Calls that belong together: one carries on what another said.</summary>
/// <param name="IsNamed">The callers named it; otherwise its prompts continue each other.</param>
/// <param name="Calls">Indices of its calls, ascending; at least one, at least two where it is not named.</param>
/// <param name="TokensFirst">Prompt of its first call; the last one's is <paramref name="TokensLast"/>.</param>
/// <param name="LongestGap">Between two of its calls.</param>
public sealed record Conversation(bool IsNamed, IReadOnlyList<int> Calls, long TokensFirst, long TokensLast, TimeSpan LongestGap)
{
    /// <summary>By how many tokens the prompt grows from call to call, on average; 0 for a single call.</summary>
    public double GrowthPerCall => Calls.Count < 2 ? 0 : (double)(TokensLast - TokensFirst) / (Calls.Count - 1);
}

/// <summary>The conversations, or agents' tasks, among the calls of a workload.</summary>
public sealed class Conversations
{
    Conversations(int[] ids, IReadOnlyList<Conversation> all)
    {
        Ids = ids;
        All = all;
    }

    /// <summary>The conversation of each call, a number in <see cref="All"/>; -1 of a call that stands alone.</summary>
    public IReadOnlyList<int> Ids { get; }

    public IReadOnlyList<Conversation> All { get; }

    /// <summary>Share of the calls that carry an earlier one on.</summary>
    public double Continued => Ids.Count == 0 ? 0 : (double)All.Sum(c => c.Calls.Count - 1) / Ids.Count;

    /// <summary>
    /// Calls of one session the callers name; else calls whose messages begin with all messages of an earlier one. A name under which what
    /// is said shows no conversation is none; and where it shows several under one name, each is its own.
    /// </summary>
    /// <param name="calls">Of one workload, in the order of their times.</param>
    public static Conversations Of(IReadOnlyList<UsageRecord> calls)
    {
        var gathering = new Gathering(calls.Count);
        var names = NamesOf(calls);
        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i].Content is not { } content) continue;
            var name = names.TryGetValue(content.Session, out var said) ? said : NameKind.Session;
            if (name == NameKind.SeveralTasks && Begins(content)) gathering.Forget(content.Session);
            gathering.Add(i, name == NameKind.NoSession ? content with { Session = 0 } : content);
        }
        return new(gathering.Ids, [.. gathering.All.Select(c => Told(c.IsNamed, c.Calls, calls))]);
    }

    /// <summary>What a caller's name for a session turns out to be.</summary>
    enum NameKind : byte { Session, NoSession, SeveralTasks }

    sealed class NameUse
    {
        public DateTime First, Last;
        public int Calls, Begun, CarryingOn, WithTools;
    }

    // A name is no session but a tag, a run's id or a whole application's, where a hundred calls bear it over more than a day, or where the
    // prompts of many calls show that each begins anew. A name that many tasks of an agent share, one after the other, is one of several.
    static Dictionary<ulong, NameKind> NamesOf(IReadOnlyList<UsageRecord> calls)
    {
        const int callsMax = 100, anewMax = 20;
        var uses = new Dictionary<ulong, NameUse>();
        foreach (var call in calls)
        {
            if (call.Content is not { Session: not 0 } content) continue;
            ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(uses, content.Session, out _);
            use ??= new() { First = call.Time };
            use.Last = call.Time;
            use.Calls++;
            if (content.Answer.Calls.Count > 0) use.WithTools++;
            if (content.Prompt is not { Count: > 0 }) continue;
            if (Begins(content)) use.Begun++;
            else use.CarryingOn++;
        }
        var kinds = new Dictionary<ulong, NameKind>();
        foreach (var (name, use) in uses)
        {
            if (use.Calls > callsMax && use.Last - use.First > TimeSpan.FromDays(1)) kinds[name] = NameKind.NoSession;
            else if (use.Begun > anewMax && use.CarryingOn == 0 && use.WithTools == 0) kinds[name] = NameKind.NoSession;
            else if (use.Begun > 1 && use.CarryingOn > 0) kinds[name] = NameKind.SeveralTasks;
        }
        return kinds;
    }

    // Nothing was said before: the messages are the user's alone.
    static bool Begins(CallContent content)
    {
        if (content.Prompt is not { Count: > 0 } prompt) return false;
        for (var i = 0; i < prompt.Count; i++)
            if (prompt[i].Place == BlockPlace.Assistant || prompt[i].Kind is BlockKind.ToolUse or BlockKind.ToolResult) return false;
        return true;
    }

    static Conversation Told(bool isNamed, List<int> members, IReadOnlyList<UsageRecord> calls)
    {
        var gap = TimeSpan.Zero;
        for (var i = 1; i < members.Count; i++)
        {
            var between = calls[members[i]].Time - calls[members[i - 1]].Time;
            if (between > gap) gap = between;
        }
        return new(isNamed, members, calls[members[0]].Tokens.Prompt, calls[members[^1]].Tokens.Prompt, gap);
    }

    sealed class Gathering(int count)
    {
        readonly Dictionary<ulong, int> named = [];

        // By everything a call's messages say: the latest such call that none carries on yet. Others of the same words stand behind it.
        // Made for all calls at once, where any is to be looked for by its words.
        Dictionary<ulong, int>? ends;
        readonly int[] sameWords = NewIds(count);
        readonly bool[] isContinued = new bool[count];
        ulong[] turns = new ulong[16];

        public int[] Ids { get; } = NewIds(count);
        public List<(bool IsNamed, List<int> Calls)> All { get; } = [];

        static int[] NewIds(int count)
        {
            var ids = new int[count];
            Array.Fill(ids, -1);
            return ids;
        }

        /// <summary>The next call under this name begins another conversation.</summary>
        public void Forget(ulong name) => named.Remove(name);

        public void Add(int call, CallContent content)
        {
            if (content.Session != 0)
            {
                ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(named, content.Session, out var isKnown);
                if (!isKnown) id = New(isNamed: true);
                Join(call, id);
            }
            else if (content.Prompt is { Count: > 0 } prompt)
            {
                Chain(call, prompt);
            }
        }

        void Chain(int call, IReadOnlyList<PromptBlock> prompt)
        {
            var turned = Turns(prompt);
            if (turned == 0) return;
            ends ??= new(count - call);
            for (var turn = turned - 2; turn >= 0; turn--)
            {
                if (!ends.TryGetValue(turns[turn], out var earlier)) continue;
                if (Ids[earlier] < 0) Join(earlier, New(isNamed: false));
                Join(call, Ids[earlier]);
                isContinued[earlier] = true;
                // The next one to go on with these words is another's, if there is another.
                if (sameWords[earlier] >= 0 && !isContinued[sameWords[earlier]]) ends[turns[turn]] = sameWords[earlier];
                break;
            }
            ref var end = ref CollectionsMarshal.GetValueRefOrAddDefault(ends, turns[turned - 1], out var isKnown);
            if (isKnown) sameWords[call] = end;
            end = call;
        }

        // Fingerprints of the messages up to the end of each of the user's turns.
        int Turns(IReadOnlyList<PromptBlock> prompt)
        {
            var (count, said, place) = (0, 0UL, BlockPlace.System);
            for (var i = 0; i < prompt.Count; i++)
            {
                var block = prompt[i];
                if (block.Kind == BlockKind.CachePoint || block.Place is not (BlockPlace.User or BlockPlace.Assistant)) continue;
                if (place == BlockPlace.User && block.Place == BlockPlace.Assistant) Take(count++, said);
                place = block.Place;
                said = Fingerprint.Mix(said, Fingerprint.Mix(block.Hash, (ulong)place));
            }
            if (place is BlockPlace.User or BlockPlace.Assistant) Take(count++, said);
            return count;
        }

        void Take(int turn, ulong said)
        {
            if (turn == turns.Length) Array.Resize(ref turns, turn * 2);
            turns[turn] = said;
        }

        int New(bool isNamed)
        {
            All.Add((isNamed, []));
            return All.Count - 1;
        }

        void Join(int call, int id)
        {
            Ids[call] = id;
            All[id].Calls.Add(call);
        }
    }
}
