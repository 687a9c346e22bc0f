namespace Assay.Planning.Tests.Plans;

/// <summary>The cheapest choice under a limit of changes, beside trying every one of them.</summary>
public class JointChoiceTests
{
    static readonly LeverOption Change = new()
    {
        Lever = Lever.Batch, Kind = ActionKind.Saving, From = "", To = "", Evidence = new(0, default, default, ""),
    };

    // A frontier starts at no change; more changes cost less, or would not be on it.
    static readonly Gen<IReadOnlyList<Arrangement>> Frontier = Gen.Int[0, 400].Array[0, 3].Select(steps =>
    {
        var cost = 1_500m;
        var frontier = new List<Arrangement> { new([], cost) };
        for (var i = 0; i < steps.Length; i++) frontier.Add(new([.. Enumerable.Repeat(Change, i + 1)], cost -= steps[i]));
        return (IReadOnlyList<Arrangement>)frontier;
    });

    [Fact]
    public void It_is_the_cheapest_of_all_choices() =>
        Gen.Select(Frontier.Array[1, 6], Gen.Int[0, 8]).Sample((frontiers, most) =>
        {
            var (choices, gap) = JointChoice.Of(frontiers, most);
            var changes = choices.Select((c, w) => frontiers[w][c].Options.Count).Sum();
            var cost = choices.Select((c, w) => frontiers[w][c].Cost).Sum();
            return changes <= most && cost == Cheapest(frontiers, 0, most) && gap == 0m;
        });

    [Fact]
    public void Without_a_limit_each_workload_takes_its_own_cheapest() =>
        Frontier.Array[1, 6].Sample(frontiers =>
        {
            var (choices, _) = JointChoice.Of(frontiers, null);
            return choices.Select((c, w) => frontiers[w][c].Cost).Sum() == frontiers.Sum(f => f.Min(a => a.Cost));
        });

    static decimal Cheapest(IReadOnlyList<IReadOnlyList<Arrangement>> frontiers, int at, int left) => at == frontiers.Count ? 0m
        : frontiers[at].Where(a => a.Options.Count <= left).Min(a => a.Cost + Cheapest(frontiers, at + 1, left - a.Options.Count));
}
