namespace Assay.Planning.Vendors;

/// <summary>One vendor's part of a spend.</summary>
public sealed record SpendShare(string Vendor, decimal Usd, double Share);

/// <summary>How the spend is spread over sellers.</summary>
/// <param name="Largest">Share of the largest.</param>
/// <param name="Herfindahl">Sum of the squared shares: 1 is one seller, 1/n is n alike.</param>
public sealed record Concentration(IReadOnlyList<SpendShare> Shares, double Largest, double Herfindahl)
{
    /// <param name="spend">USD by seller; equal names are joined, what is not above zero is left out.</param>
    public static Concentration Of(IEnumerable<(string Vendor, decimal Usd)> spend)
    {
        var sums = spend.GroupBy(s => s.Vendor, StringComparer.Ordinal).Select(g => (Vendor: g.Key, Usd: g.Sum(s => s.Usd)))
            .Where(s => s.Usd > 0m).OrderByDescending(s => s.Usd).ThenBy(s => s.Vendor, StringComparer.Ordinal).ToList();
        var total = sums.Sum(s => s.Usd);
        SpendShare[] shares = [.. sums.Select(s => new SpendShare(s.Vendor, s.Usd, (double)(s.Usd / total)))];
        return new(shares, shares.Length == 0 ? 0 : shares[0].Share, shares.Sum(s => s.Share * s.Share));
    }
}

/// <summary>How hard it would be to leave: the spend by model maker and by cloud, and how much of it can be had elsewhere.</summary>
/// <param name="Portable">Share of the Bedrock spend on models that someone else sells too, or whose weights are published.</param>
/// <param name="Exclusive">Models of the usage that nobody else sells with the same weights, with their spend, largest first.</param>
public sealed record LockIn(Concentration ByMaker, Concentration ByCloud, double Portable, IReadOnlyList<ModelSpend> Exclusive)
{
    /// <param name="elsewhere">USD spent with others in the same period, by cloud or vendor, as the user states it.</param>
    public static LockIn Of(
        VendorComparison comparison, IReadOnlyList<Equivalent> equivalents, IReadOnlyDictionary<string, decimal> elsewhere)
    {
        var sold = equivalents.Where(e => e.IsAtFaceValue).Select(e => e.Model).ToHashSet(StringComparer.Ordinal);
        ModelSpend[] exclusive = [.. comparison.Models.Where(m => !sold.Contains(m.Model) && m.Usd > 0m)];
        var total = comparison.BedrockUsd;
        return new(
            Concentration.Of(comparison.Models.Select(m => (m.Maker, m.Usd))),
            Concentration.Of([("aws", total), .. elsewhere.Select(e => (e.Key, e.Value))]),
            total == 0m ? 0 : (double)((total - exclusive.Sum(m => m.Usd)) / total), exclusive);
    }

    /// <summary>The maker as the id names it, for models the catalogue does not list: what stands before the first dot.</summary>
    internal static string MakerOf(string model) =>
        model.StartsWith("arn:", StringComparison.Ordinal) ? "unknown"
        : model.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? model[..dot] : model;
}
