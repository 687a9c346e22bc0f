using Assay.Planning.Vendors;
using Assay.Usage;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The comparison as a person reads it: what is committed, who has the models, what they take, how hard it is to leave.</summary>
static class CompareTerminal
{
    const int BarWidth = 10;
    const int PairsMax = 14;
    const int CandidatesMax = 8;

    public static void Write(Comparison comparison, IAnsiConsole console)
    {
        Head(comparison, console);
        Position(comparison, console);
        Platforms(comparison, console);
        Prices(comparison, console);
        Pairs(comparison, console);
        NotOffered(comparison, console);
        Candidates(comparison, console);
        LockedIn(comparison, console);
        HostingTerminal.Write(comparison, console);
        console.MarkupLine("[bold]To weigh it by[/]");
        foreach (var note in comparison.Notes) Folded(console, note);
    }

    static void Head(Comparison comparison, IAnsiConsole console)
    {
        var vendors = comparison.Vendors;
        var period = comparison.IsMonth ? "a month as the estate describes it"
            : $"{Dimensions.Day(comparison.From)} to {Dimensions.Day(comparison.To)}, "
                + $"{comparison.Days} {(comparison.Days == 1 ? "day" : "days")}";
        console.MarkupLine($"[bold]The same usage elsewhere[/]  [grey]{period}[/]");
        console.MarkupLine($"[grey]prices {Markup.Escape(vendors.Book)}, {Markup.Escape(vendors.VendorBook)}[/]");
        console.WriteLine();
        var money = Money.For(vendors.BedrockUsd);
        console.MarkupLine($"  [bold]{money.Show(vendors.BedrockUsd)}[/] [grey]on Bedrock[/]   "
            + (comparison.IsMonth ? "" : $"{money.Show(comparison.Monthly(vendors.BedrockUsd))} [grey]a month at this pace[/] · ")
            + $"{Text.Number(comparison.Requests)} {(comparison.IsMonth ? "calls" : "requests")}");
        console.WriteLine();
    }

    static void Position(Comparison comparison, IAnsiConsole console)
    {
        if (comparison.Position is not { } position)
        {
            console.MarkupLine("[bold]Committed spend[/]");
            console.MarkupLine("  [grey]State --commit and --organic to see it: a gap to fill can outweigh every price below.[/]");
            console.WriteLine();
            return;
        }
        var (years, terms) = (position.Stay.Years, position.Committed.Terms);
        var period = position.Years == 1 ? "a year" : $"{position.Years} contract years";
        console.MarkupLine($"[bold]Committed spend[/] [grey]({period}, your figures)[/]");
        var (gap, ai) = (years.Sum(y => y.Gap), position.Stay.Ai);
        console.MarkupLine($"  {Text.Dollars(terms.AnnualUsd.Sum())} committed, "
            + $"{Text.Dollars(position.Committed.OrganicUsd.Sum())} organic: "
            + (gap == 0m ? "[bold]no gap[/], every dollar of AI is new"
                : $"a gap of [bold]{Text.Dollars(gap)}[/], to be spent with AWS anyway"));
        console.MarkupLine($"  {Text.Dollars(ai)} of this usage at list price, {Text.Dollars(years.Sum(y => y.AiInvoiced))} as invoiced: "
            + $"{Text.Dollars(years.Sum(y => y.Absorbed))} fill the gap,");
        console.MarkupLine($"  [bold]{Text.Dollars(position.Stay.IncrementalCost)}[/] are new spend"
            + (position.Stay.Simple.IncrementalCost == position.Stay.IncrementalCost ? ""
                : $" [grey](by the simple formula {Text.Dollars(position.Stay.Simple.IncrementalCost)})[/]"));
        console.WriteLine();
        var table = Tables.New(($"New spend in {period}, gap counted", false), ("stay", true), ("move what it sells", true),
            ("difference", true), ("wins at a discount of", true));
        foreach (var price in comparison.Vendors.Vendors.Where(v => v.Here > 0m).Select(position.At))
            table.AddRow(Markup.Escape(price.Platform.Name), Text.Dollars(price.Stay), Text.Dollars(price.Move),
                Signed(price.Move - price.Stay, new Money(false)), Winning(price.DiscountToWin));
        console.Write(table);
        foreach (var warning in position.Warnings(Text.Dollars)) Folded(console, Markup.Escape(warning));
        if (position.Committed.MarketplaceShare == 0m)
            Folded(console, "Whether usage billed through AWS Marketplace (Claude) fills the gap in full, "
                + "to a cap or not at all is a term of your contract; here all of it does: --marketplace states yours.");
        console.WriteLine();
    }

    static string Winning(double? discount) => discount switch
    {
        null => "–",
        <= 0 => "[green]list price[/]",
        >= 1 => "[yellow]none[/]",
        { } share => Text.Percent(share),
    };

