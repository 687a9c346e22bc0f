using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Ledger.Bills;

/// <summary>What a line says that decides which meter it is on, and of which model.</summary>
readonly record struct BilledThing(string UsageType, string Description)
{
    public string Unit { get; init; } = "";
    public decimal Quantity { get; init; }
    public string Region { get; init; } = "";
    public string ProductName { get; init; } = "";
    public string Model { get; init; } = "";
    public string ResourceId { get; init; } = "";

    /// <summary>What the line means where its own details say so and its usage type need not be asked.</summary>
    public UsageTypeClass? Stated { get; init; } = null;
}

/// <summary>
/// Turns a line of usage into the record it stands for: the usage type's class, the model its names agree on, the quantity in units of
/// the meter. One reader a bill: it keeps what it found, for a bill repeats itself every hour.
/// </summary>
sealed class BilledUsage(
    ModelCatalog catalog, IReadOnlyDictionary<string, MappedProfile> profiles, IReadOnlyList<string> tagKeys)
{
    // Above this a quantity is a fault of the bill: a quadrillion tokens.
    const decimal QuantityMax = 1_000_000_000_000_000m;

    readonly Dictionary<CallKind, CallKind> kinds = [];
    readonly Dictionary<Caller, Caller> callers = [];
    readonly Dictionary<(string Abbreviation, Scope Scope, string Product, string Model, string Resource), (ModelRef?, string)> models = [];
    readonly Dictionary<string, UsageTypeClass> classes = new(StringComparer.Ordinal);

    public UsageTypeClass ClassOf(string usageType) => classes.TryGetValue(usageType, out var known)
        ? known
        : classes[usageType] = Ancillary.Classify(usageType) ?? UsageTypes.Classify(usageType);

    /// <summary>The line with its record, or with the reason there is none.</summary>
    public BillLine Complete(BillLine line, BilledThing thing)
    {
        var read = thing.Stated ?? ClassOf(thing.UsageType);
        var region = thing.Region.Length > 0 ? thing.Region : read.Region;
        line = line with { Region = region, IsMantle = read is UsageTypeClass.Priced { IsMantle: true } };
        if (line.Charge is not (BillCharge.Usage or BillCharge.Commitment) || thing.Quantity == 0 && line.Cost == 0) return line;
        if (read is UsageTypeClass.Unreadable unreadable) return line with { Unclassified = unreadable.Reason };
        var priced = (UsageTypeClass.Priced)read;
        var (model, reason) = ModelOf(priced, thing);
        if (model is null) return line with { Unclassified = reason };
        var meter = priced.MeterFor(model.Facts);
        if (AmountOf(thing, meter, out var amount) is { } fault) return line with { Unclassified = fault };
        var kind = new CallKind(CallerOf(line), region, model, line.Operation)
        {
            Mode = priced.Mode, Tier = priced.Tier, Term = priced.Term, Context = priced.Context, IsSum = true,
        };
        var usage = new UsageRecord(kinds.TryGetValue(kind, out var known) ? known : kinds[kind] = kind)
        {
            Time = line.Start,
        };
        return line with { Usage = Counted(usage, meter, amount) };
    }

    // Whole tokens are counted; a fraction of one, which a rounded scale leaves behind, is an amount.
    static UsageRecord Counted(UsageRecord usage, Meter meter, decimal amount)
    {
        if (decimal.Truncate(amount) != amount) return usage with { Amounts = [new(meter, amount)] };
        var count = decimal.ToInt64(amount);
        return meter switch
        {
            Meter.Input => usage with { Tokens = new() { Input = count } },
            Meter.Output => usage with { Tokens = new() { Output = count } },
            Meter.CacheRead => usage with { Tokens = new() { CacheRead = count } },
            Meter.CacheWrite5m => usage with { Tokens = new() { CacheWrite5m = count } },
            Meter.CacheWrite30m => usage with { Tokens = new() { CacheWrite30m = count } },
            Meter.CacheWrite1h => usage with { Tokens = new() { CacheWrite1h = count } },
            _ => usage with { Amounts = [new(meter, amount)] },
        };
    }

    static string? AmountOf(BilledThing thing, Meter meter, out decimal amount)
    {
        amount = 0;
        if (thing.Quantity < 0) return $"a quantity below zero ({Usd.Plain(thing.Quantity)})";
        if (thing.Quantity == 0) return "no quantity";
        if (BillUnits.Read(thing.Unit, thing.Description, meter) is not { } unit)
            return $"the scale of unit {BillText.Quoted(thing.Unit)} cannot be read from {BillText.Quoted(thing.Description)}";
        if (!BillUnits.Measures(unit, meter)) return $"unit {BillText.Quoted(thing.Unit)} does not measure '{meter.Name()}'";
        if (thing.Quantity > QuantityMax / SourceUnits.Scale(unit))
            return $"a quantity beyond belief ({Usd.Plain(thing.Quantity)} {thing.Unit})";
        amount = thing.Quantity * SourceUnits.Scale(unit);
        return null;
    }

    (ModelRef? Model, string Reason) ModelOf(UsageTypeClass.Priced priced, BilledThing thing)
    {
        if (!priced.IsOfModel || priced.Meter == Meter.OcuHour) return (new("", priced.Scope, ModelKind.Foundation, null), "");
        var key = (priced.Model, priced.Scope, thing.ProductName, thing.Model, thing.ResourceId);
        return models.TryGetValue(key, out var known) ? known : models[key] = Find(priced, thing);
    }

    (ModelRef? Model, string Reason) Find(UsageTypeClass.Priced priced, BilledThing thing)
    {
        // A details column may name an id, with its routing prefix or without.
        var stated = thing.Model.Length > 0 ? ModelIdentity.SplitScope(thing.Model).Id : "";
        var (facts, reason) = OfferModels.Find(catalog, priced.Model, priced.IsMantle, stated, thing.ProductName);
        if (facts is not null) return (new(facts.Id, priced.Scope, ModelKind.Foundation, facts), "");
        // Nothing on the line names a model, but what was called may.
        if (priced.Model.Length == 0 && stated.Length == 0 && thing.ResourceId.Length > 0
            && ModelIdentity.Resolve(thing.ResourceId, catalog, profiles) is { Facts: { } called, Kind: ModelKind.Foundation })
            return (new(called.Id, priced.Scope, ModelKind.Foundation, called), "");
        return (null, reason);
    }

    Caller CallerOf(BillLine line)
    {
        string Tag(params ReadOnlySpan<string> keys)
        {
            foreach (var key in keys)
                if (line.Tags.TryGetValue(key, out var value)) return value;
            return "";
        }
        var profile = line.ResourceId.Length > 0 ? profiles.GetValueOrDefault(line.ResourceId) : null;
        string Or(string tag, string? mapped) => tag.Length > 0 ? tag : mapped ?? "";
        var caller = new Caller(line.Account, line.Principal, Or(Tag("app", "application"), profile?.App), Or(Tag("team"), profile?.Team),
            Or(Tag("env", "environment"), profile?.Env),
            tagKeys.Count == 0 ? TagValues.None : new([.. tagKeys.Select(k => line.Tags.GetValueOrDefault(BillTags.Bare(k)))]));
        return callers.TryGetValue(caller, out var known) ? known : callers[caller] = caller;
    }
}

