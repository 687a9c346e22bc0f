using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>A cache belongs to an account and a serving region, whoever calls.</summary>
public class CachePoolTests
{
    const long Prefix = 5_000, Rest = 500;
    const decimal Input = 3.30e-6m, Read = .33e-6m, Write = 4.125e-6m;

    [Fact]
    public void Principals_of_one_account_keep_each_other_s_prefix_warm()
    {
        // Each principal calls every 12 minutes, one of them every 4: alone none finds its prefix after five minutes.
        var plan = SampledTraffic.Planned(Principals("111122223333", "111122223333", "111122223333"));
        var saved = plan.Actions.Where(a => a.Lever == Lever.Caching && a.To.EndsWith("5 min", StringComparison.Ordinal)).Sum(a => a.PeriodSaving);
        var truth = Prefix * (((Calls * 3) - 1) * (Input - Read) + (Input - Write));
        Assert.InRange(saved, truth * .98m, truth * 1.02m);
        Assert.All(plan.Actions.Where(a => a.Lever == Lever.Caching), a => Assert.Contains("2 more workloads of the account", a.Evidence.Text));
    }

    [Fact]
    public void Accounts_never_share_a_cache()
    {
        var plan = SampledTraffic.Planned(Principals("111122223333", "444455556666", "777788889999"));
        var caching = plan.Actions.Where(a => a is { Lever: Lever.Caching, Kind: ActionKind.Saving }).ToList();
        Assert.All(caching, a => Assert.EndsWith("1 h", a.To));
        Assert.All(caching, a => Assert.DoesNotContain("more workload", a.Evidence.Text));
    }

    const int Calls = 120;

    static IEnumerable<UsageRecord> Principals(params string[] accounts) => accounts.SelectMany((account, p) =>
    {
        var kind = Kind(principal: $"Role{p}", app: $"app{p}", account: account, operation: "ConverseStream");
        return Enumerable.Range(0, Calls).Select(i =>
            Call((p * 10_000) + i, kind, Start.AddMinutes((i * 12) + (p * 4)), Tokens(Prefix + Rest, 50), Said(p, i)));
    });

    // The same system prompt, and words of its own.
    static CallContent Said(int principal, int call) => new()
    {
        ServingRegion = "us-east-1",
        Prompt =
        [
            new(BlockPlace.System, BlockKind.Text, 20_000, 77, [.. Enumerable.Range(1, 100).Select(c => new TextChunk((ulong)c << 20, 200))]),
            new(BlockPlace.User, BlockKind.Text, 2_000, (ulong)((principal * 1_000_003) + call + 1_000),
                [.. Enumerable.Range(1, 10).Select(c => new TextChunk((ulong)((((principal * 1_000_003L) + call) * 64) + c + 1_000_000) << 20, 200))]),
        ],
    };
}
