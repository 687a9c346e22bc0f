using System.Text.RegularExpressions;
using Assay.Control.Files;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Control.Policies;

/// <summary>What came of reading a policy file: the policy, or everything that is wrong with it.</summary>
public abstract record PolicyReading
{
    PolicyReading() { }

    public sealed record Read(PolicyFile Policy) : PolicyReading;

    /// <param name="Errors">At least one, in the order of the file.</param>
    public sealed record Mistaken(IReadOnlyList<FileError> Errors) : PolicyReading;
}

/// <summary>Reads policies from YAML or JSON. Every key: <c>docs/policy.md</c>.</summary>
public sealed partial class PolicyReader
{
    /// <summary>The longest text that is read, characters.</summary>
    public const int LengthMax = FileTree.LengthMax;

    static readonly decimal[] UsualSteps = [0.5m, 0.75m, 0.9m];

    readonly List<FileError> errors;
    readonly ModelCatalog catalog;
    readonly Dictionary<string, List<string>> groups = new(StringComparer.Ordinal);
    readonly Dictionary<string, Place> ruleNames = new(StringComparer.Ordinal);
    List<PolicyAccount> accounts = [];
    List<string> teams = [];
    string home = "us-east-1";

    PolicyReader(ModelCatalog catalog, List<FileError> errors) => (this.catalog, this.errors) = (catalog, errors);

    /// <summary>Reads a policy. Never throws for what a file says.</summary>
    /// <param name="file">What the file is called in messages.</param>
    /// <param name="catalog">The models there are.</param>
    public static PolicyReading Read(string file, string text, ModelCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<FileError> errors = [];
        var top = FileTree.Read(file, text, PolicyKeys.File, errors);
        var policy = top is null ? null : new PolicyReader(catalog, errors).Policy(top);
        return policy is not null && errors.Count == 0
            ? new PolicyReading.Read(policy)
            : new PolicyReading.Mistaken([.. errors.Distinct().OrderBy(e => e.Place.Line).ThenBy(e => e.Place.Column)]);
    }

    PolicyFile Policy(MapNode map)
    {
        var top = new FileSection(map, map, PolicyKeys.Policy, "", errors);
        home = Region(top, "region") ?? home;
        accounts = [.. top.Sections("accounts").Select(Account)];
        foreach (var twice in accounts.GroupBy(a => a.Id).Where(g => g.Key.Length > 0 && g.Count() > 1))
            top.Wrong(twice.Last().Place, $"'{twice.Last().Name}' has the id of '{twice.First().Name}' (line {twice.First().Place.Line}); "
                + "accepted: an account once");
        teams = [.. top.Named("teams").Select(t => t.Key)];
        foreach (var group in top.Named("groups")) groups[group.Key] = Group(group);
        return new()
        {
            Name = top.Text("policy"), Place = top.Place, Region = home, Mantle = top.Flag("mantle"), Accounts = accounts,
            Teams = [.. top.Sections("teams").Select(Team)],
            Allow = [.. top.Sections("allow").Select(Access)], Deny = [.. top.Sections("deny").Select(Access)],
            Limits = [.. top.Sections("limits").Select(Limit)], Budgets = [.. top.Sections("budgets").Select(Budget)],
            Alarms = [.. top.Sections("alarms").Select(Alarm)],
            Logging = top.Inner("logging") is { } logging ? Logging(logging) : null,
            Export = top.Inner("export") is { } export ? new(Bucket(export), export.Place, export.Text("prefix", "cur2")) : null,
        };
    }

    PolicyAccount Account(FileSection section)
    {
        var id = section.Text("id");
        if (section.Has("id") && !AccountId().IsMatch(id))
            section.Wrong(section.At("id"), $"{Quoted.Of(id)} is not an account id; accepted: 12 digits, in quotes where they start "
                + "with 0");
        var regions = section.Texts("regions").Where(r => IsRegion(section, r)).Select(r => r.Text).ToList();
        return new(id, section.Name, section.Text("env"), regions.Count > 0 ? regions : [home], Address(section, "owner"), section.Place);
    }

