using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Bedrock;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>Many callers, one budget: never a cent too much, and who is refused knows why.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed partial class BudgetRaceTests
{
    const int Callers = 256;

    static readonly BedrockLocalOptions Slow = new() { Latency = _ => new(TimeSpan.FromMilliseconds(150), TimeSpan.Zero) };

    // What one call may cost: nearly all of it is the answer, so that what is spent is close to what was set aside.
    static async Task<decimal> WorstOfOne()
    {
        await using var rig = await Rig.Make();
        var key = rig.Key();
        var gateway = await rig.StartHost();
        using var caller = new Caller(gateway.Address, key);
        Assert.Equal(200, (await caller.Converse("[[tokens=2000]] how much?", maxTokens: 2_000)).Status);
        var line = JsonSerializer.Deserialize<JsonElement>(rig.Lines()[^1]).GetProperty("gateway");
        return decimal.Parse(line.GetProperty("at_most_usd").GetString()!, CultureInfo.InvariantCulture);
    }

    static async Task<List<Reply>> Storm(Uri address, IReadOnlyList<string> keys, string text)
    {
        var callers = keys.Select(k => new Caller(address, k)).ToList();
        try
        {
            return [.. await Task.WhenAll(Enumerable.Range(0, Callers).Select(i =>
                i % 2 == 0 ? callers[i % callers.Count].Converse(text, maxTokens: 2_000) : callers[i % callers.Count].ConverseStream(text, maxTokens: 2_000)))];
        }
        finally
        {
            foreach (var caller in callers) caller.Dispose();
        }
    }

    [GeneratedRegex(@"^Budget '(organisation|each-[a-z]+)'( of '[a-z0-9]+')? has \$[0-9.]+ left of \$[0-9.]+, and the call may cost up to \$[0-9.]+ \(\$[0-9.]+ spent, \$[0-9.]+ set aside\)\. (There is room again at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|It is dearer than the whole budget)\.$")]
    private static partial Regex WhyNot();

    static void AssertRefusalsAreClear(IEnumerable<Reply> refused)
    {
        foreach (var reply in refused)
        {
            Assert.Equal(403, reply.Status);
            Assert.Equal("AccessDeniedException", reply.Headers["x-amzn-ErrorType"]);
            Assert.Equal("budget", reply.Headers["x-assay-refused"]);
            Assert.Equal("false", reply.Headers["x-should-retry"]);
            Assert.Matches(WhyNot(), JsonSerializer.Deserialize<JsonElement>(reply.Text).GetProperty("message").GetString());
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Of_256_callers_at_once_as_many_get_in_as_the_budget_has_room_for_and_not_a_cent_more(bool clamps)
    {
        var worst = await WorstOfOne();
        var limit = worst * 100.5m;
        await using var rig = await Rig.Make(
            $"clamp_to_budgets: {(clamps ? "yes" : "no")}\nbudgets:\n  organisation: {{amount: ${Usd(limit)} a month}}", options: Slow);
        string[] keys = [.. Enumerable.Range(0, 8).Select(i => rig.Key($"k{i}"))];
        var gateway = await rig.StartHost();

        // The longest answer costs what was set aside for it, so that whoever overshoots is seen.
        var replies = await Storm(gateway.Address, keys, "[[tokens=2000]] how much?");

        using var caller = new Caller(gateway.Address, keys[0]);
        var sums = await caller.Budget("organisation");
        Assert.True(sums.Spent <= limit, $"{sums}");
        Assert.Equal(rig.Records().Sum(r => Rig.Cost(r)), sums.Spent);
        Assert.Equal((0m, 0m), (sums.Reserved, sums.Held));
        // While all are on their way no more than the room is: those that came later took what answers gave back.
        Assert.InRange(replies.Count(r => r.Status == 200), 100, Callers - 1);
        AssertRefusalsAreClear(replies.Where(r => r.Status != 200));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_tightest_of_nested_budgets_decides_and_each_adds_up_to_its_own_calls(bool clamps)
    {
        var worst = await WorstOfOne();
        await using var rig = await Rig.Make($"clamp_to_budgets: {(clamps ? "yes" : "no")}\nbudgets:\n"
            + $"  each-key: {{per: key, amount: ${Usd(worst * 20.5m)} a day}}\n  each-app: {{per: app, amount: ${Usd(worst * 35.5m)} a day}}\n"
            + $"  each-team: {{per: team, amount: ${Usd(worst * 50.5m)} a month}}\n  each-env: {{per: env, amount: ${Usd(worst * 70.5m)} a month}}\n"
            + $"  organisation: {{amount: ${Usd(worst * 90.5m)} a month}}", options: Slow);
        string[] keys = [.. Enumerable.Range(0, 8).Select(i => rig.Key($"k{i}", $"app{i / 2}", $"team{i / 4}", $"env{i % 2}"))];
        var gateway = await rig.StartHost();

        var replies = await Storm(gateway.Address, keys, "[[tokens=2000]] how much?");

        using var caller = new Caller(gateway.Address, keys[0]);
        var records = rig.Records();
        foreach (var budget in (await caller.Budgets()).EnumerateArray())
        {
            var (name, of, sums) = (budget.GetProperty("budget").GetString(), budget.GetProperty("of").GetString(), BudgetSums.Of(budget));
            Assert.True(sums.Spent <= sums.Limit, $"{name} {of}: {sums}");
            Assert.Equal((0m, 0m), (sums.Reserved, sums.Held));
            Assert.Equal(records.Where(r => name switch
            {
                "each-key" => r.Caller.Principal == of, "each-app" => r.Caller.App == of, "each-team" => r.Caller.Team == of,
                "each-env" => r.Caller.Env == of, _ => true,
            }).Sum(r => Rig.Cost(r)), sums.Spent);
        }
        Assert.InRange(replies.Count(r => r.Status == 200), 60, Callers - 1);
        AssertRefusalsAreClear(replies.Where(r => r.Status != 200));
    }

    static string Usd(decimal amount) => decimal.Round(amount, 9).ToString(CultureInfo.InvariantCulture);
}