/// <summary>The units of bills, which are those of price lists and a few that only bills have.</summary>
static class BillUnits
{
    public static string? Read(string unit, string description, Meter meter)
    {
        if (meter == Meter.OcuHour)
            return unit.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant()
                is "" or "ocu hour" or "ocu hours" or "hours" or "hour" or "hrs" or "ocu" ? "OCU-hour" : null;
        if (PriceUnits.Read(unit, description) is { } read) return read;
        // "$0.000015 per 1K tokens for …": a bill without a column for the unit.
        if (unit.Trim().Length > 0) return null;
        var per = description.StartsWith('$') ? description.IndexOf(" per ", StringComparison.Ordinal) : -1;
        if (per < 0) return null;
        var words = description[(per + " per ".Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var length = Math.Min(3, words.Length); length > 0; length--)
        {
            var noun = words[..length].Where((w, i) => i == 0 || w is not ("input" or "output"));
            if (PriceUnits.Read(string.Join(' ', noun), "") is { } found) return found;
        }
        return null;
    }

    public static bool Measures(string unit, Meter meter) => meter == Meter.OcuHour ? unit == "OCU-hour" : PriceUnits.Measures(unit, meter);
}

/// <summary>
/// Usage of other services that serves Bedrock and cannot be mistaken: the compute of OpenSearch Serverless, on which knowledge bases
/// keep their vectors. Kept short: what other services use as well is theirs.
/// </summary>
static class Ancillary
{
    public static UsageTypeClass? Classify(string usageType)
    {
        var dash = usageType.LastIndexOf('-');
        if (usageType[(dash + 1)..] is not ("SearchOCU" or "IndexingOCU")) return null;
        return new UsageTypeClass.Priced("", Meter.OcuHour, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, Term.None)
        {
            Region = dash > 0 ? BillingRegions.Find(usageType[..dash]) ?? "" : "us-east-1",
        };
    }
}
