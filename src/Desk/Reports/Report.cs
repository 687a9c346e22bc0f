using Assay.Desk.Input;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>What a report says, before anyone decides how it looks. All money is exact USD.</summary>
public sealed record Report
{
    public required string Book { get; init; }

    /// <summary>UTC day of the first record; null when there was none.</summary>
    public DateOnly? From { get; init; }

    /// <summary>True when there was anything to rate: calls, or sums of them on a bill.</summary>
    public bool HasUsage => From is not null;

    /// <summary>UTC day of the last record, inclusive.</summary>
    public DateOnly? To { get; init; }

    /// <summary>Whole days observed, inclusive, at least one.</summary>
    public required int Days { get; init; }

    public required decimal Total { get; init; }

    /// <summary>Upper bound where cache lifetimes are unknown; equal to <see cref="Total"/> where nothing is open.</summary>
    public required decimal TotalMax { get; init; }

    public required long Requests { get; init; }
    public required long Failed { get; init; }

    /// <summary>Calls that did not fail and yet count nothing: no tokens, no units.</summary>
    public long Uncounted { get; init; }
    public required IReadOnlyList<Group> ByModel { get; init; }
    public required IReadOnlyList<Group> ByApp { get; init; }
    public required IReadOnlyList<Group> ByTeam { get; init; }
    public required IReadOnlyList<Group> ByEnv { get; init; }
    public required IReadOnlyList<Group> ByPrincipal { get; init; }
    public required IReadOnlyList<Group> ByAccount { get; init; }
    public required IReadOnlyList<Group> ByMeter { get; init; }
    public required IReadOnlyList<Group> ByMode { get; init; }

    /// <summary>In order of days, observed ones only.</summary>
    public required IReadOnlyList<Group> ByDay { get; init; }

    /// <summary>The grouping asked for with <c>--by</c>; null when none was.</summary>
    public Grouping? Groups { get; init; }

    public required IReadOnlyList<MeterSum> Meters { get; init; }
    public required IReadOnlyList<TopRequest> Top { get; init; }
    public required IReadOnlyList<(string Reason, long Count)> Unpriced { get; init; }

    /// <summary>Requests of which at least one meter has no price.</summary>
    public required long RequestsUnpriced { get; init; }

    public required IReadOnlyList<(string Code, long Count)> Errors { get; init; }

    /// <summary>Of the failed calls, those that a gateway did not let in, by its word for why.</summary>
    public required IReadOnlyList<(string Reason, long Count)> Refused { get; init; }
    public required IReadOnlyList<TagCoverage> Tags { get; init; }
    public required IReadOnlyList<Norm> Norms { get; init; }
    public required IReadOnlyList<Highlight> Highlights { get; init; }
    public required IReadOnlyList<string> NotVisible { get; init; }
    public required ReadingSummary Reading { get; init; }

    /// <summary>True when nothing that was used has a price: the total is not zero but unknown.</summary>
    public bool HasNoPrice => Total == 0m && RequestsUnpriced > 0;

    /// <summary>The period's spend scaled to thirty days.</summary>
    public decimal Monthly => Total * 30m / Days;
}

/// <summary>A grouping by several dimensions. Costs of the lines add up to the report's total.</summary>
public sealed record Grouping(IReadOnlyList<string> Dimensions, IReadOnlyList<GroupingLine> Lines);

public sealed record GroupingLine(IReadOnlyList<string> Values, decimal Cost, decimal CostMax, long Requests)
{
    /// <summary>Requests of which at least one meter has no price.</summary>
    public long Unpriced { get; init; }
}

/// <summary>One of the dearest requests.</summary>
public sealed record TopRequest(RequestId Id, DateTime Time, string Model, string App, string Principal, TokenCounts Tokens, decimal Cost);

/// <summary>How much of the spend carries a tag.</summary>
/// <param name="Share">Share of the total cost, 0 to 1.</param>
public sealed record TagCoverage(string Key, double Share, decimal Untagged);

/// <summary>A figure of this usage beside the one the guide gives.</summary>
/// <param name="Yours">Null when these files cannot show it.</param>
/// <param name="GuideLow">Lower end of the guide's figure; equal to <paramref name="GuideHigh"/> when it is one number.</param>
/// <param name="Unit">What the figures are in: <c>modes</c>, <c>share</c>, <c>calls</c>.</param>
/// <param name="AtStake">
/// USD of this period that the figure is about: what would be touched, not what would be saved. Null when not visible.
/// </param>
public sealed record Norm(
    string Id, string Title, double? Yours, double GuideLow, double GuideHigh, string Unit, decimal? AtStake, string About)
{
    /// <summary>Null when not visible; else whether the figure lies where the guide puts it.</summary>
    public bool? Within => Yours is { } yours ? yours >= GuideLow && yours <= GuideHigh : null;
}

/// <summary>Something a person should look at, with the money it is about.</summary>
public sealed record Highlight(string Id, string Text, decimal Cost);
