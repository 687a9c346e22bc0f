using Assay.Control.Access;
using Assay.Control.Emit;
using Assay.Control.Policies;
using Assay.Control.Traffic;
using Assay.Desk.Commands;
using Assay.Usage;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>Policies as a person reads them in a terminal.</summary>
static class PolicyTerminal
{
    const int CallersShown = 3;

    static string Counted(long count, string noun) => Shared.Count(count, noun);

    // Rows of a bill tell of no calls.
    static string Calls(long count) => count == 0 ? "rows of a bill" : Counted(count, "call");

    static string Number(long count) => count == 0 ? "–" : Text.Number(count);

    public static void Write(IAnsiConsole console, CheckedPolicy result)
    {
        var policy = result.Policy;
        console.MarkupLine($"[bold]{Markup.Escape(policy.Name)}[/]  [grey]{Counted(policy.Accounts.Count, "account")}, "
            + $"{Counted(policy.Allow.Count, "allow rule")}, {Counted(policy.Deny.Count, "deny rule")}, "
                + $"{Counted(policy.Limits.Count, "limit")}, "
            + $"{Counted(policy.Budgets.Count, "budget")}[/]");
        foreach (var warning in result.Access.Warnings) Say(console, "red", $"warning: {warning}.");
        foreach (var conflict in result.Conflicts)
            Say(console, conflict.Kind == ConflictKind.Contradiction ? "red" : "yellow", $"{conflict}.");
        if (result.Conflicts.Count == 0) Say(console, "green", "No rules contradict each other, and every rule has its use.");
        foreach (var note in result.Access.Notes) Say(console, "grey", $"{note}.");
        if (result.Traffic is { } traffic) Traffic(console, traffic, result.Book);
    }

