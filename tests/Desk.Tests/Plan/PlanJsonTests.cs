using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Assay.Desk.Reports;
using Assay.Planning;

namespace Assay.Desk.Tests.Plans;

/// <summary>What programs read of a plan: names and types that others build on.</summary>
public class PlanJsonTests
{
    static readonly string[] Levers =
        ["routing", "batch", "caching", "output", "knowledge_base", "agents", "provisioned", "commitment", "scope", "tier", "governance"];

    [Fact]
    public void The_bill_the_plan_and_the_saving_are_money_and_the_gap_is_a_number()
    {
        var plan = Json(SomePlans.Rich);
        Assert.All((string[])["current_monthly", "planned_monthly", "saving_monthly", "current", "planned", "sum_of_alone"], f => Money(plan, f));
        Assert.Equal(JsonValueKind.Number, plan.GetProperty("optimal").GetProperty("gap").ValueKind);
        Assert.Equal(0.0041m, plan.GetProperty("optimal").GetProperty("gap").GetDecimal());
    }

    [Fact]
    public void What_the_bill_may_come_to_is_there_where_it_differs()
    {
        Assert.False(Json(SomePlans.Rich).TryGetProperty("current_max", out _));
        Assert.False(Json(SomePlans.Rich with { CurrentMax = SomePlans.Rich.Current }).TryGetProperty("current_max", out _));
        var plan = Json(SomePlans.Rich with { CurrentMax = SomePlans.Rich.Current + 1.5m });
        Assert.Equal("1.5", (decimal.Parse(plan.GetProperty("current_max").GetString()!, CultureInfo.InvariantCulture)
            - SomePlans.Rich.Current).ToString(CultureInfo.InvariantCulture).TrimEnd('0'));
    }

    [Fact]
    public void An_action_has_every_field_that_checks_read()
    {
        foreach (var action in Json(SomePlans.Rich).GetProperty("actions").EnumerateArray())
        {
            Assert.Contains(Text(action, "lever"), Levers);
            Assert.Contains(Text(action, "kind"), (string[])["saving", "candidate", "warning"]);
            Assert.All((string[])["account", "principal", "app", "model"], f => Text(action.GetProperty("workload"), f));
            Assert.All((string[])["from", "to"], f => Text(action.GetProperty("change"), f));
            Assert.All((string[])["monthly_saving", "period_saving", "joint_saving"], f => Money(action, f));
            Assert.Contains(Text(action, "confidence"), (string[])["low", "medium", "high"]);
            Assert.Contains(Text(action, "effort"), (string[])["low", "medium", "high"]);
            Assert.All((string[])["name", "breaks", "setup", "quality"], f => Text(action, f));
            var evidence = action.GetProperty("evidence");
            Assert.True(evidence.GetProperty("requests").GetInt64() > 0);
            Assert.True(evidence.GetProperty("first").GetDateTime() < evidence.GetProperty("last").GetDateTime());
            Assert.NotEqual("", Text(evidence, "text"));
            Assert.All((string[])["examples", "figures"], f => Assert.Equal(JsonValueKind.Array, evidence.GetProperty(f).ValueKind));
        }
    }

    [Fact]
    public void A_warning_saves_nothing_says_its_cause_and_what_is_at_stake()
    {
        var warnings = Json(SomePlans.Rich).GetProperty("actions").EnumerateArray().Where(a => Text(a, "kind") == "warning").ToList();
        Assert.Equal(["runaway", "policy", "throttling"], warnings.Select(w => Text(w, "warning")));
        Assert.All(warnings, w => Assert.Equal(("0", "0", "0"), (Text(w, "monthly_saving"), Text(w, "period_saving"), Text(w, "joint_saving"))));
        Assert.Equal("96.27", Text(warnings[0].GetProperty("evidence"), "at_stake"));
        Assert.Equal(JsonValueKind.Null, warnings[2].GetProperty("evidence").GetProperty("at_stake").ValueKind);
    }

