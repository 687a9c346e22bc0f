using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>What a column of the page's tables prices; <see cref="Reason"/> says why it has no meter when it has none.</summary>
sealed record PricingPageColumn(Meter? Meter, Mode Mode, Term Term, string Unit, string Reason)
{
    static readonly PricingPageColumn NoPrice = new(null, default, default, "", "");

    /// <summary>Reads a column header, or null when the column holds no prices.</summary>
    /// <param name="row">The mode of the table the column stands in.</param>
    /// <param name="ttls">Cache lifetimes of the model: "cache write" alone means the only one it has.</param>
    public static PricingPageColumn? Read(string header, Mode row, IReadOnlyList<string> ttls)
    {
        // The page writes non-breaking spaces, "Prce" for "Price" and "1hr" beside "1h".
        var h = header.Replace('\u00a0', ' ').ToLowerInvariant().Replace("prce", "price", StringComparison.Ordinal);
        if (!h.StartsWith("price", StringComparison.Ordinal)) return null;
        bool Has(string part) => h.Contains(part, StringComparison.Ordinal);

        var term = Has("1-month") ? Term.OneMonth : Has("3-month") ? Term.ThreeMonth : Has("6-month") ? Term.SixMonth : Term.None;
        if (Has("tpm")) return Of(Has("input") ? Usage.Meter.InputTpmHour : Usage.Meter.OutputTpmHour, Mode.Reserved, "1K TPM hour", term);
        if (Has("commit")) return Of(Usage.Meter.ModelUnitHour, Mode.Provisioned, "hour", term);
        if (Has("to store each")) return Of(Usage.Meter.StorageMonth, Mode.Custom, "month");
        if (Has("train 1m tokens")) return Of(Usage.Meter.Training, Mode.Custom, "1M tokens");
        if (Has("training hours")) return None("training is metered by token here; an hour of training has no meter");
        if (Has("image seen")) return None("training is metered by token here; an image seen in training has no meter");
        if (Has("second of video")) return Of(Usage.Meter.VideoSecond, row, "second");
        if (Has("second of audio")) return Of(Usage.Meter.AudioSecond, row, "second");
        if (Has("image input")) return None("document images and standard images cost differently and the key cannot tell them apart");
        if (Has("image generated") || Has("generated image") || Has("per generation") || h == "price per image")
            return Of(Usage.Meter.Image, row, "image");
        if (Has("text request")) return None("a text request has no meter");
        if (Has("queries")) return Of(Usage.Meter.Rerank, row, "1K queries");

        var unit = Has("1,000") || Has("per 1000") ? "1K tokens" : "1M tokens";
        var mode = Has("(batch)") ? Mode.Batch : row;
        if (Has("cache read") || Has("cached input")) return Of(Usage.Meter.CacheRead, mode, unit);
        if (Has("cache write")) return Of(Write(), mode, unit);
        if (Has("(audio)") || Has("(image)") || Has("(video)"))
            return None("tokens of this kind cost differently from text tokens and the key cannot tell them apart");
        if (Has("output token")) return Of(Usage.Meter.Output, mode, unit);
        if (Has("input token") || Has("token text input")) return Of(Usage.Meter.Input, mode, unit);
        return NoPrice with { Mode = row };

        Meter Write() => Has("1h") ? Usage.Meter.CacheWrite1h
            : Has("30m") || (!Has("5m") && ttls is ["30m"]) ? Usage.Meter.CacheWrite30m
            : Usage.Meter.CacheWrite5m;
    }

    /// <summary>True for the audio, image and video columns beside a text column: they are news only where they differ from it.</summary>
    public static bool IsModality(string header) =>
        header.Contains("(audio)", StringComparison.Ordinal) || header.Contains("(image)", StringComparison.Ordinal)
        || header.Contains("(video)", StringComparison.Ordinal);

    static PricingPageColumn Of(Meter meter, Mode mode, string unit, Term term = Term.None) => new(meter, mode, term, unit, "");
    static PricingPageColumn None(string reason) => NoPrice with { Reason = reason };
}

/// <summary>A cell of the page: <c>$ 0.30</c>, <c>$30.00 per 1K requests</c>, or one of the ways it says that there is no price.</summary>
static partial class PricingPageCell
{
    /// <returns>The amount and the unit named behind it, if any; null when the cell states no price.</returns>
    public static (decimal Usd, string? Unit)? Read(string text)
    {
        var match = Price().Match(text);
        if (!match.Success) return null;
        const NumberStyles plain = NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(match.Groups[1].Value, plain, CultureInfo.InvariantCulture, out var usd)) return null;
        return (usd, match.Groups[2].Value.ToLowerInvariant() switch
        {
            "" => null,
            "per 1k requests" or "per 1000 requests" => "1K requests",
            "per 1k queries" or "per 1000 queries" => "1K queries",
            var other => other,
        });
    }

    [GeneratedRegex(@"^\s*\$\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z0-9 ]*?)[\s*]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Price();
}
