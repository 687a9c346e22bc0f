using Assay.Control.Access;
using Assay.Control.Files;
using Assay.Control.Policies;
using Assay.Usage;

namespace Assay.Control.Tests.Access;

/// <summary>The documents for AWS, evaluated as AWS does, permit exactly what the policy permits.</summary>
public class DocumentsMeanThePolicyTests
{
    static readonly Place Here = new("p.yaml", 1, 1);
    static readonly PolicyAccount[] Accounts =
    [
        new("111111111111", "prod", "prod", ["us-east-1"], "", Here), new("222222222222", "dev", "dev", ["eu-west-1"], "", Here),
        new("333333333333", "shared", "", ["us-east-1"], "", Here),
    ];

    static readonly string[] Models = ["amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "anthropic.claude-opus-4-5-20251101-v1:0"];
    static readonly string Custom = "arn:aws:bedrock:us-east-1:111111111111:imported-model/abc";
    static readonly string[] RegionNames = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1"];
    const string Guardrail = "arn:aws:bedrock:us-east-1:111111111111:guardrail/g1";

    static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static Gen<IReadOnlyList<string>> Some(params string[] values) => Gen.OneOf(
        Gen.Const<IReadOnlyList<string>>([]), OneOf(values).Select(v => (IReadOnlyList<string>)[v]),
        OneOf(values).Array[2].Select(v => (IReadOnlyList<string>)[.. v.Distinct()]));

    static readonly Gen<Who> Whos = Gen.Select(
        Some([.. Accounts.Select(a => a.Id)]), Some("prod", "dev", "d*"), Some("checkout", "search", "s*"), Some("App", "ci-*"),
        (accounts, envs, teams, principals) => new Who(accounts, envs, teams, principals, []));

    static readonly Gen<IReadOnlyList<string>> ModelLists = Some([.. Models, "amazon.nova-*", "anthropic.*", Custom]);
    static readonly Gen<IReadOnlyList<string>> RegionLists = Some("us-east-1", "eu-west-1", "eu-*", "us-*");
    static readonly Gen<IReadOnlyList<Scope>> ScopeLists = Gen.Int[0, 6].Select(bits =>
        (IReadOnlyList<Scope>)[.. Enum.GetValues<Scope>().Where(s => (bits & (1 << (int)s)) != 0)]);

    static readonly Gen<AccessRule> AccessRules = Gen.Select(Gen.Int[0, 9999], Whos, ModelLists, RegionLists, ScopeLists,
        (n, who, models, regions, scopes) => new AccessRule($"rule {n}", Here, who, models, regions, scopes));

    static readonly Gen<LimitRule> LimitRules = Gen.Select(Gen.Int[0, 9999], Whos, Some("amazon.nova-*", Models[2]), RegionLists, ScopeLists,
        OneOf("", "", "any", Guardrail, Guardrail + ":2", "g1"), Some("team", "cost-center")).Select((n, who, models, regions, scopes, g, tags) =>
            new LimitRule($"limit {n}", Here, who, models, regions, scopes, g, tags, null));

    static readonly Gen<PolicyFile> Policies = Gen.Select(AccessRules.Array[0, 4], AccessRules.Array[0, 2], LimitRules.Array[0, 2], Gen.Bool,
        (allow, deny, limits, teams) => new PolicyFile
        {
            Name = "p", Place = Here, Region = "us-east-1", Accounts = Accounts, Allow = allow, Deny = deny, Limits = limits,
            Teams = teams ? [new("checkout", "", "", [], [], Scope.Geo, Here)] : [],
        });

    sealed record Request(
        PolicyAccount Account, string Principal, string Team, string Env, string Model, Scope Scope, string Region, string Guardrail, bool HasTag,
        bool ByProfile)
    {
        public PolicyCall Call => new()
        {
            Account = Account.Id, Env = Env, Team = Team, Principal = Principal, Model = Model, Scope = Scope, Region = Region,
            Guardrail = Guardrail, Tags = Tags.Keys.ToHashSet(),
        };

        public Dictionary<string, string> Tags
        {
            get
            {
                Dictionary<string, string> tags = [];
                if (Team.Length > 0) tags["team"] = Team;
                if (Env.Length > 0) tags["env"] = Env;
                if (HasTag) tags["cost-center"] = "1";
                return tags;
            }
        }

        public ModelCall Asked => new()
        {
            Account = Account.Id, PrincipalArn = $"arn:aws:iam::{Account.Id}:role/service/{Principal}", PrincipalTags = Tags, Region = Region,
            Model = Model, Guardrail = Guardrail,
            Prefix = Scope switch { Scope.Global => "global", Scope.Geo => Geographies.PrefixOf(Region), _ => "" },
            Profile = ByProfile ? new("xyz123", new Dictionary<string, string> { ["team"] = Team }) : null,
        };
    }

    static readonly Gen<Request> Requests = Gen.Select(OneOf(Accounts), OneOf("App", "ci-1", "Other"),
        OneOf("checkout", "search", ""), OneOf("prod", "dev", ""), OneOf([.. Models, Custom]), Gen.Enum<Scope>(),
        OneOf(RegionNames), Gen.Select(OneOf("", Guardrail, Guardrail + ":2", Guardrail + "x"), Gen.Bool, Gen.Bool),
        (account, principal, team, env, model, scope, region, rest) => new Request(account, principal, team, env, model,
            model == Custom ? Scope.InRegion : scope, model == Custom ? "us-east-1" : region, rest.Item1, rest.Item2, rest.Item3 && model != Custom));

    static IReadOnlyList<AccessLayer> Layers(PolicyFile policy, PolicyAccount account, bool control, bool identity)
    {
        var statements = new AccountStatements(policy, account);
        var documents = (
            ServiceControl: DocumentSizes.Fit(statements.ServiceControl(), AccessDocuments.ServiceControlMax, DocumentSizes.AsWritten, out _),
            Identity: DocumentSizes.Fit(statements.Identity(), AccessDocuments.IdentityMax, DocumentSizes.WithoutSpace, out _));
        return
        [
            new(LayerKind.ServiceControl, "organisation", [new("FullAWSAccess", PolicyDocument.FullAccess), .. control ? Named(documents.ServiceControl) : []]),
            new(LayerKind.Identity, "role", identity ? Named(documents.Identity) : [new("all", PolicyDocument.FullAccess)]),
        ];
    }

    // By way of their text: what is written is what is asked.
    static IReadOnlyList<NamedDocument> Named(IReadOnlyList<PolicyDocument> documents) =>
        [.. documents.Select((d, i) => new NamedDocument($"{i}", PolicyDocument.Parse(d.ToJson())))];

    static bool IsAllowed(PolicyFile policy, Request request, bool control, bool identity) =>
        request.Asked.Decide(Layers(policy, request.Account, control, identity)).All(d => d.Decision.IsAllowed);

    // What is known of an application inference profile does not tell in_region from geo, which the documents say.
    static bool IsTold(PolicyFile policy, Request request) => !request.ByProfile
        || (request.Team.Length > 0 || policy.Teams.Count == 0)
            && policy.Allow.Concat(policy.Deny).All(r => r.Scopes.Count == 0)
            && policy.Limits.All(l => l.Scopes.Count == 0 || (l.Scopes.Contains(Scope.InRegion) && l.Scopes.Contains(Scope.Geo)));

    [Fact]
    public void Identity_policies_alone_permit_what_the_policy_permits() => Gen.Select(Policies, Requests).Sample((policy, request) =>
        !IsTold(policy, request)
            || IsAllowed(policy, request, control: false, identity: true) == (PolicyMeaning.Breaks(policy, request.Call).Count == 0), iter: 4_000);

    [Fact]
    public void The_requests_of_these_tests_are_permitted_and_forbidden_in_turn()
    {
        var (permitted, forbidden) = (0, 0);
        Gen.Select(Policies, Requests).Sample((policy, request) =>
        {
            if (PolicyMeaning.Breaks(policy, request.Call).Count == 0) Interlocked.Increment(ref permitted);
            else Interlocked.Increment(ref forbidden);
        }, iter: 2_000);
        Assert.True(permitted > 200 && forbidden > 200, $"{permitted} permitted, {forbidden} forbidden");
    }

    [Fact]
    public void With_service_control_policies_they_permit_the_same() => Gen.Select(Policies, Requests).Sample((policy, request) =>
        !IsTold(policy, request)
            || IsAllowed(policy, request, control: true, identity: true) == (PolicyMeaning.Breaks(policy, request.Call).Count == 0), iter: 4_000);

    [Fact]
    public void Service_control_policies_never_forbid_what_the_policy_permits() => Gen.Select(Policies, Requests).Sample((policy, request) =>
        !IsTold(policy, request) || PolicyMeaning.Breaks(policy, request.Call).Count > 0
            || IsAllowed(policy, request, control: true, identity: false), iter: 4_000);

    [Fact]
    public void Documents_split_by_size_mean_what_the_whole_means() => Gen.Select(Policies, Requests, Gen.Int[400, 1500]).Sample((policy, request, most) =>
    {
        var statements = new AccountStatements(policy, request.Account).Identity();
        var parts = DocumentSizes.Fit(statements, most, DocumentSizes.AsWritten, out var tooLong);
        Assert.All(parts, p => Assert.True(DocumentSizes.AsWritten(p) <= most || p.Statements.All(s => tooLong.Contains(s.Sid))));
        return request.Asked.Requests().All(asked =>
            AccessEvaluator.Decide(asked, [new(LayerKind.Identity, "", [new("", new(statements))])]).Answer
            == AccessEvaluator.Decide(asked, [new(LayerKind.Identity, "", Named(parts))]).Answer);
    }, iter: 1_500);

    static bool ByOwnProfile(PolicyFile policy, Scope scope, bool control) => IsAllowed(policy, new(Accounts[0], "App", "", "prod", Models[0], scope,
        "us-east-1", "", false, true), control, !control);

    [Theory]
    [InlineData(Scope.InRegion)]
    [InlineData(Scope.Global)]
    [InlineData(Scope.InRegion, Scope.Global)]
    public void A_limit_without_geo_denies_what_goes_through_application_profiles(params Scope[] scopes)
    {
        PolicyFile policy = new()
        {
            Name = "p", Place = Here, Region = "us-east-1", Accounts = Accounts,
            Limits = [new("home", Here, Who.Anybody, [], [], scopes, "", [], null)],
        };
        Assert.False(ByOwnProfile(policy, Scope.Geo, control: true));
        Assert.False(ByOwnProfile(policy, Scope.Geo, control: false));
        Assert.Contains(AccessDocuments.Of(policy).Notes, n => n.StartsWith("'home' (line 1) does not permit geo", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Scope.Geo)]
    [InlineData(Scope.Geo, Scope.Global)]
    [InlineData(Scope.InRegion, Scope.Geo)]
    [InlineData(Scope.InRegion, Scope.Geo, Scope.Global)]
    public void Geo_denied_denies_what_goes_through_application_profiles(params Scope[] scopes)
    {
        PolicyFile policy = new()
        {
            Name = "p", Place = Here, Region = "us-east-1", Accounts = Accounts, Deny = [new("away", Here, Who.Anybody, [], [], scopes)],
        };
        Assert.False(ByOwnProfile(policy, Scope.Geo, control: true));
        Assert.False(ByOwnProfile(policy, Scope.Geo, control: false));
    }

    static PolicyFile About(string[] principals, bool isAllow)
    {
        AccessRule rule = new("who", Here, Who.Anybody with { Principals = principals }, [], [], []);
        return new()
        {
            Name = "p", Place = Here, Region = "us-east-1", Accounts = Accounts, Allow = isAllow ? [rule] : [], Deny = isAllow ? [] : [rule],
        };
    }

    static bool MayCall(PolicyFile policy, string resource, bool control = false) => new ModelCall
    {
        Account = Accounts[0].Id, PrincipalArn = $"arn:aws:iam::{Accounts[0].Id}:{resource}", Region = "us-east-1", Model = Models[0],
    }.Decide(Layers(policy, Accounts[0], control, !control)).All(d => d.Decision.IsAllowed);

    [Theory]
    [InlineData("ci-*", "role/ci-1", true)]
    [InlineData("ci-*", "role/service/ci-1", true)]
    [InlineData("ci-*", "role/ci-x/Admin", false)]
    [InlineData("ci-*", "role/service/ci-x/Admin", false)]
    [InlineData("ci-*", "user/ci-x/Admin", false)]
    [InlineData("a?b", "role/a/b", false)]
    [InlineData("a?b", "role/axb", true)]
    [InlineData("*-dev", "role/team/x-dev", true)]
    [InlineData("service/ci-*", "role/service/ci-1", true)]
    [InlineData("service/ci-*", "role/ci-1", false)]
    public void A_pattern_of_principals_allows_by_name_not_by_path(string pattern, string resource, bool isAllowed)
    {
        var policy = About([pattern], isAllow: true);
        Assert.Equal(isAllowed, MayCall(policy, resource));
        var call = new PolicyCall
        {
            Account = Accounts[0].Id, Principal = resource[(resource.IndexOf('/') + 1)..], Model = Models[0], Scope = Scope.InRegion,
            Region = "us-east-1",
        };
        Assert.Equal(isAllowed, PolicyMeaning.Breaks(policy, call).Count == 0);
    }

    [Fact]
    public void A_deny_rule_about_root_holds_the_account_root()
    {
        Assert.False(MayCall(About(["root"], isAllow: false), "root", control: true));
        Assert.True(MayCall(About(["ci-*"], isAllow: false), "root", control: true));
        Assert.DoesNotContain(":root", new PolicyDocument(new AccountStatements(About(["root"], isAllow: false), Accounts[0]).Identity()).ToJson(),
            StringComparison.Ordinal);
    }
}
