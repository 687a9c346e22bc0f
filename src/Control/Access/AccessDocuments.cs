using Assay.Control.Policies;
using Assay.Usage;

namespace Assay.Control.Access;

/// <summary>Documents that mean the same for several accounts.</summary>
/// <param name="Name">What files are called: the accounts' name, or their environment's.</param>
/// <param name="ServiceControl">Service control policies, each within AWS's size.</param>
/// <param name="Identity">Managed policies, each within AWS's size.</param>
public sealed record AccountDocuments(
    string Name, IReadOnlyList<PolicyAccount> Accounts, IReadOnlyList<PolicyDocument> ServiceControl,
        IReadOnlyList<PolicyDocument> Identity);

/// <summary>The documents of a policy, and what they cannot hold.</summary>
/// <param name="Warnings">What would lock callers out or AWS would refuse.</param>
/// <param name="Notes">What AWS's documents cannot hold and who does.</param>
public sealed record EmittedAccess(
    IReadOnlyList<AccountDocuments> Groups, IReadOnlyList<string> Warnings, IReadOnlyList<string> Notes);

/// <summary>
/// Turns a policy into service control policies and IAM policies that mean the same. Every call of a foundation model is asked for the
/// model itself, in each region where it may be computed and with the profile it came through in the context; so all rules stand on the
/// model, and what a profile's own permission says does not matter.
/// </summary>
public static class AccessDocuments
{
    /// <summary>The most characters of a service control policy, as they are sent.</summary>
    public const int ServiceControlMax = 5_120;

    /// <summary>The most characters of a managed policy, white space aside.</summary>
    public const int IdentityMax = 6_144;

    /// <summary>Service control policies that can be attached to an account, beside the one that allows everything.</summary>
    public const int ServiceControlsMax = 4;

    /// <summary>Managed policies a role can have.</summary>
    public const int IdentitiesMax = 10;

    /// <summary>The documents of every account of a policy; accounts whose documents are alike share them.</summary>
    public static EmittedAccess Of(PolicyFile policy)
    {
        List<string> warnings = [], notes = [];
        List<(PolicyAccount Account, List<PolicyDocument> ServiceControl, List<PolicyDocument> Identity)> each = [];
        foreach (var account in policy.Accounts)
        {
            var statements = new AccountStatements(policy, account);
            var control = DocumentSizes.Fit(statements.ServiceControl(), ServiceControlMax, DocumentSizes.AsWritten, out var longControl);
            var identity = DocumentSizes.Fit(statements.Identity(), IdentityMax, DocumentSizes.WithoutSpace, out var longIdentity);
            foreach (var sid in longControl.Concat(longIdentity).Distinct())
                warnings.Add($"the statement '{sid}' for {account.Name} is longer than AWS takes and cannot be split: name the models "
                    + "of its "
                    + "rules by patterns, such as 'anthropic.claude-haiku-*'");
            if (control.Count > ServiceControlsMax)
                warnings.Add($"{account.Name} needs {control.Count} service control policies; AWS attaches {ServiceControlsMax} to an "
                    + "account "
                    + "beside FullAWSAccess: name models by patterns, or attach some to its organisational unit");
            if (identity.Count > IdentitiesMax)
                warnings.Add($"{account.Name} needs {identity.Count} managed policies; AWS attaches {IdentitiesMax} to a role");
            each.Add((account, control, identity));
        }
        var groups = each.GroupBy(e => string.Concat(e.ServiceControl.Concat(e.Identity).Select(d => d.ToJson())), StringComparer.Ordinal)
            .Select(g => new AccountDocuments(NameOf(policy, [.. g.Select(e => e.Account)]), [.. g.Select(e => e.Account)],
                g.First().ServiceControl, g.First().Identity)).ToList();
        notes.AddRange(NotHeld(policy));
        if (policy.Accounts.Count == 0)
            warnings.Add("the policy describes no accounts, so there is nothing to make documents for: list them under 'accounts'");
        warnings.InsertRange(0, PolicyConflicts.LockedOut(policy));
        return new(groups, warnings, notes);
    }

    static string NameOf(PolicyFile policy, List<PolicyAccount> accounts)
    {
        if (accounts.Count == 1) return FileName(accounts[0].Name);
        if (accounts.Count == policy.Accounts.Count) return "all-accounts";
        var env = accounts[0].Env;
        return env.Length > 0 && accounts.TrueForAll(a => a.Env == env) && policy.Accounts.Count(a => a.Env == env) == accounts.Count
            ? FileName(env)
            : FileName($"{accounts[0].Name}-and-{accounts.Count - 1}-more");
    }

