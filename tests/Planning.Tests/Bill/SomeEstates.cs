using Assay.Estate;
using Assay.Planning.Tests.Guide;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Planning.Tests.Bill;

/// <summary>Estates small enough to be worked out by hand, and the books they are priced by.</summary>
static class SomeEstates
{
    public const string Sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    public const string Haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
    public const string NovaMicro = "amazon.nova-micro-v1:0";
    public const string Llama = "meta.llama3-1-70b-instruct-v1:0";

    public static readonly BillSources GuidePrices = new(TheGuide.Book, RegionAvailability.None);
    public static readonly BillSources AwsPrices = new(TheGuide.Aws, RegionAvailability.None);

    public static ModelRef Model(string id, Scope scope = Scope.Global) =>
        new(id, scope, ModelKind.Foundation, TheGuide.Catalog.Find(id));

    public static DescribedEstate EstateOf(params DescribedWorkload[] workloads) => new()
    {
        Name = "test", File = "test.yaml", Region = "us-east-1", Baseline = Model(Sonnet), Workloads = workloads,
    };

    /// <summary>A million requests of 1,000 tokens in and 200 out: 1,000 MTok and 200 MTok a month.</summary>
    public static DescribedWorkload Chat(string model = Sonnet, Scope scope = Scope.Global) => new()
    {
        Name = "chat", Models = [new(Model(model, scope), 1m)], RequestsPerMonth = 1_000_000m,
        InputTokens = new(1_000m), OutputTokens = new(200m),
    };

    /// <summary>The same with 4,000 tokens in, of which 2,000 are shared and found cached at a given rate.</summary>
    public static DescribedWorkload Cached(decimal? hits, string model = Sonnet, int minutes = 5) => Chat(model) with
    {
        InputTokens = new(4_000m),
        Prefix = new(2_000m, IsCached: true, TimeSpan.FromMinutes(minutes), hits is { } given ? (Figure)given : null, 1m),
    };

    public static ModelledBill BillOf(DescribedEstate estate, BillSources? sources = null) => new EstateModel(estate, sources ?? GuidePrices).Bill();
}
