using Assay.Estate;

namespace Assay.Planning.Tests.BoughtCapacity;

public sealed class HorizonTests
{
    static readonly CapacityTerm OneMonth = new("1_month", 1, 700m), SixMonths = new("6_month", 6, 500m);

    // A unit of 100 tokens a minute; its tokens cost 4.32 × the price per million a month.
    static readonly Gen<Horizon> Any = Gen.Select(Gen.Int[0, 250].Array[24], Gen.Int[0, 250].Array[24], Gen.Int[50, 300], Gen.Int[50, 300],
        Gen.Bool, Gen.Int[1, 3]).Select((first, second, price, other, waits, months) => Make(first, second, price, other, waits, months));

    [Fact]
    public void A_plan_keeps_every_rule_and_meets_its_bound() => Any.Sample(horizon =>
    {
        var plan = HorizonPlanner.Plan(horizon);
        return HorizonVerifier.Violations(horizon, plan).Count == 0 && plan.Cost == plan.Bound
            && HorizonCertificate.Bound(horizon, plan.Proof) == plan.Bound;
    }, iter: 100);

    [Fact]
    public void A_plan_is_what_trying_every_number_of_units_finds() => Any.Sample(horizon =>
        HorizonPlanner.Plan(horizon).Cost == Cheapest(horizon, usd => usd.Sum()), iter: 50);

    [Fact]
    public void Under_committed_spend_the_bound_is_never_above_the_true_optimum() =>
        Gen.Select(Any, Gen.Int[0, 4000]).Sample((horizon, annual) =>
    {
        var committed = horizon with { Commitments = [new(annual, 300m)] };
        var plan = HorizonPlanner.Plan(committed);
        var optimum = Cheapest(committed, usd => Math.Max(annual, usd.Sum() + 300m));
        return HorizonCertificate.Bound(committed, plan.Proof) is { } proven && proven <= optimum
            && Math.Abs(proven - plan.Bound) < 0.000001m && plan.Bound <= optimum && optimum <= plan.Cost && HorizonVerifier.Violations(committed, plan).Count == 0;
    }, iter: 50);

    [Fact]
    public void No_prices_prove_more_than_the_optimum_of_a_horizon() =>
        Gen.Select(Any, Gen.Int[0, 900].Array[3], Gen.Int[0, 10], Gen.Int[0, 4000]).Sample((horizon, prices, weight, annual) =>
        {
            var committed = horizon with { Commitments = [new(annual, 300m)] };
            HorizonProof proof = new([[.. prices.Take(horizon.Months).Select(p => (decimal)p)]], [weight / 10m]);
            return HorizonCertificate.Bound(committed, proof) is not { } bound
                || bound <= Cheapest(committed, usd => Math.Max(annual, usd.Sum() + 300m));
        }, iter: 50);

    [Fact]
    public void The_verifier_refuses_a_plan_that_was_tampered_with()
    {
        var horizon = Make([.. Enumerable.Repeat(220, 24)], [.. Enumerable.Repeat(90, 24)], 200, 150, false, 3);
        var plan = HorizonPlanner.Plan(horizon);
        Assert.Empty(HorizonVerifier.Violations(horizon, plan));
        var hour = plan.Served[0];
        HorizonPlan[] tampered =
        [
            plan with { Cost = plan.Cost - 0.01m },
            plan with { Bound = plan.Cost + 0.01m },
            plan with { Bought = [[]] },
            plan with { Bought = [[.. plan.Bought[0], new(0, new("1_month", 1, 1m), 1)]] },
            plan with { Bought = [[.. plan.Bought[0], new(9, OneMonth, 1)]] },
            plan with { Hourly = [.. plan.Hourly, new(0, 0, 0, -1)] },
            plan with { Served = [.. plan.Served.Skip(1)] },
            plan with { Served = [.. plan.Served, hour] },
            plan with { Served = [hour with { ByUnits = hour.ByUnits + 1m }, .. plan.Served.Skip(1)] },
            plan with { Served = [hour with { ByUnits = 0m, ByMode = 220m, Mode = 1 }, .. plan.Served.Skip(1)] },
            plan with { Served = [hour with { ByUnits = 0m, ByMode = 220m, Mode = 2 }, .. plan.Served.Skip(1)] },
            plan with { YearSpend = [plan.YearSpend[0] + 1m] },
        ];
        Assert.All(tampered, each => Assert.NotEmpty(HorizonVerifier.Violations(horizon, each)));
    }

