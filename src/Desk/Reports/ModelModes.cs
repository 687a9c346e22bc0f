using Assay.Planning;
using Assay.Usage;
using Spectre.Console;
using static Assay.Desk.Reports.ModelTerminal;

namespace Assay.Desk.Reports;

/// <summary>The modes weighed, in a terminal: for each workload each mode by its best scope, what it costs, allowed or why not.</summary>
static class ModelModes
{
    const int WorkloadsMax = 12;

    public static void Write(IAnsiConsole console, ModelledEstate modelled)
    {
        if (modelled.Workloads.Count == 0) return;
        console.Say(0, "[bold]Modes weighed[/]  [grey]by cheapest scope, all inference of the workload; every scope with --json[/]");
        var weights = modelled.Workloads.OrderByDescending(w => CostNow(modelled, w)).ToList();
        foreach (var workload in weights.Take(WorkloadsMax)) Workload(console, modelled, workload);
        if (weights.Count > WorkloadsMax)
            console.MarkupLine($"  [grey]and {weights.Count - WorkloadsMax} smaller workloads with --json[/]");
        var best = weights.Sum(w => w.Recommended?.Monthly ?? CostNow(modelled, w));
        var now = weights.Sum(w => CostNow(modelled, w));
        console.WriteLine();
        console.Say(2, $"Modes in use: {modelled.ModesInUse.Count} ({string.Join(", ", modelled.ModesInUse.Select(ModeName))}); "
            + $"the guide expects {GuideModes} at least.");
        console.Say(2, $"Each workload as recommended: [bold]{Text.Dollars(best)}[/] a month, "
            + $"now {AtLeast(weights)}{Text.Dollars(now)}.");
        console.WriteLine();

        string AtLeast(IReadOnlyList<WeighedWorkload> workloads) => workloads.Any(w => IsIncomplete(modelled, w)) ? "at least " : "";
    }

    static decimal CostNow(ModelledEstate modelled, WeighedWorkload workload) =>
        modelled.Bill.Lines.Where(l => l.Name == workload.Name && BillCategories.IsInference(l.Category)).Sum(l => l.Cost);

    // Part of what it uses has no price: what it costs is not known.
    static bool IsIncomplete(ModelledEstate modelled, WeighedWorkload workload) => modelled.Bill.Unpriced.Any(u =>
        u.Line == workload.Name && u.Meter is not null && BillCategories.IsInference(u.Category));

    static void Workload(IAnsiConsole console, ModelledEstate modelled, WeighedWorkload workload)
    {
        console.MarkupLine($"\n  [bold]{Markup.Escape(Cut(workload.Name, 40))}[/]  [grey]now "
            + (IsIncomplete(modelled, workload) ? "at least " : "")
            + $"{Text.Dollars(CostNow(modelled, workload))} a month: {string.Join(", ", workload.InUse.Select(ModeName))}[/]");
        var grid = NewGrid(Left(1), Left(2), Left(2), Right(2), Left(0));
        var described = modelled.Model.Estate.Workloads.First(w => w.Name == workload.Name);
        var models = described.Models.Select(m => m.Model.Id).ToList();
        foreach (var group in workload.Options.GroupBy(o => (o.Mode, o.Tier, o.Term, o.Cache, o.BatchShare)))
        {
            // Of what has no price in any scope, the scope that is described says why.
            var option = group.OrderByDescending(o => o.IsRecommended).ThenByDescending(o => o.IsAllowed)
                .ThenBy(o => o.Monthly ?? decimal.MaxValue).ThenByDescending(o => o.Scope == described.Models[0].Model.Scope).First();
            if (option.Monthly is null && IsQuiet(option)) continue;
            var (open, close) = option.IsRecommended ? ("[bold green]", "[/]") : option.IsAllowed ? ("", "") : ("[grey]", "[/]");
            grid.AddRow($"  {(option.IsRecommended ? "[bold green]►[/]" : option.IsAllowed ? "[green]✓[/]" : "[red]✗[/]")}",
                $"{open}{Name(option)}{close}", $"{open}{(option.Monthly is null ? "" : option.Scope.Name())}{close}",
                $"{open}{(option.Monthly is { } usd ? Text.Dollars(usd) : "–")}{close}",
                    $"[grey]{Markup.Escape(ShortReason(option.Why, models))}[/]");
        }
        console.Write(grid);
        foreach (var cache in workload.Caches.Take(1)) console.Say(6, $"[grey]{CacheLine(cache)}[/]");
        if (workload.Options.Where(o => o.Capacity is not null).MinBy(o => o.Monthly)?.Capacity is { } capacity)
            console.Say(6, $"[grey]Capacity breaks even at {(double)capacity.BreakEven:0 %} use; "
                + $"{Text.Dollars(capacity.Idle)} a month of the cheapest would stand idle.[/]");
        if (workload.ResidencyUsd is > 0m and var rule)
            console.Say(6, $"Keeping the residency rule costs [yellow]{Text.Dollars(rule)}[/] a month.");
        if (workload.Fallback is { } fallback && workload.Recommended is { } best)
            console.Say(6, $"[grey]Should it lose {Name(best).ToLowerInvariant()}: {Name(fallback).ToLowerInvariant()}, "
                + $"{Text.Dollars(fallback.Monthly!.Value)}.[/]");
    }

