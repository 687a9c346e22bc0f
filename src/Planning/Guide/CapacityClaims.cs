using Assay.Usage;

namespace Assay.Planning;

/// <summary>The guide's calendar: a month of 30 days, a year of twelve of them.</summary>
static class GuideCalendar
{
    public const decimal DaysPerMonth = 30m;
    public const decimal HoursPerMonth = 24m * DaysPerMonth;
    public const decimal MonthsPerYear = 12m;
}

/// <summary>Claims about capacity bought by the hour: model units.</summary>
static class CapacityClaims
{
    const string Claude = "anthropic.";

    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["T01"] = sheet => Finish(sheet, ClaudeMonth(sheet)),
        ["T02"] = sheet =>
        {
            var month = ClaudeMonth(sheet);
            return Finish(sheet, sheet.Step("twelve such months", $"{month} × {GuideCalendar.MonthsPerYear}",
                month * GuideCalendar.MonthsPerYear));
        },
        // The question behind it is asked without a commitment.
        ["T03"] = sheet => Finish(sheet, Month(sheet, "the cheapest model unit without a commitment",
            sheet.CheapestUnitHour("model unit without a commitment", key => key.Term == Term.None))),
        ["T04"] = sheet => Finish(sheet, Month(sheet, "the cheapest model unit the book names",
            sheet.CheapestUnitHour("model unit", _ => true))),
        ["F02"] = ImpliedHours,
    };

    static decimal? ClaudeMonth(Worksheet sheet) => Month(sheet, "the cheapest Claude model unit at a month's commitment",
        sheet.CheapestUnitHour("Claude model unit at a month's commitment",
            key => key.Term == Term.OneMonth && key.Model.StartsWith(Claude, StringComparison.Ordinal)));

    static decimal? Month(Worksheet sheet, string what, decimal? hour) =>
        sheet.Step($"{what}, every hour of a 30-day month", $"{hour} × {GuideCalendar.HoursPerMonth} h",
            hour * GuideCalendar.HoursPerMonth);

    static Derivation ImpliedHours(Worksheet sheet)
    {
        var month = sheet.StatedRange("serving_month");
        var (low, high) = (Hour(month.Low), Hour(month.High));
        return sheet.Finish(low, high, isRange: true);

        decimal? Hour(decimal usd) =>
            sheet.Step("a month's cost by the hour", $"{usd} ÷ {GuideCalendar.HoursPerMonth} h", usd / GuideCalendar.HoursPerMonth);
    }

    static Derivation Finish(Worksheet sheet, decimal? figure) => sheet.Finish(figure, figure, isRange: false);
}