    internal static string FileName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));

    static IEnumerable<string> NotHeld(PolicyFile policy)
    {
        if (policy.Allow.Count + policy.Deny.Count + policy.Limits.Count > 0)
            yield return "The documents judge calls, not batch jobs: whether AWS holds bedrock:CreateModelInvocationJob to a model was not "
                + "confirmed, so permit that action to few and try a forbidden model";
        foreach (var rule in policy.Allow.Where(r => r.Who.Keys.Count > 0))
            yield return rule.Who.Principals.Count > 0
                ? $"'{rule.Name}' (line {rule.Place.Line}) permits gateway keys: AWS permits its principals, the gateway holds the keys"
                : $"'{rule.Name}' (line {rule.Place.Line}) permits gateway keys, which AWS does not see: left out here. Name the gateway's "
                    + "role under 'principal' to permit it";
        foreach (var rule in policy.Deny.Where(r => r.Who.Keys.Count > 0))
            yield return $"'{rule.Name}' (line {rule.Place.Line}) forbids gateway keys, which AWS does not see: the gateway holds it";
        foreach (var limit in policy.Limits)
        {
            if (limit.Who.Keys.Count > 0)
                yield return $"'{limit.Name}' (line {limit.Place.Line}) limits gateway keys, which AWS does not see: the gateway holds it";
            if (limit.RequestUsdMax is not null)
                yield return $"'{limit.Name}' (line {limit.Place.Line}) limits what a request costs, for which AWS has no rule: the "
                    + "gateway holds it";
            if (limit.Tags.Count > 0)
                yield return $"'{limit.Name}' (line {limit.Place.Line}) asks for tags: AWS sees those of the role, not the request's "
                    + "metadata";
        }
        foreach (var rule in policy.Rules.Where(r => r.Who.Principals.Contains("root")))
            yield return $"'{rule.Name}' (line {rule.Place.Line}) is about root: service control policies forbid the account root what it "
                + "forbids, except in the management account; IAM policies neither permit nor forbid it anything";
        foreach (var rule in policy.Allow.Where(r => r.Who.Principals.Any(p => !p.Contains('/') && p.TrimStart('*').AsSpan()
            .IndexOfAny('*', '?') >= 0)))
            yield return $"'{rule.Name}' (line {rule.Place.Line}) names principals by a pattern, which AWS matches with the whole path of "
                + "a role: roles whose path matches it too are left out";
        var told = policy.Allow.Concat(policy.Deny).Where(r => r.Scopes.Count > 0
            && (!r.Scopes.Contains(Scope.InRegion) || !r.Scopes.Contains(Scope.Geo))).ToList();
        if (told.Count > 0)
            yield return $"'{told[0].Name}' (line {told[0].Place.Line})" + (told.Count > 1 ? $" and {told.Count - 1} more rules tell"
                : " tells")
                + " in_region from geo: AWS cannot for application inference profiles, whose ARN hides what they were made of. A deny "
                + "rule about either is held by denying all of them";
        foreach (var limit in policy.Limits.Where(l => l.Scopes.Count > 0 && l.Who.Keys.Count == 0))
            if (!limit.Scopes.Contains(Scope.Geo))
                yield return $"'{limit.Name}' (line {limit.Place.Line}) does not permit geo: an application inference profile's ARN hides "
                    + "whether it is one, so all calls through application inference profiles are denied where it holds";
            else if (!limit.Scopes.Contains(Scope.InRegion))
                yield return $"'{limit.Name}' (line {limit.Place.Line}) does not permit in_region: AWS cannot hold that for application "
                    + "inference profiles, whose ARN hides what they were made of";
    }
}

/// <summary>The statements of one account.</summary>
sealed class AccountStatements(PolicyFile policy, PolicyAccount account)
{
    const string ProfileKey = "bedrock:InferenceProfileArn", RegionKey = "aws:RequestedRegion",
        PrincipalKey = "aws:PrincipalArn";
    static readonly string[] Invoke = ["bedrock:InvokeModel*"];

    /// <summary>What <c>aws:RequestedRegion</c> says where a global profile has the model computed.</summary>
    static readonly string[] Regionless = ["unspecified"];

    readonly string partition = account.Regions.All(r => r.StartsWith("us-gov-", StringComparison.Ordinal)) ? "aws-us-gov" : "aws";
    readonly HashSet<string> sids = new(StringComparer.Ordinal);

    // Service control policies hold an account's root, which IAM policies cannot.
    bool isControl;

    string AnyModel => $"arn:{partition}:bedrock:*::foundation-model/*";

