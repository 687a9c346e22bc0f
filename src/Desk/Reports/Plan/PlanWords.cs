using System.Globalization;
using System.Text.Json;
using Assay.Planning;

namespace Assay.Desk.Reports;

/// <summary>What the parts of a plan are called, for programs and for people.</summary>
static class PlanWords
{
    /// <summary>As JSON has it: <c>knowledge_base</c>.</summary>
    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static string Lever(Lever lever) => lever switch
    {
        Planning.Lever.KnowledgeBase => "knowledge bases",
        Planning.Lever.Output => "shorter answers",
        Planning.Lever.Provisioned => "capacity",
        Planning.Lever.Tier => "service tier",
        var other => Name(other),
    };

    public static string Urgency(Urgency urgency) => Name(urgency).Replace('_', '-');

    public static string Cause(WarningCause? cause) => cause switch
    {
        WarningCause.Policy => "against policy",
        WarningCause.Runaway => "runaway",
        WarningCause.Throttling => "throttling",
        WarningCause.Unpriced => "price not known",
        WarningCause.Anomaly => "anomaly",
        _ => "warning",
    };

    /// <summary>First letter large, as at the start of a line.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Change(PlanAction action) =>
        action.To.Length == 0 || action.From == action.To ? OneLine(action.From)
        : action.From.Length == 0 ? OneLine(action.To) : $"{OneLine(action.From)} → {OneLine(action.To)}";

    /// <summary>Whose calls: what is known of principal, account, application and model.</summary>
    public static string Where(WorkloadKey key)
    {
        List<string> parts = [];
        if (key.Principal.Length > 0) parts.Add(key.Account.Length > 0 ? $"{key.Principal} in {key.Account}" : key.Principal);
        else if (key.Account.Length > 0) parts.Add($"account {key.Account}");
        if (key.App.Length > 0) parts.Add($"app {key.App}");
        if (key.Model.Length > 0) parts.Add(Text.ShortModel(key.Model));
        return OneLine(string.Join(", ", parts));
    }

    /// <summary>Calls and days an action rests on, and what they show.</summary>
    public static string Because(Evidence evidence)
    {
        var calls = evidence.Requests == 0 ? "" : $"{Counted(evidence.Requests, "call")}, {Span(evidence.First, evidence.Last)}. ";
        return calls + OneLine(evidence.Text);
    }

    // The year stands in the heading.
    static string Span(DateTime first, DateTime last) => first.Date == last.Date
        ? string.Create(CultureInfo.InvariantCulture, $"{first:MM-dd HH:mm} to {last:HH:mm} UTC")
        : string.Create(CultureInfo.InvariantCulture, $"{first:MM-dd} to {last:MM-dd}");

    public static string Figures(Evidence evidence) => string.Join(" · ", evidence.Figures.Select(f => OneLine($"{f.Name} {f.Value}")));

    public static string Counted(long count, string noun) => $"{Text.Number(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Period(Plan plan) => plan.Workloads.Count == 0 ? "no requests"
        : $"{Dimensions.Day(plan.From)} to {Dimensions.Day(plan.To)}, {Counted(plan.Days, "day")}";

    /// <summary>What the bound proves.</summary>
    public static string Proof(Plan plan) => plan.OptimalGap <= 0m
        ? "Proven by a bound: no other choice among these changes costs less."
        : $"Proven by a bound: no other choice among these changes costs less by more than {Share(plan.OptimalGap)}.";

    /// <summary>Today's bill of a month; what nothing is known of is not called nothing.</summary>
    public static string Today(Plan plan, PlanFigures figures) => plan is { Current: 0m, Unpriced.Count: > 0 }
        ? "no price is known" : $"{figures.Show(figures.ShownCurrent)}"
            + $"{(plan.CurrentMax > plan.Current ? $" to {figures.Show(figures.Shown(figures.Scaled(plan.CurrentMax)))}" : "")} a month";

    /// <summary>How much was read: calls, or rows of a bill, which tell of no calls.</summary>
    public static string Requests(Plan plan) => plan is { Requests: 0, Workloads.Count: > 0 } ? "rows of a bill"
        : Counted(plan.Requests, "request");

    // A gap that is not nothing is not written as nothing.
    static string Share(decimal share) => share < 0.00001m ? "0.001%" : share.ToString("0.0##%", CultureInfo.InvariantCulture);

    public static string Nothing(Plan plan) => plan.Actions.Any(a => a.Kind == ActionKind.Candidate)
        ? "Nothing to change was found that can be counted; what follows needs a trial or consent first."
        : "Nothing to change was found.";

    /// <summary>What an empty result does not mean.</summary>
    public const string NothingMeans = "Every change looked at saves less than the least asked for, breaks a constraint, or cannot be "
        + "shown from what was read. Costs that leave no trace in these files were not looked at.";

    /// <summary>Without line ends and control characters, which a terminal would obey.</summary>
    public static string OneLine(string text) =>
        string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? ' ' : c)).Trim();
}
