using Assay.Planning;
using Assay.Planning.Vendors;

namespace Assay.Desk.Reports;

/// <summary>What <c>assay compare</c> says, before it is written as a terminal page or as JSON.</summary>
sealed record Comparison
{
    public required VendorComparison Vendors { get; init; }
    public required IReadOnlyList<Platform> Platforms { get; init; }
    public required LockIn LockIn { get; init; }

    /// <summary>First and last UTC day of the usage.</summary>
    public required DateOnly From { get; init; }
    public required DateOnly To { get; init; }

    /// <summary>Observed days; 30 for an estate, which describes a month.</summary>
    public required int Days { get; init; }

    /// <summary>True for an estate, which describes a month of no date.</summary>
    public bool IsMonth { get; init; }

    public required long Requests { get; init; }

    /// <summary>The usage on own hardware, one quote for each place stated.</summary>
    public IReadOnlyList<HostedQuote> Hosted { get; init; } = [];

    /// <summary>Models of the usage whose weights are published, largest spend first.</summary>
    public IReadOnlyList<ModelSpend> OpenWeights { get; init; } = [];

    /// <summary>What a reader has to know to weigh the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What is committed with AWS; null where it was not stated.</summary>
    public CommittedPosition? Position { get; init; }

    public decimal Monthly(decimal usd) => usd * 30m / Days;

    /// <summary>The guide's figure of what own GPUs take off Bedrock's on-demand price of Llama: a share, and a range.</summary>
    public required Extent GuideHostingSaving { get; init; }

    /// <summary>The guide's figure of what Bedrock takes for Llama above other hosts.</summary>
    public required Extent GuideLlamaPremium { get; init; }

    /// <summary>Llama models at vendors with the same weights (or that the user says are): what Bedrock takes above them,
    /// spend-weighted.</summary>
    public IEnumerable<(string Vendor, double Premium)> LlamaPremiums =>
        from vendor in Vendors.Vendors
        let llama = vendor.Models.Where(m => m.Model.StartsWith("meta.llama", StringComparison.Ordinal)).ToList()
        let there = llama.Sum(m => m.There)
        where there > 0m
        select (vendor.Platform.Name, (double)((llama.Sum(m => m.Here) - there) / there));
}
