namespace Assay.Pricing.Importers;

/// <summary>What an importer made of a source: every row of it is either a rate or named with the reason it is not.</summary>
public sealed record ImportResult(IReadOnlyList<Rate> Imported, IReadOnlyList<Unclassified> Unclassified);

/// <summary>A row of a source that could not be turned into a rate, and why.</summary>
public sealed record Unclassified(string Sku, string UsageType, string Reason);