    static void Traffic(IAnsiConsole console, TrafficFindings traffic, string book)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]Traffic[/]  [grey]{Calls(traffic.Requests)}, {Text.Dollars(traffic.Cost)} · prices "
            + $"{Markup.Escape(book)}[/]");
        if (traffic.Breaks.Count == 0) Say(console, "green", "  Every call keeps to the policy.");
        else
            Say(console, "red", $"  {Calls(traffic.Breaking)} for {Text.Dollars(traffic.BreakingCost)} "
                + $"({Text.Percent(traffic.BreakingCost, traffic.Cost)} of the cost) break the policy.");
        var table = new FittedTable([new("breaks", Least: 20), new("calls", Right: true), new("cost", Right: true), new("by", Least: 16)]);
        foreach (var rule in RuleSum.Of(traffic))
        {
            table.AddRow($"[bold]{Markup.Escape(Name(rule))}[/]", Number(rule.Requests), Text.Dollars(rule.Cost),
                rule.Place is { } place ? $"[grey]line {place.Line}[/]" : "");
            foreach (var one in rule.Breaks.Take(CallersShown))
                table.AddRow($"  {Markup.Escape(Text.ShortModel(one.Kind.Model.Id))} [grey]{Markup.Escape(one.Break.Detail)}[/]",
                    Number(one.Requests), Text.Dollars(one.Cost), $"[grey]{Markup.Escape(By(one))}[/]");
            if (rule.Breaks.Count > CallersShown)
                table.AddRow($"  [grey]and {rule.Breaks.Count - CallersShown} more; --json has them all[/]", "", "", "");
        }
        if (traffic.Breaks.Count > 0)
        {
            console.WriteLine();
            console.Write(table);
        }
        foreach (var undecided in traffic.Undecided)
            Say(console, "yellow", $"  {Counted(undecided.Requests, "call")}{Worth(undecided.Cost)} not decided: "
                + $"{undecided.Reason}.");
        if (traffic.Unpriced > 0)
            Say(console, "yellow", $"  {Counted(traffic.Unpriced, "call")} without a full price: costs are lower bounds. 'assay "
                + "report' says why.");
        Budgets(console, traffic.Budgets);
    }

    static void Budgets(IAnsiConsole console, IReadOnlyList<BudgetMonth> budgets)
    {
        if (budgets.Count == 0) return;
        console.WriteLine();
        var table = new FittedTable(
        [
            new("budget", Least: 12), new("month"), new("spent", Right: true), new("of", Right: true), new("share", Right: true),
            new("month at this pace", Right: true, Spare: 1), new("reached", Least: 12),
        ]);
        foreach (var month in budgets)
        {
            var colour = month.IsOver ? "red" : month.PerMonth > month.Budget.UsdPerMonth ? "yellow" : "default";
            table.AddRow(Markup.Escape(month.Budget.Name), month.Month.ToString("yyyy-MM"), $"[{colour}]{Text.Dollars(month.Spent)}[/]",
                Text.Dollars(month.Budget.UsdPerMonth), Text.Percent(month.Spent, month.Budget.UsdPerMonth),
                $"[{colour}]{Text.Dollars(month.PerMonth)}[/]",
                $"[grey]{string.Join(", ", month.Steps.Select(s => $"{s.Step * 100m:0.##} % on {s.Day:MM-dd}"))}[/]");
        }
        console.Write(table);
    }

    // What has no price is not zero dollars.
    static string Worth(decimal usd) => usd == 0m ? "" : $" ({Text.Dollars(usd)})";

    static string Name(RuleSum rule) => rule.Kind switch
    {
        BreakKind.NotAllowed => "no allow rule",
        BreakKind.Denied => $"{rule.Rule}: denied",
        BreakKind.Region => $"{rule.Rule}: region",
        BreakKind.Scope => $"{rule.Rule}: residency",
        BreakKind.Guardrail => $"{rule.Rule}: guardrail",
        BreakKind.Tag => $"{rule.Rule}: tag",
        _ => $"{rule.Rule}: cost of a request",
    };

    static string By(TrafficBreak found)
    {
        var caller = found.Kind.Caller;
        string[] words = [caller.Principal, caller.Team.Length > 0 ? $"of {caller.Team}" : "", $"in {caller.Account}", found.Kind.Region];
        return string.Join(' ', words.Where(w => w.Length > 0));
    }

    /// <summary>Files that were written, and what the monitoring in them costs.</summary>
    public static void Write(IAnsiConsole console, string folder, IReadOnlyList<EmittedFile> files, MonitoringCost? cost)
    {
        console.MarkupLine($"[bold]{Counted(files.Count, "file")}[/] in {Markup.Escape(folder)}");
        var list = new FittedTable([new("file", Least: 24), new("for", Least: 20)]);
        foreach (var file in files) list.AddRow(Markup.Escape(file.Path), $"[grey]{Markup.Escape(file.About)}[/]");
        console.Write(list);
        if (cost is null) return;
        console.WriteLine();
        var table = new FittedTable(
            [new("The monitoring itself, a month", Least: 30), new("quantity", Right: true), new("USD", Right: true), new("price from",
                Least: 16)]);
        foreach (var line in cost.Lines)
            table.AddRow(Markup.Escape(line.What), $"{Text.Number(decimal.Round(line.Quantity, 2))} {line.Unit}",
                line.UsdPerMonth is { } usd ? Text.Dollars(usd) : "not estimated", $"[grey]{Markup.Escape(line.Source)}[/]");
        table.AddRow("[bold]total[/]", "", $"[bold]{Text.Dollars(cost.Total)}[/]", "");
        console.Write(table);
    }

    public static void Write(IAnsiConsole console, ExplainedCall explained)
    {
        var (call, asked) = (explained.Call, explained.Asked);
        var allowed = explained.IsAllowed;
        console.MarkupLine($"[bold]{(allowed ? "[green]Allowed[/]" : "[red]Denied[/]")}[/]  {Markup.Escape(call.Principal ?? "")} calls "
            + $"{Markup.Escape(asked.Prefix.Length > 0 ? $"{asked.Prefix}.{asked.Model}" : asked.Model)} [grey]from {call.Region}, "
            + $"scope {call.Scope.Name()}[/]");
        console.WriteLine();
        console.MarkupLine("[bold]The policy[/]");
        if (explained.By is { } by) console.MarkupLine($"  permitted by '{Markup.Escape(by.Name)}' [grey]line {by.Place.Line}[/]");
        else if (explained.Policy.Allow.Count == 0) console.MarkupLine("  permitted: there is no allow rule, so what is not denied is "
            + "permitted");
        foreach (var found in explained.Breaks)
            console.MarkupLine($"  [red]{Markup.Escape(found.Rule.Length > 0 ? $"'{found.Rule}'" : "not permitted")}[/]: "
                + $"{Markup.Escape(found.Detail)}{(found.Place is { } place ? $" [grey]line {place.Line}[/]" : "")}");
        console.WriteLine();
        console.MarkupLine("[bold]What AWS is asked, and what says so[/]");
        foreach (var (request, decision) in explained.Decisions)
        {
            console.Write(new Markup($"  {Markup.Escape(request.Resource)}\n"));
            var answer = decision.Answer switch
            {
                AccessAnswer.Allowed => $"[green]allowed[/] by {Statement(decision)}",
                AccessAnswer.ExplicitDeny => $"[red]denied[/] by {Statement(decision)}",
                _ => $"[red]denied[/]: no statement of the {Markup.Escape(decision.Layer?.Name ?? "policies")} allows it",
            };
            console.Write(new Markup($"      {answer}\n"));
        }
        if (allowed != (explained.Breaks.Count == 0))
            Say(console, "yellow", "\nThe documents and the policy differ here: 'assay policy check' names what AWS's documents cannot "
                + "hold.");
    }

    static string Statement(AccessDecision decision) =>
        $"{Markup.Escape(decision.Statement?.Sid is { Length: > 0 } sid ? sid : "a statement")} [grey]in "
            + $"{Markup.Escape(decision.Document)}[/]";

    static void Say(IAnsiConsole console, string colour, string text) => console.MarkupLine($"[{colour}]{Markup.Escape(text)}[/]");
}
