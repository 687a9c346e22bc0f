using Assay.Control.Policies;
using Assay.Gateway.Calls;
using Assay.Gateway.Identity;
using Assay.Usage;

namespace Assay.Gateway.Admission;

/// <summary>Where profiles of a geography are called from.</summary>
static class Geography
{
    static readonly (string Prefix, string[] Regions)[] Known =
    [
        ("us-gov.", ["us-gov-"]), ("us.", ["us-", "ca-"]), ("eu.", ["eu-"]), ("apac.", ["ap-"]), ("jp.", ["ap-northeast-"]),
        ("au.", ["ap-southeast-"]), ("ca.", ["ca-"]),
    ];

    /// <summary>Whether a profile belongs to another part of the world than a region: its calls are computed there.</summary>
    public static bool IsElsewhere(string id, string region)
    {
        var name = ModelIdentity.ResourceOf(id).Name is { Length: > 0 } resource ? resource : id;
        foreach (var (prefix, regions) in Known)
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return !Array.Exists(regions, r => region.StartsWith(r, StringComparison.Ordinal));
        return false;
    }
}

/// <summary>What the key and the policy say of a model for a caller.</summary>
/// <param name="Forbidden">Why not; null where it is permitted.</param>
/// <param name="RequestUsdMax">The most one call may cost by the policy, and the rule that says so; null for no limit.</param>
/// <param name="Residency">The rules on regions and scopes that it keeps to: what the journal proves residency by.</param>
sealed record Permission(string? Forbidden, (string Rule, decimal Usd)? RequestUsdMax, IReadOnlyList<string> Residency)
{
    /// <summary>Forbidden for its tags or its guardrail alone: another call to the same model may be permitted.</summary>
    public bool DependsOnCall { get; init; }

    public static Permission Of(PolicyFile? policy, KeyHolder holder, ModelTarget target, string guardrail, IEnumerable<string> clientTags)
    {
        var key = holder.Key;
        if (key.Models.Count > 0 && !Glob.MatchesAny(key.Models, target.Model.Id) && !Glob.MatchesAny(key.Models, target.Id))
            return No($"key '{key.Name}' may not use '{target.Id}'; it may use {string.Join(", ", key.Models)}");
        if (key.Regions.Count > 0 && !Glob.MatchesAny(key.Regions, target.Region))
            return No($"key '{key.Name}' may not call from '{target.Region}'; it may from {string.Join(", ", key.Regions)}");
        return policy is null ? new(null, null, []) : ByPolicy(policy, holder, target, guardrail, clientTags);
    }

    static Permission ByPolicy(PolicyFile policy, KeyHolder holder, ModelTarget target, string guardrail, IEnumerable<string> clientTags)
    {
        var caller = holder.Caller;
        var tags = clientTags.ToHashSet(StringComparer.Ordinal);
        if (caller.App.Length > 0) tags.Add("app");
        if (caller.Team.Length > 0) tags.Add("team");
        if (caller.Env.Length > 0) tags.Add("env");
        tags.Add("key");
        var call = new PolicyCall
        {
            Account = caller.Account, Env = caller.Env, Team = caller.Team, Principal = holder.Key.Name, Key = holder.Key.Name,
            Model = target.Model.Id, Scope = target.Model.Scope, Region = target.Region, Guardrail = guardrail, Tags = tags,
            // Dearer than any ceiling: so every ceiling about the call names itself.
            Cost = decimal.MaxValue,
        };
        var breaks = PolicyMeaning.Breaks(policy, call);
        var residency = policy.Limits.Where(l => (l.Regions.Count > 0 || l.Scopes.Count > 0) && PolicyMeaning.IsAbout(policy, l.Who, call))
            .Select(l => l.Name).ToList();
        var isElsewhere = residency.Count > 0 && Geography.IsElsewhere(target.Id, target.Region);
        var broken = breaks.FirstOrDefault(b => b.Kind != BreakKind.RequestCost);
        if (broken is not null)
        {
            var rule = broken.Rule.Length == 0 ? "" : $" (rule '{broken.Rule}', {broken.Place})";
            return No($"policy '{policy.Name}' does not permit '{target.Id}' for key '{holder.Key.Name}': {broken.Detail}{rule}") with
            {
                DependsOnCall = !isElsewhere && breaks.All(b => b.Kind is BreakKind.RequestCost or BreakKind.Guardrail or BreakKind.Tag),
            };
        }
        var ceilings = breaks.Where(b => b.Kind == BreakKind.RequestCost)
            .Select(b => (b.Rule, policy.Limits.First(l => l.Name == b.Rule).RequestUsdMax!.Value)).OrderBy(c => c.Value).ToList();
        if (isElsewhere)
            return No($"'{target.Id}' is a profile of another geography than '{target.Region}', and rule '{residency[0]}' "
                + "keeps calls in place");
        return new(null, ceilings.Count == 0 ? null : ceilings[0], residency);
    }

    static Permission No(string why) => new(why, null, []);
}
