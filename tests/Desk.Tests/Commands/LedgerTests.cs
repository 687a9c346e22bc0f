using System.Diagnostics;
using System.Text;

namespace Assay.Desk.Tests.Commands;

/// <summary><c>assay ledger</c>: logs go in once, whatever happens, and the sums that come out are those of the logs.</summary>
public sealed class LedgerTests
{
    const string ByAll = "model,app,team,env,principal,account,region,mode,tier,scope,context,day";

    static string Sums(Folder folder, params string[] more) => folder.Run(["ledger", "query", "--by", ByAll, "--json", .. more]).MustSucceed().Output;

    [Fact]
    public void A_ledger_says_what_a_report_on_its_logs_says()
    {
        using Folder folder = new();
        folder.Write("logs/a.json", LogText.Small);
        folder.Write("logs/b.json.gz", LogText.Gzip(LogText.Call("r-7", LogText.Sonnet, input: 250_000, output: 10, time: "2026-07-09T00:00:01Z")));
        var report = folder.Run("report", "logs", "--by", ByAll, "--json").MustSucceed().Json;
        folder.Run("ledger", "import", "logs").MustSucceed();
        // Neither the stored prices nor those of a book that is at hand may differ.
        foreach (var more in (string[][])[[], ["--book", "aws"], ["--rating", "1"]])
        {
            var ledger = folder.Run(["ledger", "query", "--by", ByAll, "--json", .. more]).MustSucceed().Json;
            foreach (var same in (string[])["total", "total_max", "requests", "failed", "duplicates", "uncounted", "requests_unpriced", "from", "to", "groups", "unpriced", "book"])
                Assert.Equal($"{same} {report.GetProperty(same).GetRawText()}", $"{same} {ledger.GetProperty(same).GetRawText()}");
        }
        var byMeter = folder.Run("ledger", "query", "--by", "meter", "--json").MustSucceed().Json.GetProperty("groups");
        Assert.Equal(report.GetProperty("by_meter").EnumerateArray().Select(g => g.GetProperty("cost").GetString()),
            byMeter.EnumerateArray().Select(g => g.GetProperty("cost").GetString()));
    }

    [Fact]
    public void Importing_a_folder_again_changes_nothing()
    {
        using Folder folder = new();
        folder.Write("logs/a.json", LogText.Small);
        folder.Write("logs/copy.json", LogText.Small);
        folder.Write("logs/b.json", LogText.Call("r-9", input: 10, output: 1));
        var first = folder.Run("ledger", "import", "logs", "--json").MustSucceed().Json;
        Assert.Equal((2, 1, 7L), (first.GetProperty("files").GetInt32(), first.GetProperty("files_known").GetInt32(), first.GetProperty("requests").GetInt64()));
        var before = Sums(folder);
        var again = folder.Run("ledger", "import", "logs", "--json").MustSucceed().Json;
        Assert.Equal((0, 3, 0L), (again.GetProperty("files").GetInt32(), again.GetProperty("files_known").GetInt32(), again.GetProperty("requests").GetInt64()));
        Assert.Equal(before, Sums(folder));
        // A file that has grown is read again, and only what is new in it counts.
        folder.Write("logs/b.json", LogText.Call("r-9", input: 10, output: 1) + LogText.Call("r-10", input: 10, output: 1));
        var grown = folder.Run("ledger", "import", "logs", "--json").MustSucceed().Json;
        Assert.Equal((1L, 1L), (grown.GetProperty("requests").GetInt64(), grown.GetProperty("duplicates").GetInt64()));
    }

    [Fact]
    public void A_month_is_replaced_whole_or_not_at_all()
    {
        using Folder folder = new();
        folder.Write("old/a.json", LogText.Call("r-1", input: 1000, output: 1) + LogText.Call("r-2", input: 1000, output: 1) + LogText.Call("r-0", input: 7, output: 1, time: "2026-06-30T23:00:00Z"));
        folder.Write("new/a.json", LogText.Call("r-1", input: 500, output: 1));
        folder.Write("june/a.json", LogText.Call("r-5", input: 500, output: 1, time: "2026-06-01T00:00:00Z"));
        folder.Run("ledger", "import", "old").MustSucceed();
        Assert.Contains("no record of 2026-07", folder.Run("ledger", "import", "june", "--replace", "2026-07").MustRefuse());
        Assert.Equal(3, folder.Run("ledger", "query", "--json").MustSucceed().Json.GetProperty("requests").GetInt32());
        folder.Run("ledger", "import", "new", "--replace", "2026-07").MustSucceed();
        var requests = folder.Run("ledger", "query", "--by", "month", "--json").MustSucceed().Json.GetProperty("groups").EnumerateArray()
            .Select(g => $"{g.GetProperty("month")} {g.GetProperty("requests")}").Order(StringComparer.Ordinal);
        Assert.Equal(["2026-06 1", "2026-07 1"], requests);
        Assert.Contains("'2026-7' is not a month", folder.Run("ledger", "import", "new", "--replace", "2026-7").MustRefuse());
    }

