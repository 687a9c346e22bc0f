using Assay.Control.Files;
using Assay.Usage;

namespace Assay.Control.Policies;

/// <summary>What is wrong between rules.</summary>
public enum ConflictKind : byte
{
    /// <summary>Two rules contradict each other: one of them never has its way.</summary>
    Contradiction,

    /// <summary>A rule changes nothing: no call can meet it, or another rule says the same already.</summary>
    Unreachable,
}

/// <summary>Rules that contradict each other, or one that changes nothing.</summary>
/// <param name="Rule">The rule in question.</param>
/// <param name="Other">The rule it stands against; null where there is none.</param>
public sealed record PolicyConflict(ConflictKind Kind, Place Place, string Rule, string? Other, string Message)
{
    public override string ToString() => $"{Place}: {Message}";
}

/// <summary>
/// Finds rules that contradict each other and rules that change nothing. What is named is so; wildcards that only together cover another
/// rule may be missed.
/// </summary>
public static class PolicyConflicts
{
    /// <summary>In the order of the file.</summary>
    /// <param name="regions">Where each model can be called: regions by the id it is called with. Empty for not known.</param>
    public static IReadOnlyList<PolicyConflict> Of(
        PolicyFile policy, ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> regions)
    {
        var found = new List<PolicyConflict>();
        var reach = new Reach(policy, catalog);
        foreach (var rule in policy.Rules) Nobody(rule);
        foreach (var allow in policy.Allow)
        {
            if (policy.Deny.FirstOrDefault(d => reach.Covers(d, allow)) is { } deny)
                Add(ConflictKind.Contradiction, allow, deny, $"'{allow.Name}' permits nothing: '{deny.Name}' (line {deny.Place.Line}) "
                    + "forbids all of it. Leave one of them out, or narrow the deny rule");
            else if (policy.Allow.FirstOrDefault(o => IsWider(o, allow)) is { } wider)
                Add(ConflictKind.Unreachable, allow, wider, $"'{allow.Name}' adds nothing to '{wider.Name}' (line {wider.Place.Line})");
            foreach (var limit in policy.Limits.Where(l => Concerns(reach, l, allow))) Against(limit, allow);
            if (Unserved(allow, catalog, regions) is { Length: > 0 } unserved) Add(ConflictKind.Unreachable, allow, null, unserved);
        }
        foreach (var deny in policy.Deny)
        {
            if (policy.Deny.FirstOrDefault(o => IsWider(o, deny)) is { } wider)
                Add(ConflictKind.Unreachable, deny, wider, $"'{deny.Name}' adds nothing to '{wider.Name}' (line {wider.Place.Line})");
            else if (policy.Allow.Count > 0 && !policy.Allow.Any(a => reach.Overlaps(a, deny)))
                Add(ConflictKind.Unreachable, deny, null, $"'{deny.Name}' forbids what no allow rule permits");
        }
        for (var i = 0; i < policy.Limits.Count; i++)
            for (var j = i + 1; j < policy.Limits.Count; j++) Between(policy.Limits[i], policy.Limits[j]);
        foreach (var team in policy.Teams.Where(t => t.Profiles.Count > 0))
            foreach (var limit in policy.Limits.Where(l => l.Scopes.Count > 0 && !l.Scopes.Contains(team.ProfileScope)))
                if (reach.Concerns(limit, team))
                    found.Add(new(ConflictKind.Contradiction, team.Place, team.Name, limit.Name,
                        $"the team '{team.Name}' has profiles of the scope {team.ProfileScope.Name()}, but '{limit.Name}' (line "
                            + $"{limit.Place.Line}) keeps calls to {Names(limit.Scopes)}: no call through them is permitted there"));
        foreach (var budget in policy.Budgets.Where(b => !reach.IsAnyone(b.Who)))
            found.Add(new(ConflictKind.Unreachable, budget.Place, budget.Name, null,
                $"no account has what the budget '{budget.Name}' is about"));
        return [.. found.DistinctBy(c => (c.Kind, c.Place, c.Message)).OrderBy(c => c.Place.Line)];

        // Of two rules that say the same, the later one is the one too many.
        bool IsWider(AccessRule other, AccessRule rule) => other != rule && reach.Covers(other, rule)
            && !(reach.Covers(rule, other) && IsBefore(rule, other));

        void Add(ConflictKind kind, IRule rule, IRule? other, string message) =>
            found.Add(new(kind, rule.Place, rule.Name, other?.Name, message));

        void Nobody(IRule rule)
        {
            if (!reach.IsAnyone(rule.Who))
                Add(ConflictKind.Unreachable, rule, null, $"no account has what '{rule.Name}' is about: "
                    + string.Join(", ", policy.Accounts.Select(a => $"{a.Name} is " + (a.Env.Length > 0 ? a.Env : "of any environment"))));
        }

        void Against(LimitRule limit, AccessRule allow)
        {
            if (limit.Regions.Count > 0 && allow.Regions.Count > 0 && !Any(limit.Regions, allow.Regions, Glob.Overlap))
                Add(ConflictKind.Contradiction, allow, limit, $"'{allow.Name}' permits calls from {string.Join(", ", allow.Regions)}, but "
                    + $"'{limit.Name}' (line {limit.Place.Line}) keeps them to {string.Join(", ", limit.Regions)}: it permits nothing");
            if (limit.Scopes.Count > 0 && allow.Scopes.Count > 0 && !limit.Scopes.Intersect(allow.Scopes).Any())
                Add(ConflictKind.Contradiction, allow, limit, $"'{allow.Name}' permits the scope {Names(allow.Scopes)}, but '{limit.Name}' "
                    + $"(line {limit.Place.Line}) keeps calls to {Names(limit.Scopes)}: it permits nothing");
        }

        // Only where one is about all calls of the other: where they merely meet, most calls can keep to both.
        void Between(LimitRule first, LimitRule second)
        {
            if (!reach.Callers(first.Who, second.Who) && !reach.Callers(second.Who, first.Who)) return;
            if (!Any(first.Models, second.Models, Glob.Overlap)) return;
            if (first.Regions.Count > 0 && second.Regions.Count > 0 && !Any(first.Regions, second.Regions, Glob.Overlap))
                Both("regions", string.Join(", ", first.Regions), string.Join(", ", second.Regions));
            if (first.Scopes.Count > 0 && second.Scopes.Count > 0 && !first.Scopes.Intersect(second.Scopes).Any())
                Both("scopes", Names(first.Scopes), Names(second.Scopes));
            if (first.Guardrail.Length > 0 && second.Guardrail.Length > 0
                && !Guardrails.Fulfils(first.Guardrail, second.Guardrail) && !Guardrails.Fulfils(second.Guardrail, first.Guardrail))
                Both("guardrail", first.Guardrail, second.Guardrail);

            void Both(string what, string one, string other) => Add(ConflictKind.Contradiction, second, first,
                $"'{second.Name}' asks for {what} {other}, '{first.Name}' (line {first.Place.Line}) for {one}: no call can keep to both");
        }
    }

