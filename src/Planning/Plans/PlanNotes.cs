using Assay.Usage;

namespace Assay.Planning;

/// <summary>What a plan could not see, and what would help it.</summary>
static class PlanNotes
{
    static readonly TimeSpan ShortSpan = TimeSpan.FromDays(7);

    public static IReadOnlyList<string> Of(IReadOnlyList<WorkloadView> views, LeverContext context, TimeSpan span)
    {
        var notes = new List<string>();
        if (!views.Any(v => v.Workload.Answered > 0)) notes.Add("No call was answered: there is nothing to save, and nothing to replay.");
        if (span < ShortSpan)
            notes.Add($"The records span {(span < TimeSpan.FromMinutes(1) ? "less than a minute" : Say.Lifetime(span))}; a month is scaled "
                + "from "
                + $"{(context.Days == 1 ? "one day" : $"{context.Days} days")}, "
                + "whatever part of it they cover. A week shows nights and weekends, four show a month.");
        var seen = views.SelectMany(v => v.Workload.Days).Distinct().Count();
        if (context.Days >= 14 && seen * 2 < context.Days)
            notes.Add($"Calls came on {seen} of {context.Days} days. A wrong clock stretches the period and shrinks every monthly "
                + $"figure{Lonely(views)}.");
        var blind = views.Where(v => v.Workload is { HasPrompts: false, IsSums: false, IsBatch: false, Answered: > 0 }).ToList();
        var sums = views.Where(v => v.Workload.IsSums).ToList();
        if (sums.Count > 0)
            notes.Add($"{Say.Count(sums.Count)} of {views.Count} workloads ({Say.Usd(sums.Sum(v => v.Replay.Recorded.Cost))}) are rows of "
                + "a bill. They hold amounts, no calls: when calls came, what they said and whether anybody waited is not in them. "
                + "Invocation logs of the same days tell.");
        if (blind.Count > 0)
            notes.Add($"{Say.Count(blind.Count)} of {views.Count} workloads ({Say.Usd(blind.Sum(v => v.Replay.Recorded.Cost))}) have no "
                + $"prompts in the logs (text delivery is off, "
                + "or they exceed 100 KB and their folders 'data' do not lie beside the logs): shared prefixes and loops cannot be "
                + "seen there.");
        notes.AddRange(blind.Select(v => (View: v, Most: CachingLever.AtMost(v)))
            .Where(b => b.Most > context.Period(context.Constraints.MinimumMonthlySaving))
            .OrderByDescending(b => b.Most).Take(3).Select(b => $"'{b.View.Workload.Name}': were all its prompts alike as far as the "
            + $"shortest of them reaches, "
                + $"caching would save up to {Say.Usd(b.Most)}; if they share nothing, nothing. Only prompts can tell."));
        notes.AddRange(views.Select(CachedText.WithoutPrice).OfType<string>());
        notes.AddRange(Rules(views, context));
        notes.AddRange(SameNames(views));
        if (context.Constraints.Residency is null && views.Any(v => v.IsMovable && v.Model.Scope != Scope.Global && v.Residency is null))
            notes.Add("Where calls may be computed is not stated, so wider profiles are candidates. 'residency: anywhere', 'geography' "
                + "or 'region' in the constraints settles it.");
        if (context.Constraints.QualityFloor is null) notes.Add("No quality floor is stated: a smaller model is a candidate to try, "
            + "never a counted saving.");
        return notes;
    }

    // The record furthest from all others, and how to leave it out.
    static string Lonely(IReadOnlyList<WorkloadView> views)
    {
        List<DateOnly> days = [.. views.SelectMany(v => v.Workload.Days).Distinct().Order()];
        var gap = Enumerable.Range(1, days.Count - 1).MaxBy(i => days[i].DayNumber - days[i - 1].DayNumber);
        var (isLate, sides) = (gap * 2 > days.Count, (Before: days[gap - 1], After: days[gap]));
        var odd = views.SelectMany(v => v.Workload.Calls).Where(c => isLate ? DateOnly.FromDateTime(c.Time) >= sides.After
            : DateOnly.FromDateTime(c.Time) <= sides.Before).ToList();
        var cut = isLate ? $"--to {sides.Before.AddDays(1):yyyy-MM-dd}" : $"--from {sides.After:yyyy-MM-dd}";
        var (lie, them) = odd.Count == 1 ? ("lies", "it") : ("lie", "them");
        return $": {Say.Calls(odd.Count)} (the first {odd[0].RequestId}, {odd[0].Time:yyyy-MM-dd}) {lie} "
            + $"{sides.After.DayNumber - sides.Before.DayNumber} days from the others, and '{cut}' leaves {them} out";
    }

