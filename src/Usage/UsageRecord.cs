using System.Diagnostics.CodeAnalysis;

namespace Assay.Usage;

/// <summary>
/// The disjoint token counters of one call. <see cref="CacheWriteUnknown"/> are tokens written to the cache whose lifetime the
/// record does not say: they are charged at the five-minute rate and reported with the one-hour rate as upper bound.
/// </summary>
public readonly record struct TokenCounts
{
    public long Input { get; init; }
    public long Output { get; init; }
    public long CacheRead { get; init; }
    public long CacheWrite5m { get; init; }
    public long CacheWrite30m { get; init; }
    public long CacheWrite1h { get; init; }
    public long CacheWriteUnknown { get; init; }

    /// <summary>What the context band is decided by: everything the model read, from wherever.</summary>
    public long Prompt => Input + CacheRead + CacheWrite5m + CacheWrite30m + CacheWrite1h + CacheWriteUnknown;

    public bool IsNone => (Input | Output | CacheRead | CacheWrite5m | CacheWrite30m | CacheWrite1h | CacheWriteUnknown) == 0;
}

/// <summary>An amount on a meter that is not a token counter: guardrail text units, images, hours, gigabyte-months.</summary>
public readonly record struct MeteredAmount(Meter Meter, decimal Amount);

/// <summary>
/// What all calls of a kind share: who calls which model from where, and how it is bought. A reader makes one object of each, so that
/// what is worked out for a kind (its rates, its place in a sum) is found again by its address.
/// </summary>
/// <param name="Region">The source region: the one that decides the price, wherever the call was computed.</param>
/// <param name="Operation">The API operation, such as <c>Converse</c>; empty when unknown.</param>
public sealed record CallKind(Caller Caller, string Region, ModelRef Model, string Operation = "")
{
    public static readonly CallKind Unknown = new(Caller.Nobody, "", new("", Scope.InRegion, ModelKind.Foundation, null));

    public Mode Mode { get; init; }
    public Tier Tier { get; init; }
    public Term Term { get; init; }

    /// <summary>
    /// The price band, where a record stands for many calls (a bill's row, a workload imagined) and its tokens no longer tell;
    /// null to decide by the prompt.
    /// </summary>
    public ContextBand? Context { get; init; }

    /// <summary>
    /// True where a record stands for many calls and does not tell how many: a bill's row. Such a record counts as no request.
    /// </summary>
    public bool IsSum { get; init; }
}

/// <summary>
/// One thing that happened and may cost money: a call in a log, a row of a bill, a workload imagined. It carries who, what model,
/// which meters and how much, and never a price.
/// </summary>
/// <remarks>Strings are interned by the reader, so equal values are usually the same object; a record is cheap to keep.</remarks>
public readonly record struct UsageRecord
{
    readonly CallKind? kind;

    /// <summary>A record of a kind that is at hand; what it is by itself is set as usual.</summary>
#pragma warning disable CS8618 // Caller, region and model are the kind's.
    [SetsRequiredMembers]
    public UsageRecord(CallKind kind) => this.kind = kind;
#pragma warning restore CS8618

    public CallKind Kind => kind ?? CallKind.Unknown;
    public RequestId RequestId { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public DateTime Time { get; init; }

    public required Caller Caller { get => Kind.Caller; init => kind = Kind with { Caller = value }; }

    /// <inheritdoc cref="CallKind(Caller, string, ModelRef, string)" path="/param[@name='Region']"/>
    public required string Region { get => Kind.Region; init => kind = Kind with { Region = value }; }

    public required ModelRef Model { get => Kind.Model; init => kind = Kind with { Model = value }; }
    public Mode Mode { get => Kind.Mode; init => kind = Kind with { Mode = value }; }
    public Tier Tier { get => Kind.Tier; init => kind = Kind with { Tier = value }; }
    public Term Term { get => Kind.Term; init => kind = Kind with { Term = value }; }

    /// <inheritdoc cref="CallKind.Context"/>
    public ContextBand? Context { get => Kind.Context; init => kind = Kind with { Context = value }; }

    /// <summary>The API operation, such as <c>Converse</c>; empty when unknown.</summary>
    public string Operation { get => Kind.Operation; init => kind = Kind with { Operation = value }; }

    public TokenCounts Tokens { get; init; }

    /// <summary>Amounts on other meters; null when there are none. At most one entry a meter.</summary>
    public MeteredAmount[]? Amounts { get; init; }

    /// <summary>The service's error code of a failed call; null when it succeeded.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The word for why a gateway did not let the call in; null where it did, or where there was none.</summary>
    public string? Refused { get; init; }

    /// <summary>Why the model stopped, as the body says; null when the body was not there.</summary>
    public string? StopReason { get; init; }

    /// <summary>What the call said, as fingerprints; null unless the reader was asked for it.</summary>
    public CallContent? Content { get; init; }

    /// <summary>True when the call failed and nothing in it can be charged.</summary>
    public bool Failed => ErrorCode is not null && Tokens.IsNone && Amounts is null;
}

/// <summary>Who made a call, as far as cost allocation can tell. Empty strings where the record does not say.</summary>
/// <param name="Principal">The role name without its session, else the IAM user name, else <c>root</c>.</param>
/// <param name="Tags">
/// Values of the further tag keys the reader was asked to keep, in the order of its <c>TagKeys</c>; null entries are absent tags.
/// </param>
public sealed record Caller(string Account, string Principal, string App, string Team, string Env, TagValues Tags)
{
    public static readonly Caller Nobody = new("", "", "", "", "", TagValues.None);
}

/// <summary>An ordered list of tag values with equality by content, so that callers can be grouped.</summary>
public sealed class TagValues(string?[] values) : IEquatable<TagValues>
{
    readonly string?[] values = values;

    public static readonly TagValues None = new([]);
    public int Count => values.Length;
    public string? this[int index] => values[index];
    public bool Equals(TagValues? other) => other is not null && values.AsSpan().SequenceEqual(other.values);
    public override bool Equals(object? obj) => Equals(obj as TagValues);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in values) hash.Add(value, StringComparer.Ordinal);
        return hash.ToHashCode();
    }
}
