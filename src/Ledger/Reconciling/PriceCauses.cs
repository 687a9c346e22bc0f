using Assay.Ledger.Bills;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>
/// Lines whose price is not the book's. A day's lines of a rate must agree on the other price, and more than one line of the product must
/// bear it out: a cost that is simply wrong is nobody's price.
/// </summary>
static class PriceCauses
{
    // The bounds of PriceCheck: beyond them a rate does not fit its siblings.
    const decimal OutOfLineAbove = 2.5m, OutOfLineBelow = 0.4m;

    sealed record Day(FamilyKey Family, Meter Meter, DateOnly On, IReadOnlyList<BilledLine> Lines)
    {
        /// <summary>Prices change product by product, and apart for each way of buying it.</summary>
        public (string Product, Mode Mode, Tier Tier) Product => (Family.Product, Family.Mode, Family.Tier);
        public Rate Rate => Lines[0].Rate!;
        public decimal Quantity { get; } = Lines.Sum(l => l.Quantity);
        public decimal Cost { get; } = Lines.Sum(l => l.Line.Cost);

        public bool Deviates => Lines.Any(l => !IsRounding(l));
        public decimal Ratio => Quantity == 0m || Rate.UsdPerUnit == 0m ? 1m : Cost / Quantity / Rate.UsdPerUnit;

        /// <summary>True when one price explains all lines of the day.</summary>
        public bool Agrees
        {
            get
            {
                if (Quantity == 0m) return false;
                var (price, slack) = (Cost / Quantity, 2m * Lines.Sum(l => l.Tolerance));
                return Lines.All(l => Math.Abs(l.Line.Cost - (l.Quantity * price)) <= slack);
            }
        }
    }

    public static void Find(IReadOnlyList<BilledLine> lines, Differences found)
    {
        // What a plan covers is charged at the plan's price.
        foreach (var line in lines)
            if (line.Rate is not null && IsCovered(line)) Add(found, Cause.Commitment, line, line.Line.Cost - List(line));
        var days = lines.Where(l => l.Rate is not null && !IsCovered(l)).GroupBy(l => (l.Family.Key, l.Meter, l.Day))
            .Select(g => new Day(g.Key.Key, g.Key.Meter, g.Key.Day, [.. g])).ToList();
        var deviating = days.Where(d => d.Deviates).ToList();
        foreach (var day in days)
            foreach (var line in day.Lines)
                if (IsRounding(line)) Add(found, Cause.Rounding, line, line.Line.Cost - List(line));
        if (deviating.Count == 0) return;

        var ofMeter = days.ToLookup(d => (d.Product, d.Meter, d.On));
        var ofProduct = days.ToLookup(d => (d.Product, d.On));
        var support = deviating.Where(d => d.Agrees).GroupBy(d => (d.Product, Rounded(d.Ratio)))
            .ToDictionary(g => g.Key, g => g.Sum(d => d.Lines.Count));
        foreach (var day in deviating)
        {
            if (Discount(day, days) is { } discount) Name(day, found, line => Add(found, discount, line, line.Line.Cost - List(line)));
            else if (!day.Agrees) Name(day, found, line => Add(found, null, line, line.Line.Cost - List(line)));
            else Price(day, Usual([.. ofMeter[(day.Product, day.Meter, day.On)]], [.. ofProduct[(day.Product, day.On)]]),
                support[(day.Product, Rounded(day.Ratio))], found);
        }
    }

