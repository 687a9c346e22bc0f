using Assay.Control.Files;
using Assay.Control.Policies;
using Assay.Usage;

namespace Assay.Control.Budgets;

/// <summary>Whose money a call spends. Empty texts stand for what is not known.</summary>
public sealed record Spender(string Account, string Env, string Team, string App, string Key, string Principal);

/// <summary>What a budget or a rate is counted by: one counter for each value.</summary>
public enum BudgetPer : byte { All, Key, App, Team, Env }

/// <summary>What a budget does with calls.</summary>
public enum BudgetStop : byte
{
    /// <summary>It tells, and stops nothing.</summary>
    Tells,

    /// <summary>It reserves what a call likely costs: it stops calls, and may be overshot by what was not likely.</summary>
    Soft,

    /// <summary>It reserves the most a call can cost, and is never overshot.</summary>
    Hard,
}

/// <summary>What may be spent in a time, by whom, and what happens then.</summary>
public sealed record BudgetRule
{
    static readonly decimal[] UsualSteps = [0.5m, 0.75m, 0.9m];

    /// <summary>One rule's alone: its counters are known by it when the rules are read again.</summary>
    public required string Name { get; init; }
    public Who Who { get; init; } = Who.Anybody;

    /// <summary>The apps it is about, with wildcards; empty for any.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];
    public BudgetPer Per { get; init; }
    public BudgetWindow Window { get; init; } = BudgetWindow.Month;

    /// <summary>What may be spent in a window.</summary>
    public required decimal Usd { get; init; }
    public BudgetStop Stop { get; init; }

    /// <summary>Shares of <see cref="Usd"/> at which somebody is told, rising: 0.5 for 50 %. Above 1 for what is overspent.</summary>
    public IReadOnlyList<decimal> Steps { get; init; } = UsualSteps;

    /// <summary>Whom to tell, as the policy names them; empty where nobody is named.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>A budget of the policy file: a month, one counter; where it is not hard it tells.</summary>
    public static BudgetRule From(PolicyBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new()
        {
            Name = budget.Name, Who = budget.Who, Usd = budget.UsdPerMonth, Steps = budget.Steps, Owners = budget.Owners,
            Stop = budget.IsHard ? BudgetStop.Hard : BudgetStop.Tells,
        };
    }

    internal void Check()
    {
        if (Usd < 0m) throw new ArgumentException($"The budget '{Name}' is below zero: {Usd} USD.");
        for (var i = 0; i < Steps.Count; i++)
            if (Steps[i] <= (i == 0 ? 0m : Steps[i - 1])) throw new ArgumentException($"The steps of the budget '{Name}' do not rise.");
    }

    /// <summary>Whether it counts what another rule counts, whatever their amounts: then the sums of both are the same.</summary>
    internal bool CountsAs(BudgetRule other) =>
        Name == other.Name && Per == other.Per && Window == other.Window && Apps.SequenceEqual(other.Apps)
        && Who.Accounts.SequenceEqual(other.Who.Accounts) && Who.Envs.SequenceEqual(other.Who.Envs)
        && Who.Teams.SequenceEqual(other.Who.Teams) && Who.Principals.SequenceEqual(other.Who.Principals)
        && Who.Keys.SequenceEqual(other.Who.Keys);
}

/// <summary>Whom rules of money and rates are about: <see cref="PolicyMeaning"/> decides, so that a policy means one thing.</summary>
public sealed class SpenderRules(PolicyFile? policy)
{
    // Only the environments of accounts are asked of it.
    static readonly PolicyFile Silent = new() { Name = "", Place = new Place("", 1, 1), Region = "" };

    readonly PolicyFile policy = policy ?? Silent;

    public bool IsAbout(Who who, IReadOnlyList<string> apps, Spender spender) =>
        (apps.Count == 0 || (spender.App.Length > 0 && Glob.MatchesAny(apps, spender.App)))
        && PolicyMeaning.IsAbout(policy, who, new()
        {
            Account = spender.Account, Env = spender.Env, Team = spender.Team, Key = spender.Key, Principal = spender.Principal,
            Model = "", Region = "", Scope = Scope.InRegion,
        });

    /// <summary>The counter's value for a spender. What is not known has a counter too, so that leaving a tag out is no way out.</summary>
    public string ValueOf(BudgetPer per, Spender spender) => per switch
    {
        BudgetPer.All => "",
        BudgetPer.Key => spender.Key,
        BudgetPer.App => spender.App,
        BudgetPer.Team => spender.Team,
        BudgetPer.Env => policy.EnvOf(spender.Account, spender.Env) ?? "",
        _ => throw new ArgumentOutOfRangeException(nameof(per)),
    };
}
