using Assay.Control.Budgets;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>Windows follow from time alone.</summary>
public class BudgetWindowTests
{
    [Theory]
    [InlineData("2026-11-30 23:59:59.9999999", "2026-12-01", "2026-11-01")]
    [InlineData("2028-02-29 12:00", "2028-03-01", "2028-02-01")]
    [InlineData("2026-02-28 23:59", "2026-03-01", "2026-02-01")]
    [InlineData("2026-12-31 23:59", "2027-01-01", "2026-12-01")]
    public void A_month_ends_with_its_last_day(string inside, string end, string start)
    {
        var book = Book(Rule("b", 1m));
        book.Reserve(1m, At(inside));
        Assert.Equal(At(end), book.Ask(1m, At(inside)).Until);
        Assert.Equal((At(start), At(end)), (book.Counter("b", At(inside)).WindowStart, book.Counter("b", At(inside)).WindowEnd));
        Assert.False(book.Ask(1m, At(end).AddTicks(-1)).IsAdmitted);
        Assert.True(book.Ask(1m, At(end)).IsAdmitted);
    }

    [Fact]
    public void A_leap_day_is_a_day()
    {
        var book = Book(Rule("b", 1m, window: BudgetWindow.Day));
        foreach (var day in (string[])["2028-02-28", "2028-02-29", "2028-03-01"])
        {
            book.Reserve(1m, At(day).AddHours(23));
            Assert.Equal(At(day).AddDays(1), book.Ask(1m, At(day)).Until);
        }
    }

    [Fact]
    public void A_lease_over_midnight_belongs_to_the_day_of_its_admission()
    {
        var book = Book(Rule("b", 10m, window: BudgetWindow.Day));
        var (before, after) = (At("2026-11-15 23:59"), At("2026-11-16 00:01"));
        var lease = book.Reserve(9m, before);
        Assert.Equal((0m, 0m, 0m), book.Sums("b", after));
        book.Reserve(10m, after);
        book.Settle(lease, 8m, null);
        Assert.Equal((0m, 10m, 0m), book.Sums("b", after));
        Assert.Equal((8m, 0m, 0m), book.Sums("b", before));
    }

    [Fact]
    public void A_rolling_window_lets_go_of_what_is_older_than_itself()
    {
        var book = Book(Rule("b", 10m, window: BudgetWindow.Rolling(1)));
        book.Settle(book.Reserve(6m, Noon), 6m, null);
        book.Settle(book.Reserve(4m, Noon.AddMinutes(30)), 4m, null);
        // A slice counts until the whole of it has left the hour.
        Assert.Equal(Noon.AddMinutes(61), book.Ask(5m, Noon.AddMinutes(40)).Until);
        Assert.Equal(Noon.AddMinutes(91), book.Ask(7m, Noon.AddMinutes(40)).Until);
        Assert.False(book.Ask(5m, Noon.AddMinutes(61).AddTicks(-1)).IsAdmitted);
        Assert.True(book.Ask(5m, Noon.AddMinutes(61)).IsAdmitted);
        Assert.Equal((4m, 5m, 0m), book.Sums("b", Noon.AddMinutes(61)));
    }

    [Fact]
    public void No_stretch_of_a_rolling_windows_length_holds_more_than_its_limit() =>
        Gen.Select(Gen.Int[1, 3], Gen.Select(Gen.Int[-200, 900], Gen.Int[1, 400]).Array[20, 200]).Sample((hours, calls) =>
        {
            const decimal limit = 10m;
            var book = Book(Rule("b", limit, window: BudgetWindow.Rolling(hours)));
            var (now, admitted) = (Noon, new List<(DateTime Time, decimal Cost)>());
            foreach (var (seconds, cents) in calls)
            {
                now = now.AddSeconds(seconds * hours).AddTicks(cents);
                if (!book.TryReserve(book.For(Of()), cents / 100m, 0m, now, out var lease).IsAdmitted) continue;
                if (cents % 3 > 0) book.Settle(lease, cents / 100m, null);
                admitted.Add((now, cents / 100m));
            }
            // The fullest stretches begin with a call.
            return admitted.TrueForAll(first => admitted.Where(c => c.Time >= first.Time && c.Time <= first.Time.AddHours(hours)).Sum(c => c.Cost) <= limit);
        }, iter: 400);

    [Fact]
    public void A_window_of_no_hours_or_a_local_time_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BudgetWindow.Rolling(0));
        Assert.Throws<ArgumentException>(() => Book(Rule("b", 1m)).Ask(1m, DateTime.SpecifyKind(Noon, DateTimeKind.Local)));
    }

    [Fact]
    public void Calls_over_years_keep_the_newest_windows_whole()
    {
        var book = Book(Rule("b", 1m, window: BudgetWindow.Day));
        var days = Enumerable.Range(0, 300).Select(d => At("2026-01-01").AddDays(d)).ToArray();
        new Random(7).Shuffle(days);
        foreach (var day in days) book.Restore(Of(), day, 0.5m, null);
        foreach (var day in days) book.Restore(Of(), day, 0.25m, null);
        for (var d = 200; d < 300; d++) Assert.Equal(0.75m, book.Counter("b", At("2026-01-01").AddDays(d)).Spent);
        Assert.True(book.Ask(1m, At("2027-06-01")).IsAdmitted);
    }

    [Fact]
    public void It_is_known_whether_a_lease_left_behind_still_counts()
    {
        var book = Book(Rule("b", 1m, window: BudgetWindow.Day));
        Assert.True(book.Counts(Of(), At("2026-11-15"), Noon));
        Assert.False(book.Counts(Of(), At("2026-11-14 23:59"), Noon));
        Assert.False(Book().Counts(Of(), Noon, Noon));
    }
}
