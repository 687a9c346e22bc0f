using System.Text.Json;
using Assay.Planning;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>A modelled estate as JSON. Dollars are decimal text, shares and rates of traffic are numbers.</summary>
static class ModelJson
{
    public static void Write(Utf8JsonWriter json, ModelledEstate modelled, Outlook? outlook, SampledLogs? sampled)
    {
        var (estate, bill) = (modelled.Model.Estate, modelled.Bill);
        json.WriteStartObject();
        json.WriteString("estate", estate.Name);
        json.WriteString("book", modelled.Model.Sources.Book.Id);
        json.WriteString("day", Dimensions.Day(modelled.Model.Day));
        Period(json, "monthly", bill, 1m);
        Period(json, "annual", bill, ModelledBill.MonthsPerYear);
        json.WriteStartObject("unoptimised");
        Dollars(json, "monthly", modelled.Unoptimised.Total);
        Dollars(json, "annual", modelled.Unoptimised.Annual);
        json.WriteEndObject();
        json.WriteStartObject("saving");
        Dollars(json, "annual", modelled.AnnualSaving);
        json.WriteNumber("share", modelled.SavingShare);
        json.WriteEndObject();
        Array(json, "workloads", modelled.Workloads, Workload);
        json.WriteStartObject("modes_in_use");
        json.WriteNumber("count", modelled.ModesInUse.Count);
        Strings(json, "modes", modelled.ModesInUse);
        json.WriteNumber("guide", ModelTerminal.GuideModes);
        json.WriteEndObject();
        if (modelled.AncillaryShare is { } share) json.WriteNumber("ancillary_share_of_inference", share);
        Array(json, "agents", modelled.Agents, Agent);
        Array(json, "knowledge_bases", modelled.KnowledgeBases, KnowledgeBase);
        Array(json, "throttling", modelled.Throttling, Throttling);
        Array(json, "custom_models", modelled.CustomModels, CustomModel);
        Array(json, "unpriced", bill.Unpriced, Unpriced);
        Strings(json, "warnings", bill.Warnings);
        if (modelled.Commitment is { } position) Commitment(json, position);
        if (outlook is not null) Outlook(json, outlook);
        if (sampled is not null) Sample(json, sampled);
        json.WriteEndObject();
    }