    PolicyTeam Team(FileSection section)
    {
        List<string> profiles = [];
        foreach (var model in section.Texts("profiles").SelectMany(t => Models(t).Select(m => (Text: t, Model: m))))
        {
            if (model.Model.Contains('*') || model.Model.StartsWith("arn:", StringComparison.Ordinal))
                section.Wrong(model.Text.Place, $"{Quoted.Of(model.Text)} is no single foundation model; accepted: models by id or name, "
                    + "for each of which a profile is made");
            else if (!profiles.Contains(model.Model)) profiles.Add(model.Model);
        }
        var scope = section.Choices("scope") is [var chosen, ..] ? (Scope)chosen : Scope.Geo;
        return new(section.Name, Address(section, "owner"), section.Text("cost_center"), AccountIds(section), profiles, scope,
            section.Place);
    }

    List<string> Group(Entry entry)
    {
        if (groups.ContainsKey(entry.Key) || entry.Value is MapNode or TextNode { Text: "" })
        {
            errors.Add(new(entry.Value.Place, $"{Quoted.Of(entry.Value)} stands where the models of '{entry.Key}' are listed; accepted: "
                + "a list of models by id, name or pattern"));
            return [];
        }
        IReadOnlyList<Node> items = entry.Value is ListNode list ? list.Items : [entry.Value];
        List<string> models = [];
        foreach (var item in items)
        {
            if (item is TextNode { Text.Length: > 0 } text) models.AddRange(Models(text));
            else errors.Add(new(item.Place, $"{Quoted.Of(item)} is not a model; accepted: an id, a name or a pattern"));
        }
        return models;
    }

    AccessRule Access(FileSection section)
    {
        Named(section);
        return new(section.Name, section.Place, WhoOf(section), ModelsOf(section), Regions(section), Scopes(section));
    }

    LimitRule Limit(FileSection section)
    {
        Named(section);
        var guardrail = section.Text("guardrail");
        if (guardrail.Length > 0 && guardrail != LimitRule.AnyGuardrail && !GuardrailForm().IsMatch(guardrail))
            section.Wrong(section.At("guardrail"), $"{Quoted.Of(guardrail)} is not a guardrail; accepted: any, an id such as "
                + "'gr4example1', or "
                + "an ARN such as 'arn:aws:bedrock:eu-central-1:111122223333:guardrail/gr4example1', each with ':VERSION' where one is "
                    + "meant");
        if (!section.Has("regions") && !section.Has("scopes") && !section.Has("guardrail") && !section.Has("tags")
            && !section.Has("max_request"))
            section.Wrong(section.Place, $"{Quoted.Of(section.Name)} limits nothing; accepted: at least one of regions, scopes, "
                + "guardrail, tags, "
                + "max_request");
        return new(section.Name, section.Place, WhoOf(section), ModelsOf(section), Regions(section), Scopes(section), guardrail,
            [.. section.Texts("tags").Select(t => t.Text).Distinct()], section.Amount("max_request"));
    }

    PolicyBudget Budget(FileSection section)
    {
        var steps = section.Amounts("steps");
        for (var i = 1; i < steps.Count; i++)
            if (steps[i].Amount <= steps[i - 1].Amount)
                section.Wrong(steps[i].Place, $"the steps of {Quoted.Of(section.Name)} do not rise; accepted: steps such as [50 %, 75 "
                    + "%, 90 %]");
        // AWS Budgets takes five notifications a budget; one is kept for the forecast.
        if (steps.Count > 4)
            section.Wrong(steps[4].Place, $"{Quoted.Of(section.Name)} has {steps.Count} steps; accepted: up to 4, since AWS Budgets "
                + "tells five "
                + "times and one of them is the forecast");
        var amount = section.Amount("amount");
        if (amount == 0m) section.Wrong(section.At("amount"), $"the budget {Quoted.Of(section.Name)} is zero; accepted: an amount "
            + "above it, or a "
            + "deny rule");
        return new(section.Name, section.Place, WhoOf(section), amount ?? 0m, section.Has("steps") ? [.. steps.Select(s => s.Amount)]
            : UsualSteps,
            Addresses(section, "owner"), section.Flag("hard"));
    }

