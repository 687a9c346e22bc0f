namespace Assay.Estate;

/// <summary>Every key of the estate file.</summary>
static class EstateKeys
{
    static readonly Shape Name = new Shape.Words("a name");
    static readonly Shape Model = new Shape.Model();
    static readonly Shape YesNo = new Shape.YesNo();
    static readonly Shape Scope = new Shape.OneOf("in_region", "geo", "global");
    static readonly Shape Residency = new Shape.OneOf("anywhere", "geography", "region");
    static readonly Shape Term = new Shape.OneOf("none", "1_month", "3_month", "6_month");
    static readonly Shape Count = new Shape.Figure(Unit.Count);
    static readonly Shape Few = new Shape.Figure(Unit.Few);
    static readonly Shape Tokens = new Shape.Figure(Unit.Tokens);
    static readonly Shape PerMonth = new Shape.Figure(Unit.PerMonth);
    static readonly Shape UsdPerMonth = new Shape.Figure(Unit.UsdPerMonth);

    public static readonly KeyTable Spread = new("a spread",
        new("mean", Tokens, "The mean of all calls.", IsRequired: true),
        new("p95", Tokens, "The 95th percentile: one call in twenty is larger.", IsRequired: true));

    public static readonly KeyTable Range = new("a range",
        new("low", Count, "The least it can be.", IsRequired: true),
        new("likely", Count, "The most likely.", "the middle"),
        new("high", Count, "The most it can be.", IsRequired: true));

    public static readonly KeyTable ModelChoice = new("a model",
        new("model", new Shape.Words("a model id, a profile id or a name"), "The model.", IsRequired: true),
        new("scope", Scope, "Where its calls may be computed: the source region, its geography, or anywhere.", "that of the workload"),
        new("share", new Shape.Figure(Unit.Share), "Its share of the calls, in a mix.", "all of them"));

    public static readonly KeyTable Prefix = new("a prefix",
        new("tokens", Tokens, "How many tokens the prompts share; they are part of input_tokens.", IsRequired: true),
        new("cached", YesNo, "Whether the calls mark it for the prompt cache.", "yes"),
        new("ttl", new Shape.OneOf("5m", "1h"), "How long the cache keeps it after the last hit.", "5m"),
        new("hit_rate", new Shape.Figure(Unit.Share), "Share of the calls that find it cached.", "derived from the arrivals"),
        new("variants", new Shape.Figure(Unit.Positive), "How many different prefixes share the traffic: one a tenant, say.", "1"));

    public static readonly KeyTable Provisioned = new("provisioned units",
        new("units", Few, "Model units bought.", IsRequired: true),
        new("term", Term, "How long they are bought for.", "none"),
        new("tokens_per_minute_per_unit", new Shape.Figure(Unit.TokensPerMinute),
            "What one unit carries, input and output together. AWS publishes none: measure it.", "a default that is warned of"),
        new("spill_over", YesNo, "Whether what the units cannot carry goes to on-demand; else it is refused.", "yes"));

    public static readonly KeyTable Reserved = new("reserved capacity",
        new("input_tokens_per_minute", new Shape.Figure(Unit.TokensPerMinute), "Input tokens a minute reserved.", IsRequired: true),
        new("output_tokens_per_minute", new Shape.Figure(Unit.TokensPerMinute), "Output tokens a minute reserved.", IsRequired: true),
        new("term", new Shape.OneOf("1_month", "3_month", "6_month"), "How long it is reserved for.", "1_month"));

    public static readonly KeyTable Workload = new("a workload",
        new("account", Name, "The AWS account that pays.", "none"),
        new("app", Name, "The application, as cost allocation tags have it.", "none"),
        new("team", Name, "The team.", "none"),
        new("env", Name, "The environment, such as prod.", "none"),
        new("region", new Shape.Words("an AWS region"), "Where the calls start: its prices count.", "that of the estate"),
        new("residency", Residency, "Where its calls may be computed.", "that of the estate"),
        new("model", Model, "The one model it calls."),
        new("models", new Shape.Mix(), "The models it calls with their shares of the calls, which add up to 100 %."),
        new("scope", Scope, "Scope of its models where they do not state their own.", "that of the estate"),
        new("requests", PerMonth, "Users' requests, with the time they are counted over.", IsRequired: true),
        new("arrivals", new Shape.Arrivals(), "When in the day they come: a known curve, or 24 hourly weights in UTC.", "flat"),
        new("peak", new Shape.Figure(Unit.Factor), "The busiest minute beside the mean of its hour.", "1 x"),
        new("input_tokens", new Shape.Spread(Unit.Tokens), "Tokens of a call's prompt, a shared prefix included.", IsRequired: true),
        new("output_tokens", new Shape.Spread(Unit.Tokens), "Tokens of a call's answer.", IsRequired: true),
        new("max_tokens", Tokens, "What the caller asks for at most; reserved against quotas while it runs.", "not set by the caller"),
        new("calls_per_request", new Shape.Spread(Unit.Few), "Model calls one request leads to: an agent makes several.", "1"),
        new("agent", YesNo, "Whether it is an agent: several calls a request, with tool results between them.",
            "yes where calls_per_request is stated"),
        new("prefix", new Shape.Section(Prefix), "The beginning its prompts share.", "none"),
        new("deadline", new Shape.Time(), "How soon an answer is needed. Batch needs at least 24 h.", "someone waits for it"),
        new("batch", new Shape.Figure(Unit.Share), "Share of the calls sent as batch jobs.", "0 %"),
        new("tier", new Shape.OneOf("standard", "flex", "priority", "latency_optimized"), "The service tier asked for.", "standard"),
        new("provisioned", new Shape.Section(Provisioned), "Model units bought for it.", "none"),
        new("reserved", new Shape.Section(Reserved), "Tokens per minute reserved for it.", "none"),
        new("guardrail", Name, "The guardrail its calls pass: a name of 'guardrails'.", "none"),
        new("knowledge_base", Name, "The knowledge base it asks: a name of 'knowledge_bases'.", "none"),
        new("retrievals_per_request", Few, "How often it asks, for each request.", "1"));