    /// <summary>Accounts in which nobody may call any model, in words; the whole organisation first.</summary>
    public static IReadOnlyList<string> LockedOut(PolicyFile policy)
    {
        if (policy.Accounts.Count == 0) return [];
        var locked = policy.Accounts.Where(a => !IsOpen(policy, a)).ToList();
        if (locked.Count == policy.Accounts.Count)
            return ["this policy locks out every principal in every account: no call of any model is permitted. Nothing works after it is "
                + "applied; 'assay policy check' names the rules"];
        if (locked.Count == 0 && policy.Accounts.All(a => !IsOpen(policy, a, withKeys: false)))
            return ["this policy locks out every principal in every account: all that it permits is permitted to gateway keys, which AWS "
                + "does not see. Name the gateway's role under 'principal'"];
        return [.. locked.Select(a => $"this policy locks out every principal in {a.Name} ({a.Id}): no call of any model is permitted "
            + "there"), .. policy.Accounts.Except(locked).Where(a => !IsOpen(policy, a, withKeys: false)).Select(a =>
                $"this policy locks out every principal in {a.Name} ({a.Id}): what it permits there is permitted to gateway keys, which "
                    + "AWS does not see. Name the gateway's role under 'principal'")];
    }

    // Whether some call is permitted: of whoever a rule names, to what it names, from where and how it says, with all that limits ask for.
    // Without keys: by rules that AWS's documents can hold.
    static bool IsOpen(PolicyFile policy, PolicyAccount account, bool withKeys = true)
    {
        IReadOnlyList<AccessRule> allows = policy.Allow.Count > 0
            ? [.. policy.Allow.Where(r => withKeys || r.Who.Keys.Count == 0 || r.Who.Principals.Count > 0)]
            : [new("", account.Place, Who.Anybody, [], [], [])];
        var tags = policy.Limits.SelectMany(l => l.Tags).ToHashSet(StringComparer.Ordinal);
        var guardrails = policy.Limits.Select(l => l.Guardrail).Where(g => g.Length > 0).Append("").Distinct().ToList();
        List<string> regions = [.. policy.Rules.SelectMany(r => r.Regions), .. account.Regions];
        var places = regions.SelectMany(r => Pricing.AwsRegions.All.Where(a => Glob.Matches(r, a))).Concat(Pricing.AwsRegions.All)
            .Distinct().ToList();
        return (from allow in allows
                from team in Some(allow.Who.Teams)
                from env in Some(allow.Who.Envs)
                from principal in Some(allow.Who.Principals)
                from key in Some(allow.Who.Keys)
                from model in allow.Models.Count > 0 ? allow.Models.Select(Example) : ["any.model"]
                from region in places
                from scope in Enum.GetValues<Scope>()
                from guardrail in guardrails
                select new PolicyCall
                {
                    Account = account.Id, Env = env, Team = team, Principal = principal, Key = key, Model = model, Region = region,
                    Scope = scope, Guardrail = guardrail == LimitRule.AnyGuardrail ? "any0" : guardrail, Tags = tags,
                }).Any(call => PolicyMeaning.Breaks(policy, call).Count == 0);

        static IEnumerable<string> Some(IReadOnlyList<string> patterns) => patterns.Count == 0 ? ["someone"] : patterns.Select(Example);
        static string Example(string pattern) => pattern.Replace("*", "x", StringComparison.Ordinal).Replace('?', 'x');
    }

