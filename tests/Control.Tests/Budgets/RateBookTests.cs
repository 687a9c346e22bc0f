using Assay.Control.Budgets;
using Assay.Control.Policies;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>What a minute lets through.</summary>
public class RateBookTests
{
    static RateRule Rate(string name, long? requests = null, long? tokens = null, decimal? usd = null, BudgetPer per = BudgetPer.All) =>
        new(name, Who.Anybody, [], per, requests, tokens, usd);

    static RateAdmission Take(RateBook book, int second, long tokens = 0, decimal usd = 0m, Spender? by = null) =>
        book.TryTake(book.For(by ?? Of()), tokens, usd, Noon.AddSeconds(second), out _);

    [Fact]
    public void A_minute_lets_its_requests_through_and_says_when_to_come_again()
    {
        var book = new RateBook([Rate("r", requests: 2)], null);
        Assert.True(Take(book, 0).IsAdmitted);
        Assert.True(Take(book, 20).IsAdmitted);
        var refused = Take(book, 30);
        Assert.Equal(("r", RateMeter.Requests, 2m, 2m, (int?)30), (refused.Rule, refused.Meter, refused.Limit, refused.Used, refused.RetryAfter));
        Assert.False(Take(book, 59).IsAdmitted);
        Assert.True(Take(book, 60).IsAdmitted);
        Assert.False(Take(book, 79).IsAdmitted);
        Assert.True(Take(book, 80).IsAdmitted);
    }

    [Fact]
    public void A_refused_call_takes_of_no_rate()
    {
        var book = new RateBook([Rate("wide", tokens: 100), Rate("narrow", usd: 1m, per: BudgetPer.Key)], null);
        Assert.Equal("narrow", Take(book, 0, 100, 2m).Rule);
        Assert.Null(Take(book, 0, 100, 2m).RetryAfter);
        Assert.True(Take(book, 0, 100, 1m).IsAdmitted);
        Assert.Equal(("wide", (int?)60), (Take(book, 0, 1, 0m).Rule, Take(book, 0, 1, 0m).RetryAfter));
    }

    [Fact]
    public void What_was_really_used_replaces_what_was_taken()
    {
        var book = new RateBook([Rate("r", tokens: 100)], null);
        Assert.True(book.TryTake(book.For(Of()), 90, 0m, Noon, out var take).IsAdmitted);
        Assert.False(Take(book, 1, 20).IsAdmitted);
        book.Correct(take, 10, 0m);
        Assert.True(Take(book, 1, 90).IsAdmitted);
        Assert.False(Take(book, 2, 1).IsAdmitted);
        // Whatever is corrected after a minute has left it.
        Assert.True(Take(book, 65, 100).IsAdmitted);
        book.Correct(take, 1_000, 0m);
        Assert.Equal(100m, Take(book, 65, 1).Used);
        book.Correct(default, 5, 5m);
    }

    [Fact]
    public void A_clock_that_lags_stands_still_and_one_set_back_begins_anew()
    {
        var book = new RateBook([Rate("r", requests: 1)], null);
        Assert.True(Take(book, 100).IsAdmitted);
        Assert.False(Take(book, 98).IsAdmitted);
        Assert.True(Take(book, -5_000).IsAdmitted);
    }

    [Fact]
    public void Other_rules_go_on_with_the_last_minute()
    {
        var book = new RateBook([Rate("r", requests: 5)], null);
        var set = book.For(Of());
        Assert.True(Take(book, 0).IsAdmitted);
        book.Reload([Rate("r", requests: 1)], null);
        Assert.False(book.TryTake(set, 0, 0m, Noon, out _).IsAdmitted);
    }

    [Fact]
    public void No_sixty_seconds_hold_more_than_a_minute_may() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[1, 40], Gen.Int[0, 60]).Array[20, 150].Sample(calls =>
        {
            var book = new RateBook([Rate("r", tokens: 100)], null);
            List<(int Second, long Tokens)> admitted = [];
            var now = 0;
            foreach (var (wait, tokens, actual) in calls)
            {
                now += wait;
                var free = 100 - admitted.Where(a => a.Second > now - 60).Sum(a => a.Tokens);
                var answer = book.TryTake(book.For(Of()), tokens, 0m, Noon.AddSeconds(now), out var take);
                if (answer.IsAdmitted != tokens <= free) return false;
                if (!answer.IsAdmitted) continue;
                var used = Math.Min(tokens, actual);
                book.Correct(take, used, 0m);
                admitted.Add((now, used));
            }
            return true;
        }, iter: 300);

    [Fact]
    public void A_refused_call_fits_after_the_seconds_it_is_told_and_not_before() =>
        Gen.Select(Gen.Select(Gen.Int[0, 12], Gen.Int[1, 60]).Array[5, 60], Gen.Int[1, 100]).Sample((calls, wanted) =>
        {
            RateBook Replay()
            {
                var (replayed, at) = (new RateBook([Rate("r", tokens: 100)], null), 0);
                foreach (var (wait, tokens) in calls) Take(replayed, at += wait, tokens);
                return replayed;
            }
            var now = calls.Sum(c => c.Item1);
            if (Take(Replay(), now, wanted) is not { RetryAfter: { } after }) return true;
            return Take(Replay(), now + after, wanted).IsAdmitted && !Take(Replay(), now + after - 1, wanted).IsAdmitted;
        }, iter: 200);

    [Fact]
    public void Taking_and_correcting_allocate_nothing()
    {
        var book = new RateBook([Rate("r", 1_000_000, 1_000_000_000, 1_000m), Rate("k", 10, per: BudgetPer.Key)], null);
        var set = book.For(Of());
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                book.TryTake(set, 10, 0.01m, Noon.AddSeconds(i), out var take);
                book.Correct(take, 5, 0.005m);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated();
        Assert.Equal(0, Allocated());
    }
}
