namespace Assay.Planning;

/// <summary>Claims about committed spend, by the guide's simple formula: what fills the gap is free, the rest is discounted.</summary>
static class CommitmentClaims
{
    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["E01"] = sheet => Finish(sheet, Gap(sheet)),
        ["E02"] = sheet => Incremental(sheet),
        ["E03"] = sheet =>
        {
            var (ai, incremental) = (sheet.Stated("ai_spend"), Incremental(sheet, Gap(sheet), sheet.StatedRange("programme_discount").Low));
            var (committed, organic) = (sheet.Stated("commitment"), sheet.Stated("organic"));
            var saved = SimplePosition.Of(committed, organic, ai, sheet.StatedRange("programme_discount").Low);
            return Finish(sheet, sheet.Step("saved against buying direct", $"{ai} − {incremental}", saved.SavingVersusDirect));
        },
        ["E04"] = sheet => Finish(sheet, Incremental(sheet, sheet.Stated("small_gap"), 0m)),
        ["E05"] = sheet =>
        {
            var (ai, gap) = (sheet.Stated("ai_spend"), sheet.Stated("small_gap"));
            return Finish(sheet, sheet.Step("absorbed by the gap", $"the lesser of {ai} and {gap}", OfGap(gap, ai, 0m).Absorbed));
        },
        ["E06"] = sheet =>
        {
            var discount = sheet.StatedRange("programme_discount");
            sheet.Read("the least a programme takes off", discount.Low);
            sheet.Read("the most", discount.High);
            return sheet.Finish(discount.Low, discount.High, isRange: true);
        },
    };

    static decimal Gap(Worksheet sheet)
    {
        var (committed, organic) = (sheet.Stated("commitment"), sheet.Stated("organic"));
        var gap = SimplePosition.Of(committed, organic, 0m, 0m).Gap;
        sheet.Step("committed and not spent", $"{committed} − {organic}, at least 0", gap);
        return gap;
    }

    // The discount of the example is not stated: where it matters both ends of the usual one count.
    static Derivation Incremental(Worksheet sheet)
    {
        var (gap, discount) = (Gap(sheet), sheet.StatedRange("programme_discount"));
        var (most, least) = (Incremental(sheet, gap, discount.Low), Incremental(sheet, gap, discount.High));
        return sheet.Finish(most, least, isRange: most != least);
    }

    static decimal Incremental(Worksheet sheet, decimal gap, decimal discount)
    {
        var ai = sheet.Stated("ai_spend");
        var cost = OfGap(gap, ai, discount).IncrementalCost;
        sheet.Step("what the gap does not absorb, less the discount", $"({ai} − {gap}, at least 0) × (1 − {discount})", cost);
        return cost;
    }

    // A gap stated by itself is a commitment nothing else draws down.
    static SimplePosition OfGap(decimal gap, decimal ai, decimal discount) => SimplePosition.Of(gap, 0m, ai, discount);

    static Derivation Finish(Worksheet sheet, decimal? figure) => sheet.Finish(figure, figure, isRange: false);
}
