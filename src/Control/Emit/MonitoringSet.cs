using System.Globalization;
using Assay.Control.Access;
using Assay.Control.Policies;
using Assay.Usage;

namespace Assay.Control.Emit;

/// <summary>A metric, or arithmetic on metrics, of an alarm.</summary>
/// <param name="Metric">A metric's name; empty for an expression.</param>
/// <param name="Dimensions">Its dimensions; none for a metric over all models.</param>
/// <param name="PeriodSeconds">Over how long a value is made.</param>
public sealed record AlarmQuery(
    string Id, string Metric, IReadOnlyList<(string Name, string Value)> Dimensions, string Statistic, int PeriodSeconds, string Expression)
{
    public string Namespace { get; init; } = "AWS/Bedrock";
}

/// <summary>A CloudWatch alarm that sounds when the last query's value is above a threshold.</summary>
/// <param name="Periods">How many values in a row must be above it.</param>
public sealed record MetricAlarm(string Name, string About, IReadOnlyList<AlarmQuery> Queries, decimal Threshold, int Periods)
{
    /// <summary>Metrics it reads: what CloudWatch charges an alarm by.</summary>
    public int Metrics => Queries.Count(q => q.Expression.Length == 0);
}

/// <summary>A budget of AWS Budgets.</summary>
/// <param name="Filters">Cost filters: what of each must hold, by AWS's names.</param>
/// <param name="Alarms">Alarms on the month's estimated charges, where CloudWatch can tell them apart.</param>
public sealed record CostBudget(
    string Name, decimal UsdPerMonth, IReadOnlyList<decimal> Steps, IReadOnlyList<string> Owners,
    IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Filters, IReadOnlyList<MetricAlarm> Alarms);

/// <summary>Cost Anomaly Detection over some accounts.</summary>
public sealed record AnomalyMonitor(string Name, IReadOnlyList<string> Accounts, decimal UsdFrom, IReadOnlyList<string> Tell);

/// <summary>An application inference profile of a team.</summary>
public sealed record TeamProfile(string Name, string About, string CopyFrom, IReadOnlyList<(string Key, string Value)> Tags);

/// <summary>Invocation logs of one account and region.</summary>
public sealed record LogBucket(string Name, int KeepDays, bool WithText, decimal? GigabytesPerMonth);

/// <summary>What is set up in one account and region.</summary>
/// <param name="Identity">Managed policies; in the account's first region alone, since IAM has no regions.</param>
public sealed record WatchedAccount(
    PolicyAccount Account, string Region, IReadOnlyList<string> Tell, IReadOnlyList<MetricAlarm> Alarms, LogBucket? Logs,
    IReadOnlyList<TeamProfile> Profiles, IReadOnlyList<PolicyDocument> Identity)
{
    public string Partition => Region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws";
    public string FileName => AccessDocuments.FileName($"{Account.Name}-{Region}");
}

