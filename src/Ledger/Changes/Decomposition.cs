using System.Numerics;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Changes;

/// <summary>
/// Takes the change of spend between two periods apart into volume, model mix, mode, tokens per request, cache rate and price.
/// </summary>
/// <remarks>
/// A workload's spend is a product: calls × shares of models × shares of modes × units a call × their split over meters × rates. Changing
/// the factors one after another attributes each step, but the attribution depends on the order. Here every order counts alike: a
/// factor's part is its step averaged over all 720 orders of the six, its Shapley value (Shapley 1953; for changes of spend: Sun 1998,
/// Ang et al. 2003). So no factor is favoured by coming last, and swapping the periods swaps the sign of every part. Each of the 64
/// states is a re-rating of mixed usage, rounded to <see cref="Decimals"/> decimals; the two real states are exact. What the division by
/// 720 leaves is put into volume, so that the parts add up to the last decimal. docs/weekly.md has the conventions for what exists in
/// one period only.
/// </remarks>
public static class Decomposition
{
    const int Decimals = 12;
    const int Factors = 6, States = 1 << Factors, Orders = 720;

    // In how many orders a factor comes just after a given set of so many others.
    static readonly int[] OrdersAfter = [120, 24, 12, 12, 24, 120];

    /// <summary>Takes the change between two periods of one cube apart.</summary>
    /// <param name="book">The book the cube was priced with; asked what a meter would have cost in the period it was not used in.</param>
    public static SpendChange Of(SpendCube cube, DaySpan before, DaySpan after, PriceBook book)
    {
        var workloads = new Dictionary<SpendingWorkload, WorkloadUse>();
        var unpriced = new Dictionary<string, (long Before, long After)>(StringComparer.Ordinal);
        foreach (var cell in cube.Cells)
        {
            var period = before.Contains(cell.Key.Day) ? 0 : after.Contains(cell.Key.Day) ? 1 : -1;
            if (period < 0) continue;
            Add(workloads, cell, period);
            if (cell.WithUnpriced > 0) Note(unpriced, cell, period, book);
        }
        DateOnly[] days = [before.Last, after.Last];
        List<ChangeLine> lines = [];
        foreach (var (workload, use) in workloads) lines.AddRange(LinesOf(workload, use, days, book));
        lines = [.. lines.OrderByDescending(l => Math.Abs(l.Change)).ThenBy(l => l.Workload.ToString(), StringComparer.Ordinal)
            .ThenBy(l => l.Model, StringComparer.Ordinal)];
        return new(before, after, lines.Sum(l => l.Before), lines.Sum(l => l.After),
            lines.Aggregate(default(ChangeParts), (sum, line) => sum + line.Parts), lines,
            [.. unpriced.Select(u => new UnpricedChange(u.Key, u.Value.Before, u.Value.After))
                .OrderByDescending(u => u.RequestsBefore + u.RequestsAfter).ThenBy(u => u.Reason, StringComparer.Ordinal)]);
    }

    static void Add(Dictionary<SpendingWorkload, WorkloadUse> workloads, Cell cell, int period)
    {
        // The rows of a bill tell no calls. What is counted then are the units themselves, each sort by itself.
        IEnumerable<(string Unit, IEnumerable<MeterSum> Sums)> counted = cell.Key.Kind.IsSum
            ? cell.Meters.GroupBy(m => m.Meter.Unit()).Select(g => (g.Key, g.AsEnumerable()))
            : [("call", cell.Meters)];
        foreach (var (unit, sums) in counted)
        {
            var caller = cell.Key.Caller;
            SpendingWorkload key = new(caller.Account, caller.Principal, caller.App, caller.Team, caller.Env, unit);
            if (!workloads.TryGetValue(key, out var use)) workloads[key] = use = new();
            var model = use.Of(cell.Key.Model.Id);
            var leaf = model.Of(cell.Key.Kind, cell.Key.Context);
            var units = cell.Key.Kind.IsSum ? sums.Sum(m => m.Quantity) : cell.Requests - cell.Failed;
            leaf.Units[period] += units;
            model.Units[period] += units;
            model.Unpriced[period] += sums.Any(m => m.Unpriced > 0) ? cell.WithUnpriced : 0;
            foreach (var sum in sums) leaf.Add(period, sum);
        }
    }

