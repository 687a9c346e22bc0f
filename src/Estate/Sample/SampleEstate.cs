using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>Something wasteful or odd put into the sample on purpose, which a report or a plan ought to find.</summary>
/// <param name="Where">The workload, or <c>files</c>.</param>
public sealed record PlantedSin(string Name, string Where, string What);

/// <summary>A sampled estate: files that are yet to be written, and the truth about them.</summary>
public sealed record Sample(IReadOnlyList<EstateFile> Files, SampleTruth Truth);

/// <summary>
/// The built-in estate of an imagined retailer: three accounts, two regions, well-behaved traffic and the everyday sins.
/// Nothing here is real; arrival and token shapes come from public traces (<see cref="TraceFigures"/>).
/// </summary>
public static class SampleEstate
{
    public static readonly Place ProdEast = new("prod-east", "111122223333", "us-east-1", TextDelivered: true);
    public static readonly Place ProdWest = new("prod-west", "111122223333", "us-west-2", TextDelivered: true);
    public static readonly Place DevEast = new("dev-east", "444455556666", "us-east-1", TextDelivered: true);
    public static readonly Place DataWest = new("data-west", "777788889999", "us-west-2", TextDelivered: false);

    const string Sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    const string SonnetGlobal = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
    const string HaikuGlobal = "global.anthropic.claude-haiku-4-5-20251001-v1:0";
    const string Opus = "us.anthropic.claude-opus-4-5-20251101-v1:0";
    const string OlderOpus = "us.anthropic.claude-opus-4-1-20250805-v1:0";
    const string CopyProfile = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/k3v9x2m7q1zt";
    const string LeafletProfile = "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/p8d4w6n0r5yb";