    static void Platforms(Comparison comparison, IAnsiConsole console)
    {
        var models = comparison.Vendors.Models.Count;
        var table = Tables.New(("Who has the models", false), ("models", true), ("of the spend", true), ("", false), ("draws down", false));
        foreach (var platform in comparison.Platforms)
        {
            var quote = comparison.Vendors.Vendors.FirstOrDefault(v => v.Platform.Vendor == platform.Vendor);
            var has = quote?.Models.Count ?? models;
            var spend = quote is null ? 1.0 : Share(quote.Models.Sum(m => m.BedrockUsd), quote.BedrockUsd);
            table.AddRow(Markup.Escape(platform.Name), $"{has} of {models}", Text.Percent(spend),
                $"[blue]{Text.Bar((decimal)spend, 1m, BarWidth),-BarWidth}[/]",
                platform.Commitment == "none" ? "[grey]no cloud commitment[/]" : Markup.Escape(platform.Commitment));
        }
        console.Write(table);
        console.WriteLine();
        foreach (var platform in comparison.Platforms)
            Folded(console, $"{platform.Name}: {platform.Integration}; "
                + $"feature lag: {platform.FeatureLag} ({Dimensions.Day(platform.AsOf)}, {platform.Source})");
        console.WriteLine();
    }

    static double Share(decimal part, decimal whole) => whole == 0m ? 0 : (double)(part / whole);

    static void Prices(Comparison comparison, IAnsiConsole console)
    {
        var money = Money.For(comparison.Vendors.BedrockUsd);
        var table = Tables.New(("Price, like for like", false), ("there", true), ("on Bedrock", true), ("difference", true), ("", true),
            ("", false), ("of the spend", true));
        var widest = comparison.Vendors.Vendors.Select(v => Math.Max(v.Total, v.Here)).DefaultIfEmpty(0m).Max();
        foreach (var quote in comparison.Vendors.Vendors)
        {
            if (quote.Here == 0m)
            {
                table.AddRow(Markup.Escape(quote.Platform.Name), "–", "–", "–", "", "", Text.Percent(0));
                continue;
            }
            table.AddRow(Markup.Escape(quote.Platform.Name), money.Show(quote.Total), money.Show(quote.Here), Signed(quote.Delta, money),
                Change(quote.Delta, quote.Here), $"[blue]{Text.Bar(quote.Total, widest, BarWidth),-BarWidth}[/]",
                Text.Percent(quote.ShareCovered));
        }
        console.Write(table);
        console.WriteLine();
    }

    static void Pairs(Comparison comparison, IAnsiConsole console)
    {
        var money = Money.For(comparison.Vendors.BedrockUsd);
        var pairs = comparison.Vendors.Vendors.SelectMany(v => v.Models.Select(m => (Vendor: v, Quote: m)))
            .OrderByDescending(p => p.Quote.BedrockUsd).ThenBy(p => p.Quote.Model, StringComparer.Ordinal)
            .ThenBy(p => p.Quote.Delta).ToList();
        if (pairs.Count == 0) return;
        var table = Tables.New(("By model", false), ("there", false), ("cost", true), ("difference", true), ("", true), ("as", false));
        foreach (var (_, quote) in pairs.Take(PairsMax))
            table.AddRow(Model(quote), Markup.Escape(Tables.Shortened(quote.Equivalent.PricedAs, 31)),
                money.Show(quote.There), Signed(quote.Delta, money), Change(quote.Delta, quote.Here), Kind(quote.Equivalent.Kind));
        console.Write(table);
        if (pairs.Count > PairsMax) console.MarkupLine($"  [grey]{pairs.Count - PairsMax} more pairs with --json[/]");
        console.WriteLine();
    }

    static string Kind(EquivalenceKind kind) => kind switch
    {
        EquivalenceKind.Stated => "you say so",
        EquivalenceKind.SameWeights => "same weights",
        EquivalenceKind.SameFamily => "sibling",
        _ => "nearest",
    };

    static void NotOffered(Comparison comparison, IAnsiConsole console)
    {
        var money = Money.For(comparison.Vendors.BedrockUsd);
        // What several vendors lack alike (guardrails, mostly) is one line.
        var lines = comparison.Vendors.Vendors.SelectMany(v => v.Models.SelectMany(m => m.Unpriced)
            .GroupBy(u => (Meter: u.Meter.Name() + Terms(u), u.Otherwise?.How))
            .Select(g => (v.Platform.Name, g.Key.Meter, g.Key.How, Quantity: g.Sum(u => u.Quantity),
                Here: g.Sum(u => u.BedrockUsd ?? 0m), There: g.Sum(u => u.Otherwise?.Usd ?? 0m))))
            .GroupBy(l => (l.Meter, l.How, l.Quantity, l.Here, l.There)).ToList();
        if (lines.Count == 0) return;
        var table = Tables.New(("Not offered on these terms", false), ("quantity", true), ("Bedrock", true), ("otherwise", true),
            ("", false));
        foreach (var line in lines)
        {
            table.AddRow(Markup.Escape(line.Key.Meter), Text.Number(line.Key.Quantity), money.Show(line.Key.Here),
                line.Key.How is null ? "–" : money.Show(line.Key.There), Markup.Escape(string.Join(", ", line.Select(l => l.Name))));
            if (line.Key.How is { } how) table.AddRow("", "", "", "", $"[grey]{Markup.Escape(how)}[/]");
        }
        console.Write(table);
        console.MarkupLine("  [grey]In no sum above, neither there nor on Bedrock.[/]");
        console.WriteLine();
    }

