using Assay.Control.Files;
using Assay.Usage;

namespace Assay.Control.Policies;

/// <summary>A call as rules see it.</summary>
public sealed record PolicyCall
{
    public required string Account { get; init; }

    /// <summary>
    /// The environment the caller is tagged with; the account's own goes before it. Here and below null stands for not known, as in a
    /// bill: a call is then taken to be permitted, and not to be forbidden.
    /// </summary>
    public string? Env { get; init; } = "";
    public string? Team { get; init; } = "";

    /// <summary>Name of the role or IAM user, with or without its path; <c>root</c> for the account's root.</summary>
    public string? Principal { get; init; } = "";

    /// <summary>The gateway's key; empty for calls that did not come through one.</summary>
    public string? Key { get; init; } = "";

    /// <summary>Id of a foundation model, or the ARN of another resource.</summary>
    public required string Model { get; init; }
    public required Scope Scope { get; init; }

    /// <summary>The region the call is made from.</summary>
    public required string Region { get; init; }

    /// <summary>ARN or id of the guardrail; empty for none, null where it is not known which, or whether.</summary>
    public string? Guardrail { get; init; } = "";

    /// <summary>Keys of the tags that the call or its caller carries.</summary>
    public IReadOnlySet<string> Tags { get; init; } = new HashSet<string>();

    /// <summary>USD; null where it is not known.</summary>
    public decimal? Cost { get; init; }
}

/// <summary>In what way a call breaks a policy.</summary>
public enum BreakKind : byte { NotAllowed, Denied, Region, Scope, Guardrail, Tag, RequestCost }

/// <summary>One way in which a call breaks a policy.</summary>
/// <param name="Rule">The rule; empty where no rule permits the call.</param>
public sealed record PolicyBreak(BreakKind Kind, string Rule, Place? Place, string Detail);

/// <summary>What a policy means for a call: the one definition that emitted documents and checks of traffic are held against.
/// Pure.</summary>
public static class PolicyMeaning
{
    /// <summary>Every way in which the policy is broken by a call, in the order of the file; empty where the call is permitted.</summary>
    public static IReadOnlyList<PolicyBreak> Breaks(PolicyFile policy, PolicyCall call)
    {
        List<PolicyBreak> breaks = [];
        if (policy.Allow.Count > 0 && !policy.Allow.Any(r => Covers(policy, r, call, otherwise: true)))
            breaks.Add(new(BreakKind.NotAllowed, "", null, "no allow rule covers it"));
        foreach (var rule in policy.Deny)
            if (Covers(policy, rule, call, otherwise: false)) breaks.Add(new(BreakKind.Denied, rule.Name, rule.Place, "denied"));
        foreach (var limit in policy.Limits)
        {
            if (!IsAbout(policy, limit.Who, call) || (limit.Models.Count > 0 && !HasModel(limit.Models, call.Model))) continue;
            if (limit.Regions.Count > 0 && !Glob.MatchesAny(limit.Regions, call.Region))
                breaks.Add(new(BreakKind.Region, limit.Name, limit.Place, $"called from {call.Region}"));
            if (limit.Scopes.Count > 0 && !limit.Scopes.Contains(call.Scope))
                breaks.Add(new(BreakKind.Scope, limit.Name, limit.Place, $"scope {call.Scope.Name()}"));
            foreach (var tag in limit.Tags)
                if (!call.Tags.Contains(tag)) breaks.Add(new(BreakKind.Tag, limit.Name, limit.Place, $"no tag '{tag}'"));
            breaks.AddRange(OfCall(limit, call.Guardrail, call.Cost));
        }
        return breaks;
    }

    /// <summary>In what ways a limit is broken by what only the single call has: its guardrail and its cost.</summary>
    internal static IEnumerable<PolicyBreak> OfCall(LimitRule limit, string? guardrail, decimal? cost)
    {
        if (limit.Guardrail.Length > 0 && guardrail is not null && !Guardrails.Fulfils(limit.Guardrail, guardrail))
            yield return new(BreakKind.Guardrail, limit.Name, limit.Place, guardrail.Length == 0 ? "no guardrail"
                : $"guardrail {guardrail}");
        if (limit.RequestUsdMax is { } most && cost > most)
            yield return new(BreakKind.RequestCost, limit.Name, limit.Place, "dearer than a request may be");
    }

    /// <summary>The first allow rule that covers a call, whatever forbids it; null where none does.</summary>
    public static AccessRule? AllowedBy(PolicyFile policy, PolicyCall call) => policy.Allow.FirstOrDefault(r =>
        Covers(policy, r, call, otherwise: true));

    static bool Covers(PolicyFile policy, AccessRule rule, PolicyCall call, bool otherwise) =>
        IsAbout(policy, rule.Who, call, otherwise) && HasModel(rule.Models, call.Model)
        && (rule.Regions.Count == 0 || Glob.MatchesAny(rule.Regions, call.Region))
        && (rule.Scopes.Count == 0 || rule.Scopes.Contains(call.Scope));

    /// <summary>Whether a rule is about a caller.</summary>
    /// <param name="otherwise">What counts where the call does not tell who made it.</param>
    public static bool IsAbout(PolicyFile policy, Who who, PolicyCall call, bool otherwise = false) =>
        (who.Accounts.Count == 0 || who.Accounts.Contains(call.Account))
        && Names(who.Envs, policy.EnvOf(call.Account, call.Env), otherwise) && Names(who.Teams, call.Team, otherwise)
        && HasPrincipal(who.Principals, call.Principal, otherwise) && Names(who.Keys, call.Key, otherwise);

    // A caller without a team is of no team, whatever the pattern.
    static bool Names(IReadOnlyList<string> patterns, string? name, bool otherwise) => patterns.Count == 0
        || (name is null ? otherwise : name.Length > 0 && Glob.MatchesAny(patterns, name));

    // A pattern without '/' is about names, one with '/' about the whole of path and name.
    static bool HasPrincipal(IReadOnlyList<string> patterns, string? principal, bool otherwise) =>
        principal is null || patterns.Count == 0 ? Names(patterns, principal, otherwise)
            : principal.Length > 0 && patterns.Any(p =>
                Glob.Matches(p, p.Contains('/') ? principal : principal[(principal.LastIndexOf('/') + 1)..]));

    // Every foundation model is meant by an empty list; what else can be called is meant by its ARN alone.
    internal static bool HasModel(IReadOnlyList<string> patterns, string model) => patterns.Count == 0
        ? !model.StartsWith("arn:", StringComparison.Ordinal)
        : Glob.MatchesAny(patterns, model);
}

/// <summary>Guardrails as policies, calls and context keys name them.</summary>
static class Guardrails
{
    /// <summary>Whether a call's guardrail is the one that is asked for.</summary>
    public static bool Fulfils(string wanted, string actual)
    {
        if (wanted == LimitRule.AnyGuardrail || actual.Length == 0) return actual.Length > 0;
        return Patterns(wanted, "aws*").Any(p => Glob.Matches(p, Arn(actual, "aws")));
    }

    /// <summary>Patterns of the context key's value: with the version asked for, or in any version.</summary>
    public static string[] Patterns(string wanted, string partition)
    {
        var arn = Arn(wanted, partition);
        return arn.LastIndexOf(':') > arn.IndexOf('/', StringComparison.Ordinal) ? [arn] : [arn, arn + ":*"];
    }

    static string Arn(string guardrail, string partition) => guardrail.StartsWith("arn:", StringComparison.Ordinal) ? guardrail
        : $"arn:{partition}:bedrock:*:*:guardrail/{guardrail}";
}
