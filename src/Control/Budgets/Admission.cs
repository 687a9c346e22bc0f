namespace Assay.Control.Budgets;

/// <summary>What an admitted call has reserved. It is settled or released once; whatever follows changes nothing.</summary>
public readonly record struct Lease
{
    internal Lease(int slot, long serial, DateTime admitted) => (Slot, Serial, Admitted) = (slot, serial, admitted);

    internal int Slot { get; }
    internal long Serial { get; }

    /// <summary>The moment whose windows the cost belongs to, whenever it is settled. The journal's line has the same.</summary>
    public DateTime Admitted { get; }
}

/// <summary>Whether a call may spend, and which budget says no.</summary>
public readonly record struct Admission
{
    public static readonly Admission Admitted = new() { IsAdmitted = true };

    public bool IsAdmitted { get; init; }

    /// <summary>The budget that refuses; null when the call is admitted, as what follows is nothing then.</summary>
    public string? Budget { get; init; }

    /// <summary>The key, app, team or environment whose counter refuses; empty for the one counter of all.</summary>
    public string? Value { get; init; }
    public BudgetPer Per { get; init; }
    public BudgetStop Stop { get; init; }
    public decimal Limit { get; init; }
    public decimal Spent { get; init; }
    public decimal Reserved { get; init; }
    public decimal Held { get; init; }

    /// <summary>The window that is full; a rolling one ends now.</summary>
    public DateTime WindowStart { get; init; }
    public DateTime WindowEnd { get; init; }

    /// <inheritdoc cref="BudgetRule.Owners"/>
    public IReadOnlyList<string> Owners { get => field ?? []; init; }

    /// <summary>What a call may still reserve; zero when it is overspent.</summary>
    public decimal Headroom { get; init; }

    /// <summary>When the same call will fit, at latest, if nothing more is spent; null when it is dearer than the budget.</summary>
    public DateTime? Until { get; init; }
}

/// <summary>A step that the settled spend of a budget has reached.</summary>
/// <param name="Value">The key, app, team or environment; empty for the one counter of all.</param>
/// <param name="Step">Share of the limit: 0.5 for 50 %.</param>
/// <param name="Time">When the call was admitted whose cost reached it.</param>
public sealed record BudgetEvent(
    string Budget, string Value, DateTime WindowStart, decimal Step, decimal Spent, decimal Limit, DateTime Time);

/// <summary>The counters that are about a spender.</summary>
public sealed class BudgetSet
{
    readonly int asked;

    internal BudgetSet(Spender spender, (BudgetRule Rule, BudgetCounter Counter)[] counted, int asked, int version) =>
        (Spender, Counted, this.asked, Version) = (spender, counted, asked, version);

    public Spender Spender { get; }
    internal (BudgetRule Rule, BudgetCounter Counter)[] Counted { get; }

    /// <summary>Those that calls are held to; the rest counts until its sums are complete.</summary>
    internal ReadOnlySpan<(BudgetRule Rule, BudgetCounter Counter)> Asked => Counted.AsSpan(0, asked);
    internal ReadOnlySpan<(BudgetRule Rule, BudgetCounter Counter)> Coming => Counted.AsSpan(asked);

    /// <summary>Of which reading of the rules it is. The book takes the spender's current set in place of an earlier one.</summary>
    internal int Version { get; }
}

/// <summary>Every counter as it stands at a moment.</summary>
public sealed record BudgetState(DateTime At, IReadOnlyList<BudgetCounterState> Counters);

/// <param name="Value">The key, app, team or environment; empty for the one counter of all.</param>
/// <param name="Reserved">Of calls under way.</param>
/// <param name="Held">Of calls whose cost is not known: no price, no settlement in time, or left by a crash.</param>
/// <param name="Unpriced">Calls without a price.</param>
public sealed record BudgetCounterState(
    string Budget, BudgetPer Per, string Value, BudgetWindow Window, BudgetStop Stop, decimal Limit, decimal Spent, decimal Reserved,
    decimal Held, DateTime WindowStart, DateTime WindowEnd, int Unpriced)
{
    public decimal Headroom => Math.Max(0m, Limit - Spent - Reserved - Held);
}
