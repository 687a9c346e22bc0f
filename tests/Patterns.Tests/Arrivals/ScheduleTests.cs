using Assay.Patterns.Arrivals;

namespace Assay.Patterns.Tests.Arrivals;

public class ScheduleTests
{
    static readonly DateTime Monday = new(2026, 7, 6, 0, 0, 0, DateTimeKind.Utc);

    // A call a minute, from so many minutes after midnight, day after day.
    static IEnumerable<DateTime> Runs(int days, int start, int minutes) => Enumerable.Range(0, days)
        .SelectMany(d => Enumerable.Range(0, minutes).Select(m => Monday.AddDays(d).AddMinutes(start + m)));

    static Schedule? Of(IEnumerable<DateTime> times, string region = "us-east-1") => Schedule.Of([.. times.Order()], region);

    [Theory]
    [InlineData(95, 170), InlineData(1430, 60), InlineData(1400, 420), InlineData(0, 30)]
    public void Nightly_runs_are_a_job_at_whatever_minute_they_begin(int start, int minutes) =>
        Assert.Equal([TimeOnly.FromDateTime(Monday.AddMinutes(start))], Of(Runs(5, start, minutes))!.Starts);

    [Fact]
    public void Two_runs_a_day_are_a_job_and_three_are_none()
    {
        Assert.Equal(2, Of(Runs(5, 120, 60).Concat(Runs(5, 900, 60)))!.Starts.Count);
        Assert.Null(Of(Runs(5, 120, 60).Concat(Runs(5, 600, 60)).Concat(Runs(5, 1200, 60))));
    }

    [Fact]
    public void Some_hours_by_day_are_peoples_and_a_half_hour_to_the_minute_is_a_machines()
    {
        Assert.Null(Of(Runs(10, 540, 170)));
        Assert.NotNull(Of(Runs(10, 720, 30)));
    }

    [Fact]
    public void Night_is_another_in_Tokyo()
    {
        Assert.Null(Of(Runs(10, 60, 170), "ap-northeast-1"));
        Assert.NotNull(Of(Runs(10, 960, 170), "ap-northeast-1"));
    }

    [Fact]
    public void Two_nights_show_no_schedule_and_a_call_by_hand_breaks_none()
    {
        Assert.Null(Of(Runs(2, 120, 100)));
        Assert.NotNull(Of(Runs(5, 120, 100).Append(Monday.AddHours(15))));
    }
}
