using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What stands around the inference: knowledge bases, guardrails, monitoring, and costs the user states.</summary>
sealed class ServicesBill
{
    const decimal HoursPerMonth = 720m;
    const decimal CharactersPerUnit = 1_000m;

    readonly DescribedEstate estate;
    readonly CallKind any, agenticRetrieve;
    readonly Dictionary<ModelRef, CallKind> kinds = [];
    readonly CallKind[] guarded;

    public ServicesBill(DescribedEstate estate)
    {
        this.estate = estate;
        any = Kind(estate.Region, "");
        agenticRetrieve = Kind(estate.Region, "bedrock:agentic-retrieve");
        foreach (var store in estate.KnowledgeBases)
        {
            if (store.EmbeddingModel is { } embedding) kinds[embedding] = new(Caller.Nobody, estate.Region, embedding);
            if (store.RerankModel is { } rerank) kinds[rerank] = new(Caller.Nobody, estate.Region, rerank);
        }
        guarded = [.. estate.Workloads.Select(w => Kind(w.Region ?? estate.Region, ""))];
    }

    public void AddTo(Tally tally)
    {
        foreach (var store in estate.KnowledgeBases) AddKnowledgeBase(tally, store);
        for (var i = 0; i < estate.Workloads.Count; i++) AddGuardrail(tally, estate.Workloads[i], guarded[i]);
        if (estate.Monitoring is { } monitoring) AddMonitoring(tally, monitoring);
        foreach (var stated in estate.StatedCosts)
            tally.AddStated(stated.Name, stated.Category, stated.UsdPerMonth.In(tally.Draw), "as stated");
    }

    /// <summary>Queries of a month: its own and those of the workloads that ask it.</summary>
    public decimal Queries(KnowledgeBase store, Draw draw)
    {
        var queries = store.QueriesPerMonth.In(draw);
        foreach (var workload in estate.Workloads)
            if (workload.KnowledgeBase == store.Name)
                queries += workload.RequestsPerMonth.In(draw) * workload.RetrievalsPerRequest.In(draw);
        return queries;
    }

    void AddKnowledgeBase(Tally tally, KnowledgeBase store)
    {
        const string category = BillCategories.KnowledgeBase;
        var (draw, name) = (tally.Draw, store.Name);
        AddStore(tally, store);
        if (store.SourceGb.In(draw) is > 0m and var gigabytes)
        {
            if (store.SourceUsdPerGbMonth is { } price)
                tally.AddStated($"{name}: documents in S3", category, gigabytes * price.In(draw), "as stated a GB-month");
            else tally.Lacks(name, category, "needs your price: USD a GB-month of the source documents in S3");
        }
        var queries = Queries(store, draw);
        if (store.EmbeddingModel is { } model)
        {
            var corpus = store.Documents.In(draw) * store.TokensPerDocument.In(draw);
            AddEmbedding(tally, $"{name}: embeddings, refreshed", model, corpus * store.RefreshPerMonth.In(draw),
                "of the corpus each month");
            AddEmbedding(tally, $"{name}: embeddings of queries", model, queries * store.TokensPerQuery.In(draw), "to search with");
        }
        if (store.RetrievalCharged || store.Agentic)
        {
            var kind = store.Agentic ? agenticRetrieve : any;
            tally.Add($"{name}: retrieval", category, tally.Rate(kind, Meter.Retrieval, queries, $"{name}: retrieval", category),
                tally.WithLines ? $"{queries:#,##0} queries{(store.Agentic ? ", agentic" : "")}" : "");
        }
        if (store.RerankModel is { } rerank)
        {
            tally.Add($"{name}: rerank", category, tally.Rate(kinds[rerank], Meter.Rerank, queries, $"{name}: rerank", category),
                tally.WithLines ? $"{queries:#,##0} queries" : "");
        }
    }

    void AddEmbedding(Tally tally, string name, ModelRef model, decimal tokens, string detail)
    {
        var whole = (long)decimal.Round(tokens, MidpointRounding.ToEven);
        if (whole <= 0L) return;
        var record = new UsageRecord(kinds[model]) { Time = tally.Time, Tokens = new() { Input = whole } };
        tally.Add(name, BillCategories.KnowledgeBase, tally.Rate(record, name, BillCategories.KnowledgeBase), detail);
    }

