namespace Assay.Usage;

/// <summary>Where the user says an application inference profile leads.</summary>
/// <param name="Model">A model id in any form a log may hold, such as <c>us.anthropic.claude-sonnet-4-20250514-v1:0</c>.</param>
public sealed record MappedProfile(string Model, string App, string Team, string Env);

/// <summary>Reads a <c>modelId</c> in any of its forms: bare id, profile id, ARN, opaque application profile.</summary>
public static class ModelIdentity
{
    const int StepsMax = 8;

    static readonly string[] GeoPrefixes = ["us.", "eu.", "apac.", "jp.", "au.", "ca.", "us-gov."];

    /// <param name="modelId">As the log has it.</param>
    /// <param name="profiles">Application-inference-profile ARN → what it stands for.</param>
    public static ModelRef Resolve(string modelId, ModelCatalog catalog, IReadOnlyDictionary<string, MappedProfile> profiles)
    {
        var target = modelId;
        // A profile may lead to another one; a circle of them leads nowhere.
        for (var step = 0; step < StepsMax && profiles.TryGetValue(target, out var mapped); step++) target = mapped.Model;
        var model = Unmapped(target, catalog);
        // A name for purchased model units must not turn them into tokens that are paid for once more.
        return target != modelId && Unmapped(modelId, catalog).Kind == ModelKind.Provisioned
            ? model with { Kind = ModelKind.Provisioned }
            : model;
    }

    static ModelRef Unmapped(string modelId, ModelCatalog catalog)
    {
        if (!modelId.StartsWith("arn:", StringComparison.Ordinal)) return FromId(modelId, catalog);

        var (kind, name) = ResourceOf(modelId);
        return kind switch
        {
            "foundation-model" or "inference-profile" => FromId(name, catalog),
            // A prompt and a prompt router hide the model they call as a profile does; the tokens are sold at its everyday terms.
            "application-inference-profile" or "prompt" or "prompt-router" or "default-prompt-router" =>
                new(modelId, Scope.InRegion, ModelKind.OpaqueProfile, null),
            "provisioned-model" => new(modelId, Scope.InRegion, ModelKind.Provisioned, null),
            _ => new(modelId, Scope.InRegion, ModelKind.Custom, null),
        };
    }

    /// <summary>
    /// What an ARN names, <c>arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic…</c>: the kind of resource and its
    /// name, which may hold colons itself. Empty strings where the text is no ARN.
    /// </summary>
    public static (string Kind, string Name) ResourceOf(string arn)
    {
        var resource = arn.StartsWith("arn:", StringComparison.Ordinal) ? AfterColons(arn, 5) : "";
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (resource, "") : (resource[..slash], resource[(slash + 1)..]);
    }

    static ModelRef FromId(string id, ModelCatalog catalog)
    {
        var (scope, bare) = SplitScope(id);
        var facts = catalog.Find(bare);
        if (facts is null && WithoutWindow(bare) is { } stem && catalog.Find(stem) is { } found) (bare, facts) = (stem, found);
        return new(bare, scope, ModelKind.Foundation, facts);
    }

    /// <summary>Takes the routing prefix off a profile id: <c>eu.anthropic.x</c> is <c>anthropic.x</c>, served in a geography.</summary>
    public static (Scope Scope, string Id) SplitScope(string id)
    {
        if (id.StartsWith("global.", StringComparison.Ordinal)) return (Scope.Global, id["global.".Length..]);
        foreach (var prefix in GeoPrefixes)
            if (id.StartsWith(prefix, StringComparison.Ordinal)) return (Scope.Geo, id[prefix.Length..]);
        return (Scope.InRegion, id);
    }

    // Ids sold by the unit name their context window last ("…-v1:0:200k"); the window has no price of its own.
    static string? WithoutWindow(string id)
    {
        var colon = id.LastIndexOf(':');
        var namesWindow = id.EndsWith('k') || id.EndsWith(":mm", StringComparison.Ordinal);
        return colon > 0 && colon < id.Length - 1 && namesWindow ? id[..colon] : null;
    }

    static string AfterColons(string text, int count)
    {
        var at = -1;
        for (var i = 0; i < count; i++)
        {
            at = text.IndexOf(':', at + 1);
            if (at < 0) return "";
        }
        return text[(at + 1)..];
    }
}
