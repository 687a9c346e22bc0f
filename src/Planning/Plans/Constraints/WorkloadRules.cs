using Assay.Estate;

namespace Assay.Planning;

/// <summary>A rule as the file states it: once for each id of the model it names.</summary>
sealed record StatedRule(Node At, IReadOnlyList<WorkloadRule> Rules);

/// <summary>Reads what is known of workloads, and finds rules that can never count.</summary>
static class WorkloadRules
{
    public static List<StatedRule> Read(Section top, ConstraintsSection read)
    {
        List<StatedRule> stated = [];
        foreach (var section in read.Each(top, "workloads", ConstraintsKeys.Workload))
        {
            var matches = Matches(section, read);
            // What a rule says is read once, whatever the number of ids its model has: a mistake is told once.
            var said = Said(section, read);
            Contradiction(section, read);
            List<WorkloadRule> rules = [.. matches.Select(m => said with
            {
                Account = m.Account, Principal = m.Principal, App = m.App, Model = m.Model,
            })];
            if (rules.Count > 0 && rules.All(r => stated.Any(s => s.Rules.Any(e => Covers(e, r)))))
            {
                var earlier = stated.First(s => s.Rules.Any(e => Covers(e, rules[0])));
                read.Wrong(section.Node, $"this rule never counts: the first that holds does, and the rule on line {earlier.At.Line} holds "
                    + "for all of its workloads; put the narrower one first, or take it out");
            }
            stated.Add(new(section.Node, rules));
        }
        return stated;
    }

    /// <summary>The conditions of a section's <c>match</c>, one for each id of its model; none where they have mistakes.</summary>
    public static IReadOnlyList<WorkloadRule> Matches(Section section, ConstraintsSection read)
    {
        if (section.Inner("match", ConstraintsKeys.Match) is not { } match) return [];
        var account = match.TextOf("account");
        if (account is not null && (account.Text.Length != 12 || !account.Text.All(char.IsAsciiDigit)))
            match.Wrong(account, "account");
        WorkloadRule rule = new()
        {
            Account = account?.Text, Principal = match.TextOf("principal")?.Text, App = match.TextOf("app")?.Text,
        };
        return match.Has("model") ? [.. read.Model(match, "model").Select(id => rule with { Model = id })] : [rule];
    }

    static WorkloadRule Said(Section section, ConstraintsSection read) => new()
    {
        Name = section.TextOf("name")?.Text, MaxWait = read.Wait(section, "max_wait"),
        Residency = ConstraintsSection.Residency(section), Approved = read.Models(section, "approved"),
        QualityFloor = read.One(section, "quality_floor", ConstraintsKeys.Units.Share),
        MaxCalls = ConstraintsSection.Whole(section, "max_calls"),
        IsFixed = section.Flag("fixed", false),
    };

    static void Contradiction(Section section, ConstraintsSection read)
    {
        string[] changes = ["max_wait", "residency", "approved", "quality_floor", "max_calls"];
        if (section.Text("fixed").ToLowerInvariant() is not ("yes" or "true")) return;
        string[] idle = [.. changes.Where(section.Has)];
        if (idle.Length > 0)
            read.Wrong(section.At("fixed"), $"what is 'fixed' is not changed, so {Listed(idle)} {(idle.Length == 1 ? "says" : "say")} "
                + "nothing; keep 'fixed' or the others");
    }

    static string Listed(string[] keys) => keys.Length == 1
        ? $"'{keys[0]}'"
        : $"{string.Join(", ", keys[..^1].Select(k => $"'{k}'"))} and '{keys[^1]}'";

    /// <summary>True when the first holds for every workload the second holds for.</summary>
    public static bool Covers(WorkloadRule wide, WorkloadRule narrow) =>
        Wider(wide.Account, narrow.Account) && Wider(wide.Principal, narrow.Principal) && Wider(wide.App, narrow.App)
        && Wider(wide.Model, narrow.Model);

    /// <summary>True when there may be a workload for which both hold.</summary>
    public static bool Meet(WorkloadRule one, WorkloadRule other) =>
        Alike(one.Account, other.Account) && Alike(one.Principal, other.Principal) && Alike(one.App, other.App)
        && Alike(one.Model, other.Model);

    static bool Wider(string? wide, string? narrow) => wide is null || wide == narrow;
    static bool Alike(string? one, string? other) => one is null || other is null || one == other;
}