    /// <summary>What can be called besides foundation models and profiles.</summary>
    List<string> Others => [.. ((string[])["provisioned-model", "custom-model-deployment", "imported-model"])
        .Select(r => $"arn:{partition}:bedrock:*:*:{r}/*")];

    /// <summary>What the account's callers cannot be given, whoever gives it.</summary>
    public List<Statement> ServiceControl()
    {
        sids.Clear();
        isControl = true;
        List<Statement> statements = [];
        if (!policy.Mantle)
            statements.Add(new() { Sid = Sid("NoMantle"), IsAllow = false, Actions = ["bedrock-mantle:CreateInference"],
                Resources = ["*"] });
        if (OnlyListed() is { } listed) statements.Add(listed);
        statements.AddRange(Forbidden());
        return statements;
    }

    /// <summary>What the account's callers are given, and what they are not.</summary>
    public List<Statement> Identity()
    {
        sids.Clear();
        isControl = false;
        return [.. Permitted(), .. Forbidden()];
    }

    IEnumerable<AccessRule> Granting => policy.Allow.Where(r => IsHere(r.Who) && (r.Who.Keys.Count == 0 || r.Who.Principals.Count > 0));

    // Null where every foundation model is permitted to somebody.
    Statement? OnlyListed()
    {
        if (policy.Allow.Count == 0) return null;
        var rules = Granting.ToList();
        if (rules.Exists(r => r.Models.Count == 0)) return null;
        var models = rules.SelectMany(r => r.Models).Distinct().Order(StringComparer.Ordinal).ToList();
        if (models.Count == 0) return new() { Sid = Sid("NoModels"), IsAllow = false, Actions = Invoke, Resources = ["*"] };
        return new()
        {
            Sid = Sid("OnlyListedModels"), IsAllow = false, Actions = Invoke,
            NotResources = [.. models.Where(m => !models.Exists(o => o != m && Glob.Covers(o, m))).Select(ModelArn), Profiles("*", "*"),
                Applications("*")],
        };
    }

    IEnumerable<Statement> Permitted()
    {
        if (policy.Allow.Count == 0)
        {
            yield return new() { Sid = Sid("AllowModels"), IsAllow = true, Actions = Invoke, Resources = [AnyModel, .. Others] };
        }
        foreach (var rule in Granting)
            foreach (var statement in Access(rule, isAllow: true)) yield return statement;
        yield return new() { Sid = Sid("AllowSystemProfiles"), IsAllow = true, Actions = Invoke, Resources = [Profiles("*", "*")] };
        // Whose profile it is, its tag says; a team's bill must not be run up by another.
        yield return new()
        {
            Sid = Sid("AllowOwnProfiles"), IsAllow = true, Actions = Invoke, Resources = [Applications("*")],
            Conditions = policy.Teams.Count > 0 ? [new("StringEquals", "aws:ResourceTag/team", ["${aws:PrincipalTag/team}"])] : [],
        };
    }

    IEnumerable<Statement> Forbidden()
    {
        foreach (var rule in policy.Deny.Where(r => IsHere(r.Who) && r.Who.Keys.Count == 0))
            foreach (var statement in Access(rule, isAllow: false)) yield return statement;
        foreach (var limit in policy.Limits.Where(l => IsHere(l.Who) && l.Who.Keys.Count == 0))
            foreach (var statement in Limit(limit)) yield return statement;
    }

    // One statement for each way to a model that a rule tells apart.
    IEnumerable<Statement> Access(AccessRule rule, bool isAllow)
    {
        var name = (isAllow ? "Allow" : "Deny") + Pascal(rule.Name);
        var who = Callers(rule.Who, isAllow);
        var (models, others) = Resources(rule.Models);
        // Models of one's own are computed where they are.
        if (others.Count > 0 && Has(rule, Scope.InRegion))
            yield return Of(name + "Resources", isAllow, others, [.. who, .. FromRegions(rule.Regions)]);
        if (models.Count == 0) yield break;
        if (rule.Scopes.Count == 0 && rule.Regions.Count == 0)
        {
            yield return Of(name, isAllow, models, who);
            yield break;
        }
        var (direct, geo, global) = (Has(rule, Scope.InRegion), Has(rule, Scope.Geo), Has(rule, Scope.Global));
        if (direct) yield return Of(name + "InRegion", isAllow, models, [.. who, .. FromRegions(rule.Regions), NoProfile(true)]);
        if (geo || global)
        {
            List<string> profiles = [.. Sources(rule.Regions).Select(r => Profiles(r, geo ? "*" : "global.*"))];
            if (rule.Scopes.Count == 0) profiles.AddRange(Sources(rule.Regions).Select(Applications));
            List<Condition> through = [.. who, new("ArnLike", ProfileKey, profiles)];
            if (geo && !global) through.Add(new("ArnNotLike", ProfileKey, [Profiles("*", "global.*")]));
            yield return Of(name + "Profiles", isAllow, models, through);
        }
        if (rule.Scopes.Count == 0) yield break;
        List<Condition> own = [.. who, new("ArnLike", ProfileKey, [.. Sources(rule.Regions).Select(Applications)])];
        // Only that a profile is global shows: the model is asked for without a region. What else is denied, is denied to all of them.
        if (!global && isAllow) own.Add(new("StringNotEquals", RegionKey, Regionless));
        else if (!isAllow && !direct && !geo) own.Add(new("StringEquals", RegionKey, Regionless));
        yield return Of(name + "OwnProfiles", isAllow, models, own);
    }

