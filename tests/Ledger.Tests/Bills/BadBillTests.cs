using System.Text;
using Assay.Ledger.Bills;
using Assay.Testing;

namespace Assay.Ledger.Tests.Bills;

/// <summary>Bad input: one clear line, and no row lost.</summary>
public sealed class BadBillTests : IDisposable
{
    readonly SomeBills bills = new();

    public void Dispose() => bills.Dispose();

    static string Good(string id, string cost = "1") => SomeBills.Native(id, "USE1-NovaPro-input-tokens", "1", "1K tokens", cost);

    static string FaultOf(string path) => Assert.Throws<BillException>(() => SomeBills.Read(path)).Message;

    [Fact]
    public void Every_row_is_a_line_another_services_a_duplicate_or_skipped_and_named()
    {
        var other = Good("o").Replace("AmazonBedrock", "AmazonEC2", StringComparison.Ordinal)
            .Replace("Amazon Bedrock", "Amazon Elastic Compute Cloud", StringComparison.Ordinal);
        var reading = SomeBills.Read(bills.Cur("bill.csv",
            Good("1"), Good("2", "\"1,000\""), Good("3", "abc"), Good("4").Replace("2026-07-03 04:00:00", "7/3/26", StringComparison.Ordinal),
            other, "cut,off", Good("1"), other.Replace("2026", "nonsense", StringComparison.Ordinal), Good("5", "12.5")
                .Replace(",USD,", ",EUR,", StringComparison.Ordinal), Good("6", ""), Good("7", "-1e3")));
        Assert.Equal(["1", "7"], reading.Lines.Select(l => l.Id));
        Assert.Equal(-1000m, reading.Lines[1].Cost);
        Assert.Equal("1", Assert.Single(reading.Duplicates).Id);
        Assert.Equal(2, reading.OtherServices);
        Golden.Matches(string.Join('\n', reading.Skipped.OrderBy(s => s.Row).Select(s => $"row {s.Row}: {s.Reason}")));
        Assert.Equal(11, reading.Lines.Count + reading.Duplicates.Count + reading.OtherServices + reading.Skipped.Count);
        Assert.Equal([1L, 11L], reading.Lines.Select(l => l.Row));
    }

    static readonly string[] Odd =
    [
        "1", "", "abc", "-5", "1e400", "NULL", "2026-07-01 00:00:00", "USD", "EUR", "AmazonBedrock", "Usage", "\"a\nb\"", "{}",
        "USE1-NovaPro-input-tokens", "\"{\"\"user_app\"\":1}\"",
    ];

