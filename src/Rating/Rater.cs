using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating;

/// <summary>
/// Usage × book → charges. Pure: the same record and the same book give the same answer on any day. Every budget check, report,
/// what-if and comparison goes through here, so they can never disagree about money.
/// </summary>
public static class Rater
{
    /// <summary>Prompts above this many tokens fall into the long band, on models that have one.</summary>
    public const long LongContextAbove = 200_000;

    /// <summary>The most charges one record can give: six token meters, and one for each other meter.</summary>
    public static readonly int ChargesMax = DimensionNames.MeterCount;

    /// <summary>Rates one record, readably: one outcome for each meter with a quantity above zero.</summary>
    public static IReadOnlyList<Outcome> Rate(in UsageRecord usage, PriceBook book)
    {
        Span<Charge> charges = new Charge[ChargesMax];
        var count = Rate(usage, book, charges);
        var outcomes = new Outcome[count];
        for (var i = 0; i < count; i++)
        {
            var charge = charges[i];
            outcomes[i] = charge.Rate is { } rate
                ? new Outcome.Rated(
                    charge.Meter, charge.Quantity, rate, new(charge.Cost), charge.CostMax is { } max ? new(max) : null, charge.Context)
                : new Outcome.Unpriced(charge.Meter, charge.Quantity, charge.Unpriced, charge.Context, Reason(usage, charge, book));
        }
        return outcomes;
    }

    /// <summary>
    /// Rates one record into a span of at least <see cref="ChargesMax"/> charges and gives their number. Allocates nothing.
    /// </summary>
    public static int Rate(in UsageRecord usage, PriceBook book, Span<Charge> into)
    {
        var tokens = usage.Tokens;
        var context = ContextOf(usage, book);
        var card = book.CardFor(usage.Kind, context, DateOnly.FromDateTime(usage.Time));
        var tokenCause = TokenCause(usage);
        var count = 0;
        if (tokens.Input > 0) Price(ref into[count++], Meter.Input, tokens.Input, card, context, tokenCause);
        if (tokens.Output > 0) Price(ref into[count++], Meter.Output, tokens.Output, card, context, tokenCause);
        if (tokens.CacheRead > 0) Price(ref into[count++], Meter.CacheRead, tokens.CacheRead, card, context, tokenCause);
        var write5m = tokens.CacheWrite5m + tokens.CacheWriteUnknown;
        if (write5m > 0)
        {
            ref var charge = ref into[count++];
            Price(ref charge, Meter.CacheWrite5m, write5m, card, context, tokenCause);
            if (tokens.CacheWriteUnknown > 0) Bound(ref charge, tokens, card);
        }
        if (tokens.CacheWrite30m > 0) Price(ref into[count++], Meter.CacheWrite30m, tokens.CacheWrite30m, card, context, tokenCause);
        if (tokens.CacheWrite1h > 0) Price(ref into[count++], Meter.CacheWrite1h, tokens.CacheWrite1h, card, context, tokenCause);
        if (usage.Amounts is { } amounts)
            foreach (var amount in amounts)
                if (amount.Amount > 0)
                {
                    var cause = amount.Meter.IsGuardrail() ? UnpricedCause.None : tokenCause;
                    Price(ref into[count++], amount.Meter, amount.Amount, card, context, cause);
                }
        return count;
    }

    /// <summary>The band a prompt falls into: everything the model read counts, from wherever. A stated band stands.</summary>
    public static ContextBand ContextOf(in UsageRecord usage, PriceBook book) => usage.Context is { } stated ? stated
        : usage.Tokens.Prompt > LongContextAbove && HasLongBand(usage.Model, book) ? ContextBand.Long : ContextBand.Standard;

    /// <summary>The price of a meter for calls of a kind: what <see cref="Rate(in UsageRecord, PriceBook)"/> multiplies by.</summary>
    public static MeterQuote Quote(CallKind kind, bool isLong, DateOnly day, Meter meter, PriceBook book)
    {
        // One unit is priced as every other one is, and an open one tells what the others may come to.
        var open = meter == Meter.CacheWrite5m;
        var usage = new UsageRecord(kind) { Tokens = open ? new() { CacheWriteUnknown = 1 } : default };
        var context = kind.Context ?? (isLong && HasLongBand(kind.Model, book) ? ContextBand.Long : ContextBand.Standard);
        var card = book.CardFor(kind, context, day);
        Charge charge = default;
        Price(ref charge, meter, 1, card, context, meter.IsGuardrail() ? UnpricedCause.None : TokenCause(usage));
        if (open) Bound(ref charge, usage.Tokens, card);
        return new(meter, context, charge.Rate, charge.CostMax - charge.Cost ?? 0m, charge.Unpriced,
            charge.Rate is null ? Reason(usage, charge, book) : "");
    }

