using System.IO.Compression;
using Assay.Estate;
using Assay.Planning.Tests.Guide;
using Assay.Rating;
using Assay.Testing;
using Assay.Usage;
using Assay.Usage.Logs;
using static Assay.Planning.Tests.Bill.SomeEstates;

namespace Assay.Planning.Tests.Bill;

/// <summary>
/// The modelled bill and the rated bill of the same estate sampled into logs check each other: per workload they differ by no more than
/// chance allows. Requests come each for itself, so the variance of their cost is their number times the mean square of one's cost; the
/// bound is five deviations, which one workload in two million exceeds.
/// </summary>
public class SampledEstateTests
{
    const decimal Deviations = 5m;

    [Theory, InlineData("startup-chat.yaml", 3, 1), InlineData("enterprise.yaml", 30, 1), InlineData("bank.yaml", 2, 20)]
    public void A_sample_s_logs_cost_what_its_bill_says(string name, int days, int thinned)
    {
        var path = Path.Combine(Repository.Root, "samples", name);
        var read = EstateReader.Read(path, File.ReadAllText(path), p => File.Exists(p) ? File.ReadAllText(p) : null, TheGuide.Catalog);
        var estate = Assert.IsType<EstateReading.Described>(read).Estate;
        var likely = Draw.Likely(estate.Ranges);
        Agree(estate with
        {
            Workloads = [.. estate.Workloads.Select(w => w with { RequestsPerMonth = w.RequestsPerMonth.In(likely) / thinned })],
        }, days, seed: 17);
    }

    static readonly Gen<IReadOnlyList<decimal>> Curves = Gen.OneOf(
        Gen.Const((IReadOnlyList<decimal>)ArrivalCurve.Flat.HourWeights),
        Gen.Int[0, 9].Select(w => (decimal)w).Array[24].Select(w => (IReadOnlyList<decimal>)[.. w.Take(23), w[23] + 1m]),
        Gen.Int[0, 23].Select(at => (IReadOnlyList<decimal>)[.. Enumerable.Range(0, 24).Select(h => h == at ? 1m : 0m)]));

    static readonly Gen<SharedPrefix?> Prefixes = Gen.OneOf(
        Gen.Const((SharedPrefix?)null),
        Gen.Select(Gen.Int[500, 9_000], Gen.Bool, Gen.Int[1, 40], Gen.Int[-100, 100]).Select((tokens, isLong, variants, rate) =>
            (SharedPrefix?)new SharedPrefix(tokens, true, TimeSpan.FromMinutes(isLong ? 60 : 5), rate < 0 ? null : (Figure)(rate / 100m), variants)));

