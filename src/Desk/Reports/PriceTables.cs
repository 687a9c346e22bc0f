using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>What the <c>prices</c> commands say to a person.</summary>
static class PriceTables
{
    const int RowsMax = 60;

    public static void Books(IAnsiConsole console, IReadOnlyList<PriceBook> books)
    {
        foreach (var book in books)
        {
            console.MarkupLine($"[bold]{Markup.Escape(book.Id)}[/]  {Text.Number(book.Rates.Count())} rates of "
                + $"{Text.Number(book.Rates.Select(r => r.Key.Model).Distinct().Count())} models");
            foreach (var source in book.Sources)
                console.MarkupLine($"  {Dimensions.Day(source.Date)}  {Markup.Escape(source.Name),-28} "
                    + $"{Text.Number(source.Rates.Count),7} rates"
                    + $"{(source.FillsGaps ? "  [grey]where the others are silent[/]" : "")}");
            console.WriteLine();
        }
    }

    // Rates that differ only in region share a line, as in the files.
    public static void Rates(IAnsiConsole console, PriceBook book, IReadOnlyList<Rate> rates)
    {
        console.MarkupLine($"[grey]{Markup.Escape(book.Id)}[/]\n");
        foreach (var model in rates.GroupBy(r => r.Key.Model))
        {
            console.MarkupLine($"[bold]{Markup.Escape(model.Key.Length == 0 ? "whatever the model" : model.Key)}[/]");
            var table = new FittedTable([new("meter"), new("sold as", Least: 24), new("USD", Right: true), new("per"), new("dates"),
                new("regions", Least: 12), new("source", Least: 10, Spare: 1)], indent: 0);
            foreach (var line in model.GroupBy(r => r with { Key = r.Key with { Region = "" } }))
            {
                var (rate, (usd, per)) = (line.Key, Natural(line.Key));
                table.AddRow(rate.Key.Meter.Name(), SoldAs(rate.Key), Usd.Plain(usd), Markup.Escape(per), Dates(rate),
                    Markup.Escape(Regions([.. line.Select(r => r.Key.Region)])), $"[grey]{Markup.Escape(rate.Source)}[/]");
            }
            console.Write(table);
            console.WriteLine();
        }
    }

    public static void Modes(IAnsiConsole console, ModeMatrix matrix)
    {
        console.MarkupLine($"[grey]What each model supports, as of {Dimensions.Day(matrix.Date)} ({Markup.Escape(matrix.Book)})[/]\n");
        var table = new FittedTable([new("model", Least: 24), new("batch"), new("caching"), new("units"), new("reserved"), new("custom"),
            new("long"), new("tiers", Least: 12, Spare: 1), new("scopes", Least: 10, Spare: 2), new("regions", Right: true)], indent: 0);
        foreach (var model in matrix.Models)
            table.AddRow(Markup.Escape(model.Model), Yes(model.Batch), string.Join(' ', model.CacheTtls),
                Terms(model.Provisioned), Terms(model.Reserved), Yes(model.Customisation), Yes(model.LongBand),
                string.Join(' ', model.Tiers.Where(t => t != Tier.Standard).Select(t => t.Name())),
                string.Join(' ', model.Scopes.Select(s => s.Name())), Text.Number(model.Regions.Count));
        console.Write(table);
    }

    public static void Diff(IAnsiConsole console, PriceBook before, PriceBook after, PriceDiff diff)
    {
        console.MarkupLine($"[bold]{Markup.Escape(before.Id)} → {Markup.Escape(after.Id)}[/]: "
            + $"{diff.Added.Count} rates added, {diff.Removed.Count} removed, {diff.Changed.Count} changed\n");
        Changed(console, diff.Changed);
        Summary(console, "added", diff.Added);
        Summary(console, "removed", diff.Removed);
    }

    // Prices that changed alike in several regions share a line, as the rates of a model do.
    static void Changed(IAnsiConsole console, IReadOnlyList<ChangedRate> changed)
    {
        if (changed.Count == 0) return;
        var table = new FittedTable([new("changed", Least: 16), new("meter"), new("sold as", Least: 16), new("regions", Least: 12),
            new("before", Right: true), new("after", Right: true), new("per", Spare: 2), new("×", Right: true, Spare: 1)], indent: 0);
        var lines = changed.GroupBy(c => (Key: c.Key with { Region = "" }, Before: Natural(c.Before), After: Natural(c.After), c.Ratio))
            .ToList();
        foreach (var line in lines.Take(RowsMax))
        {
            var (key, before, after, ratio) = line.Key;
            table.AddRow(Markup.Escape(key.Model.Length == 0 ? "whatever the model" : key.Model), key.Meter.Name(), SoldAs(key),
                Markup.Escape(Regions([.. line.Select(c => c.Key.Region)])), Usd.Plain(before.Usd), Usd.Plain(after.Usd),
                before.Per == after.Per ? after.Per : $"{before.Per}, then {after.Per}",
                ratio is { } times ? Text.Number(decimal.Round(times, 3)) : "–");
        }
        console.Write(table);
        if (lines.Count > RowsMax) console.MarkupLine($"[grey]{lines.Count - RowsMax} more lines with --json[/]");
        console.WriteLine();
    }

