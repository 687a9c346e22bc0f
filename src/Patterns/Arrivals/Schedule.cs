namespace Assay.Patterns.Arrivals;

/// <summary>
/// A job on a schedule: calls that come in runs, at most two a day, each at its own time of the day, where clock or calendar speak for a
/// machine and against people.
/// </summary>
/// <param name="Starts">When its runs begin, UTC times of the day, the median of each; one or two, ascending.</param>
/// <param name="Runs">How many were seen.</param>
/// <param name="Longest">The longest of them.</param>
/// <param name="Share">Share of the calls that came in such runs.</param>
/// <param name="Why">What speaks for a machine, in words that end a sentence.</param>
public sealed record Schedule(IReadOnlyList<TimeOnly> Starts, int Runs, TimeSpan Longest, double Share, string Why)
{
    // Fewer calls, or runs, say nothing of a schedule.
    const int CallsMin = 20, RunsMin = 3;

    const int StartsMax = 2;

    // A run smaller than this beside the middle one is somebody's trial by hand. So many of the calls may be of that kind.
    const double RunMin = .1, StrayMax = .03;

    // So many of the runs must keep to the schedule.
    const double KeptMin = .9;

    // People work where calls come by night, too, but not for the greater part.
    const double NightMin = 1 / 3.0;

    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // A pause as long as this parts two runs.
    static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    // A job waits for what it reads, so it may begin late: all of it within three hours. A longer one must begin on time.
    static readonly TimeSpan Window = TimeSpan.FromHours(3), LongestRun = TimeSpan.FromHours(8), OnTime = TimeSpan.FromMinutes(30);

    // Begun to the minute and over within the hour, day after day: no person does that.
    static readonly TimeSpan ToTheMinute = TimeSpan.FromMinutes(5), Short = TimeSpan.FromHours(1);

    readonly record struct Run(DateTime First, DateTime Last, int Calls)
    {
        public TimeSpan Length => Last - First;
    }

    /// <summary>The schedule the calls keep to; null where they keep to none, or people may be behind it.</summary>
    /// <param name="times">In rising order, UTC.</param>
    /// <param name="region">Where they are made from: the AWS region tells whose night it is.</param>
    public static Schedule? Of(IReadOnlyList<DateTime> times, string region)
    {
        if (times.Count < CallsMin) return null;
        var all = Parted(times);
        var least = all.Select(r => r.Calls).Order().ElementAt(all.Count / 2) * RunMin;
        List<Run> runs = [.. all.Where(r => r.Calls >= least)];
        var share = (double)runs.Sum(r => r.Calls) / times.Count;
        if (runs.Count < RunsMin || runs.DistinctBy(r => r.First.Date).Count() < RunsMin || share < 1 - StrayMax) return null;
        var starts = Beginnings(runs);
        if (starts.Count > StartsMax) return null;
        if (runs.Count(r => Keeps(r, starts)) < runs.Count * KeptMin) return null;
        var longest = runs.Max(r => r.Length);
        return Machine(times, runs, starts, longest, region) is { } why
            ? new([.. starts.Select(s => TimeOnly.FromTimeSpan(s)).Order()], runs.Count, longest, share, why) : null;
    }

    static List<Run> Parted(IReadOnlyList<DateTime> times)
    {
        var runs = new List<Run>();
        var first = 0;
        for (var i = 1; i <= times.Count; i++)
        {
            if (i < times.Count && times[i] - times[i - 1] < Pause) continue;
            runs.Add(new(times[first], times[i - 1], i - first));
            first = i;
        }
        return runs;
    }

    // Times of the day, the median of each group: runs that begin within three hours of the first of a group are of it.
    static List<TimeSpan> Beginnings(List<Run> runs)
    {
        var times = runs.Select(r => r.First.TimeOfDay).Order().ToList();
        // The clock is a circle: it is cut where most time passes without a beginning.
        var cut = Enumerable.Range(0, times.Count).MaxBy(i => i == 0 ? times[0] + Day - times[^1] : times[i] - times[i - 1]);
        var starts = new List<TimeSpan>();
        var group = new List<TimeSpan>();
        for (var i = 0; i <= times.Count; i++)
        {
            var at = i == times.Count ? default : times[(cut + i) % times.Count] + (cut + i < times.Count ? TimeSpan.Zero : Day);
            if (group.Count > 0 && (i == times.Count || at - group[0] > Window))
            {
                starts.Add(new(group[group.Count / 2].Ticks % Day.Ticks));
                group.Clear();
            }
            group.Add(at);
        }
        return starts;
    }

    static bool Keeps(Run run, List<TimeSpan> starts)
    {
        var late = starts.Min(s => Apart(run.First.TimeOfDay, s));
        return late + run.Length <= Window + OnTime || (late <= OnTime && run.Length <= LongestRun);
    }

    static TimeSpan Apart(TimeSpan left, TimeSpan right)
    {
        var apart = (left - right).Duration();
        return apart <= Day / 2 ? apart : Day - apart;
    }

    static string? Machine(IReadOnlyList<DateTime> times, List<Run> runs, List<TimeSpan> starts, TimeSpan longest, string region)
    {
        if (times.Count(t => IsAtRest(t, region)) >= times.Count * NightMin) return "at hours when few people work";
        return longest <= Short && runs.Count(r => starts.Exists(s => Apart(r.First.TimeOfDay, s) <= ToTheMinute)) >= runs.Count * KeptMin
            ? "begun to the minute and over within the hour" : null;
    }

    // Where a region is does not say where its users are: Europe's day and both Americas' reach from 7 to 23 UTC together, and only the
    // hours between are nobody's. Of Asia and the Pacific those are 15 to 21 UTC.
    static bool IsAtRest(DateTime time, string region) => region.StartsWith("ap-", StringComparison.Ordinal)
        ? time.Hour is >= 15 and < 21 : time.Hour is >= 23 or < 7;
}
