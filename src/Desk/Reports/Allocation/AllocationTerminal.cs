using Assay.Desk.Commands;
using Assay.Ledger.Allocation;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>A statement as a person reads it: who, of what, and what nobody owns on a line of its own.</summary>
static class AllocationTerminal
{
    const int UnallocatedMax = 8;

    static string Counted(long count, string noun) => Shared.Count(count, noun);

    public static void Write(IAnsiConsole console, AllocatedSpend spend)
    {
        var statement = spend.Statement;
        var isChargeback = statement.View == AllocationView.Chargeback;
        var name = statement.Name.Length > 0 ? "  " + Markup.Escape(statement.Name) : "";
        var period = spend is { From: { } from, To: { } to }
            ? $"{Dimensions.Day(from)} to {Dimensions.Day(to)}, {Counted(spend.Days, "day")}"
            : "no requests";
        var title = isChargeback ? "Chargeback" : "Showback";
        console.MarkupLine($"[bold]{title}[/]{name}  [grey]{period} · prices {Markup.Escape(spend.Book)}[/]");
        console.WriteLine();
        Owners(console, statement, isChargeback);
        Pools(console, statement);
        Nobodys(console, statement, isChargeback);
        foreach (var note in statement.Notes) console.MarkupLine($"[yellow]{Markup.Escape(note)}[/]");
        if (spend.Unpriced > 0)
        {
            console.MarkupLine($"[yellow]{Counted(spend.Unpriced, "request")} without a full price: what they cost is missing here.[/] "
                + "[grey]'assay report' says why.[/]");
        }
    }

    static void Owners(IAnsiConsole console, AllocationStatement statement, bool isChargeback)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(3));
        string[] heads = isChargeback ? ["direct", "shared", "unallocated", "charged", "share"] : ["direct", "shared", "total", "share"];
        foreach (var _ in heads) grid.AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(3).RightAligned());
        grid.AddRow([.. heads.Prepend("owner").Select(h => $"[grey]{h}[/]")]);
        foreach (var owner in statement.Owners)
        {
            var money = isChargeback
                ? new[] { owner.Direct, owner.SharedTotal, owner.Unallocated, owner.Charged }
                : [owner.Direct, owner.SharedTotal, owner.Charged];
            Row(owner.Owner, money, owner.Total, owner.Unpriced > 0);
        }
        var left = statement.UnallocatedCharged;
        if (left != 0m)
        {
            var direct = isChargeback ? 0m : statement.UnallocatedTotal;
            decimal[] money = isChargeback ? [0m, statement.Unsplit, 0m, left] : [direct, statement.Unsplit, left];
            Row("(unallocated)", money, direct + statement.Unsplit, isUnpriced: false);
        }
        var sums = new List<decimal> { statement.Owners.Sum(o => o.Direct), statement.Pools.Sum(p => p.Amount), statement.TotalCharged };
        if (isChargeback) sums.Insert(2, statement.Owners.Sum(o => o.Unallocated));
        else sums[0] += statement.UnallocatedTotal;
        grid.AddRow([.. sums.Select(Text.Dollars).Prepend("total").Append("").Select(c => $"[bold]{c}[/]")]);
        console.Write(grid);

        void Row(string who, decimal[] money, decimal total, bool isUnpriced) => grid.AddRow([.. money
            .Select((m, i) => m != 0m ? Text.Dollars(m) : i == 0 && isUnpriced ? "[yellow]unpriced[/]" : "[grey]–[/]")
            .Prepend(Markup.Escape(who)).Append(Text.Percent(total, statement.Total))]);
    }

    static void Pools(IAnsiConsole console, AllocationStatement statement)
    {
        if (statement.Pools.Count == 0) return;
        console.MarkupLine("\n[bold]Shared costs[/]");
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(3));
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(3).RightAligned());
        grid.AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        foreach (var pool in statement.Pools)
        {
            var unsplit = pool.Unsplit != 0m ? "not split: nobody has any" : pool.IsUsage ? "of the usage read" : "declared in the rules";
            grid.AddRow(Markup.Escape(pool.Name), Text.Dollars(pool.Amount), $"[grey]{pool.SplitBy}, {unsplit}[/]");
        }
        console.Write(grid);
    }

    static void Nobodys(IAnsiConsole console, AllocationStatement statement, bool isChargeback)
    {
        if (statement.Unallocated.Count == 0) return;
        var told = isChargeback ? "charged by the rule for it" : "no tag or rule names an owner";
        console.MarkupLine($"\n[bold]Unallocated[/]  {Text.Dollars(statement.UnallocatedTotal)}  [grey]{told}; who could be tagged:[/]");
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(3).RightAligned());
        grid.AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        foreach (var line in statement.Unallocated.Take(UnallocatedMax))
        {
            var who = line.Principal.Length > 0 ? line.Principal : "(no principal)";
            var where = line.Account.Length > 0 ? $" in {line.Account}" : "";
            var cost = line.Cost == 0m && line.Unpriced > 0 ? "[yellow]unpriced[/]" : Text.Dollars(line.Cost);
            grid.AddRow(cost, $"{Markup.Escape(who + where)}  [grey]{Counted(line.Requests, "request")}[/]");
        }
        console.Write(grid);
        if (statement.Unallocated.Count > UnallocatedMax)
            console.MarkupLine($"  [grey]and {Counted(statement.Unallocated.Count - UnallocatedMax, "more caller")}[/]");
    }
}