    static bool Concerns(Reach reach, LimitRule limit, AccessRule allow) =>
        reach.Callers(limit.Who, allow.Who) && (limit.Models.Count == 0
            || (allow.Models.Count > 0 && reach.Models(limit.Models, allow.Models)));

    // Where the model cannot be called from any of the rule's regions in any of its scopes.
    static string Unserved(AccessRule rule, ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> served)
    {
        if (rule.Regions.Count == 0 || rule.Models.Count == 0 || served.Count == 0) return "";
        var models = catalog.Models.Where(m => Glob.MatchesAny(rule.Models, m.Id)).Select(m => m.Id).ToList();
        var known = models.Where(m => served.Keys.Any(k => ModelIdentity.SplitScope(k).Id == m)).ToList();
        if (known.Count == 0 || known.Count < models.Count) return "";
        var isServed = served.Any(s => ModelIdentity.SplitScope(s.Key) is var (scope, id) && known.Contains(id)
            && (rule.Scopes.Count == 0 || rule.Scopes.Contains(scope)) && s.Value.Any(r => Glob.MatchesAny(rule.Regions, r)));
        return isServed ? "" : $"'{rule.Name}' permits models that cannot be called from {string.Join(", ", rule.Regions)}"
            + (rule.Scopes.Count > 0 ? $" in the scope {Names(rule.Scopes)}" : "") + " (prices/regions.csv)";
    }

    static bool IsBefore(AccessRule a, AccessRule b) => a.Place.Line < b.Place.Line;

    static bool Any(IReadOnlyList<string> a, IReadOnlyList<string> b, Func<string, string, bool> meet) =>
        a.Count == 0 || b.Count == 0 || a.Any(x => b.Any(y => meet(x, y)));

    static string Names(IEnumerable<Scope> scopes) => string.Join(" or ", scopes.Select(s => s.Name()));
}

/// <summary>Which calls rules are about, compared.</summary>
sealed class Reach(PolicyFile policy, ModelCatalog catalog)
{
    /// <summary>True when the first rule is about every call the second is about.</summary>
    public bool Covers(IRule outer, IRule inner) => Callers(outer.Who, inner.Who) && Models(outer.Models, inner.Models)
        && All(outer.Regions, inner.Regions) && (outer.Scopes.Count == 0
            || (inner.Scopes.Count > 0 && inner.Scopes.All(outer.Scopes.Contains)));

