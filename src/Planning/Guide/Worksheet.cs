using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>One step of a derivation.</summary>
/// <param name="Text">What is worked out.</param>
/// <param name="Formula">With its numbers and its result, such as <c>12 − 1.2 = 10.8</c>.</param>
/// <param name="Rates">The rates that entered it, each with its SKU and its source.</param>
public sealed record DerivationStep(string Text, string Formula, IReadOnlyList<Rate> Rates);

/// <summary>How a figure was worked out from a price book and stated inputs.</summary>
/// <param name="Book">The book's id.</param>
/// <param name="Result">The figure; null where it cannot be derived.</param>
/// <param name="Missing">Why it cannot be derived; null where it can.</param>
/// <param name="Inputs">What it rests on besides prices.</param>
public sealed record Derivation(
    string Book, Extent? Result, string? Missing, IReadOnlyList<DerivationStep> Steps, IReadOnlyList<StatedInput> Inputs);

/// <summary>What the guide is checked with.</summary>
/// <param name="Guide">The guide's own prices: every claim is derived from them.</param>
/// <param name="Today">The prices of today's column.</param>
/// <param name="Catalog">Which models are listed, and what is known of them.</param>
public sealed record GuideSources(PriceBook Guide, PriceBook Today, StatedInputs Inputs, ModelCatalog Catalog);

/// <summary>
/// The paper a figure is worked out on. It looks prices up through the rater, notes every rate and every input that was used, and keeps
/// the first thing that was missing: a null runs through the arithmetic, and the figure ends without a result rather than at zero.
/// </summary>
sealed class Worksheet(GuideSources sources, bool isToday)
{
    const string Region = "us-east-1";
    const long Million = 1_000_000;

    readonly List<DerivationStep> steps = [];
    readonly List<Rate> pending = [];
    readonly List<StatedInput> inputs = [];
    int rated;
    string? missing;

    /// <summary>The prices of this sheet: the guide's or today's.</summary>
    public PriceBook Book { get; } = isToday ? sources.Today : sources.Guide;

    /// <summary>True when today's prices take the place of the guide's. What the guide merely states stays as it is.</summary>
    public bool IsToday => isToday;

    public ModelCatalog Catalog => sources.Catalog;
    public StatedInputs AllInputs => sources.Inputs;

    /// <summary>A number the guide states.</summary>
    public decimal Stated(string key) => StatedRange(key).Low;

    /// <summary>A range the guide states.</summary>
    public Extent StatedRange(string key)
    {
        var input = sources.Inputs[key];
        if (!inputs.Contains(input)) inputs.Add(input);
        return input.Value;
    }

    /// <summary>USD for a million tokens; of a model sold by scope, for calls computed anywhere if not told otherwise.</summary>
    public decimal? PerMillion(string model, Meter meter, Scope scope = Scope.Global, Mode mode = Mode.OnDemand) =>
        Cost(model, meter, Million, scope, mode);

    /// <summary>USD of so many units of a meter of a model, rated.</summary>
    public decimal? Cost(
        string model, Meter meter, decimal units, Scope scope = Scope.Global, Mode mode = Mode.OnDemand, Term term = Term.None)
    {
        var cost = Rated(Book, model, meter, units, scope, mode, term);
        if (cost is not null) rated++;
        return cost;
    }

    /// <summary>USD for a million tokens in batch: the guide's on-demand rate less its discount, or today's own batch rate.</summary>
    public decimal? BatchCost(string model, Meter meter, decimal tokens) => IsToday
        ? Cost(model, meter, tokens, mode: Mode.Batch)
        : Cost(model, meter, tokens) * (1m - Stated("batch_discount"));

    /// <summary>USD for a million tokens at another vendor, as the guide names it, on today's sheet too.</summary>
    public decimal? VendorPerMillion(string model, Meter meter) =>
        Rated(sources.Guide, model, meter, Million, Scope.InRegion, Mode.OnDemand, Term.None);

    /// <summary>Models of the catalogue for which the guide names an output price, by id.</summary>
    public IReadOnlyList<string> ListedTextModels() =>
        [.. sources.Guide.Rates.Where(r => r.Key is { Meter: Meter.Output, Mode: Mode.OnDemand }).Select(r => r.Key.Model).Distinct()
            .Where(m => Catalog.Find(m) is not null)];

    /// <summary>True when this sheet's book prices the meter; asking leaves no trace.</summary>
    public bool Has(string model, Meter meter) =>
        RateOne(Book, model, meter, Million, Scope.Global, Mode.OnDemand, Term.None) is Outcome.Rated;

