using Assay.Pricing;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Rating.Tests;

/// <summary>Sums of every grouping are the total, to the last digit, however the traffic was cut up.</summary>
public sealed class SpendCubeTests
{
    static SpendCube Cube(IEnumerable<UsageRecord> records, PriceBook book)
    {
        var cube = new SpendCube();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) cube.Add(record, charges.AsSpan(0, Rater.Rate(record, book, charges)), book);
        return cube;
    }

    static readonly Dictionary<string, Func<SpendCube, IReadOnlyList<Group>>> Groupings = new()
    {
        ["model"] = c => c.GroupBy(x => x.Key.Model.Id),
        ["caller"] = c => c.GroupBy(x => $"{x.Key.Caller.Account}/{x.Key.Caller.Principal}"),
        ["app"] = c => c.GroupBy(x => x.Key.Caller.App),
        ["region and scope"] = c => c.GroupBy(x => $"{x.Key.Region} {x.Key.Model.Scope}"),
        ["day"] = c => c.GroupBy(x => $"{x.Key.Day:yyyy-MM-dd}"),
        ["mode, tier and context"] = c => c.GroupBy(x => $"{x.Key.Mode} {x.Key.Tier} {x.Key.Context}"),
        ["meter"] = c => c.GroupByMeter((_, meter) => meter.Name()),
        ["model and meter"] = c => c.GroupByMeter((x, meter) => $"{x.Key.Model.Id} {meter.Name()}"),
        ["everything"] = c => c.GroupBy(_ => ""),
    };

    static string Words(IEnumerable<Group> groups) =>
        string.Join('\n', groups.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {Usd.Plain(g.Cost)} to {Usd.Plain(g.CostMax)}, {g.Requests}"));

    static string Words(SpendCube cube) => string.Join("\n\n", Groupings.Select(g => $"{g.Key}\n{Words(g.Value(cube))}")
        .Append(Words(cube.Unpriced)).Append(Words(cube.Errors)).Append($"{cube.Requests} {cube.Failed} {cube.First:O} {cube.Last:O}")
        .Append(string.Join('\n', cube.Meters().Select(m => $"{m.Meter} {Usd.Plain(m.Quantity)} {Usd.Plain(m.Cost)} {Usd.Plain(m.CostMax)} {Usd.Plain(m.UnpricedQuantity)} {m.Requests}"))));

    static string Words(IReadOnlyDictionary<string, long> counts) => string.Join('\n', counts.OrderBy(c => c.Key, StringComparer.Ordinal));

    [Fact]
    public void Charges_cube_and_every_grouping_have_one_total() => Gen.Select(SomeTraffic.Book, SomeTraffic.Record.Array[0, 80]).Sample((book, records) =>
    {
        var cube = Cube(records, book);
        var outcomes = records.SelectMany(r => Rater.Rate(r, book)).ToList();
        var total = outcomes.OfType<Outcome.Rated>().Sum(r => r.Cost.Amount);
        var max = outcomes.OfType<Outcome.Rated>().Sum(r => (r.Max ?? r.Cost).Amount);
        Assert.Equal((total, max, records.Length), (cube.Total, cube.TotalMax, cube.Requests));
        Assert.Equal(outcomes.OfType<Outcome.Unpriced>().Count(), cube.Unpriced.Values.Sum());
        Assert.Equal(records.Count(r => r.Failed), cube.Failed);
        Assert.Equal(outcomes.OfType<Outcome.Unpriced>().Sum(u => u.Quantity), cube.Meters().Sum(m => m.UnpricedQuantity));
        Assert.All(Groupings, g => Assert.Equal((total, max), (g.Value(cube).Sum(x => x.Cost), g.Value(cube).Sum(x => x.CostMax))));
        Assert.All(Groupings.Where(g => !g.Key.Contains("meter", StringComparison.Ordinal)), g => Assert.Equal(records.Length, g.Value(cube).Sum(x => x.Requests)));
    }, iter: 500);

    [Fact]
    public void The_order_of_the_records_does_not_matter() => Gen.Select(SomeTraffic.Book, SomeTraffic.Record.Array[0, 60], Gen.Int).Sample((book, records, seed) =>
    {
        var shuffled = records.ToArray();
        new Random(seed).Shuffle(shuffled);
        return Words(Cube(records, book)) == Words(Cube(shuffled, book));
    }, iter: 300);

    [Fact]
    public void Parts_rated_apart_add_up_to_the_whole_in_every_grouping() =>
        Gen.Select(SomeTraffic.Book, Gen.Select(SomeTraffic.Record, Gen.Int[0, 3]).Array[0, 80]).Sample((book, dealt) =>
        {
            var whole = Cube(dealt.Select(d => d.Item1), book);
            var parts = dealt.GroupBy(d => d.Item2).Select(part => Cube(part.Select(d => d.Item1), book)).ToList();
            foreach (var (name, grouping) in Groupings)
            {
                var merged = parts.SelectMany(grouping).GroupBy(g => g.Key).Select(g =>
                    new Group(g.Key, g.Sum(x => x.Cost), g.Sum(x => x.CostMax), g.Sum(x => x.Requests)));
                Assert.True(Words(merged) == Words(grouping(whole)), name);
            }
            Assert.Equal(whole.Total, parts.Sum(p => p.Total));
        }, iter: 300);

    [Fact]
    public void Records_of_two_readers_fall_into_the_same_groups()
    {
        const string line = """
            {"timestamp":"2026-08-01T00:00:00Z","accountId":"1","region":"us-east-1","requestId":"r","operation":"Converse","modelId":"acme.model-v1","input":{"inputTokenCount":1000},"output":{"outputTokenCount":10},"requestMetadata":{"app":"chat"}}
            """;
        var options = LogReaderOptions.For(new([Books.Facts]));
        var records = new List<UsageRecord>();
        foreach (var reader in (InvocationLogReader[])[new(options), new(options)])
            reader.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(line)), "a", batch => records.AddRange(batch), TestContext.Current.CancellationToken);
        Assert.NotSame(records[0].Caller, records[1].Caller);
        var cube = Cube(records, Books.Everyday);
        Assert.Equal(new Group("chat", 0.0063m, 0.0063m, 2), Assert.Single(cube.GroupBy(c => c.Key.Caller.App)));
        Assert.Equal(["input", "output"], cube.GroupByMeter((_, meter) => meter.Name()).Select(g => g.Key).Order());
        Assert.Equal(2, cube.Cells.Count());
    }

    [Fact]
    public void Groups_stand_with_the_dearest_first_and_equal_ones_by_name()
    {
        var cube = Cube(new (string App, long Tokens)[] { ("b", 5), ("c", 9), ("a", 5) }.Select(x =>
            Books.A_call(new() { Input = x.Tokens }) with { Caller = Caller.Nobody with { App = x.App } }), Books.Everyday);
        Assert.Equal(["c", "a", "b"], cube.GroupBy(c => c.Key.Caller.App).Select(g => g.Key));
    }

    [Fact]
    public void A_request_with_a_missing_price_is_counted_once_and_each_meter_by_its_reason()
    {
        var cube = Cube([Books.A_call(new() { Input = 1, CacheWrite30m = 2 }), Books.A_call(new() { Input = 1 })], Books.Everyday);
        Assert.Equal(1, cube.Cells.Sum(c => c.WithUnpriced));
        Assert.Equal("book 'b@2026-07-24' has no cache_write_30m rate for 'acme.model-v1' in 'us-east-1'", Assert.Single(cube.Unpriced).Key);
    }

    [Fact]
    public void Failed_calls_are_counted_by_their_error_and_cost_nothing()
    {
        var cube = Cube([Books.A_call(default) with { ErrorCode = "ThrottlingException" }, Books.A_call(default) with { ErrorCode = "ThrottlingException" }], Books.Everyday);
        Assert.Equal((2, 2, 0m, 2), (cube.Requests, cube.Failed, cube.Total, cube.Errors["ThrottlingException"]));
        Assert.Empty(cube.Refusals);
    }

    [Fact]
    public void Calls_a_gateway_refused_are_failed_ones_counted_by_its_reason_too()
    {
        var refused = Books.A_call(default) with { ErrorCode = "AccessDeniedException", Refused = "budget" };
        // What was paid for was let in, whatever became of it then.
        var paid = Books.A_call(new() { Input = 5 }) with { ErrorCode = "AccessDeniedException", Refused = "budget" };
        var cube = Cube([refused, refused, refused with { Refused = "policy" }, refused with { Refused = null }, paid], Books.Everyday);
        Assert.Equal((4, 4), (cube.Failed, cube.Errors["AccessDeniedException"]));
        Assert.Equal((2, 1), (cube.Refusals[("budget", "AccessDeniedException")], cube.Refusals[("policy", "AccessDeniedException")]));
        Assert.Equal(3, cube.Cells.Sum(c => c.Refused));
    }
}
