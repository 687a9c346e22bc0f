using System.Globalization;
using System.Text.Json;
using Assay.Planning;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>A plan as JSON: <c>docs/plan.md</c>. Money is decimal text; of the period, unless a field says month.</summary>
static class PlanJson
{
    public static void Write(Utf8JsonWriter json, Plan plan)
    {
        var figures = new PlanFigures(plan);
        json.WriteStartObject();
        json.WriteString("book", plan.Book);
        json.WriteString("from", Dimensions.Day(plan.From));
        json.WriteString("to", Dimensions.Day(plan.To));
        json.WriteNumber("days", plan.Days);
        json.WriteNumber("requests", plan.Requests);
        Money(json, "current", plan.Current);
        if (plan.CurrentMax > plan.Current) Money(json, "current_max", plan.CurrentMax);
        Money(json, "planned", plan.Planned);
        Money(json, "current_monthly", figures.CurrentMonthly);
        Money(json, "planned_monthly", figures.PlannedMonthly);
        Money(json, "saving_monthly", figures.SavingMonthly);
        json.WriteStartArray("actions");
        for (var i = 0; i < plan.Actions.Count; i++) Action(json, plan.Actions[i], figures.Joint[i]);
        json.WriteEndArray();
        json.WriteStartObject("optimal");
        json.WriteNumber("gap", Usd.Shortest(plan.OptimalGap));
        json.WriteEndObject();
        Workloads(json, plan.Workloads);
        Waterfall(json, plan, figures);
        ReportJson.Reasons(json, "unpriced", plan.Unpriced);
        json.WriteStartArray("notes");
        foreach (var note in plan.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Action(Utf8JsonWriter json, PlanAction action, decimal joint)
    {
        json.WriteStartObject();
        json.WriteString("lever", PlanWords.Name(action.Lever));
        json.WriteString("kind", PlanWords.Name(action.Kind));
        json.WriteString("name", action.Name);
        Key(json, action.Workload);
        json.WriteStartObject("change");
        json.WriteString("from", action.From);
        json.WriteString("to", action.To);
        json.WriteEndObject();
        Money(json, "monthly_saving", PlanFigures.OfMonth(action.MonthlySaving));
        Money(json, "period_saving", action.PeriodSaving);
        Money(json, "joint_saving", joint);
        Money(json, "joint_period_saving", action.JointPeriodSaving);
        if (action.AfterPlan is { } after) Money(json, "monthly_after_plan", PlanFigures.OfMonth(after));
        json.WriteString("confidence", PlanWords.Name(action.Confidence));
        json.WriteString("effort", PlanWords.Name(action.Effort));
        json.WriteString("breaks", action.Breaks);
        json.WriteString("setup", action.Setup);
        json.WriteString("quality", action.Quality);
        if (action.Applies is { } applies) Applies(json, applies);
        Evidence(json, action);
        if (action.Warning is { } warning) json.WriteString("warning", PlanWords.Name(warning));
        json.WriteEndObject();
    }

    static void Applies(Utf8JsonWriter json, PlanChange change)
    {
        json.WriteStartObject("applies");
        if (change.Model is { } model)
        {
            json.WriteString("model", model);
            json.WriteNumber("model_share", change.ModelShare);
        }
        if (change.Scope is { } scope) FromTo(json, "scope", scope.From.Name(), scope.To.Name());
        if (change.Tier is { } tier) FromTo(json, "tier", tier.From.Name(), tier.To.Name());
        if (change.IsBatch) json.WriteBoolean("batch", true);
        if (change.IsCacheOff) json.WriteString("cache", "off");
        if (change.CacheLifetime is { } lifetime) json.WriteString("cache", lifetime.TotalHours >= 1 ? "1h" : "5m");
        if (change.IsCacheOff || change.CacheLifetime is not null) json.WriteBoolean("was_cached", change.WasCached);
        if (change.MaxCalls is { } most) json.WriteNumber("max_calls", most);
        json.WriteEndObject();
    }

    static void FromTo(Utf8JsonWriter json, string name, string from, string to)
    {
        json.WriteStartObject(name);
        json.WriteString("from", from);
        json.WriteString("to", to);
        json.WriteEndObject();
    }

    static void Evidence(Utf8JsonWriter json, PlanAction action)
    {
        var evidence = action.Evidence;
        json.WriteStartObject("evidence");
        json.WriteNumber("requests", evidence.Requests);
        json.WriteString("first", Time(evidence.First));
        json.WriteString("last", Time(evidence.Last));
        json.WriteString("text", evidence.Text);
        if (evidence.AtStake is { } stake) Money(json, "at_stake", stake);
        else if (action.Kind == ActionKind.Warning) json.WriteNull("at_stake");
        if (evidence.Interval is var (low, high))
        {
            json.WriteStartObject("interval");
            Money(json, "low", low);
            Money(json, "high", high);
            json.WriteEndObject();
        }
        json.WriteStartArray("examples");
        foreach (var example in evidence.Examples) json.WriteStringValue(example.ToString());
        json.WriteEndArray();
        json.WriteStartArray("figures");
        foreach (var (name, value) in evidence.Figures)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("value", value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Workloads(Utf8JsonWriter json, IReadOnlyList<PlannedWorkload> workloads)
    {
        json.WriteStartArray("workloads");
        foreach (var workload in workloads)
        {
            json.WriteStartObject();
            Key(json, workload.Key);
            json.WriteString("name", workload.Name);
            json.WriteNumber("requests", workload.Requests);
            json.WriteNumber("failed", workload.Failed);
            json.WriteNumber("tokens", workload.Tokens);
            // A missing price is not zero: what has none is null, and what has some is told beside why it is not all.
            if (workload.IsUnpriced)
            {
                json.WriteNull("current");
                json.WriteNull("planned");
            }
            else
            {
                Money(json, "current", workload.Cost);
                Money(json, "planned", workload.Planned);
            }
            if (workload.WithoutPrice is { } reason) json.WriteString("without_price", reason);
            json.WriteString("urgency", PlanWords.Name(workload.Urgency));
            json.WriteString("why", workload.Why);
            if (workload.IfItMayWait is { } saved) Money(json, "if_it_may_wait", saved);
            json.WriteString("from", workload.From);
            json.WriteString("to", workload.To);
            json.WriteString("arrivals", workload.Arrivals);
            Models(json, workload.Models);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Models(Utf8JsonWriter json, IReadOnlyList<ModelWhatIf> models)
    {
        json.WriteStartArray("models");
        foreach (var model in models)
        {
            json.WriteStartObject();
            json.WriteString("model", model.Model);
            Money(json, "all", model.All);
            json.WriteNumber("simple_share", Math.Round(model.SimpleShare, 4));
            Money(json, "simple", model.Simple);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Waterfall(Utf8JsonWriter json, Plan plan, PlanFigures figures)
    {
        json.WriteStartArray("waterfall");
        foreach (var step in plan.Waterfall)
        {
            json.WriteStartObject();
            json.WriteString("lever", PlanWords.Name(step.Lever));
            json.WriteNumber("actions", step.Actions);
            Money(json, "alone", step.Alone);
            Money(json, "joint", step.Joint);
            Money(json, "alone_monthly", figures.Scaled(step.Alone));
            Money(json, "joint_monthly", figures.Scaled(step.Joint));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Money(json, "sum_of_alone", plan.SumOfAlone);
        Money(json, "sum_of_alone_monthly", figures.SumOfAlone);
        json.WriteString("why_they_differ", plan.WhyTheyDiffer);
    }

    static void Key(Utf8JsonWriter json, WorkloadKey key)
    {
        json.WriteStartObject("workload");
        json.WriteString("account", key.Account);
        json.WriteString("principal", key.Principal);
        json.WriteString("app", key.App);
        json.WriteString("model", key.Model);
        json.WriteEndObject();
    }

    static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));
}
