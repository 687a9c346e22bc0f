using Assay.Pricing;
using Assay.Testing;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Rating.Tests;

/// <summary>The built-in book, read once, and small books and records made by hand.</summary>
static class Books
{
    public const string Model = "acme.model-v1";

    public static readonly ModelCatalog Catalog = ReadCatalog();
    public static readonly PriceBook Aws = ReadAws();

    public static readonly ModelFacts Facts = new(Model, "Acme", [], false, 1024, ["5m", "1h"], 1_000_000, HasLongBand: true, Batch: true);
    public static readonly ModelRef InRegion = new(Model, Scope.InRegion, ModelKind.Foundation, Facts);

    public static readonly DateTime Noon = new(2026, 8, 1, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>A rate in USD per million tokens or thousand text units, for us-east-1 unless said otherwise.</summary>
    public static Rate A_rate(Meter meter, decimal usd, Scope scope = Scope.InRegion, ContextBand context = ContextBand.Standard, string region = "us-east-1",
        Mode mode = Mode.OnDemand, Tier tier = Tier.Standard, string model = Model) =>
        new($"sku-{meter.Name()}", new(meter.IsGuardrail() ? "" : model, meter, mode, tier, scope, context, region, Term.None),
            meter.IsGuardrail() ? "1K text units" : "1M tokens", usd, null, null, "a test");

    public static PriceBook A_book(params Rate[] rates) => new("b", [new("page", new(2026, 7, 24), false, rates)]);

    public static readonly PriceBook Everyday = A_book(A_rate(Meter.Input, 3m), A_rate(Meter.Output, 15m), A_rate(Meter.CacheRead, 0.3m),
        A_rate(Meter.CacheWrite5m, 3.75m), A_rate(Meter.CacheWrite1h, 6m));

    public static UsageRecord A_call(TokenCounts tokens, ModelRef? model = null, string region = "us-east-1", params MeteredAmount[] amounts) => new()
    {
        RequestId = RequestId.Parse("r"), Time = Noon, Caller = Caller.Nobody, Region = region, Model = model ?? InRegion, Tokens = tokens,
        Amounts = amounts.Length == 0 ? null : amounts, Operation = "Converse",
    };

    /// <summary>A call of a model as a log names it, with the facts of the repository's table.</summary>
    public static UsageRecord A_call_of(string modelId, TokenCounts tokens, string day = "2026-08-01", string region = "us-east-1") =>
        A_call(tokens, ModelIdentity.Resolve(modelId, Catalog, LogReaderOptions.NoProfiles), region) with
        {
            Time = DateTime.Parse(day + "T23:59:59Z", null, System.Globalization.DateTimeStyles.AdjustToUniversal),
        };

    public static Outcome.Rated Rated(this IEnumerable<Outcome> outcomes, Meter meter) =>
        Assert.Single(outcomes.OfType<Outcome.Rated>(), r => r.Meter == meter);

    public static Outcome.Unpriced Unpriced(this IEnumerable<Outcome> outcomes, Meter meter) =>
        Assert.Single(outcomes.OfType<Outcome.Unpriced>(), u => u.Meter == meter);

    public static decimal Cost(in UsageRecord usage, PriceBook book)
    {
        var outcomes = Rater.Rate(usage, book);
        Assert.All(outcomes, o => Assert.IsType<Outcome.Rated>(o));
        return outcomes.OfType<Outcome.Rated>().Sum(r => r.Cost.Amount);
    }

    static ModelCatalog ReadCatalog()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }

    static PriceBook ReadAws() => PriceBooks.Read("aws", Directory.GetFiles(Path.Combine(Repository.Root, "prices", "aws"), "*.csv")
        .Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), (TextReader)new StringReader(File.ReadAllText(f)))));
}
