using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// Builds the estate from the tops of its files. What is wrong becomes errors of the reading; the estate then is not to be used.
/// </summary>
static class EstateBuilder
{
    static readonly Meter[] Policies =
        [Meter.GuardrailContent, Meter.GuardrailTopic, Meter.GuardrailSensitive, Meter.GuardrailGrounding, Meter.GuardrailReasoning];

    static readonly ModelRef NoModel = new("", Scope.InRegion, ModelKind.Foundation, null);

    public static DescribedEstate Build(string path, IReadOnlyList<MapNode> files, Reading reading)
    {
        // The including file comes first, so what it says itself counts; sections by name are gathered from all files.
        var top = new Section(files[0], files.SelectMany(f => f.Entries), EstateKeys.Estate, "", reading);
        if (top.Value("include") is { } include
            && (include is MapNode || include is ListNode list && list.Items.Any(i => i is not TextNode)))
            top.Wrong(include, "include");
        var region = top.Region("region") ?? "";
        var residency = top.Choice("residency") is > 0 and var rule ? (Residency)rule : Residency.Anywhere;
        var scope = top.Scope() ?? Scope.InRegion;
        var (guardrails, knowledgeBases, workloads) = (Named(files, "guardrails", reading), Named(files, "knowledge_bases", reading),
            Named(files, "workloads", reading));
        var (customModels, statedCosts) = (Named(files, "custom_models", reading), Named(files, "stated_costs", reading));
        var around = new Surroundings(region, residency, scope, Names(guardrails), Names(knowledgeBases));
        if (workloads.Count + knowledgeBases.Count + customModels.Count + statedCosts.Count == 0 && !reading.HasErrors)
            reading.Wrong(files[0], "the estate describes nothing that costs; accepted: at least one of workloads, knowledge_bases, "
                + "custom_models, stated_costs");
        return new()
        {
            Name = top.Text("estate"), File = path, Book = top.TextOf("book")?.Text, On = top.Day("on"),
            Region = region, Residency = residency, Baseline = Model(top, "baseline", around, reading) ?? NoModel,
            Workloads = Each(workloads, EstateKeys.Workload, "workloads", reading, (n, s) => WorkloadSection.Read(n, s, around, reading)),
            KnowledgeBases = Each(knowledgeBases, EstateKeys.KnowledgeBase, "knowledge_bases", reading,
                (n, s) => Base(n, s, around, reading)),
            Guardrails = Each(guardrails, EstateKeys.Guardrail, "guardrails", reading, Guardrail),
            CustomModels = Each(customModels, EstateKeys.CustomModel, "custom_models", reading, (n, s) => Custom(n, s, around, reading)),
            Monitoring = top.Inner("monitoring", EstateKeys.Monitoring) is { } monitoring ? Monitoring(monitoring, reading) : null,
            Commitment = top.Inner("commitment", EstateKeys.Commitment) is { } commitment ? Commitment(commitment, reading) : null,
            PrivateRates = PrivateRates(files, reading),
            Quotas = Quotas(files, scope, reading),
            ServiceLevelUsdPerHour = top.Figure("service_level"),
            StatedCosts = Each(statedCosts, EstateKeys.StatedCost, "stated_costs", reading, Stated),
            Ranges = reading.Ranges,
        };
    }