    static bool HasLongBand(ModelRef model, PriceBook book) => model.Facts?.HasLongBand ?? book.HasLongBand(model.Id);

    /// <summary>Why a charge has no price, in words that say what to do.</summary>
    public static string Reason(in UsageRecord usage, in Charge charge, PriceBook book) => charge.Unpriced switch
    {
        UnpricedCause.OpaqueProfile =>
            $"{Kind(usage.Model.Id, "application inference profile")} '{usage.Model.Id}' is not mapped; "
                + "name its model with --profiles FILE",
        UnpricedCause.CoveredByModelUnits => "covered by model units",
        UnpricedCause.CustomModel =>
            $"{Kind(usage.Model.Id, "custom or imported model")} '{usage.Model.Id}' has serving terms of its own, "
                + "which are not in the log",
        UnpricedCause.ImageSize => $"book '{book.Id}' has no single image price for '{usage.Model.Id}'; size and quality decide it",
        UnpricedCause.NoRate when usage.Mode == Mode.Reserved && charge.Meter.Unit() == "token" =>
            "served from reserved capacity: its hours are charged, not its tokens",
        UnpricedCause.NoRate => $"book '{book.Id}' has no {Named(usage, charge)} rate{Of(usage, charge)} in '{usage.Region}'",
        _ => "",
    };

    // The resource as its ARN calls it: imported-model, prompt-router.
    static string Kind(string id, string otherwise) =>
        ModelIdentity.ResourceOf(id).Kind is { Length: > 0 } kind ? kind.Replace('-', ' ') : otherwise;

    // The dimensions that differ from the everyday ones, so that the reader sees which of them is the odd one.
    static string Named(in UsageRecord usage, in Charge charge)
    {
        var words = charge.Meter.Name();
        if (charge.Meter.IsGuardrail()) return words;
        if (usage.Mode != Mode.OnDemand) words = $"{usage.Mode.Name()} {words}";
        if (usage.Tier != Tier.Standard) words = $"{usage.Tier.Name()} {words}";
        if (usage.Model.Scope != Scope.InRegion) words = $"{usage.Model.Scope.Name()} {words}";
        if (charge.Context != ContextBand.Standard) words = $"{charge.Context.Name()}-context {words}";
        return words;
    }

    // Guardrails, logs, hours of a store are charged whatever the model.
    static string Of(in UsageRecord usage, in Charge charge) =>
        charge.Meter.IsGuardrail() || usage.Model.Id.Length == 0 ? "" : $" for '{usage.Model.Id}'";

    static UnpricedCause TokenCause(in UsageRecord usage) => usage.Model.Kind switch
    {
        ModelKind.OpaqueProfile => UnpricedCause.OpaqueProfile,
        ModelKind.Custom => UnpricedCause.CustomModel,
        ModelKind.Provisioned => UnpricedCause.CoveredByModelUnits,
        _ => UnpricedCause.None,
    };

    static void Price(ref Charge charge, Meter meter, long units, RateCard card, ContextBand context, UnpricedCause cause)
    {
        if (cause != UnpricedCause.None || card[meter] is not { } rate)
        {
            Price(ref charge, meter, (decimal)units, card, context, cause);
            return;
        }
        (charge.Meter, charge.Context, charge.Unpriced, charge.CostMax) = (meter, context, UnpricedCause.None, null);
        charge.Rate = rate;
        charge.Quantity = units;
        charge.Cost = rate.CostOf(units);
    }

    static void Price(ref Charge charge, Meter meter, decimal quantity, RateCard card, ContextBand context, UnpricedCause cause)
    {
        var rate = cause == UnpricedCause.None ? card[meter] : null;
        if (rate is null && cause == UnpricedCause.None) cause = meter == Meter.Image ? UnpricedCause.ImageSize : UnpricedCause.NoRate;
        (charge.Meter, charge.Context, charge.Unpriced, charge.CostMax) = (meter, context, cause, null);
        (charge.Rate, charge.Quantity, charge.Cost) = (rate, quantity, rate is null ? 0m : quantity * rate.UsdPerUnit);
    }

    // Tokens whose lifetime the log does not say may have been written for an hour.
    static void Bound(ref Charge charge, in TokenCounts tokens, RateCard card)
    {
        if (charge.Rate is { } rate && card[Meter.CacheWrite1h] is { } hour && hour.UsdPerUnit > rate.UsdPerUnit)
            charge.CostMax = (tokens.CacheWrite5m * rate.UsdPerUnit) + (tokens.CacheWriteUnknown * hour.UsdPerUnit);
    }
}