    static void Price(Day day, decimal usual, int support, Differences found)
    {
        var apart = Snapped(day.Ratio / usual);
        var isOutOfLine = apart is >= OutOfLineAbove or <= OutOfLineBelow && apart > 0m;
        // One line alone may be a slip of any kind, unless it is off by a power of ten, as misread units are.
        var isBorneOut = support > 1 || apart is 10m or 100m or 1000m or 0.1m or 0.01m or 0.001m;
        Name(day, found, line =>
        {
            var (cost, list) = (line.Line.Cost, List(line));
            if (!isBorneOut)
            {
                Add(found, null, line, cost - list);
                return;
            }
            if (!isOutOfLine)
            {
                Add(found, Cause.PriceChange, line, cost - list);
                Changed(day, line, found, cost - list);
                return;
            }
            var expected = cost / apart;
            Add(found, Cause.PriceOutOfLine, line, cost - expected);
            Add(found, usual == 1m ? Cause.Rounding : Cause.PriceChange, line, expected - list);
            if (usual != 1m) Changed(day, line, found, expected - list);
            found.Fault(Cause.PriceOutOfLine, line.Line.Account, line.Family.Key.Region, day.Product.Product + day.Meter,
                line.Line.UsageType, line.Day, cost - expected,
                $"{day.Product.Product} {day.Meter.Name()} is charged at {Usd.Plain(apart)} times what its siblings are; "
                    + "dispute it with AWS");
        });
    }

    static void Changed(Day day, in BilledLine line, Differences found, decimal amount) =>
        found.Fault(Cause.PriceChange, line.Line.Account, line.Family.Key.Region, day.Product.Product, line.Line.UsageType, line.Day,
            amount,
            $"{day.Product.Product} is charged at {Usd.Plain(Rounded(day.Ratio))} times the book's rate; if AWS changed the price, "
                + "'assay prices import' the new list");

    // A discount taken off the line itself: the list cost beside it is the book's.
    static string? Discount(Day day, List<Day> all)
    {
        if (!day.Lines.All(IsNetted)) return null;
        var ratio = Rounded(day.Ratio);
        return all.All(d => d.Rate.UsdPerUnit == 0m || Rounded(d.Ratio) == ratio) ? Cause.ProgrammeDiscount : Cause.PrivateDiscount;
    }

    static bool IsNetted(BilledLine line) => line.Line.ListCost is { } list && list > line.Line.Cost
        && Math.Abs(list - List(line)) <= line.Tolerance;

    // What the product's price does that day elsewhere: the ratio nearest to the book's among its siblings.
    static decimal Usual(IReadOnlyList<Day> sameMeter, IReadOnlyList<Day> sameProduct)
    {
        var usual = Nearest(sameMeter);
        if (usual is >= OutOfLineAbove or <= OutOfLineBelow) usual = Nearest(sameProduct);
        return usual is >= OutOfLineAbove or <= OutOfLineBelow ? 1m : usual;
    }

    static decimal Nearest(IReadOnlyList<Day> days)
    {
        var nearest = days.Where(d => d.Rate.UsdPerUnit > 0m && (!d.Deviates || d.Agrees)).Select(d => d.Deviates ? d.Ratio : 1m)
            .Where(r => r > 0m).DefaultIfEmpty(1m).MinBy(r => r < 1m ? 1m / r : r);
        return Rounded(nearest);
    }

    static void Name(Day day, Differences found, Action<BilledLine> name)
    {
        foreach (var line in day.Lines)
            if (!IsRounding(line)) name(line);
    }

    static void Add(Differences found, string? cause, in BilledLine line, decimal amount) =>
        found.Add(cause, line.Line.Account, line.Day, line.Line.UsageType, amount);

    static bool IsCovered(BilledLine line) => line.Line.Charge == BillCharge.Commitment;
    static decimal List(in BilledLine line) => line.Quantity * line.Rate!.UsdPerUnit;
    static bool IsRounding(BilledLine line) => Math.Abs(line.Line.Cost - List(line)) <= line.Tolerance;
    static decimal Rounded(decimal ratio) => decimal.Round(ratio, 2, MidpointRounding.ToEven);

    // 9.9997 is ten: rounding blurs the ratio of small costs.
    static decimal Snapped(decimal ratio)
    {
        foreach (var exact in (decimal[])[10m, 100m, 1000m, 0.1m, 0.01m, 0.001m])
            if (Math.Abs((ratio / exact) - 1m) < 0.02m) return exact;
        return Rounded(ratio) is > 0m and var rounded ? rounded : ratio;
    }
}
