using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning.Vendors;

/// <summary>What a vendor does not sell on the terms the usage was bought on here.</summary>
/// <param name="BedrockUsd">What it cost on Bedrock; null where Bedrock's book has no price for it either.</param>
/// <param name="Otherwise">USD on the nearest terms the vendor sells, and which; null where it sells nothing like it.</param>
public sealed record NotOffered(
    Meter Meter, Mode Mode, Tier Tier, decimal Quantity, decimal? BedrockUsd, string Reason, OtherTerms? Otherwise);

/// <summary>Other terms for the same tokens, never added to a total: whoever reads it decides whether they are the same to him.</summary>
public sealed record OtherTerms(decimal Usd, string How);

/// <summary>One model of the usage at one vendor.</summary>
/// <param name="BedrockUsd">All that the model cost on Bedrock.</param>
/// <param name="Here">USD on Bedrock of what both price: the like of <paramref name="There"/>.</param>
/// <param name="There">USD at the vendor of what both price.</param>
/// <param name="OnlyThere">USD at the vendor of what Bedrock's book has no price for; in neither sum.</param>
/// <param name="Factor">Tokens there for one here, as computed with.</param>
public sealed record ModelQuote(
    string Model, Equivalent Equivalent, decimal BedrockUsd, decimal Here, decimal There, decimal OnlyThere, decimal Factor,
    IReadOnlyList<NotOffered> Unpriced)
{
    public decimal Delta => There - Here;

    /// <summary>What Bedrock takes above the vendor for the same, as a share of the vendor's price; null where nothing compares.</summary>
    public double? BedrockPremium => There > 0m ? (double)(Delta / -There) : null;
}

/// <summary>The usage at one vendor.</summary>
/// <param name="Models">Models it sells with the same weights, or that the user says stand for one another: compared at face value.</param>
/// <param name="Candidates">Other models it sells instead. Their price means nothing before their quality is shown; in no sum.</param>
/// <param name="Missing">Models of the usage it sells nothing for at face value, with their cost on Bedrock.</param>
public sealed record VendorQuote(
    Platform Platform, IReadOnlyList<ModelQuote> Models, IReadOnlyList<ModelQuote> Candidates, IReadOnlyList<ModelSpend> Missing,
    decimal BedrockUsd)
{
    /// <summary>USD at the vendor, of what both price.</summary>
    public decimal Total => Models.Sum(m => m.There);

    /// <summary>USD on Bedrock, of the same.</summary>
    public decimal Here => Models.Sum(m => m.Here);

    public decimal Delta => Total - Here;

    /// <summary>Share of the spend on Bedrock that the comparison speaks of.</summary>
    public double ShareCovered => BedrockUsd == 0m ? 0 : (double)(Here / BedrockUsd);

    /// <summary>USD of what the vendor does not sell on these terms, on the nearest ones it does.</summary>
    public decimal OnOtherTerms => Models.Sum(m => m.Unpriced.Sum(u => u.Otherwise?.Usd ?? 0m));
}

/// <summary>One model's cost on Bedrock.</summary>
/// <param name="Unpriced">Meters without a price, by reason.</param>
public sealed record ModelSpend(string Model, string Maker, decimal Usd, decimal Tokens, long Calls, IReadOnlyList<string> Unpriced);

/// <summary>What a comparison was made of.</summary>
public sealed record VendorQuestion
{
    public required IReadOnlyList<TotalledUsage> Usage { get; init; }

    /// <summary>Bedrock's prices.</summary>
    public required PriceBook Book { get; init; }

    /// <summary>The vendors' prices, under <c>vendor:model</c>.</summary>
    public required PriceBook Vendors { get; init; }

    public required IReadOnlyList<Platform> Platforms { get; init; }

    /// <summary>The reviewed table. Pairs the user states come first and replace those of the same model and vendor.</summary>
    public required IReadOnlyList<Equivalent> Equivalents { get; init; }

    /// <summary>Tokens there for one here, by vendor, where the user has measured them; of other models than the same weights.</summary>
    public IReadOnlyDictionary<string, decimal> Tokenizers { get; init; } = new Dictionary<string, decimal>();
}

/// <summary>
/// The same usage at other vendors: each record is relabelled and rated by the one rater from the vendors' book. Only what both sides
/// price is compared; the rest is named.
/// </summary>
public sealed record VendorComparison(IReadOnlyList<ModelSpend> Models, IReadOnlyList<VendorQuote> Vendors, string Book, string VendorBook)
{
    public decimal BedrockUsd => Models.Sum(m => m.Usd);