    [Fact]
    public void Rating_anew_keeps_the_figures_of_before()
    {
        using Folder folder = new();
        folder.Write("a.json", LogText.Small);
        folder.Run("ledger", "import", "a.json").MustSucceed();
        var before = Sums(folder);
        var ratings = folder.Run("ledger", "rate", "--book", "guide", "--json").MustSucceed().Json.GetProperty("ratings");
        Assert.Equal(2, ratings.GetArrayLength());
        Assert.Equal(before, Sums(folder, "--rating", "1"));
        Assert.Equal(folder.Run("report", "a.json", "--book", "guide", "--json").Json.GetProperty("total").GetString(),
            folder.Run("ledger", "query", "--json").MustSucceed().Json.GetProperty("total").GetString());
        Assert.Contains("Accepted: 1 (aws@", folder.Run("ledger", "query", "--rating", "5").MustRefuse());
        Assert.Contains("give one of them", folder.Run("ledger", "query", "--rating", "1", "--book", "aws").MustRefuse());
    }

    [Fact]
    public void A_statement_of_ones_own_prints_as_table_CSV_and_JSON()
    {
        using Folder folder = new();
        folder.Write("a.json", LogText.Call("r-1", input: 1_000_000, tags: """{"app":"a,b"}"""));
        folder.Run("ledger", "import", "a.json").MustSucceed();
        const string sql = "SELECT app, quantity, cost FROM spend";
        Assert.Equal("app,quantity,cost\n\"a,b\",1000000,0.72\n", folder.Run("ledger", "query", "--sql", sql, "--csv").MustSucceed().Output);
        Assert.Equal("0.72", folder.Run("ledger", "query", "--sql", sql, "--json").MustSucceed().Json[0].GetProperty("cost").GetString());
        Assert.Contains("0.72", folder.Run("ledger", "query", "--sql", sql).MustSucceed().Output);
        Assert.Contains("--sql cannot be run", folder.Run("ledger", "query", "--sql", "DELETE FROM call").MustRefuse());
        Assert.Equal("r-1", folder.Run("ledger", "query", "--sql", "SELECT request_text FROM charge", "--json").MustSucceed().Json[0].GetProperty("request_text").GetString());
    }

    [Fact]
    public void Wrong_input_ends_in_one_line()
    {
        using Folder folder = new();
        folder.Write("a.json", LogText.Call("r-1", input: 1));
        folder.Write("text.ledger", "this is no ledger, whatever its name says");
        Assert.Contains("there is no ledger 'assay.ledger'", folder.Run("ledger", "query").MustRefuse());
        Assert.Contains("there is no ledger", folder.Run("ledger", "rate").MustRefuse());
        Assert.Contains("is no ledger", folder.Run("ledger", "query", "--ledger", "text.ledger").MustRefuse());
        Assert.Contains("is no ledger", folder.Run("ledger", "import", "a.json", "--ledger", "text.ledger").MustRefuse());
        Assert.Contains("is a folder", folder.Run("ledger", "import", "a.json", "--ledger", ".").MustRefuse());
        Assert.Contains("no invocation-log record", folder.Run("ledger", "import", "text.ledger").MustRefuse());
        folder.Run("ledger", "import", "a.json").MustSucceed();
        Assert.Contains("did you mean 'model'", folder.Run("ledger", "query", "--by", "modle").MustRefuse());
        Assert.Contains("Accepted: logs, bills", folder.Run("ledger", "query", "--of", "cats").MustRefuse());
    }

    [Fact]
    public void The_variable_names_the_ledger_where_no_option_does()
    {
        using Folder folder = new();
        folder.Write("a.json", LogText.Call("r-1", input: 1));
        var ended = Cli.Bash(folder.Root, "export ASSAY_LEDGER=named.db; $assay ledger import a.json && $assay ledger query --json").MustSucceed();
        Assert.Contains("named.db", ended.Output);
        Assert.True(File.Exists(folder.PathOf("named.db")));
    }

