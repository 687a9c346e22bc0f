using Assay.Planning;
using Assay.Planning.Vendors;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>Own hardware beside Bedrock: the break-even curve, and the guide's figures.</summary>
static class HostingTerminal
{
    const int BarWidth = 24;

    public static void Write(Comparison comparison, IAnsiConsole console)
    {
        console.MarkupLine("[bold]On own hardware[/]");
        if (comparison.OpenWeights.Count == 0)
            console.MarkupLine("  [grey]No model of this usage has published weights: there is nothing to host.[/]");
        else if (comparison.Hosted.Count == 0)
            CompareTerminal.Folded(console, "State --gpu-hour and --gpus (or --instance-hour and --instances), --tokens-per-second, "
                + $"--utilisation and --people to see what hosting {Text.ShortModel(comparison.OpenWeights[0].Model)} takes.");
        foreach (var quote in comparison.Hosted) Quote(quote, comparison.GuideHostingSaving, console);
        var llama = comparison.LlamaPremiums.ToList();
        if (llama.Count > 0)
            CompareTerminal.Folded(console, "Llama on Bedrock beside the same weights elsewhere: "
                + string.Join(", ", llama.Select(l => $"{l.Vendor} {Signed(l.Premium)}"))
                + $" (the guide: Bedrock takes {comparison.GuideLlamaPremium.Low:0%} to {comparison.GuideLlamaPremium.High:0%} more)");
        console.WriteLine();
    }

    static void Quote(HostedQuote quote, Extent saving, IAnsiConsole console)
    {
        var terms = quote.Terms;
        var units = terms.Where == "ec2" ? "GPU" : "instance";
        console.MarkupLine($"  [bold]{(terms.Where == "ec2" ? "EC2" : "SageMaker")}[/] for {Markup.Escape(Text.ShortModel(quote.Model))}: "
            + $"{Text.Number(terms.Units)} × {units} at {Text.Dollars(terms.UsdPerHour)} an hour, "
            + $"{Text.Number(terms.TokensPerSecond)} tokens/s "
            + $"at {terms.Utilisation:0.#%},");
        console.MarkupLine($"  people {Text.Dollars(terms.PeopleUsdPerMonth)} a month [grey](your figures)[/]; "
            + $"one replica carries {Volume(quote.CapacityPerReplica)} tokens a month");
        console.WriteLine();
        var table = Tables.New(("tokens a month", true), ("replicas", true), ("a month", true), ("per MTok", true), ("Bedrock", true),
            ("", false));
        var dearest = Math.Min(quote.Curve.Select(p => p.UsdPerMTok).DefaultIfEmpty(0m).Max(), quote.BedrockUsdPerMTok * 4m);
        foreach (var point in quote.Curve)
            Row(point, point.TokensPerMonth == quote.MonthlyTokens ? " yours" : point.TokensPerMonth == quote.BreakEvenTokens
                ? " break-even" : "");
        console.Write(table);
        console.WriteLine();
        console.MarkupLine(quote.BreakEvenTokens is { } volume
            ? $"  Breaks even at [bold]{Volume(volume)}[/] tokens a month; you use {Volume(quote.MonthlyTokens)}"
            : "  [yellow]Never breaks even[/]: a busy replica costs more than the tokens it carries would cost on Bedrock");
        var guide = $"[grey](the guide: {saving.Low:0%} to "
            + $"{saving.High:0%} cheaper than on demand)[/]";
        console.MarkupLine(quote.SavedShare >= 0
            ? $"  At your volume it saves {Text.Percent(quote.SavedShare)} of Bedrock's price {guide}"
            : $"  At your volume it costs {Text.Number(decimal.Round((decimal)(1 - quote.SavedShare), 1))} times Bedrock's price {guide}");
        console.WriteLine();

        void Row(HostingPoint point, string mark)
        {
            var colour = point.UsdPerMTok <= point.BedrockUsdPerMTok ? "green" : "blue";
            var bar = Text.Bar(Math.Min(point.UsdPerMTok, dearest), dearest, BarWidth) + (point.UsdPerMTok > dearest ? "…" : "");
            table.AddRow(Volume(point.TokensPerMonth), Text.Number(point.Replicas), Text.Dollars(point.UsdPerMonth),
                Text.Dollars(point.UsdPerMTok), Text.Dollars(point.BedrockUsdPerMTok), $"[{colour}]{bar}[/][bold]{mark}[/]");
        }
    }

    static string Signed(double share) => share.ToString("+0.0%;−0.0%;0.0%", System.Globalization.CultureInfo.InvariantCulture);

    static string Volume(decimal tokens)
    {
        var (scaled, unit) = tokens switch
        {
            >= 1e12m => (tokens / 1e12m, "T"),
            >= 1e9m => (tokens / 1e9m, "G"),
            >= 1e6m => (tokens / 1e6m, "M"),
            >= 1e3m => (tokens / 1e3m, "k"),
            _ => (tokens, ""),
        };
        return scaled.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture) + unit;
    }
}
