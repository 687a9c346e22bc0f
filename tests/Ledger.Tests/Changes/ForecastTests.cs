using Assay.Ledger.Changes;

namespace Assay.Ledger.Tests.Changes;

/// <summary>Forecasts hold as often as they say, and are not made where nothing can be said.</summary>
public sealed class ForecastTests
{
    static readonly DateOnly Start = new(2026, 6, 1);

    // Working days with quiet weekends, days that resemble the day before, and growth a week.
    static decimal[] Days(int count, int seed, double growth, double noise = 0.15)
    {
        var random = new Random(seed);
        var off = 0d;
        return [.. Enumerable.Range(0, count).Select(day =>
        {
            off = (0.4 * off) + (noise * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            return (decimal)(1_000 * (day % 7 < 5 ? 1 : 0.35) * Math.Exp(growth * day / 7) * Math.Exp(off));
        })];
    }

    [Theory]
    [InlineData(0, 14, 12)]
    [InlineData(0, 28, 9)]
    [InlineData(0.03, 21, 9)]
    [InlineData(0.01, 35, 20)]
    public void The_interval_of_a_month_holds_about_eight_times_in_ten(double growth, int seen, int left)
    {
        var held = 0;
        const int trials = 2_000;
        for (var seed = 0; seed < trials; seed++)
        {
            var days = Days(seen + left, seed, growth);
            var month = MonthEnd.Of(days[..seen], new DateOnly(2026, 7, 31).AddDays(-left));
            var truth = month.Spent + days[seen..].Sum();
            if (truth >= month.Total!.Low && truth <= month.Total.High) held++;
        }
        Assert.InRange((double)held / trials, 0.70, 0.93);
    }

    [Theory]
    [InlineData(0, 13)]
    [InlineData(0.02, 13)]
    [InlineData(0.02, 8)]
    public void The_intervals_of_a_trend_hold_about_eight_times_in_ten(double growth, int weeks)
    {
        var (held, grew, said) = (0, 0, 0);
        const int trials = 1_000;
        var truth = Math.Exp(growth * 30 / 7) - 1;
        for (var seed = 0; seed < trials; seed++)
        {
            var days = Days(7 * 2 * weeks, seed, growth, 0.25);
            decimal[] sums = [.. days.Chunk(7).Select(w => w.Sum())];
            var trend = Trend.Of(sums[..weeks])!;
            if (trend.MonthlyLow <= truth && trend.MonthlyHigh >= truth) grew++;
            if (trend.Coming is not { } coming) continue;
            said++;
            var spent = sums[weeks..(weeks + trend.WeeksAhead)].Sum();
            if (spent >= coming.Low && spent <= coming.High) held++;
        }
        Assert.InRange((double)grew / trials, 0.70, 0.93);
        Assert.True(said > trials / 2, $"{said} forecasts");
        Assert.InRange((double)held / said, 0.70, 0.95);
    }

    [Fact]
    public void A_month_of_equal_days_costs_what_it_must()
    {
        var month = MonthEnd.Of([.. Enumerable.Repeat(10m, 20)], new(2026, 7, 20));
        Assert.Equal((200m, 310m, 310m, 310m, 11, 0), (month.Spent, month.Total!.Usd, month.Total.Low, month.Total.High, month.DaysLeft, month.DaysUnseen));
    }

    [Fact]
    public void Weekends_to_come_cost_what_weekends_cost()
    {
        // Four weeks to Friday 24 July: the seven days left are two of a weekend and five at work.
        decimal[] days = [.. Enumerable.Range(0, 28).Select(d => Start.AddDays(26 + d).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1m : 100m)];
        var month = MonthEnd.Of(days, new(2026, 7, 24));
        Assert.Equal(month.Spent + 502m, month.Total!.Usd);
    }

    [Fact]
    public void A_month_that_is_over_is_no_forecast()
    {
        var month = MonthEnd.Of([1m, 2m, 3m], new(2026, 7, 31));
        Assert.Equal((6m, 6m, 0, 28), (month.Spent, month.Total!.Usd, month.DaysLeft, month.DaysUnseen));
    }

    [Fact]
    public void A_few_days_say_nothing_of_a_month()
    {
        Assert.Null(MonthEnd.Of([5m, 5m, 5m, 5m, 5m, 5m], new(2026, 7, 6)).Total);
        var week = MonthEnd.Of([5m, 5m, 5m, 5m, 5m, 5m, 6m], new(2026, 7, 7));
        Assert.Equal((false, true), (week.HasInterval, week.Total is not null));
    }

    [Fact]
    public void Five_weeks_show_no_trend_and_neither_does_a_week_without_spend()
    {
        Assert.Null(Trend.Of([1m, 2m, 3m, 4m, 5m]));
        Assert.Null(Trend.Of([1m, 2m, 3m, 0m, 5m, 6m, 7m]));
    }

    [Fact]
    public void Steady_growth_is_found_and_goes_on()
    {
        decimal[] weeks = [.. Enumerable.Range(0, 13).Select(w => 1_000m * (decimal)Math.Pow(1.01, w))];
        var trend = Trend.Of(weeks)!;
        Assert.Equal(Math.Pow(1.01, 30d / 7) - 1, trend.Monthly, 6);
        Assert.Equal(Enumerable.Range(13, 13).Sum(w => 1_000 * Math.Pow(1.01, w)), (double)trend.Coming!.Usd, 2);
        Assert.False(trend.IsFlat);
    }

    [Fact]
    public void A_forecast_too_wide_to_stand_behind_is_not_made() =>
        Assert.Null(Trend.Of([100m, 900m, 80m, 700m, 60m, 1_000m, 90m])!.Coming);

    [Theory]
    [InlineData(4, 1.533)]
    [InlineData(11, 1.363)]
    [InlineData(21, 1.323)]
    public void Student_is_as_in_the_tables(int degrees, double expected) => Assert.Equal(expected, Trend.Student(degrees), 2);
}
