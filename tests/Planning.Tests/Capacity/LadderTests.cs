namespace Assay.Planning.Tests.BoughtCapacity;

public sealed class LadderTests
{
    static readonly Gen<decimal> Cents = Gen.Int[0, 2000].Select(n => n / 100m);

    // Savings of the first, second and third unit, each no more than the one before.
    static readonly Gen<decimal[]> Row = Cents.Array[0, 2].Select(savings =>
    {
        var row = new decimal[savings.Length + 1];
        var ordered = savings.Order().ToArray();
        for (var c = savings.Length - 1; c >= 0; c--) row[c] = row[c + 1] + ordered[savings.Length - 1 - c];
        return row;
    });

    static readonly Gen<LadderProblem> Small =
        Gen.Select(Row.Array[1, 4], Cents, Cents, Gen.Int[2, 3]).Select((rows, one, longer, months) =>
        new LadderProblem(rows, [new("1_month", 1, one), new("longer", months, longer)]));

    [Fact]
    public void The_optimum_is_what_trying_everything_finds() => Small.Sample(problem =>
        LadderOptimum.Of(problem).Cost == Cheapest(problem), iter: 200);

    [Fact]
    public void Its_prices_prove_it_exactly() => Small.Sample(problem =>
    {
        var optimum = LadderOptimum.Of(problem);
        return LadderCertificate.Bound(problem, optimum.UnitMonthPrices) == optimum.Cost;
    });

    [Fact]
    public void No_prices_prove_more_than_the_optimum() =>
        Gen.Select(Small, Gen.Int[-5, 2000].Select(n => n / 100m).Array[4]).Sample((problem, prices) =>
        LadderCertificate.Bound(problem, prices[..problem.Months]) is not { } bound || bound <= LadderOptimum.Of(problem).Cost);

    [Fact]
    public void No_fixed_arrangement_is_cheaper() => Gen.Select(Small, Gen.Int[0, 3], Gen.Int[0, 1]).Sample((problem, units, which) =>
    {
        var term = problem.Terms[which];
        var always = Enumerable.Range(0, problem.Months).Where(m => m % term.Months == 0).Select(m => new BoughtTerm(m, term, units));
        return LadderOptimum.Of(problem).Cost <= problem.Cost(always);
    });

    [Fact]
    public void Prices_of_a_term_worth_more_than_it_costs_prove_nothing() =>
        Assert.Null(LadderCertificate.Bound(new([[10m, 0m], [10m, 0m]], [new("2_month", 2, 3m)]), [4m, 4m]));

    [Fact]
    public void A_row_that_is_not_convex_is_refused() =>
        Assert.Contains("not convex", Assert.Throws<ArgumentException>(() =>
            LadderOptimum.Of(new([[10m, 9m, 0m]], [new("1_month", 1, 3m)]))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_term_that_outlasts_the_end_is_paid_to_the_end()
    {
        var optimum = LadderOptimum.Of(new([[10m, 0m]], [new("1_month", 1, 7m), new("6_month", 6, 5m)]));
        Assert.Equal((5m, "6_month"), (optimum.Cost, Assert.Single(optimum.Bought).Term.Name));
    }

    // Month by month, every number of each term from none to as many as are of use.
    static decimal Cheapest(LadderProblem problem)
    {
        return From(0, new int[problem.Months]);

        decimal From(int month, int[] units)
        {
            if (month == problem.Months) return 0m;
            var least = decimal.MaxValue;
            for (var one = 0; one <= problem.UnitsMax; one++)
            {
                for (var more = 0; more <= problem.UnitsMax; more++)
                {
                    var then = (int[])units.Clone();
                    then[month] += one;
                    for (var m = month; m < problem.End(month, problem.Terms[1]); m++) then[m] += more;
                    var bought = (one * problem.TermCost(month, problem.Terms[0])) + (more * problem.TermCost(month, problem.Terms[1]));
                    least = Math.Min(least, bought + problem.RemainingAt(month, then[month]) + From(month + 1, then));
                }
            }
            return least;
        }
    }
}