    /// <summary>The entries of a section by name, from all files; a name twice is an error.</summary>
    static List<Entry> Named(IReadOnlyList<MapNode> files, string key, Reading reading)
    {
        var named = new List<Entry>();
        var seen = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var value in files.SelectMany(f => f.Entries).Where(e => e.Key == key).Select(e => e.Value))
        {
            if (value is MapNode map)
            {
                foreach (var entry in map.Entries)
                    if (seen.TryAdd(entry.Key, entry.KeyNode)) named.Add(entry);
                    else reading.Wrong(entry.KeyNode, $"{Quoted.Text(entry.Key)} is described in "
                        + $"{seen[entry.Key].File}:{seen[entry.Key].Line} already; keep one of the two");
            }
            else reading.Wrong(value, $"{Quoted.Node(value)} is not accepted for '{key}'; accepted: "
                + $"{Section.Accepted(EstateKeys.Estate.Find(key)!.Shape)}, or leave the key out");
        }
        return named;
    }

    static List<T> Each<T>(List<Entry> entries, KeyTable keys, string path, Reading reading, Func<string, Section, T> read)
    {
        var all = new List<T>();
        foreach (var entry in entries)
            if (Section.Of(entry.Value, keys, Section.At(path, entry.Key), entry.KeyNode, reading) is { } section)
                all.Add(read(entry.Key, section));
        return all;
    }

    static SortedSet<string> Names(List<Entry> entries) => new(entries.Select(e => e.Key), StringComparer.Ordinal);

    static ModelRef? Model(Section section, string key, Surroundings around, Reading reading)
    {
        if (section.Model(key, around.Scope) is not { } model) return null;
        WorkloadSection.Lawful(model, WorkloadSection.NameOf(section.At(key)), around.Region, around.Residency, reading);
        return model;
    }

    static KnowledgeBase Base(string name, Section section, Surroundings around, Reading reading)
    {
        var store = (VectorStore)Math.Max(section.Choice("store"), 0);
        var built = new KnowledgeBase
        {
            Name = name,
            Documents = section.Figure("documents", 0m), TokensPerDocument = section.Figure("tokens_per_document", 0m),
            RefreshPerMonth = section.Figure("refresh", 0m),
            EmbeddingModel = Model(section, "embedding_model", around, reading),
            Store = store, OcuCount = section.Figure("ocus", 2m),
            IndexGb = section.Figure("index_size", 0m), SourceGb = section.Figure("source_size", 0m),
            StoreUsdPerMonth = section.Figure("store_cost"), SourceUsdPerGbMonth = section.Figure("source_cost"),
            QueriesPerMonth = section.Figure("queries", 0m), TokensPerQuery = section.Figure("tokens_per_query", 0m),
            RetrievalCharged = section.Flag("retrieval_charged", store == VectorStore.ManagedIndex),
            Agentic = section.Flag("agentic", false),
            RerankModel = Model(section, "rerank_model", around, reading),
        };
        if (store is not (VectorStore.OpenSearchServerless or VectorStore.ManagedIndex))
            Needs(section, "store", "store_cost", $"no book knows what the store '{VectorStoreNames.All[(int)store]}' costs", reading);
        if (built.SourceGb != new Figure(0m)) Needs(section, "source_size", "source_cost", "no book knows what S3 costs", reading);
        if (built.Documents != new Figure(0m))
            Needs(section, "documents", "embedding_model", "documents are embedded to be found", reading);
        return built;
    }

    // A price without a source is the user's to state: left out, it would count as nothing.
    static void Needs(Section section, string because, string needed, string reason, Reading reading)
    {
        if (!section.Has(needed))
            reading.Wrong(section.At(because), $"'{Quoted.Cut(section.Path)}' needs '{needed}', for {reason}; accepted: "
                + Section.Accepted(section.ShapeOf(needed)));
    }

    static GuardrailPolicy Guardrail(string name, Section section)
    {
        var direction = section.Choice("applies_to");
        return new(name, [.. section.Choices("policies").Select(p => Policies[p])], direction != 1, direction != 0,
            section.Figure("characters_per_token", 4.25m));
    }

    static CustomModel Custom(string name, Section section, Surroundings around, Reading reading) => new()
    {
        Name = name, Base = Model(section, "base", around, reading) ?? NoModel,
        TrainingTokens = section.Figure("training_tokens", 0m), Epochs = section.Figure("epochs", 1m),
        TrainingsPerYear = section.Figure("trainings", 1m), Units = section.Figure("units", 1m),
        Term = section.Choice("term") is > 0 and var term ? (Term)term : Term.None,
        OnDemandServing = section.Flag("on_demand", false), UnitUsdPerHour = section.Figure("unit_cost"),
        CallsPerMonth = section.Figure("calls", 0m),
        InputTokens = section.Figure("input_tokens", 0m), OutputTokens = section.Figure("output_tokens", 0m),
        FewShotTokens = section.Figure("few_shot_tokens"), RetrievedTokens = section.Figure("retrieved_tokens"),
        KnowledgeBase = WorkloadSection.Named("knowledge_base", section, around.KnowledgeBases, reading),
    };

    static Monitoring Monitoring(Section section, Reading reading)
    {
        var metrics = section.Figure("metrics", 0m);
        if (metrics != new Figure(0m)) Needs(section, "metrics", "metric_cost", "no book knows what a custom metric costs", reading);
        return new(section.Figure("logs", 0m), section.Figure("retention", 1m), metrics, section.Figure("metric_cost"),
            section.Figure("alarms", 0m), section.Figure("alarms_per_endpoint", 0m));
    }

    static Commitment Commitment(Section section, Reading reading)
    {
        var annual = section.FigureList("annual");
        var organic = section.FigureList("organic");
        // One figure holds for every year of the contract.
        if (organic.Count == 1) organic = [.. Enumerable.Repeat(organic[0], Math.Max(1, annual.Count))];
        else if (organic.Count > 1 && annual.Count == 1) annual = [.. Enumerable.Repeat(annual[0], organic.Count)];
        if (annual.Count > 0 && organic.Count > 0 && annual.Count != organic.Count)
            reading.Wrong(section.At("organic"), $"'organic' has {organic.Count} years and 'annual' has {annual.Count}; "
                + "accepted: one figure, or as many as the other");
        return new(annual, organic, section.Figure("discount", 0m));
    }

    static List<PrivateRate> PrivateRates(IReadOnlyList<MapNode> files, Reading reading)
    {
        var rates = new List<PrivateRate>();
        foreach (var entry in Named(files, "private_rates", reading))
        {
            var model = entry.Key == "everything" ? "*" : reading.Model(entry.KeyNode, entry.Key, null, Scope.InRegion)?.Id;
            var discount = Figures.Read(entry.Value, Unit.Share, Section.At("private_rates", entry.Key), reading);
            if (model is not null && discount is { } off) rates.Add(new(model, off));
        }
        return rates;
    }

    static List<Quota> Quotas(IReadOnlyList<MapNode> files, Scope scope, Reading reading)
    {
        var quotas = new List<Quota>();
        foreach (var entry in Named(files, "quotas", reading))
        {
            var path = Section.At("quotas", entry.Key);
            if (Section.Of(entry.Value, EstateKeys.Quota, path, entry.KeyNode, reading) is not { } section) continue;
            var model = reading.Model(entry.KeyNode, entry.Key, section.Scope(), scope);
            var (tokens, requests) = (section.Figure("tokens_per_minute"), section.Figure("requests_per_minute"));
            if (model is not null) quotas.Add(new(model.Id, model.Scope, tokens, requests, section.Figure("output_burndown")));
        }
        return quotas;
    }

    static StatedCost Stated(string name, Section section) =>
        new(name, section.Text("category"), section.Choice("category") < 0 ? 0m : section.Figure("cost", 0m));
}
