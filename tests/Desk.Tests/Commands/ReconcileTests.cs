using System.Globalization;
using System.Text.Json;
using Assay.Desk.Books;
using Assay.Ledger.Making;
using Assay.Testing;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Desk.Tests.Commands;

public sealed class ReconcileTests : IDisposable
{
    static readonly BookShelf Shelf = new(Path.Combine(Repository.Root, "prices"));
    static readonly DateOnly Month = new(2026, 8, 1);

    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_difference_between_the_logs_and_the_bill_has_a_cause_and_they_add_up()
    {
        Make(BillFaults.DoubleChargedCache | BillFaults.DayEdge | BillFaults.Tax | BillFaults.ProgrammeDiscount | BillFaults.UnknownLifetime | BillFaults.Batch, "cur.parquet");
        var json = folder.Run("reconcile", "logs", "--bill", "cur.parquet", "--json", "--fail-on", "unexplained").MustSucceed().Json;
        var residuals = json.GetProperty("residuals").EnumerateArray().ToList();
        Assert.Equal("0", json.GetProperty("unexplained").GetString());
        Assert.Equal(Number(json, "billed"), Number(json, "rated") + residuals.Sum(r => Number(r, "amount")));
        string[] causes = ["batch", "double_charged_cache", "programme_discount", "tax", "time_zone_edge", "ttl_unknown"];
        var found = residuals.Select(r => r.GetProperty("cause").GetString()!).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(causes, found.Where(c => c != "rounding"));
        Assert.All(residuals, r => Assert.Matches(@"^\d{4}-\d\d-\d\d$", r.GetProperty("day").GetString()));
        Assert.Contains(json.GetProperty("findings").EnumerateArray(), f => f.GetProperty("kind").GetString() == "double_charged_cache");
        var report = folder.Run("report", "logs", "--json").MustSucceed().Json;
        Assert.Equal(Number(report, "total"), Number(json, "rated"));
    }

    [Fact]
    public void Finance_reads_one_table_from_logs_to_bill()
    {
        Make(BillFaults.DoubleChargedCache | BillFaults.DayEdge | BillFaults.Tax | BillFaults.TenfoldPrice | BillFaults.Mantle, "cur.csv");
        Golden.Matches(folder.Run("reconcile", "logs", "--bill", "cur.csv").MustSucceed().Output);
    }

    [Fact]
    public void Money_without_a_cause_is_shown_and_fails_on_request()
    {
        var made = Make(BillFaults.None, "cur.csv");
        var line = made.Lines.First(l => l.Start.Hour == 12);
        BillFiles.WriteCur([.. made.Lines.Select(l => l == line ? l with { Cost = l.Cost + 3m } : l)], folder.PathOf("cur.csv"));
        var ended = folder.Run("reconcile", "logs", "--bill", "cur.csv", "--fail-on", "unexplained");
        Assert.Equal(1, ended.Exit);
        Assert.Contains("$3.00", ended.Output, StringComparison.Ordinal);
        Assert.Contains(line.UsageType, ended.Output, StringComparison.Ordinal);
        Assert.Contains("--fail-on unexplained: $3.00 stays unexplained", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bill_of_another_month_is_told()
    {
        var made = Make(BillFaults.None, "cur.csv");
        BillFiles.WriteCur([.. made.Lines.Select(l => l with { Start = l.Start.AddMonths(-1), End = l.End.AddMonths(-1), Period = Month.AddMonths(-1) })],
            folder.PathOf("cur.csv"));
        var ended = folder.Run("reconcile", "logs", "--bill", "cur.csv").MustSucceed();
        Assert.Contains("is it the bill of another month?", ended.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "reconcile", "logs", "--bill", "none.csv" }, "--bill 'none.csv' does not exist")]
    [InlineData(new[] { "reconcile", "logs", "--bill", "logs/calls.json" }, "not a bill")]
    [InlineData(new[] { "reconcile", "cur.csv", "--bill", "cur.csv" }, "no invocation-log record")]
    [InlineData(new[] { "reconcile", "logs", "--bill", "cur.csv", "--fail-on", "everything" }, "Accepted: unexplained, findings, skipped.")]
    [InlineData(new[] { "reconcile", "logs" }, "--bill")]
    public void What_cannot_be_reconciled_is_said_in_one_line(string[] arguments, string expected)
    {
        Make(BillFaults.None, "cur.csv");
        Assert.Contains(expected, folder.Run(arguments).MustRefuse(), StringComparison.Ordinal);
    }

    static decimal Number(JsonElement json, string name) => decimal.Parse(json.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    MadeBill Make(BillFaults faults, string file)
    {
        var made = BillMaker.Make(Calls(), Shelf.Open("aws"), new() { Seed = 3, Faults = faults, Period = Month });
        BillFiles.WriteCur(made.Lines, folder.PathOf(file));
        Directory.CreateDirectory(folder.PathOf("logs"));
        using var stream = File.Create(folder.PathOf("logs/calls.json"));
        using var writer = new InvocationLogWriter(stream);
        foreach (var record in made.Logs)
            writer.Write(new()
            {
                Record = record, IdentityArn = $"arn:aws:sts::{record.Caller.Account}:assumed-role/Role/session",
                ModelId = (record.Model.Scope == Scope.Global ? "global." : "") + record.Model.Id,
                OutputBody = record.Tokens.CacheWriteUnknown > 0 ? LogBody.LeftOut : LogBody.WithoutText,
            });
        return made;
    }

    // Two days, two models, two regions.
    static List<UsageRecord> Calls()
    {
        var random = new Random(5);
        var calls = new List<UsageRecord>();
        var start = new DateTime(2026, 8, 10, 0, 0, 0, DateTimeKind.Utc);
        foreach (var region in (string[])["us-east-1", "us-west-2"])
            foreach (var model in (string[])["global.anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-pro-v1:0"])
            {
                var kind = new CallKind(new("111122223333", "Role", "", "", "", TagValues.None), region,
                    ModelIdentity.Resolve(model, Shelf.Catalog, LogReaderOptions.NoProfiles), "Converse");
                for (var at = start; at < start.AddDays(2); at = at.AddMinutes(random.Next(2, 20)))
                    calls.Add(new(kind)
                    {
                        RequestId = RequestId.Parse($"call-{calls.Count}"), Time = at,
                        Tokens = new()
                        {
                            Input = random.Next(500, 9000), Output = random.Next(10, 900),
                            CacheRead = kind.Model.Scope == Scope.Global ? random.Next(500, 20_000) : 0,
                            CacheWrite1h = kind.Model.Scope == Scope.Global ? random.Next(500, 4000) : 0,
                        },
                    });
            }
        return calls;
    }
}