    public static readonly KeyTable KnowledgeBase = new("a knowledge base",
        new("documents", Count, "How many documents it holds.", "0"),
        new("tokens_per_document", Tokens, "Tokens of a document, on average.", "0"),
        new("refresh", new Shape.Figure(Unit.SharePerMonth), "Share of the documents embedded anew each month.", "0 %"),
        new("embedding_model", Model, "The model that embeds documents and queries; needed where there are documents.", "none"),
        new("store", new Shape.OneOf([.. VectorStoreNames.All]), "Where the vectors lie.", IsRequired: true),
        new("ocus", Few, "OpenSearch compute units kept running: 2 is the floor, 4 with redundancy.", "2"),
        new("index_size", new Shape.Figure(Unit.Gigabytes), "Size of the index, for stores charged by the gigabyte.", "0"),
        new("source_size", new Shape.Figure(Unit.Gigabytes), "Size of the source documents in S3.", "0"),
        new("source_cost", new Shape.Figure(Unit.UsdPerGigabyte), "What a GB of source documents costs in S3; needed with source_size."),
        new("store_cost", UsdPerMonth, "What the store costs; needed where no book knows it: S3 Vectors, Aurora, RDS, Pinecone, other."),
        new("queries", PerMonth, "Queries beside those of the workloads that name it.", "0"),
        new("tokens_per_query", Tokens, "Tokens of a query, embedded to search with.", "0"),
        new("retrieval_charged", YesNo, "Whether each retrieval is charged, as of the managed index.", "yes for managed_index"),
        new("agentic", YesNo, "Whether retrieval is agentic, which is charged at its own rate.", "no"),
        new("rerank_model", Model, "The model that reranks what was found.", "none"));

    public static readonly KeyTable Guardrail = new("a guardrail",
        new("policies", new Shape.SomeOf("content", "topic", "sensitive", "grounding", "reasoning"), "What it checks; each is charged.",
            IsRequired: true),
        new("applies_to", new Shape.OneOf("input", "output", "both"), "Which direction it checks.", "both"),
        new("characters_per_token", new Shape.Figure(Unit.CharactersPerToken), "Text is charged by 1,000 characters.", "4.25"));

    public static readonly KeyTable CustomModel = new("a custom model",
        new("base", Model, "The model it is made from.", IsRequired: true),
        new("training_tokens", Tokens, "Tokens of the training data.", "0"),
        new("epochs", Few, "How often training goes through them.", "1"),
        new("trainings", new Shape.Figure(Unit.PerYear), "How often it is trained anew.", "1 a year"),
        new("units", Few, "Model units that serve it.", "1"),
        new("term", Term, "How long they are bought for.", "none"),
        new("on_demand", YesNo, "Whether it is served on demand instead of by units.", "no"),
        new("unit_cost", new Shape.Figure(Unit.UsdPerHour), "What a model unit costs, where the book has no price of the base."),
        new("calls", PerMonth, "Its traffic.", "0"),
        new("input_tokens", Tokens, "Tokens of a call's prompt.", "0"),
        new("output_tokens", Tokens, "Tokens of a call's answer.", "0"),
        new("few_shot_tokens", Tokens, "Tokens of examples in the prompt that would do the same.", "no such alternative"),
        new("retrieved_tokens", Tokens, "Tokens of retrieved context that would do the same.", "no such alternative"),
        new("knowledge_base", Name, "Where these would come from: a name of 'knowledge_bases'.", "none"));

