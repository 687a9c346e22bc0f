using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// An estate as its file describes it: traffic, the services around it, and the terms it is bought on. States amounts, never a price
/// of AWS's; ExpectedUsage turns it into records for the rater.
/// </summary>
/// <remarks>A month has 30 days and 720 hours, a year twelve of them. Money is USD. Shares are fractions of one.</remarks>
public sealed record DescribedEstate
{
    public required string Name { get; init; }
    public required string File { get; init; }

    /// <summary>The price book to ask, as <c>--book</c> takes it; null for the default.</summary>
    public string? Book { get; init; }

    /// <summary>The day whose prices count; null for the book's own date.</summary>
    public DateOnly? On { get; init; }

    public required string Region { get; init; }
    public Residency Residency { get; init; } = Residency.Anywhere;

    /// <summary>What everything would run on had nobody thought about it: the model of the unoptimised bill.</summary>
    public required ModelRef Baseline { get; init; }

    public IReadOnlyList<DescribedWorkload> Workloads { get; init; } = [];
    public IReadOnlyList<KnowledgeBase> KnowledgeBases { get; init; } = [];
    public IReadOnlyList<GuardrailPolicy> Guardrails { get; init; } = [];
    public IReadOnlyList<CustomModel> CustomModels { get; init; } = [];
    public Monitoring? Monitoring { get; init; }
    public Commitment? Commitment { get; init; }

    /// <summary>Private rates, applied before any programme discount.</summary>
    public IReadOnlyList<PrivateRate> PrivateRates { get; init; } = [];

    public IReadOnlyList<Quota> Quotas { get; init; } = [];

    /// <summary>What one hour of a missed service level is worth to the user; null when the estate does not say.</summary>
    public Figure? ServiceLevelUsdPerHour { get; init; }

    /// <summary>Costs no book knows, as the user states them: a Pinecone plan, an Aurora cluster, people's hours.</summary>
    public IReadOnlyList<StatedCost> StatedCosts { get; init; } = [];

    /// <summary>Everything that is a range, in the order of the file.</summary>
    public IReadOnlyList<FigureRange> Ranges { get; init; } = [];

    /// <summary>What private rates take off a model's list price: a rate agreed for it stands before one agreed for everything.</summary>
    public decimal PrivateDiscount(string model, Draw draw)
    {
        if (PrivateRates.Count == 0) return 0m;
        PrivateRate? found = null;
        foreach (var rate in PrivateRates)
        {
            if (rate.Model == model && model.Length > 0) return rate.Discount.In(draw);
            if (rate.Model is "" or "*" or "all" or "everything") found = rate;
        }
        return found is null ? 0m : found.Discount.In(draw);
    }
}

/// <summary>Where calls may be computed.</summary>
public enum Residency : byte
{
    /// <summary>Anywhere: every scope is lawful.</summary>
    Anywhere,

    /// <summary>Within the geography of the source region: geographic profiles and the region itself.</summary>
    Geography,

    /// <summary>In the source region alone.</summary>
    Region,
}

/// <summary>One kind of traffic.</summary>
public sealed record DescribedWorkload
{
    public required string Name { get; init; }

    /// <summary>Where the file describes it, for messages.</summary>
    public int Line { get; init; }

    public string Account { get; init; } = "";
    public string App { get; init; } = "";
    public string Team { get; init; } = "";
    public string Env { get; init; } = "";

    /// <summary>Source region; null for the estate's.</summary>
    public string? Region { get; init; }

    /// <summary>Where its calls may be computed; null for the estate's rule.</summary>
    public Residency? Residency { get; init; }

    /// <summary>The models it calls with their shares of the calls; one entry of share 1 where it calls one.</summary>
    public required IReadOnlyList<ModelShare> Models { get; init; }

    /// <summary>Users' requests a month. An agent makes several model calls of each.</summary>
    public required Figure RequestsPerMonth { get; init; }

    public ArrivalCurve Arrivals { get; init; } = ArrivalCurve.Flat;

    /// <summary>Tokens of a call's prompt, its cached prefix included.</summary>
    public required Spread InputTokens { get; init; }

    public required Spread OutputTokens { get; init; }

