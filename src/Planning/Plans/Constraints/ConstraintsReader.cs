using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Something a file of constraints says that cannot be meant.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Message">What was wrong, with the value in quotes, and what is accepted.</param>
public sealed record ConstraintsError(string File, int Line, string Message)
{
    public override string ToString() => $"{File}:{Line}: {Message}{(Message.EndsWith('?') ? "" : ".")}";
}

/// <summary>What came of reading constraints: the constraints, or everything that is wrong with them.</summary>
public abstract record ConstraintsReading
{
    ConstraintsReading() { }

    public sealed record Read(PlanConstraints Constraints) : ConstraintsReading;

    /// <param name="Errors">At least one, in the order of the file.</param>
    public sealed record Mistaken(IReadOnlyList<ConstraintsError> Errors) : ConstraintsReading;
}

/// <summary>Reads what a plan must keep to from YAML or JSON. Every key: <c>docs/plan.md</c>.</summary>
public static class ConstraintsReader
{
    public const int LengthMax = YamlTree.LengthMax;

    /// <summary>Reads constraints. Never throws for what a file says.</summary>
    /// <param name="file">What the file is called in messages.</param>
    /// <param name="catalog">The models there are: ids, profile ids and names are looked up in it.</param>
    public static ConstraintsReading Read(string file, string text, ModelCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(text);
        // JSON is indented by tabs at times, which YAML does not take.
        if (text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith('{')) text = text.Replace('\t', ' ');
        var errors = new List<EstateError>();
        var top = YamlTree.Read(file, text, ConstraintsKeys.File, errors);
        if (top is null) return Mistaken(errors);
        var refused = errors.Count;
        var reading = new Reading(catalog, errors, [file]);
        var constraints = Constraints(file, new(top, top.Entries, ConstraintsKeys.Constraints, "", reading), new(reading, catalog));
        return errors.Count == 0 ? new ConstraintsReading.Read(constraints) : Mistaken(reading.InOrder(errors, refused));
    }

    static ConstraintsReading.Mistaken Mistaken(List<EstateError> errors) =>
        new([.. errors.Select(e => new ConstraintsError(e.File, e.Line, e.Message))]);

    static PlanConstraints Constraints(string file, Section top, ConstraintsSection read)
    {
        var none = PlanConstraints.None;
        var approved = read.Models(top, "approved");
        var workloads = WorkloadRules.Read(top, read);
        return new()
        {
            File = file, Approved = approved, Residency = ConstraintsSection.Residency(top),
            MinimumMonthlySaving = read.One(top, "minimum_saving", ConstraintsKeys.Units.UsdPerMonth) ?? none.MinimumMonthlySaving,
            MaxActions = ConstraintsSection.Whole(top, "max_actions"),
            MaxCalls = ConstraintsSection.Whole(top, "max_calls") ?? none.MaxCalls,
            QualityFloor = read.One(top, "quality_floor", ConstraintsKeys.Units.Share),
            BatchMinimum = ConstraintsSection.Whole(top, "batch_minimum") ?? none.BatchMinimum,
            Workloads = [.. workloads.SelectMany(w => w.Rules)],
            Trials = Trials(top, approved, workloads, read),
            Units = UnitsOf(top, read),
            Commitment = top.Inner("commitment", ConstraintsKeys.Commitment) is { } commitment
                ? Commitment(commitment, read) : null,
        };
    }

    static List<QualityEvidence> Trials(
        Section top, IReadOnlyList<string>? approved, IReadOnlyList<StatedRule> workloads, ConstraintsSection read)
    {
        List<QualityEvidence> trials = [];
        foreach (var section in read.Each(top, "trials", ConstraintsKeys.Trial))
        {
            var matches = WorkloadRules.Matches(section, read);
            var models = read.Model(section, "model");
            var (share, kept) = (read.One(section, "share", ConstraintsKeys.Units.Share),
                read.One(section, "kept", ConstraintsKeys.Units.Share));
            if (models.Count > 0 && matches.Select(m => ApprovedFor(m, approved, workloads)).FirstOrDefault(a => a is not null
                && !models.Any(a.Contains)) is { } others)
                read.Wrong(section.At("model"), $"{Quoted.Text(section.Text("model"))} was tried but is not approved; accepted: one of "
                    + $"{string.Join(", ", others.Take(6))}, or add it to 'approved'");
            foreach (var (match, model) in matches.SelectMany(m => models.Select(id => (m, id))))
            {
                if (trials.Any(t => t.For == match && t.Model == model))
                    read.Wrong(section.Node, $"there are two trials of {Quoted.Text(section.Text("model"))} for the same workloads; "
                        + "keep one of the two");
                else trials.Add(new(match, model, share ?? 0m, kept ?? 0m, section.Text("source")));
            }
        }
        return trials;
    }

    // The list of the first rule that holds for all of the trial's workloads, else the list for all. Where a rule with a list of its own
    // holds for some of them, the model may be meant for those.
    static IReadOnlyList<string>? ApprovedFor(WorkloadRule match, IReadOnlyList<string>? approved, IReadOnlyList<StatedRule> workloads)
    {
        foreach (var rule in workloads.SelectMany(w => w.Rules))
        {
            if (WorkloadRules.Covers(rule, match)) return rule.Approved ?? approved;
            if (rule.Approved is not null && WorkloadRules.Meet(rule, match)) return null;
        }
        return approved;
    }

    static List<UnitThroughput> UnitsOf(Section top, ConstraintsSection read)
    {
        List<UnitThroughput> units = [];
        foreach (var section in read.Each(top, "units", ConstraintsKeys.Unit))
        {
            var tokens = read.One(section, "tokens_per_minute", ConstraintsKeys.Units.TokensPerMinute) ?? 0m;
            var owned = ConstraintsSection.Whole(section, "owned") ?? 0;
            foreach (var model in read.Model(section, "model"))
            {
                if (units.Any(u => u.Model == model))
                    read.Wrong(section.Node, $"the throughput of {Quoted.Text(section.Text("model"))} stands here a second time; "
                        + "keep one of the two");
                else units.Add(new(model, tokens, owned));
            }
        }
        return units;
    }

    static SpendCommitment Commitment(Section section, ConstraintsSection read) => new(
        read.One(section, "annual", ConstraintsKeys.Units.UsdPerYear) ?? 0m,
        read.One(section, "organic", ConstraintsKeys.Units.UsdPerYear) ?? 0m,
        read.One(section, "discount", ConstraintsKeys.Units.Share) ?? 0m);
}
