namespace Assay.Gateway.Tests;

/// <summary>A clock that stands until it is moved.</summary>
sealed class ManualTime : TimeProvider
{
    DateTimeOffset now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override DateTimeOffset GetUtcNow() => now;
    public override long GetTimestamp() => now.UtcTicks;
    public void Move(TimeSpan by) => now += by;
}