    /// <summary>The traffic, one workload an entry.</summary>
    public static readonly IReadOnlyList<Workload> Workloads =
    [
        new()
        {
            Name = "support-chat", Place = ProdEast, Principals = ["SupportChatRole"], ModelId = Sonnet,
            App = "support", Team = "service", Env = "prod", Operation = "ConverseStream",
            StartsADay = 105, Input = TraceFigures.ChatPrompt, Output = TraceFigures.ChatAnswer, PrefixTokens = 4_000,
        },
        new()
        {
            Name = "offer-writer", Place = ProdEast, Principals = ["OfferWriterRole"], ModelId = SonnetGlobal,
            App = "offers", Team = "sales", Env = "prod", Operation = "ConverseStream", Shape = LogShape.ConverseEvents,
            StartsADay = 32, Arrivals = TraceFigures.Office, Layout = PromptLayout.VariableLineFirst, PrefixTokens = 3_000,
            Input = Quantiles.Between(300, 1_800), Output = Quantiles.Between(350, 1_100),
        },
        new()
        {
            Name = "contract-reader", Place = ProdEast, Principals = ["ContractsRole"], ModelId = Sonnet,
            App = "contracts", Team = "legal", Env = "prod",
            StartsADay = 110, Arrivals = TraceFigures.Office, Cache = CacheUse.EachPrompt, CacheTtl = "1h", PrefixTokens = 180,
            Input = new((0, 24_500), (.5, 42_000), (.9, 78_000), (1, 110_000)), Output = Quantiles.Between(250, 900),
        },
        new()
        {
            Name = "nightly-summaries", Place = DataWest, Principals = ["NightlyBatchRole"], ModelId = Sonnet,
            App = "insights", Team = "data", Env = "prod", Failures = new(.08, "ThrottlingException"),
            StartsADay = 150, Arrivals = TraceFigures.Nightly, PrefixTokens = 900,
            Input = new((0, 9_000), (.5, 31_000), (.9, 64_000), (1, 96_000)), Output = Quantiles.Between(500, 1_400),
        },
        new()
        {
            Name = "ticket-classifier", Place = ProdEast, Principals = ["TicketRouterRole"], ModelId = Opus,
            App = "tickets", Team = "service", Env = "prod", Operation = "InvokeModel", Shape = LogShape.InvokeClaude,
            StartsADay = 120, Input = Quantiles.Between(350, 1_000), Output = Quantiles.Between(1, 3), PrefixTokens = 220,
        },
        new()
        {
            Name = "ops-agent", Place = ProdEast, Principals = ["OpsAgentRole"], ModelId = Sonnet,
            App = "ops-agent", Team = "platform", Env = "prod", Layout = PromptLayout.Tools,
            StartsADay = 10, Arrivals = TraceFigures.Machines, Cache = CacheUse.Prefix, PrefixTokens = 1_500,
            Session = new(Quantiles.Between(3, 8), Quantiles.Between(4, 40), new((0, 150), (.5, 520), (.9, 1_500), (1, 2_600)), 2),
            Input = Quantiles.Between(80, 400), Output = new((0, 60), (.5, 140), (.9, 420), (1, 900)),
        },
        new()
        {
            Name = "dev-assistant", Place = DevEast, Principals = ["user/ana", "user/bram", "user/chioma", "user/elena"],
            ModelId = OlderOpus,
            Operation = "InvokeModelWithResponseStream", Shape = LogShape.InvokeClaudeChunks,
            StartsADay = 115, Arrivals = TraceFigures.Office,
            Input = new((0, 23_600), (.5, 58_000), (.9, 120_000), (1, 175_000)), Output = TraceFigures.CodingAnswer,
        },
        new()
        {
            Name = "product-enrichment", Place = ProdEast, Principals = ["EnrichmentRole"], ModelId = HaikuGlobal,
            App = "catalog", Team = "commerce", Env = "prod", Spike = new(Day: 8, Factor: 10),
            StartsADay = 55, Arrivals = TraceFigures.Machines, Input = new((0, 700), (.5, 1_200), (1, 1_900)),
            Output = Quantiles.Between(120, 420),
        },
        new()
        {
            Name = "due-diligence", Place = ProdEast, Principals = ["DueDiligenceRole"], ModelId = Sonnet,
            App = "contracts", Team = "legal", Env = "prod", Operation = "ConverseStream",
            StartsADay = 48, Arrivals = TraceFigures.Office, PrefixTokens = 1_500,
            Input = new((0, 120_000), (.15, 195_000), (.5, 290_000), (.9, 480_000), (1, 720_000)), Output = Quantiles.Between(900, 4_200),
        },
        new()
        {
            Name = "store-faq", Place = ProdEast, Principals = ["StoreFaqRole"],
            ModelId = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0",
            App = "faq", Team = "service", Env = "prod", Operation = "InvokeModel", Shape = LogShape.InvokeClaude,
            Guardrail = new("gr4f8k2m0q", BlockedShare: .06),
            StartsADay = 50, Input = TraceFigures.ChatPrompt, Output = TraceFigures.ChatAnswer,
        },
        new()
        {
            Name = "storefront-assistant", Place = ProdEast, Principals = ["StorefrontRole"], ModelId = "amazon.nova-pro-v1:0",
            App = "storefront", Team = "commerce", Env = "prod", Operation = "ConverseStream",
            Guardrail = new("gr7c1x9p3t", BlockedShare: .04),
            StartsADay = 50, Input = TraceFigures.ChatPrompt, Output = TraceFigures.ChatAnswer, PrefixTokens = 600,
        },
        new()
        {
            Name = "code-review", Place = ProdWest, Principals = ["CodeReviewRole"], ModelId = Sonnet,
            App = "code-review", Team = "platform", Env = "prod", Operation = "ConverseStream",
            StartsADay = 22, Arrivals = TraceFigures.Office, Cache = CacheUse.Conversation, PrefixTokens = 24_000,
            Session = new(TraceFigures.CodingCalls, TraceFigures.CodingGapSeconds, TraceFigures.CodingGrowth),
            Input = TraceFigures.CodingOpening, Output = TraceFigures.CodingAnswer,
        },
        new()
        {
            Name = "market-research", Place = ProdWest, Principals = ["ResearchRole"], ModelId = Opus,
            App = "research", Team = "strategy", Env = "prod",
            StartsADay = 12, Arrivals = TraceFigures.Office, Cache = CacheUse.Conversation, PrefixTokens = 9_000,
            Session = new(Quantiles.Between(4, 12), Quantiles.Between(20, 200), Quantiles.Between(2_000, 11_000)),
            Input = Quantiles.Between(16_000, 30_000), Output = Quantiles.Between(600, 2_400),
        },
        new()
        {
            Name = "catalog-tags", Place = ProdEast, Principals = ["CatalogTagsRole"], ModelId = "amazon.nova-pro-v1:0",
            App = "catalog", Team = "commerce", Env = "prod", Tier = Tier.Flex,
            StartsADay = 80, Arrivals = TraceFigures.Machines, Input = Quantiles.Between(250, 900), Output = Quantiles.Between(20, 80),
        },
        new()
        {
            Name = "checkout-hints", Place = ProdEast, Principals = ["CheckoutRole"], ModelId = "amazon.nova-pro-v1:0",
            App = "checkout", Team = "commerce", Env = "prod", Tier = Tier.Priority,
            StartsADay = 50, Input = Quantiles.Between(400, 1_300), Output = Quantiles.Between(40, 160),
        },
        new()
        {
            Name = "search-rewrite", Place = ProdEast, Principals = ["SearchRole"], ModelId = "amazon.nova-micro-v1:0",
            App = "search", Team = "commerce", Env = "prod", Failures = new(.01, "ModelTimeoutException"),
            StartsADay = 170, Input = Quantiles.Between(60, 260), Output = Quantiles.Between(12, 60),
        },
        new()
        {
            Name = "review-digest", Place = ProdEast, Principals = ["ReviewDigestRole"], ModelId = "meta.llama3-3-70b-instruct-v1:0",
            App = "reviews", Team = "commerce", Env = "prod",
            StartsADay = 25, Arrivals = TraceFigures.Machines, Input = Quantiles.Between(900, 2_600), Output = Quantiles.Between(120, 400),
        },
        new()
        {
            Name = "query-embeddings", Place = ProdEast, Principals = ["SearchRole"], ModelId = "amazon.titan-embed-text-v2:0",
            App = "search", Team = "commerce", Env = "prod", Operation = "InvokeModel", Shape = LogShape.Embedding,
            StartsADay = 120, Input = Quantiles.Between(6, 60), Output = Quantiles.Always(0),
        },
        new()
        {
            Name = "catalog-embeddings", Place = DataWest, Principals = ["IndexerRole"], ModelId = "amazon.titan-embed-text-v2:0",
            App = "search", Team = "commerce", Env = "prod", Operation = "InvokeModel", Shape = LogShape.Embedding,
            StartsADay = 190, Arrivals = TraceFigures.Machines, Input = Quantiles.Between(120, 900), Output = Quantiles.Always(0),
        },
        new()
        {
            Name = "leaflet-copy", Place = ProdWest, Principals = ["MarketingRole"], ModelId = CopyProfile,
            StartsADay = 30, Arrivals = TraceFigures.Office, Input = Quantiles.Between(500, 2_600), Output = Quantiles.Between(300, 1_200),
            Behind = new(SonnetGlobal, "leaflets", "marketing", "prod"),
        },
        new()
        {
            Name = "leaflet-translation", Place = ProdWest, Principals = ["MarketingRole"], ModelId = LeafletProfile,
            StartsADay = 35, Arrivals = TraceFigures.Office, Input = Quantiles.Between(400, 1_600), Output = Quantiles.Between(400, 1_700),
            Behind = new(HaikuGlobal, "leaflets", "marketing", "prod"),
        },
        new()
        {
            Name = "notebooks", Place = DataWest, Principals = ["DataScienceNotebookRole"], ModelId = Opus,
            StartsADay = 44, Arrivals = TraceFigures.Office, Input = new((0, 6_000), (.5, 40_000), (1, 150_000)),
            Output = TraceFigures.CodingAnswer,
        },
        new()
        {
            Name = "partner-answers", Place = DataWest, Principals = ["PartnerApiRole"], ModelId = Sonnet,
            App = "partner-api", Team = "data", Env = "prod", Operation = "ConverseStream",
            StartsADay = 170, Cache = CacheUse.Prefix, CacheTtl = "1h", PrefixTokens = 6_400, Input = TraceFigures.ChatPrompt,
            Output = TraceFigures.ChatAnswer,
        },
        new()
        {
            Name = "meeting-notes", Place = ProdWest, Principals = ["MeetingNotesRole"], ModelId = HaikuGlobal,
            App = "meetings", Team = "workplace", Env = "prod",
            StartsADay = 20, Arrivals = TraceFigures.Office, Input = Quantiles.Between(2_000, 8_000), Output = Quantiles.Between(250, 700),
        },
        new()
        {
            Name = "staging-checks", Place = DevEast, Principals = ["StagingTestRole"], ModelId = HaikuGlobal,
            App = "support", Team = "service", Env = "staging",
            StartsADay = 35, Arrivals = TraceFigures.Office, Input = Quantiles.Between(200, 900), Output = Quantiles.Between(30, 200),
        },
    ];

