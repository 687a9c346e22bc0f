using System.IO.Compression;

namespace Assay.Desk.Tests.Commands;

public sealed class LedgerExportTests : IDisposable
{
    readonly Folder folder = new();

    public LedgerExportTests() => folder.Write("log.jsonl", LogText.Small);

    public void Dispose() => folder.Dispose();

    [Theory, InlineData("focus", "BilledCost"), InlineData("csv", "cost")]
    public void What_is_exported_adds_up_to_the_report_exactly(string format, string column)
    {
        var total = folder.Run("report", "log.jsonl", "--json").MustSucceed().Json.GetProperty("total").GetString();
        var ended = folder.Run("ledger", "export", "log.jsonl", "--format", format, "--out", "out.csv").MustSucceed();
        Assert.Equal("", ended.Output);
        Assert.Contains("to out.csv", ended.Errors);
        Assert.Equal(decimal.Parse(total!), Column(File.ReadAllText(folder.PathOf("out.csv")), column).Where(c => c.Length > 0).Sum(decimal.Parse));
    }

    [Fact]
    public void Focus_goes_to_standard_output_and_says_on_standard_error_what_it_left_out()
    {
        var ended = folder.Run("ledger", "export", "log.jsonl", "--out", "-", "--tags", "project", "--billing-account", "999988887777").MustSucceed();
        Assert.Equal(["999988887777"], Column(ended.Output, "BillingAccountId").Distinct());
        Assert.Contains("\"\"project\"\":\"\"apollo\"\"", ended.Output);
        Assert.Contains("left out 2 rows of usage without a price", ended.Errors);
    }

    [Fact]
    public void An_hour_is_a_row_of_its_own_when_asked()
    {
        var ended = folder.Run("ledger", "export", "log.jsonl", "--format", "csv", "--out", "-", "--hourly").MustSucceed();
        Assert.Contains("2026-07-01T10:00:00Z,2026-07-01T11:00:00Z", ended.Output);
    }

    [Theory, InlineData("parquet", "PAR1"), InlineData("xlsx", "PK")]
    public void Files_for_other_programs_are_what_they_say(string format, string magic)
    {
        folder.Run("ledger", "export", "log.jsonl", "--format", format, "--out", "out." + format).MustSucceed();
        Assert.Equal(magic, System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(folder.PathOf("out." + format))[..magic.Length]));
        if (format == "xlsx") using (var zip = ZipFile.OpenRead(folder.PathOf("out.xlsx"))) Assert.NotNull(zip.GetEntry("xl/workbook.xml"));
    }

    [Theory]
    [InlineData("--out is missing")]
    [InlineData("'ods' is not a format. Accepted: focus, csv, parquet, xlsx", "--format", "ods", "--out", "a")]
    [InlineData("'log.jsonl' exists. Add --force", "--out", "log.jsonl")]
    [InlineData("cannot write 'no/such/a.csv': its folder does not exist", "--out", "no/such/a.csv")]
    [InlineData("xlsx cannot be written to standard output", "--format", "xlsx", "--out", "-")]
    [InlineData("'12' is not an AWS account", "--out", "a", "--billing-account", "12")]
    public void Bad_input_is_one_clear_line(string expected, params string[] arguments)
    {
        var ended = folder.Run(["ledger", "export", "log.jsonl", .. arguments]);
        Assert.Equal((2, ""), (ended.Exit, ended.Output));
        Assert.Contains(expected, Assert.Single(ended.ErrorLines));
    }

    // No cell of these logs holds a line end; commas stand in quoted cells.
    static List<string> Column(string csv, string name)
    {
        var lines = csv.TrimEnd('\n').Split('\n').Select(Cells).ToList();
        var at = lines[0].IndexOf(name);
        return [.. lines.Skip(1).Select(l => l[at])];
    }

    static List<string> Cells(string line)
    {
        List<string> cells = [""];
        var isQuoted = false;
        foreach (var c in line)
        {
            if (c == '"') isQuoted = !isQuoted;
            else if (c == ',' && !isQuoted) cells.Add("");
            else cells[^1] += c;
        }
        return cells;
    }
}