    /// <summary>Changes that would be counted, were they not below the least saving asked for.</summary>
    public static IEnumerable<string> TooSmall(
        IReadOnlyList<WorkloadView> views, IReadOnlyList<IReadOnlyList<LeverOption>> options, decimal minimum, LeverContext context)
    {
        List<(string What, decimal Saving)> small = [.. views.SelectMany((v, i) => options[i].Where(o => o.Kind == ActionKind.Saving)
            .GroupBy(o => o.Lever).Select(g => (What(v, g.Key), g.Max(o => v.Saving(o) ?? 0m))))
            .Where(s => s.Item2 > 0m && s.Item2 < minimum).OrderByDescending(s => s.Item2)];
        if (small.Count > 0)
            yield return $"{Say.Count(small.Count)} {(small.Count == 1 ? "change saves" : "changes save")} less than 'minimum_saving' asks "
                + $"for, {Say.Usd(context.Constraints.MinimumMonthlySaving)} a month each, and {(small.Count == 1 ? "is" : "are")} left "
                + $"out: {Say.Usd(context.Monthly(small.Sum(s => s.Saving)))} a month in all, each taken alone: "
                + $"{Listed([.. small.Select(s => s.What)])}.";
    }

    /// <summary>Changes that would save on today's bill and nothing more beside those that are counted: whoever refuses one of those
    /// comes back to these.</summary>
    public static IEnumerable<string> Covered(IReadOnlyList<(WorkloadView View, Arrangement Arrangement)> chosen,
        IReadOnlyList<IReadOnlyList<LeverOption>> options, decimal minimum, LeverContext context)
    {
        List<(string What, decimal Saving)> covered = [];
        for (var i = 0; i < chosen.Count; i++)
        {
            var (view, arrangement) = chosen[i];
            if (arrangement.Options.Count == 0) continue;
            var levers = arrangement.Options.Select(o => o.Lever).ToHashSet();
            foreach (var lever in options[i].Where(o => o.Kind == ActionKind.Saving && !levers.Contains(o.Lever)).GroupBy(o => o.Lever))
                if (lever.MaxBy(o => view.Saving(o) ?? 0m) is { } best && view.Saving(best) is > 0m and var saving && saving >= minimum)
                    covered.Add(($"{What(view, lever.Key)} ({best.From} → {best.To}) {Say.Usd(context.Monthly(saving))}", saving));
        }
        if (covered.Count > 0)
            yield return "Would save by itself, and nothing to speak of beside what is counted, so it waits for whoever refuses that: "
                + $"{Listed([.. covered.OrderByDescending(c => c.Saving).Select(c => c.What)])} a month.";
    }

    static string What(WorkloadView view, Lever lever) => $"'{view.Workload.Name}' {lever.ToString().ToLowerInvariant()}";

    static string Listed(IReadOnlyList<string> all)
    {
        const int most = 5;
        return string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {Say.Count(all.Count - most)} more" : "");
    }

    // Rules that hold for nothing, or leave nothing to choose from.
    static IEnumerable<string> Rules(IReadOnlyList<WorkloadView> views, LeverContext context)
    {
        var constraints = context.Constraints;
        foreach (var rule in constraints.Workloads.Where(r => !views.Any(v => ReferenceEquals(v.Rule, r))))
            yield return $"A rule of the constraints for {Words(rule)} holds for no workload found here.";
        if (constraints.MaxActions == 0) yield return "'max_actions: 0' admits no change: only candidates and warnings are shown.";
        if (views.Count > 0 && views.All(v => v.Rule?.IsFixed == true)) yield return "Every workload is 'fixed' by the constraints: "
            + "nothing may be changed.";
        if (constraints.Approved is { } approved && !approved.Any(id => context.Book.Knows(id)))
            yield return $"None of the approved models has a price in book '{context.Book.Id}': no call could be made at all.";
        else if (constraints.Approved is { } few && context.InUse.Count > 0 && !context.InUse.Any(m => few.Contains(m.Id)))
            yield return "None of the models called here is among the approved: every call is against policy, and no move to an approved "
                + "model is counted without a trial of its answers.";
        foreach (var trial in constraints.Trials.Where(t => !context.Book.Knows(t.Model)))
            yield return $"The trial of '{trial.Model}' cannot be replayed: book '{context.Book.Id}' has no price for it.";
    }

    static IEnumerable<string> SameNames(IReadOnlyList<WorkloadView> views)
    {
        foreach (var group in views.GroupBy(v => v.Workload.Key.Principal).Where(g => g.Key.Length > 0))
        {
            var accounts = group.Select(v => v.Workload.Key.Account).Distinct().ToList();
            if (accounts.Count > 1)
                yield return $"'{group.Key}' calls from {accounts.Count} accounts ({string.Join(", ", accounts)}): they are kept apart, "
                    + $"as caches and quotas are.";
        }
    }

    static string Words(WorkloadRule rule)
    {
        var parts = new List<string>();
        if (rule.Account is { } account) parts.Add($"account '{account}'");
        if (rule.Principal is { } principal) parts.Add($"principal '{principal}'");
        if (rule.App is { } app) parts.Add($"app '{app}'");
        if (rule.Model is { } model) parts.Add($"model '{model}'");
        return parts.Count == 0 ? "everything" : string.Join(", ", parts);
    }
}