    [Fact]
    public void No_row_is_lost_whatever_stands_in_its_cells() =>
        Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]).Array[19].Array[0, 30].Sample(rows =>
        {
            using var here = new SomeBills();
            var reading = SomeBills.Read(here.Cur("bill.csv", [.. rows.Select(r => string.Join(',', r))]));
            return reading.Lines.Count + reading.Duplicates.Count + reading.OtherServices + reading.Skipped.Count == rows.Length;
        }, iter: 40);

    [Fact]
    public void The_same_line_in_two_exports_counts_once_and_another_of_the_same_id_counts()
    {
        var first = bills.Cur("a.csv", Good("1"), Good("2"));
        var second = bills.Cur("b.csv", Good("2"), Good("3"), Good("3").Replace("NovaPro", "NovaLite", StringComparison.Ordinal));
        var reading = SomeBills.Read(first, second);
        Assert.Equal(["1", "2", "3", "3"], reading.Lines.Select(l => l.Id));
        Assert.Equal(second, Assert.Single(reading.Duplicates).Path);
        Assert.Equal(4, reading.Lines.Select(l => l.Usage!.Value.RequestId).Distinct().Count());
        Assert.Equal(reading.Lines[1].Usage!.Value.RequestId, SomeBills.Read(second).Lines[0].Usage!.Value.RequestId);
    }

    [Fact]
    public void Something_else_is_told_from_a_bill()
    {
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Text("a.csv", "name,age", "x,1")));
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Text("log.json", """{"schemaType":"ModelInvocationLog"}""")));
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Bytes("empty.csv", [])));
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Bytes("zeros.csv", new byte[5000])));
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Parquet("other.parquet", "SELECT 1 AS x")));
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Bytes("cut.csv.gz", [0x1F, 0x8B, 8, 0, 1, 2])));
        Assert.Null(Assay.Ledger.Bills.Bills.FormatOf(bills.Path("missing.csv")));
        Assert.Equal(BillFormat.Cur2, Assay.Ledger.Bills.Bills.FormatOf(bills.Cur("cur.csv")));
        Assert.Equal(BillFormat.Cur2, Assay.Ledger.Bills.Bills.FormatOf(bills.Gzip("cur.csv.gz", SomeBills.CurHead + "\n" + Good("1") + "\n")));
        Assert.Single(SomeBills.Read(bills.Path("cur.csv.gz")).Lines);
        Assert.Equal(BillFormat.Focus, Assay.Ledger.Bills.Bills.FormatOf(bills.Text("f.csv",
            "\uFEFFBilledCost;ChargePeriodStart;ChargeCategory;ServiceName")));
        Assert.Equal("a.csv: not a bill. Accepted are CUR 2.0 and FOCUS 1.0 to 1.3 exports (CSV or Parquet, gzip or plain) and the JSON of "
            + "'aws ce get-cost-and-usage'; see docs/bills.md. For invocation logs run 'assay report PATH'.",
            FaultOf(bills.Path("a.csv")).Replace(bills.Path("a.csv"), "a.csv", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_breaks_off_is_named_and_not_half_read()
    {
        var whole = File.ReadAllBytes(bills.Parquet("whole.parquet",
            "SELECT '1' AS identity_line_item_id, '2026-07-01' AS line_item_usage_start_date, 'x' AS line_item_usage_type, "
            + "'1' AS line_item_unblended_cost FROM range(1000)"));
        var cut = bills.Bytes("cut.parquet", whole[..(whole.Length / 2)]);
        Assert.Equal(BillFormat.Cur2, Assay.Ledger.Bills.Bills.FormatOf(cut));
        Assert.Contains("cut.parquet: cannot be read to its end", FaultOf(cut), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', FaultOf(cut));

        bills.Gzip("whole.csv.gz", SomeBills.CurHead + "\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => Good($"{i}", $"{i * 7919 % 1000}") + "\n")));
        var gzip = File.ReadAllBytes(bills.Path("whole.csv.gz"));
        var cutGzip = bills.Bytes("cut.csv.gz", gzip[..(gzip.Length / 2)]);
        Assert.Contains("cut.csv.gz: cannot be read", FaultOf(cutGzip), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', FaultOf(cutGzip));
    }

    [Fact]
    public void A_missing_column_is_named_with_what_is_needed() =>
        Assert.Contains("without the column 'line_item_unblended_cost'. Needed are line_item_usage_type, line_item_usage_start_date, "
            + "line_item_unblended_cost.", FaultOf(bills.Text("bill.csv", "line_item_usage_type,line_item_usage_start_date", "a,b")),
            StringComparison.Ordinal);

    [Fact]
    public void Columns_nobody_reads_are_listed()
    {
        var reading = SomeBills.Read(bills.Text("bill.csv", SomeBills.CurHead + ",line_item_tax_type,mood", Good("1") + ",x,good"));
        Assert.Equal(["mood"], reading.UnknownColumns);
        Assert.Single(reading.Lines);
    }

    [Fact]
    public void Huge_cells_and_zero_bytes_cost_no_other_row()
    {
        var huge = SomeBills.Native("huge", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1", description: new string('x', 10_000_000));
        var zero = SomeBills.Native("zero", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1", description: "a\0b");
        var reading = SomeBills.Read(bills.Cur("bill.csv", Good("1"), huge, Good("2"), zero, Good("3")));
        Assert.Equal(5, reading.Lines.Count + reading.Skipped.Count);
        Assert.Equal(["1", "2", "3"], reading.Lines.Select(l => l.Id).Where(i => i.Length == 1));
    }

    [Fact]
    public void A_row_that_is_not_UTF8_is_named()
    {
        var text = Encoding.Latin1.GetBytes($"{SomeBills.CurHead}\n{Good("1")}\n{SomeBills.Native("2", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1",
            description: "caf\u00e9")}\n{Good("3")}\n");
        var reading = SomeBills.Read(bills.Bytes("bill.csv", text));
        Assert.Equal(["1", "3"], reading.Lines.Select(l => l.Id));
        Assert.Equal((2L, "not UTF-8"), (Assert.Single(reading.Skipped).Row, reading.Skipped[0].Reason));
    }

    [Fact]
    public void A_bill_with_a_heading_alone_has_no_lines() => Assert.Empty(SomeBills.Read(bills.Cur("bill.csv")).Lines);
}
