using System.Globalization;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>
/// What stands out in the sums: sights that a person who pays would want to be shown first, with the money they are about.
/// </summary>
static class Highlights
{
    // Bounds below which a sight is chance rather than habit.
    const long RequestsMin = 50;
    const decimal SpikeTimes = 5m;
    const int SpikeDaysMin = 5;
    const long FailuresOneIn = 20;
    const decimal ShortAnswerTokens = 5m;

    public static IReadOnlyList<Highlight> Of(SpendCube cube, PriceBook book, decimal untagged)
    {
        var found = new List<Highlight>();
        var cells = cube.Cells.ToList();
        var total = cube.Total;
        if (total > 0m)
        {
            found.AddRange(Spikes(cells));
            found.AddRange(Failures(cells, cube));
            found.AddRange(WriteOnlyCaching(cells));
            found.AddRange(ShortAnswersFromLargeModels(cells, book));
            found.AddRange(UncachedPrompts(cells));
            found.AddRange(LargeModelsInDevelopment(cells, book));
            if (untagged > total / 20m) found.Add(new("untagged", $"{Share(untagged, total)} of the spend names no application", untagged));
        }
        if (cube.TotalMax > total)
            found.Add(new("open_interval",
                $"Cache lifetimes are not in these records: the total may be up to {Money.For(total).Show(cube.TotalMax)}",
                cube.TotalMax - total));
        return [.. found.OrderByDescending(h => h.Cost).ThenBy(h => h.Text, StringComparer.Ordinal)];
    }

    // A day on which a workload read several times the tokens of its middle day: a longer prompt, an attack, a loop.
    static IEnumerable<Highlight> Spikes(List<Cell> cells)
    {
        foreach (var group in cells.GroupBy(Workload))
        {
            var days = group.GroupBy(c => c.Key.Day)
                .Select(d => (Day: d.Key, Tokens: d.Sum(c => c.Prompt()), Cost: d.Sum(c => c.Cost), Requests: d.Sum(c => c.Requests)))
                .OrderBy(d => d.Tokens).ToList();
            if (days.Count < SpikeDaysMin) continue;
            var (middle, top) = (days[days.Count / 2], days[^1]);
            if (middle.Tokens > 0m && top.Tokens > middle.Tokens * SpikeTimes && top.Requests >= RequestsMin)
                yield return new("spike", $"{Who(group.Key)} read {Text.Number(decimal.Round(top.Tokens / middle.Tokens, 1))} times "
                    + $"its usual tokens on {Dimensions.Day(top.Day)}", Math.Max(0m, top.Cost - middle.Cost));
        }
    }

    // A workload that is turned away at every tenth call pays in time what it does not pay in dollars.
    static IEnumerable<Highlight> Failures(List<Cell> cells, SpendCube cube)
    {
        var refusals = cube.Refusals;
        var most = MostOf(cube.Errors.Select(e => (e.Key, e.Value - refusals.Where(r => r.Key.Code == e.Key).Sum(r => r.Value))));
        var mostRefused = MostOf(refusals.GroupBy(r => r.Key.Reason).Select(g => (g.Key, g.Sum(r => r.Value))));
        foreach (var group in cells.GroupBy(Workload))
        {
            var (requests, refused) = (group.Sum(c => c.Requests), group.Sum(c => c.Refused));
            var failed = group.Sum(c => c.Failed) - refused;
            if (requests < RequestsMin) continue;
            if (failed * FailuresOneIn > requests)
                yield return new("failures", $"{Who(group.Key)}: {Share(failed, requests)} of its calls failed, most often {most}", 0m);
            if (refused * FailuresOneIn > requests)
                yield return new("refusals",
                    $"{Who(group.Key)}: the gateway refused {Share(refused, requests)} of its calls, most often for {mostRefused}", 0m);
        }
    }

    static string? MostOf(IEnumerable<(string Word, long Count)> counted) =>
        counted.OrderByDescending(c => c.Count).ThenBy(c => c.Word, StringComparer.Ordinal).Select(c => c.Word).FirstOrDefault();

    static IEnumerable<Highlight> WriteOnlyCaching(List<Cell> cells)
    {
        foreach (var group in cells.GroupBy(Workload))
        {
            var (writes, reads, cost) =
                (group.Sum(c => c.CacheWrites()), group.Sum(c => c.Quantity(Meter.CacheRead)), group.Sum(c => c.CacheWriteCost()));
            if (writes > 0m && reads < writes && cost > 0m)
                yield return new("write_only_cache",
                    $"{Who(group.Key)} writes {Text.Number(writes)} tokens to the cache and reads {Text.Number(reads)} back", cost);
        }
    }

    static IEnumerable<Highlight> ShortAnswersFromLargeModels(List<Cell> cells, PriceBook book)
    {
        foreach (var group in cells.Where(c => c.Quantity(Meter.Output) > 0m).GroupBy(Workload))
        {
            var (requests, output, cost) =
                (group.Sum(c => c.Requests - c.Failed), group.Sum(c => c.Quantity(Meter.Output)), group.Sum(c => c.Cost));
            if (requests >= RequestsMin && output / requests <= ShortAnswerTokens
                && Sizes.Of(group.First(), book) is SizeClass.Large or SizeClass.Middle)
                yield return new("short_answers",
                    $"{Who(group.Key)} answers in {Text.Number(decimal.Round(output / requests, 1))} tokens on average: "
                    + "a small model's work", cost);
        }
    }

    static IEnumerable<Highlight> UncachedPrompts(List<Cell> cells)
    {
        foreach (var group in cells.Where(c => c.Key.Model.Facts is { CacheMinimum: > 0 }).GroupBy(Workload))
        {
            var requests = group.Sum(c => c.Requests - c.Failed);
            if (requests < RequestsMin || group.Any(c => c.Quantity(Meter.CacheRead) + c.CacheWrites() > 0m)) continue;
            var input = group.Sum(c => c.Quantity(Meter.Input));
            if (input / requests >= 2 * group.First().Key.Model.Facts!.CacheMinimum)
                yield return new("uncached",
                    $"{Who(group.Key)} sends {Text.Number(decimal.Round(input / requests, 0))} input tokens a call and caches none",
                    group.Sum(c => c.CostOf(Meter.Input)));
        }
    }

    static IEnumerable<Highlight> LargeModelsInDevelopment(List<Cell> cells, PriceBook book)
    {
        var cost = cells.Where(c => c.Key.Caller.Env is "dev" or "development" && Sizes.Of(c, book) == SizeClass.Large).Sum(c => c.Cost);
        if (cost > 0m) yield return new("large_in_dev", "Development calls large models", cost);
    }

    // An application's roles are workloads of their own; untagged calls are one an account: nobody has said what else they are.
    static (string App, string By, string Model) Workload(Cell cell) => (cell.Key.Caller.App,
        cell.Key.Caller.App.Length > 0 ? cell.Key.Caller.Principal : cell.Key.Caller.Account, cell.Key.Model.Id);

    static string Who((string App, string By, string Model) workload) =>
        $"{(workload.App.Length > 0 ? $"{workload.App} ({workload.By})" : $"untagged in {workload.By}")} "
        + $"on {Text.ShortModel(workload.Model)}";

    static string Share(decimal part, decimal whole) => (part / whole).ToString("0.#%", CultureInfo.InvariantCulture);
}
