namespace Assay.Ledger.Reconciling;

/// <summary>The differences found so far, by cause, and what nobody explained.</summary>
sealed class Differences
{
    readonly Dictionary<(string Cause, string Account, DateOnly Day, string UsageType), decimal> named = [];
    readonly Dictionary<(string Account, DateOnly Day, string UsageType), decimal> open = [];
    readonly Dictionary<(string Kind, string Account, string Region, string Subject), Fault> faults = [];

    public decimal Matched { get; set; }

    /// <param name="cause">Null where there is none: the amount stays unexplained.</param>
    public void Add(string? cause, string account, DateOnly day, string usageType, decimal amount)
    {
        if (amount == 0m) return;
        if (cause is null) open[(account, day, usageType)] = open.GetValueOrDefault((account, day, usageType)) + amount;
        else named[(cause, account, day, usageType)] = named.GetValueOrDefault((cause, account, day, usageType)) + amount;
    }

    /// <summary>A fault of the bill itself; faults of one kind and subject are one finding.</summary>
    public void Fault(string kind, string account, string region, string subject, string usageType, DateOnly day, decimal atStake,
        string text)
    {
        var at = (kind, account, region, subject);
        if (!faults.TryGetValue(at, out var fault)) faults[at] = fault = new(usageType, day, text);
        fault.Add(day, atStake);
    }

    public List<Residual> Named => [.. named.Where(n => n.Value != 0m)
        .Select(n => new Residual(n.Key.Cause, n.Key.Account, n.Key.Day, n.Key.UsageType, n.Value)).Order(BySize)];

    public List<Residual> Open => [.. open.Where(n => n.Value != 0m)
        .Select(n => new Residual("", n.Key.Account, n.Key.Day, n.Key.UsageType, n.Value)).Order(BySize)];

    public List<BillFinding> Findings => [.. faults.Select(f => f.Value.Finding(f.Key.Kind, f.Key.Account, f.Key.Region))
        .OrderByDescending(f => Math.Abs(f.AtStake)).ThenBy(f => f.Kind, StringComparer.Ordinal)
        .ThenBy(f => f.UsageType, StringComparer.Ordinal).ThenBy(f => f.Account, StringComparer.Ordinal)];

    static readonly Comparer<Residual> BySize = Comparer<Residual>.Create((left, right) =>
        Math.Abs(right.Amount).CompareTo(Math.Abs(left.Amount)) is not 0 and var size ? size
        : string.CompareOrdinal(left.Cause, right.Cause) is not 0 and var cause ? cause
        : left.Day.CompareTo(right.Day) is not 0 and var day ? day
        : string.CompareOrdinal(left.Account, right.Account) is not 0 and var account ? account
        : string.CompareOrdinal(left.UsageType, right.UsageType));
}

/// <summary>A finding as it grows.</summary>
sealed class Fault(string usageType, DateOnly day, string text)
{
    DateOnly first = day, last = day;
    long lines;
    decimal atStake;

    public void Add(DateOnly on, decimal amount)
    {
        if (on < first) first = on;
        if (on > last) last = on;
        lines++;
        atStake += amount;
    }

    public BillFinding Finding(string kind, string account, string region) =>
        new(kind, account, region, usageType, first, last, lines, atStake, text);
}
