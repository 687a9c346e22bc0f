using Assay.Ledger.Changes;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Tests.Changes;

/// <summary>The parts of a change add up to it, to the last decimal, and each part is what its name says.</summary>
public sealed class DecompositionTests
{
    static readonly DateOnly Monday = new(2026, 6, 8);
    static readonly DaySpan After = new(Monday, Monday.AddDays(7));
    static readonly string[] Models = ["acme.small-v1", "acme.large-v1", "acme.plain-v1", "acme.late-v1", "acme.none-v1"];

    // 'large' becomes cheaper on the Monday, 'plain' has no prices for cached tokens, 'late' has prices from Wednesday only, 'none' never.
    static readonly PriceBook Book = new("changes",
    [
        new("first", Monday.AddDays(-30), false, [.. Rates("acme.small-v1", 0.37m, null), .. Rates("acme.large-v1", 3.3m, null), .. Plain("acme.plain-v1", 0.72m)]),
        new("second", Monday, false, [.. Rates("acme.large-v1", 2.9m, Monday), .. Rates("acme.late-v1", 1.17m, Monday.AddDays(2))]),
    ]);

    static IEnumerable<Rate> Rates(string model, decimal input, DateOnly? since) =>
        from mode in (Mode[])[Mode.OnDemand, Mode.Batch]
        from rate in ((Meter, decimal)[])[(Meter.Input, input), (Meter.Output, input * 5m), (Meter.CacheRead, input / 10m), (Meter.CacheWrite5m, input * 1.25m), (Meter.CacheWrite1h, input * 2m)]
        select Of(model, rate.Item1, mode, mode == Mode.Batch ? rate.Item2 / 2m : rate.Item2, since);

    static IEnumerable<Rate> Plain(string model, decimal input) => [Of(model, Meter.Input, Mode.OnDemand, input, null), Of(model, Meter.Output, Mode.OnDemand, input, null)];

    static Rate Of(string model, Meter meter, Mode mode, decimal usd, DateOnly? from) =>
        new($"{model}:{meter}:{mode}", new(model, meter, mode, Tier.Standard, Scope.InRegion, ContextBand.Standard, "us-east-1", Term.None), "1M tokens", usd, from, null, "test");

    static UsageRecord Call(
        string model = "acme.small-v1", int day = 0, long input = 0, long output = 0, long read = 0, long write = 0, Mode mode = Mode.OnDemand, string app = "chat",
        bool failed = false, bool isSum = false) => new(new CallKind(new("111122223333", "Role", app, "care", "", TagValues.None), "us-east-1", new(model, Scope.InRegion, ModelKind.Foundation, null)) { Mode = mode, IsSum = isSum })
        {
            Time = Monday.AddDays(day).ToDateTime(new(12, 0), DateTimeKind.Utc), ErrorCode = failed ? "ThrottlingException" : null,
            Tokens = failed ? default : new() { Input = input, Output = output, CacheRead = read, CacheWrite5m = write },
        };

