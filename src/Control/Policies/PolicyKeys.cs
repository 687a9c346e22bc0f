using Assay.Control.Files;

namespace Assay.Control.Policies;

/// <summary>Every key of a policy file.</summary>
static class PolicyKeys
{
    public static readonly FileKind File = new("policy", "starts with 'policy: NAME'; samples/policy.yaml is one", "docs/policy.md",
        "write the values out, or name them under 'groups'");

    static readonly Shape.Texts Models = new("a model by id or name, a pattern as 'amazon.nova-*', a group, or the ARN of a custom, "
        + "imported or "
        + "provisioned model", "[Claude Haiku 4.5, 'amazon.nova-*']");
    static readonly Shape.Texts Regions = new("a region or a pattern of regions", "[eu-central-1, 'us-*']");
    static readonly Shape.SomeOf Scopes = new("in_region", "geo", "global");
    static readonly Shape.Texts Emails = new("an e-mail address or the ARN of an SNS topic", "[finops@example.com]");

    static readonly FileKey Account = new("account", new Shape.Texts("an account of 'accounts' by name or id", "[shop-prod]"),
        "Accounts it is about.", "all");
    static readonly FileKey Env = new("env", new Shape.Texts("an environment", "[prod, staging]"),
        "Environments: the account's, or the tag `env` of the caller where the account has none.", "all");
    static readonly FileKey Team = new("team", new Shape.Texts("a team", "[checkout]"),
        "Teams: the tag `team` of the role, or of the request metadata in logs.", "all");
    static readonly FileKey Principal = new("principal", new Shape.Texts("the name of a role or IAM user", "[CheckoutService, 'ci-*']"),
        "Roles and IAM users by name, without path.", "all");
    static readonly FileKey Key = new("key", new Shape.Texts("the name of a gateway's key", "[chatbot]"),
        "Virtual keys of the gateway. AWS does not see them: documents for AWS leave such a rule to the gateway.", "all");

    public static readonly KeyTable PolicyAccount = new("an account",
        new("id", new Shape.Words("an account id of 12 digits, in quotes"), "The account's id.", IsRequired: true),
        new("env", new Shape.Words("an environment, such as prod"), "The environment, where the whole account is of one.", "by tag"),
        new("regions", new Shape.Texts("a region", "[eu-central-1]"), "Where it calls Bedrock, and is watched.", "the policy's region"),
        new("owner", new Shape.Words("an e-mail address or the ARN of an SNS topic"), "Who is told about it.", "nobody"));

    public static readonly KeyTable PolicyTeam = new("a team",
        new("owner", new Shape.Words("an e-mail address or the ARN of an SNS topic"), "Who is told about it.", "nobody"),
        new("cost_center", new Shape.Words("a name"), "Tag `cost_center` of what is made for the team.", "no tag"),
        new("account", new Shape.Texts("an account of 'accounts' by name or id", "[shop-prod]"), "Where the team works.", "all accounts"),
        new("profiles", Models, "Models that get an application inference profile of the team's own, so that bills tell the team.", "none"),
        new("scope", new Shape.OneOf("in_region", "geo", "global"), "Where the models of its profiles may be computed.", "geo"));

    static readonly FileKey RuleRegions = new("regions", Regions, "Regions the calls are made from.", "all");

    public static readonly KeyTable Allow = new("an allow rule", Account, Env, Team, Principal, Key,
        new("models", Models, "The models it permits; `*` for every foundation model.", IsRequired: true), RuleRegions,
        new("scopes", Scopes, "Where the calls may be computed: the region itself, its geography, anywhere.", "all"));

    public static readonly KeyTable Deny = new("a deny rule", Account, Env, Team, Principal, Key,
        new("models", Models, "The models it forbids; `*` for every foundation model.", IsRequired: true), RuleRegions,
        new("scopes", Scopes, "The scopes it forbids.", "all"));

    public static readonly KeyTable Limit = new("a limit", Account, Env, Team, Principal, Key,
        new("models", Models, "The models it is about.", "all"),
        new("regions", Regions, "The only regions calls may be made from.", "no limit"),
        new("scopes", Scopes, "The only scopes calls may have: residency.", "no limit"),
        new("guardrail", new Shape.Words("the ARN or id of a guardrail, or any"), "The guardrail every call must carry.", "none needed"),
        new("tags", new Shape.Texts("a tag", "[app, team]"),
            "Tags every call must carry: of the role for AWS, of the request metadata in logs and at the gateway.", "none needed"),
        new("max_request", new Shape.Amount(AmountUnit.Usd), "The most one call may cost. The gateway holds it; AWS has no such rule.",
            "no limit"));

