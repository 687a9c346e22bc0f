using System.Text.Json;
using Assay.Gateway.Host;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>A budget that refuses says so where its owner looks: once a window, however often it does.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class BudgetEventTests
{
    static readonly DateTime Noon = new(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc);

    static IReadOnlyList<JsonElement> Refusals(string path) =>
        [.. File.ReadLines(path).Select(l => JsonElement.Parse(l)).Where(l => l.GetProperty("event").GetString() == "refused")];

    static Control.Budgets.Admission Full(DateTime start, DateTime end, decimal limit = 1m, string of = "", bool isTooDear = false) => new()
    {
        Budget = "all", Value = of, Limit = limit, Spent = 0.9m, WindowStart = start, WindowEnd = end, Until = isTooDear ? null : end,
    };

    [Fact]
    public async Task A_budget_that_refuses_is_told_of_once_with_its_owner_its_sums_and_its_window()
    {
        await using var rig = await Rig.Make("policy: policy.yaml\nclamp_to_budgets: no\nbudgets:\n  own: {team: blue, amount: $0.00001 a day}");
        await File.WriteAllTextAsync(Path.Combine(rig.Folder, "policy.yaml"), $"""
            policy: ours
            region: us-east-1
            accounts:
              main: {"{"}id: '{Rig.Account}', owner: cloud@example.com{"}"}
            allow:
              everything: {"{"}models: ['*']{"}"}
            budgets:
              organisation: {"{"}amount: $0.001 a month, hard: yes, owner: [money@example.com]{"}"}
            """, Rig.Cancel);
        string[] keys = [rig.Key("a"), rig.Key("b", team: "blue")];
        for (var start = 0; start < 2; start++)
        {
            var gateway = await rig.StartHost();
            using var red = new Caller(gateway.Address, keys[0]);
            using var blue = new Caller(gateway.Address, keys[1]);
            Assert.Equal(200, (await red.Converse("[[tokens=300]] hello", maxTokens: 400)).Status);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(403, (await red.Converse("hello", maxTokens: 3_800)).Status);
                Assert.Equal(403, (await red.Converse("hello", maxTokens: 9_000, model: "amazon.nova-pro-v1:0")).Status);
                Assert.Equal(403, (await blue.Converse("hello", maxTokens: 100)).Status);
            }
            await rig.StopAll();
        }

        // Any report can tell them from calls that a server failed.
        Assert.Equal(18, rig.Records().Count(r => r.Refused == "budget"));
        Assert.Equal(2, rig.Records().Count(r => r.Refused is null));
        var told = Refusals(Path.Combine(rig.Data, "budget-events.jsonl"));
        Assert.Equal(["organisation no_room", "organisation dearer_than_budget", "own dearer_than_budget"],
            told.Select(t => $"{t.GetProperty("budget").GetString()} {t.GetProperty("reason").GetString()}"));
        Assert.Equal("money@example.com", told[0].GetProperty("owners")[0].GetString());
        Assert.False(told[2].TryGetProperty("owners", out _));
        Assert.Equal(("0.001", "0"), (told[0].GetProperty("limit_usd").GetString(), told[0].GetProperty("held_usd").GetString()));
        Assert.NotEqual("0", told[0].GetProperty("spent_usd").GetString());
        var (from, to) = (told[0].GetProperty("window_start").GetDateTime(), told[0].GetProperty("window_end").GetDateTime());
        Assert.Equal((1, from.AddMonths(1)), (from.Day, to));
        Assert.Equal(TimeSpan.FromDays(1), told[2].GetProperty("window_end").GetDateTime() - told[2].GetProperty("window_start").GetDateTime());
    }

    [Fact]
    public void Each_window_each_reason_each_limit_and_each_of_whom_is_told_of_once_over_restarts_too()
    {
        var path = Path.GetTempFileName();
        var (today, tomorrow) = (Noon.Date, Noon.Date.AddDays(1));
        Control.Budgets.Admission[] fulls =
        [
            Full(today, tomorrow), Full(today, tomorrow, isTooDear: true), Full(today, tomorrow, limit: 2m), Full(today, tomorrow, of: "red"),
        ];
        for (var run = 0; run < 2; run++)
        {
            using var events = new BudgetEvents(path);
            for (var i = 0; i < 3; i++)
                foreach (var full in fulls) events.TellRefused(full, Noon.AddMinutes(i));
        }
        Assert.Equal(fulls.Length, Refusals(path).Count);
        using (var events = new BudgetEvents(path))
            foreach (var full in fulls) events.TellRefused(full with { WindowStart = tomorrow, WindowEnd = tomorrow.AddDays(1) }, tomorrow);
        Assert.Equal(2 * fulls.Length, Refusals(path).Count);
        File.Delete(path);
    }

    [Fact]
    public void A_rolling_window_that_goes_on_refusing_is_told_of_once_in_its_length()
    {
        var path = Path.GetTempFileName();
        using (var events = new BudgetEvents(path))
            for (var minute = 0; minute < 10 * 60; minute++)
                events.TellRefused(Full(Noon.AddMinutes(minute - 60), Noon.AddMinutes(minute + 1)), Noon.AddMinutes(minute));
        Assert.Equal(10, Refusals(path).Count);
        File.Delete(path);
    }
}
