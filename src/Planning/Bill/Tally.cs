using Assay.Estate;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>USD at list prices and net of private rates.</summary>
readonly record struct Priced(decimal Cost, decimal List)
{
    public static Priced operator +(Priced left, Priced right) => new(left.Cost + right.Cost, left.List + right.List);
    public static Priced operator -(Priced left, Priced right) => new(left.Cost - right.Cost, left.List - right.List);
}

/// <summary>
/// Adds up one draw of an estate: rates its usage, takes private rates off, and keeps lines and what has no price where a bill is
/// wanted and not only its total. Not for several threads at once.
/// </summary>
sealed class Tally(DescribedEstate estate, PriceBook book, DateOnly day, Draw draw, bool withLines)
{
    readonly Charge[] charges = new Charge[Rater.ChargesMax];
    // Enough for a mix of four models; a larger one brings its own.
    readonly UsageRecord[] records = new UsageRecord[8];

    public Draw Draw { get; } = draw;
    public PriceBook Book { get; } = book;
    public DateTime Time { get; } = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
    public decimal Total { get; private set; }
    public bool WithLines { get; } = withLines;
    public List<BillLine> Lines { get; } = [];
    public List<UnpricedUsage> Unpriced { get; } = [];
    public List<string> Warnings { get; } = [];

    /// <summary>True when something rated since <see cref="Begin"/> had no price.</summary>
    public string? FirstReason { get; private set; }

    public void Begin() => FirstReason = null;

    /// <summary>The cost of a record; what of it has no price is noted under the line.</summary>
    public Priced Rate(in UsageRecord record, string line, string category)
    {
        var count = Rater.Rate(record, Book, charges);
        var list = 0m;
        for (var i = 0; i < count; i++)
        {
            if (charges[i].Rate is not null) list += charges[i].Cost;
            else Missing(record, charges[i], line, category);
        }
        return new(list * (1m - estate.PrivateDiscount(record.Model.Id, Draw)), list);
    }

    /// <summary>The cost of a month's expected usage of a share of a workload's calls.</summary>
    public Priced Rate(ExpectedUsage usage, decimal share, string line, string category)
    {
        var sum = default(Priced);
        if (share <= 0m) return sum;
        Span<UsageRecord> into = usage.RecordsMax <= records.Length ? records : new UsageRecord[usage.RecordsMax];
        var count = usage.Of(Draw, share, into);
        for (var i = 0; i < count; i++) sum += Rate(into[i], line, category);
        return sum;
    }

    /// <summary>The same of one model of the mix.</summary>
    public Priced RateModel(ExpectedUsage usage, int model, decimal share, string line, string category)
    {
        var sum = default(Priced);
        if (share <= 0m) return sum;
        var count = usage.OfModel(model, Draw, share, records);
        for (var i = 0; i < count; i++) sum += Rate(records[i], line, category);
        return sum;
    }

    /// <summary>An amount on a meter that is not a token counter.</summary>
    public Priced Rate(CallKind kind, Meter meter, decimal amount, string line, string category) => amount <= 0m
        ? default
        : Rate(new UsageRecord(kind) { Time = Time, Amounts = [new(meter, amount)] }, line, category);

    public void Add(string name, string category, Priced amount, string detail, LineOrigin origin = LineOrigin.Rated)
    {
        Total += amount.Cost;
        if (WithLines) Lines.Add(new(name, category, amount.Cost, amount.List, origin, detail));
    }

    public void AddStated(string name, string category, decimal usd, string detail) =>
        Add(name, category, new(usd, usd), detail, LineOrigin.Stated);

    public void Lacks(string line, string category, string reason)
    {
        FirstReason ??= reason;
        if (WithLines) Unpriced.Add(new(line, category, null, 0m, reason));
    }

    public void Warn(string text)
    {
        if (WithLines && !Warnings.Contains(text)) Warnings.Add(text);
    }

    public ModelledBill ToBill() => new(
        [.. Lines.Where(l => l.List != 0m || !Lacks(l)).Select(l => Lacks(l) ? l with { Detail = Incomplete(l.Detail) } : l)
            .OrderBy(l => Place(l.Category))],
        [.. Unpriced.GroupBy(u => (u.Line, u.Category, u.Meter, u.Reason))
            .Select(g => g.First() with { Quantity = g.Sum(u => u.Quantity) })],
        Warnings);

    // A line of nothing but unpriced usage stands among the unpriced and never as a zero.
    bool Lacks(BillLine line) => Unpriced.Exists(u => u.Line == line.Name && u.Category == line.Category && u.Meter is not null);

    static string Incomplete(string detail) => detail.Length == 0 ? "in part without a price" : $"in part without a price; {detail}";

    static int Place(string category)
    {
        for (var i = 0; i < BillCategories.All.Count; i++)
            if (BillCategories.All[i] == category) return i;
        return BillCategories.All.Count;
    }

    void Missing(in UsageRecord record, in Charge charge, string line, string category)
    {
        if (!WithLines && FirstReason is not null) return;
        var reason = Rater.Reason(record, charge, Book);
        FirstReason ??= reason;
        if (WithLines) Unpriced.Add(new(line, category, charge.Meter, charge.Quantity, reason));
    }
}