    // A mode no book prices for the model is said once for the mode, not for each of its terms and tiers.
    static bool IsQuiet(ModeOption option) => option.Tier is Tier.Flex or Tier.Priority or Tier.LatencyOptimized
        || option.Term is Term.OneMonth && option.Mode == BillCategories.Provisioned || option.Term is Term.SixMonth or Term.ThreeMonth
        || option.Cache == "1h" || option.Mode == BillCategories.Customisation;

    /// <summary>A reason as short as a table needs it. Which book has no price is in the head; what it lacks is what counts.</summary>
    /// <param name="models">Models whose ids are written short.</param>
    public static string ShortReason(string why, IEnumerable<string> models)
    {
        var at = why.IndexOf("' has no ", StringComparison.Ordinal);
        if (!why.StartsWith("book '", StringComparison.Ordinal) || at < 0)
            return models.Aggregate(why, (text, id) => text.Replace(id, Text.ShortModel(id), StringComparison.Ordinal));
        var rest = why[(at + "' has ".Length)..];
        var end = rest.IndexOf(" for '", StringComparison.Ordinal);
        return end < 0 ? rest : rest[..end];
    }

    static string CacheLine(CacheBreakEven cache) => $"The cache ({cache.Lifetime}) " + cache.BreakEvenPerMinute switch
    {
        null => "never pays at these prices",
        0m => "always pays here",
        { } even => $"pays from {Rate(even)} requests a minute and prefix; here {Rate(cache.RequestsPerMinute)}",
    } + $", {(double)cache.Hits:0 %} of the calls hit.";

    static string Rate(decimal perMinute) => perMinute >= 100m ? $"{perMinute:#,##0}" : perMinute >= 1m ? $"{perMinute:0.0}"
        : $"{perMinute:0.000}";

    static string Name(ModeOption option)
    {
        var name = ModeName(option.Mode);
        if (option.Tier != Tier.Standard) name += $", {option.Tier.Name().Replace('_', ' ')}";
        if (option.BatchShare is > 0m and < 1m) name += $" {(double)option.BatchShare:0 %}";
        if (option.Cache is { } cache) name += option.Mode == BillCategories.Caching ? $" {cache}" : $" + cache {cache}";
        return option.Term switch
        {
            Term.OneMonth => name + ", 1 month",
            Term.ThreeMonth => name + ", 3 months",
            Term.SixMonth => name + ", 6 months",
            _ => name,
        };
    }
}
