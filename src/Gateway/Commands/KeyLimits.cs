using Assay.Control.Files;
using Assay.Control.Policies;
using Assay.Gateway.Identity;
using Assay.Gateway.Settings;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Gateway.Commands;

/// <summary>What a key may ask for: whether it can be meant, and in words.</summary>
static class KeyLimits
{
    /// <summary>The books whose models a key may name when none is given.</summary>
    public const string Books = "aws+vendors";

    /// <summary>A key that may use what does not exist may use nothing: better to hear of it now than from its first call.</summary>
    /// <exception cref="GatewayException">A model or a region that nobody knows.</exception>
    public static void Check(VirtualKey key, PriceFolder prices, string book)
    {
        if (key.Models.Count > 0) CheckModels(key.Models, prices.ReadCatalog(), prices.Open(book));
        foreach (var region in key.Regions)
            if (!AwsRegions.All.Any(r => Glob.Matches(region, r)))
                throw new GatewayException($"{Quoted.Of(region)} is not an AWS region{Quoted.Near(region, AwsRegions.All)}; accepted: "
                    + "a region code such as eu-central-1, or a pattern such as 'eu-*'.");
    }

    static void CheckModels(IReadOnlyList<string> patterns, ModelCatalog catalog, PriceBook book)
    {
        // The models of other makers are known by their own names too: 'azure:gpt-5-mini' is asked for as 'gpt-5-mini'.
        var known = book.Models
            .SelectMany(m => m.Contains(':') ? [m, m[(m.IndexOf(':', StringComparison.Ordinal) + 1)..]] : new[] { m }).ToHashSet();
        foreach (var pattern in patterns)
        {
            var bare = ModelIdentity.SplitScope(pattern).Id;
            if (pattern.StartsWith("arn:", StringComparison.Ordinal) || known.Any(m => Glob.Matches(pattern, m) || Glob.Matches(bare, m)))
                continue;
            throw new GatewayException($"book '{book.Id}' knows no model {Quoted.Of(pattern)}"
                + $"{ModelSpelling.Near(pattern.Replace("*", "", StringComparison.Ordinal), known, catalog)}; accepted: a model's id, or a "
                + "pattern such as 'us.anthropic.claude-*'; with --book BOOK the models of another book. Names that the gateway's "
                + "configuration gives to models are none.");
        }
    }

    /// <summary>What it is held to; empty where the policy alone decides.</summary>
    public static string Words(VirtualKey key)
    {
        List<string> limits = [];
        if (key.Models.Count > 0) limits.Add("models " + string.Join(", ", key.Models));
        if (key.Regions.Count > 0) limits.Add("regions " + string.Join(", ", key.Regions));
        if (key.Dialects.Count > 0) limits.Add("dialects " + string.Join(", ", key.Dialects));
        return string.Join("; ", limits);
    }
}
