namespace Assay.Planning.Tests.Plans;

public class PlannerTests
{
    [Fact]
    public void Print()
    {
        var plan = SampledTraffic.Planned(SampledTraffic.Records());
        var text = new System.Text.StringBuilder();
        text.AppendLine($"{plan.Current} -> {plan.Planned}; {plan.CurrentMonthly} -> {plan.PlannedMonthly}");
        foreach (var a in plan.Actions)
            text.AppendLine($"{a.Kind} {a.Lever} {a.Warning} | {a.Name} | {a.From} -> {a.To} | alone {a.PeriodSaving:0.00} joint {a.JointPeriodSaving:0.00} stake {a.Evidence.AtStake:0.00} | {a.Evidence.Requests} | {a.Evidence.Text}");
        foreach (var w in plan.Workloads)
            text.AppendLine($"{w.Name} {w.Requests} {w.Cost:0.00} -> {w.Planned:0.00} {w.Urgency}: {w.Why} | batch {w.IfItMayWait:0.00} | {w.From} -> {w.To} | {w.Arrivals}");
        foreach (var n in plan.Notes) text.AppendLine(n);
        File.WriteAllText("/tmp/plan.txt", text.ToString());
    }
}
