using System.Diagnostics;
using Assay.Ledger.Store;
using DuckDB.NET.Data;
using static Assay.Ledger.Tests.Store.SomeLedgers;

namespace Assay.Ledger.Tests.Store;

/// <summary>The file of a ledger: what lasts, what is refused.</summary>
public sealed class DuckDbLedgerTests
{
    static readonly LedgerRange All = new();

    [Fact]
    public void What_was_not_committed_is_gone_and_what_was_is_there()
    {
        using var opened = Open("DuckDB");
        opened.Ledger.TakeAll([Call(1, "2026-07-01")]);
        opened.Ledger.Begin(Now, []);
        opened.Ledger.Take(SourceOrigin.Log, [Call(2, "2026-07-01")]);
        opened.Ledger.Close(SourceOrigin.Log, "b", "b");
        var ledger = opened.Reopened();
        Assert.Single(ledger.Sources());
        Assert.Null(ledger.Find(IdOf(2), All));
        ledger.TakeAll([Call(2, "2026-07-01")], "b", "b");
        Assert.Equal(2, ledger.Cells(All).Under(Book("b", 1m, 1m)).Requests);
    }

    [Fact]
    public void The_sums_of_cells_are_the_sums_of_their_rows() => Records.Sample(records =>
    {
        using var opened = Open("DuckDB");
        opened.Ledger.TakeAll(records);
        var apart = new List<string>();
        ((DuckDbLedger)opened.Ledger).Query("""
            SELECT coalesce(s.cell, u.cell) FROM cell_meter s FULL JOIN
              (SELECT cell, meter, fraction IS NULL AS is_token, sum(quantity) AS quantity, coalesce(sum(fraction), 0) AS fraction, sum(open) AS open, count(*) AS n
               FROM usage GROUP BY ALL) u
              ON u.cell = s.cell AND u.meter = s.meter AND u.is_token = (s.fraction IS NULL)
            WHERE s.cell IS NULL OR u.cell IS NULL OR u.open <> s.open OR u.n <> (SELECT calls FROM cell c WHERE c.id = u.cell)
              OR CAST(u.quantity - s.quantity AS DECIMAL(38,28)) + u.fraction <> coalesce(s.fraction, 0)
            """, _ => { }, row => apart.Add($"{row[0]}"));
        Assert.Empty(apart);
    }, iter: 10, threads: 1);

    [Fact]
    public void A_statement_that_cannot_run_is_named_and_reaches_no_other_file()
    {
        using var opened = Open("DuckDB");
        opened.Ledger.TakeAll([Call(1, "2026-07-01")], book: Book("b", 3m, 15m));
        var ledger = (DuckDbLedger)opened.Ledger;
        Assert.Contains("Views: spend", Assert.Throws<LedgerException>(() => ledger.Query("SELECT nothing FROM nowhere", _ => { }, _ => { })).Message);
        Assert.Throws<LedgerException>(() => ledger.Query("SELECT * FROM read_text('/etc/hostname')", _ => { }, _ => { }));
        object? cost = null;
        ledger.Query("SELECT sum(cost) FROM spend", _ => { }, row => cost = row[0]);
        Assert.Equal(0.0045m, cost);
    }

    [Fact]
    public void A_file_that_is_no_ledger_is_named_and_left_alone()
    {
        using var opened = Open("memory");
        File.WriteAllText(opened.Path, "{\"a\":1}\n and more text than a heading has");
        Assert.Contains("is no ledger", Assert.Throws<LedgerException>(() => DuckDbLedger.Open(opened.Path, Catalog, TimeProvider.System)).Message);
        Assert.StartsWith("{\"a\"", File.ReadAllText(opened.Path));
        File.Delete(opened.Path);
        using (var other = new DuckDBConnection($"DataSource={opened.Path}"))
        {
            other.Open();
            Run(other, "CREATE TABLE shopping(list VARCHAR)");
        }
        Assert.Contains("is no ledger", Assert.Throws<LedgerException>(() => DuckDbLedger.Open(opened.Path, Catalog, TimeProvider.System)).Message);
    }

    [Fact]
    public void A_ledger_of_a_newer_version_is_left_to_it()
    {
        using var opened = Open("DuckDB");
        opened.Ledger.Dispose();
        using (var connection = new DuckDBConnection($"DataSource={opened.Path}"))
        {
            connection.Open();
            Run(connection, "UPDATE ledger SET version = 7");
        }
        var newer = Assert.Throws<LedgerException>(() => DuckDbLedger.OpenToRead(opened.Path, Catalog));
        Assert.Contains("newer version of Assay (ledger version 7)", newer.Message);
        Assert.False(newer.IsOutside);
    }

    [Fact]
    public void A_read_only_file_can_be_queried_and_not_added_to()
    {
        using var opened = Open("DuckDB");
        opened.Ledger.TakeAll([Call(1, "2026-07-01")]);
        opened.Ledger.Dispose();
        File.SetAttributes(opened.Path, FileAttributes.ReadOnly);
        var refused = Assert.Throws<LedgerException>(() => DuckDbLedger.Open(opened.Path, Catalog, TimeProvider.System));
        Assert.Contains("is read-only", refused.Message);
        Assert.True(refused.IsOutside);
        using (var ledger = DuckDbLedger.OpenToRead(opened.Path, Catalog)) Assert.NotNull(ledger.Find(IdOf(1), All));
        File.SetAttributes(opened.Path, FileAttributes.Normal);
    }

    [Fact]
    public void A_full_disk_is_said_in_one_line_and_loses_nothing()
    {
        using var opened = Open("memory");
        var small = Directory.CreateTempSubdirectory("assay-small-").FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && Mounted("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small),
            "needs the right to mount a small file system");
        try
        {
            var path = Path.Combine(small, "full.ledger");
            LedgerException? full = null;
            using (var ledger = DuckDbLedger.Open(path, Catalog, TimeProvider.System))
            {
                ledger.TakeAll([Call(1, "2026-07-01")]);
                full = Assert.Throws<LedgerException>(() =>
                {
                    for (var from = 10; from < 3_000_000; from += 100_000)
                        ledger.TakeAll(Enumerable.Range(from, 100_000).Select(i => Call(i, "2026-07-02", input: i * 7919L % 100_003, app: $"app{i % 31}")));
                });
            }
            Assert.Contains("no space left", full.Message);
            Assert.True(full.IsOutside);
            var larger = Path.Combine(Path.GetDirectoryName(opened.Path)!, "copy.ledger");
            foreach (var file in Directory.GetFiles(small)) File.Copy(file, larger + Path.GetFileName(file)["full.ledger".Length..]);
            using var again = DuckDbLedger.Open(larger, Catalog, TimeProvider.System);
            Assert.Equal(1000, again.Find(IdOf(1), All)!.Value.Tokens.Input);
            var before = again.Cells(All).Under(Book("b", 1m, 1m)).Requests;
            Assert.Equal(1, before % 100_000);
            again.TakeAll([Call(2, "2026-07-01")]);
            Assert.Equal(before + 1, again.Cells(All).Under(Book("b", 1m, 1m)).Requests);
        }
        finally
        {
            Mounted("umount", small);
            Directory.Delete(small);
        }
    }

    static bool Mounted(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
