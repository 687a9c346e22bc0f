using Assay.Control.Budgets;
using Assay.Control.Policies;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>What a minute lets through.</summary>
public class RateBookTests
{
    static RateRule Rate(string name, long? requests = null, long? tokens = null, decimal? usd = null, BudgetPer per = BudgetPer.All) =>
        new(name, Who.Anybody, [], per, requests, tokens, usd);

    /// <summary>A book, and a clock that is wherever a test says: the timestamps, and what is on the wall besides.</summary>
    sealed class Minutes : TimeProvider
    {
        static readonly Spender Anyone = Of();

        public Minutes(params RateRule[] rules) => Book = new(rules, null, this);

        public RateBook Book { get; }
        public int Second { get; set; }
        public DateTime Wall { get; set; } = Noon;

        public override long TimestampFrequency => 1;
        public override long GetTimestamp() => Second;
        public override DateTimeOffset GetUtcNow() => Wall;

        public RateAdmission Take(int second, long tokens, decimal usd, out RateTake take)
        {
            Second = second;
            return Book.TryTake(Book.For(Anyone), tokens, usd, out take);
        }

        public RateAdmission Take(int second, long tokens = 0, decimal usd = 0m) => Take(second, tokens, usd, out _);

        public RateAdmission More(int second, RateTake before, long tokens, decimal usd, out RateTake take)
        {
            Second = second;
            return Book.TryTakeMore(before, tokens, usd, out take);
        }
    }

    [Fact]
    public void A_minute_lets_its_requests_through_and_says_when_to_come_again()
    {
        var book = new Minutes(Rate("r", requests: 2));
        Assert.True(book.Take(0).IsAdmitted);
        Assert.True(book.Take(20).IsAdmitted);
        var refused = book.Take(30);
        Assert.Equal(("r", RateMeter.Requests, 2m, 2m, (int?)30), (refused.Rule, refused.Meter, refused.Limit, refused.Used, refused.RetryAfter));
        Assert.False(book.Take(59).IsAdmitted);
        Assert.True(book.Take(60).IsAdmitted);
        Assert.False(book.Take(79).IsAdmitted);
        Assert.True(book.Take(80).IsAdmitted);
    }

    [Fact]
    public void A_refused_call_takes_of_no_rate()
    {
        var book = new Minutes(Rate("wide", tokens: 100), Rate("narrow", usd: 1m, per: BudgetPer.Key));
        Assert.Equal("narrow", book.Take(0, 100, 2m).Rule);
        Assert.Null(book.Take(0, 100, 2m).RetryAfter);
        Assert.True(book.Take(0, 100, 1m).IsAdmitted);
        Assert.Equal(("wide", (int?)60), (book.Take(0, 1, 0m).Rule, book.Take(0, 1, 0m).RetryAfter));
    }

    [Fact]
    public void What_was_really_used_replaces_what_was_taken()
    {
        var book = new Minutes(Rate("r", tokens: 100));
        Assert.True(book.Take(0, 90, 0m, out var take).IsAdmitted);
        Assert.False(book.Take(1, 20).IsAdmitted);
        book.Book.Correct(take, 10, 0m);
        Assert.True(book.Take(1, 90).IsAdmitted);
        Assert.False(book.Take(2, 1).IsAdmitted);
        // Whatever is corrected after a minute has left it.
        Assert.True(book.Take(65, 100).IsAdmitted);
        book.Book.Correct(take, 1_000, 0m);
        Assert.Equal(100m, book.Take(65, 1).Used);
        book.Book.Correct(default, 5, 5m);
    }

    [Fact]
    public void A_clock_on_the_wall_that_is_set_back_or_forth_neither_opens_a_minute_anew_nor_stretches_it()
    {
        foreach (var set in (double[])[-86_400, -5_000, -61, -60, -59, -1, 1, 60, 5_000])
        {
            var book = new Minutes(Rate("r", requests: 1));
            Assert.True(book.Take(100).IsAdmitted);
            book.Wall = book.Wall.AddSeconds(set);
            Assert.False(book.Take(101).IsAdmitted);
            Assert.Equal(59, book.Take(101).RetryAfter);
            Assert.True(book.Take(160).IsAdmitted);
        }
    }

    [Fact]
    public void A_timestamp_that_lags_finds_the_minute_as_full_as_it_was()
    {
        var book = new Minutes(Rate("r", requests: 1));
        Assert.True(book.Take(1_000).IsAdmitted);
        foreach (var second in (int[])[999, 941, 940, 0]) Assert.False(book.Take(second).IsAdmitted);
        Assert.False(book.Take(1_059).IsAdmitted);
        Assert.True(book.Take(1_060).IsAdmitted);
    }