    /// <summary>Compares. Vendors that cover most come first, then the cheaper ones.</summary>
    public static VendorComparison Of(VendorQuestion question)
    {
        var byModel = question.Usage.GroupBy(u => u.Record.Model.Id)
            .Select(g => (Model: g.Key, Usage: g.ToList(), Here: g.Select(u => Rater.Rate(u.On(question.Book), question.Book)).ToList()))
            .ToList();
        var models = byModel.Select(m => Spend(m.Model, m.Usage, m.Here)).OrderByDescending(m => m.Usd)
            .ThenBy(m => m.Model, StringComparer.Ordinal).ToList();
        var total = models.Sum(m => m.Usd);
        var quotes = question.Platforms.Where(p => p.Vendor != Platform.Bedrock).Select(platform =>
        {
            var (faceValue, candidates, missing) = (new List<ModelQuote>(), new List<ModelQuote>(), new List<ModelSpend>());
            foreach (var spend in models)
            {
                var (_, usage, here) = byModel.First(m => m.Model == spend.Model);
                var pairs = Pairs(question, platform.Vendor, spend.Model);
                if (pairs.FirstOrDefault(p => p.IsAtFaceValue) is { } same) faceValue.Add(Quote(question, same, spend, usage, here));
                else missing.Add(spend);
                candidates.AddRange(pairs.Where(p => !p.IsAtFaceValue).Select(p => Quote(question, p, spend, usage, here)));
            }
            return new VendorQuote(platform, faceValue, candidates, missing, total);
        });
        return new(models, [.. quotes.OrderByDescending(q => q.Here).ThenBy(q => q.Delta)], question.Book.Id, question.Vendors.Id);
    }

    // What the user states about a model at a vendor leaves nothing to the table. A pair the book of vendors does not know is none: it is
    // another book than the one the table was made for.
    static List<Equivalent> Pairs(VendorQuestion question, string vendor, string model)
    {
        var pairs = question.Equivalents.Where(e => e.Vendor == vendor && e.Model == model && question.Vendors.Knows(e.PricedAs))
            .OrderBy(e => e.Kind).ToList();
        return pairs.Exists(p => p.Kind == EquivalenceKind.Stated) ? [.. pairs.Where(p => p.Kind == EquivalenceKind.Stated)] : pairs;
    }

    static ModelSpend Spend(string model, List<TotalledUsage> usage, List<IReadOnlyList<Outcome>> here)
    {
        var outcomes = here.SelectMany(o => o).ToList();
        var maker = usage[0].Record.Model.Facts?.Provider ?? LockIn.MakerOf(model);
        return new(model, maker, outcomes.OfType<Outcome.Rated>().Sum(r => r.Cost.Amount),
            usage.Sum(u => (decimal)u.Record.Tokens.Prompt + u.Record.Tokens.Output), usage.Sum(u => u.Calls),
            [.. outcomes.OfType<Outcome.Unpriced>().Select(u => u.Reason).Distinct().Order(StringComparer.Ordinal)]);
    }

    static ModelQuote Quote(
        VendorQuestion question, Equivalent pair, ModelSpend spend, List<TotalledUsage> usage, List<IReadOnlyList<Outcome>> here)
    {
        // The same weights read the same tokens, whatever their vendor's other models do.
        var factor = pair.Kind == EquivalenceKind.SameWeights ? pair.Tokenizer ?? 1m
            : question.Tokenizers.TryGetValue(pair.Vendor, out var stated) ? stated : pair.Tokenizer ?? 1m;
        var labels = new Dictionary<Scope, ModelRef>();
        var unpriced = new List<NotOffered>();
        decimal costHere = 0m, costThere = 0m, onlyThere = 0m;
        for (var i = 0; i < usage.Count; i++)
        {
            var scope = usage[i].Record.Model.Scope;
            if (!labels.TryGetValue(scope, out var label))
                labels[scope] = label = new(pair.PricedAs, scope, ModelKind.Foundation, null);
            var isLongHere = here[i].Any(o => o is Outcome.Rated { Context: ContextBand.Long });
            var moved = usage[i].As(label, question.Vendors, isLongHere && pair.Kind == EquivalenceKind.SameWeights);
            moved = moved with { Tokens = Scaled(moved.Tokens, factor) };
            var counterparts = here[i].OfType<Outcome.Rated>().ToDictionary(r => r.Meter, r => r.Cost.Amount);
            foreach (var outcome in Rater.Rate(moved, question.Vendors))
            {
                if (outcome is Outcome.Rated rated && counterparts.TryGetValue(rated.Meter, out var counterpart))
                {
                    costHere += counterpart;
                    costThere += rated.Cost.Amount;
                }
                else if (outcome is Outcome.Rated alone) onlyThere += alone.Cost.Amount;
                else if (outcome is Outcome.Unpriced missing)
                {
                    decimal? cost = counterparts.TryGetValue(missing.Meter, out var known) ? known : null;
                    unpriced.Add(new(missing.Meter, moved.Mode, moved.Tier, missing.Quantity, cost, Reason(missing),
                        NearestTerms(moved, missing.Meter, missing.Quantity, question.Vendors)));
                }
            }
        }
        return new(spend.Model, pair, spend.Usd, costHere, costThere, onlyThere, factor, Joined(unpriced));
    }

