using Assay.Usage;

namespace Assay.Estate.Tests.Described;

public class ExpectedUsageTests
{
    static readonly ModelRef Model = new("acme.model", Scope.InRegion, ModelKind.Foundation,
        new("acme.model", "Acme", [], false, 1_024, ["5m", "1h"], 1_000_000, HasLongBand: true, Batch: true));

    static readonly Draw Likely = new([]);

    static DescribedWorkload Chat() => new()
    {
        Name = "chat", Models = [new(Model, 1m)], RequestsPerMonth = 1_000m, InputTokens = new(3_000m), OutputTokens = new(100m),
    };

    static IReadOnlyList<UsageRecord> Usage(DescribedWorkload workload, WorkloadTerms terms, Draw? draw = null) =>
        new ExpectedUsage(new() { Name = "test", File = "", Region = "us-east-1", Baseline = Model, Workloads = [workload] },
            workload, terms, new(2026, 7, 24)).Of(draw ?? Likely);

    [Fact]
    public void A_month_is_calls_times_tokens()
    {
        var record = Assert.Single(Usage(Chat(), new(Mode.OnDemand)));
        Assert.Equal(new TokenCounts { Input = 3_000_000, Output = 100_000 }, record.Tokens);
        Assert.Equal(ContextBand.Standard, record.Context);
    }

    [Fact]
    public void Cached_calls_read_what_hits_and_write_what_misses()
    {
        var chat = Chat() with { Prefix = new(2_000m, true, TimeSpan.FromHours(1), (Figure)0.75m, 1m) };
        var record = Assert.Single(Usage(chat, new(Mode.OnDemand, CacheLifetime: TimeSpan.FromHours(1))));
        Assert.Equal(new TokenCounts { Input = 1_000_000, Output = 100_000, CacheRead = 1_500_000, CacheWrite1h = 500_000 }, record.Tokens);
    }

    [Fact]
    public void Prompts_above_the_band_are_a_record_of_their_own_and_no_token_is_lost()
    {
        var records = Usage(Chat() with { InputTokens = new(100_000m, 300_000m) }, new(Mode.OnDemand));
        Assert.Equal([ContextBand.Long, ContextBand.Standard], records.Select(r => r.Context!.Value));
        Assert.Equal(100_000_000, records.Sum(r => r.Tokens.Input));
        Assert.Equal(100_000, records.Sum(r => r.Tokens.Output));
        // Few calls, many tokens: some twelfth of the calls and over two fifths of the tokens.
        Assert.InRange(records[0].Tokens.Output, 5_000, 15_000);
        Assert.InRange(records[0].Tokens.Input, 30_000_000, 60_000_000);
    }

    [Fact]
    public void A_figure_nobody_set_is_nought_and_no_range()
    {
        Assert.Equal(-1, default(Figure).Range);
        Assert.Equal(0m, default(Figure).In(new([7m])));
        Assert.Equal(7m, new Figure(5m, 0).In(new([7m])));
    }

    [Fact]
    public void The_kinds_of_calls_are_the_same_objects_in_every_draw()
    {
        var chat = Chat() with { RequestsPerMonth = new(1_000m, 0) };
        var usage = new ExpectedUsage(new() { Name = "test", File = "", Region = "us-east-1", Baseline = Model }, chat, new(Mode.Batch),
            new(2026, 7, 24));
        Assert.Same(usage.Of(new([1m]))[0].Kind, usage.Of(new([2m]))[0].Kind);
    }

    [Fact]
    public void Hits_follow_from_the_rate_and_the_lifetime()
    {
        // 720 requests a month and prefix are one an hour: 1 − exp(−1/12) within five minutes, 1 − exp(−1) within an hour.
        var chat = Chat() with { RequestsPerMonth = 1_440m, Prefix = new(2_000m, true, TimeSpan.FromMinutes(5), null, 2m) };
        Assert.Equal(0.0800m, decimal.Round(CacheHits.Share(chat, 1m, TimeSpan.FromMinutes(5), Likely), 4));
        Assert.Equal(0.6321m, decimal.Round(CacheHits.Share(chat, 1m, TimeSpan.FromHours(1), Likely), 4));
        // Of an agent's four calls the later three hit.
        Assert.Equal((0.6321m + 3m) / 4m,
            decimal.Round(CacheHits.Share(chat with { CallsPerRequest = new(4m) }, 1m, TimeSpan.FromHours(1), Likely), 6), 4);
    }

    [Fact]
    public void Traffic_in_fewer_hours_hits_more_often() => Gen.Int[1, 10_000].Sample(requests =>
    {
        var flat = Chat() with { RequestsPerMonth = requests, Prefix = new(2_000m, true, TimeSpan.FromMinutes(5), null, 1m) };
        var office = flat with { Arrivals = new([.. Enumerable.Range(0, 24).Select(h => h is >= 8 and < 18 ? 1m : 0m)], 1m) };
        return CacheHits.Share(office, 1m, TimeSpan.FromMinutes(5), Likely) >= CacheHits.Share(flat, 1m, TimeSpan.FromMinutes(5), Likely);
    });

    [Fact]
    public void A_cache_pays_from_the_rate_at_which_its_hits_earn_its_writes()
    {
        Assert.Equal(0.0490m, decimal.Round(CacheHits.BreakEvenPerMinute(0.1m, 1.25m, 1m, TimeSpan.FromMinutes(5))!.Value, 4));
        Assert.Equal(0m, CacheHits.BreakEvenPerMinute(0.25m, 0m, 1m, TimeSpan.FromMinutes(5)));
        Assert.Equal(0m, CacheHits.BreakEvenPerMinute(0.1m, 1.25m, 4m, TimeSpan.FromMinutes(5)));
        Assert.Null(CacheHits.BreakEvenPerMinute(1m, 1.25m, 1m, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void A_spread_keeps_its_mean_and_its_95th_percentile() => Gen.Select(Gen.Int[1, 100_000], Gen.Int[101, 380]).Sample((mean, times) =>
    {
        var shape = SpreadShape.Of(new(mean, mean * times / 100m), Likely);
        return Math.Abs((shape.P95 / (mean * times / 100m)) - 1m) < 0.000001m && Math.Abs(shape.ShareAbove(shape.P95) - 0.05m) < 0.00001m
            && shape.AmountShareAbove(mean) >= shape.ShareAbove(mean) && shape.MeanPieces(1_000m) >= mean / 1_000m;
    });

    [Fact]
    public void Pieces_are_counted_whole_on_average()
    {
        Assert.Equal(2m, SpreadShape.Of(new(1_001m), Likely).MeanPieces(1_000m));
        // A wide spread costs about half a piece more than its amount.
        Assert.InRange(SpreadShape.Of(new(10_000m, 25_000m), Likely).MeanPieces(1_000m), 10.45m, 10.55m);
    }

    [Fact]
    public void Shares_drawn_from_ranges_divide_the_traffic_and_never_change_it()
    {
        var chat = Chat();
        var model = chat.Models[0].Model;
        var mixed = chat with { Models = [new(model, new Figure(0.6m, 0)), new(model with { Id = "acme.other-v1:0" }, new Figure(0.4m, 1))] };
        foreach (var draw in (Draw[])[new([0.6m, 0.4m]), new([0.9m, 0.6m]), new([0.1m, 0.4m])])
            Assert.InRange(Usage(mixed, new(Mode.OnDemand), draw).Sum(r => r.Tokens.Output),
                Usage(chat, new(Mode.OnDemand)).Sum(r => r.Tokens.Output) - 1, Usage(chat, new(Mode.OnDemand)).Sum(r => r.Tokens.Output) + 1);
    }
}
