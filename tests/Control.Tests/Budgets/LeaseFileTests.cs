using Assay.Control.Budgets;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>Calls under way outlive the process, wherever it dies.</summary>
public sealed class LeaseFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("assay-leases-").FullName;

    string Path(string name = "leases") => System.IO.Path.Combine(folder, name);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_taken_and_not_freed_is_an_orphan_of_the_next_run_and_of_the_one_after()
    {
        var odd = new Spender("111111111111", "", "täm\t1", "a\\t\nb", "\\", "r");
        int? kept;
        using (var file = LeaseFile.Open(Path(), 8))
        {
            Assert.Empty(file.Orphans);
            file.Free(file.Take(1, Noon, 1m, Of())!.Value);
            kept = file.Take(UInt128.MaxValue - 5, Noon.AddTicks(1), 0.123456789m, odd);
            file.Take(2, Noon, 2m, Of());
        }
        for (var run = 0; run < 2; run++)
        {
            using var file = LeaseFile.Open(Path(), 99);
            Assert.Equal((8, 6), (file.Slots, file.SlotsFree));
            Assert.Equal([2, UInt128.MaxValue - 5], file.Orphans.Select(o => o.Request));
            Assert.Equal(new(kept!.Value, UInt128.MaxValue - 5, Noon.AddTicks(1), 0.123456789m, odd), file.Orphans[1]);
            Assert.Equal(Of(), file.Orphans[0].Spender);
        }
        using (var file = LeaseFile.Open(Path()))
            foreach (var orphan in file.Orphans)
            {
                file.Free(orphan.Slot);
                file.Free(orphan.Slot);
            }
        using var last = LeaseFile.Open(Path());
        Assert.Empty(last.Orphans);
        Assert.Equal(8, last.SlotsFree);
    }

    [Fact]
    public void A_process_killed_at_any_write_leaves_a_lease_whole_or_not_at_all()
    {
        var copies = 0;
        using (var file = LeaseFile.Open(Path(), 2))
        {
            Dictionary<UInt128, OrphanLease> under = [];
            OrphanLease? changing = null;
            file.Stored = () =>
            {
                // Mapped memory and reads see the same pages, as the next run would.
                File.WriteAllBytes(Path($"copy{copies}"), Shared(Path()));
                File.WriteAllBytes(Path($"copy{copies}.spenders"), Shared(Path() + ".spenders"));
                using var copy = LeaseFile.Open(Path($"copy{copies++}"));
                var found = copy.Orphans.ToDictionary(o => o.Request);
                Assert.All(under, lease => Assert.Equal(lease.Value, found[lease.Key]));
                foreach (var other in found.Values.Where(o => !under.ContainsKey(o.Request)))
                    Assert.Equal(changing! with { Slot = other.Slot }, other);
            };
            for (var i = 1; i <= 12; i++)
            {
                changing = new(0, (UInt128)i << 64 | 7, Noon.AddSeconds(i), i * 0.1m, Of($"team{i}"));
                var slot = file.Take(changing.Request, changing.Admitted, changing.Worst, changing.Spender)!.Value;
                under[changing.Request] = changing = changing with { Slot = slot };
                if (i % 3 == 0) continue;
                under.Remove(changing.Request);
                file.Free(slot);
                if (under.Count == 0) continue;
                changing = under.Values.First();
                if (i % 2 == 0) continue;
                under.Clear();
                file.Free(changing.Slot);
            }
        }
        Assert.True(copies > 60);
    }

    static byte[] Shared(string path)
    {
        // A copy by another handle of the same process is refused by the lock; cp is not asked by it.
        using var handle = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        handle.StandardOutput.BaseStream.CopyTo(bytes);
        handle.WaitForExit();
        return bytes.ToArray();
    }

    [Fact]
    public void A_full_file_says_so_and_does_not_grow()
    {
        using var file = LeaseFile.Open(Path(), 2);
        var length = new FileInfo(Path()).Length;
        var first = file.Take(1, Noon, 1m, Of());
        Assert.NotNull(file.Take(2, Noon, 1m, Of()));
        Assert.Null(file.Take(3, Noon, 1m, Of()));
        file.Free(first!.Value);
        Assert.Equal(first, file.Take(4, Noon, 1m, Of()));
        Assert.Equal(length, new FileInfo(Path()).Length);
    }

    [Fact]
    public void A_second_owner_is_told_that_there_is_a_first()
    {
        using (LeaseFile.Open(Path(), 2))
            Assert.Contains("in use by another process", Assert.Throws<LeaseFileException>(() => LeaseFile.Open(Path(), 2)).Message);
        LeaseFile.Open(Path(), 2).Dispose();
    }

    [Fact]
    public void What_cannot_be_opened_or_is_no_lease_file_is_said()
    {
        Assert.Contains("cannot be opened", Assert.Throws<LeaseFileException>(() => LeaseFile.Open(Path("none/leases"))).Message);
        Assert.Contains("cannot be opened", Assert.Throws<LeaseFileException>(() => LeaseFile.Open(folder)).Message);
        File.WriteAllText(Path("text"), new string('x', 500));
        Assert.Contains("is not a lease file", Assert.Throws<LeaseFileException>(() => LeaseFile.Open(Path("text"))).Message);
        File.WriteAllBytes(Path("cut"), new byte[300]);
        using var again = LeaseFile.Open(Path("cut"), 4);
        Assert.Equal(4, again.SlotsFree);
    }

    [Fact]
    public void A_line_of_the_spenders_that_was_cut_off_is_dropped()
    {
        using (var file = LeaseFile.Open(Path(), 4)) file.Take(1, Noon, 1m, Of("one"));
        File.AppendAllText(Path() + ".spenders", "111111111111\tpro");
        using (var file = LeaseFile.Open(Path())) file.Take(2, Noon, 1m, Of("two"));
        using var last = LeaseFile.Open(Path());
        Assert.Equal(["one", "two"], last.Orphans.OrderBy(o => o.Request).Select(o => o.Spender.Team));
    }

    [Fact]
    public void Many_threads_never_share_a_slot()
    {
        using var file = LeaseFile.Open(Path(), 64);
        var owners = new int[64];
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 64 }, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (file.Take((UInt128)i, Noon, 1m, Of($"t{thread % 5}")) is not { } slot) continue;
                Assert.Equal(1, Interlocked.Increment(ref owners[slot]));
                Interlocked.Decrement(ref owners[slot]);
                file.Free(slot);
            }
        });
        Assert.Equal(64, file.SlotsFree);
    }
}