/// <summary>Everything a policy sets up in AWS, whichever tool applies it.</summary>
/// <param name="Tags">Keys that are activated as cost-allocation tags.</param>
/// <param name="Tell">Whom the organisation's alarms tell.</param>
public sealed record MonitoringSet(
    PolicyFile Policy, EmittedAccess Access, IReadOnlyList<CostBudget> Budgets, IReadOnlyList<AnomalyMonitor> Anomalies,
    IReadOnlyList<string> Tags, IReadOnlyList<string> Tell, IReadOnlyList<WatchedAccount> Accounts, IReadOnlyList<string> Notes)
{
    const int Hour = 3_600, Day = 86_400, FiveMinutes = 300;

    /// <summary>Fewest calls an hour from which a change of their size says something.</summary>
    const int CallsToJudge = 20;

    // Sold through AWS Marketplace under the model's own name, beside the service Amazon Bedrock.
    static readonly HashSet<string> MarketplaceProviders = new(StringComparer.Ordinal)
    {
        "AI21 Labs", "Anthropic", "Cohere", "Luma AI", "Stability AI", "TwelveLabs", "Writer",
    };

    public static MonitoringSet Of(PolicyFile policy, EmittedAccess access, ModelCatalog catalog)
    {
        List<string> notes = [];
        var services = Services(policy, catalog);
        var budgets = policy.Budgets.Select(b => BudgetOf(policy, b, services, notes)).ToList();
        List<AnomalyMonitor> anomalies = [];
        List<WatchedAccount> accounts = [];
        foreach (var alarm in policy.Alarms.Where(a => a.AnomalyUsd is not null))
            anomalies.Add(new($"bedrock-{AccessDocuments.FileName(alarm.Name)}", [.. AccountsOf(policy, alarm.Who).Select(a => a.Id)],
                alarm.AnomalyUsd!.Value, alarm.Notify.Count > 0 ? alarm.Notify : Owners(AccountsOf(policy, alarm.Who))));
        foreach (var account in policy.Accounts)
        {
            var rules = policy.Alarms.Where(a => AccountsOf(policy, a.Who).Contains(account)).ToList();
            var documents = access.Groups.First(g => g.Accounts.Any(a => a.Id == account.Id)).Identity;
            for (var i = 0; i < account.Regions.Count; i++)
            {
                var region = account.Regions[i];
                List<string> tell = [.. rules.SelectMany(r => r.Notify).Concat(Owners([account])).Distinct()];
                accounts.Add(new(account, region, tell, [.. rules.SelectMany(r => Alarms(r, region)).DistinctBy(a => a.Name)],
                    policy.Logging is { } logging ? Logs(policy, logging, account, region) : null,
                    [.. policy.Teams.SelectMany(t => Profiles(t, account, region, catalog, notes))], i == 0 ? documents : []));
            }
        }
        if (policy.Export is not null || policy.Budgets.Count > 0)
            notes.Add("the organisation's files belong in the management account and us-east-1, where AWS keeps bills");
        if (policy.Logging is null) notes.Add("invocation logging is not set up: a 'logging' section would");
        List<string> tags = [.. CallTags.Fixed.Concat(policy.Limits.SelectMany(l => l.Tags))
            .Concat(policy.Teams.Any(t => t.CostCenter.Length > 0) ? ["cost_center"] : []).Distinct()];
        List<string> all = [.. policy.Budgets.SelectMany(b => b.Owners).Distinct()];
        return new(policy, access, budgets, anomalies, tags, all, accounts, [.. notes.Distinct()]);
    }

    static List<PolicyAccount> AccountsOf(PolicyFile policy, Who who) => [.. policy.Accounts.Where(a =>
        (who.Accounts.Count == 0 || who.Accounts.Contains(a.Id))
        && (who.Envs.Count == 0 || (a.Env.Length > 0 && Glob.MatchesAny(who.Envs, a.Env))))];

    static List<string> Owners(IEnumerable<PolicyAccount> accounts) => [.. accounts.Select(a => a.Owner).Where(o => o.Length > 0)
        .Distinct()];

    static List<string> Services(PolicyFile policy, ModelCatalog catalog)
    {
        var models = catalog.Models.Where(m => MarketplaceProviders.Contains(m.Provider) && (policy.Allow.Count == 0
            || policy.Allow.Any(r => r.Models.Count == 0 || Glob.MatchesAny(r.Models, m.Id))));
        return ["Amazon Bedrock", "Amazon Bedrock Service", .. models.Where(m => m.Names.Count > 0).Select(m =>
            $"{m.Names[0]} (Amazon Bedrock Edition)").Distinct()
            .Order(StringComparer.Ordinal)];
    }

    static CostBudget BudgetOf(PolicyFile policy, PolicyBudget budget, IReadOnlyList<string> services, List<string> notes)
    {
        List<(string, IReadOnlyList<string>)> filters = [("Service", services)];
        var accounts = AccountsOf(policy, budget.Who).Select(a => a.Id).ToList();
        var isForAll = budget.Who.Accounts.Count == 0 && budget.Who.Envs.Count == 0;
        if (!isForAll) filters.Add(("LinkedAccount", accounts));
        if (budget.Who.Teams.Count > 0)
        {
            List<string> teams = [.. budget.Who.Teams.SelectMany(t => t.Contains('*') || t.Contains('?')
                ? policy.Teams.Select(p => p.Name).Where(n => Glob.Matches(t, n)) : [t]).Distinct()];
            filters.Add(("TagKeyValue", [.. teams.Select(t => $"user:team${t}")]));
        }
        if (budget.Who.Principals.Count + budget.Who.Keys.Count > 0)
            notes.Add($"the budget '{budget.Name}' (line {budget.Place.Line}) is about principals or keys, which AWS Budgets cannot "
                + "filter by: it "
                + "is made without, and 'assay policy check' tells what they spent");
        // CloudWatch knows the month's charges by service and account alone.
        var alarms = budget.Who.Teams.Count + budget.Who.Principals.Count + budget.Who.Keys.Count > 0 || (!isForAll
            && accounts.Count == 0) ? []
            : budget.Steps.Select(s => ChargesAlarm(budget, s, isForAll ? [] : accounts)).ToList();
        return new(Invariant($"bedrock-{AccessDocuments.FileName(budget.Name)}"), budget.UsdPerMonth, budget.Steps, budget.Owners,
            filters, alarms);
    }

    static MetricAlarm ChargesAlarm(PolicyBudget budget, decimal step, List<string> accounts)
    {
        const int period = 6 * Hour;
        (string, string)[] service = [("Currency", "USD"), ("ServiceName", "AmazonBedrock")];
        List<AlarmQuery> queries = accounts.Count == 0
            ? [new("charges", "EstimatedCharges", service, "Maximum", period, "") { Namespace = "AWS/Billing" }]
            : [.. accounts.Select((a, i) => new AlarmQuery($"a{i + 1}", "EstimatedCharges", [.. service, ("LinkedAccount", a)], "Maximum",
                period,
                "") { Namespace = "AWS/Billing" })];
        if (accounts.Count > 1)
            queries.Add(new("charges", "", [], "", period, string.Join('+', accounts.Select((_, i) => $"FILL(a{i + 1},0)"))));
        return new(Invariant($"bedrock-budget-{AccessDocuments.FileName(budget.Name)}-{step * 100m:0.##}-percent"),
            Invariant($"The month's charges of Amazon Bedrock are above {step * 100m:0.##} % of ${budget.UsdPerMonth:#,##0.##}. Models ",
                $"sold through ")
                + "AWS Marketplace are not in this metric; the budget of the same name counts them.",
            queries, step * budget.UsdPerMonth, 1);
    }

    static IEnumerable<MetricAlarm> Alarms(AlarmRule rule, string region)
    {
        AlarmQuery One(string id, string metric, string statistic, int period, string model = "") =>
            new(id, metric, model.Length == 0 ? [] : [("ModelId", model)], statistic, period, "");
        AlarmQuery Formula(string expression, int period, string id = "value") => new(id, "", [], "", period, expression);
        var name = $"bedrock-{AccessDocuments.FileName(rule.Name)}";
        if (rule.InputTokensPerDay is { } input)
            yield return new($"{name}-input-tokens", Invariant($"Input tokens of a day above {rule.BaselineFactor:0.##} times an ",
                $"ordinary day's."),
                [One("tokens", "InputTokenCount", "Sum", Day)], input * rule.BaselineFactor, 1);
        if (rule.OutputTokensPerDay is { } output)
            yield return new($"{name}-output-tokens", Invariant($"Output tokens of a day above {rule.BaselineFactor:0.##} times an ",
                $"ordinary day's."),
                [One("tokens", "OutputTokenCount", "Sum", Day)], output * rule.BaselineFactor, 1);
        // What an hour's requests held against those of the hour before: DIFF is this value less the one before.
        yield return new($"{name}-rate-of-change",
            Invariant($"Tokens a request rose more than {rule.RateOfChange:0.##} times within an hour: a loop, an injected prompt, a ",
                $"wrong setting."),
            [
                One("input", "InputTokenCount", "Sum", Hour), One("output", "OutputTokenCount", "Sum", Hour), One("calls", "Invocations",
                    "Sum", Hour),
                Formula($"IF(calls>={CallsToJudge},(input+output)/calls,0)", Hour, "size"),
                Formula("IF(size-DIFF(size)>0,size/(size-DIFF(size)),0)", Hour),
            ], rule.RateOfChange, 1);
        // A profile is called from where its geography is; other regions have no such metric.
        var endpoints = rule.Endpoints.Count == 0 ? [""] : rule.Endpoints.Where(e => ModelIdentity.SplitScope(e).Scope != Scope.Geo
            || e.StartsWith("arn:", StringComparison.Ordinal) || Geographies.Serves(e[..e.IndexOf('.', StringComparison.Ordinal)],
                region)).ToList();
        foreach (var endpoint in endpoints)
        {
            var at = endpoint.Length == 0 ? "" : "-" + AccessDocuments.FileName(endpoint[(endpoint.LastIndexOf('/') + 1)..]);
            var of = endpoint.Length == 0 ? "over all models" : $"of {endpoint}";
            if (rule.TokensPerRequest is { } most)
                yield return new($"{name}-tokens-per-request{at}", Invariant($"Average tokens a request {of} above {most:#,##0}."),
                    [
                        One("input", "InputTokenCount", "Sum", FiveMinutes, endpoint), One("output", "OutputTokenCount", "Sum",
                            FiveMinutes, endpoint),
                        One("calls", "Invocations", "Sum", FiveMinutes, endpoint), Formula("IF(calls>0,(input+output)/calls,0)",
                            FiveMinutes),
                    ], most, 3);
            if (rule.LatencySeconds is { } latency)
                yield return new($"{name}-latency{at}", Invariant($"A tenth of the calls {of} take longer than {latency:0.###} s."),
                    [One("latency", "InvocationLatency", "p90", FiveMinutes, endpoint)], latency * 1_000m, 3);
            if (rule.Throttling is { } share)
                yield return new($"{name}-throttling{at}", Invariant($"More than {share * 100m:0.##} % of the calls {of} are throttled."),
                    [
                        One("throttled", "InvocationThrottles", "Sum", FiveMinutes, endpoint), One("calls", "Invocations", "Sum",
                            FiveMinutes, endpoint),
                        // Throttled calls are not among the invocations.
                        Formula("100*throttled/(throttled+FILL(calls,0))", FiveMinutes),
                    ], share * 100m, 3);
        }
    }

    static LogBucket Logs(PolicyFile policy, LoggingRule logging, PolicyAccount account, string region) => new(
        $"{logging.Bucket}-{account.Id}-{region}"[..Math.Min(63, logging.Bucket.Length + account.Id.Length + region.Length + 2)],
        (int)logging.KeepDays, logging.WithText,
        // What is expected of all is divided evenly: nothing says where the calls are.
        logging.GigabytesPerMonth / policy.Accounts.Sum(a => a.Regions.Count));

    static IEnumerable<TeamProfile> Profiles(PolicyTeam team, PolicyAccount account, string region, ModelCatalog catalog,
        List<string> notes)
    {
        if (team.Accounts.Count > 0 && !team.Accounts.Contains(account.Id)) yield break;
        var partition = region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws";
        foreach (var model in team.Profiles)
        {
            var prefix = team.ProfileScope switch { Scope.Geo => Geographies.PrefixOf(region), Scope.Global => "global", _ => "" };
            if (team.ProfileScope == Scope.Geo && prefix.Length == 0)
            {
                notes.Add($"no geography serves {region}, so '{team.Name}' has no inference profile there (line {team.Place.Line})");
                continue;
            }
            var from = prefix.Length == 0 ? $"arn:{partition}:bedrock:{region}::foundation-model/{model}"
                : $"arn:{partition}:bedrock:{region}:{account.Id}:inference-profile/{prefix}.{model}";
            List<(string, string)> tags = [("team", team.Name)];
            if (account.Env.Length > 0) tags.Add(("env", account.Env));
            if (team.CostCenter.Length > 0) tags.Add(("cost_center", team.CostCenter));
            var name = catalog.Find(model) is { Names: [var known, ..] } ? known : model;
            yield return new(Joined($"{team.Name}-{name}"), $"{name} for {team.Name}", from, tags);
        }
    }

    // Names of profiles are letters and digits with single dashes between them.
    static string Joined(string name)
    {
        var words = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ',
            StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Join('-', words);
        return joined.Length <= 64 ? joined : joined[..64].TrimEnd('-');
    }

    static string Invariant(params FormattableString[] parts) => string.Concat(parts.Select(p => p.ToString(CultureInfo.InvariantCulture)));
}
