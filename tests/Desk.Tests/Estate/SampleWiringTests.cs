using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Estate;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Desk.Tests.Estate;

/// <summary>
/// The sample's cost is known by construction: its records rated as they were made must come to what its logs, written, zipped, read
/// back and rated, come to.
/// </summary>
public sealed class SampleWiringTests : IClassFixture<SampleWiringTests.Tour>
{
    readonly Tour tour;

    public SampleWiringTests(Tour tour) => this.tour = tour;

    /// <summary>The default sample, written once and read back once.</summary>
    public sealed class Tour : IDisposable
    {
        readonly Folder folder = new();

        public Tour()
        {
            Shelf = new();
            Book = Shelf.Open("aws");
            Sample = SampleEstate.Generate(new() { Catalog = Shelf.Catalog });
            foreach (var file in Sample.Files)
            {
                using MemoryStream bytes = new();
                file.Write(bytes);
                folder.Write(file.Path, bytes.ToArray());
            }
            Summary = Read(LogReaderOptions.NoProfiles, Records);
        }

        internal string Root => folder.Root;
        public BookShelf Shelf { get; }
        public PriceBook Book { get; }
        public Assay.Estate.Sample Sample { get; }
        public List<UsageRecord> Records { get; } = [];
        public ReadingSummary Summary { get; }

        public ReadingSummary Read(IReadOnlyDictionary<string, MappedProfile> profiles, List<UsageRecord> into) =>
            new DistinctUsage(new(Shelf.Catalog, profiles, []), workers: 2).Read(
                LogFiles.Under([folder.PathOf("AWSLogs")]), records => into.AddRange(records), TestContext.Current.CancellationToken);

        public void Dispose() => folder.Dispose();
    }

    SpendCube Rate(IEnumerable<UsageRecord> records)
    {
        SpendCube cube = new();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) cube.Add(record, charges.AsSpan(0, Rater.Rate(record, tour.Book, charges)), tour.Book);
        return cube;
    }

    static void Same(SpendCube truth, SpendCube read)
    {
        Assert.Equal(truth.Total, read.Total);
        Assert.Equal(truth.TotalMax, read.TotalMax);
        Assert.Equal(truth.Requests, read.Requests);
        Assert.Equal(truth.Failed, read.Failed);
        Assert.Equal(truth.Meters(), read.Meters());
        foreach (var by in (Func<Cell, string>[])[c => c.Key.Model.Id, c => c.Key.Caller.App, c => c.Key.Caller.Team, c => c.Key.Caller.Principal,
            c => c.Key.Caller.Account, c => c.Key.Region, c => c.Key.Operation, c => c.Key.Tier.Name(), c => c.Key.Day.ToString("O")])
            Assert.Equal(truth.GroupBy(by), read.GroupBy(by));
        Assert.Equal(truth.Unpriced.OrderBy(u => u.Key, StringComparer.Ordinal), read.Unpriced.OrderBy(u => u.Key, StringComparer.Ordinal));
        Assert.Equal(truth.Errors.OrderBy(u => u.Key, StringComparer.Ordinal), read.Errors.OrderBy(u => u.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void The_logs_cost_what_the_truth_costs() => Same(Rate(tour.Sample.Truth.Records), Rate(tour.Records));

    [Fact]
    public void The_logs_cost_what_the_truth_costs_with_profiles_mapped()
    {
        var truth = SampleEstate.Generate(new() { Catalog = tour.Shelf.Catalog, Profiles = SampleEstate.Profiles }).Truth;
        List<UsageRecord> read = [];
        tour.Read(ProfilesFile.Read(Path.Combine(tour.Root, "profiles.json")), read);
        var cube = Rate(read);
        Same(Rate(truth.Records), cube);
        Assert.DoesNotContain(cube.Unpriced.Keys, reason => reason.Contains("profile", StringComparison.Ordinal));
    }

    [Fact]
    public void The_logs_hold_the_records_of_the_truth_in_its_order()
    {
        Assert.Equal(tour.Sample.Truth.Records.Select(r => r.RequestId), tour.Records.Select(r => r.RequestId));
        Assert.Equal(tour.Sample.Truth.Records.Select(r => (r.Time, r.Tokens, r.Tier, r.StopReason)), tour.Records.Select(r => (r.Time, r.Tokens, r.Tier, r.StopReason)));
    }

    [Fact]
    public void Failed_repeated_and_broken_lines_are_counted_as_they_were_planted()
    {
        var (truth, summary) = (tour.Sample.Truth, tour.Summary);
        Assert.Equal(truth.Failed, tour.Records.Count(r => r.Failed));
        Assert.Equal(truth.Blocked, tour.Records.Count(r => !r.Failed && r.Tokens.IsNone && r.Amounts is not null));
        Assert.Equal(truth.Duplicates, summary.Duplicates);
        Assert.Equal(truth.BrokenLines.Select(b => (b.Path, (long)b.Line)).Order(),
            summary.FirstSkippedLines.Select(n => (Path.GetRelativePath(tour.Root, n.Path).Replace('\\', '/'), n.Line)).Order());
        Assert.Equal(truth.BrokenLines.Count, summary.SkippedLines);
        Assert.Empty(summary.SkippedFiles);
        Assert.Equal(0, summary.Differences);
    }

    /// <summary>
    /// Pinned: what the default sample costs at the book of the repository. It changes when a price, the sample or the rating of something
    /// changes; each of these wants a look before the number is written anew.
    /// </summary>
    [Fact]
    public void The_default_sample_costs_exactly_this() => Assert.Equal(3794.76343902m, Rate(tour.Sample.Truth.Records).Total);

    [Fact]
    public void Two_workloads_cost_what_a_hand_computes()
    {
        var truth = tour.Sample.Truth;
        decimal Tokens(string workload, params Meter[] meters) =>
            meters.Sum(m => truth.Workloads.Single(w => w.Name == workload).Totals.GetValueOrDefault(m));
        decimal Cost(string workload) => Rate(truth.Records.Where((_, i) => truth.WorkloadNames[i] == workload)).Total;

        Assert.Equal(Tokens("query-embeddings", Meter.Input) * 0.02m / 1_000_000m, Cost("query-embeddings"));
        Assert.Equal(Tokens("review-digest", Meter.Input, Meter.Output) * 0.72m / 1_000_000m, Cost("review-digest"));
        Assert.Equal(((Tokens("support-chat", Meter.Input) * 3.30m) + (Tokens("support-chat", Meter.Output) * 16.50m)) / 1_000_000m, Cost("support-chat"));
        Assert.True(Cost("support-chat") > 0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_of_charges()
    {
        using Folder twice = new();
        byte[] Charges(string name)
        {
            foreach (var file in SampleEstate.Generate(new() { Seed = 5, Days = 2, Scale = .1 }).Files)
            {
                using MemoryStream bytes = new();
                file.Write(bytes);
                twice.Write($"{name}/{file.Path}", bytes.ToArray());
            }
            using MemoryStream printed = new();
            using Assay.Desk.Reports.ChargeLines lines = new(printed, tour.Book);
            new DistinctUsage(LogReaderOptions.For(tour.Shelf.Catalog), workers: 2)
                .Read(LogFiles.Under([twice.PathOf(name)]), lines.Add, TestContext.Current.CancellationToken);
            lines.Flush();
            return printed.ToArray();
        }

        var first = Charges("first");
        Assert.NotEmpty(first);
        Assert.Equal(first, Charges("second"));
    }
}
