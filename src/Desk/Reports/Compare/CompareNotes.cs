using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>What a reader has to know to weigh a comparison.</summary>
static class CompareNotes
{
    public static List<string> Of(
        VendorComparison compared, IReadOnlyList<TotalledUsage> usage, IReadOnlyDictionary<string, decimal> tokenizers, PriceBook book)
    {
        List<string> notes =
        [
            "Compared is only what both sides price, meter by meter, at list prices of the day of each call; the rest is named above.",
        ];
        var scoped = book.Rates.Where(r => r.Key.Scope == Scope.Global).Select(r => r.Key.Model).ToHashSet(StringComparer.Ordinal);
        if (usage.Any(u => u.Record.Model.Scope != Scope.Global && scoped.Contains(u.Record.Model.Id)))
            notes.Add("Bedrock sells some of these models by scope, in region and in a geography dearer than 'global.'. "
                + "The vendors' rates are those of their global endpoints: part of a difference may be the price of staying in place.");
        if (usage.Any(u => u.Record.Tokens.CacheWriteUnknown > 0))
            notes.Add("Cache writes whose lifetime the logs do not hold are taken at the five-minute rate on every side.");
        if (compared.Models.Where(m => m.Unpriced.Count > 0).ToList() is { Count: > 0 } unpriced)
            notes.Add($"Without a full price on Bedrock, and so compared in part or not at all: "
                + $"{string.Join(", ", unpriced.Select(m => Text.ShortModel(m.Model)))}.");
        if (compared.Vendors.Any(v => v.Candidates.Any(c => c.Equivalent.Tokenizer is null && c.Factor == 1m)))
            notes.Add("Other models count the same text in other tokens. Where nobody has measured it, one for one is computed with; "
                + "--tokenizer VENDOR=F states what you measured.");
        var used = compared.Vendors.SelectMany(v => v.Models.Concat(v.Candidates))
            .Where(m => m.Equivalent.Kind != EquivalenceKind.SameWeights).Select(m => m.Equivalent.Vendor).ToHashSet();
        foreach (var vendor in tokenizers.Keys.Where(v => !used.Contains(v)))
            notes.Add($"--tokenizer {vendor} changed nothing: whatever {vendor} sells of this usage has "
                + "the same weights, which read the same tokens.");
        foreach (var pair in compared.Vendors.SelectMany(v => v.Models).Where(m => m.Equivalent.Kind == EquivalenceKind.Stated))
            notes.Add($"That {pair.Equivalent.PricedAs} stands for {pair.Model} is your word.");
        foreach (var note in compared.Vendors.SelectMany(v => v.Models).GroupBy(m => m.Equivalent.Note)
            .Where(g => g.Key is not ("open weights" or "stated with --map")
                && !g.Key.StartsWith("the same model", StringComparison.Ordinal)))
            notes.Add($"{string.Join(", ", note.Select(m => m.Equivalent.PricedAs).Distinct())}: {note.Key}.");
        return notes;
    }
}
