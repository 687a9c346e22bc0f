using System.Runtime.CompilerServices;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>
/// What logs and bill can both name, and both are priced by: one account, region, product and way of buying it. A bill does not tell a
/// geography from the region where both cost the same, nor two ids of one product; so neither does this.
/// </summary>
/// <param name="Product">The first name of the model in the table; the id of what is not listed; empty for guardrails.</param>
readonly record struct FamilyKey(
    string Account, string Region, string Product, Mode Mode, Tier Tier, Scope Scope, ContextBand Context, Term Term);

/// <summary>A family, and a kind of call that stands for it wherever a rate is asked for.</summary>
sealed class UsageFamily(FamilyKey key, CallKind kind)
{
    public FamilyKey Key { get; } = key;
    public CallKind Kind { get; } = kind;
    public bool IsGuardrail => Key.Product.Length == 0;

    public Rate? RateOf(Meter meter, PriceBook book, DateOnly day) => book.CardFor(Kind, Key.Context, day)[meter];

    /// <summary>The family a kind of call belongs to in a price band.</summary>
    public static UsageFamily Of(CallKind kind, ContextBand context, PriceBook book, bool namesAccounts)
    {
        var account = namesAccounts ? kind.Caller.Account : "";
        var scope = ScopeOf(kind, context, book);
        var product = kind.Model.Facts is { Names: [var name, ..] } ? name : kind.Model.Id;
        var caller = Caller.Nobody with { Account = account };
        return new(new(account, kind.Region, product, kind.Mode, kind.Tier, scope, context, kind.Term),
            new CallKind(caller, kind.Region, kind.Model.Scope == scope ? kind.Model : kind.Model with { Scope = scope })
            {
                Mode = kind.Mode, Tier = kind.Tier, Term = kind.Term, Context = context, IsSum = true,
            });
    }

    public static UsageFamily Guardrails(string account, string region) =>
        new(new(account, region, "", Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, Term.None),
            new CallKind(Caller.Nobody with { Account = account }, region, new("", Scope.InRegion, ModelKind.Foundation, null))
            {
                Context = ContextBand.Standard, IsSum = true,
            });

    // The widest scope with the same prices: in region, if that costs the same.
    static Scope ScopeOf(CallKind kind, ContextBand context, PriceBook book)
    {
        if (kind.Model.Scope == Scope.InRegion) return Scope.InRegion;
        // One day for all, so that logs and bill come to one answer.
        var day = book.Date;
        var own = book.CardFor(kind, context, day);
        var region = book.CardFor(kind with { Model = kind.Model with { Scope = Scope.InRegion } }, context, day);
        foreach (var meter in (Meter[])[Meter.Input, Meter.Output, Meter.CacheRead, Meter.CacheWrite5m, Meter.CacheWrite1h])
            if (own[meter]?.UsdPerUnit != region[meter]?.UsdPerUnit) return kind.Model.Scope;
        return Scope.InRegion;
    }
}

/// <summary>What an hour (or a day, where the bill tells no hours) used, meter by meter.</summary>
struct Quantities
{
    /// <summary>The place of cache writes whose lifetime the log does not say, behind the meters.</summary>
    public static readonly int Open = DimensionNames.MeterCount;

    decimal[]? values;

    public readonly decimal this[Meter meter] => values is null ? 0m : values[(int)meter];
    public readonly decimal OpenWrites => values is null ? 0m : values[Open];
    public readonly bool IsNone => values is null;

    public void Add(int meter, decimal quantity) => (values ??= new decimal[Open + 1])[meter] += quantity;

    public void Add(in Quantities other)
    {
        if (other.values is null) return;
        for (var i = 0; i < other.values.Length; i++)
            if (other.values[i] != 0m) Add(i, other.values[i]);
    }
}

/// <summary>One hour of one family's logs: whole tokens in words, because ten million calls are added here.</summary>
struct HourTokens
{
    public int Hour;
    TokenCounts tokens;
    public Dictionary<Meter, decimal>? Amounts;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in TokenCounts more) => tokens = new()
    {
        Input = tokens.Input + more.Input, Output = tokens.Output + more.Output, CacheRead = tokens.CacheRead + more.CacheRead,
        CacheWrite5m = tokens.CacheWrite5m + more.CacheWrite5m, CacheWrite30m = tokens.CacheWrite30m + more.CacheWrite30m,
        CacheWrite1h = tokens.CacheWrite1h + more.CacheWrite1h, CacheWriteUnknown = tokens.CacheWriteUnknown + more.CacheWriteUnknown,
    };

    public readonly Quantities Read()
    {
        var read = new Quantities();
        void Put(int meter, long count)
        {
            if (count > 0) read.Add(meter, count);
        }

        Put((int)Meter.Input, tokens.Input);
        Put((int)Meter.Output, tokens.Output);
        Put((int)Meter.CacheRead, tokens.CacheRead);
        Put((int)Meter.CacheWrite5m, tokens.CacheWrite5m);
        Put((int)Meter.CacheWrite30m, tokens.CacheWrite30m);
        Put((int)Meter.CacheWrite1h, tokens.CacheWrite1h);
        Put(Quantities.Open, tokens.CacheWriteUnknown);
        foreach (var (meter, amount) in Amounts ?? []) read.Add((int)meter, amount);
        return read;
    }
}