    /// <summary>
    /// USD of one model unit for an hour; the cheapest of those that fit, null where none does. What merely fills a book's gaps does not
    /// count: it still carries units of models that are no longer sold.
    /// </summary>
    public decimal? CheapestUnitHour(string what, Func<RateKey, bool> fits)
    {
        var first = Book.Sources.Where(s => !s.FillsGaps).SelectMany(s => s.Rates).Select(r => r.Sku).ToHashSet(StringComparer.Ordinal);
        var units = Book.Rates.Where(r => r.Key is { Meter: Meter.ModelUnitHour, Region: Region or RateKey.EveryRegion } && fits(r.Key))
            .Where(r => first.Contains(r.Sku)).Select(r => r.Key).DistinctBy(k => (k.Model, k.Term)).ToList();
        (RateKey Key, decimal Usd)? cheapest = null;
        foreach (var key in units)
        {
            var hour = RateOne(Book, key.Model, Meter.ModelUnitHour, 1m, key.Scope, Mode.Provisioned, key.Term);
            if (hour is Outcome.Rated { Cost.Amount: var usd } && (cheapest is null || usd < cheapest.Value.Usd)) cheapest = (key, usd);
        }
        if (cheapest is { Key: var chosen })
            return Cost(chosen.Model, Meter.ModelUnitHour, 1m, chosen.Scope, Mode.Provisioned, chosen.Term);
        Lack($"the leading sources of book '{Book.Id}' name no {what}");
        return null;
    }

    /// <summary>Says what is missing; the figure ends without a result.</summary>
    public void Lack(string what) => missing ??= what;

    /// <summary>A quotient; null where there is nothing to divide by.</summary>
    public decimal? Over(decimal? part, decimal? whole)
    {
        if (whole is not 0m) return part / whole;
        Lack("there is nothing to divide by: the price below the line is 0");
        return null;
    }

    /// <summary>Writes a step down with the rates looked up since the last one, and gives its result on.</summary>
    /// <param name="formula">The arithmetic without its result; its holes are numbers.</param>
    public decimal? Step(string text, FormattableString formula, decimal? result)
    {
        var numbers = formula.GetArguments().Select(Shown).ToArray();
        Write(text, $"{string.Format(null, formula.Format, numbers)} = {Shown(result)}");
        return result;
    }

    /// <summary>A step that prices so many units of a meter, looked up just before.</summary>
    public decimal? Priced(string text, decimal units, decimal? cost)
    {
        var price = cost is null ? "no price" : $"{Usd.Plain(pending[^1].SourceRate)} USD per {pending[^1].SourceUnit}";
        Write(text, $"{FigureText.Number(units)} × {price} = {Shown(cost)}");
        return cost;
    }

    /// <summary>A step whose result needs no arithmetic.</summary>
    public decimal? Read(string text, decimal? result)
    {
        Write(text, Shown(result));
        return result;
    }

    /// <summary>Something a reader should know that is not a calculation.</summary>
    public void Note(string text) => Write(text, "");

    /// <summary>The finished derivation.</summary>
    public Derivation Finish(decimal? low, decimal? high, bool isRange)
    {
        var reason = missing ?? (IsToday && rated == 0 ? "no price of AWS's enters it" : null);
        Extent? result = reason is null && low is { } one && high is { } other
            ? isRange ? Extent.Between(one, other) : Extent.Of(one)
            : null;
        return new(Book.Id, result, result is null ? reason ?? "what is stated admits no figure" : null, steps, inputs);
    }

    void Write(string text, string formula)
    {
        steps.Add(new(text, formula, [.. pending.DistinctBy(r => r.Sku)]));
        pending.Clear();
    }

    static string Shown(object? value) => value switch
    {
        decimal number => FigureText.Number(number),
        null => "no price",
        _ => value.ToString()!,
    };

    decimal? Rated(PriceBook book, string model, Meter meter, decimal units, Scope scope, Mode mode, Term term)
    {
        switch (RateOne(book, model, meter, units, scope, mode, term))
        {
            case Outcome.Rated paid:
                pending.Add(paid.Rate);
                return paid.Cost.Amount;
            case Outcome.Unpriced none:
                missing ??= none.Reason;
                return null;
            default:
                return 0m;
        }
    }

    // One meter of one imagined record. It stands for many calls, so it states its band.
    Outcome? RateOne(PriceBook book, string model, Meter meter, decimal units, Scope scope, Mode mode, Term term)
    {
        var tokens = meter.Unit() == "token" && meter != Meter.Training;
        UsageRecord usage = new()
        {
            Caller = Caller.Nobody, Region = Region, Model = new(model, scope, ModelKind.Foundation, Catalog.Find(model)),
            Mode = mode, Term = term, Time = book.Date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            Context = ContextBand.Standard, Operation = "",
            Tokens = tokens ? Counted(meter, decimal.ToInt64(decimal.Round(units))) : default,
            Amounts = tokens ? null : [new(meter, units)],
        };
        return Rater.Rate(usage, book) is [var only] ? only : null;
    }

    static TokenCounts Counted(Meter meter, long tokens) => meter switch
    {
        Meter.Output => new() { Output = tokens },
        Meter.CacheRead => new() { CacheRead = tokens },
        Meter.CacheWrite5m => new() { CacheWrite5m = tokens },
        _ => new() { Input = tokens },
    };
}
