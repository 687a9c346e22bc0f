using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Estate;
using Assay.Planning.Tests.Guide;
using Assay.Usage;

namespace Assay.Planning.Tests.Plans;

/// <summary>
/// What was planted in the built-in estate is found, and its saving is what hand arithmetic over the truth gives: list prices written
/// down here, sessions and serving regions read from the logs by a plain JSON parser.
/// </summary>
public class PlantedSinsTests
{
    const decimal Within = .05m;
    const int MaxCalls = 8;

    // USD a token, Claude through a us. profile and through the global one, 2026-07.
    const decimal SonnetInput = 3.30e-6m, SonnetOutput = 16.50e-6m, SonnetRead = .33e-6m, SonnetWrite5m = 4.125e-6m, SonnetWrite1h = 6.60e-6m;
    const decimal GlobalDiscount = 10m / 11m;
    const decimal OpusInput = 5.50e-6m, OpusOutput = 27.50e-6m, HaikuInput = 1.10e-6m, HaikuOutput = 5.50e-6m;

    public static TheoryData<ulong> Seeds => [17, 3, 2026];

    [Theory, MemberData(nameof(Seeds))]
    public void Cache_writes_nobody_reads_are_billed_as_input_instead(ulong seed)
    {
        var world = World.Of(seed);
        var truth = world.Of("contract-reader").Sum(c => c.Tokens.CacheWrite1h * (SonnetWrite1h - SonnetInput)
            + c.Tokens.CacheWriteUnknown * (SonnetWrite5m - SonnetInput));
        Near(truth, world.Action(Lever.Caching, "ContractsRole").PeriodSaving);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_nightly_job_costs_half_in_batch(ulong seed)
    {
        var world = World.Of(seed);
        var truth = world.Of("nightly-summaries").Sum(c => (c.Tokens.Input * SonnetInput) + (c.Tokens.Output * SonnetOutput)) / 2m;
        Near(truth, world.Action(Lever.Batch, "NightlyBatchRole").PeriodSaving);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_classifier_on_a_big_model_is_a_candidate_for_the_cheapest_current_one_of_its_maker(ulong seed)
    {
        var world = World.Of(seed);
        var truth = world.Of("ticket-classifier")
            .Sum(c => (c.Tokens.Input * (OpusInput - HaikuInput)) + (c.Tokens.Output * (OpusOutput - HaikuOutput)));
        var action = world.Action(Lever.Routing, "TicketRouterRole");
        Assert.Equal(ActionKind.Candidate, action.Kind);
        Assert.Equal("claude-haiku-4-5", action.To);
        Assert.NotEqual("", action.Quality);
        Near(truth, action.PeriodSaving);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_loop_would_have_been_cut_after_eight_calls(ulong seed)
    {
        var world = World.Of(seed);
        var truth = world.Of("ops-agent").GroupBy(c => world.Session(c)).Where(g => g.Key.Length > 0)
            .SelectMany(g => g.OrderBy(c => c.Time).Skip(MaxCalls)).Sum(SonnetCost);
        Assert.True(truth > 0m);
        Near(truth, world.Action(Lever.Agents, "OpsAgentRole").PeriodSaving);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_prefix_is_cached_where_each_region_keeps_its_own_cache(ulong seed) =>
        Prefix(World.Of(seed), "support-chat", "SupportChatRole", 4_000, 1m);

    [Theory, MemberData(nameof(Seeds))]
    public void A_block_behind_a_variable_line_is_moved_to_the_front(ulong seed) =>
        Prefix(World.Of(seed), "offer-writer", "OfferWriterRole", 3_000, GlobalDiscount);

    static void Prefix(World world, string workload, string principal, long prefix, decimal factor)
    {
        var truth = new[] { TimeSpan.FromMinutes(5), TimeSpan.FromHours(1) }.Max(lifetime => Saved(world, workload, prefix, lifetime, world.ServedIn)) * factor;
        var together = new[] { TimeSpan.FromMinutes(5), TimeSpan.FromHours(1) }.Max(lifetime => Saved(world, workload, prefix, lifetime, _ => "")) * factor;
        var action = world.Plan.Actions.FirstOrDefault(a => a.Lever == Lever.Caching && a.Workload.Principal == principal);
        Assert.True(action is not null, $"{workload}: by region {truth:0.0000}, in one cache {together:0.0000}; not found");
        Near(truth, action.PeriodSaving);
    }

    // Each call begins with the same tokens; a region's cache keeps them for a while after each use.
    static decimal Saved(World world, string workload, long prefix, TimeSpan lifetime, Func<UsageRecord, string> regionOf)
    {
        var used = new Dictionary<string, DateTime>();
        var saved = 0m;
        foreach (var call in world.Of(workload).Where(c => !c.Tokens.IsNone).OrderBy(c => c.Time))
        {
            var region = regionOf(call);
            var hit = used.TryGetValue(region, out var last) && call.Time - last <= lifetime;
            used[region] = call.Time;
            var write = lifetime == TimeSpan.FromHours(1) ? SonnetWrite1h : SonnetWrite5m;
            saved += prefix * (SonnetInput - (hit ? SonnetRead : write));
        }
        return saved;
    }

    static decimal SonnetCost(UsageRecord call) => (call.Tokens.Input * SonnetInput) + (call.Tokens.Output * SonnetOutput)
        + (call.Tokens.CacheRead * SonnetRead) + (call.Tokens.CacheWrite5m * SonnetWrite5m) + (call.Tokens.CacheWrite1h * SonnetWrite1h);

    static void Near(decimal truth, decimal found) =>
        Assert.True(Math.Abs(found - truth) <= Math.Abs(truth) * Within, $"the truth is {truth:0.0000}, found {found:0.0000}");

    sealed class World
    {
        static readonly System.Collections.Concurrent.ConcurrentDictionary<ulong, Lazy<World>> Made = new();

        readonly Dictionary<RequestId, (string Session, string ServedIn)> said = [];
        readonly ILookup<string, UsageRecord> byWorkload;

        World(ulong seed)
        {
            var options = new SampleOptions { Seed = seed, Catalog = TheGuide.Catalog };
            var sample = SampleEstate.Generate(options);
            byWorkload = sample.Truth.Records.Zip(sample.Truth.WorkloadNames).ToLookup(p => p.Second, p => p.First);
            foreach (var file in sample.Files.Where(f => f.Kind == EstateFileKind.Log)) Listen(file);
            Plan = SampledTraffic.Planned(SampledTraffic.Records(options));
        }

        public static World Of(ulong seed) => Made.GetOrAdd(seed, s => new(() => new World(s))).Value;

        public Plan Plan { get; }
        public IEnumerable<UsageRecord> Of(string workload) => byWorkload[workload];
        public string Session(UsageRecord call) => said[call.RequestId].Session;
        public string ServedIn(UsageRecord call) => said[call.RequestId].ServedIn;

        public PlanAction Action(Lever lever, string principal) =>
            Assert.Single(Plan.Actions, a => a.Lever == lever && a.Workload.Principal == principal && a.Kind != ActionKind.Warning);

        void Listen(EstateFile file)
        {
            using var bytes = new MemoryStream();
            file.Write(bytes);
            bytes.Position = 0;
            using var text = new StreamReader(new GZipStream(bytes, CompressionMode.Decompress), Encoding.UTF8);
            while (text.ReadLine() is { } line)
            {
                try
                {
                    using var json = JsonDocument.Parse(line);
                    if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("requestId", out var id)) continue;
                    var session = json.RootElement.TryGetProperty("requestMetadata", out var tags) && tags.TryGetProperty("session", out var named)
                        ? named.GetString()! : "";
                    var served = json.RootElement.TryGetProperty("inferenceRegion", out var region) ? region.GetString()! : "";
                    said[RequestId.Parse(Encoding.UTF8.GetBytes(id.GetString()!))] = (session, served);
                }
                catch (JsonException)
                {
                    // Broken lines are planted too.
                }
            }
        }
    }
}