    static string Reason(Outcome.Unpriced missing) =>
        missing.Meter.IsGuardrail() ? "Bedrock Guardrails are AWS's own: not offered" : missing.Reason;

    // The standard band where the book omits the long one, on demand instead of a batch or a tier it does not sell, cached tokens as plain
    // input where it prices no cache: the first of these, in this order, that has a price.
    static OtherTerms? NearestTerms(UsageRecord moved, Meter meter, decimal quantity, PriceBook vendors)
    {
        if (meter.Unit() != "token" || meter == Meter.Training) return null;
        Meter[] meters = meter is Meter.Input or Meter.Output ? [meter] : [meter, Meter.Input];
        (Mode, Tier)[] terms = moved is { Mode: Mode.OnDemand, Tier: Tier.Standard }
            ? [(moved.Mode, moved.Tier)]
            : [(moved.Mode, moved.Tier), (Mode.OnDemand, Tier.Standard)];
        ContextBand[] bands = moved.Context == ContextBand.Long ? [ContextBand.Long, ContextBand.Standard] : [ContextBand.Standard];
        foreach (var asked in meters)
            foreach (var (mode, tier) in terms)
                foreach (var band in bands)
                {
                    var tokens = moved with
                    {
                        Mode = mode, Tier = tier, Context = band, Term = Term.None, Amounts = null, Tokens = One(asked, (long)quantity),
                    };
                    if (Rater.Rate(tokens, vendors) is not [Outcome.Rated rated]) continue;
                    string?[] changes =
                    [
                        asked == meter ? null : "uncached, as plain input",
                        (mode, tier) == (moved.Mode, moved.Tier) ? null : "on demand, standard tier",
                        band == moved.Context ? null : "at the rate of short prompts",
                    ];
                    return new(rated.Cost.Amount, string.Join(", ", changes.OfType<string>()));
                }
        return null;
    }

    static TokenCounts One(Meter meter, long quantity) => meter switch
    {
        Meter.Input => new() { Input = quantity },
        Meter.Output => new() { Output = quantity },
        Meter.CacheRead => new() { CacheRead = quantity },
        Meter.CacheWrite5m => new() { CacheWrite5m = quantity },
        Meter.CacheWrite30m => new() { CacheWrite30m = quantity },
        Meter.CacheWrite1h => new() { CacheWrite1h = quantity },
        _ => default,
    };

    static TokenCounts Scaled(in TokenCounts tokens, decimal factor)
    {
        if (factor == 1m) return tokens;
        return new()
        {
            Input = Times(tokens.Input), Output = Times(tokens.Output), CacheRead = Times(tokens.CacheRead),
            CacheWrite5m = Times(tokens.CacheWrite5m), CacheWrite30m = Times(tokens.CacheWrite30m),
            CacheWrite1h = Times(tokens.CacheWrite1h), CacheWriteUnknown = Times(tokens.CacheWriteUnknown),
        };

        long Times(long count) => (long)decimal.Round(count * factor, MidpointRounding.ToEven);
    }

    // Days and regions are of no interest to whoever reads what is missing.
    static List<NotOffered> Joined(List<NotOffered> unpriced) =>
        [.. unpriced.GroupBy(u => (u.Meter, u.Mode, u.Tier, How: u.Otherwise?.How)).OrderBy(g => g.Key.Meter).ThenBy(g => g.Key.Mode)
            .ThenBy(g => g.Key.Tier).ThenBy(g => g.Key.How, StringComparer.Ordinal)
            .Select(g => g.First() with
            {
                Quantity = g.Sum(u => u.Quantity), BedrockUsd = g.All(u => u.BedrockUsd is null) ? null : g.Sum(u => u.BedrockUsd ?? 0m),
                Otherwise = g.Key.How is { } how ? new(g.Sum(u => u.Otherwise!.Usd), how) : null,
            })];
}