    /// <summary>What was planted, where, and what is wrong with it.</summary>
    public static readonly IReadOnlyList<PlantedSin> Sins =
    [
        new("uncached prefix", "support-chat",
            "Every call carries the same 4,000-token system prompt first, and none marks it for the cache."),
        new("variable line first", "offer-writer",
            "A line with time and name stands before 3,000 static tokens, so that nothing can be cached."),
        new("unread cache writes", "contract-reader",
            "Each contract is written to the one-hour cache at twice the input price and never read again."),
        new("nightly on demand", "nightly-summaries",
            "A job at 02:00 that nobody waits for runs on demand at full price instead of as a batch."),
        new("throttling", "nightly-summaries", "The nightly burst meets its quota: ThrottlingException records, then retries."),
        new("one word from a big model", "ticket-classifier",
            "Opus answers one to three tokens; a small model can choose among six labels."),
        new("runaway agent", "ops-agent",
            "Every second day a session calls the same tool 30 times or more, each call carrying all before it."),
        new("dev on opus", "dev-assistant", "The dev account works with the dearest model there is, without caching."),
        new("tenfold spike", "product-enrichment", "On the ninth day every prompt is ten times its usual size."),
        new("long context", "due-diligence",
            "Most prompts exceed 200,000 tokens, where input costs twice as much and output half as much again."),
        new("opaque profile", "leaflet-copy",
            "The model stands behind an application inference profile: no price until profiles.json maps it."),
        new("opaque profile", "leaflet-translation",
            "The model stands behind an application inference profile: no price until profiles.json maps it."),
        new("untagged", "dev-assistant", "No app, team or env: the spend belongs to nobody."),
        new("untagged", "notebooks", "No app, team or env: the spend belongs to nobody."),
        new("blocked calls", "store-faq", "A guardrail blocks some calls: no tokens, yet text units are charged."),
        new("blocked calls", "storefront-assistant", "A guardrail blocks some calls: no tokens, yet text units are charged."),
        new("unknown cache lifetime", "partner-answers", "Bodies are not logged, so that the price of its cache writes is an interval."),
        new("bodies on S3", "due-diligence", "Bodies above 100 KB stand outside the record, under data/."),
        new("duplicates", "files", "Four files are delivered again in part; their requests must be charged once."),
        new("broken lines", "files", "Truncated records, lines that are no JSON, JSON of other services."),
        new("foreign files", "files", "A permission check in each account and body files under data/ are no logs."),
    ];

    /// <summary>What the opaque profiles are: the content of <c>profiles.json</c>.</summary>
    public static readonly IReadOnlyDictionary<string, MappedProfile> Profiles =
        Workloads.Where(w => w.Behind is not null).ToDictionary(w => w.ModelId, w => w.Behind!, StringComparer.Ordinal);

    /// <summary>
    /// Samples the estate. The logs stand under <c>AWSLogs/</c>, <c>profiles.json</c> beside it. The same options give the same
    /// files, byte for byte on one version of .NET; across versions the unzipped bytes are the same.
    /// </summary>
    public static Sample Generate(SampleOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Days, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Scale, 0);
        var calls = Workloads.SelectMany(w => WorkloadSampler.Sample(w, options)).ToList();
        var (files, truth) = SampleFiles.LayOut(calls, options);
        return new(files, truth);
    }
}
