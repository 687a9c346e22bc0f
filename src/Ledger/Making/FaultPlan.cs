using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Making;

/// <summary>An account in a region.</summary>
readonly record struct Place(string Account, string Region);

/// <summary>Where the faults of an order fall, drawn once from its seed.</summary>
sealed class FaultPlan
{
    readonly HashSet<string> withoutLifetimes = [];
    readonly HashSet<Place> withoutTraces = [];
    readonly HashSet<(Place, DateTime)> lost = [];
    readonly HashSet<(Place, string)> doubled = [];
    readonly Dictionary<string, (DateOnly Day, decimal Factor)> changed = [];
    readonly int edgeMinutes;
    (string Product, Meter Meter, string Region) tenfold;

    public FaultPlan(BillOrder order, IReadOnlyList<UsageRecord> calls, PriceBook book)
    {
        var random = new Random(order.Seed);
        Period = order.Period.ToDateTime(default, DateTimeKind.Utc);
        PeriodEnd = Period.AddMonths(1);
        var places = calls.Select(c => new Place(c.Caller.Account, c.Region)).Distinct()
            .OrderBy(p => p.Account, StringComparer.Ordinal).ThenBy(p => p.Region, StringComparer.Ordinal).ToList();
        var products = calls.Select(c => Product(c.Model)).Distinct().Order(StringComparer.Ordinal).ToList();
        var cached = calls.Where(c => c.Tokens.Prompt > c.Tokens.Input).Select(c => Product(c.Model)).Distinct()
            .Order(StringComparer.Ordinal).ToList();
        bool Has(BillFaults fault) => order.Faults.HasFlag(fault);

        if (Has(BillFaults.UnknownLifetime)) withoutLifetimes.UnionWith(Some(random, places.Select(p => p.Account).Distinct()));
        if (Has(BillFaults.Guardrails)) withoutTraces.UnionWith(Some(random, places));
        if (Has(BillFaults.DoubleChargedCache))
            doubled.UnionWith(Some(random, places.SelectMany(place => cached.Select(product => (place, product)))));
        if (Has(BillFaults.DayEdge)) edgeMinutes = random.Next(1, 12);
        if (calls.Count == 0) return;
        var (first, last) = (Hour(calls.Min(c => c.Time)), Hour(calls.Max(c => c.Time)));
        if (Has(BillFaults.MissingLogHours))
            foreach (var place in places)
                for (var hour = first; hour <= last; hour = hour.AddHours(1))
                    // The hours about midnight are lost more often: that is where faults meet.
                    if (random.Next(100) < (hour.Hour is 23 or 0 ? 30 : 5)) lost.Add((place, hour));
        if (Has(BillFaults.PriceChange))
            foreach (var product in Some(random, products))
                changed[product] = (DateOnly.FromDateTime(first).AddDays(random.Next((last - first).Days + 1)),
                    random.Next(4) switch { 0 => 0.9m, 1 => 1.1m, 2 => 1.25m, _ => 0.8m });
        if (Has(BillFaults.TenfoldPrice))
        {
            var call = calls[random.Next(calls.Count)];
            tenfold = (Product(call.Model), random.Next(2) == 0 ? Meter.Input : Meter.Output, call.Region);
        }
        if (Has(BillFaults.LateBill)) Cut = last.AddHours(-random.Next((int)(last - first).TotalHours / 3 + 1));
    }

    public DateTime Period { get; }
    public DateTime PeriodEnd { get; }

    /// <summary>The first hour that has not arrived; null for a whole bill.</summary>
    public DateTime? Cut { get; }

    /// <summary>The hour a call is billed in.</summary>
    public DateTime BilledAt(DateTime time) =>
        time >= time.Date.AddDays(1).AddMinutes(-edgeMinutes) ? time.Date.AddDays(1) : Hour(time);

    public bool IsOnBill(DateTime hour) => hour >= Period && hour < PeriodEnd && !(hour >= Cut);
    public bool IsLogged(Place place, DateTime time) => !lost.Contains((place, Hour(time)));
    public bool TellsLifetimes(string account) => !withoutLifetimes.Contains(account);
    public bool TracesGuardrails(Place place) => !withoutTraces.Contains(place);
    public bool IsDoubled(Place place, ModelRef model) => doubled.Contains((place, Product(model)));

    public decimal Change(ModelRef model, DateOnly day) =>
        changed.TryGetValue(Product(model), out var change) && day >= change.Day ? change.Factor : 1m;

    public bool IsTenfold(ModelRef model, Meter meter, string region) => tenfold == (Product(model), meter, region);

    /// <summary>Ids sold under one name are one product, and have one price.</summary>
    public static string Product(ModelRef model) => model.Facts is { Names: [var name, ..] } ? name : model.Id;

    public static DateTime Hour(DateTime time) => new(time.Year, time.Month, time.Day, time.Hour, 0, 0, DateTimeKind.Utc);

    // At least one, about half.
    static List<T> Some<T>(Random random, IEnumerable<T> all)
    {
        var list = all.ToList();
        var some = list.Where(_ => random.Next(2) == 0).ToList();
        if (some.Count == 0 && list.Count > 0) some.Add(list[random.Next(list.Count)]);
        return some;
    }
}
