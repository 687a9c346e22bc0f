using Assay.Planning.Tests.Guide;
using Assay.Usage;

namespace Assay.Planning.Tests.Plans;

/// <summary>Calls made by hand: one an hour unless a test says otherwise.</summary>
static class SomeCalls
{
    public const string Sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    public const string Haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
    public const string Opus = "anthropic.claude-opus-4-5-20251101-v1:0";
    public static readonly DateTime Start = new(2026, 7, 6, 0, 0, 0, DateTimeKind.Utc);

    public static ModelRef Model(string id, Scope scope = Scope.Geo) => new(id, scope, ModelKind.Foundation, TheGuide.Catalog.Find(id));

    public static CallKind Kind(
        string model = Sonnet, Scope scope = Scope.Geo, string principal = "Role", string app = "app", string account = "111122223333",
        string operation = "Converse", string region = "us-east-1", Tier tier = Tier.Standard) =>
        new(new(account, principal, app, "team", "prod", TagValues.None), region, Model(model, scope), operation) { Tier = tier };

    public static UsageRecord Call(int number, CallKind kind, DateTime time, TokenCounts tokens, CallContent? content = null) => new(kind)
    {
        RequestId = RequestId.Parse(System.Text.Encoding.UTF8.GetBytes($"00000000-0000-4000-8000-{number:x12}")), Time = time, Tokens = tokens, Content = content,
    };

    public static TokenCounts Tokens(long input, long output) => new() { Input = input, Output = output };

    public static IEnumerable<UsageRecord> Hourly(int count, CallKind kind, TokenCounts tokens, int first = 0) =>
        Enumerable.Range(0, count).Select(i => Call(first + i, kind, Start.AddHours(i), tokens));

    public static RecordedWorkload Workload(IEnumerable<UsageRecord> calls, WorkloadRule? rule = null)
    {
        var traffic = new Traffic();
        traffic.Add(calls.ToArray());
        return traffic.TakeWorkloads(rule is null ? PlanConstraints.None : new() { Workloads = [rule] }).Single();
    }
}
