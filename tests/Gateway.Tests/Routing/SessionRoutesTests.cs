using Assay.Gateway.Calls;
using Assay.Gateway.Routing;

namespace Assay.Gateway.Tests.Routing;

public class SessionRoutesTests
{
    [Fact]
    public void A_session_goes_up_and_never_down() => Gen.Int[0, 2].List[1, 20].Sample(wanted =>
    {
        var session = new SessionTier();
        var highest = -1;
        foreach (var one in wanted)
        {
            highest = Math.Max(highest, one);
            Assert.Equal(highest, session.Raise(one, out _));
        }
    });

    [Fact]
    public void Calls_of_a_session_at_the_same_time_end_with_the_hardest_tier()
    {
        var session = new SessionTier();
        Parallel.For(0, 1_000, i => session.Raise(i % 3, out _));
        Assert.Equal(2, session.Raise(0, out _));
    }

    [Fact]
    public void What_was_not_used_for_long_is_forgotten()
    {
        var time = new ManualTime();
        var memory = new RecentMemory<string, SessionTier>(100, TimeSpan.FromMinutes(10), time);
        var used = memory.Of("used");
        memory.Of("unused");
        for (var i = 0; i < 10; i++)
        {
            time.Move(TimeSpan.FromMinutes(9));
            Assert.Same(used, memory.Find("used"));
        }
        Assert.Null(memory.Find("unused"));
        time.Move(TimeSpan.FromHours(1));
        Assert.Null(memory.Find("used"));
    }

    [Fact]
    public void However_many_sessions_come_the_memory_is_bounded()
    {
        var memory = new RecentMemory<int, SessionTier>(1_000, TimeSpan.FromMinutes(10), new ManualTime());
        for (var i = 0; i < 10_000; i++) memory.Of(i);
        Assert.InRange(memory.Count, 1, 1_000);
        Assert.NotNull(memory.Find(9_999));
    }
}