    /// <summary>True when a call may be one that both rules are about.</summary>
    public bool Overlaps(AccessRule a, AccessRule b) =>
        (policy.Accounts.Count == 0 || AccountsOf(a.Who).Intersect(AccountsOf(b.Who)).Any())
        && Meet(a.Who.Envs, b.Who.Envs) && Meet(a.Who.Teams, b.Who.Teams) && Meet(a.Who.Principals, b.Who.Principals)
        && Meet(a.Who.Keys, b.Who.Keys) && Meet(a.Models, b.Models) && Meet(a.Regions, b.Regions)
        && (a.Scopes.Count == 0 || b.Scopes.Count == 0 || a.Scopes.Intersect(b.Scopes).Any());

    /// <summary>True when whoever the second names, the first names too.</summary>
    public bool Callers(Who outer, Who inner) => Places(outer, inner) && All(outer.Teams, inner.Teams)
        && All(outer.Principals, inner.Principals) && All(outer.Keys, inner.Keys);

    /// <summary>True when a limit is about calls of a team's own profiles, whichever of its principals makes them.</summary>
    public bool Concerns(LimitRule limit, PolicyTeam team) =>
        limit.Who.Principals.Count == 0 && limit.Who.Keys.Count == 0 && Meet(limit.Who.Teams, [team.Name])
        && Meet(limit.Models, team.Profiles)
        && (policy.Accounts.Count == 0 || AccountsOf(limit.Who).Any(a => team.Accounts.Count == 0 || team.Accounts.Contains(a.Id)));

    /// <summary>True when an account of the policy can have the callers.</summary>
    public bool IsAnyone(Who who) => policy.Accounts.Count == 0 || AccountsOf(who).Count > 0;

    // Patterns are compared as such, and by the models there are.
    public bool Models(IReadOnlyList<string> outer, IReadOnlyList<string> inner)
    {
        if (outer.Count == 0) return !inner.Any(m => m.StartsWith("arn:", StringComparison.Ordinal));
        if (inner.Count == 0) return false;
        return inner.All(i => Glob.MatchesAny(outer, i) || outer.Any(o => Glob.Covers(o, i)) || ByCatalog(i));

        bool ByCatalog(string pattern) => catalog.Models.Where(m => Glob.Matches(pattern, m.Id)).ToList() is { Count: > 0 } ids
            && ids.TrueForAll(m => Glob.MatchesAny(outer, m.Id));
    }

    // Where every account has an environment of its own, naming accounts and naming environments come to the same.
    bool Places(Who outer, Who inner)
    {
        if (policy.Accounts.Count > 0 && inner.Accounts.Count + inner.Envs.Count > 0
            && AccountsOf(inner) is { Count: > 0 } accounts && accounts.TrueForAll(a => a.Env.Length > 0))
            return accounts.TrueForAll(a => AccountsOf(outer).Contains(a)) && (outer.Accounts.Count == 0 || inner.Accounts.Count > 0
                || policy.Accounts.All(a => a.Env.Length > 0));
        return (outer.Accounts.Count == 0 || (inner.Accounts.Count > 0 && inner.Accounts.All(outer.Accounts.Contains)))
            && All(outer.Envs, inner.Envs);
    }

    List<PolicyAccount> AccountsOf(Who who) => [.. policy.Accounts.Where(a =>
        (who.Accounts.Count == 0 || who.Accounts.Contains(a.Id)) && (who.Envs.Count == 0 || a.Env.Length == 0
            || Glob.MatchesAny(who.Envs, a.Env)))];

    static bool All(IReadOnlyList<string> outer, IReadOnlyList<string> inner) =>
        outer.Count == 0 || (inner.Count > 0 && inner.All(i => outer.Any(o => Glob.Covers(o, i))));

    static bool Meet(IReadOnlyList<string> a, IReadOnlyList<string> b) =>
        a.Count == 0 || b.Count == 0 || a.Any(x => b.Any(y => Glob.Overlap(x, y)));
}
