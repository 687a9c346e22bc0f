using Assay.Desk.Reports.Html;
using Assay.Ledger.Allocation;

namespace Assay.Desk.Reports;

/// <summary>A statement of costs as a document to send on: what each owner is shown or billed, and what of it was shared.</summary>
static class AllocationDocument
{
    public static Document Of(AllocatedSpend spend)
    {
        var statement = spend.Statement;
        var isChargeback = statement.View == AllocationView.Chargeback;
        var shared = statement.Pools.Sum(p => p.Amount);
        var period = spend is { From: { } from, To: { } to } ? $"{Dimensions.Day(from)} to {Dimensions.Day(to)}" : "no requests";
        List<string> warnings = [.. statement.Notes];
        if (spend.Unpriced > 0)
            warnings.Add($"{Text.Number(spend.Unpriced)} requests used something without a price: what they cost is missing here, and not "
                + "zero. 'assay report' says why.");
        List<DocumentSection> sections = [Owners(statement, isChargeback), .. statement.Owners.Where(o => o.Shared.Count > 0).Any()
            ? [SharedByOwner(statement)] : (DocumentSection[])[]];
        if (statement.Pools.Count > 0) sections.Add(Pools(statement));
        if (statement.Unallocated.Count > 0) sections.Add(Nobodys(statement, isChargeback));
        return new(isChargeback ? "Chargeback" : "Showback", statement.Name.Length > 0 ? statement.Name : "Amazon Bedrock by owner", period,
            $"{spend.Days} {(spend.Days == 1 ? "day" : "days")}, UTC; prices {spend.Book}.",
            [
                new("Total", Figures.Dollars(statement.TotalCharged), isChargeback ? "billed to its owners" : "usage and shared costs"),
                new("Direct", Figures.Dollars(statement.Owners.Sum(o => o.Direct)), "usage that names its owner"),
                new("Shared", Figures.Dollars(shared), "split by written rules"),
                new("Unallocated", Figures.Dollars(statement.UnallocatedTotal),
                    isChargeback ? "spread by the rule for it" : "names no owner")
                {
                    IsBad = !isChargeback && statement.UnallocatedTotal > 0m,
                },
            ],
            [.. statement.Owners.Take(5).Select(o => $"{o.Owner}: {Figures.Dollars(o.Charged)}, "
                + $"{Figures.Percent(statement.Total == 0m ? 0m : o.Total / statement.Total)} of the total.")],
            sections, "Amounts are exact in workbook and CSV; here they are rounded so that they add up as shown.")
        {
            Warnings = warnings,
        };
    }

    static DocumentSection Owners(AllocationStatement statement, bool isChargeback)
    {
        List<DocumentColumn> columns = [new("owner"), new("direct", true), new("shared", true)];
        if (isChargeback) columns.Add(new("unallocated", true));
        columns.AddRange([new(isChargeback ? "charged" : "total", true), new("share", true), new("requests", true) { Spare = 1 }]);
        List<IReadOnlyList<DocumentCell>> rows = [.. statement.Owners.Select(o => Row(
            o.Owner, o.Direct, o.SharedTotal, o.Unallocated, o.Charged, o.Total, o.Requests, o.Unpriced > 0 && o.Direct == 0m))];
        if (statement.UnallocatedCharged != 0m)
            rows.Add(Row("(unallocated)",
                isChargeback ? 0m : statement.UnallocatedTotal, statement.Unsplit, 0m, statement.UnallocatedCharged,
                (isChargeback ? 0m : statement.UnallocatedTotal) + statement.Unsplit, statement.Unallocated.Sum(u => u.Requests), false));
        rows.Add(Row("Total", statement.Owners.Sum(o => o.Direct) + (isChargeback ? 0m : statement.UnallocatedTotal),
            statement.Pools.Sum(p => p.Amount), statement.Owners.Sum(o => o.Unallocated), statement.TotalCharged, statement.Total,
            statement.Owners.Sum(o => o.Requests) + (isChargeback ? 0 : statement.Unallocated.Sum(u => u.Requests)), false));
        return new("owners", "By owner", "Direct is usage that names its owner; shared is each owner's part of the costs below.",
            [new Block.Table("", columns, rows) { HasTotal = true }]);

        IReadOnlyList<DocumentCell> Row(string who, decimal direct, decimal shared, decimal spread, decimal charged, decimal total,
            long requests, bool isUnpriced)
        {
            List<DocumentCell> cells = [who, isUnpriced ? "no price" : DocumentCell.Usd(direct), DocumentCell.Usd(shared)];
            if (isChargeback) cells.Add(DocumentCell.Usd(spread));
            cells.AddRange([DocumentCell.Usd(charged), DocumentCell.Share(total, statement.Total), DocumentCell.Count(requests)]);
            return cells;
        }
    }

    static DocumentSection SharedByOwner(AllocationStatement statement) => new("shared-by-owner", "Shared costs by owner", "",
        [new Block.Table("", [new("owner"), new("shared cost"), new("part", true)],
            [.. statement.Owners.SelectMany(o => o.Shared.Select(s => (IReadOnlyList<DocumentCell>)
                [o.Owner, s.Name, DocumentCell.Usd(s.Amount)]))])]);

    static DocumentSection Pools(AllocationStatement statement) => new("shared-costs", "Shared costs", "",
        [new Block.Table("", [new("shared cost"), new("amount", true), new("split"), new("of")],
            [.. statement.Pools.Select(p => (IReadOnlyList<DocumentCell>)[p.Name, DocumentCell.Usd(p.Amount), p.SplitBy,
                p.Unsplit != 0m ? "not split: nobody has any" : p.IsUsage ? "the usage read" : "declared in the rules"])])]);

    static DocumentSection Nobodys(AllocationStatement statement, bool isChargeback) => new("unallocated", "Names no owner",
        isChargeback ? "Charged by the rule for it; tags would make it direct." : "Tags, or a rule, would give it an owner.",
        [new Block.Table("", [new("principal"), new("account"), new("cost", true), new("requests", true)],
            [.. statement.Unallocated.Select(u => (IReadOnlyList<DocumentCell>)[u.Principal.Length > 0 ? u.Principal : "(no principal)",
                u.Account, u.Cost == 0m && u.Unpriced > 0 ? "no price" : DocumentCell.Usd(u.Cost), DocumentCell.Count(u.Requests)])])]);
}
