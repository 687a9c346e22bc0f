using System.Text.RegularExpressions;
using Assay.Desk.Reports;
using Assay.Planning;
using Assay.Testing;
using Spectre.Console;

namespace Assay.Desk.Tests.Plans;

public partial class PlanReportTests
{
    public static TheoryData<int> Widths => [60, 80, 100, 120, 200];

    [Fact]
    public void What_a_person_reads_at_80_columns() => Golden.Matches(Shown(SomePlans.Rich, 80));

    [Fact]
    public void What_a_person_reads_at_120_columns() => Golden.Matches(Shown(SomePlans.Rich, 120));

    [Fact]
    public void What_a_person_reads_where_nothing_is_to_be_done() => Golden.Matches(Shown(SomePlans.Empty, 80));

    [Fact]
    public void What_goes_into_a_ticket() => Golden.Matches(Markdown(SomePlans.Rich));

    [Fact]
    public void What_goes_into_a_ticket_where_nothing_is_to_be_done() => Golden.Matches(Markdown(SomePlans.Empty));

    [Theory, MemberData(nameof(Widths))]
    public void No_line_is_wider_than_the_terminal(int width) =>
        Assert.All(Shown(SomePlans.Rich, width).Split('\n'), line => Assert.InRange(line.Length, 0, width));

    [Theory, MemberData(nameof(Widths))]
    public void No_amount_of_a_change_is_folded_or_cut(int width)
    {
        var text = Shown(SomePlans.Rich, width);
        Assert.All((string[])["$6,010.69", "$1,371.69", "$809.52", "$471.43", "$642.86", "$96.27"], amount => Assert.Contains(amount, text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_steps_lead_from_one_bill_to_the_other_to_the_cent_as_printed()
    {
        var lines = Shown(SomePlans.Rich, 120).Split('\n');
        var steps = lines.SkipWhile(l => !l.Contains("From today to the plan", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.TrimStart().StartsWith("planned", StringComparison.Ordinal)).Select(FirstAmount).ToList();
        var planned = FirstAmount(lines.First(l => l.TrimStart().StartsWith("planned", StringComparison.Ordinal)));
        Assert.Equal(5, steps.Count);
        Assert.Equal(planned, steps.Sum());
    }

    [Fact]
    public void What_the_changes_save_adds_up_to_what_is_saved_as_printed()
    {
        var figures = new PlanFigures(SomePlans.Rich);
        Assert.Equal(figures.ShownSaving, figures.ShownJoint.Sum());
        Assert.Equal(figures.ShownSaving, figures.ShownWaterfall.Sum());
        Assert.Equal(figures.ShownCurrent - figures.ShownPlanned, figures.ShownSaving);
    }

    [Fact]
    public void A_plan_whose_savings_do_not_add_up_is_not_printed() =>
        Assert.Throws<InvalidOperationException>(() => new PlanFigures(SomePlans.Rich with { SavingMonthly = SomePlans.Rich.SavingMonthly + 0.01m }));

    [Fact]
    public void A_saving_too_small_for_cents_is_not_shown_as_nothing()
    {
        var action = SomePlans.Rich.Actions[0] with { MonthlySaving = 0.004m, PeriodSaving = 0.004m, JointSaving = 0.004m, JointPeriodSaving = 0.004m };
        var text = Shown(SomePlans.Empty with
        {
            Days = 30, Current = 0.5m, CurrentMonthly = 0.5m, PlannedMonthly = 0.496m, SavingMonthly = 0.004m, Actions = [action],
            Waterfall = [new(Lever.Batch, 1, 0.004m, 0.004m)], SumOfAlone = 0.004m,
        }, 80);
        Assert.Contains("−$0.004000", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_from_logs_are_no_markup_and_no_commands_to_a_terminal()
    {
        var action = SomePlans.Rich.Actions[0] with { Name = "[red]x\u001b[2J[/]\n# y | <b>" };
        var plan = SomePlans.Rich with { Actions = [action, .. SomePlans.Rich.Actions.Skip(1)] };
        Assert.Contains("[red]x [2J[/] # y | <b>", Shown(plan, 120), StringComparison.Ordinal);
        var markdown = Markdown(plan);
        Assert.Contains("[red]x [2J[/] # y \\| &lt;b>", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', markdown);
    }

    [Fact]
    public void A_table_of_the_ticket_has_as_many_cells_in_every_row()
    {
        var width = 0;
        foreach (var line in Markdown(SomePlans.Rich).Split('\n'))
        {
            var bars = Bar().Count(line);
            if (!line.StartsWith('|')) width = 0;
            else if (width == 0) width = bars;
            else Assert.Equal(width, bars);
        }
    }

    [Fact]
    public void More_changes_than_a_person_reads_are_counted()
    {
        var action = SomePlans.Rich.Actions[5];
        var plan = SomePlans.Empty with { Actions = [.. Enumerable.Range(0, 40).Select(i => action with { Name = $"workload {i}", To = $"change {i}" })] };
        Assert.Contains("and 25 more; --json and --markdown have them all", Shown(plan, 80), StringComparison.Ordinal);
        Assert.Contains("workload 39", Markdown(plan), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_change_for_many_workloads_is_one_card()
    {
        var action = SomePlans.Rich.Actions.First(a => a.Kind == ActionKind.Candidate);
        var plan = SomePlans.Empty with { Actions = [.. Enumerable.Range(0, 12).Select(i => action with { Name = $"workload {i}" })] };
        Assert.Contains(": 12 workloads", Shown(plan, 120), StringComparison.Ordinal);
        Assert.Contains("and 4 more with --json", Shown(plan, 120), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_that_only_one_of_many_workloads_has_is_said_of_that_one()
    {
        var action = SomePlans.Rich.Actions.First(a => a.Kind == ActionKind.Warning);
        string Card(params string[] reasons) => Shown(SomePlans.Empty with
        {
            Actions = [.. reasons.Select((r, i) => action with { Name = $"w{i}", Evidence = action.Evidence with { Text = r } })],
        }, 120);
        var differing = Card("The cheapest of those is Opus.", "The cheapest of those is Haiku.");
        Assert.Contains("w0: The cheapest of those is Opus. --json and --markdown tell it of each.", differing, StringComparison.Ordinal);
        Assert.DoesNotContain("likewise", differing, StringComparison.Ordinal);
        Assert.DoesNotContain("of each", Card("Nothing says who pays.", "Nothing says who pays."), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_pay_is_no_saving_below_zero()
    {
        var action = SomePlans.Rich.Actions.First(a => a.Kind == ActionKind.Candidate);
        var plan = SomePlans.Empty with { Actions = [action with { MonthlySaving = -.62m, PeriodSaving = -.29m }] };
        Assert.Contains("does not pay now", Shown(plan, 120), StringComparison.Ordinal);
    }

    static decimal FirstAmount(string line)
    {
        var match = Amount().Match(line);
        var amount = decimal.Parse(match.Groups["usd"].Value.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        return match.Groups["minus"].Length > 0 ? -amount : amount;
    }

    static string Shown(Plan plan, int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(new TrimmedLines(text)),
        });
        console.Profile.Width = width;
        PlanTerminal.Write(console, plan);
        return text.ToString();
    }

    static string Markdown(Plan plan)
    {
        using var text = new StringWriter();
        PlanMarkdown.Write(plan, text);
        return text.ToString();
    }

    [GeneratedRegex(@"(?<minus>−)?\$(?<usd>[0-9,.]+)")]
    private static partial Regex Amount();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