    IEnumerable<Statement> Limit(LimitRule limit)
    {
        var name = "Limit" + Pascal(limit.Name);
        var who = Callers(limit.Who);
        var (models, others) = limit.Models.Count > 0 ? Resources(limit.Models) : ([AnyModel], Others);
        if (limit.Regions.Count > 0)
        {
            Condition elsewhere = new(HasWildcard(limit.Regions) ? "StringNotLike" : "StringNotEquals", RegionKey, limit.Regions);
            if (models.Count > 0)
            {
                yield return Of(name + "Region", false, models, [.. who, elsewhere, NoProfile(true)]);
                Condition sources = new("ArnNotLike", ProfileKey, [.. limit.Regions.Select(r => $"arn:{partition}:bedrock:{r}:*:*")]);
                yield return Of(name + "ProfileRegion", false, models, [.. who, sources, NoProfile(false)]);
            }
            if (others.Count > 0) yield return Of(name + "ResourceRegion", false, others, [.. who, elsewhere]);
        }
        if (limit.Scopes.Count > 0 && models.Count > 0)
            foreach (var statement in Residency(limit, name, who, models)) yield return statement;
        if (limit.Scopes.Count > 0 && others.Count > 0 && !limit.Scopes.Contains(Scope.InRegion))
            yield return Of(name + "NotOwnModels", false, others, who);
        if (limit.Guardrail == LimitRule.AnyGuardrail)
            yield return Of(name + "Guardrail", false, [.. models, .. others],
                [.. who, new("Null", "bedrock:GuardrailIdentifier", ["true"])]);
        else if (limit.Guardrail.Length > 0)
            yield return Of(name + "Guardrail", false, [.. models, .. others],
                [.. who, new("StringNotLike", "bedrock:GuardrailIdentifier", Guardrails.Patterns(limit.Guardrail, partition))]);
        foreach (var tag in limit.Tags)
        {
            yield return Of($"{name}Tag{Pascal(tag)}", false, [.. models, .. others],
                [.. who, new("Null", $"aws:PrincipalTag/{tag}", ["true"])]);
            // What is paid for by itself must say whose it is from its first day.
            yield return new()
            {
                Sid = Sid($"{name}New{Pascal(tag)}"), IsAllow = false, Resources = ["*"],
                Actions = ["bedrock:CreateInferenceProfile", "bedrock:CreateModelInvocationJob",
                    "bedrock:CreateProvisionedModelThroughput"],
                Conditions = [.. who, new("Null", $"aws:RequestTag/{tag}", ["true"])],
            };
        }
    }

    IEnumerable<Statement> Residency(LimitRule limit, string name, List<Condition> who, List<string> models)
    {
        var (direct, geo, global) =
            (limit.Scopes.Contains(Scope.InRegion), limit.Scopes.Contains(Scope.Geo), limit.Scopes.Contains(Scope.Global));
        if (!direct) yield return Of(name + "NotInRegion", false, models, [.. who, NoProfile(true)]);
        if (!geo)
        {
            List<Condition> through = [.. who, new("ArnLike", ProfileKey, [Profiles("*", "*")])];
            if (global) through.Add(new("ArnNotLike", ProfileKey, [Profiles("*", "global.*")]));
            yield return Of(name + "NotGeo", false, models, through);
            // What an application profile was made of is hidden, and a global one asks for the source region as a direct one does.
            yield return Of(name + "NotOwnProfiles", false, models, [.. who, new("ArnLike", ProfileKey, [Applications("*")])]);
        }
        else if (!global)
            yield return Of(name + "NotGlobal", false, models, [.. who, new("ArnLike", ProfileKey, [Profiles("*", "global.*")])]);
        if (!global)
            yield return Of(name + "NotAnywhere", false, models, [.. who, new("StringEquals", RegionKey, Regionless)]);
    }

