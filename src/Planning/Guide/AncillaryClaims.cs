using Assay.Usage;

namespace Assay.Planning;

/// <summary>Claims about the services around inference.</summary>
static class AncillaryClaims
{
    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["A01"] = sheet => Finish(sheet, StoreMonth(sheet)),
        ["A02"] = AgentRequest,
        ["A03"] = sheet =>
        {
            var (services, inference) = (PrintedScenario.Services(sheet), PrintedScenario.Inference(sheet));
            return Finish(sheet, sheet.Step("services over inference", $"{services} ÷ {inference}", sheet.Over(services, inference)));
        },
        ["A04"] = sheet =>
        {
            var (guardrails, inference) = (sheet.Stated("printed_guardrails"), PrintedScenario.Inference(sheet));
            return Finish(sheet, sheet.Step("guardrails over inference", $"{guardrails} ÷ {inference}", sheet.Over(guardrails, inference)));
        },
        ["A05"] = sheet => Finish(sheet, sheet.Read("the scenario's line", sheet.Stated("printed_monitoring"))),
        ["A06"] = sheet =>
        {
            var (line, stores) = (sheet.Stated("printed_knowledge_bases"), sheet.Stated("scenario_knowledge_bases"));
            return Finish(sheet, sheet.Step("the scenario's line for each of its knowledge bases", $"{line} ÷ {stores}",
                sheet.Over(line, stores)));
        },
    };

    /// <summary>The compute units a vector store keeps running, for a month.</summary>
    public static decimal? StoreMonth(Worksheet sheet)
    {
        var units = sheet.Stated("opensearch_units");
        var hours = units * GuideCalendar.HoursPerMonth;
        sheet.Step("compute units of a vector store, every hour of a 30-day month", $"{units} × {GuideCalendar.HoursPerMonth} h", hours);
        return sheet.Priced("USD a month", hours, sheet.Cost("", Meter.OcuHour, hours, Scope.InRegion));
    }

    static Derivation AgentRequest(Worksheet sheet)
    {
        var (usd, calls) = (sheet.Stated("agent_call"), sheet.StatedRange("agent_calls"));
        var low = sheet.Step("the fewest calls, each at the price of the first", $"{usd} × {calls.Low}", usd * calls.Low);
        var high = sheet.Step("the most calls", $"{usd} × {calls.High}", usd * calls.High);
        return sheet.Finish(low, high, isRange: true);
    }

    static Derivation Finish(Worksheet sheet, decimal? figure) => sheet.Finish(figure, figure, isRange: false);
}
