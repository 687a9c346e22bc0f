using Assay.Usage;

namespace Assay.Planning;

/// <summary>One way to set a lever for a workload: what becomes of its calls and terms, and the words to say it with.</summary>
public sealed record LeverOption
{
    public required Lever Lever { get; init; }
    public required ActionKind Kind { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }

    /// <summary>What it sets of the calls' plan; null to leave that alone.</summary>
    public CallPlan? Plan { get; init; }

    /// <summary>What it sets of the terms; null to leave them alone.</summary>
    public CallTerms? Terms { get; init; }

    public Confidence Confidence { get; init; }
    public Effort Effort { get; init; }
    public string Breaks { get; init; } = "";
    public string Setup { get; init; } = "";
    public string Quality { get; init; } = "";
    public required Evidence Evidence { get; init; }

    /// <summary>True for a candidate that is shown though it saves nothing as things are: what it would take stands in its
    /// evidence.</summary>
    public bool IsFinding { get; init; }

    /// <summary>Terms and plan with this option's laid over them.</summary>
    public (CallPlan Plan, CallTerms Terms) On(CallPlan plan, CallTerms terms) => (Over(plan), Over(terms));

    CallPlan Over(CallPlan under) => Plan is not { } over ? under : under with
    {
        Dropped = over.Dropped ?? under.Dropped, InBatch = over.InBatch ?? under.InBatch, CacheOff = over.CacheOff || under.CacheOff,
        Caching = over.Caching ?? under.Caching, OutputMax = over.OutputMax ?? under.OutputMax,
    };

    CallTerms Over(CallTerms under) => Terms is not { } over ? under : under with
    {
        Model = over.Model ?? under.Model, ModelFor = over.ModelFor ?? under.ModelFor, Scope = over.Scope ?? under.Scope,
        Tier = over.Tier ?? under.Tier, Batch = over.Batch || under.Batch,
    };
}

/// <summary>Words for evidence and actions.</summary>
static class Say
{
    public static string Share(double share) => share switch
    {
        >= .9995 => "all", < .0005 => "none", _ => FormattableString.Invariant($"{share * 100:0.#} %"),
    };

    public static string Count(long count) => FormattableString.Invariant($"{count:#,0}");
    public static string Calls(long count) => count == 1 ? "1 call" : $"{Count(count)} calls";
    public static string Usd(decimal amount)
    {
        var cents = Math.Round(amount, 2, MidpointRounding.ToEven);
        return FormattableString.Invariant($"{(cents < 0m ? "−" : "")}${Math.Abs(cents):#,0.00}");
    }

    public static string Sentence(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];

    public static string Hour(int hour) => FormattableString.Invariant($"{hour % 24:00}:00");
    public static string Model(string id) => ModelNames.Short(id);

    public static string Scope(Scope scope) => scope switch
    {
        Usage.Scope.Global => "global profile", Usage.Scope.Geo => "geographic profile", _ => "in region",
    };

    public static string Lifetime(TimeSpan lifetime) => lifetime.TotalHours >= 1
        ? FormattableString.Invariant($"{lifetime.TotalHours:0.#} h") : FormattableString.Invariant($"{lifetime.TotalMinutes:0} min");
}
