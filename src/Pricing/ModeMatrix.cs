using Assay.Usage;

namespace Assay.Pricing;

/// <summary>How one model can be bought, as far as a book's rates and the models table show.</summary>
/// <param name="Batch">True when the book prices batch or the models table says that batch supports it.</param>
/// <param name="BatchPriced">True when the book has a batch rate.</param>
/// <param name="CacheTtls">Cache lifetimes: those the table names and those the book prices.</param>
/// <param name="Provisioned">Commitment terms of model units.</param>
/// <param name="Reserved">Commitment terms of reserved tokens per minute.</param>
/// <param name="Customisation">True when training, storage or serving of custom variants is priced.</param>
/// <param name="Regions">Regions with any rate; <c>*</c> is every region.</param>
public sealed record ModelModes(
    string Model, string Provider, bool OnDemand, bool Batch, bool BatchPriced, IReadOnlyList<string> CacheTtls,
    IReadOnlyList<Term> Provisioned, IReadOnlyList<Term> Reserved, bool Customisation, bool LongBand,
    IReadOnlyList<Tier> Tiers, IReadOnlyList<Scope> Scopes, IReadOnlyList<string> Regions);

/// <summary>The matrix of what each model supports, dated by its book.</summary>
public sealed record ModeMatrix(string Book, DateOnly Date, IReadOnlyList<ModelModes> Models)
{
    static readonly (Meter Meter, string Ttl)[] Ttls =
        [(Meter.CacheWrite5m, "5m"), (Meter.CacheWrite30m, "30m"), (Meter.CacheWrite1h, "1h")];

    /// <summary>Every model the book prices or the table lists, by id.</summary>
    public static ModeMatrix Of(PriceBook book, ModelCatalog catalog)
    {
        var rates = book.Rates.Where(r => r.Key.Model.Length > 0).ToLookup(r => r.Key.Model, r => r.Key);
        var ids = rates.Select(g => g.Key).Union(catalog.Models.Select(m => m.Id)).Order(StringComparer.Ordinal);
        return new(book.Id, book.Date, [.. ids.Select(id => Of(id, [.. rates[id]], catalog.Find(id)))]);
    }

    static ModelModes Of(string id, RateKey[] keys, ModelFacts? facts)
    {
        var onDemand = keys.Where(k => k.Mode == Mode.OnDemand).ToArray();
        var batchPriced = keys.Any(k => k.Mode == Mode.Batch);
        return new(id, facts?.Provider ?? "", onDemand.Length > 0, batchPriced || facts is { Batch: true }, batchPriced,
            [.. Ttls.Where(t => facts?.CacheTtls.Contains(t.Ttl) == true || keys.Any(k => k.Meter == t.Meter)).Select(t => t.Ttl)],
            Terms(Mode.Provisioned), Terms(Mode.Reserved), keys.Any(k => k.Mode == Mode.Custom),
            facts is { HasLongBand: true } || keys.Any(k => k.Context == ContextBand.Long),
            [.. onDemand.Select(k => k.Tier).Distinct().Order()], [.. onDemand.Select(k => k.Scope).Distinct().Order()],
            [.. keys.Select(k => k.Region).Distinct().Order(StringComparer.Ordinal)]);

        Term[] Terms(Mode mode) => [.. keys.Where(k => k.Mode == mode).Select(k => k.Term).Distinct().Order()];
    }
}