    public static void Findings(IAnsiConsole console, PriceBook book, IReadOnlyList<PriceFinding> findings)
    {
        if (findings.Count == 0)
        {
            console.MarkupLine($"[green]✓[/] {Markup.Escape(book.Id)}: {Text.Number(book.Rates.Count())} rates agree with their siblings.");
            return;
        }
        console.MarkupLine($"[bold]{Markup.Escape(book.Id)}[/]: {findings.Count} of {Text.Number(book.Rates.Count())} rates "
            + "look odd beside their siblings. A finding is a question, not a verdict.\n");
        foreach (var group in findings.GroupBy(f => f.What))
        {
            console.MarkupLine($"[yellow]{Markup.Escape(group.Key)}[/]");
            foreach (var finding in group.Take(12))
                console.MarkupLine($"  {Markup.Escape(finding.Sku)} [grey]in {Markup.Escape(finding.Key.Region)}: "
                    + $"{Text.Number(decimal.Round(finding.Ratio, 6))}"
                    + $"{(finding.Sibling.Length > 0 ? $" × {Markup.Escape(finding.Sibling)}" : "")}[/]");
            if (group.Count() > 12) console.MarkupLine($"  [grey]and {group.Count() - 12} more with --json[/]");
        }
    }

    public static void Import(IAnsiConsole console, string path, ImportResult result)
    {
        console.MarkupLine($"[bold]{Markup.Escape(path)}[/]: {Text.Number(result.Imported.Count)} rates of "
            + $"{Text.Number(result.Imported.Select(r => r.Key.Model).Distinct().Count())} models, "
            + $"{Text.Number(result.Unclassified.Count)} rows unclassified\n");
        Summary(console, "imported", result.Imported);
        if (result.Unclassified.Count == 0) return;
        console.MarkupLine("[bold]Unclassified[/]");
        foreach (var group in result.Unclassified.GroupBy(u => u.Reason).OrderByDescending(g => g.Count()).Take(RowsMax))
            console.MarkupLine($"  {group.Count(),6}  {Markup.Escape(group.Key)} [grey]{Markup.Escape(group.First().UsageType)}[/]");
    }

    static void Summary(IAnsiConsole console, string title, IReadOnlyList<Rate> rates)
    {
        if (rates.Count == 0) return;
        var table = new FittedTable(
            [new(title, Least: 24), new("rates", Right: true), new("meters", Least: 24), new("modes", Least: 12, Spare: 1)], indent: 0);
        foreach (var model in rates.GroupBy(r => r.Key.Model).OrderBy(g => g.Key, StringComparer.Ordinal).Take(RowsMax))
            table.AddRow(Markup.Escape(model.Key.Length == 0 ? "whatever the model" : model.Key), Text.Number(model.Count()),
                string.Join(' ', model.Select(r => r.Key.Meter).Distinct().Order().Select(m => m.Name())),
                string.Join(' ', model.Select(r => r.Key.Mode).Distinct().Order().Select(m => m.Name())));
        console.Write(table);
        console.WriteLine();
    }

    // Mode and scope, and whatever else is not the everyday case.
    static string SoldAs(RateKey key)
    {
        List<string> words = [key.Mode.Name(), key.Scope.Name()];
        if (key.Tier != Tier.Standard) words.Insert(1, key.Tier.Name());
        if (key.Context == ContextBand.Long) words.Add("long");
        if (key.Term != Term.None) words.Add(key.Term.Name());
        return string.Join(' ', words);
    }

    // Tokens are quoted by the million everywhere but in price maps; people compare like with like.
    static (decimal Usd, string Per) Natural(Rate rate) =>
        rate.Key.Meter.Unit() == "token" ? (rate.UsdPerUnit * 1_000_000m, "1M tokens") : (rate.SourceRate, rate.SourceUnit);

    static string Yes(bool value) => value ? "✓" : "";
    static string Terms(IReadOnlyList<Term> terms) => string.Join(' ', terms
        .Select(t => t switch { Term.None => "none", Term.OneMonth => "1m", Term.ThreeMonth => "3m", _ => "6m" }));

    static string Dates(Rate rate) => (rate.From, rate.Until) switch
    {
        (null, null) => "",
        ({ } from, null) => $"from {Dimensions.Day(from)}",
        (null, { } until) => $"until {Dimensions.Day(until)}",
        ({ } from, { } until) => $"{Dimensions.Day(from)} – {Dimensions.Day(until)}",
    };

    static string Regions(IReadOnlyList<string> regions) =>
        regions is ["*"] ? "every region"
        : regions.Count <= 2 ? string.Join(' ', regions)
        : $"{regions[0]} +{regions.Count - 1}";
}
