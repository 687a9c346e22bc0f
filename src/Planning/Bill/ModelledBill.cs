using Assay.Pricing;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Where the amount of a line comes from.</summary>
public enum LineOrigin : byte
{
    /// <summary>Usage priced by the rater from a book.</summary>
    Rated,

    /// <summary>A figure of the user's: no book knows it.</summary>
    Stated,
}

/// <summary>A line of a modelled bill, USD a month.</summary>
/// <param name="Cost">What is paid: net of private rates. Exact.</param>
/// <param name="List">The same at list prices.</param>
/// <param name="Detail">What the amount is for, in a few words.</param>
public sealed record BillLine(string Name, string Category, decimal Cost, decimal List, LineOrigin Origin, string Detail);

/// <summary>An amount of usage that has no price: it is in no total.</summary>
/// <param name="Line">The line it would belong to.</param>
public sealed record UnpricedUsage(string Line, string Category, Meter? Meter, decimal Quantity, string Reason);

/// <summary>A month of an estate as a bill. The lines add up to the totals exactly; a year has twelve such months.</summary>
public sealed record ModelledBill(
    IReadOnlyList<BillLine> Lines, IReadOnlyList<UnpricedUsage> Unpriced, IReadOnlyList<string> Warnings)
{
    public const decimal MonthsPerYear = 12m;

    public decimal Inference { get; } = Lines.Where(l => BillCategories.IsInference(l.Category)).Sum(l => l.Cost);
    public decimal Ancillary { get; } = Lines.Where(l => !BillCategories.IsInference(l.Category)).Sum(l => l.Cost);
    public decimal Total { get; } = Lines.Sum(l => l.Cost);
    public decimal ListTotal { get; } = Lines.Sum(l => l.List);
    public decimal Annual => Total * MonthsPerYear;

    public decimal Of(string category) => Lines.Where(l => l.Category == category).Sum(l => l.Cost);
}

/// <summary>The categories a bill is read by.</summary>
public static class BillCategories
{
    public const string OnDemand = "on_demand", Batch = "batch", Caching = "caching", Provisioned = "provisioned", Reserved = "reserved",
        Customisation = "customisation", KnowledgeBase = "knowledge_base", Agents = "agents", Guardrails = "guardrails",
        Monitoring = "monitoring";

    /// <summary>In the order of a bill: inference first, then what stands around it.</summary>
    public static readonly IReadOnlyList<string> All =
        [OnDemand, Batch, Caching, Provisioned, Reserved, Customisation, KnowledgeBase, Agents, Guardrails, Monitoring];

    public static bool IsInference(string category) =>
        category is OnDemand or Batch or Caching or Provisioned or Reserved or Customisation;
}

/// <summary>What prices an estate: a book, and from where models can be called.</summary>
/// <param name="Regions">Regions by the id a model is called with, as <c>global.anthropic.claude-sonnet-5</c>; empty when not
/// known.</param>
public sealed record BillSources(PriceBook Book, IReadOnlyDictionary<string, IReadOnlyList<string>> Regions);