    /// <summary>What the callers ask for at most; decides what the service reserves against quotas. Null: not set by the caller.</summary>
    public Figure? MaxTokens { get; init; }

    /// <summary>Model calls a user's request leads to: 1, or for agents a distribution.</summary>
    public Spread CallsPerRequest { get; init; } = new(1m);

    /// <summary>True for agents: several calls a request, with tool results between them.</summary>
    public bool IsAgent { get; init; }

    /// <summary>What its prompts have in common; null when nothing.</summary>
    public SharedPrefix? Prefix { get; init; }

    /// <summary>How soon an answer is needed. Null: someone waits for it.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Share of the calls sent as batch jobs.</summary>
    public Figure BatchShare { get; init; }

    public Tier Tier { get; init; }

    /// <summary>Model units bought for it.</summary>
    public ProvisionedUse? Provisioned { get; init; }

    /// <summary>Tokens per minute reserved for it.</summary>
    public ReservedUse? Reserved { get; init; }

    /// <summary>Name of a <see cref="GuardrailPolicy"/>; null when its calls pass none.</summary>
    public string? Guardrail { get; init; }

    /// <summary>Name of a <see cref="KnowledgeBase"/> asked for every request, and how often; null when none.</summary>
    public string? KnowledgeBase { get; init; }

    public Figure RetrievalsPerRequest { get; init; } = 1m;
}

/// <summary>A model and its share of the calls.</summary>
public sealed record ModelShare(ModelRef Model, Figure Share);

/// <summary>
/// When requests come within a day: 24 hourly weights (UTC). Peaks decide quotas, lulls decide idle capacity and cache hits.
/// </summary>
/// <param name="PeakFactor">The busiest minute beside the mean of its hour; 1 for smooth traffic.</param>
public sealed record ArrivalCurve(IReadOnlyList<decimal> HourWeights, Figure PeakFactor)
{
    public static readonly ArrivalCurve Flat = new([.. Enumerable.Repeat(1m, 24)], 1m);
}

/// <summary>The beginning that the prompts of a workload share.</summary>
/// <param name="Tokens">Its length.</param>
/// <param name="IsCached">True when the calls mark it for the cache.</param>
/// <param name="Lifetime">Cache lifetime: 5 minutes or 1 hour; every hit renews it.</param>
/// <param name="HitRate">Share of calls that find it cached; null to derive it from the arrivals by renewal theory.</param>
/// <param name="Variants">How many different prefixes share the traffic (one a tenant, say): each is cached for itself.</param>
public sealed record SharedPrefix(Figure Tokens, bool IsCached, TimeSpan Lifetime, Figure? HitRate, Figure Variants);

/// <summary>Model units bought by the hour.</summary>
/// <param name="TokensPerMinutePerUnit">
/// What one unit carries, input and output together. AWS publishes none: the user's figure, or null for a default that is warned of.
/// </param>
/// <param name="SpillsOver">True when what the units cannot carry goes to on-demand; else it is refused.</param>
public sealed record ProvisionedUse(Figure Units, Term Term, Figure? TokensPerMinutePerUnit, bool SpillsOver);

/// <summary>Reserved tokens per minute, input and output apart.</summary>
public sealed record ReservedUse(Figure InputTokensPerMinute, Figure OutputTokensPerMinute, Term Term);

/// <summary>What a guardrail checks. Units are 1,000 characters, rounded up, per policy and direction.</summary>
public sealed record GuardrailPolicy(string Name, IReadOnlyList<Meter> Policies, bool OnInput, bool OnOutput, Figure CharactersPerToken);

/// <summary>Where the vectors of a knowledge base lie.</summary>
public enum VectorStore : byte { OpenSearchServerless, ManagedIndex, S3Vectors, AuroraPgvector, RdsPgvector, Pinecone, Other }

/// <summary>Documents made searchable, and the services that take.</summary>
public sealed record KnowledgeBase
{
    public required string Name { get; init; }
    public Figure Documents { get; init; }
    public Figure TokensPerDocument { get; init; }

    /// <summary>Share of the documents embedded anew each month; the first embedding is a one-off of its own.</summary>
    public Figure RefreshPerMonth { get; init; }

