using Assay.Control.Files;
using Assay.Usage;

namespace Assay.Control.Policies;

/// <summary>
/// Who may use what, where, for how much, and who is told: the one statement from which documents for AWS, checks of real traffic and a
/// gateway's admission are made. Every key of its file: <c>docs/policy.md</c>.
/// </summary>
/// <remarks>
/// A call is permitted when an <see cref="Allow"/> rule covers it (any call, where the policy has none), no <see cref="Deny"/> rule does,
/// and it keeps within every <see cref="Limits"/> rule that is about it. The order of rules means nothing.
/// </remarks>
public sealed record PolicyFile
{
    public required string Name { get; init; }
    public required Place Place { get; init; }

    /// <summary>Where an account is watched that names no regions.</summary>
    public required string Region { get; init; }
    public IReadOnlyList<PolicyAccount> Accounts { get; init; } = [];
    public IReadOnlyList<PolicyTeam> Teams { get; init; } = [];
    public IReadOnlyList<AccessRule> Allow { get; init; } = [];
    public IReadOnlyList<AccessRule> Deny { get; init; } = [];
    public IReadOnlyList<LimitRule> Limits { get; init; } = [];
    public IReadOnlyList<PolicyBudget> Budgets { get; init; } = [];
    public IReadOnlyList<AlarmRule> Alarms { get; init; } = [];
    public LoggingRule? Logging { get; init; }
    public ExportRule? Export { get; init; }

    /// <summary>Whether calls through the bedrock-mantle endpoint are permitted, which leave no invocation log.</summary>
    public bool Mantle { get; init; }

    /// <summary>Tags of request metadata that rules are about, besides app, team and env: what a reader of usage must keep.</summary>
    public IReadOnlyList<string> TagKeys =>
        [.. Limits.SelectMany(l => l.Tags).Where(t => !CallTags.Fixed.Contains(t))
            .Concat(Rules.Any(r => r.Who.Keys.Count > 0) || Budgets.Any(b => b.Who.Keys.Count > 0) ? [CallTags.Key] : [])
            .Distinct(StringComparer.Ordinal)];

    public PolicyAccount? AccountOf(string id) => Accounts.FirstOrDefault(a => a.Id == id);

    /// <summary>The environment of a call: its account's, else what the call is tagged with.</summary>
    public string? EnvOf(string account, string? tagged) => AccountOf(account) is { Env.Length: > 0 } known ? known.Env : tagged;

    internal IEnumerable<IRule> Rules => [.. Allow, .. Deny, .. Limits];
}

/// <summary>Tags that rules know by name.</summary>
static class CallTags
{
    /// <summary>The tag by which a gateway says which of its keys made a call.</summary>
    public const string Key = "key";

    public static readonly string[] Fixed = ["app", "team", "env"];
}

/// <param name="Env">Empty where calls of several environments share the account.</param>
/// <param name="Regions">Where it calls Bedrock; at least one.</param>
/// <param name="Owner">Whom messages about the account go to; empty for nobody.</param>
public sealed record PolicyAccount(string Id, string Name, string Env, IReadOnlyList<string> Regions, string Owner, Place Place);

/// <param name="Profiles">Models that get an application inference profile of the team's own.</param>
/// <param name="ProfileScope">Where the models of those profiles may be computed.</param>
/// <param name="Accounts">Ids of the accounts the team works in; empty for all.</param>
public sealed record PolicyTeam(
    string Name, string Owner, string CostCenter, IReadOnlyList<string> Accounts, IReadOnlyList<string> Profiles, Scope ProfileScope,
        Place Place);

/// <summary>Whom a rule is about. An empty list stands for anybody; <c>*</c> and <c>?</c> are wildcards.</summary>
/// <param name="Accounts">Ids of accounts.</param>
/// <param name="Principals">Names of roles and IAM users, without path.</param>
/// <param name="Keys">Names of a gateway's virtual keys, which AWS does not see.</param>
public sealed record Who(
    IReadOnlyList<string> Accounts, IReadOnlyList<string> Envs, IReadOnlyList<string> Teams, IReadOnlyList<string> Principals,
    IReadOnlyList<string> Keys)
{
    public static readonly Who Anybody = new([], [], [], [], []);
}

