using Assay.Estate;

namespace Assay.Planning;

/// <summary>Every key of a file of constraints.</summary>
static class ConstraintsKeys
{
    static readonly Shape Name = new Shape.Words("a name");
    static readonly Shape Models = new Shape.Words(
        "a list of model ids, profile ids or names, such as [Claude Haiku 4.5, amazon.nova-lite-v1:0]");
    static readonly Shape Residency = new Shape.OneOf("anywhere", "geography", "region");
    static readonly Shape Share = new Shape.Figure(Units.Share);
    static readonly Shape Calls = new Shape.Words(Units.WholeAccepted("8"));

    public static readonly KeyTable Match = new("a match",
        new("account", new Shape.Words("an account id of twelve digits, such as '111122223333'"), "The AWS account that pays."),
        new("principal", Name, "The role or user that calls."),
        new("app", Name, "The application tag."),
        new("model", new Shape.Model(), "The model called."));

    public static readonly KeyTable Workload = new("a workload's rule",
        new("match", new Shape.Section(Match), "Which workloads it is about; {} is all of them.", IsRequired: true),
        new("name", Name, "What people call it."),
        new("max_wait", new Shape.Words("a time such as '24 h' or '30 m', or none for answers that cannot wait"),
            "How long its answers can wait."),
        new("residency", Residency, "Where its calls may be computed."),
        new("approved", Models, "Models it may use, in place of the list for all."),
        new("quality_floor", Share, "Least share of its answers that must stay as good."),
        new("max_calls", Calls, "Most model calls one of its tasks may take."),
        new("fixed", new Shape.YesNo(), "Whether it must not be touched.", "no"));

    public static readonly KeyTable Trial = new("a trial",
        new("match", new Shape.Section(Match), "Whose calls were tried; {} is everybody's.", IsRequired: true),
        new("model", new Shape.Model(), "The smaller model.", IsRequired: true),
        new("share", Share, "Share of the calls that can go to it.", IsRequired: true),
        new("kept", Share, "Share of those answers that stay as good.", IsRequired: true),
        new("source", new Shape.Words("where the figures come from, in your words"), "Where that was found.", IsRequired: true));

    public static readonly KeyTable Unit = new("a model unit's throughput",
        new("model", new Shape.Model(), "The model.", IsRequired: true),
        new("tokens_per_minute", new Shape.Figure(Units.TokensPerMinute), "What one unit carries, input and output together.",
            IsRequired: true),
        new("owned", new Shape.Words(Units.WholeAccepted("2")), "Units that are paid for and idle: what provisioned calls leave of them.",
            "none"));

    public static readonly KeyTable Commitment = new("a commitment",
        new("annual", new Shape.Figure(Units.UsdPerYear), "What is promised each contract year.", IsRequired: true),
        new("organic", new Shape.Figure(Units.UsdPerYear), "What is spent each year anyway.", IsRequired: true),
        new("discount", Share, "The programme's discount.", "none"));

    public static readonly KeyTable Constraints = new("the constraints of a plan",
        new("approved", Models, "Models that may be used."),
        new("residency", Residency, "Where calls may be computed."),
        new("minimum_saving", new Shape.Figure(Units.UsdPerMonth), "What a counted change must save.", "$1 a month"),
        new("max_actions", new Shape.Words(Units.WholeAccepted("10")), "Most changes asked for.", "any number"),
        new("max_calls", Calls, "Most model calls one task of an agent may take.", "8"),
        new("quality_floor", Share, "Least share of answers that must stay as good."),
        new("batch_minimum", new Shape.Words(Units.WholeAccepted("100")), "Fewest records of a batch job.", "100"),
        new("workloads", new Shape.Words("a list of rules, each with match and what is known of those workloads"),
            "What logs do not tell."),
        new("trials", new Shape.Words("a list of trials, each with match, model, share, kept, source"), "What trials have shown."),
        new("units", new Shape.Words(
        "a list of model and tokens_per_minute"), "What model units carry."),
        new("commitment", new Shape.Section(Commitment), "Committed spend that the plan is part of."));

    public static readonly FileWords File = new("set of constraints", "constraints of a plan, such as 'residency: geography'",
        "a set of constraints; accepted: lines of the form 'key: value', such as 'residency: geography'", "", "write the values out",
        "the keys of docs/plan.md");

    /// <summary>Amounts as constraints state them.</summary>
    public static class Units
    {
        /// <summary>A share as a percentage or a fraction: nobody means 0.95 % by 0.95.</summary>
        public static readonly Unit Share = Estate.Unit.Share with { Name = "a share", Example = "95 %", IsNeeded = false };

        public static readonly Unit TokensPerMinute = Estate.Unit.TokensPerMinute with { Least = 1m };
        public static readonly Unit UsdPerMonth = Estate.Unit.UsdPerMonth with { Example = "$50 a month" };

        // A commitment is called annual by its key: the time may be left out.
        public static readonly Unit UsdPerYear = Estate.Unit.UsdPerYear with { Example = "20 M", IsNeeded = false };

        public static string WholeAccepted(string example) => $"a whole number of at least 1, such as {example}";
    }
}
