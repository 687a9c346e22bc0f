using System.Collections;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>The same calls to another model, replayed: a figure to think with, no promise, for nothing is known of its answers.</summary>
/// <param name="Model">The foundation-model id.</param>
/// <param name="All">What all calls would save over the period, USD; below zero where it is dearer.</param>
/// <param name="SimpleShare">Share of the calls that look simple: a label, a short object, a tool call, an answer of a line.</param>
/// <param name="Simple">What those alone would save.</param>
public sealed record ModelWhatIf(string Model, decimal All, double SimpleShare, decimal Simple)
{
    // A line of text; longer answers say more than a choice.
    const int ShortTokens = 32;

    // Few fields.
    const int ObjectTokens = 80;

    const int ModelsMax = 5;

    /// <summary>The models that may be used here, those that save most first: the approved, else those in use somewhere.</summary>
    public static IReadOnlyList<ModelWhatIf> Of(WorkloadView view)
    {
        if (!view.IsMovable || view.Workload.IsSums || view.Workload.Calls.All(c => c.Tokens.Output == 0)) return [];
        var simple = LooksSimple(view.Workload);
        var share = (double)simple.Cast<bool>().Count(s => s) / view.Workload.Answered;
        return [.. ModelChoice.OneOfEach(view, view.Approved ?? view.Context.InUse.Select(m => m.Id))
            .Where(m => !ModelChoice.IsItself(view, m.Id) && ModelChoice.HoldsLongest(view, m))
            .Select(m => (Model: m, All: view.Saving(CallPlan.AsRecorded, new() { Model = m }),
                Simple: view.Saving(CallPlan.AsRecorded, new() { Model = m, ModelFor = simple })))
            .Where(w => w.All is not null && w.Simple is not null)
            .OrderByDescending(w => w.All).ThenBy(w => w.Model.Id, StringComparer.Ordinal).Take(ModelsMax)
            .Select(w => new ModelWhatIf(w.Model.Id, w.All!.Value, share, w.Simple!.Value))];
    }

    static BitArray LooksSimple(RecordedWorkload workload)
    {
        var calls = workload.Span;
        var simple = new BitArray(calls.Length);
        for (var i = 0; i < calls.Length; i++)
        {
            var (output, form) = (calls[i].Tokens.Output, calls[i].Content?.Answer.Form ?? AnswerForm.Unknown);
            simple[i] = output > 0 && form switch
            {
                AnswerForm.Label => true,
                AnswerForm.Json or AnswerForm.ToolUse => output <= ObjectTokens,
                _ => output <= ShortTokens,
            };
        }
        return simple;
    }
}
