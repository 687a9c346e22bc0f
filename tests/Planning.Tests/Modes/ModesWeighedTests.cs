using Assay.Estate;
using Assay.Usage;
using static Assay.Planning.Tests.Bill.SomeEstates;

namespace Assay.Planning.Tests.Modes;

public class ModesWeighedTests
{
    static WeighedWorkload Weigh(DescribedWorkload workload, BillSources? sources = null, Residency residency = Residency.Anywhere) =>
        ModelledEstate.Of(EstateOf(workload) with { Residency = residency }, sources ?? AwsPrices).Workloads[0];

    static ModeOption Option(WeighedWorkload weighed, string mode, Scope scope = Scope.Global) =>
        weighed.Options.First(o => o.Mode == mode && o.Scope == scope);

    [Fact]
    public void Batch_is_recommended_where_nobody_waits()
    {
        var weighed = Weigh(Chat() with { Deadline = TimeSpan.FromHours(48) });
        Assert.Equal(("batch", 3_000m), (weighed.Recommended!.Mode, weighed.Recommended.Monthly!.Value));
        // A reservation of three months costs a tenth less than on-demand where it is full, and with 23 calls a minute it is not always.
        Assert.Equal("reserved", weighed.Fallback!.Mode);
        Assert.InRange(weighed.Fallback.Monthly!.Value, 5_400.01m, 5_999m);
    }

    [Fact]
    public void Batch_is_refused_where_the_answer_is_needed_sooner()
    {
        var batch = Option(Weigh(Chat() with { Deadline = TimeSpan.FromHours(4) }), "batch");
        Assert.Equal((false, "needed within 4 h; batch takes up to 24 h"), (batch.IsAllowed, batch.Why));
        Assert.Equal(3_000m, batch.Monthly);
        Assert.Equal("someone waits for the answers", Option(Weigh(Chat()), "batch").Why);
    }

    [Fact]
    public void Batch_of_a_model_without_it_is_unsupported() => Assert.Equal("batch does not support anthropic.claude-sonnet-5",
        Option(Weigh(Chat("anthropic.claude-sonnet-5") with { Deadline = TimeSpan.FromDays(2) }), "batch").Why);

    [Fact]
    public void Caching_is_recommended_at_high_traffic_and_says_from_where_it_pays()
    {
        // 23 a minute on a prefix of five minutes: nearly every call hits.
        var weighed = Weigh(Cached(null));
        Assert.Equal("caching", weighed.Recommended!.Mode);
        // Sonnet: write 1.25, read 0.1, so 0.25 / 1.15 of the calls must hit: -ln(1 - 0.21739) / 5 minutes.
        Assert.Equal(0.0490m, decimal.Round(weighed.Caches[0].BreakEvenPerMinute!.Value, 4));
    }

    [Fact]
    public void Units_of_unknown_throughput_are_priced_but_never_recommended()
    {
        var option = Option(Weigh(Chat(Llama, Scope.InRegion)), "provisioned", Scope.InRegion);
        Assert.False(option.IsAllowed);
        Assert.Contains("throughput per unit unknown", option.Why, StringComparison.Ordinal);
        Assert.NotNull(option.Capacity);
    }

    [Fact]
    public void The_break_even_utilisation_is_the_units_price_over_what_they_would_carry()
    {
        // A unit at 13.08 an hour of 600,000 tokens a minute carries 36 MTok an hour, worth 0.72 each on demand: 50.46 %.
        var busy = Chat(Llama, Scope.InRegion) with
        {
            RequestsPerMonth = 20_000_000m, Provisioned = new(1m, Term.SixMonth, 600_000m, SpillsOver: true),
        };
        var option = Weigh(busy).Options.Single(o => o is { Mode: "provisioned", Scope: Scope.InRegion, Term: Term.SixMonth });
        Assert.Equal(0.5046m, decimal.Round(option.Capacity!.BreakEven, 4));
        Assert.True(option.IsAllowed);
        Assert.Equal("provisioned", Weigh(busy).Recommended!.Mode);
    }

    [Fact]
    public void A_residency_rule_refuses_the_cheaper_scope_and_says_what_it_costs()
    {
        var weighed = Weigh(Chat(), residency: Residency.Geography);
        Assert.StartsWith("residency", Option(weighed, "on_demand").Why, StringComparison.Ordinal);
        Assert.Equal(Scope.Geo, weighed.Recommended!.Scope);
        // Where it may be computed is worth a tenth of what the cheapest way costs anywhere.
        Assert.Equal(decimal.Round(Weigh(Chat()).Recommended!.Monthly!.Value / 10m, 9), decimal.Round(weighed.ResidencyUsd!.Value, 9));
    }