    [Fact]
    public void What_is_no_warning_has_no_cause() => Assert.All(Json(SomePlans.Rich).GetProperty("actions").EnumerateArray()
        .Where(a => Text(a, "kind") != "warning"), a => Assert.False(a.TryGetProperty("warning", out _)));

    [Fact]
    public void Joint_savings_add_up_to_what_is_saved_to_the_last_digit_as_printed()
    {
        var plan = Json(SomePlans.Rich);
        var joint = plan.GetProperty("actions").EnumerateArray().Select(a => Exact(Text(a, "joint_saving"))).ToList();
        Assert.Contains(joint, j => j > 0);
        Assert.Equal(Exact(Text(plan, "saving_monthly")), joint.Aggregate(BigInteger.Zero, (sum, j) => sum + j));
        Assert.Equal(Exact(Text(plan, "saving_monthly")), Exact(Text(plan, "current_monthly")) - Exact(Text(plan, "planned_monthly")));
    }

    [Fact]
    public void A_candidate_is_in_no_joint_saving() => Assert.All(Json(SomePlans.Rich).GetProperty("actions").EnumerateArray()
        .Where(a => Text(a, "kind") == "candidate"), a =>
    {
        Assert.Equal("0", Text(a, "joint_saving"));
        Assert.NotEqual("0", Text(a, "monthly_saving"));
    });

    [Fact]
    public void Workloads_steps_and_what_has_no_price_stand_beside_the_actions()
    {
        var plan = Json(SomePlans.Rich);
        Assert.Equal(["real_time", "batch_eligible", "near_time", "near_time", "batch_eligible", "real_time"],
            plan.GetProperty("workloads").EnumerateArray().Select(w => Text(w, "urgency")));
        Assert.Equal(["batch", "caching", "routing", "scope"], plan.GetProperty("waterfall").EnumerateArray().Select(s => Text(s, "lever")));
        Assert.Equal(212, plan.GetProperty("unpriced")[0].GetProperty("count").GetInt64());
        Assert.Equal(2, plan.GetProperty("notes").GetArrayLength());
        Assert.Equal(("aws@2026-07-24", "2026-07-01", "2026-07-14"), (Text(plan, "book"), Text(plan, "from"), Text(plan, "to")));
        Assert.Equal((14, 28_112), (plan.GetProperty("days").GetInt32(), plan.GetProperty("requests").GetInt32()));
    }

    [Fact]
    public void Bounds_of_a_saving_stand_in_its_evidence()
    {
        var interval = Json(SomePlans.Rich).GetProperty("actions")[2].GetProperty("evidence").GetProperty("interval");
        Assert.Equal(("96.2", "131.9"), (Text(interval, "low"), Text(interval, "high")));
    }

    [Fact]
    public void A_plan_without_a_change_has_the_same_shape()
    {
        var plan = Json(SomePlans.Empty);
        Assert.Equal(0, plan.GetProperty("actions").GetArrayLength());
        Assert.Equal(("0", Text(plan, "current_monthly")), (Text(plan, "saving_monthly"), Text(plan, "planned_monthly")));
    }

    static JsonElement Json(Plan plan)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) PlanJson.Write(json, plan);
        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }

    static string Text(JsonElement element, string name)
    {
        var value = element.GetProperty(name);
        Assert.Equal(JsonValueKind.String, value.ValueKind);
        return value.GetString()!;
    }

    static void Money(JsonElement element, string name) => Assert.Matches(@"^-?[0-9]+(\.[0-9]+)?$", Text(element, name));

    // Twenty-eight places, so that nothing is rounded by adding.
    static BigInteger Exact(string amount)
    {
        var dot = amount.IndexOf('.', StringComparison.Ordinal);
        var places = dot < 0 ? 0 : amount.Length - dot - 1;
        return BigInteger.Parse(amount.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * BigInteger.Pow(10, 28 - places);
    }
}
