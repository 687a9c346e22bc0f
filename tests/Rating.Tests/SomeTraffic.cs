using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating.Tests;

/// <summary>
/// Random books and random records that meet often enough to be priced and miss often enough not to be. No token costs more than
/// 0.0002 USD: the sums stay among those that a decimal holds to the last digit.
/// </summary>
static class SomeTraffic
{
    static readonly string[] Models = ["acme.a-v1", "acme.b-v1", "acme.c-v1"], Regions = ["us-east-1", "eu-west-1", "ap-south-1"];
    static readonly DateOnly FirstDay = new(2026, 6, 1);

    static readonly Gen<Meter> TokenMeter = Gen.Int[0, 5].Select(i => (Meter)i);
    static readonly Gen<Meter> AmountMeter = Gen.Int[6, DimensionNames.MeterCount - 1].Select(i => (Meter)i);
    static readonly Gen<Mode> SomeMode = Gen.Frequency((6, Gen.Const(Mode.OnDemand)), (1, Gen.Enum<Mode>()));
    static readonly Gen<Tier> SomeTier = Gen.Frequency((6, Gen.Const(Tier.Standard)), (1, Gen.Enum<Tier>()));
    static readonly Gen<Term> SomeTerm = Gen.Frequency((8, Gen.Const(Term.None)), (1, Gen.Enum<Term>()));

    static readonly Gen<Rate> SomeRate =
        from meter in Gen.OneOf(TokenMeter, TokenMeter, AmountMeter)
        from model in Gen.Int[0, 2].Select(i => Models[i])
        from scope in Gen.Enum<Scope>()
        from context in Gen.Frequency((3, Gen.Const(ContextBand.Standard)), (1, Gen.Const(ContextBand.Long)))
        from region in Gen.Int[0, 3].Select(i => i == 3 ? RateKey.EveryRegion : Regions[i])
        from mode in SomeMode
        from tier in SomeTier
        from term in SomeTerm
        from unit in Gen.Int[0, 2].Select(i => new[] { "1M tokens", "1K tokens", "token" }[i])
        from digits in Gen.OneOf(Gen.Const(0), Gen.Int[1, 2_000_000])
        from places in Gen.Int[0, 4].Select(more => more + unit switch { "1M tokens" => 4, "1K tokens" => 7, _ => 10 })
        from day in Gen.OneOf(Gen.Const(-1), Gen.Int[0, 40])
        select new Rate("sku", meter.IsGuardrail()
                ? new("", meter, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, region, Term.None)
                : new(model, meter, mode, tier, scope, context, region, term),
            unit, new decimal(digits, 0, 0, false, (byte)places), day < 0 ? null : FirstDay.AddDays(day), null, "random");

    public static readonly Gen<PriceBook> Book = Gen.Select(SomeRate.Array[0, 120], SomeRate.Array[0, 60], SomeRate.Array[0, 40]).Select((early, late, fill) =>
        new PriceBook("random", [new("early", FirstDay, false, early), new("late", FirstDay.AddDays(20), false, late), new("fill", FirstDay, true, fill)]));

    static readonly Gen<long> Count = Gen.Frequency((3, Gen.Const(0L)), (4, Gen.Long[1, 150_000]), (1, Gen.Long[190_000, 1_000_000_000_000]));

    static readonly Gen<TokenCounts> Tokens = Gen.Select(Count, Count, Count, Gen.Select(Count, Count, Count, Count)).Select((input, output, read, write) => new TokenCounts
    {
        Input = input, Output = output, CacheRead = read, CacheWrite5m = write.Item1, CacheWrite30m = write.Item2, CacheWrite1h = write.Item3, CacheWriteUnknown = write.Item4,
    });

    static readonly Gen<MeteredAmount[]?> Amounts = Gen.Select(AmountMeter, Gen.Int[0, 100_000], Gen.Int[0, 4]).Array[0, 3].Select(all =>
        all.Length == 0 ? null : all.DistinctBy(a => a.Item1).Select(a => new MeteredAmount(a.Item1, new decimal(a.Item2, 0, 0, false, (byte)a.Item3))).ToArray());

    static readonly Gen<ModelRef> Model =
        from id in Gen.Int[0, 2].Select(i => Models[i])
        from scope in Gen.Enum<Scope>()
        from kind in Gen.Frequency((12, Gen.Const(ModelKind.Foundation)), (1, Gen.Enum<ModelKind>()))
        from facts in Gen.Int[0, 2]
        select new ModelRef(id, scope, kind, facts == 0 ? null : new ModelFacts(id, "Acme", [], false, 0, [], 0, HasLongBand: facts == 1, Batch: true));

    static readonly Gen<Caller> SomeCaller = Gen.Select(Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[0, 2], Gen.Int[0, 2]).Select((account, principal, app, team) =>
        new Caller($"account{account}", $"role{principal}", app == 0 ? "" : $"app{app}", team == 0 ? "" : $"team{team}", "", TagValues.None));

    public static readonly Gen<UsageRecord> Record =
        from model in Model
        from caller in SomeCaller
        from region in Gen.Int[0, 2].Select(i => Regions[i])
        from hours in Gen.Int[-100, 1100]
        from mode in SomeMode
        from tier in SomeTier
        from term in SomeTerm
        from tokens in Tokens
        from amounts in Amounts
        from failed in Gen.Int[0, 9]
        select new UsageRecord
        {
            RequestId = RequestId.Parse("r"), Time = FirstDay.ToDateTime(default, DateTimeKind.Utc).AddHours(hours), Caller = caller, Region = region, Model = model,
            Mode = mode, Tier = tier, Term = term, Tokens = failed == 0 ? default : tokens, Amounts = failed == 0 ? null : amounts, Operation = "Converse",
            ErrorCode = failed == 0 ? "ThrottlingException" : null,
        };
}
