namespace Assay.Planning.Tests.CommittedSpend;

/// <summary>What holds of any commitment.</summary>
public sealed class CommitmentLawTests
{
    // Comparisons of sums that were reached on two ways: a millionth of a cent.
    const decimal Tolerance = 0.00000001m;

    static readonly Gen<decimal> Usd = Gen.Int[0, 30_000].Select(n => n * 1000m);
    static readonly Gen<decimal> Rate = Gen.Int[0, 100].Select(n => n / 100m);

    static readonly Gen<DrawDown> Counts = Gen.OneOf(Gen.Const(DrawDown.Full), Gen.Const(DrawDown.None),
        Usd.Select(usd => (DrawDown)new DrawDown.UpToUsd(usd)), Rate.Select(share => (DrawDown)new DrawDown.UpToShare(share)));

    static readonly Gen<YearSpend> Year = Gen.Select(Usd, Usd, Usd, Rate).Select((organic, aws, marketplace, off) => new YearSpend(
    [
        new("organic", organic, IsAi: false, SpendBasis.Invoiced),
        new("AI", aws, IsAi: true, SpendBasis.List) { PrivateDiscount = off },
        new("AI", marketplace, IsAi: true, SpendBasis.List) { PrivateDiscount = off, BillingEntity = EligibilityRule.Marketplace },
    ]));

    static readonly Gen<(CommitmentTerms Terms, YearSpend[] Years)> Any =
        Gen.Select(Gen.Select(Usd, Year).Array[1, 4], Rate, Counts, Gen.Bool).Select((years, discount, counts, discounted) =>
            (new CommitmentTerms([.. years.Select(y => y.Item1)], discount)
            {
                Rules = [new(EligibilityRule.Marketplace, EligibilityRule.Any, counts, discounted)],
            }, years.Select(y => y.Item2).ToArray()));

    static readonly Gen<Credits> SomeCredits = Gen.Select(Usd, Gen.Int[1, 1500]).Array[0, 3].Select(all =>
        new Credits([.. all.Select(c => new Credit(c.Item1, new DateOnly(2026, 1, 1).AddDays(c.Item2)))], new(2026, 1, 1)));

    [Fact]
    public void Absorbed_is_never_more_than_the_gap() => Gen.Select(Any, SomeCredits).Sample((any, credits) =>
        Commitments.Position(any.Terms, any.Years, credits).Years.All(y =>
            y.Absorbed <= y.Gap && y.Simple.Absorbed <= y.Simple.Gap && y.Absorbed + y.Shortfall == y.Gap));

    [Fact]
    public void Ai_never_lowers_what_is_paid_in_all() => Gen.Select(Any, SomeCredits).Sample((any, credits) =>
        Commitments.Position(any.Terms, any.Years, credits).Years.All(y =>
            y.IncrementalCost >= -Tolerance && y.Simple.IncrementalCost >= 0m && y.CreditsUsed <= y.AiInvoiced));

    [Fact]
    public void Knowing_the_commitment_never_makes_the_best_choice_worse() => Gen.Select(Any, Rate, SomeCredits).Sample((any, direct, credits) =>
    {
        var beside = Commitments.AgainstDirect(any.Terms, any.Years, direct, credits);
        return beside.BestCost <= beside.CostIgnoringCommitment && beside.BestCost <= beside.AwsCost && beside.BestCost <= beside.DirectCost;
    });

    // The best division is searched at the kinks only; a grid finds nothing better.
    [Fact]
    public void No_division_of_a_year_beats_the_best_one() => Gen.Select(Any, Rate).Sample((any, direct) =>
    {
        var (terms, year) = (any.Terms with { AnnualUsd = [any.Terms.AnnualUsd[0]] }, any.Years[0]);
        var best = Commitments.AgainstDirect(terms, [year], direct).BestCost;
        return Enumerable.Range(0, 41).Select(i => i / 40m).All(share => best <= Tolerance
            + Commitments.Position(terms, [year.WithAiTimes(share)]).IncrementalCost + (year.AiUsd * (1m - share) * (1m - direct)));
    }, iter: 500);

    [Fact]
    public void Without_discounts_the_exact_draw_down_is_the_simple_formula() => Gen.Select(Usd, Usd, Usd).Sample((commit, organic, ai) =>
    {
        var year = Commitments.Position(new([commit], 0m), [YearSpend.Of(organic, ai)]).Years[0];
        return year.IncrementalCost == year.Simple.IncrementalCost && year.Absorbed == year.Simple.Absorbed && year.Gap == year.Simple.Gap
            && year.SavingVersusDirect == year.Simple.SavingVersusDirect;
    });

    [Fact]
    public void The_exact_draw_down_is_never_dearer_than_the_simple_formula() => Gen.Select(Usd, Usd, Usd, Rate).Sample((commit, organic, ai, off) =>
    {
        var year = Commitments.Position(new([commit], off), [YearSpend.Of(organic, ai)]).Years[0];
        return year.IncrementalCost == Math.Max(0m, (ai * (1m - off)) - year.Gap) && year.IncrementalCost <= year.Simple.IncrementalCost;
    });

    [Fact]
    public void The_years_add_up() => Any.Sample(any =>
    {
        var all = Commitments.Position(any.Terms, any.Years);
        var apart = any.Years.Select((y, i) => Commitments.Position(any.Terms with { AnnualUsd = [any.Terms.AnnualUsd[i]] }, [y])).ToList();
        return all.IncrementalCost == apart.Sum(p => p.IncrementalCost) && all.Simple.IncrementalCost == apart.Sum(p => p.Simple.IncrementalCost)
            && all.Simple.Gap == apart.Sum(p => p.Simple.Gap) && all.SavingVersusDirect == apart.Sum(p => p.SavingVersusDirect);
    });

    [Fact]
    public void A_higher_discount_never_costs_more() => Gen.Select(Any, Rate, SomeCredits).Sample((any, other, credits) =>
    {
        var (low, high) = (Math.Min(any.Terms.Discount, other), Math.Max(any.Terms.Discount, other));
        var dear = Commitments.Position(any.Terms with { Discount = low }, any.Years, credits);
        var cheap = Commitments.Position(any.Terms with { Discount = high }, any.Years, credits);
        return cheap.IncrementalCost <= dear.IncrementalCost + Tolerance && cheap.Simple.IncrementalCost <= dear.Simple.IncrementalCost;
    });

    [Fact]
    public void The_next_dollar_costs_what_one_more_dollar_adds() => Gen.Select(Any, SomeCredits).Sample((any, credits) =>
    {
        var (terms, year) = (any.Terms with { AnnualUsd = [any.Terms.AnnualUsd[0]] }, any.Years[0]);
        if (year.AiUsd == 0m) return true;
        // So small a step that no kink lies within: all of these stand at whole cents or shares of them.
        const decimal step = 0.00000000001m;
        var now = Commitments.Position(terms, [year], credits);
        var more = Commitments.Position(terms, [year.WithAiTimes(1m + step)], credits);
        var slope = (more.IncrementalCost - now.IncrementalCost) / (year.AiUsd * step);
        return Math.Abs(slope - now.EffectivePrice.Marginal!.Value) < 0.0001m;
    });
}