    [Fact]
    public void A_scope_the_model_is_not_called_by_is_refused_with_the_reason()
    {
        var regions = new Dictionary<string, IReadOnlyList<string>> { [$"us.{Sonnet}"] = ["us-east-1"] };
        var weighed = Weigh(Chat(), AwsPrices with { Regions = regions });
        Assert.Contains("no global profile", Option(weighed, "on_demand").Why, StringComparison.Ordinal);
        Assert.Equal(Scope.Geo, weighed.Recommended!.Scope);
        Assert.DoesNotContain(weighed.Options, o => o.Scope == Scope.InRegion);
    }

    [Fact]
    public void A_call_now_and_then_fills_no_reservation()
    {
        // Ten a day of 10,000 tokens are 69 tokens a minute, and one minute in 144 has a call.
        var rare = Chat() with { RequestsPerMonth = 300m, InputTokens = new(7_000m), OutputTokens = new(3_000m) };
        var weighed = Weigh(rare);
        Assert.Equal("on_demand", weighed.Recommended!.Mode);
        var reserved = weighed.Options.Single(o => o is { Mode: "reserved", Scope: Scope.Global, Term: Term.ThreeMonth });
        Assert.True(reserved.Monthly > weighed.Recommended.Monthly, reserved.Why);
    }

    [Fact]
    public void What_chance_leaves_of_a_minute_is_what_a_simulation_leaves_of_it()
    {
        var random = new Random(1);
        foreach (var (mean, limit) in ((double, double)[])[(0.01, 0.5), (0.3, 1), (4, 2.5), (4, 6), (90, 85), (90, 100), (2_000, 1_990)])
        {
            var (within, all) = (0d, 0d);
            for (var minute = 0; minute < 20_000; minute++)
            {
                // Exponential waits within the minute.
                var count = 0;
                for (var at = -Math.Log(1 - random.NextDouble()); at < mean; at -= Math.Log(1 - random.NextDouble())) count++;
                (within, all) = (within + Math.Min(count, limit), all + count);
            }
            Assert.InRange(Poisson.ShareWithin(mean, limit), (within / all) - 0.02, (within / all) + 0.02);
        }
        Assert.Equal(1, Poisson.ShareWithin(3, 60), 9);
        Assert.Equal(0, Poisson.ShareWithin(3, 0));
    }

    [Fact]
    public void Each_model_of_a_mix_buys_capacity_for_itself()
    {
        // Busy traffic nearly fills a reservation; Sonnet and Haiku are both reserved for three months at a tenth below on-demand.
        var mix = Busy(Sonnet) with { Models = [new(Model(Sonnet), 0.25m), new(Model(Haiku), 0.75m)] };
        static DescribedWorkload Busy(string model, decimal share = 1m) => Chat(model) with { RequestsPerMonth = 100_000_000m * share };
        ModeOption Reserved(DescribedWorkload workload) => Weigh(workload).Options.Single(o =>
            o is { Mode: "reserved", Scope: Scope.Global, Term: Term.ThreeMonth });
        var (sonnet, haiku) = (Reserved(Busy(Sonnet, 0.25m)), Reserved(Busy(Haiku, 0.75m)));
        Assert.Equal(decimal.Round((sonnet.Monthly + haiku.Monthly)!.Value, 6), decimal.Round(Reserved(mix).Monthly!.Value, 6));
        Assert.Equal(decimal.Round(sonnet.Capacity!.Units + haiku.Capacity!.Units, 6), decimal.Round(Reserved(mix).Capacity!.Units, 6));
        Assert.True(Reserved(mix).IsAllowed);
    }

    [Fact]
    public void A_model_of_a_mix_that_no_capacity_is_sold_for_stays_on_demand()
    {
        var mix = Chat() with { Models = [new(Model(Sonnet), 0.5m), new(Model(NovaMicro), 0.5m)] };
        var option = Weigh(mix).Options.Single(o => o is { Mode: "reserved", Scope: Scope.Global, Term: Term.ThreeMonth });
        Assert.EndsWith("; the rest on demand", option.Why, StringComparison.Ordinal);
        Assert.InRange(option.Capacity!.Carried, 0.5m, 0.999m);
    }

    [Fact]
    public void Of_scopes_at_one_price_the_one_described_is_recommended() =>
        Assert.Equal(Scope.InRegion, Weigh(Chat(NovaMicro, Scope.InRegion)).Recommended!.Scope);

    [Fact]
    public void A_tier_without_a_price_says_so()
    {
        var flex = Weigh(Chat()).Options.First(o => o.Tier == Tier.Flex);
        Assert.Null(flex.Monthly);
        Assert.Contains("flex input", flex.Why, StringComparison.Ordinal);
    }