    [Fact]
    public void A_second_program_is_told_who_owns_the_ledger()
    {
        using Folder folder = new();
        folder.Write("a.json", LogText.Call("r-1", input: 1));
        // An import of standard input owns the file until its input ends.
        using var owner = Cli.Start(folder.Root, "ledger", "import", "-");
        try
        {
            // The engine locks the file before it writes to it.
            FileInfo file = new(folder.PathOf("assay.ledger"));
            for (; file is not { Exists: true, Length: > 0 } && !owner.HasExited; file.Refresh()) Thread.Sleep(5);
            Assert.Contains($"in use by another program (process {owner.Id})", folder.Run("ledger", "import", "a.json").MustRefuse(3));
            Assert.Contains("in use", folder.Run("ledger", "query").MustRefuse(3));
        }
        finally
        {
            owner.Kill(entireProcessTree: true);
            owner.WaitForExit();
        }
        folder.Run("ledger", "import", "a.json").MustSucceed();
        Assert.Equal(1, folder.Run("ledger", "query", "--json").MustSucceed().Json.GetProperty("requests").GetInt32());
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void An_import_killed_at_any_moment_is_completed_by_the_next(int seed)
    {
        using Folder folder = new();
        Random random = new(seed);
        for (var file = 0; file < 24; file++)
        {
            StringBuilder log = new();
            for (var call = 0; call < 500; call++)
                log.Append(LogText.Call($"{random.Next():x8}-0000-4000-8000-{file:x4}{call:x8}", call % 3 == 0 ? LogText.Sonnet : LogText.Llama,
                    input: random.Next(1, 5000), output: random.Next(1, 500), cacheWrite: call % 7 == 0 ? 100 : null,
                    time: $"2026-07-{1 + file % 28:00}T{call % 24:00}:00:00Z", tags: $$"""{"app":"app-{{call % 5}}"}"""));
            folder.Write($"logs/{file:00}.json", log.ToString());
        }
        folder.Run("ledger", "import", "logs", "--ledger", "whole.ledger").MustSucceed();
        var killed = 0;
        for (var attempt = 0; attempt < 4; attempt++)
        {
            using var import = Cli.Start(folder.Root, "ledger", "import", "logs", "--ledger", "cut.ledger", "--commit-every", "700");
            if (KillAfterWrites(import, folder, random.Next(1, 25))) killed++;
            else break;
            // Between kills the ledger is sound, whatever it holds.
            if (File.Exists(folder.PathOf("cut.ledger")) && new FileInfo(folder.PathOf("cut.ledger")).Length > 0 && random.Next(2) == 0)
                Assert.Contains(folder.Run("ledger", "query", "--ledger", "cut.ledger").Exit, (int[])[0, 2]);
        }
        Assert.True(killed > 0, "no import was killed: the test has to kill sooner");
        folder.Run("ledger", "import", "logs", "--ledger", "cut.ledger").MustSucceed();
        string Of(string ledger) => Sums(folder, "--ledger", ledger).Replace(ledger, "", StringComparison.Ordinal);
        Assert.Equal(Of("whole.ledger"), Of("cut.ledger"));
        const string rows = "SELECT meter, count(*) AS n, sum(quantity) AS q, count(DISTINCT request_id) AS r FROM charge GROUP BY meter ORDER BY meter";
        string Rows(string ledger) => folder.Run("ledger", "query", "--ledger", ledger, "--sql", rows, "--csv").MustSucceed().Output;
        Assert.Equal(Rows("whole.ledger"), Rows("cut.ledger"));
    }

    // Kills once the ledger's files have changed so often: before, between and amid the commits.
    static bool KillAfterWrites(Process import, Folder folder, int writes)
    {
        string[] files = [folder.PathOf("cut.ledger"), folder.PathOf("cut.ledger.wal")];
        long Size() => files.Sum(f => new FileInfo(f) is { Exists: true } file ? file.Length : -1);
        for (var (seen, size) = (0, Size()); seen < writes && !import.HasExited; Thread.Sleep(1))
        {
            if (Size() == size) continue;
            (seen, size) = (seen + 1, Size());
        }
        if (import.HasExited) return false;
        import.Kill();
        import.WaitForExit();
        return import.ExitCode != 0;
    }
}
