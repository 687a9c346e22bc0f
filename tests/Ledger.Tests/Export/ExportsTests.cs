using System.IO.Compression;
using System.Xml.Linq;
using Assay.Ledger.Export;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Tests.Export;

public sealed class ExportsTests : IDisposable
{
    readonly Folder folder = new();
    readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(ExportFormat.Csv, "a.csv"), InlineData(ExportFormat.Parquet, "a.parquet")]
    public void Our_own_columns_hold_every_row_and_every_digit(ExportFormat format, string file)
    {
        Write(Rows.All, format, file);
        var table = TableText.Read(folder[file]);
        Assert.Equal(Rows.All.Length, table.Rows.Count);
        Assert.Equal(Rows.Total(Rows.All), table.Rows.Sum(r => r["cost"] is { } cost ? decimal.Parse(cost) : 0m));
        var unpriced = Assert.Single(table.Rows, r => r["unpriced"] is not null);
        Assert.Null(unpriced["cost"]);
        var odd = table.Rows[6];
        Assert.Equal(("000011112222", "Ops \"A\", Inc", "=1+1", "cc,7"), (odd["account"]!, odd["principal"]!, odd["app"]!, odd["tag:cost_center"]!));
    }

    [Theory, InlineData(ExportFormat.Focus), InlineData(ExportFormat.Csv), InlineData(ExportFormat.Parquet), InlineData(ExportFormat.Xlsx)]
    public void An_empty_export_has_its_columns(ExportFormat format)
    {
        var summary = Write([], format, "empty." + format);
        Assert.Equal((0, 0m), (summary.Rows, summary.Cost));
        if (format == ExportFormat.Xlsx) Assert.Contains("principal", Sheet("empty.Xlsx", 1).Select(c => c.Value));
        else Assert.NotEmpty(File.ReadAllBytes(folder["empty." + format]));
    }

    [Fact]
    public void Huge_and_tiny_amounts_keep_their_digits()
    {
        ExportRow[] rows = [Cost(99_999_999_999m), Cost(0.000000000000000001m), Cost(-12_345_678_901.123456789012345678m), Cost(0.1m)];
        foreach (var (format, file) in ((ExportFormat, string)[])[(ExportFormat.Csv, "a.csv"), (ExportFormat.Parquet, "a.parquet"), (ExportFormat.Focus, "f.csv")])
        {
            Write(rows, format, file);
            var column = format == ExportFormat.Focus ? "BilledCost" : "cost";
            Assert.Equal(Rows.Total(rows), TableText.Read(folder[file]).Rows.Sum(r => decimal.Parse(r[column]!)));
        }
    }

    [Fact]
    public void What_parquet_cannot_hold_is_refused_not_cut_off()
    {
        var refused = Assert.Throws<ExportException>(() => Write([Cost(0.1234567890123456789m)], ExportFormat.Parquet, "a.parquet"));
        Assert.Contains("0.1234567890123456789 does not fit", refused.Message);
        Assert.Contains("Export as csv", refused.Message);
        Assert.Throws<ExportException>(() => Write([Cost(100_000_000_000_000_000_000m)], ExportFormat.Parquet, "a.parquet"));
        Assert.Empty(folder.Files);
    }

    [Theory, InlineData(ExportFormat.Focus), InlineData(ExportFormat.Csv), InlineData(ExportFormat.Parquet), InlineData(ExportFormat.Xlsx)]
    public void A_file_that_exists_is_replaced_only_when_asked(ExportFormat format)
    {
        File.WriteAllText(folder["a"], "mine");
        Assert.Contains("--force", Assert.Throws<ExportException>(() => Write(Rows.All, format, "a")).Message);
        Assert.Equal("mine", File.ReadAllText(folder["a"]));
        Write(Rows.All, format, "a", replace: true);
        Assert.NotEqual("mine", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Files);
    }

    [Theory, InlineData(ExportFormat.Csv), InlineData(ExportFormat.Parquet), InlineData(ExportFormat.Xlsx)]
    public void A_file_that_cannot_be_written_is_one_clear_line(ExportFormat format)
    {
        var nowhere = Assert.Throws<ExportException>(() => Write(Rows.All, format, "no/such/a"));
        Assert.Contains("its folder does not exist. --out takes the name of a file", nowhere.Message);
        Assert.DoesNotContain('\n', nowhere.Message);
        Directory.CreateDirectory(folder["sub"]);
        Assert.Contains("is a folder", Assert.Throws<ExportException>(() => Write(Rows.All, format, "sub")).Message);
    }

    [Theory, InlineData(ExportFormat.Csv), InlineData(ExportFormat.Parquet), InlineData(ExportFormat.Xlsx)]
    public void An_export_that_breaks_off_leaves_the_old_file_and_no_piece_of_a_new_one(ExportFormat format)
    {
        File.WriteAllText(folder["a"], "mine");
        Assert.Throws<FormatException>(() => Exports.Write(Broken(), format, folder["a"], Rows.Terms, replace: true, cancel));
        Assert.Equal(["a"], folder.Files);
        Assert.Equal("mine", File.ReadAllText(folder["a"]));

        static IEnumerable<ExportRow> Broken()
        {
            yield return Rows.All[0];
            throw new FormatException();
        }
    }

    [Fact]
    public void A_workbook_has_amounts_as_numbers_and_names_as_text()
    {
        Write(Rows.All, ExportFormat.Xlsx, "a.xlsx");
        var cells = Sheet("a.xlsx", 1);
        var heads = cells.Where(c => c.Row == 1).ToDictionary(c => c.Value, c => c.Column);
        string Kind(string head, int row) => cells.Single(c => c.Row == row && c.Column == heads[head]).Type;
        string Value(string head, int row) => cells.Single(c => c.Row == row && c.Column == heads[head]).Value;
        Assert.Equal(("n", "3.703701", "n", "0.000003", "n", "1234567"), (Kind("cost", 2), Value("cost", 2), Kind("rate", 2), Value("rate", 2),
            Kind("quantity", 2), Value("quantity", 2)));
        Assert.Equal(("str", "000011112222", "str", "=1+1"), (Kind("account", 8), Value("account", 8), Kind("app", 8), Value("app", 8)));
        Assert.Equal("", Value("cost", 9));
        Assert.Equal(Rows.Total(Rows.All), Enumerable.Range(2, Rows.All.Length).Select(r => Value("cost", r)).Where(v => v.Length > 0).Sum(decimal.Parse));
        Assert.Contains(Sheet("a.xlsx", 2), c => c.Value == Usd.Plain(Rows.Total(Rows.All)));
    }

    [Fact]
    public void Text_that_no_workbook_may_hold_does_not_break_it()
    {
        Write([Rows.All[0] with { Caller = Caller.Nobody with { App = "a\u0001b <&> \"c\" \n d", Team = new('x', 40_000) } }], ExportFormat.Xlsx, "a.xlsx");
        var cells = Sheet("a.xlsx", 1);
        Assert.Contains(cells, c => c.Value == "a_x0001_b <&> \"c\" \n d");
        Assert.All(cells, c => Assert.True(c.Value.Length <= 32_767));
    }

    [Fact]
    public void Rows_of_charges_add_up_to_what_a_report_of_the_same_records_says() => Gen.Select(
        Gen.OneOf(Gen.Const("eu-central-1"), Gen.Const("us-east-1")), Gen.Long[0, 1_000_000], Gen.Long[0, 100_000], Gen.Long[0, 50_000], Gen.Int[0, 24 * 40], Gen.Bool).Array[0, 40]
        .Sample(calls =>
        {
            UsageRecord[] records = [.. calls.Select((c, i) => new UsageRecord(new(Caller.Nobody with { App = i % 2 == 0 ? "a" : "" }, c.Item1, Rows.Sonnet, c.Item6 ? "Converse" : "InvokeModel"))
            {
                Time = new DateTime(2026, 7, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(c.Item5),
                Tokens = new() { Input = c.Item2, Output = c.Item3, CacheWriteUnknown = c.Item4 },
            })];
            var (rows, hours, cube) = (new ChargeRows(Book, isHourly: false), new ChargeRows(Book, isHourly: true), new SpendCube());
            var charges = new Charge[Rater.ChargesMax];
            foreach (var record in records)
            {
                var rated = charges.AsSpan(0, Rater.Rate(record, Book, charges));
                rows.Add(record, rated);
                hours.Add(record, rated);
                cube.Add(record, rated, Book);
            }
            var days = rows.Rows().ToList();
            return Rows.Total(days) == cube.Total && Rows.Total(hours.Rows()) == cube.Total
                && days.Sum(r => (r.CostMax ?? r.Cost) ?? 0m) == cube.TotalMax
                && days.All(r => r.Cost is null == r.Unpriced is not null && (r.Region == "eu-central-1" || r.Unpriced is not null))
                && days.DistinctBy(r => (r.Start, r.Caller, r.Region, r.Meter, r.Sku, r.Context)).Count() == days.Count;
        });

    static readonly PriceBook Book = new("test", [new("test", new(2026, 7, 1), false,
    [
        RateOf(Meter.Input, 3m), RateOf(Meter.Output, 15m), RateOf(Meter.CacheWrite5m, 3.75m), RateOf(Meter.CacheWrite1h, 6m),
    ])]);

    static Rate RateOf(Meter meter, decimal usd) => new("SKU-" + meter.Name(),
        new(Rows.Sonnet.Id, meter, Mode.OnDemand, Tier.Standard, Scope.Global, ContextBand.Standard, "eu-central-1", Term.None), "1M tokens", usd, null, null, "test");

    static ExportRow Cost(decimal cost) => new(new(2026, 7, 1), new(2026, 7, 2), Caller.Nobody)
    {
        Charge = Assay.Ledger.Bills.BillCharge.Credit, Cost = cost, BillingAccount = "111122223333",
    };

    ExportSummary Write(IEnumerable<ExportRow> rows, ExportFormat format, string file, bool replace = false) =>
        Exports.Write(rows, format, folder[file], Rows.Terms, replace, cancel);

    List<(int Row, string Column, string Type, string Value)> Sheet(string file, int number)
    {
        using var zip = ZipFile.OpenRead(folder[file]);
        using var sheet = zip.GetEntry($"xl/worksheets/sheet{number}.xml")!.Open();
        var xml = XDocument.Load(sheet);
        return [.. xml.Descendants().Where(e => e.Name.LocalName == "c").Select(c =>
        {
            var place = (string)c.Attribute("r")!;
            var column = place.TrimEnd("0123456789".ToCharArray());
            // A cell without a type is a number.
            return (int.Parse(place[column.Length..]), column, (string?)c.Attribute("t") ?? "n", c.Value);
        })];
    }
}