/// <summary>What the rules of a policy have in common.</summary>
interface IRule
{
    string Name { get; }
    Place Place { get; }
    Who Who { get; }
    IReadOnlyList<string> Models { get; }
    IReadOnlyList<string> Regions { get; }
    IReadOnlyList<Scope> Scopes { get; }
}

/// <summary>Permits or forbids models to somebody, from some regions and in some scopes.</summary>
/// <param name="Models">Ids of foundation models and ARNs of other resources, with wildcards; empty for all foundation models.</param>
/// <param name="Regions">The regions a call is made from; empty for all.</param>
/// <param name="Scopes">Where it may be computed; empty for all.</param>
public sealed record AccessRule(
    string Name, Place Place, Who Who, IReadOnlyList<string> Models, IReadOnlyList<string> Regions, IReadOnlyList<Scope> Scopes) : IRule;

/// <summary>What every call it is about must keep to, whatever rule permits the call.</summary>
/// <param name="Models">The models it is about; empty for all.</param>
/// <param name="Regions">The only regions calls may be made from; empty for no limit.</param>
/// <param name="Scopes">The only scopes calls may have; empty for no limit.</param>
/// <param name="Guardrail">ARN or id of the guardrail every call must carry, <c>any</c> for whichever, empty for none.</param>
/// <param name="Tags">Tags every call must carry.</param>
/// <param name="RequestUsdMax">The most one call may cost, USD; null for no limit.</param>
public sealed record LimitRule(
    string Name, Place Place, Who Who, IReadOnlyList<string> Models, IReadOnlyList<string> Regions, IReadOnlyList<Scope> Scopes,
    string Guardrail, IReadOnlyList<string> Tags, decimal? RequestUsdMax) : IRule
{
    public const string AnyGuardrail = "any";
}

/// <param name="UsdPerMonth">USD a calendar month.</param>
/// <param name="Steps">Shares of the amount at which somebody is told, rising: 0.5 for 50 %.</param>
/// <param name="Owners">Whom to tell.</param>
/// <param name="IsHard">Whether a gateway stops calls when it is spent. AWS Budgets only tell.</param>
public sealed record PolicyBudget(
    string Name, Place Place, Who Who, decimal UsdPerMonth, IReadOnlyList<decimal> Steps, IReadOnlyList<string> Owners, bool IsHard);

/// <summary>What is watched in some accounts, and whom to tell.</summary>
public sealed record AlarmRule(string Name, Place Place, Who Who)
{
    public IReadOnlyList<string> Notify { get; init; } = [];

    /// <summary>Model and profile ids, as they are called, that get alarms of their own.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>Tokens of an ordinary day; null where it is not known.</summary>
    public decimal? InputTokensPerDay { get; init; }

    /// <inheritdoc cref="InputTokensPerDay"/>
    public decimal? OutputTokensPerDay { get; init; }
    public decimal BaselineFactor { get; init; } = 2m;
    public decimal RateOfChange { get; init; } = 10m;
    public decimal? TokensPerRequest { get; init; }
    public decimal? LatencySeconds { get; init; }

    /// <summary>Share of calls that may be throttled.</summary>
    public decimal? Throttling { get; init; }

    /// <summary>From which unexpected amount on Cost Anomaly Detection tells; null for no monitor.</summary>
    public decimal? AnomalyUsd { get; init; }
}

/// <param name="Bucket">Name of the bucket, to which account and region are added.</param>
/// <param name="KeepDays">Days until a log is deleted.</param>
/// <param name="WithText">Whether prompts and answers are logged.</param>
/// <param name="GigabytesPerMonth">What is expected, for the estimate; null where it is not known.</param>
public sealed record LoggingRule(string Bucket, Place Place, decimal KeepDays, bool WithText, decimal? GigabytesPerMonth);

/// <summary>A CUR 2.0 export, in the management account.</summary>
public sealed record ExportRule(string Bucket, Place Place, string Prefix);
