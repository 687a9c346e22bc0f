using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>The same calls to the same model through a wider profile, where that is cheaper and residency permits.</summary>
static class ScopeLever
{
    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable || view.Model.Scope == Scope.Global || view.Residency is Residency.Geography or Residency.Region) yield break;
        var regions = view.Workload.Calls.Select(c => c.Kind.Region).Distinct().ToList();
        if (regions.Exists(r => CallableFrom.Obstacle(view.Model.Id, Scope.Global, r,
            view.Context.Sources.Regions) is not null)) yield break;
        var option = new LeverOption
        {
            Lever = Lever.Scope, Kind = view.Residency is Residency.Anywhere ? ActionKind.Saving : ActionKind.Candidate,
            From = Say.Scope(view.Model.Scope), To = Say.Scope(Scope.Global), Terms = new() { Scope = Scope.Global },
            Confidence = Confidence.High, Effort = Effort.Low,
            Breaks = view.Residency is Residency.Anywhere
                ? "calls may be computed on any continent, as the constraints allow; prompt caches are kept in more places"
                : "calls may be computed on any continent: whoever answers for residency must agree ('residency: anywhere' in the "
                + "constraints)",
            Setup = $"modelId: global.{view.Model.Id}",
            Evidence = view.Evidence("The global profile of the same model has a lower price a token."),
        };
        if (view.Saving(option) > 0m) yield return option;
    }

    /// <summary>Calls that are computed where a rule forbids it.</summary>
    public static PlanAction? Breach(WorkloadView view)
    {
        var allowed = view.Residency switch { Residency.Region => Scope.InRegion, Residency.Geography => Scope.Geo, _ => Scope.Global };
        var outside = view.Workload.Calls.Count(c => c.Kind.Model.Scope > allowed && !c.Tokens.IsNone);
        if (outside == 0) return null;
        var within = view.Saving(CallPlan.AsRecorded, new() { Scope = allowed });
        var price = within switch
        {
            null => "no price is known of the same calls within it", 0m => "the same calls cost as much within it",
            < 0m => $"within it the same calls cost {Say.Usd(-within.Value)} more",
            _ => $"within it the same calls cost {Say.Usd(within.Value)} less",
        };
        return Warnings.Make(view, WarningCause.Policy, Say.Scope(view.Model.Scope), Say.Scope(allowed),
            $"They may be computed outside what 'residency' allows; {price}.", outside, view.Replay.Recorded.Cost);
    }
}

/// <summary>Another service tier: flex for what can wait some minutes, no surcharge for what nobody waits for.</summary>
static class TierLever
{
    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        // Behaviour alone shows that nobody streams, never that a slower answer is welcome: someone must have said so.
        if (!view.IsMovable || view.Rule?.MaxWait is not { } wait || wait == TimeSpan.Zero) yield break;
        var today = view.Workload.Calls.CountBy(c => c.Kind.Tier).MaxBy(p => p.Value).Key;
        foreach (var tier in (Tier[])[Tier.Flex, Tier.Standard])
        {
            if (tier == today) continue;
            var option = new LeverOption
            {
                Lever = Lever.Tier, Kind = ActionKind.Saving, From = today.Name().Replace('_', ' '), To = tier.Name(),
                Terms = new() { Tier = tier }, Confidence = Confidence.High, Effort = Effort.Low,
                Breaks = tier == Tier.Flex ? "answers wait while others are served first" : "no precedence when the service is busy",
                Setup = tier == Tier.Flex ? "\"serviceTier\": {\"type\": \"flex\"}" : "leave serviceTier out of the request",
                Evidence = view.Evidence($"Declared: answers may take {Say.Lifetime(wait)}."),
            };
            if (view.Saving(option) > 0m) yield return option;
        }
    }
}
