using System.Globalization;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Metering;
using Assay.Gateway.Settings;
using Assay.Pricing;

namespace Assay.Gateway.Runaways;

/// <summary>Sessions by key and name, and agents within them. It outlives a change of the configuration, not a restart.</summary>
sealed class Sessions(TimeProvider time)
{
    const int Most = 100_000;
    static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    readonly RecentMemory<(string Key, string Session, string Agent), SessionTally> tallies = new(Most, Idle, time);

    public int Count => tallies.Count;
    public SessionTally Of(Passage call, string agent) => tallies.Of((call.Holder!.Key.Name, call.Session, agent));
}

/// <summary>
/// Watches for sessions and agents that run away: loops, sessions beyond their calls, tokens or dollars, requests out of all proportion.
/// It warns, or stops where it is told to. It is a watch and no budget: calls that are on their way are counted when they come back.
/// </summary>
sealed class RunawayWatch(RunawayRule rule, Sessions sessions, Calibration calibration)
{
    // One request out of the ordinary is a long document; three in a row are a habit.
    const int LargeInARow = 3;

    // Below this nobody is hurt, whatever was ordinary before.
    const long LargeAtLeast = 4_000;

    /// <summary>Looks at a call before it is sent. What is found is among the warnings of the call.</summary>
    /// <param name="first">The model it would go to first.</param>
    /// <returns>Why it is stopped; null where it may go on.</returns>
    public Refusal? Look(Passage call, ModelTarget? first)
    {
        if (call.Purpose != Purpose.Answer) return null;
        var session = call.Session.Length > 0 ? sessions.Of(call, "") : null;
        var agent = session is not null && call.Agent.Length > 0 ? sessions.Of(call, call.Agent) : session;
        session?.Begin(call);
        if (!ReferenceEquals(agent, session)) agent?.Begin(call);

        List<string> found = [];
        if (LoopOf(call, agent) is > 0 and var times) found.Add(Loop(times));
        if (session is not null) AddLimits(session, found);
        var stops = found.Count > 0;
        if (first is not null && LargeOf(call, first, session) is var (inARow, words))
        {
            found.Add(words);
            stops |= inARow >= LargeInARow;
        }
        if (found.Count == 0) return null;
        call.Warnings = found;
        return stops && rule.Stops ? Refusal.Forbidden("runaway", $"Stopped as a runaway: {string.Join("; ", found)}. "
            + "Asking again changes nothing. Change what the agent does, begin another session (x-assay-session), or have the limits "
            + "raised ('runaways' in the gateway's configuration).") : null;
    }

    int LoopOf(Passage call, SessionTally? agent)
    {
        if (call.Facts.ToolUseCount == 0) return 0;
        Span<ulong> uses = stackalloc ulong[ToolLoop.WindowMax];
        var inRequest = ToolLoop.Times(uses[..call.Facts.LatestToolUses(uses)], rule.SameToolUse);
        return agent is null ? inRequest : Math.Max(inRequest, ToolLoop.Times(uses[..agent.LatestToolUses(uses)], rule.SameToolUse));
    }

    string Loop(int times) => Invariant($"loop: the same tool asked for with the same arguments {times} times (limit {rule.SameToolUse})");

    void AddLimits(SessionTally session, List<string> found)
    {
        var (calls, tokens, usd) = session.Sums;
        if (rule.CallsMax > 0 && calls > rule.CallsMax)
            found.Add(Invariant($"calls: {calls:N0} in one session (limit {rule.CallsMax:N0})"));
        if (rule.TokensMax > 0 && tokens >= rule.TokensMax)
            found.Add(Invariant($"tokens: {tokens:N0} in one session (limit {rule.TokensMax:N0})"));
        if (rule.UsdMax > 0 && usd >= rule.UsdMax)
            found.Add($"dollars: ${Usd.Plain(decimal.Round(usd, 4))} in one session (limit ${Usd.Plain(rule.UsdMax)})");
    }

    (int InARow, string Words)? LargeOf(Passage call, ModelTarget first, SessionTally? session)
    {
        if (rule.TokensFactor <= 0) return null;
        var habits = calibration.Of(first, call.Holder!.Key.Name);
        if (habits.InputOnAverage is not { } average) return null;
        var tokens = habits.Input(0.5, call.WordBytes);
        var isLarge = tokens >= LargeAtLeast && tokens > (double)rule.TokensFactor * average;
        var inARow = session?.Large(isLarge) ?? (isLarge ? 1 : 0);
        if (!isLarge) return null;
        var times = tokens / Math.Max(average, 1);
        return (inARow, Invariant($"size: about {tokens:N0} tokens, {times:N0} times the ordinary request of its key and model"));
    }

    /// <summary>Adds what a call came to.</summary>
    public void Learn(Passage call, in Metered metered)
    {
        if (call.Session.Length == 0 || call.Purpose != Purpose.Answer) return;
        var tokens = metered.Record.Tokens;
        if (tokens.IsNone && metered.Cost == 0) return;
        sessions.Of(call, "").Learn(tokens.Prompt + tokens.Output, metered.Cost);
    }

    static string Invariant(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
