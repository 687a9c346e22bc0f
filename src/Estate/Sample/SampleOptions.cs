using Assay.Usage;

namespace Assay.Estate;

/// <summary>Which estate to sample, and how much of it.</summary>
public sealed record SampleOptions
{
    public ulong Seed { get; init; } = 17;

    /// <summary>The first UTC day.</summary>
    public DateOnly Start { get; init; } = new(2026, 7, 1);

    public int Days { get; init; } = 14;

    /// <summary>Multiplies the traffic of every workload; what happens once (a spike, a broken line) happens once at any scale.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Facts the models of the truth carry. The bytes of the logs do not depend on it.</summary>
    public ModelCatalog Catalog { get; init; } = ModelCatalog.Empty;

    /// <summary>Profiles the reader will be told of: the truth resolves them, the logs stay opaque.</summary>
    public IReadOnlyDictionary<string, MappedProfile> Profiles { get; init; } = new Dictionary<string, MappedProfile>();
}