    static string Terms(NotOffered missing) =>
        (missing.Mode == Mode.OnDemand ? "" : $", {missing.Mode.Name()}")
            + (missing.Tier == Tier.Standard ? "" : $", {missing.Tier.Name()}");

    static void Candidates(Comparison comparison, IAnsiConsole console)
    {
        var money = Money.For(comparison.Vendors.BedrockUsd);
        var all = comparison.Vendors.Vendors.SelectMany(v => v.Candidates).Where(c => c.Here > 0m).OrderBy(c => c.Delta).ToList();
        if (all.Count == 0) return;
        console.MarkupLine("[bold]Other models, only as candidates[/] [grey](their quality on your traffic is not shown; in no sum)[/]");
        var table = Tables.New(("instead of", false), ("candidate", false), ("difference", true), ("", true), ("compared", true),
            ("", false), ("tokenizer", false));
        foreach (var quote in all.Take(CandidatesMax))
            table.AddRow(Model(quote), Markup.Escape(Tables.Shortened(quote.Equivalent.PricedAs, 31)),
                Signed(quote.Delta, money), Change(quote.Delta, quote.Here), Text.Percent(quote.Here, quote.BedrockUsd),
                Kind(quote.Equivalent.Kind),
                quote.Equivalent.Tokenizer is null && quote.Factor == 1m ? "[grey]not measured[/]" : $"×{Text.Number(quote.Factor)}");
        console.Write(table);
        if (all.Count > CandidatesMax) console.MarkupLine($"  [grey]{all.Count - CandidatesMax} more with --json[/]");
        console.WriteLine();
    }

    static void LockedIn(Comparison comparison, IAnsiConsole console)
    {
        var lockIn = comparison.LockIn;
        var money = Money.For(comparison.Vendors.BedrockUsd);
        var table = Tables.New(("Lock-in", false), ("spend", true), ("share", true), ("", false));
        Rows("by maker", lockIn.ByMaker);
        Rows("by cloud", lockIn.ByCloud);
        console.Write(table);
        Folded(console, $"Herfindahl index {lockIn.ByMaker.Herfindahl:0.00} by maker, {lockIn.ByCloud.Herfindahl:0.00} by cloud: "
            + "1 is one seller. What you spend with others is stated with --elsewhere VENDOR=USD.");
        console.MarkupLine($"  {Text.Percent(lockIn.Portable)} of the spend is on models sold elsewhere too or with published weights"
            + (lockIn.Exclusive.Count == 0 ? "" : "; only here:"));
        if (lockIn.Exclusive.Count > 0)
            Folded(console, string.Join(", ", lockIn.Exclusive.Select(m => $"{Text.ShortModel(m.Model)} {money.Show(m.Usd)}")), 4);
        console.WriteLine();

        void Rows(string title, Concentration of)
        {
            foreach (var share in of.Shares.Take(6))
                table.AddRow($"[grey]{title}[/] {Markup.Escape(share.Vendor)}", money.Show(share.Usd), Text.Percent(share.Share),
                    $"[blue]{Text.Bar((decimal)share.Share, 1m, BarWidth)}[/]");
        }
    }

    static string Model(ModelQuote quote) => Markup.Escape(Tables.Shortened(Text.ShortModel(quote.Model), 24));

    static string Signed(decimal usd, Money money) =>
        usd == 0m ? money.Show(0m) : usd > 0m ? "+" + money.Show(usd) : "−" + money.Show(-usd);

    static string Change(decimal delta, decimal whole)
    {
        if (whole == 0m) return "–";
        var share = (double)(delta / whole);
        var text = share.ToString("+0.0%;−0.0%;0.0%", System.Globalization.CultureInfo.InvariantCulture);
        return share < 0 ? $"[green]{text}[/]" : share > 0 ? $"[yellow]{text}[/]" : text;
    }

    // By hand: the library folds in the middle of what belongs together and leaves the last line open.
    public static void Folded(IAnsiConsole console, string text, int indent = 2)
    {
        const int width = 98;
        var line = new System.Text.StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && indent + line.Length + 1 + word.Length > width) Flush();
            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }
        Flush();

        void Flush()
        {
            console.MarkupLine($"{new string(' ', indent)}[grey]{Markup.Escape(line.ToString())}[/]");
            line.Clear();
        }
    }
}

/// <summary>Tables without lines: the first column's name is the title, the others are quiet.</summary>
static class Tables
{
    public static Grid New(params (string Name, bool Right)[] columns)
    {
        var grid = new Grid();
        foreach (var (_, right) in columns)
        {
            var column = new GridColumn().NoWrap().PadLeft(2).PadRight(0);
            grid.AddColumn(right ? column.RightAligned() : column);
        }
        grid.AddRow([.. columns.Select((c, i) => i == 0 ? $"[bold]{Markup.Escape(c.Name)}[/]" : $"[grey]{Markup.Escape(c.Name)}[/]")]);
        return grid;
    }

    public static string Shortened(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