    public static readonly KeyTable Budget = new("a budget", Account, Env, Team, Principal, Key,
        new("amount", new Shape.Amount(AmountUnit.UsdPerMonth), "What may be spent in a calendar month.", IsRequired: true),
        new("steps", new Shape.Amounts(AmountUnit.Share), "Shares of it at which the owners are told.", "50 %, 75 %, 90 %"),
        new("owner", Emails, "Who is told.", IsRequired: true),
        new("hard", new Shape.YesNo(), "Whether the gateway stops calls when it is spent.", "no"));

    public static readonly KeyTable Alarm = new("alarms of some accounts", Account, Env,
        new("notify", Emails, "Who is told.", "the account's owner"),
        new("endpoints", new Shape.Texts("a model or profile id as it is called", "[eu.amazon.nova-lite-v1:0]"),
            "Models with alarms of their own for latency, throttling and tokens a request.", "one alarm over all"),
        new("input_tokens", new Shape.Amount(AmountUnit.TokensPerDay), "Input tokens of an ordinary day.", "no alarm"),
        new("output_tokens", new Shape.Amount(AmountUnit.TokensPerDay), "Output tokens of an ordinary day.", "no alarm"),
        new("baseline_factor", new Shape.Amount(AmountUnit.Factor), "How many ordinary days' tokens in one day are too many.", "2 x"),
        new("rate_of_change", new Shape.Amount(AmountUnit.Factor),
            "How many times the tokens a request of one hour may be those of the hour before.", "10 x"),
        new("tokens_per_request", new Shape.Amount(AmountUnit.Tokens), "Average tokens a request that are too many.", "no alarm"),
        new("latency", new Shape.Amount(AmountUnit.Seconds), "Time within which nine of ten calls must be answered.", "no alarm"),
        new("throttling", new Shape.Amount(AmountUnit.Share), "Share of throttled calls that is too much.", "no alarm"),
        new("anomaly", new Shape.Amount(AmountUnit.Usd), "Unexpected spend from which Cost Anomaly Detection tells.", "no monitor"));

    public static readonly KeyTable Logging = new("invocation logging",
        new("bucket", new Shape.Words("the beginning of a bucket's name"), "The bucket's name; account and region are added.",
            IsRequired: true),
        new("keep", new Shape.Amount(AmountUnit.Days), "How long logs are kept.", "400 days"),
        new("text", new Shape.YesNo(), "Whether prompts and answers are logged too.", "no"),
        new("size", new Shape.Amount(AmountUnit.GigabytesPerMonth), "How much is expected, for the estimate of costs.", "not estimated"));

    public static readonly KeyTable Export = new("a data export",
        new("bucket", new Shape.Words("a bucket's name"), "The bucket, in the management account.", IsRequired: true),
        new("prefix", new Shape.Words("a folder"), "The folder in it.", "cur2"));

    public static readonly KeyTable Policy = new("a policy",
        new("policy", new Shape.Words("a name"), "What the policy is called.", IsRequired: true),
        new("region", new Shape.Words("a region"), "Where accounts are watched that name no regions.", "us-east-1"),
        new("mantle", new Shape.YesNo(), "Whether the bedrock-mantle endpoint may be used, which leaves no invocation log.", "no"),
        new("accounts", new Shape.Sections(PolicyAccount), "The accounts there are. Documents are made for these."),
        new("teams", new Shape.Sections(PolicyTeam), "The teams there are."),
        new("groups", new Shape.Groups("models"), "Names for lists of models."),
        new("allow", new Shape.Sections(Allow), "What is permitted; nothing else is.", "everything"),
        new("deny", new Shape.Sections(Deny), "What is forbidden, whatever is permitted."),
        new("limits", new Shape.Sections(Limit), "What every call must keep to."),
        new("budgets", new Shape.Sections(Budget), "What may be spent, and who is told."),
        new("alarms", new Shape.Sections(Alarm), "What is watched, and who is told."),
        new("logging", new Shape.Section(Logging), "Invocation logs in S3.", "not set up"),
        new("export", new Shape.Section(Export), "The bill as a CUR 2.0 data export.", "not set up"));

    /// <summary>Every table, the top first.</summary>
    public static readonly KeyTable[] Tables =
        [Policy, PolicyAccount, PolicyTeam, Allow, Deny, Limit, Budget, Alarm, Logging, Export];
}
