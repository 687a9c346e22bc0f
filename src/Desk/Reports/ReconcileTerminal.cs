using Assay.Ledger.Bills;
using Assay.Ledger.Reconciling;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>A reconciliation as finance reads it in a terminal: from the rated logs to the bill, cause by cause.</summary>
static class ReconcileTerminal
{
    const int RowsShown = 10;

    static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        [Cause.Mantle] = "calls through the OpenAI-compatible endpoint, which leave no log",
        [Cause.Batch] = "batch jobs, which leave no log",
        [Cause.Capacity] = "model units, reserved throughput, imported models",
        [Cause.Customisation] = "training and storage of custom models",
        [Cause.KnowledgeBase] = "knowledge bases, retrieval, vector stores",
        [Cause.Monitoring] = "logs, metrics and alarms kept by CloudWatch",
        [Cause.TtlUnknown] = "cache writes billed for an hour; the logs do not say how long",
        [Cause.Guardrails] = "guardrail units; the logs have no traces of them",
        [Cause.Credit] = "credits", [Cause.Refund] = "refunds", [Cause.Tax] = "tax", [Cause.Fee] = "fees",
        [Cause.ProgrammeDiscount] = "discount of the spend agreement",
        [Cause.PrivateDiscount] = "privately agreed rates",
        [Cause.Commitment] = "reservations and savings plans",
        [Cause.TimeZoneEdge] = "calls of a day's last minutes, billed in the next",
        [Cause.MissingLogHours] = "hours for which there are no logs",
        [Cause.MissingBillRows] = "hours that are not on the bill yet",
        [Cause.DoubleChargedCache] = "tokens of the cache charged as input too",
        [Cause.PriceChange] = "another price than the book's",
        [Cause.PriceOutOfLine] = "a price several times that of its siblings",
        [Cause.Rounding] = "rounding to ten decimals, line by line",
        [Cause.DuplicateLineItems] = "lines charged twice",
        [Cause.UnclassifiedUsageType] = "usage types nobody has explained",
        [Cause.Unpriced] = "usage the book has no price for",
    };

    public static void Write(Reconciled result, BillReading bill, IAnsiConsole console)
    {
        console.MarkupLine($"[bold]Bedrock, logs and bill[/]  {Dimensions.Day(result.First)} to {Dimensions.Day(result.Last)} "
            + $"[grey]· prices {Markup.Escape(result.Book)} · USD[/]\n"
            + $"[grey]{Text.Number(result.BillLines)} lines of the bill are about Bedrock, "
            + $"{Text.Number(bill.OtherServices)} about other services[/]\n");
        var grid = Grid(Left(3), Right(3), Left(3), Wrapped());
        grid.AddRow("  [bold]rated logs[/]", $"[bold]{Signed(result.Rated)}[/]", "", "[grey]what the logs come to at the book's prices[/]");
        foreach (var cause in ByCause.Of(result.Residuals))
            grid.AddRow($"  {cause.Cause}", Signed(cause.Amount), $"[grey]{Days(cause)}[/]",
                $"[grey]{Words.GetValueOrDefault(cause.Cause, "")}[/]");
        var isOpen = result.UnexplainedRows.Count > 0;
        grid.AddRow($"  [{(isOpen ? "red" : "green")}]unexplained[/]", $"[{(isOpen ? "red" : "green")}]{Signed(result.Unexplained)}[/]", "",
            isOpen ? "[grey]see below[/]" : "[grey]every difference has a cause[/]");
        grid.AddRow("  [bold]billed[/]", $"[bold]{Signed(result.Billed)}[/]", "", "[grey]all lines about Bedrock[/]");
        console.Write(grid);
        Findings(console, result.Findings);
        Open(console, result.UnexplainedRows);
    }

    static void Findings(IAnsiConsole console, IReadOnlyList<BillFinding> findings)
    {
        if (findings.Count == 0) return;
        console.MarkupLine("\n[bold]What is wrong with the bill[/]");
        var grid = Grid(Right(2), Wrapped());
        foreach (var finding in findings.Take(RowsShown))
            grid.AddRow($"  [yellow]{Signed(finding.AtStake)}[/]", Markup.Escape($"{finding.Text} "
                + $"({Where(finding)}, {Dimensions.Day(finding.First)} to {Dimensions.Day(finding.Last)})"));
        console.Write(grid);
        More(console, findings.Count, "more findings");
    }

    static void Open(IAnsiConsole console, IReadOnlyList<Residual> rows)
    {
        if (rows.Count == 0) return;
        console.MarkupLine("\n[bold]Unexplained[/]  [grey]differences that bear the marks of no known cause[/]");
        var grid = Grid(Right(3), Left(3), Left(3), Left(0));
        foreach (var row in rows.Take(RowsShown))
            grid.AddRow($"  [red]{Signed(row.Amount)}[/]", Dimensions.Day(row.Day), Text.Key(row.Account), Markup.Escape(row.UsageType));
        console.Write(grid);
        More(console, rows.Count, "more places");
    }

    static void More(IAnsiConsole console, int count, string what)
    {
        if (count > RowsShown) console.MarkupLine($"  [grey]and {count - RowsShown} {what}; --json has them all[/]");
    }

    static string Where(BillFinding finding) =>
        string.Join(' ', ((string[])[finding.Account, finding.Region]).Where(w => w.Length > 0));

    // The year stands in the heading.
    static string Days(ByCause cause) => cause.Days == 1
        ? $"{cause.First:MM-dd}"
        : $"{cause.First:MM-dd} to {cause.Last:MM-dd}, {cause.Days} days";

    // A minus stands before the dollar sign.
    public static string Signed(decimal usd) => usd < 0m ? "-" + Text.Dollars(-usd) : Text.Dollars(usd);

    static Grid Grid(params GridColumn[] columns)
    {
        var grid = new Grid();
        foreach (var column in columns) grid.AddColumn(column);
        return grid;
    }

    static GridColumn Left(int gap) => new GridColumn().NoWrap().PadLeft(0).PadRight(gap);
    static GridColumn Wrapped() => new GridColumn().PadLeft(0).PadRight(0);
    static GridColumn Right(int gap) => Left(gap).RightAligned();
}
