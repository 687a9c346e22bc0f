namespace Assay.Patterns.Arrivals;

/// <summary>When the calls of a workload come. All hours are UTC.</summary>
/// <param name="Calls">How many.</param>
/// <param name="Days">Days on which any came.</param>
/// <param name="Hours">Share of the calls in each of the 24 hours.</param>
/// <param name="WindowStart">The hour in which the busiest <see cref="WindowHours"/> hours begin.</param>
/// <param name="WindowShare">Share of the calls in those hours.</param>
/// <param name="WindowDays">Share of the days on which most calls fell into them.</param>
/// <param name="BusiestMinute">Calls in the busiest minute.</param>
public sealed record ArrivalPattern(
    int Calls, int Days, IReadOnlyList<double> Hours, int WindowStart, double WindowShare, double WindowDays, int BusiestMinute)
{
    /// <summary>How many hours a window has.</summary>
    public const int WindowHours = 3;

    /// <summary>The schedule they keep to as a job; null where they keep to none, or people may be behind it.</summary>
    public Schedule? Schedule { get; init; }

    public bool IsScheduled => Schedule is not null;

    /// <param name="times">In rising order, UTC.</param>
    /// <param name="region">Where the calls are made from.</param>
    public static ArrivalPattern Of(IReadOnlyList<DateTime> times, string region)
    {
        var hours = new int[24];
        var days = new Dictionary<int, int[]>();
        int busiest = 0, inMinute = 0;
        long minute = -1;
        foreach (var time in times)
        {
            hours[time.Hour]++;
            var day = (int)(time.Ticks / TimeSpan.TicksPerDay);
            if (!days.TryGetValue(day, out var ofDay)) days[day] = ofDay = new int[24];
            ofDay[time.Hour]++;
            var at = time.Ticks / TimeSpan.TicksPerMinute;
            inMinute = at == minute ? inMinute + 1 : 1;
            minute = at;
            busiest = Math.Max(busiest, inMinute);
        }
        // Of windows that hold as much, the one that begins with the calls.
        var start = Enumerable.Range(0, 24).OrderByDescending(h => InWindow(hours, h)).ThenByDescending(h => hours[h]).First();
        var kept = days.Values.Count(d => InWindow(d, start) * 2 > d.Sum());
        var all = Math.Max(1, times.Count);
        return new(times.Count, days.Count, [.. hours.Select(h => (double)h / all)], start, (double)InWindow(hours, start) / all,
            days.Count == 0 ? 0 : (double)kept / days.Count, busiest) { Schedule = Schedule.Of(times, region) };
    }

    // A window may pass midnight.
    static int InWindow(int[] hours, int start) => Enumerable.Range(start, WindowHours).Sum(h => hours[h % 24]);
}