    static void Note(Dictionary<string, (long, long)> unpriced, Cell cell, int period, PriceBook book)
    {
        var isLong = cell.Key.Context == ContextBand.Long;
        foreach (var sum in cell.Meters)
        {
            if (sum.Unpriced == 0) continue;
            var reason = Rater.Quote(cell.Key.Kind, isLong, cell.Key.Day, sum.Meter, book).Reason;
            var (was, now) = unpriced.GetValueOrDefault(reason);
            unpriced[reason] = period == 0 ? (was + sum.Unpriced, now) : (was, now + sum.Unpriced);
        }
    }

    static IEnumerable<ChangeLine> LinesOf(SpendingWorkload workload, WorkloadUse use, DateOnly[] days, PriceBook book)
    {
        decimal[] units = [use.Units(0), use.Units(1)];
        foreach (var (name, model) in use.Models)
        {
            var costs = new decimal[2];
            var unlike = 0m;
            foreach (var leaf in model.Leaves.Values)
                for (var period = 0; period < 2; period++)
                    foreach (var (meter, used) in leaf.Meters[period])
                        if (leaf.IsUnlike(meter)) unlike += period == 0 ? -used.Cost : used.Cost;
                        else costs[period] += used.Cost;
            var (before, after) = (costs[0] + Unlike(model, 0), costs[1] + Unlike(model, 1));
            var change = costs[1] - costs[0];
            var parts = units[0] == 0m || units[1] == 0m
                ? new ChangeParts(change, 0m, 0m, 0m, 0m, 0m, unlike)
                : Parts(Values(use, model, units, costs, days, book)) with { Unlike = unlike };
            if (before != 0m || after != 0m || model.Units[0] != 0m || model.Units[1] != 0m)
            {
                yield return new(workload, name, before, after, model.Units[0], model.Units[1], parts)
                {
                    UnpricedBefore = model.Unpriced[0], UnpricedAfter = model.Unpriced[1],
                };
            }
        }
    }

    static decimal Unlike(ModelUse model, int period) =>
        model.Leaves.Values.Sum(l => l.Meters[period].Where(m => l.IsUnlike(m.Key)).Sum(m => m.Value.Cost));

    /// <summary>The Shapley values of six factors. Bit i of an index of <paramref name="values"/>: factor i is the later
    /// period's.</summary>
    internal static ChangeParts Parts(decimal[] values)
    {
        var parts = new decimal[Factors];
        for (var factor = 0; factor < Factors; factor++)
        {
            var sum = 0m;
            for (var state = 0; state < States; state++)
                if ((state & (1 << factor)) == 0)
                    sum += OrdersAfter[BitOperations.PopCount((uint)state)] * (values[state | (1 << factor)] - values[state]);
            parts[factor] = decimal.Round(sum / Orders, Decimals, MidpointRounding.ToEven);
        }
        var rest = values[States - 1] - values[0] - parts.Sum();
        return new(parts[0] + rest, parts[1], parts[2], parts[3], parts[4], parts[5], 0m);
    }

    // What the model's calls of the workload would have cost in each of the 64 mixtures of the two periods.
    static decimal[] Values(
        WorkloadUse use, ModelUse model, decimal[] units, decimal[] costs, DateOnly[] days, PriceBook book)
    {
        var values = new decimal[States];
        decimal[] shares = [model.Units[0] / units[0], model.Units[1] / units[1]];
        foreach (var terms in model.Leaves.GroupBy(l => l.Key.Terms))
        {
            var termsShares = Shares(terms.Select(l => l.Value), model.Units);
            decimal[] termsUnits = [terms.Sum(l => l.Value.Units[0]), terms.Sum(l => l.Value.Units[1])];
            foreach (var ((_, context), leaf) in terms)
            {
                var bandShares = Shares([leaf], termsUnits);
                var prices = UnitCosts(use, model, leaf, context, days, book);
                for (var state = 1; state < States - 1; state++)
                {
                    int Period(ChangeFactor factor) => (state >> (int)factor) & 1;
                    values[state] += units[Period(ChangeFactor.Volume)] * shares[Period(ChangeFactor.ModelMix)]
                        * termsShares[Period(ChangeFactor.Mode)] * bandShares[Period(ChangeFactor.TokensPerRequest)]
                        * prices[state >> (int)ChangeFactor.TokensPerRequest];
                }
            }
        }
        for (var state = 1; state < States - 1; state++)
            values[state] = decimal.Round(values[state], Decimals, MidpointRounding.ToEven);
        (values[0], values[^1]) = (costs[0], costs[1]);
        return values;
    }

