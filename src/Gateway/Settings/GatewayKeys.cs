using Assay.Control.Budgets;
using Assay.Control.Files;

namespace Assay.Gateway.Settings;

/// <summary>Every key of a gateway's configuration: the reader knows it from here, and the manual is written from it.</summary>
static class GatewayKeys
{
    public static readonly FileKind File =
        new("gateway's configuration", "names its 'upstreams'; samples/gateway.yaml is one", "docs/gateway.md");

    static readonly Shape.Texts Patterns = new("a name or a pattern", "[chatbot, 'team-*']");
    static readonly Shape.Texts Models = new("a model by the id or name it is asked for", "[us.anthropic.claude-haiku-4-5-20251001-v1:0]");
    static readonly FileKey Key = new("key", Patterns, "Keys it is about.", "all");
    static readonly FileKey App = new("app", Patterns, "Applications it is about.", "all");
    static readonly FileKey Team = new("team", Patterns, "Teams it is about.", "all");
    static readonly FileKey Env = new("env", Patterns, "Environments it is about.", "all");
    static readonly FileKey Per = new("per", new Shape.OneOf("all", "key", "app", "team", "env"),
        "One counter for all, or one for each key, application, team or environment.", "all");

    public static readonly KeyTable Upstream = new("an upstream",
        new("kind", new Shape.OneOf("bedrock", "anthropic", "openai"), "What the server speaks.", IsRequired: true),
        new("url", new Shape.Words("an address such as https://host:port/path"), "Where it is.", "the maker's own"),
        new("region", new Shape.Words("a region"), "Bedrock's region.", "the gateway's"),
        new("key_from", new Shape.Words("the name of an environment variable"),
            "The variable that holds the server's key: a Bedrock API key, or the key of Anthropic or an OpenAI-compatible server.",
            "AWS's credentials chain; no key elsewhere"),
        new("role", new Shape.Words("the ARN of a role"), "The role that is assumed before Bedrock is called.", "none"),
        new("answer_within", new Shape.Amount(AmountUnit.Duration), "Until an answer begins.", "5 minutes"),
        new("silent_at_most", new Shape.Amount(AmountUnit.Duration), "Between two parts of a stream.", "2 minutes"),
        new("retries", new Shape.Amount(AmountUnit.Count), "Further tries after a throttling or a server's error.", "2"));

    public static readonly KeyTable Model = new("a model",
        new("to", Models, "What is asked for; the first, and then its fallbacks.", IsRequired: true),
        new("upstream", new Shape.Words("an upstream by name"), "Which server has it.", "the first that speaks its language"),
        new("price", new Shape.Words("a model of the book"), "Under which name the book and the journal have it.", "its own"));

    public static readonly KeyTable Ceiling = new("a ceiling", Key, App, Team, Env,
        new("usd", new Shape.Amount(AmountUnit.Usd), "The most one request may cost.", IsRequired: true),
        new("over", new Shape.SomeOf("downgrade", "clamp", "refuse"),
            "What is done with a call that may cost more: another model, fewer tokens, neither.", "clamp, refuse"),
        new("to", Models, "Models for `downgrade`, the best first."));

    public static readonly KeyTable Budget = new("a budget", Key, App, Team, Env, Per,
        new("amount", new Shape.Words(BudgetAmount.Accepted), "What may be spent, and in which time.", IsRequired: true),
        new("stop", new Shape.OneOf("tells", "soft", "hard"),
            "`hard` sets aside the most a call can cost and is never overshot; `soft` sets aside what calls usually cost; "
                + "`tells` stops nothing.",
            "hard"),
        new("steps", new Shape.Amounts(AmountUnit.Share), "Shares at which an event is written.", "50 %, 75 %, 90 %"));

    public static readonly KeyTable Rate = new("a rate", Key, App, Team, Env, Per,
        new("requests", new Shape.Amount(AmountUnit.RequestsPerMinute), "Requests a minute.", "no limit"),
        new("tokens", new Shape.Amount(AmountUnit.TokensPerMinute), "Tokens a minute: read, and the most that may be answered.",
            "no limit"),
        new("usd", new Shape.Amount(AmountUnit.UsdPerMinute), "Dollars a minute.", "no limit"));

