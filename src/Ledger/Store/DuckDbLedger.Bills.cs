using System.Text.Json;
using Assay.Ledger.Bills;
using Assay.Usage;
using DuckDB.NET.Data;

namespace Assay.Ledger.Store;

public sealed partial class DuckDbLedger
{
    public IReadOnlyList<LedgerSource> TakeBill(IReadOnlyList<BillLine> lines, string path, string digest) => Guarded(() =>
    {
        if (isOpenSource) throw new InvalidOperationException("The last source was not closed.");
        var taken = new List<LedgerSource>();
        foreach (var part in BillPart.Of(lines))
        {
            Flush();
            SetAside(part);
            OpenSource(SourceOrigin.Bill);
            AppendLines(part, nextSource);
            Take(SourceOrigin.Bill, [.. part.Usage]);
            taken.Add(Closed(SourceOrigin.Bill, path, digest, part.Period, part.Payer));
        }
        return taken;
    });

    void SetAside(BillPart part)
    {
        var now = LedgerFile.Moment(knownAt);
        var same = $"origin = 'bill' AND superseded_at IS NULL AND payer = {LedgerFile.Text(part.Payer)} "
            + $"AND period = {LedgerFile.Day(part.Period)}";
        Run($"UPDATE cell SET superseded_at = {now} WHERE origin = 'bill' AND superseded_at IS NULL "
            + $"AND bill IN (SELECT id FROM source WHERE {same})");
        Run($"UPDATE source SET superseded_at = {now} WHERE {same}");
    }

    void AppendLines(BillPart part, int source)
    {
        using var appender = connection.CreateAppender("bill_line");
        var at = 0;
        foreach (var line in part.Lines)
        {
            var whole = decimal.Truncate(line.Quantity);
            appender.CreateRow().AppendValue(source).AppendValue(at++)
                .AppendValue(line.Usage is { } usage ? usage.RequestId.ToString() : null).AppendValue(line.Id)
                .AppendValue(line.Format.ToString()).AppendValue(line.Charge.ToString()).AppendValue(line.ChargeName)
                .AppendValue(line.Start).AppendValue(line.End).AppendValue(line.Period).AppendValue(line.Account)
                .AppendValue(line.PayerAccount).AppendValue(line.Region).AppendValue(line.UsageType).AppendValue(line.Operation)
                .AppendValue(line.ServiceCode).AppendValue(line.ProductName).AppendValue(line.Description)
                .AppendValue(line.BillingEntity).AppendValue(line.LegalEntity).AppendValue(line.InvoiceId).AppendValue(line.ResourceId)
                .AppendValue(line.Principal).AppendValue(line.Tags.Count == 0 ? "" : JsonSerializer.Serialize(line.Tags))
                .AppendValue(whole).AppendValue(line.Quantity - whole).AppendValue(line.Unit).AppendValue(line.Cost)
                .AppendValue(line.NetCost).AppendValue(line.ListCost).AppendValue(line.Unclassified).AppendValue(line.IsMantle)
                .AppendValue(line.Path).AppendValue(line.Row).EndRow();
        }
    }

    public IReadOnlyList<BillLine> BillLines(LedgerRange range) => Guarded(() =>
    {
        var usage = new Dictionary<string, UsageRecord>(StringComparer.Ordinal);
        Read(range with { Origins = [SourceOrigin.Bill], From = null, To = null }, records =>
        {
            foreach (ref readonly var record in records) usage[record.RequestId.ToString()] = record;
        }, CancellationToken.None);
        var lines = new List<BillLine>();
        Each("SELECT b.request, b.id, b.format, b.charge, b.charge_name, b.starts_at, b.ends_at, b.period, b.account, b.payer, b.region, "
            + "b.usage_type, b.operation, b.service_code, b.product_name, b.description, b.billing_entity, b.legal_entity, b.invoice_id, "
            + "b.resource_id, b.principal, b.tags, b.whole_quantity, b.fraction::VARCHAR, b.unit, b.cost::VARCHAR, b.net_cost::VARCHAR, "
            + "b.list_cost::VARCHAR, b.unclassified, "
            + $"b.is_mantle, b.path, b.path_row FROM bill_line b JOIN source s ON s.id = b.source WHERE {Standing("s", range)} "
            + "ORDER BY b.source, b.line", r =>
        {
            var line = LineAt(r, usage);
            if (range.Holds(DateOnly.FromDateTime(line.Start))) lines.Add(line);
        });
        return lines;
    });

    static BillLine LineAt(DuckDBDataReader r, Dictionary<string, UsageRecord> usage) => new()
    {
        Usage = TextAt(r, 0) is { } request && usage.TryGetValue(request, out var record) ? record : null,
        Id = r.GetString(1), Format = Enum.Parse<BillFormat>(r.GetString(2)), Charge = Enum.Parse<BillCharge>(r.GetString(3)),
        ChargeName = r.GetString(4), Start = TimeAt(r, 5)!.Value, End = TimeAt(r, 6)!.Value, Period = r.GetFieldValue<DateOnly>(7),
        Account = r.GetString(8), PayerAccount = r.GetString(9), Region = r.GetString(10), UsageType = r.GetString(11),
        Operation = r.GetString(12), ServiceCode = r.GetString(13), ProductName = r.GetString(14), Description = r.GetString(15),
        BillingEntity = r.GetString(16), LegalEntity = r.GetString(17), InvoiceId = r.GetString(18), ResourceId = r.GetString(19),
        Principal = r.GetString(20),
        Tags = r.GetString(21) is { Length: > 0 } tags ? JsonSerializer.Deserialize<Dictionary<string, string>>(tags)! : NoTags,
        Quantity = r.GetDecimal(22) + ExactAt(r, 23)!.Value, Unit = r.GetString(24), Cost = ExactAt(r, 25)!.Value,
        NetCost = ExactAt(r, 26), ListCost = ExactAt(r, 27), Unclassified = TextAt(r, 28), IsMantle = r.GetBoolean(29),
        Path = r.GetString(30), Row = r.GetInt64(31),
    };

    static readonly Dictionary<string, string> NoTags = [];
}
