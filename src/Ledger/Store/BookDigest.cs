using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Pricing;

namespace Assay.Ledger.Store;

/// <summary>Tells books apart that have one name and date: what a rating remembers of its book.</summary>
static class BookDigest
{
    public static string Of(PriceBook book)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var r in book.Rates)
        {
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{r.Sku}\t{r.Key}\t{r.SourceUnit}\t{r.SourceRate}\t{r.From:O}\t{r.Until:O}\t{r.Source}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