    AlarmRule Alarm(FileSection section)
    {
        var endpoints = section.Texts("endpoints");
        foreach (var endpoint in endpoints)
            if (!endpoint.Text.StartsWith("arn:", StringComparison.Ordinal) && catalog.Find(ModelIdentity.SplitScope(endpoint.Text)
                .Id) is null)
                section.Wrong(endpoint.Place, $"{Quoted.Of(endpoint)} is not a model or profile id{Nearest(endpoint.Text)}");
        var rule = new AlarmRule(section.Name, section.Place,
            new(AccountIds(section), [.. section.Texts("env").Select(t => t.Text)], [], [], []));
        return rule with
        {
            Notify = Addresses(section, "notify"), Endpoints = [.. endpoints.Select(e => e.Text)],
            InputTokensPerDay = section.Amount("input_tokens"), OutputTokensPerDay = section.Amount("output_tokens"),
            BaselineFactor = section.Amount("baseline_factor") ?? rule.BaselineFactor,
            RateOfChange = section.Amount("rate_of_change") ?? rule.RateOfChange,
            TokensPerRequest = section.Amount("tokens_per_request"), LatencySeconds = section.Amount("latency"),
            Throttling = section.Amount("throttling"), AnomalyUsd = section.Amount("anomaly"),
        };
    }

    static LoggingRule Logging(FileSection section) => new(Bucket(section), section.Place, section.Amount("keep") ?? 400m,
        section.Flag("text"),
        section.Amount("size"));

    // A rule is named in documents and findings; the name must be one rule's.
    void Named(FileSection section)
    {
        if (!ruleNames.TryAdd(section.Name, section.Place))
            section.Wrong(section.Place, $"{Quoted.Of(section.Name)} is the name of another rule (line {ruleNames[section.Name].Line}); "
                + "accepted: a name once, whatever the section");
    }

    Who WhoOf(FileSection section)
    {
        var named = section.Texts("team");
        if (teams.Count > 0)
            foreach (var team in named)
                if (!teams.Exists(t => Glob.Matches(team.Text, t)))
                    section.Wrong(team.Place, $"{Quoted.Of(team)} is not a team of this policy{Quoted.Near(team.Text, teams)}"
                        + $"; accepted: {string.Join(", ", teams)}");
        return new(AccountIds(section), Values("env"), Values(named), Values("principal"), Values("key"));

        List<string> Values(object key) =>
            [.. (key is string name ? section.Texts(name) : (List<TextNode>)key).Select(t => t.Text).Where(t => t != "*").Distinct()];
    }

    List<string> AccountIds(FileSection section)
    {
        List<string> ids = [];
        foreach (var text in section.Texts("account"))
        {
            var found = accounts.FindAll(a => a.Id == text.Text || Glob.Matches(text.Text, a.Name));
            if (found.Count == 0)
                section.Wrong(text.Place, $"{Quoted.Of(text)} is not an account of this "
                    + $"policy{Quoted.Near(text.Text, accounts.Select(a => a.Name))}"
                    + (accounts.Count > 0 ? $"; accepted: {string.Join(", ", accounts.Select(a => a.Name))}"
                        : "; none is described under 'accounts'"));
            ids.AddRange(found.Select(a => a.Id).Where(id => !ids.Contains(id)));
        }
        return ids;
    }

    List<string> ModelsOf(FileSection section)
    {
        var models = section.Texts("models").SelectMany(Models).Distinct().ToList();
        return models.Contains("*") ? [] : models;
    }