    static readonly Gen<DescribedWorkload> Workloads =
        Gen.Select(Gen.OneOf(Gen.Const(Sonnet), Gen.Const(Haiku), Gen.Const(NovaMicro), Gen.Const(Llama)), Gen.Int[1, 5_000_000], Gen.Int[0, 10_000], Gen.Int[1, 3_000], Gen.Int[0, 72])
            .Select((model, requests, prefix, output, hours) => Chat(model, model == Llama ? Scope.InRegion : Scope.Global) with
            {
                RequestsPerMonth = requests, InputTokens = new(10_000m), OutputTokens = new(output),
                Prefix = prefix == 0 ? null : new(prefix, true, TimeSpan.FromMinutes(5), null, 1m),
                Deadline = hours == 0 ? null : TimeSpan.FromHours(hours), BatchShare = hours % 5 / 10m,
                Provisioned = hours % 2 == 0 ? new(1m, Term.None, 500_000m, true) : null,
            });

    [Fact]
    public void The_recommended_option_costs_no_more_than_any_allowed() => Workloads.Sample(workload =>
    {
        var weighed = Weigh(workload);
        return weighed.Recommended is not null
            && weighed.Options.All(o => !o.IsAllowed || o.Monthly is null || o.Monthly >= weighed.Recommended.Monthly);
    }, iter: 100);

    [Fact]
    public void Batch_never_costs_more_than_on_demand() => Workloads.Sample(workload =>
    {
        var weighed = Weigh(workload);
        return weighed.Options.Where(o => o is { Mode: "batch", BatchShare: 1m, Monthly: not null }).All(b =>
            b.Monthly <= Option(weighed, "on_demand", b.Scope).Monthly);
    }, iter: 100);

    [Fact]
    public void A_residency_rule_is_never_cheaper() => Workloads.Sample(workload =>
        Weigh(workload).Recommended!.Monthly <= (Weigh(workload, residency: Residency.Region).Recommended?.Monthly ?? decimal.MaxValue)
        && Weigh(workload, residency: Residency.Geography).ResidencyUsd is not < 0m, iter: 50);

    [Fact]
    public void Caching_without_hits_costs_more_than_none_where_writing_has_a_premium() => Gen.Int[1_024, 10_000].Sample(prefix =>
    {
        var weighed = Weigh(Cached(0m) with { InputTokens = new(10_000m), Prefix = new(prefix, true, TimeSpan.FromMinutes(5), 0m, 1m) });
        return Option(weighed, "caching").Monthly > Option(weighed, "on_demand").Monthly;
    }, iter: 50);

    [Fact]
    public void Hours_above_the_quota_are_at_risk_and_each_way_out_has_its_price()
    {
        // 23.1 calls a minute reserving 1,000 + max(4,000, 200 × 5): 115,741 tokens a minute, all day.
        var chat = Chat() with { MaxTokens = 4_000m };
        var estate = EstateOf(chat) with
        {
            Quotas = [new(Sonnet, Scope.Global, 100_000m, null, 5m)], ServiceLevelUsdPerHour = 2m,
        };
        var risk = ModelledEstate.Of(estate, AwsPrices).Throttling[0];
        Assert.Equal((115_741m, 720m, 1_440m),
            (decimal.Round(risk.PeakTokensPerMinute), risk.HoursAtRisk!.Value, risk.AtRiskUsd!.Value));
        Assert.Contains("within the quota", risk.Escapes[0].Note, StringComparison.Ordinal);
        Assert.Equal(600m, risk.Escapes.Single(e => e.Name == "geo profile").MonthlyUsd);
    }

    [Fact]
    public void An_agents_request_costs_more_in_the_dearest_twentieth()
    {
        var agent = Chat() with { IsAgent = true, CallsPerRequest = new(4m, 12m), RequestsPerMonth = 250_000m };
        var cost = ModelledEstate.Of(EstateOf(agent), GuidePrices).Agents[0];
        // 0.006 a call; 4 calls on average, 12 in the dearest twentieth; three of four calls are the guide's overhead.
        Assert.Equal((0.024m, 0.072m, 6_000m, 4_500m),
            (cost.RequestMean, decimal.Round(cost.RequestP95, 6), cost.MonthMean, cost.AsAncillary));
        Assert.InRange(cost.MonthP95, 6_000m, 6_100m);
    }

    [Fact]
    public void A_custom_model_stands_beside_examples_and_retrieval_over_a_year()
    {
        var custom = new CustomModel
        {
            Name = "tuned", Base = Model(Sonnet), UnitUsdPerHour = 49m, CallsPerMonth = 1_000_000m, InputTokens = 1_000m,
            OutputTokens = 200m, FewShotTokens = 2_000m, RetrievedTokens = 1_000m, KnowledgeBase = "docs",
        };
        var estate = EstateOf() with { CustomModels = [custom], KnowledgeBases = [new() { Name = "docs" }] };
        var alternatives = ModelledEstate.Of(estate, GuidePrices).CustomModels[0].Alternatives;
        Assert.Equal([(35_280m + 1.95m) * 12m, (9_000m + 3_000m) * 12m, (6_000m + 3_000m + 345.60m) * 12m],
            alternatives.Select(a => a.AnnualUsd!.Value));
    }
}
