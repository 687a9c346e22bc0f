using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>One way to do what a custom model does, over a year.</summary>
/// <param name="AnnualUsd">USD of twelve months; null where something has no price.</param>
public sealed record CustomAlternative(string Name, decimal? AnnualUsd, string Note);

/// <summary>A custom model beside examples in the prompt and beside retrieval, over a year of the same calls.</summary>
public sealed record CustomModelComparison(string Name, IReadOnlyList<CustomAlternative> Alternatives)
{
    public static IReadOnlyList<CustomModelComparison> OfAll(EstateModel model) => [.. model.Estate.CustomModels.Select(c => Of(model, c))];

    static CustomModelComparison Of(EstateModel model, CustomModel custom)
    {
        var draw = model.Likely;
        var alternatives = new List<CustomAlternative> { Trained() };
        if (custom.FewShotTokens is { } examples)
            alternatives.Add(Prompted("examples in the prompt", examples.In(draw), 0m, "the base model on demand"));
        if (custom.RetrievedTokens is { } retrieved)
        {
            var (month, reason) = KnowledgeBase();
            alternatives.Add(reason is null
                ? Prompted("retrieval", retrieved.In(draw), month, "the base model on demand, its knowledge base included")
                : new("retrieval", null, reason));
        }
        return new(custom.Name, alternatives);

        Tally New(bool withLines) => new(model.Estate, model.Sources.Book, model.Day, draw, withLines);

        CustomAlternative Trained()
        {
            var tally = New(withLines: true);
            new CustomModelBill(model.Estate, custom).AddTo(tally);
            return tally.Unpriced.Count > 0
                ? new("custom model", null, tally.Unpriced[0].Reason)
                : new("custom model", tally.Total * ModelledBill.MonthsPerYear, "training, storage and serving");
        }

        CustomAlternative Prompted(string name, decimal extra, decimal besides, string note)
        {
            var tally = New(withLines: false);
            var workload = new DescribedWorkload
            {
                Name = custom.Name, Models = [new(custom.Base, 1m)], RequestsPerMonth = custom.CallsPerMonth,
                InputTokens = new(custom.InputTokens.In(draw) + extra), OutputTokens = new(custom.OutputTokens.In(draw)),
            };
            var cost = tally.Rate(new ExpectedUsage(model.Estate, workload, new(Mode.OnDemand), model.Day), 1m, custom.Name, "").Cost;
            return tally.FirstReason is { } reason
                ? new(name, null, reason)
                : new(name, (cost + besides) * ModelledBill.MonthsPerYear, note);
        }

        (decimal Month, string? Reason) KnowledgeBase()
        {
            if (custom.KnowledgeBase is not { } named) return (0m, null);
            var bill = model.Bill();
            var prefix = named + ":";
            return (bill.Lines.Where(l => l.Name.StartsWith(prefix, StringComparison.Ordinal)).Sum(l => l.Cost),
                bill.Unpriced.FirstOrDefault(u => u.Line == named || u.Line.StartsWith(prefix, StringComparison.Ordinal))?.Reason);
        }
    }
}