    public static readonly KeyTable Monitoring = new("monitoring",
        new("logs", new Shape.Figure(Unit.GigabytesPerMonth), "Logs taken in by CloudWatch.", "0"),
        new("retention", new Shape.Figure(Unit.Months), "How long they are kept.", "1 month"),
        new("metrics", Count, "Custom metrics.", "0"),
        new("metric_cost", new Shape.Figure(Unit.UsdPerMetric), "What a custom metric costs; needed where there are metrics."),
        new("alarms", Count, "Alarms.", "0"),
        new("alarms_per_endpoint", Count, "Alarms for each workload and model, beside those.", "0"));

    public static readonly KeyTable Commitment = new("a commitment",
        new("annual", new Shape.Figures(Unit.UsdPerYear), "What is committed to be spent with AWS: one figure, or one a contract year.",
            IsRequired: true),
        new("organic", new Shape.Figures(Unit.UsdPerYear), "What would be spent with AWS without AI, of the same years.", IsRequired: true),
        new("discount", new Shape.Figure(Unit.Share), "Discount of the programme on everything.", "0 %"));

    public static readonly KeyTable Quota = new("a quota",
        new("scope", Scope, "The scope it is a quota of.", "that of the estate"),
        new("tokens_per_minute", new Shape.Figure(Unit.TokensPerMinute), "Tokens a minute.", "not checked"),
        new("requests_per_minute", new Shape.Figure(Unit.RequestsPerMinute), "Requests a minute.", "not checked"),
        new("output_burndown", new Shape.Figure(Unit.Factor), "Tokens of quota an output token takes: 5 of Claude 3.7 and later.", "1 x"));

    public static readonly KeyTable StatedCost = new("a stated cost",
        new("category", new Shape.OneOf("on_demand", "batch", "caching", "provisioned", "reserved", "customisation", "knowledge_base",
            "agents", "guardrails", "monitoring"), "Under which heading of the bill it stands.", IsRequired: true),
        new("cost", UsdPerMonth, "What it costs.", IsRequired: true));

    public static readonly KeyTable Estate = new("an estate",
        new("estate", Name, "The name of the estate.", IsRequired: true),
        new("book", new Shape.Words("a price book"), "The price book to ask, as --book takes it.", "aws"),
        new("on", new Shape.Day(), "The day whose prices count.", "the date of the book"),
        new("region", new Shape.Words("an AWS region"), "Where calls start: its prices count.", IsRequired: true),
        new("residency", Residency, "Where calls may be computed: anywhere, in the region's geography, or in the region alone.",
            "anywhere"),
        new("scope", Scope, "Scope of the models that do not state their own.", "in_region"),
        new("baseline", Model, "What everything would run on had nobody thought about it: the model of the unoptimised bill.",
            IsRequired: true),
        new("include", new Shape.Paths(), "Files to read as part of this one, relative to it. What this file says itself counts before "
            + "theirs.", "none"),
        new("workloads", new Shape.Sections(Workload), "The kinds of traffic, by name.", "none"),
        new("knowledge_bases", new Shape.Sections(KnowledgeBase), "Documents made searchable, by name.", "none"),
        new("guardrails", new Shape.Sections(Guardrail), "What calls are checked for, by name.", "none"),
        new("custom_models", new Shape.Sections(CustomModel), "Models trained on own data, by name.", "none"),
        new("monitoring", new Shape.Section(Monitoring), "CloudWatch: logs, metrics, alarms.", "none"),
        new("commitment", new Shape.Section(Commitment), "A spend commitment with AWS.", "none"),
        new("private_rates", new Shape.FigureByModel(Unit.Share), "Private discounts by model, or for 'everything'; they count before the "
            + "programme's.", "none"),
        new("quotas", new Shape.Sections(Quota, ByModel: true),
            "What the account may use in a minute, by model, as Service Quotas shows it: no default is known here.",
            "not checked"),
        new("service_level", new Shape.Figure(Unit.UsdPerHour), "What one hour of a missed service level costs you.", "not valued"),
        new("stated_costs", new Shape.Sections(StatedCost), "Costs no price book knows, by name.", "none"));

    /// <summary>Every table, the whole estate first, as the documentation lists them.</summary>
    public static readonly IReadOnlyList<KeyTable> Tables =
    [
        Estate, Workload, ModelChoice, Prefix, Provisioned, Reserved, KnowledgeBase, Guardrail, CustomModel, Monitoring, Commitment, Quota,
        StatedCost, Spread, Range,
    ];
}

/// <summary>Vector stores as estate files name them.</summary>
static class VectorStoreNames
{
    /// <summary>In the order of <see cref="VectorStore"/>.</summary>
    public static readonly IReadOnlyList<string> All =
        ["opensearch_serverless", "managed_index", "s3_vectors", "aurora_pgvector", "rds_pgvector", "pinecone", "other"];
}