    public static readonly KeyTable Route = new("a route", Key, App, Team, Env,
        new("models", Patterns, "Models asked for.", "any"),
        new("path", Patterns, "Paths of the request.", "any"),
        new("tags", new Shape.Groups("patterns of its value"), "Tags the call carries, by name.", "any"),
        new("tools", new Shape.YesNo(), "Whether the call offers tools.", "either"),
        new("larger_than", new Shape.Amount(AmountUnit.Bytes), "Size of the request.", "any"),
        new("smaller_than", new Shape.Amount(AmountUnit.Bytes), "Size of the request.", "any"),
        new("to", new Shape.Words("a model, or by_difficulty"), "Where such calls go.", IsRequired: true),
        new("tiers", Models, "For `by_difficulty`: the models for easy, ordinary and hard calls, the cheapest first."),
        new("sticky", new Shape.YesNo(), "Whether the calls of a session stay with the model of its first one.", "yes"),
        new("shadow", new Shape.YesNo(), "Only write down what would have been chosen, and saved.", "no"));

    public static readonly KeyTable Runaway = new("the watch on runaways",
        new("stop", new Shape.YesNo(), "Whether a call that runs away is refused, or only written down.", "no"),
        new("same_tool_use", new Shape.Amount(AmountUnit.Count), "The same tool asked for with the same arguments so often.", "8"),
        new("calls", new Shape.Amount(AmountUnit.Count), "Calls of a session.", "no limit"),
        new("tokens", new Shape.Amount(AmountUnit.Tokens), "Tokens of a session.", "no limit"),
        new("usd", new Shape.Amount(AmountUnit.Usd), "Dollars of a session.", "no limit"),
        new("tokens_factor", new Shape.Amount(AmountUnit.Factor), "Tokens of a request beside the ordinary one of its key and model.",
            "10 x"));

    public static readonly KeyTable Journal = new("the journal",
        new("prompts", new Shape.YesNo(), "Whether requests and answers are written down whole.", "no"),
        new("sync", new Shape.YesNo(), "Whether lines survive a loss of power too, at the cost of speed.", "no"),
        new("file", new Shape.Amount(AmountUnit.Bytes), "A file that has grown to this size is packed, and a new one begun.", "256 MB"));

    public static readonly KeyTable Gateway = new("a gateway's configuration",
        new("account", new Shape.Words("an account id of 12 digits, in quotes"), "The account that calls are charged to.", "000000000000"),
        new("region", new Shape.Words("a region"), "Where calls are made from.", "us-east-1"),
        new("book", new Shape.Words("a price book"), "The prices: `aws`, `aws+vendors`, a book of a day, a CSV file.", "aws"),
        new("policy", new Shape.Words("a file"), "The policy file: who may use which models, where, for how much.", "none"),
        new("profiles", new Shape.Words("a file"), "What application inference profiles stand for: the JSON of `assay report --profiles`.",
            "none"),
        new("upstreams", new Shape.Sections(Upstream), "The servers behind it."),
        new("models", new Shape.Sections(Model), "Names that clients may ask for besides ids.", "none"),
        new("ceilings", new Shape.Sections(Ceiling), "What one request may cost.", "none"),
        new("budgets", new Shape.Sections(Budget), "What may be spent in a time. The policy's budgets count too.", "none"),
        new("rates", new Shape.Sections(Rate), "How much a minute.", "none"),
        new("routes", new Shape.Sections(Route), "Which calls go to which model; the first that fits.", "as asked"),
        new("runaways", new Shape.Section(Runaway), "Sessions and agents that run away.", "watched, not stopped"),
        new("journal", new Shape.Section(Journal), "What is written down."),
        new("max_tokens_unsaid", new Shape.Amount(AmountUnit.Tokens), "The most tokens of an answer for calls that do not say.",
            "4,096 tokens"),
        new("tokens_min", new Shape.Amount(AmountUnit.Tokens), "A call that would be clamped below is refused.", "64 tokens"),
        new("clamp_to_budgets", new Shape.YesNo(), "Whether a call that a budget has too little room for gets fewer tokens.", "yes"),
        new("memory", new Shape.Amount(AmountUnit.Bytes), "Requests held in memory at once.", "512 MB"),
        new("drain_at_most", new Shape.Amount(AmountUnit.Duration), "How long an answer is read on after its client hung up.",
            "2 minutes"));

    /// <summary>Every table, the top first.</summary>
    public static readonly KeyTable[] Tables = [Gateway, Upstream, Model, Ceiling, Budget, Rate, Route, Runaway, Journal];
}