    // Whether a rule can be about this account's callers at all.
    bool IsHere(Who who) => (who.Accounts.Count == 0 || who.Accounts.Contains(account.Id))
        && (who.Envs.Count == 0 || account.Env.Length == 0 || Glob.MatchesAny(who.Envs, account.Env));

    List<Condition> Callers(Who who, bool isAllow = false)
    {
        List<Condition> conditions = [];
        if (who.Envs.Count > 0 && account.Env.Length == 0) conditions.Add(Named("aws:PrincipalTag/env", who.Envs));
        if (who.Teams.Count > 0) conditions.Add(Named("aws:PrincipalTag/team", who.Teams));
        if (who.Principals.Count > 0)
            conditions.Add(new("ArnLike", PrincipalKey, [.. who.Principals.SelectMany(Callers),
                .. isControl && !isAllow && Glob.MatchesAny(who.Principals, "root") ? [$"arn:{partition}:iam::*:root"] : (string[])[]]));
        // A wildcard reaches across the '/' of a path, which must not widen what is permitted; what is forbidden may be wider.
        if (isAllow && who.Principals.SelectMany(AcrossPath).Distinct().SelectMany(CallersAnywhere).ToList() is { Count: > 0 } wider)
            conditions.Add(new("StringNotLike", PrincipalKey, wider));
        return conditions;
    }

    // Principals are named without their path, or with all of it.
    string[] Callers(string name) => name.Contains('/')
        ? [$"arn:{partition}:iam::*:role/{name}", $"arn:{partition}:iam::*:user/{name}"]
        : CallersAnywhere(name);

    string[] CallersAnywhere(string name) =>
        [$"arn:{partition}:iam::*:role/{name}", $"arn:{partition}:iam::*:role/*/{name}", $"arn:{partition}:iam::*:user/{name}",
            $"arn:{partition}:iam::*:user/*/{name}"];

    // What a name's pattern matches besides names: a wildcard at its start can only take in a path, which is not looked at.
    static IEnumerable<string> AcrossPath(string pattern)
    {
        if (pattern.Contains('/')) yield break;
        for (var i = 0; i < pattern.Length; i++)
            if (pattern[i] == '*' && i > 0) yield return $"{pattern[..i]}*/*{pattern[(i + 1)..]}";
            else if (pattern[i] == '?') yield return $"{pattern[..i]}/{pattern[(i + 1)..]}";
    }

    static IEnumerable<Condition> FromRegions(IReadOnlyList<string> regions) => regions.Count == 0 ? [] : [Named(RegionKey, regions)];

    static Condition Named(string key, IReadOnlyList<string> values) => new(HasWildcard(values) ? "StringLike" : "StringEquals", key,
        values);

    static bool HasWildcard(IReadOnlyList<string> values) => values.Any(v => v.Contains('*') || v.Contains('?'));

    static Condition NoProfile(bool isNone) => new("Null", ProfileKey, [isNone ? "true" : "false"]);

    static bool Has(AccessRule rule, Scope scope) => rule.Scopes.Count == 0 || rule.Scopes.Contains(scope);

    static IReadOnlyList<string> Sources(IReadOnlyList<string> regions) => regions.Count == 0 ? ["*"] : regions;

    string ModelArn(string model) => model.StartsWith("arn:", StringComparison.Ordinal) ? model
        : $"arn:{partition}:bedrock:*::foundation-model/{model}";

    string Profiles(string region, string name) => $"arn:{partition}:bedrock:{region}:*:inference-profile/{name}";

    string Applications(string region) => $"arn:{partition}:bedrock:{region}:*:application-inference-profile/*";

    (List<string> Models, List<string> Others) Resources(IReadOnlyList<string> models)
    {
        if (models.Count == 0) return ([AnyModel], []);
        var others = models.Where(m => m.StartsWith("arn:", StringComparison.Ordinal)).ToList();
        return ([.. models.Except(others).Select(ModelArn)], others);
    }

    Statement Of(string sid, bool isAllow, IReadOnlyList<string> resources, IReadOnlyList<Condition> conditions) =>
        new() { Sid = Sid(sid), IsAllow = isAllow, Actions = Invoke, Resources = resources, Conditions = conditions };

    // Ids of statements are letters and digits, each once.
    string Sid(string name)
    {
        var sid = name;
        for (var n = 2; !sids.Add(sid); n++) sid = $"{name}{n}";
        return sid;
    }

    static string Pascal(string name) => string.Concat(name.Split([.. name.Where(c => !char.IsAsciiLetterOrDigit(c)).Distinct()],
        StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
}
