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
    const decimal SpikeTimes = 3m;
    const decimal ShortAnswerTokens = 5m;

    public static IReadOnlyList<Highlight> Of(SpendCube cube, PriceBook book, decimal untagged)
    {
        var found = new List<Highlight>();
        var cells = cube.Cells.ToList();
        var total = cube.Total;
        if (total > 0m)
        {
            found.AddRange(Spikes(cells));
            found.AddRange(WriteOnlyCaching(cells));
            found.AddRange(ShortAnswersFromLargeModels(cells, book));
            found.AddRange(UncachedPrompts(cells));
            found.AddRange(LargeModelsInDevelopment(cells, book));
            if (untagged > total / 20m) found.Add(new("untagged", $"{Share(untagged, total)} of the spend names no application", untagged));
        }
        if (cube.TotalMax > total)
            found.Add(new("open_interval",
                $"Cache lifetimes are not in these records: the total may be up to {Text.Dollars(cube.TotalMax)}", cube.TotalMax - total));
        foreach (var (code, count) in cube.Errors.OrderByDescending(e => e.Value).Take(1))
            if (count * 50 > cube.Requests)
                found.Add(new("failures", $"{Share(count, cube.Requests)} of calls failed, most with {code}", 0m));
        return [.. found.OrderByDescending(h => h.Cost).ThenBy(h => h.Text, StringComparer.Ordinal)];
    }

    // A day whose cost is several times that of the caller's middle day.
    static IEnumerable<Highlight> Spikes(List<Cell> cells)
    {
        foreach (var group in cells.GroupBy(Workload))
        {
            var days = group.GroupBy(c => c.Key.Day).Select(d => (Day: d.Key, Cost: d.Sum(c => c.Cost))).OrderBy(d => d.Cost).ToList();
            if (days.Count < 5) continue;
            var middle = days[days.Count / 2].Cost;
            var (day, cost) = days[^1];
            if (middle > 0m && cost > middle * SpikeTimes && cost > 1m)
                yield return new("spike",
                    $"{Who(group.Key)} cost {Text.Number(decimal.Round(cost / middle, 1))}× its middle day on {Dimensions.Day(day)}",
                    cost - middle);
        }
    }

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