    static SpendChange Change(IEnumerable<UsageRecord> records, DaySpan? before = null, DaySpan? after = null)
    {
        var cube = new SpendCube();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) cube.Add(record, charges.AsSpan(0, Rater.Rate(record, Book, charges)), Book);
        var change = Decomposition.Of(cube, before ?? After.Before, after ?? After, Book);
        Assert.Equal(cube.Cells.Where(c => change.BeforeDays.Contains(c.Key.Day)).Sum(c => c.Cost), change.Before);
        Assert.Equal(cube.Cells.Where(c => change.AfterDays.Contains(c.Key.Day)).Sum(c => c.Cost), change.After);
        return change;
    }

    static readonly Gen<UsageRecord> Record =
        from model in Gen.Int[0, Models.Length - 1]
        from app in Gen.Int[1, 3]
        from day in Gen.Int[-9, 8]
        from tokens in Gen.Select(Gen.Long[0, 40_000], Gen.Long[0, 3_000], Gen.Frequency((2, Gen.Const(0L)), (1, Gen.Long[0, 90_000])), Gen.Frequency((3, Gen.Const(0L)), (1, Gen.Long[0, 9_000])))
        from mode in Gen.Frequency((3, Gen.Const(Mode.OnDemand)), (1, Gen.Const(Mode.Batch)))
        from failed in Gen.Int[0, 9]
        from isSum in Gen.Int[0, 5]
        select Call(Models[model], day, tokens.Item1, tokens.Item2, tokens.Item3, tokens.Item4, mode, $"app{app}", failed == 0, isSum == 0);

    [Fact]
    public void The_parts_add_up_to_the_change_to_the_last_decimal_in_every_grouping() => Record.Array[0, 60].Sample(records =>
    {
        var change = Change(records);
        Assert.Equal(change.After - change.Before, change.Parts.Total);
        Assert.All(change.Lines, l => Assert.Equal(l.After - l.Before, l.Parts.Total));
        foreach (var keyOf in (Func<ChangeLine, string>[])[l => l.Model, l => l.Workload.App, l => l.Workload.Unit, _ => ""])
        {
            var groups = change.By(keyOf);
            Assert.All(groups, g => Assert.Equal(g.Change, g.Parts.Total));
            Assert.Equal(change.Parts, groups.Aggregate(default(ChangeParts), (sum, g) => sum + g.Parts));
        }
    }, iter: 2_000);

    [Fact]
    public void Seen_backwards_every_part_has_the_other_sign() => Record.Array[0, 40].Sample(records =>
    {
        var (forwards, backwards) = (Change(records), Change(records, After, After.Before));
        Assert.Equal(default, forwards.Parts + backwards.Parts);
        foreach (var (line, back) in forwards.Lines.OrderBy(l => $"{l.Workload}{l.Model}").Zip(backwards.Lines.OrderBy(l => $"{l.Workload}{l.Model}")))
            Assert.Equal(default, line.Parts + back.Parts);
    }, iter: 1_000);

    [Fact]
    public void The_order_of_the_records_does_not_matter() => Gen.Select(Record.Array[0, 40], Gen.Int).Sample((records, seed) =>
    {
        var shuffled = records.ToArray();
        new Random(seed).Shuffle(shuffled);
        Assert.Equal(Change(records).Lines, Change(shuffled).Lines);
    }, iter: 300);

    [Fact]
    public void Before_and_after_alike_nothing_has_changed_but_the_price() => Record.Array[0, 30].Sample(records =>
    {
        records = [.. records.Where(r => r.Model.Id != "acme.late-v1")];
        var parts = Change([.. records.Select(r => r with { Time = At(-3) }), .. records.Select(r => r with { Time = At(3) })]).Parts;
        Assert.Equal(0m, Near(parts with { Price = 0m }));
    }, iter: 300);

    static DateTime At(int day) => Monday.AddDays(day).ToDateTime(new(12, 0), DateTimeKind.Utc);

    // The largest part that is not the rest of a division.
    static decimal Near(ChangeParts parts) =>
        decimal.Round(((decimal[])[parts.Volume, parts.ModelMix, parts.Mode, parts.TokensPerRequest, parts.CacheRate, parts.Price, parts.Unlike]).Max(Math.Abs), 9);

    static ChangeParts Parts(UsageRecord[] before, UsageRecord[] after) =>
        Change([.. before.Select(r => r with { Time = At(-3) }), .. after.Select(r => r with { Time = At(3) })]).Parts;

    static ChangeParts Without(ChangeParts parts, ChangeFactor factor)
    {
        Assert.NotEqual(0m, decimal.Round(parts[factor], 9));
        return factor switch
        {
            ChangeFactor.Volume => parts with { Volume = 0m },
            ChangeFactor.ModelMix => parts with { ModelMix = 0m },
            ChangeFactor.Mode => parts with { Mode = 0m },
            ChangeFactor.TokensPerRequest => parts with { TokensPerRequest = 0m },
            ChangeFactor.CacheRate => parts with { CacheRate = 0m },
            _ => parts with { Price = 0m },
        };
    }

    static readonly UsageRecord Small = Call(input: 4_000, output: 300, read: 6_000), Other = Call(input: 900, output: 40);

    [Fact]
    public void More_of_the_same_calls_is_volume() =>
        Assert.Equal(0m, Near(Without(Parts([Small, Other], [Small, Other, Small, Other, Small, Other]), ChangeFactor.Volume)));

    [Fact]
    public void The_same_calls_to_another_model_are_mix() =>
        Assert.Equal(0m, Near(Without(Parts([Small, Other], [Small with { Model = Large.Model }, Other with { Model = Large.Model }]) with { Price = 0m }, ChangeFactor.ModelMix)));

    static readonly UsageRecord Large = Call("acme.large-v1", input: 4_000, output: 300, read: 6_000);

    [Fact]
    public void The_same_calls_as_a_batch_are_mode() =>
        Assert.Equal(0m, Near(Without(Parts([Small, Other], [Small with { Mode = Mode.Batch }, Other with { Mode = Mode.Batch }]), ChangeFactor.Mode)));

    [Fact]
    public void Longer_answers_and_prompts_are_tokens_per_request() =>
        Assert.Equal(0m, Near(Without(Parts([Small], [Call(input: 8_000, output: 900, read: 12_000)]), ChangeFactor.TokensPerRequest)));

    [Fact]
    public void The_same_prompt_read_from_the_cache_is_cache_rate() =>
        Assert.Equal(0m, Near(Without(Parts([Small], [Call(input: 1_000, output: 300, read: 8_000, write: 1_000)]), ChangeFactor.CacheRate)));

    [Fact]
    public void The_same_calls_at_a_new_rate_are_price() =>
        Assert.Equal(0m, Near(Without(Parts([Large], [Large]), ChangeFactor.Price)));

    [Fact]
    public void A_workload_that_came_or_went_is_volume_alone()
    {
        var parts = Parts([Small], [Large with { Caller = Large.Caller with { App = "new" } }]);
        Assert.Equal(0m, Near(Without(parts, ChangeFactor.Volume)));
    }

    [Fact]
    public void A_workload_under_a_new_name_moves_no_part_of_the_whole()
    {
        var parts = Parts([Small, Other], [Small with { Caller = Small.Caller with { App = "renamed" } }, Other with { Caller = Other.Caller with { App = "renamed" } }]);
        Assert.Equal(default, parts);
    }

    [Fact]
    public void A_move_to_another_model_with_longer_prompts_is_both()
    {
        var parts = Parts([Call(input: 1_000, output: 100)], [Call("acme.plain-v1", input: 3_000, output: 300)]);
        // 0.000555 before, 0.002376 after; the model alone would have been 0.000792, the tokens alone 0.001665.
        Assert.Equal((0.000474m, 0.001347m), (decimal.Round(parts.ModelMix, 9), decimal.Round(parts.TokensPerRequest, 9)));
    }

    [Fact]
    public void A_model_that_prices_no_cached_tokens_would_read_them_as_input()
    {
        var parts = Parts([Call(input: 0, output: 0, read: 10_000)], [Call("acme.plain-v1", input: 10_000)]);
        // Reading 10,000 tokens costs 0.00037 from the cache of 'small', 0.0037 plain, 0.0072 on 'plain' whatever the cache.
        Assert.Equal(0.00683m, parts.Total);
        Assert.Equal((0.005165m, 0.001665m), (decimal.Round(parts.ModelMix, 9), decimal.Round(parts.CacheRate, 9)));
    }

    [Fact]
    public void What_had_no_price_before_is_apart_and_named()
    {
        var change = Change([Call("acme.late-v1", -3, 1_000), Call("acme.late-v1", 3, 1_000), Call("acme.none-v1", 3, 1_000)]);
        Assert.Equal((0m, 0.00117m), (change.Before, change.After));
        Assert.Equal(new ChangeParts(0m, 0m, 0m, 0m, 0m, 0m, 0.00117m), change.Parts);
        Assert.Equal([(1L, 0L), (0L, 1L)], change.Unpriced.Select(u => (u.RequestsBefore, u.RequestsAfter)));
        Assert.Contains("acme.late-v1", change.Unpriced[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Failed_calls_are_no_volume() =>
        Assert.Equal(default, Parts([Small], [Small, Call(failed: true), Call(failed: true)]));

    [Fact]
    public void Rows_of_a_bill_are_compared_by_their_units()
    {
        var change = Change([Call(day: -3, input: 1_000_000, isSum: true), Call(day: 3, input: 2_000_000, isSum: true)]);
        Assert.Equal(new ChangeParts(0.37m, 0m, 0m, 0m, 0m, 0m, 0m), change.Parts);
        Assert.Equal("token", Assert.Single(change.Lines).Workload.Unit);
    }
}
