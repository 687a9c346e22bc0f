using System.Text.Json;
using Assay.Desk.Input;
using Assay.Planning;
using Assay.Pricing;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>A spend agreement's bill, each row derived again beside what it states.</summary>
static class AgreementView
{
    // Agreements are short; a file beyond this is something else.
    const long MostBytes = 64 * 1024 * 1024;

    /// <exception cref="InputException">The file cannot be read or is no such bill.</exception>
    public static void Show(string path, bool asJson)
    {
        var text = Text(path);
        AgreementFile agreement;
        IReadOnlyList<CheckedRow> rows;
        try
        {
            agreement = AgreementFile.Read(text, Path.GetFileName(path));
            rows = agreement.Check();
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException)
        {
            throw new InputException($"'{path}' cannot be derived: {wrong.Message.Split(" (Parameter")[0].TrimEnd('.')}. "
                + "Accepted: the FOCUS rows of one spend agreement.");
        }
        if (asJson) PriceJson.Write(json => Write(json, agreement, rows));
        else Write(Terminal.Console(EdpTerminal.Width), Path.GetFileName(path), agreement, rows);
    }

    static string Text(string path)
    {
        if (Directory.Exists(path) || !File.Exists(path))
            throw new InputException($"--agreement '{path}' is not a file. Accepted: a CSV of FOCUS columns.");
        if (new FileInfo(path).Length > MostBytes)
            throw new InputException($"--agreement '{path}' is larger than 64 MB. Accepted: the FOCUS rows of one spend agreement.");
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--agreement '{path}' cannot be read: {LogFiles.Reason(closed)}.");
        }
    }

    static void Write(IAnsiConsole console, string name, AgreementFile agreement, IReadOnlyList<CheckedRow> rows)
    {
        console.Say(0, $"[bold]Spend agreement[/]  [grey]{Markup.Escape(name)} · from quantities, unit prices, terms[/]");
        console.WriteLine();
        var figure = new GridColumn().NoWrap().PadLeft(0).PadRight(2).RightAligned();
        SteadyGrid grid = new(new GridColumn().NoWrap().PadLeft(2).PadRight(2), figure, figure, figure, figure, figure,
            new GridColumn().NoWrap().PadLeft(0).PadRight(0));
        string[] titles = ["charge", "quantity", "billed", "effective", "contracted", "list"];
        grid.AddRow([.. titles.Select(t => $"[grey]{t}[/]"), ""]);
        foreach (var (row, charge) in rows.Select(r => (r, r.Charge)))
        {
            var (stated, money) = (row.Row.Stated, row.Row.Currency);
            grid.AddRow(Markup.Escape(Short(charge.What)), Reports.Text.Number(charge.Quantity), Cell(charge.Billed, stated.Billed, money),
                Cell(charge.Effective, stated.Effective, money), Cell(charge.Contracted, stated.Contracted, money),
                Cell(charge.List, stated.List, money), row.Agrees ? "[green]✓[/]" : "[red]≠[/]");
        }
        foreach (var all in rows.GroupBy(r => r.Row.Currency))
        {
            string Sum(Func<AgreementCharge, decimal> cost) => Cents(all.Sum(r => cost(r.Charge)), all.Key);
            grid.AddRow("[bold]in all[/]", "", Sum(c => c.Billed), Sum(c => c.Effective), Sum(c => c.Contracted), Sum(c => c.List), "");
        }
        console.Write(grid);
        var same = rows.Count(r => r.Agrees);
        console.MarkupLine($"\n  {same} of {rows.Count} rows come out as stated, to the cent.");
        foreach (var row in rows.Where(r => !r.Agrees))
        {
            var stated = row.Row.Stated;
            var money = row.Row.Currency;
            console.Say(2, $"[red]≠[/] line {row.Row.Line} states {Cents(stated.Billed, money)} billed, {Cents(stated.Effective, money)} "
                + $"effective, {Cents(stated.Contracted, money)} contracted, {Cents(stated.List, money)} list.");
        }
        if (agreement.Findings.Count > 0) EdpTerminal.List(console, "Where it contradicts itself", agreement.Findings, "[yellow]![/]");
    }

    static void Write(Utf8JsonWriter json, AgreementFile agreement, IReadOnlyList<CheckedRow> rows)
    {
        json.WriteStartObject();
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteNumber("line", row.Row.Line);
            json.WriteString("charge", row.Charge.What);
            json.WriteString("currency", row.Row.Currency);
            json.WriteString("quantity", Usd.Plain(row.Charge.Quantity));
            if (row.Charge.Tokens is { } tokens) json.WriteString("tokens", Usd.Plain(tokens));
            Costs(json, "derived", new(row.Charge.Billed, row.Charge.Effective, row.Charge.Contracted, row.Charge.List));
            Costs(json, "stated", row.Row.Stated);
            json.WriteBoolean("agrees", row.Agrees);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in agreement.Findings) json.WriteStringValue(finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Costs(Utf8JsonWriter json, string name, StatedCosts costs)
    {
        json.WriteStartObject(name);
        json.WriteString("billed_cost", Usd.Plain(costs.Billed));
        json.WriteString("effective_cost", Usd.Plain(costs.Effective));
        json.WriteString("contracted_cost", Usd.Plain(costs.Contracted));
        json.WriteString("list_cost", Usd.Plain(costs.List));
        json.WriteEndObject();
    }

    static string Cell(decimal derived, decimal stated, string currency) =>
        decimal.Round(derived, 2) == decimal.Round(stated, 2) ? Cents(derived, currency) : $"[red]{Cents(derived, currency)}[/]";

    // No amount is shown in dollars that is billed in something else.
    static string Cents(decimal amount, string currency) => currency is "" or "USD" ? Reports.Text.Dollars(amount)
        : $"{Reports.Text.Dollars(amount).Replace("$", "", StringComparison.Ordinal)} {Markup.Escape(currency)}";

    static string Short(string what) => what.Length <= 34 ? what : what[..33] + "…";
}