    static readonly Gen<DescribedWorkload> Workloads = Gen.Select(
        Gen.Select(Gen.Int[15_000, 60_000], Gen.Int[20, 12_000], Gen.Int[90, 250], Gen.Int[1, 1_500], Gen.Int[90, 250]), Curves, Prefixes,
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 100], Gen.Int[10, 60], Gen.Int[0, 90], Gen.Bool)).Select((sizes, curve, prefix, rest) =>
    {
        var (requests, input, inputWidth, output, outputWidth) = sizes;
        var (models, share, calls, batch, isGuarded) = rest;
        // No book prices what Nova Micro reads from a cache.
        if (models == 1) prefix = null;
        return new DescribedWorkload
        {
            Name = "traffic",
            Models = models switch
            {
                0 => [new(Model(Sonnet), 1m)],
                1 => [new(Model(NovaMicro, Scope.InRegion), 1m)],
                2 => [new(Model(Haiku, Scope.Geo), share / 100m), new(Model(Sonnet), 1m - (share / 100m))],
                _ => [new(Model(Llama, Scope.InRegion), 1m)],
            },
            RequestsPerMonth = requests, Arrivals = new(curve, 1m), Prefix = prefix,
            InputTokens = new(input + (prefix?.Tokens.Likely ?? 0m), (input * inputWidth / 100m) + (prefix?.Tokens.Likely ?? 0m)),
            OutputTokens = new(output, output * outputWidth / 100m),
            CallsPerRequest = calls < 20 ? new(1m) : new(calls / 10m, calls / 6m), IsAgent = calls >= 20,
            BatchShare = batch < 60 ? 0m : (batch - 50) / 100m, Guardrail = isGuarded ? "checked" : null,
        };
    });

    [Fact]
    public void Any_estate_s_logs_cost_what_its_bill_says() => Gen.Select(Workloads, Gen.ULong).Sample((workload, seed) =>
    {
        var policy = new GuardrailPolicy("checked", [Meter.GuardrailContent, Meter.GuardrailSensitive], true, true, 4.25m);
        Agree(EstateOf(workload) with { Guardrails = [policy] }, days: 4, seed);
    }, iter: 20);

    /// <summary>
    /// The hits by themselves, where they are neither all nor none: n calls of which each hits with a chance of p deviate by √(np(1−p)).
    /// </summary>
    [Theory]
    [InlineData("flat", 20_000, 5, 1)]
    [InlineData("flat", 60_000, 5, 20)]
    [InlineData("flat", 20_000, 60, 40)]
    [InlineData("nightly", 120, 60, 1)]
    [InlineData("nightly", 2_400, 5, 2)]
    [InlineData("office", 1_500, 60, 3)]
    public void Prefixes_are_found_cached_as_often_as_the_bill_reckons(string arrivals, int requests, int minutes, int variants)
    {
        IReadOnlyList<decimal> hours = [.. Enumerable.Range(0, 24).Select(h => arrivals switch
        {
            "nightly" => h == 2 ? 1m : 0m,
            "office" => h is >= 8 and < 18 ? h % 3 + 1m : 0m,
            _ => 1m,
        })];
        var chat = Cached(null, minutes: minutes) with { RequestsPerMonth = requests, Arrivals = new(hours, 1m) };
        chat = chat with { Prefix = chat.Prefix! with { Variants = variants } };
        var calls = Read(Sampled(EstateOf(chat), requests < 5_000 ? 360 : 15, seed: 4));
        var (n, hits) = ((decimal)calls.Count, (decimal)calls.Count(c => c.Tokens.CacheRead > 0));
        var chance = CacheHits.Share(chat, 1m, chat.Prefix.Lifetime, Draw.Likely([]));
        Assert.InRange(chance, 0.05m, 0.95m);
        Assert.InRange(hits, (n * chance) - (Deviations * Root(n * chance * (1m - chance))), (n * chance) + (Deviations * Root(n * chance * (1m - chance))));
    }

    [Fact]
    public void What_units_carry_is_not_sampled_as_on_demand()
    {
        var chat = Chat() with { RequestsPerMonth = 30_000m, Provisioned = new(1m, Term.None, 400m, SpillsOver: true) };
        var model = new EstateModel(EstateOf(chat), AwsPrices);
        Assert.InRange(model.OnDemandShare(chat, 0), 0.1m, 0.9m);
        Agree(EstateOf(chat), days: 30, seed: 3);
        Assert.Equal(["48% of traffic (model units)"],
            new DescribedSample(EstateOf(chat with { Name = "traffic" }), new(), (_, _) => 0.52m).LeftOut);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        var estate = EstateOf(Cached(null) with { RequestsPerMonth = 9_000m, CallsPerRequest = new(3m), IsAgent = true });
        foreach (var withText in (bool[])[false, true])
        {
            byte[] Bytes(ulong seed) => [.. Sampled(estate, 1, seed, withText).Files().SelectMany(f => System.Text.Encoding.UTF8.GetBytes(f.Path)
                .Concat(Written(f)))];
            Assert.Equal(Bytes(5), Bytes(5));
            Assert.NotEqual(Bytes(5), Bytes(6));
        }
    }

    [Fact]
    public void Another_workload_leaves_the_calls_of_the_first_as_they_were()
    {
        var chat = Chat() with { RequestsPerMonth = 3_000m };
        var alone = Read(Sampled(EstateOf(chat), 1, 5)).Select(r => r.RequestId).ToList();
        var both = Read(Sampled(EstateOf(chat, chat with { Name = "other" }), 1, 5)).Where(r => r.Caller.Principal == "ChatRole");
        Assert.Equal(alone.Count, both.Count(r => alone.Contains(r.RequestId)));
    }

    [Fact]
    public void Words_are_as_long_as_their_tokens_and_change_no_charge()
    {
        var estate = EstateOf(Cached(null) with { RequestsPerMonth = 3_000m });
        var (plain, worded) = (Sampled(estate, 1, 5), Sampled(estate, 1, 5, withText: true));
        Assert.Equal(Read(plain).Select(r => (r.RequestId, r.Tokens)), Read(worded).Select(r => (r.RequestId, r.Tokens)));
        var line = Text(worded.Files().First(f => f.Kind == EstateFileKind.Log)).Split('\n')[0];
        Assert.InRange(line.Length, 4_000 * 4, 6_000 * 4);
    }

    [Fact]
    public void An_account_never_leaves_the_folder()
    {
        var chat = Chat() with { RequestsPerMonth = 3_000m, Account = "../../elsewhere" };
        Assert.All(Sampled(EstateOf(chat), 1, 5).Files(), f => Assert.StartsWith("AWSLogs/------elsewhere/", f.Path, StringComparison.Ordinal));
    }

    static void Agree(DescribedEstate estate, int days, ulong seed)
    {
        var rated = new Dictionary<string, decimal>();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in Read(Sampled(estate, days, seed)))
        {
            var count = Rater.Rate(record, TheGuide.Aws, charges);
            for (var i = 0; i < count; i++)
                rated[record.Caller.Principal] = rated.GetValueOrDefault(record.Caller.Principal) + charges[i].Cost;
        }
        var model = new EstateModel(estate, AwsPrices);
        var (allFound, allExpected, variance, overruns) = (0m, 0m, 0m, 0m);
        foreach (var workload in estate.Workloads)
        {
            var role = string.Concat(workload.Name.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..])) + "Role";
            var (found, expected) = (rated.GetValueOrDefault(role), Visible(model, workload) * days / 30m);
            var (deviation, overrun) = (Deviation(model, workload, days), Overrun(model, workload) * days / 30m);
            Near(workload.Name, found, expected, deviation, overrun);
            (allFound, allExpected) = (allFound + found, allExpected + expected);
            (variance, overruns) = (variance + (deviation * deviation), overruns + overrun);
        }
        Near("all", allFound, allExpected, Root(variance), overruns);
        // A bound that lets anything pass would prove nothing.
        Assert.True(Deviations * Root(variance) < 0.5m * allExpected, $"the bound is {Deviations * Root(variance) / allExpected:0%} of the cost");

        static void Near(string what, decimal found, decimal expected, decimal deviation, decimal overrun) =>
            Assert.True(Math.Abs(found - expected) <= (Deviations * deviation) + overrun,
                $"{what}: logs {found:0.0000}, bill {expected:0.0000}, {(found - expected) / Math.Max(deviation, 0.000001m):0.0} deviations");
    }

    // The month's lines that logs show, at list prices: tokens on demand and cached, and guardrails as far as the calls are on demand.
    static decimal Visible(EstateModel model, DescribedWorkload workload)
    {
        var shown = workload.Models.Select((m, i) => m.Share.In(model.Likely) * model.OnDemandShare(workload, i)).Sum();
        return model.Bill().Lines.Sum(l => l.Name == workload.Name && (l.Category is BillCategories.OnDemand or BillCategories.Caching) ? l.List
            : l.Category == BillCategories.Guardrails && l.Name.StartsWith(workload.Name + ":", StringComparison.Ordinal) ? l.List * shown : 0m);
    }

    // Of the cost of the sample. The root of a request's mean square is at most the sum of those of its parts (Minkowski).
    static decimal Deviation(EstateModel model, DescribedWorkload workload, int days)
    {
        var (draw, variance) = (model.Likely, 0m);
        var calls = SpreadShape.Of(workload.CallsPerRequest, draw);
        var guarded = model.Bill().Lines.Where(l => l.Category == BillCategories.Guardrails
            && l.Name.StartsWith(workload.Name + ":", StringComparison.Ordinal)).Sum(l => l.List) / ExpectedUsage.Calls(workload, draw);
        var lifetime = workload.Prefix is { IsCached: true } prefix ? prefix.Lifetime : (TimeSpan?)null;
        for (var i = 0; i < workload.Models.Count; i++)
        {
            var share = model.OnDemandShare(workload, i) * workload.Models[i].Share.In(draw);
            if (share <= 0m) continue;
            var month = new UsageRecord[2];
            var usage = new ExpectedUsage(model.Estate, workload, new(Mode.OnDemand, workload.Tier, null, lifetime), model.Day);
            var count = usage.OfModel(i, draw, model.OnDemandShare(workload, i), month);
            var root = guarded * (Wide(ExpectedUsage.InputOf(workload, draw)) + Wide(SpreadShape.Of(workload.OutputTokens, draw)));
            var hits = lifetime is { } life ? CacheHits.Share(workload, share, life, draw) : 0m;
            foreach (var charge in month.AsSpan(0, count).ToArray().SelectMany(r => Rater.Rate(r, TheGuide.Aws)).OfType<Outcome.Rated>())
                root += charge.Cost.Amount / (share * ExpectedUsage.Calls(workload, draw)) * (charge.Meter switch
                {
                    Meter.Output => Wide(SpreadShape.Of(workload.OutputTokens, draw)),
                    Meter.CacheRead => Root(1m / Math.Max(hits, 0.0001m)),
                    Meter.CacheWrite5m or Meter.CacheWrite1h => Root(1m / Math.Max(1m - hits, 0.0001m)),
                    _ => Wide(ExpectedUsage.InputOf(workload, draw)),
                });
            var square = (calls.Mean * calls.Mean) + (calls.StandardDeviation * calls.StandardDeviation) + 0.25m;
            variance += workload.RequestsPerMonth.In(draw) * share * days / 30m * square * root * root;
        }
        return Root(variance);
    }

    // An agent's later calls keep the prefix cached some seconds longer than the bill reckons with.
    static decimal Overrun(EstateModel model, DescribedWorkload workload)
    {
        if (workload.Prefix is not { IsCached: true, HitRate: null } prefix || workload.CallsPerRequest.Mean.In(model.Likely) <= 1m) return 0m;
        var longer = prefix.Lifetime + TimeSpan.FromSeconds(4d * (double)(workload.CallsPerRequest.Mean.In(model.Likely) - 1m));
        var most = 0m;
        foreach (var share in workload.Models)
        {
            var of = share.Share.In(model.Likely);
            var more = CacheHits.Share(workload, of, longer, model.Likely) - CacheHits.Share(workload, of, prefix.Lifetime, model.Likely);
            most += more * of;
        }
        decimal At(decimal hits)
        {
            var stated = workload with { Prefix = prefix with { HitRate = hits } };
            return Visible(new(model.Estate with { Workloads = [stated] }, AwsPrices), stated);
        }
        return Math.Abs(At(0m) - At(1m)) * most;
    }

    static decimal Wide(in SpreadShape shape) =>
        shape.Mean <= 0m ? 0m : Root(1m + (shape.StandardDeviation * shape.StandardDeviation / (shape.Mean * shape.Mean)) + (0.25m / (shape.Mean * shape.Mean)));

    static decimal Root(decimal number) => (decimal)Math.Sqrt((double)number);

    static DescribedSample Sampled(DescribedEstate estate, int days, ulong seed, bool withText = false)
    {
        var model = new EstateModel(estate, AwsPrices);
        return new(estate, new() { Seed = seed, Days = days, Start = model.Day, Catalog = TheGuide.Catalog }, model.OnDemandShare, withText);
    }

    static List<UsageRecord> Read(DescribedSample sample)
    {
        var reader = new InvocationLogReader(new(TheGuide.Catalog, LogReaderOptions.NoProfiles, []));
        var records = new List<UsageRecord>();
        foreach (var file in sample.Files().Where(f => f.Kind == EstateFileKind.Log))
        {
            using var zip = new GZipStream(new MemoryStream(Written(file)), CompressionMode.Decompress);
            var reading = reader.Read(zip, file.Path, batch => records.AddRange(batch), TestContext.Current.CancellationToken);
            Assert.Equal((null, 0), (reading.Stopped, reading.FirstSkipped.Count));
        }
        Assert.Equal(sample.Calls, records.Count);
        return records;
    }

    static string Text(EstateFile file)
    {
        using var zip = new GZipStream(new MemoryStream(Written(file)), CompressionMode.Decompress);
        using var reader = new StreamReader(zip);
        return reader.ReadToEnd();
    }

    static byte[] Written(EstateFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }
}
