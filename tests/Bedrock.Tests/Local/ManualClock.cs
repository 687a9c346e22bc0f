namespace Assay.Bedrock.Tests;

/// <summary>A clock that moves when told, and fires the timers that are then due.</summary>
sealed class ManualClock : TimeProvider
{
    readonly Lock gate = new();
    readonly List<ManualTimer> timers = [];
    DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    /// <summary>Waits until somebody waits for the clock, and moves it to the time they wait for. Returns how far that was.</summary>
    public async Task<TimeSpan> AdvanceToNextTimer(CancellationToken cancel)
    {
        while (true)
        {
            ManualTimer? next = null;
            var moved = TimeSpan.Zero;
            lock (gate)
            {
                next = timers.MinBy(t => t.Due);
                if (next is not null)
                {
                    timers.Remove(next);
                    moved = next.Due - now;
                    now = next.Due;
                }
            }
            if (next is not null)
            {
                next.Callback();
                return moved;
            }
            await Task.Delay(1, cancel);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    sealed class ManualTimer(ManualClock clock, Action callback) : ITimer
    {
        public DateTimeOffset Due { get; private set; }
        public void Callback() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock.now + dueTime;
                clock.timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