    void AddStore(Tally tally, KnowledgeBase store)
    {
        const string category = BillCategories.KnowledgeBase;
        var name = $"{store.Name}: {NameOf(store.Store)}";
        if (store.StoreUsdPerMonth is { } stated)
        {
            tally.AddStated(name, category, stated.In(tally.Draw), "as stated");
            return;
        }
        switch (store.Store)
        {
            case VectorStore.OpenSearchServerless:
                var units = store.OcuCount.In(tally.Draw);
                tally.Add(name, category, tally.Rate(any, Meter.OcuHour, units * HoursPerMonth, name, category),
                    tally.WithLines ? $"{units:0.##} OCU, every hour" : "");
                break;
            case VectorStore.ManagedIndex:
                var size = store.IndexGb.In(tally.Draw);
                tally.Add(name, category, tally.Rate(any, Meter.IndexGbMonth, size, name, category),
                    tally.WithLines ? $"{size:0.##} GB" : "");
                break;
            default:
                tally.Lacks(name, category, $"needs your price: no dated price of {NameOf(store.Store)} is known; state its monthly cost");
                break;
        }
    }

    public static string NameOf(VectorStore store) => store switch
    {
        VectorStore.OpenSearchServerless => "OpenSearch Serverless",
        VectorStore.ManagedIndex => "managed index",
        VectorStore.S3Vectors => "S3 Vectors",
        VectorStore.AuroraPgvector => "Aurora pgvector",
        VectorStore.RdsPgvector => "RDS pgvector",
        VectorStore.Pinecone => "Pinecone",
        _ => "vector store",
    };

    // A unit is 1,000 characters, begun ones whole, for each policy and each direction that is checked.
    void AddGuardrail(Tally tally, DescribedWorkload workload, CallKind kind)
    {
        if (workload.Guardrail is not { } named || estate.Guardrails.FirstOrDefault(g => g.Name == named) is not { } policy) return;
        var draw = tally.Draw;
        var perToken = policy.CharactersPerToken.In(draw);
        var each = (policy.OnInput ? Units(ExpectedUsage.InputOf(workload, draw)) : 0m)
            + (policy.OnOutput ? Units(SpreadShape.Of(workload.OutputTokens, draw)) : 0m);
        var units = each * ExpectedUsage.Calls(workload, draw);
        if (units <= 0m || policy.Policies.Count == 0) return;
        var record = new UsageRecord(kind) { Time = tally.Time, Amounts = [.. policy.Policies.Select(p => new MeteredAmount(p, units))] };
        tally.Add($"{workload.Name}: {policy.Name}", BillCategories.Guardrails,
            tally.Rate(record, $"{workload.Name}: {policy.Name}", BillCategories.Guardrails),
            tally.WithLines ? $"{each:0.##} unit{(each == 1m ? "" : "s")} a call × {policy.Policies.Count} "
                + (policy.Policies.Count == 1 ? "policy" : "policies") : "");

        decimal Units(in SpreadShape tokens) => tokens.MeanPieces(CharactersPerUnit / Math.Max(perToken, 0.001m));
    }

    void AddMonitoring(Tally tally, Monitoring monitoring)
    {
        const string category = BillCategories.Monitoring;
        var draw = tally.Draw;
        var gigabytes = monitoring.LogGbPerMonth.In(draw);
        Add("CloudWatch logs", any, Meter.LogGb, gigabytes, "GB taken in");
        Add("CloudWatch log storage", any, Meter.GbMonth, gigabytes * monitoring.RetentionMonths.In(draw), "GB kept");
        var endpoints = 0;
        foreach (var workload in estate.Workloads) endpoints += workload.Models.Count;
        Add("CloudWatch alarms", any, Meter.AlarmMonth, monitoring.Alarms.In(draw)
            + (monitoring.AlarmsPerEndpoint.In(draw) * endpoints), "alarms");
        if (monitoring.Metrics.In(draw) is not (> 0m and var metrics)) return;
        if (monitoring.MetricUsdPerMonth is { } price)
            tally.AddStated("CloudWatch metrics", category, metrics * price.In(draw), "metrics at the price stated");
        else tally.Lacks("CloudWatch metrics", category, "needs your price: USD a custom metric and month");

        void Add(string name, CallKind kind, Meter meter, decimal amount, string unit)
        {
            if (amount > 0m)
                tally.Add(name, category, tally.Rate(kind, meter, amount, name, category),
                    tally.WithLines ? $"{amount:#,##0.##} {unit}" : "");
        }
    }

    static CallKind Kind(string region, string model) =>
        new(Caller.Nobody, region, new(model, Scope.InRegion, ModelKind.Foundation, null)) { Context = ContextBand.Standard };
}