    /// <summary>What a text names: ids, patterns of ids, ARNs. An error, and nothing, where it names no model.</summary>
    List<string> Models(TextNode text)
    {
        if (groups.TryGetValue(text.Text, out var group)) return group;
        if (text.Text == "*" || text.Text.StartsWith("arn:aws", StringComparison.Ordinal)) return [text.Text];
        var (scope, bare) = ModelIdentity.SplitScope(text.Text);
        if (scope != Scope.InRegion)
        {
            errors.Add(new(text.Place, $"{Quoted.Of(text)} is a profile of scope '{scope.Name()}'; accepted: {Quoted.Of(bare)}, and "
                + "'scopes' beside it"));
            return [];
        }
        if (text.Text.Contains('*') || text.Text.Contains('?'))
        {
            if (catalog.Models.Any(m => Glob.Matches(text.Text, m.Id))) return [text.Text];
            errors.Add(new(text.Place, $"{Quoted.Of(text)} matches no model of prices/models.csv; accepted: a pattern of ids, such as "
                + "'amazon.nova-*'"));
            return [];
        }
        if (catalog.Find(bare) is { } known) return [known.Id];
        if (catalog.FindAllByName(text.Text) is { Count: > 0 } named) return [.. named.Select(m => m.Id)];
        errors.Add(new(text.Place, $"{Quoted.Of(text)} is not a known model or group{Nearest(text.Text)}"));
        return [];
    }

    string Nearest(string text) => "; accepted: an id or name of prices/models.csv, such as 'Claude Haiku 4.5'"
        + Quoted.Near(text, groups.Keys.Concat(catalog.Models.SelectMany(m => m.Names)).Concat(catalog.Models.Select(m => m.Id)));

    static List<string> Regions(FileSection section) =>
        [.. section.Texts("regions").Where(r => IsRegion(section, r)).Select(r => r.Text).Where(r => r != "*").Distinct()];

    static List<Scope> Scopes(FileSection section) =>
        section.Has("scopes") && section.Choices("scopes") is { Count: < 3 } chosen ? [.. chosen.Order().Select(c => (Scope)c)] : [];

    static bool IsRegion(FileSection section, TextNode text)
    {
        if (AwsRegions.All.Any(r => Glob.Matches(text.Text, r))) return true;
        section.Wrong(text.Place, $"{Quoted.Of(text)} is not an AWS region; accepted: a region code such as 'eu-central-1', or a "
            + "pattern such as 'eu-*'"
            + Quoted.Near(text.Text, AwsRegions.All));
        return false;
    }

    static string? Region(FileSection section, string key) =>
        section.TextOf(key) is { } text && IsRegion(section, text) ? text.Text : null;

    static string Bucket(FileSection section)
    {
        var name = section.Text("bucket");
        if (section.Has("bucket") && !BucketForm().IsMatch(name))
            section.Wrong(section.At("bucket"), $"{Quoted.Of(name)} is not a bucket's name; accepted: 3 to 37 of a-z, 0-9 and '-'");
        return name;
    }

    static string Address(FileSection section, string key)
    {
        if (section.TextOf(key) is not { } text) return "";
        Check(section, text);
        return text.Text;
    }

    static List<string> Addresses(FileSection section, string key)
    {
        var texts = section.Texts(key);
        foreach (var text in texts) Check(section, text);
        return [.. texts.Select(t => t.Text).Distinct()];
    }

    static void Check(FileSection section, TextNode text)
    {
        if (!AddressForm().IsMatch(text.Text))
            section.Wrong(text.Place, $"{Quoted.Of(text)} cannot be told; accepted: an e-mail address such as 'finops@example.com', or "
                + "the ARN of "
                + "an SNS topic");
    }

    [GeneratedRegex("^[0-9]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex AccountId();

    [GeneratedRegex("^(arn:aws[a-z-]*:bedrock:[a-z0-9-]+:[0-9]{12}:guardrail/)?[a-z0-9]{2,20}(:(DRAFT|[0-9]{1,8}))?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex GuardrailForm();

    // Account and region are added to it, and a bucket's name has 63 characters at most.
    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,35}[a-z0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex BucketForm();

    [GeneratedRegex(@"^([A-Za-z0-9.!#$%&'*+=?^_{|}~-]+@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+"
        + @"|arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex AddressForm();
}
