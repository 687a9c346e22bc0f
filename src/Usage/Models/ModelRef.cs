namespace Assay.Usage;

/// <summary>What kind of thing a log's <c>modelId</c> names.</summary>
public enum ModelKind : byte
{
    /// <summary>A foundation model, by bare id, inference-profile id or ARN.</summary>
    Foundation,

    /// <summary>
    /// An application inference profile (or a prompt, or a prompt router) nobody has mapped: the model behind it is unknown, so it has
    /// no price.
    /// </summary>
    OpaqueProfile,

    /// <summary>Purchased model units: tokens are covered by the hourly price.</summary>
    Provisioned,

    /// <summary>A custom or imported model, or another resource whose tokens have a price of their own terms.</summary>
    Custom,
}

/// <summary>A model as a record names it, resolved.</summary>
/// <param name="Id">The foundation-model id without ARN, profile prefix or region; for unmapped resources the ARN as it stands.</param>
/// <param name="Facts">What the catalogue knows of the model; null when it is not listed.</param>
public sealed record ModelRef(string Id, Scope Scope, ModelKind Kind, ModelFacts? Facts)
{
    public override string ToString() => Id;
}

/// <summary>Facts of a model that its name does not carry. One row of <c>prices/models.csv</c>.</summary>
/// <param name="Id">The foundation-model id.</param>
/// <param name="Provider">Who made it, as AWS names them.</param>
/// <param name="Names">Names of it on the pricing page and in the offers, as matched by the importers.</param>
/// <param name="GrossInput">True when <c>inputTokens</c> already counts tokens read from and written to the cache.</param>
/// <param name="CacheMinimum">Fewest tokens a cache point must cover; 0 when the model does not cache.</param>
/// <param name="CacheTtls">Cache lifetimes the model offers: some of <c>5m</c>, <c>30m</c>, <c>1h</c>.</param>
/// <param name="ContextLimit">Most tokens a prompt may have; 0 when unknown.</param>
/// <param name="HasLongBand">True when prompts above 200,000 tokens have rates of their own.</param>
/// <param name="Batch">True when batch inference supports the model.</param>
public sealed record ModelFacts(
    string Id, string Provider, IReadOnlyList<string> Names, bool GrossInput, int CacheMinimum,
    IReadOnlyList<string> CacheTtls, int ContextLimit, bool HasLongBand, bool Batch);