    public ModelRef? EmbeddingModel { get; init; }
    public VectorStore Store { get; init; }

    /// <summary>OpenSearch compute units kept running; 2 is the floor, 4 with redundancy.</summary>
    public Figure OcuCount { get; init; } = 2m;

    /// <summary>Size of the index, for stores charged by the gigabyte.</summary>
    public Figure IndexGb { get; init; }

    public Figure SourceGb { get; init; }

    /// <summary>The store's monthly cost where no dated price is known; required for those.</summary>
    public Figure? StoreUsdPerMonth { get; init; }

    /// <summary>USD a gigabyte-month of the source documents in S3; required where <see cref="SourceGb"/> is stated.</summary>
    public Figure? SourceUsdPerGbMonth { get; init; }

    /// <summary>Queries beside those of the workloads that name it.</summary>
    public Figure QueriesPerMonth { get; init; }

    /// <summary>Tokens of a query, embedded to search with.</summary>
    public Figure TokensPerQuery { get; init; }

    /// <summary>True when retrieval itself is charged (the managed index), by the thousand.</summary>
    public bool RetrievalCharged { get; init; }

    public bool Agentic { get; init; }
    public ModelRef? RerankModel { get; init; }
}

/// <summary>CloudWatch: logs, metrics, alarms.</summary>
/// <param name="MetricUsdPerMonth">A custom metric's price: no source of ours states one, so it is asked for where metrics are.</param>
public sealed record Monitoring(
    Figure LogGbPerMonth, Figure RetentionMonths, Figure Metrics, Figure? MetricUsdPerMonth, Figure Alarms, Figure AlarmsPerEndpoint);

/// <summary>A model trained on own data: trained, stored, and served.</summary>
public sealed record CustomModel
{
    public required string Name { get; init; }
    public required ModelRef Base { get; init; }
    public Figure TrainingTokens { get; init; }
    public Figure Epochs { get; init; } = 1m;

    /// <summary>How often it is trained anew, a year.</summary>
    public Figure TrainingsPerYear { get; init; } = 1m;

    /// <summary>Model units that serve it: at least one, all month, unless custom models of this base are served on demand.</summary>
    public Figure Units { get; init; } = 1m;

    public Term Term { get; init; }
    public bool OnDemandServing { get; init; }

    /// <summary>USD of a model-unit hour where the book has none for the base.</summary>
    public Figure? UnitUsdPerHour { get; init; }

    /// <summary>Its traffic a month, in calls and tokens a call: what few-shot prompting and retrieval are compared over.</summary>
    public Figure CallsPerMonth { get; init; }
    public Figure InputTokens { get; init; }
    public Figure OutputTokens { get; init; }

    /// <summary>Tokens of examples that would do the same in the prompt; null when there is no such alternative.</summary>
    public Figure? FewShotTokens { get; init; }

    /// <summary>Tokens of retrieved context that would do the same, beside the knowledge base they come from.</summary>
    public Figure? RetrievedTokens { get; init; }
    public string? KnowledgeBase { get; init; }
}

/// <summary>A spend commitment with AWS. Its arithmetic is Planning's.</summary>
/// <param name="AnnualUsd">The commitment of each contract year: several where it ramps.</param>
/// <param name="OrganicUsd">What would be spent with AWS without AI, of the same years.</param>
public sealed record Commitment(IReadOnlyList<Figure> AnnualUsd, IReadOnlyList<Figure> OrganicUsd, Figure Discount);

/// <summary>A private rate: so much off a model's list price, or off everything.</summary>
public sealed record PrivateRate(string Model, Figure Discount);

/// <summary>What the account may use of a model in a minute.</summary>
/// <param name="OutputBurndown">Tokens of quota an output token takes: 5 on Claude 3.7 and later.</param>
public sealed record Quota(string Model, Scope Scope, Figure? TokensPerMinute, Figure? RequestsPerMinute, Figure? OutputBurndown);

/// <summary>A cost the user states: no book knows it.</summary>
/// <param name="Category">One of the bill's categories, such as <c>knowledge_base</c>.</param>
public sealed record StatedCost(string Name, string Category, Figure UsdPerMonth);