    // The share of some calls in a whole; in a period without the whole, that of the other period.
    static decimal[] Shares(IEnumerable<LikeCalls> part, decimal[] whole)
    {
        var calls = part.ToList();
        decimal? Share(int period) => whole[period] == 0m ? null : calls.Sum(l => l.Units[period]) / whole[period];
        var (before, after) = (Share(0), Share(1));
        return [before ?? after ?? 0m, after ?? before ?? 0m];
    }

    // What a call costs by itself: bit 0 of the index: units a call, bit 1: their split over meters, bit 2: rates; set for the later.
    static decimal[] UnitCosts(
        WorkloadUse use, ModelUse model, LikeCalls leaf, ContextBand context, DateOnly[] days, PriceBook book)
    {
        var patterns = new CallPattern[2];
        for (var period = 0; period < 2; period++) patterns[period] = Pattern(use, model, leaf, context, period);
        var rates = new Dictionary<Meter, decimal[]?>();
        decimal[]? RatesOf(Meter meter) => rates.TryGetValue(meter, out var known) ? known
            : rates[meter] = leaf.IsUnlike(meter) ? null : Rates(leaf, meter, context, days, book);
        var costs = new decimal[8];
        for (var state = 0; state < costs.Length; state++)
        {
            var (amounts, split, rate) = (patterns[state & 1], patterns[(state >> 1) & 1].Split, state >> 2);
            if (split.Count == 0) split = amounts.Split;
            var cost = 0m;
            foreach (var (meter, share) in split)
            {
                // A model without a price for cached tokens reads them as plain input.
                var price = RatesOf(meter) ?? (leaf.IsUnlike(meter) ? null : RatesOf(Meter.Input));
                if (price is not null) cost += amounts.Prompt * share * price[rate];
            }
            foreach (var (meter, quantity) in amounts.Others)
                if (RatesOf(meter) is { } price) cost += quantity * price[rate];
            costs[state] = cost;
        }
        return costs;
    }

    // What the calls used in a period. Where there were none: what those used whose place they took, or that took theirs.
    static CallPattern Pattern(WorkloadUse use, ModelUse model, LikeCalls leaf, ContextBand context, int period)
    {
        var other = 1 - period;
        if (CallPattern.Of([leaf], period) is { } own) return own;
        if (model.Units[period] > 0m)
        {
            // On other terms, with prompts of the same sort.
            return CallPattern.Of(model.Leaves.Where(l => l.Key.Context == context).Select(l => l.Value), period)
                ?? CallPattern.Of([leaf], other) ?? Nothing;
        }
        // Models that this period has and the other has not.
        return CallPattern.Of(use.Models.Values.Where(m => m.Units[other] == 0m)
                .SelectMany(m => m.Leaves).Where(l => l.Key.Context == context).Select(l => l.Value), period)
            ?? CallPattern.Of([leaf], other) ?? Nothing;
    }

    static readonly CallPattern Nothing = new(0m, new Dictionary<Meter, decimal>(), new Dictionary<Meter, decimal>());

    // What a unit cost in each period: as charged, else as the book has it on the period's last day; null where it has no price at all.
    static decimal[]? Rates(LikeCalls leaf, Meter meter, ContextBand context, DateOnly[] days, PriceBook book)
    {
        decimal? Rate(int period) => leaf.Meters[period].TryGetValue(meter, out var use) && use.Quantity > 0m
            ? use.Cost / use.Quantity
            : Rater.Quote(leaf.Kind, context == ContextBand.Long, days[period], meter, book).Rate?.UsdPerUnit;
        var (before, after) = (Rate(0), Rate(1));
        return (before ?? after) is null ? null : [before ?? after!.Value, after ?? before!.Value];
    }
}
