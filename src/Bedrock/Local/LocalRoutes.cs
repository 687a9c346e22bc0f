using System.Collections.Concurrent;
using Assay.Usage;

namespace Assay.Bedrock;

/// <summary>What a target leads to: the operation, and the model behind the id.</summary>
sealed record LocalRoute(BedrockPath Path, ModelRef Model);

/// <summary>Reads targets once and remembers them: a client calls few models, often.</summary>
sealed class LocalRoutes(BedrockLocalOptions options)
{
    const int RoutesMax = 10_000;

    readonly ConcurrentDictionary<string, LocalRoute> known = new(StringComparer.Ordinal);

    /// <exception cref="LocalRefusalException">The target is no operation, or there is no such model.</exception>
    public LocalRoute Find(string target)
    {
        if (known.TryGetValue(target, out var route)) return route;
        var fault = BedrockPath.TryParse(target, out var path);
        if (fault != PathFault.None)
        {
            var error = fault == PathFault.UnknownRoute ? BedrockError.UnknownOperation : BedrockError.Validation;
            throw new LocalRefusalException(error, BedrockPath.Explain(fault));
        }
        route = new(path, path.Operation == BedrockOperation.ApplyGuardrail
            ? new(path.ModelId, Scope.InRegion, ModelKind.Custom, null)
            : Model(path.ModelId));
        if (known.Count < RoutesMax) known.TryAdd(target, route);
        return route;
    }

    ModelRef Model(string id)
    {
        var model = ModelIdentity.Resolve(id, options.Catalog, options.Profiles);
        // Without a catalogue nothing is known, so nothing is refused.
        if (options.Catalog.Models.Count == 0) return model;
        return model switch
        {
            { Kind: ModelKind.Foundation, Facts: null } => throw LocalRefusalException.Invalid("The provided model identifier is invalid."),
            { Kind: ModelKind.OpaqueProfile } => throw new LocalRefusalException(
                BedrockError.ResourceNotFound, $"Could not find the inference profile '{id}'."),
            _ => model,
        };
    }
}