    [Fact]
    public void A_call_that_goes_on_to_a_dearer_model_takes_the_difference_and_stays_one_request()
    {
        var book = new Minutes(Rate("r", requests: 2, tokens: 100, usd: 1m));
        Assert.True(book.Take(0, 10, 0.1m, out var cheap).IsAdmitted);
        Assert.True(book.More(1, cheap, 60, 0.6m, out var dear).IsAdmitted);
        Assert.Equal((60L, 0.6m), (dear.Tokens, dear.Usd));
        Assert.Equal((RateMeter.Tokens, 60m), (book.Take(1, 41).Meter, book.Take(1, 41).Used));
        Assert.Equal(RateMeter.Usd, book.Take(1, 40, 0.41m).Meter);
        Assert.True(book.Take(1, 40, 0.4m).IsAdmitted);
        Assert.Equal(RateMeter.Requests, book.Take(1).Meter);
        // A third model, which is cheaper, changes nothing until it is known what the call used.
        Assert.True(book.More(2, dear, 5, 0.05m, out var same).IsAdmitted);
        Assert.Equal(dear, same);
        book.Book.Correct(same, 5, 0.05m);
        Assert.True(book.Take(60, 55, 0.55m).IsAdmitted);
        Assert.False(book.Take(60, 1, 0m).IsAdmitted);
    }

    [Fact]
    public void A_dearer_model_that_finds_no_room_leaves_a_call_what_it_had()
    {
        var book = new Minutes(Rate("r", usd: 1m));
        Assert.True(book.Take(0, 0, 0.1m, out var cheap).IsAdmitted);
        Assert.True(book.Take(20, 0, 0.5m).IsAdmitted);
        var refused = book.More(30, cheap, 0, 0.6m, out var kept);
        Assert.Equal((false, RateMeter.Usd, 0.5m, (int?)50), (refused.IsAdmitted, refused.Meter, refused.Used, refused.RetryAfter));
        Assert.Equal(cheap, kept);
        Assert.Equal(0.6m, book.Take(30, 0, 0.41m).Used);
        Assert.Null(book.More(30, cheap, 0, 1.1m, out _).RetryAfter);
        // What has left the minute meanwhile does not come back.
        Assert.False(book.More(70, cheap, 0, 0.6m, out kept).IsAdmitted);
        Assert.Equal(0.5m, book.Take(70, 0, 0.51m).Used);
        Assert.True(book.More(80, kept, 0, 0.6m, out _).IsAdmitted);
        Assert.Equal(0.6m, book.Take(80, 0, 0.41m).Used);
    }

    [Fact]
    public void No_sixty_seconds_hold_more_than_a_minute_may() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[1, 40], Gen.Int[0, 60]).Array[20, 150].Sample(calls =>
        {
            var book = new Minutes(Rate("r", tokens: 100));
            List<(int Second, long Tokens)> admitted = [];
            var now = 0;
            foreach (var (wait, tokens, actual) in calls)
            {
                now += wait;
                var free = 100 - admitted.Where(a => a.Second > now - 60).Sum(a => a.Tokens);
                var answer = book.Take(now, tokens, 0m, out var take);
                if (answer.IsAdmitted != tokens <= free) return false;
                if (!answer.IsAdmitted) continue;
                var used = Math.Min(tokens, actual);
                book.Book.Correct(take, used, 0m);
                admitted.Add((now, used));
            }
            return true;
        }, iter: 300);

    [Fact]
    public void A_refused_call_fits_after_the_seconds_it_is_told_and_not_before() =>
        Gen.Select(Gen.Select(Gen.Int[0, 12], Gen.Int[1, 60]).Array[5, 60], Gen.Int[1, 100]).Sample((calls, wanted) =>
        {
            Minutes Replay()
            {
                var (replayed, at) = (new Minutes(Rate("r", tokens: 100)), 0);
                foreach (var (wait, tokens) in calls) replayed.Take(at += wait, tokens);
                return replayed;
            }
            var now = calls.Sum(c => c.Item1);
            if (Replay().Take(now, wanted) is not { RetryAfter: { } after }) return true;
            return Replay().Take(now + after, wanted).IsAdmitted && !Replay().Take(now + after - 1, wanted).IsAdmitted;
        }, iter: 200);

    [Fact]
    public void Taking_and_correcting_allocate_nothing()
    {
        var book = new Minutes(Rate("r", 1_000_000, 1_000_000_000, 1_000m), Rate("k", 10, per: BudgetPer.Key));
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                book.Take(i, 10, 0.01m, out var take);
                book.More(i, take, 20, 0.02m, out take);
                book.Book.Correct(take, 5, 0.005m);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated();
        Assert.Equal(0, Allocated());
    }
}
