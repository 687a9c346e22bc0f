using Assay.Ledger.Allocation;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>
/// The file a finance system books from: a line for each owner and cost, all lines adding up to what is charged. Direct, shared and spread
/// costs are exact; what rounding to whole units adds or takes is a line of its own.
/// </summary>
static class ChargeFile
{
    public const string Head = "period_start,period_end,owner,kind,cost,amount_usd";

    public static void Write(AllocatedSpend spend, TextWriter text)
    {
        var statement = spend.Statement;
        text.Write(Head + "\n");
        foreach (var owner in statement.Owners)
        {
            Line(owner.Owner, "direct", "usage", owner.Direct);
            foreach (var part in owner.Shared) Line(owner.Owner, "shared", part.Name, part.Amount);
            Line(owner.Owner, "unallocated", "usage that names no owner", owner.Unallocated);
            Line(owner.Owner, "rounding", "to whole units", owner.Charged - owner.Total);
        }
        if (statement.View == AllocationView.Chargeback && statement.UnallocatedCharged == 0m) return;
        var left = (statement.View == AllocationView.Showback ? statement.UnallocatedTotal : 0m) + statement.Unsplit;
        Line("", "unallocated", "usage that names no owner", left - statement.Unsplit);
        Line("", "shared", "not split", statement.Unsplit);
        Line("", "rounding", "to whole units", statement.UnallocatedCharged - left);

        void Line(string owner, string kind, string cost, decimal amount)
        {
            if (amount == 0m) return;
            var (from, to) = (spend.From is { } f ? Dimensions.Day(f) : "", spend.To is { } t ? Dimensions.Day(t) : "");
            text.Write($"{from},{to},{Cell(owner)},{kind},{Cell(cost)},{Usd.Plain(amount)}\n");
        }
    }

    // A spreadsheet takes a cell that begins so for a formula.
    static string Cell(string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@') value = "'" + value;
        return value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
