using Assay.Desk.Input;
using Assay.Ledger.Store;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>Takes the records of a stream and makes the report of them.</summary>
public sealed class ReportBuilder(PriceBook book, IReadOnlyList<string> dimensions, DateOnly? from, DateOnly? to)
{
    const int TopCount = 10;

    readonly SpendCube cube = new();
    readonly TopRequests top = new(TopCount);
    readonly Charge[] charges = new Charge[Rater.ChargesMax];

    long uncounted;

    public SpendCube Cube => cube;

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            var day = DateOnly.FromDateTime(record.Time);
            if ((from is not null && day < from) || (to is not null && day >= to)) continue;
            var count = Rater.Rate(record, book, charges);
            if (count == 0 && !record.Failed) uncounted++;
            var rated = charges.AsSpan(0, count);
            cube.Add(record, rated, book);
            var cost = 0m;
            foreach (ref readonly var charge in rated) cost += charge.Cost;
            if (!record.Kind.IsSum) top.Offer(record, cost);
        }
    }

    /// <summary>Adds the sums of a ledger: the same as adding its records, but that single requests are not seen.</summary>
    public void Add(LedgerCells cells)
    {
        uncounted += cells.Uncounted;
        foreach (var sum in cells.Sums) cube.Add(sum, book);
    }

    public Report Build(ReadingSummary reading)
    {
        var total = cube.Total;
        var untagged = cube.Cells.Where(c => c.Key.Caller.App.Length == 0).Sum(c => c.Cost);
        return new()
        {
            Book = book.Id,
            From = cube.First is { } first ? DateOnly.FromDateTime(first) : null,
            To = cube.Last is { } last ? DateOnly.FromDateTime(last) : null,
            Days = cube.First is { } start && cube.Last is { } end
                ? DateOnly.FromDateTime(end).DayNumber - DateOnly.FromDateTime(start).DayNumber + 1
                : 1,
            Total = total,
            TotalMax = cube.TotalMax,
            Requests = cube.Requests,
            Failed = cube.Failed,
            Uncounted = uncounted,
            ByModel = cube.GroupBy(c => c.Key.Model.Id),
            ByApp = cube.GroupBy(c => c.Key.Caller.App),
            ByTeam = cube.GroupBy(c => c.Key.Caller.Team),
            ByEnv = cube.GroupBy(c => c.Key.Caller.Env),
            ByPrincipal = cube.GroupBy(c => c.Key.Caller.Principal),
            ByAccount = cube.GroupBy(c => c.Key.Caller.Account),
            ByMeter = cube.GroupByMeter((_, meter) => meter.Name()),
            ByMode = cube.GroupBy(c => c.Key.Mode.Name()),
            ByDay = [.. cube.GroupBy(c => Dimensions.Day(c.Key.Day)).OrderBy(g => g.Key, StringComparer.Ordinal)],
            Groups = dimensions.Count == 0 ? null : Dimensions.Group(cube, dimensions, Dimensions.TagKeys(dimensions)),
            Meters = cube.Meters(),
            Top = top.InOrder,
            Unpriced = [.. cube.Unpriced.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal)
                .Select(u => (u.Key, u.Value))],
            RequestsUnpriced = cube.Cells.Sum(c => c.WithUnpriced),
            Errors = [.. cube.Errors.OrderByDescending(e => e.Value).ThenBy(e => e.Key, StringComparer.Ordinal)
                .Select(e => (e.Key, e.Value))],
            Refused = [.. cube.Refusals.GroupBy(r => r.Key.Reason).Select(g => (Reason: g.Key, Count: g.Sum(r => r.Value)))
                .OrderByDescending(r => r.Count).ThenBy(r => r.Reason, StringComparer.Ordinal)],
            Tags = [Coverage("app", c => c.App), Coverage("team", c => c.Team), Coverage("env", c => c.Env)],
            Norms = GuideNorms.Of(cube, book),
            Highlights = Highlights.Of(cube, book, untagged),
            NotVisible = NotVisible(reading.Bill is not null),
            Reading = reading,
        };

        TagCoverage Coverage(string key, Func<Caller, string> of)
        {
            var without = cube.Cells.Where(c => of(c.Key.Caller).Length == 0).Sum(c => c.Cost);
            return new(key, total == 0m ? 0 : (double)decimal.Round((total - without) / total, 6), without);
        }
    }

    // What an invocation log cannot show is said, never counted as nothing. A bill shows it, and does not show single calls.
    List<string> NotVisible(bool hasBill)
    {
        List<string> unseen = hasBill ? [] :
        [
            "batch jobs", "provisioned and reserved capacity", "custom-model training, storage and import",
            "knowledge bases and vector stores", "CloudWatch", "calls through bedrock-mantle",
        ];
        if (cube.Cells.Any(c => c.Key.Mode == Mode.Batch)) unseen.Remove("batch jobs");
        if (hasBill && cube.Requests == 0) unseen.Add("single requests, which a bill adds up by the hour");
        return unseen;
    }
}
