using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>A line of the guide's scenario as it is printed, beside what its own assumptions give.</summary>
/// <param name="Category">One of the bill's categories, or <c>total</c>.</param>
/// <param name="Printed">As the guide prints it, in <paramref name="Unit"/>; what caching saves is negative.</param>
/// <param name="Derived">From the guide's prices and assumptions; without a result where nothing it states gives the line.</param>
/// <param name="Today">The same with today's prices.</param>
/// <param name="Why">Where the two part, and why.</param>
public sealed record ScenarioLine(
    string Name, string Category, decimal Printed, string Unit, Derivation Derived, Derivation Today, string Why)
{
    /// <summary>False for the share that is saved: a fraction.</summary>
    public bool IsMoney => Unit != "fraction";
}

/// <summary>The guide's enterprise scenario, described as an estate and worked out from its own assumptions.</summary>
public static class GuideScenario
{
    // Only the product with the number of requests counts: an ordinary call.
    const decimal TokensPerRequest = 2_000m;

    const string Dollars = "usd/month";

    /// <summary>The scenario as an estate: one mixed workload, two knowledge bases.</summary>
    public static DescribedEstate Estate(StatedInputs inputs, ModelCatalog catalog)
    {
        var ratio = Stated("input_to_output");
        var input = TokensPerRequest * ratio / (ratio + 1m);
        return new()
        {
            Name = "the guide's enterprise", File = "prices/guide-inputs.csv", Region = "us-east-1", Baseline = Model(GuideModels.Sonnet),
            Workloads =
            [
                new()
                {
                    Name = "platform",
                    Models =
                    [
                        new(Model(GuideModels.Haiku), Stated("scenario_haiku")), new(Model(GuideModels.Sonnet), Stated("scenario_sonnet")),
                        new(Model(GuideModels.Opus), Stated("scenario_opus")),
                    ],
                    RequestsPerMonth = Stated("scenario_tokens") / TokensPerRequest,
                    InputTokens = new(input), OutputTokens = new(TokensPerRequest - input),
                    BatchShare = Stated("scenario_batch"),
                    // The hits are stated of all input tokens.
                    Prefix = new(input, IsCached: true, TimeSpan.FromMinutes((double)Stated("cache_lifetime")),
                        (Figure)Stated("scenario_hit_rate"), 1m),
                },
            ],
            KnowledgeBases =
            [
                .. Enumerable.Range(1, (int)Stated("scenario_knowledge_bases")).Select(n => new KnowledgeBase
                {
                    Name = $"knowledge base {n}", Store = VectorStore.OpenSearchServerless, OcuCount = Stated("opensearch_units"),
                }),
            ],
        };

        decimal Stated(string key) => inputs[key].Value.Low;
        ModelRef Model(string id) => new(id, Scope.Global, ModelKind.Foundation, catalog.Find(id));
    }

    /// <summary>Every line, in the order in which the guide prints them, then the sums it draws from them.</summary>
    public static IReadOnlyList<ScenarioLine> Lines(GuideSources sources)
    {
        var words = new Worksheet(sources, isToday: false);
        var bill = Bill(words);
        return
        [
            Line("On-demand inference", "on_demand", "printed_on_demand", sheet => Bill(sheet).OnDemand(),
                $"{Million(bill.OnDemandTokens)} MTok cost {Usd(bill.OnDemandMost())} even with every token billed as output"),
            Line("Batch inference", "batch", "printed_batch", sheet => Bill(sheet).Batch(),
                $"reached only when every token is output: {Usd(bill.BatchMost())} is the most it can cost"),
            Line("Prompt caching", "caching", "printed_caching", sheet => -Bill(sheet).CachingSaved(),
                $"all the input of the mix costs {Usd(bill.AllInput())}; no cache saves more than that", sign: -1),
            Line("Knowledge bases", "knowledge_base", "printed_knowledge_bases", Stores,
                "the floor of its stores; embeddings and documents would be the rest, and no volume is stated"),
            Unstated("Agents", "agents", "printed_agents",
                "the stated tokens are all tokens, agents' calls among them: counted above, as inference"),
            Unstated("Guardrails", "guardrails", "printed_guardrails", "neither text units nor a price is stated"),
            Unstated("CloudWatch", "monitoring", "printed_monitoring",
                "no volume of logs is stated; its own range elsewhere starts above this line"),
            Total("Month", Dollars, PrintedScenario.Total, saved => saved.Optimised, "services as printed; the inference above"),
            Total("Unoptimised month", Dollars, sheet => sheet.Stated("printed_unoptimised"), saved => saved.Unoptimised,
                $"services as printed; {Million(bill.Tokens)} MTok on Sonnet 4.5 cost {Usd(bill.Unoptimised())}, "
                + $"and {Usd(bill.UnoptimisedMost())} with every token output"),
            Total("Saved", "fraction", PrintedShare, saved => saved.Share,
                "both months are printed too high, the unoptimised one by far more"),
        ];

        ScenarioLine Line(string name, string category, string printed, Func<Worksheet, decimal?> derive, string why, int sign = 1) =>
            new(name, category, sign * sources.Inputs[printed].Value.Low, Dollars, Worked(derive, today: false),
                Worked(derive, today: true), why);

        ScenarioLine Total(string name, string unit, Func<Worksheet, decimal> printed,
            Func<(decimal? Unoptimised, decimal? Optimised, decimal? Share), decimal?> part, string why)
        {
            decimal? Derive(Worksheet sheet) => part(ScenarioClaims.SavedShare(sheet, Bill(sheet)));
            return new(name, "total", printed(new(sources, isToday: false)), unit, Worked(Derive, today: false),
                Worked(Derive, today: true), why);
        }

        Derivation Worked(Func<Worksheet, decimal?> derive, bool today)
        {
            var sheet = new Worksheet(sources, today);
            var figure = derive(sheet);
            return sheet.Finish(figure, figure, isRange: false);
        }

        ScenarioLine Unstated(string name, string category, string printed, string why) =>
            new(name, category, sources.Inputs[printed].Value.Low, Dollars, Nothing(sources.Guide.Id, why),
                Nothing(sources.Today.Id, why), why);
    }

    static Derivation Nothing(string book, string why) => new(book, null, why, [], []);

    static ScenarioBill Bill(Worksheet sheet) => new(sheet, Estate(sheet.AllInputs, sheet.Catalog));

    static decimal? Stores(Worksheet sheet)
    {
        var (stores, month) = (sheet.Stated("scenario_knowledge_bases"), AncillaryClaims.StoreMonth(sheet));
        return sheet.Step("for each knowledge base", $"{stores} × {month}", stores * month);
    }

    static decimal PrintedShare(Worksheet sheet) => 1m - (PrintedScenario.Total(sheet) / sheet.Stated("printed_unoptimised"));

    static string Million(decimal tokens) => FigureText.Number(tokens / 1_000_000m);
    static string Usd(decimal? usd) => usd is { } known ? FigureText.Show(Extent.Of(known), Dollars) : "an unknown amount";
}
