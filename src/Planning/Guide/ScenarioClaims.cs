namespace Assay.Planning;

/// <summary>Claims about the guide's enterprise scenario: the sums of what it prints, and what its own assumptions come to.</summary>
static class ScenarioClaims
{
    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["M01"] = sheet => Finish(sheet, PrintedScenario.Total(sheet)),
        ["M02"] = sheet => Finish(sheet, Year(sheet, PrintedScenario.Total(sheet))),
        ["M03"] = sheet => Finish(sheet, Year(sheet, PrintedScenario.Inference(sheet))),
        ["M04"] = sheet => Finish(sheet, Year(sheet, PrintedScenario.Services(sheet))),
        ["M05"] = sheet => Finish(sheet, Saved(sheet).Usd),
        ["M06"] = sheet =>
        {
            var (usd, of) = Saved(sheet);
            return Finish(sheet, sheet.Step("as a share of the unoptimised year", $"{usd} ÷ {of}", sheet.Over(usd, of)));
        },
        ["M07"] = sheet => Finish(sheet, Bill(sheet).UnoptimisedMost()),
        ["M08"] = sheet => Finish(sheet, Bill(sheet).BatchMost()),
        ["M09"] = sheet => Finish(sheet, Bill(sheet).OnDemandMost()),
        ["M10"] = sheet => Finish(sheet, Bill(sheet).CachingSavedMost()),
        ["M11"] = sheet => Finish(sheet, Year(sheet, sheet.Stated("printed_unoptimised"))),
        ["M12"] = sheet =>
        {
            var (inference, total) = (PrintedScenario.Inference(sheet), PrintedScenario.Total(sheet));
            return Finish(sheet, sheet.Step("inference over the whole", $"{inference} ÷ {total}", sheet.Over(inference, total)));
        },
        ["M13"] = sheet => Finish(sheet, SavedShare(sheet, Bill(sheet)).Share),
        ["W01"] = sheet =>
        {
            var (unoptimised, optimised) = (sheet.Stated("printed_unoptimised"), PrintedScenario.Total(sheet));
            return Finish(sheet, sheet.Step("its two bills", $"{unoptimised} ÷ {optimised} − 1", sheet.Over(unoptimised, optimised) - 1m));
        },
    };

    /// <summary>Both months with the services as printed, and what the assumptions save of the first.</summary>
    internal static (decimal? Unoptimised, decimal? Optimised, decimal? Share) SavedShare(Worksheet sheet, ScenarioBill bill)
    {
        var services = PrintedScenario.Services(sheet);
        var baseline = bill.Unoptimised();
        var unoptimised = sheet.Step("unoptimised month", $"{baseline} + {services}", baseline + services);
        var (onDemand, batch, cached) = (bill.OnDemand(), bill.Batch(), bill.CachingSaved());
        var optimised = sheet.Step("optimised month", $"{onDemand} + {batch} − {cached} + {services}",
            onDemand + batch - cached + services);
        return (unoptimised, optimised, sheet.Step("saved", $"1 − {optimised} ÷ {unoptimised}", 1m - sheet.Over(optimised, unoptimised)));
    }

    static ScenarioBill Bill(Worksheet sheet) => new(sheet, GuideScenario.Estate(sheet.AllInputs, sheet.Catalog));

    static decimal Year(Worksheet sheet, decimal month)
    {
        sheet.Step("twelve such months", $"{month} × {GuideCalendar.MonthsPerYear}", month * GuideCalendar.MonthsPerYear);
        return month * GuideCalendar.MonthsPerYear;
    }

    static (decimal Usd, decimal Of) Saved(Worksheet sheet)
    {
        var (unoptimised, optimised) = (Year(sheet, sheet.Stated("printed_unoptimised")), Year(sheet, PrintedScenario.Total(sheet)));
        sheet.Step("saved", $"{unoptimised} − {optimised}", unoptimised - optimised);
        return (unoptimised - optimised, unoptimised);
    }

    static Derivation Finish(Worksheet sheet, decimal? figure) => sheet.Finish(figure, figure, isRange: false);
}