    static void Commitment(Utf8JsonWriter json, CommitmentPosition position)
    {
        json.WriteStartObject("commitment");
        json.WriteNumber("years", position.Years.Count);
        Dollars(json, "ai", position.Ai);
        EdpJson.Simple(json, position.Simple);
        json.WriteStartObject("exact");
        EdpJson.Exact(json, position);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Sample(Utf8JsonWriter json, SampledLogs sampled)
    {
        json.WriteStartObject("sample");
        json.WriteString("folder", sampled.Request.Folder);
        json.WriteString("from", Dimensions.Day(sampled.From));
        json.WriteNumber("days", sampled.Request.Days);
        json.WriteNumber("seed", sampled.Request.Seed);
        json.WriteNumber("scale", sampled.Request.Scale);
        json.WriteNumber("calls", sampled.Calls);
        json.WriteNumber("files", sampled.Files);
        Strings(json, "left_out", sampled.LeftOut);
        json.WriteEndObject();
    }

    static void Period(Utf8JsonWriter json, string name, ModelledBill bill, decimal months)
    {
        json.WriteStartObject(name);
        json.WriteStartArray("lines");
        foreach (var line in bill.Lines)
        {
            json.WriteStartObject();
            json.WriteString("name", line.Name);
            json.WriteString("category", line.Category);
            Dollars(json, "cost", line.Cost * months);
            if (line.List != line.Cost) Dollars(json, "list", line.List * months);
            json.WriteString("origin", line.Origin == LineOrigin.Stated ? "stated" : "rated");
            if (line.Detail.Length > 0) json.WriteString("detail", line.Detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Dollars(json, "inference", bill.Inference * months);
        Dollars(json, "ancillary", bill.Ancillary * months);
        Dollars(json, "total", bill.Total * months);
        if (bill.ListTotal != bill.Total) Dollars(json, "list_total", bill.ListTotal * months);
        json.WriteEndObject();
    }

    static void Workload(Utf8JsonWriter json, WeighedWorkload workload)
    {
        json.WriteString("name", workload.Name);
        Array(json, "modes", workload.Options, Option);
        json.WriteString("recommended", workload.Recommended?.Mode);
        if (workload.Recommended is { } best)
        {
            json.WriteStartObject("recommended_option");
            Option(json, best);
            json.WriteEndObject();
        }
        json.WriteString("fallback", workload.Fallback?.Mode);
        Strings(json, "in_use", workload.InUse);
        if (workload.ResidencyUsd is { } residency) Dollars(json, "residency_monthly", residency);
        Array(json, "cache_break_even", workload.Caches, (w, cache) =>
        {
            w.WriteString("lifetime", cache.Lifetime);
            w.WriteNumber("requests_per_minute", cache.RequestsPerMinute);
            if (cache.BreakEvenPerMinute is { } even) w.WriteNumber("break_even_per_minute", even);
            else w.WriteNull("break_even_per_minute");
            w.WriteNumber("hit_share", cache.Hits);
        });
    }

    // A share of an hour's demand is a fraction without end; what its last digits leave of a price means nothing.
    static decimal Whole(decimal usd) => decimal.Round(usd, 12, MidpointRounding.ToEven);

    static void Option(Utf8JsonWriter json, ModeOption option)
    {
        json.WriteString("mode", option.Mode);
        json.WriteString("tier", option.Tier.Name());
        json.WriteString("scope", option.Scope.Name());
        json.WriteString("term", option.Term.Name());
        if (option.Cache is { } cache) json.WriteString("cache", cache);
        if (option.BatchShare is > 0m and < 1m) json.WriteNumber("batch_share", option.BatchShare);
        json.WriteBoolean("allowed", option.IsAllowed);
        json.WriteString("why", option.Why);
        if (option.Monthly is { } monthly) Dollars(json, "monthly", Whole(monthly)); else json.WriteNull("monthly");
        if (option.IsRecommended) json.WriteBoolean("recommended", true);
        if (option.Capacity is not { } capacity) return;
        json.WriteStartObject("capacity");
        json.WriteNumber("amount", capacity.Units);
        Dollars(json, "monthly", Whole(capacity.Monthly));
        Dollars(json, "idle", Whole(capacity.Idle));
        json.WriteNumber("utilisation", capacity.Utilisation);
        json.WriteNumber("carried_share", capacity.Carried);
        json.WriteNumber("break_even_utilisation", capacity.BreakEven);
        json.WriteEndObject();
    }

    static void Agent(Utf8JsonWriter json, AgentCost agent)
    {
        json.WriteString("workload", agent.Workload);
        json.WriteNumber("calls_mean", agent.CallsMean);
        json.WriteNumber("calls_p95", agent.CallsP95);
        Dollars(json, "request_mean", agent.RequestMean);
        Dollars(json, "request_p95", agent.RequestP95);
        Dollars(json, "month_mean", agent.MonthMean);
        Dollars(json, "month_p95", agent.MonthP95);
        Dollars(json, "as_ancillary", agent.AsAncillary);
    }

    static void KnowledgeBase(Utf8JsonWriter json, VectorStores store)
    {
        json.WriteString("name", store.KnowledgeBase);
        json.WriteNumber("queries", store.Queries);
        if (store.FirstEmbeddingUsd is { } first) Dollars(json, "first_embedding_once", first);
        Array(json, "stores", store.Choices, (w, choice) =>
        {
            w.WriteString("store", choice.Name);
            w.WriteBoolean("used", choice.IsUsed);
            if (choice.MonthlyUsd is { } usd) Dollars(w, "monthly", usd); else w.WriteNull("monthly");
            w.WriteString("note", choice.Note);
        });
    }

    static void Throttling(Utf8JsonWriter json, ThrottlingRisk risk)
    {
        json.WriteString("workload", risk.Workload);
        json.WriteString("model", risk.Model.Id);
        json.WriteString("scope", risk.Model.Scope.Name());
        json.WriteNumber("peak_tokens_per_minute", risk.PeakTokensPerMinute);
        json.WriteNumber("peak_requests_per_minute", risk.PeakRequestsPerMinute);
        if (risk.HoursAtRisk is { } hours) json.WriteNumber("hours_at_risk", hours); else json.WriteNull("hours_at_risk");
        if (risk.AtRiskUsd is { } usd) Dollars(json, "at_risk", usd);
        Array(json, "escapes", risk.Escapes, (w, escape) =>
        {
            w.WriteString("name", escape.Name);
            if (escape.MonthlyUsd is { } cost) Dollars(w, "monthly", cost); else w.WriteNull("monthly");
            w.WriteString("note", escape.Note);
        });
    }

    static void CustomModel(Utf8JsonWriter json, CustomModelComparison comparison)
    {
        json.WriteString("name", comparison.Name);
        Array(json, "alternatives", comparison.Alternatives, (w, alternative) =>
        {
            w.WriteString("name", alternative.Name);
            if (alternative.AnnualUsd is { } annual) Dollars(w, "annual", annual); else w.WriteNull("annual");
            w.WriteString("note", alternative.Note);
        });
    }

    static void Unpriced(Utf8JsonWriter json, UnpricedUsage unpriced)
    {
        json.WriteString("line", unpriced.Line);
        json.WriteString("category", unpriced.Category);
        if (unpriced.Meter is { } meter)
        {
            json.WriteString("meter", meter.Name());
            json.WriteNumber("quantity", unpriced.Quantity);
        }
        json.WriteString("reason", unpriced.Reason);
    }

    static void Outlook(Utf8JsonWriter json, Outlook outlook)
    {
        json.WriteStartObject("outlook");
        json.WriteNumber("draws", outlook.Draws);
        json.WriteNumber("seed", outlook.Seed);
        Dollars(json, "mean", outlook.Mean);
        Dollars(json, "p5", outlook.Percentile(0.05m));
        Dollars(json, "p50", outlook.Percentile(0.5m));
        Dollars(json, "p95", outlook.Percentile(0.95m));
        Array(json, "moved_by", outlook.Influences, (w, influence) =>
        {
            w.WriteString("figure", influence.Range.Name);
            Dollars(w, "at_low", influence.AtLow);
            Dollars(w, "at_high", influence.AtHigh);
        });
        json.WriteEndObject();
    }

    static void Dollars(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));

    static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