    [Fact]
    public void A_workload_without_a_lawful_mode_is_named()
    {
        var horizon = Make(new int[24], new int[24], 100, 100, false, 1);
        horizon = horizon with { Workloads = [horizon.Workloads[0] with { Modes = [new("global", 1m, Residency.Anywhere, false)] }] };
        Assert.Contains("'first'", Assert.Throws<ArgumentException>(() => HorizonPlanner.Plan(horizon)).Message, StringComparison.Ordinal);
    }

    static Horizon Make(int[] first, int[] second, int price, int other, bool waits, int months) => new(months,
        [new("model", 100m, 1.5m, [OneMonth, SixMonths], [new(1, 1, 400m)])],
        [Workload("first", first, price, false, months), Workload("second", second, other, waits, months)], []);

    static HorizonWorkload Workload(string name, int[] tokens, int price, bool waits, int months) => new(name, 0,
        [.. Enumerable.Range(0, months).Select(m => tokens.Select(t => (decimal)(t / (m + 1))).ToArray())], Residency.Region, waits, true,
        [
            new("on demand", price, Residency.Region, false), new("batch", price / 2m, Residency.Region, true),
            new("global", price / 1.25m, Residency.Anywhere, false),
        ]);

    // Every number of units bought for a month and for six, in every month; each month's hours by the definition.
    static decimal Cheapest(Horizon horizon, Func<decimal[], decimal> paid)
    {
        var least = decimal.MaxValue;
        Buy(0, new int[horizon.Months], new decimal[horizon.Months]);
        return least;

        void Buy(int month, int[] units, decimal[] usd)
        {
            if (month == horizon.Months)
            {
                least = Math.Min(least, paid([.. usd.Select((u, m) => u + Month(horizon, m, units[m]))]));
                return;
            }
            for (var one = 0; one <= 3; one++)
            {
                for (var six = 0; six <= 3; six++)
                {
                    var (then, cost) = ((int[])units.Clone(), (decimal[])usd.Clone());
                    (then[month], cost[month]) = (then[month] + one, cost[month] + (one * OneMonth.UsdPerUnitMonth));
                    for (var m = month; m < horizon.Months; m++)
                        (then[m], cost[m]) = (then[m] + six, cost[m] + (six * SixMonths.UsdPerUnitMonth));
                    Buy(month + 1, then, cost);
                }
            }
        }
    }

    static readonly Dictionary<(Horizon, int, int), decimal> Known = [];

    static decimal Month(Horizon horizon, int month, int bought)
    {
        lock (Known)
        {
            if (Known.TryGetValue((horizon, month, bought), out var known)) return known;
            var existing = month == 0 ? 1 : 0;
            var cost = existing * 400m;
            for (var hour = 0; hour < 24; hour++)
                cost += Enumerable.Range(0, 6).Min(more => (more * 1.5m * 30m) + Spill(horizon, month, hour, bought + existing + more));
            return Known[(horizon, month, bought)] = cost;
        }
    }

    static decimal Spill(Horizon horizon, int month, int hour, int units)
    {
        var (room, cost) = (units * 100m, 0m);
        foreach (var workload in horizon.Workloads.OrderByDescending(Price))
        {
            var need = workload.TokensPerMinute[month][hour];
            cost += Math.Max(0m, need - room) * 1800m * Price(workload) / 1_000_000m;
            room = Math.Max(0m, room - need);
        }
        return cost;

        static decimal Price(HorizonWorkload workload) => workload.Modes[workload.MayWait ? 1 : 0].UsdPerMillion;
    }
}
