using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// Claims about routing. The blended rate is linear in the shares, so its extremes lie at the corners of what the shares may be.
/// </summary>
static class RoutingClaims
{
    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["R01"] = sheet => Saving(sheet, GuideModels.NovaMicro),
        ["R02"] = sheet => Saving(sheet, GuideModels.Haiku),
    };

    /// <summary>
    /// The corners of the mixes whose shares lie within their bounds and add up to one: all shares but one at a bound, that one the
    /// rest. None where the bounds admit no mix.
    /// </summary>
    public static IReadOnlyList<decimal[]> Corners(IReadOnlyList<Extent> bounds)
    {
        var corners = new List<decimal[]>();
        for (var free = 0; free < bounds.Count; free++)
        {
            for (var choice = 0; choice < 1 << (bounds.Count - 1); choice++)
            {
                var mix = new decimal[bounds.Count];
                var bit = 0;
                for (var i = 0; i < bounds.Count; i++)
                    if (i != free) mix[i] = (choice >> bit++ & 1) == 0 ? bounds[i].Low : bounds[i].High;
                mix[free] = 1m - mix.Sum();
                if (mix[free] < bounds[free].Low || mix[free] > bounds[free].High || corners.Exists(mix.SequenceEqual)) continue;
                corners.Add(mix);
            }
        }
        return corners;
    }

    /// <summary>USD for a million tokens at so many input tokens for each output token.</summary>
    static decimal? Blended(Worksheet sheet, string model)
    {
        var ratio = sheet.Stated("input_to_output");
        var (input, output) = (sheet.PerMillion(model, Meter.Input), sheet.PerMillion(model, Meter.Output));
        return sheet.Step($"{GuideModels.Name(sheet, model)}, USD a million tokens at {FigureText.Number(ratio)} input to 1 output",
            $"({ratio} × {input} + {output}) ÷ {ratio + 1m}", ((ratio * input) + output) / (ratio + 1m));
    }

    static Derivation Saving(Worksheet sheet, string cheapModel)
    {
        string[] models = [cheapModel, GuideModels.Sonnet, GuideModels.Opus];
        var rates = models.Select(m => Blended(sheet, m)).ToArray();
        decimal? least = null, most = null;
        foreach (var mix in Corners([sheet.StatedRange("route_cheap"), sheet.StatedRange("route_middle"), sheet.StatedRange("route_dear")]))
        {
            var blended = (mix[0] * rates[0]) + (mix[1] * rates[1]) + (mix[2] * rates[2]);
            var shares = models.Select((m, i) => $"{FigureText.Number(100m * mix[i])} % {GuideModels.Name(sheet, m)}");
            var saved = sheet.Step($"mix of {string.Join(", ", shares)}", $"1 − {blended} ÷ {rates[1]}",
                1m - sheet.Over(blended, rates[1]));
            least = least is null || saved < least ? saved : least;
            most = most is null || saved > most ? saved : most;
        }
        return sheet.Finish(least, most, isRange: true);
    }
}
