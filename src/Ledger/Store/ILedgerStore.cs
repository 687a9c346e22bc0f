using Assay.Ledger.Bills;
using Assay.Pricing;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Ledger.Store;

/// <summary>What a source of the ledger is. Logs and bills tell of the same usage, so that nobody adds the one to the other.</summary>
public enum SourceOrigin : byte { Log, Batch, Bill }

/// <summary>Something that was taken in: a file of logs, or the bill of one payer and period.</summary>
/// <param name="Digest">SHA-256 of the content in hex; empty for what could not be read twice.</param>
/// <param name="Period">First day of a bill's period; null for logs.</param>
/// <param name="Payer">The account that pays a bill; empty for logs.</param>
/// <param name="Records">Records kept of it.</param>
/// <param name="Duplicates">Records that the ledger held already.</param>
/// <param name="KnownAt">When it was taken in.</param>
/// <param name="SupersededAt">When a newer bill of its period took its place; null while it stands.</param>
public sealed record LedgerSource(
    int Id, SourceOrigin Origin, string Path, string Digest, DateOnly? Period, string Payer, long Records, long Duplicates,
    DateTime KnownAt, DateTime? SupersededAt);

/// <summary>Prices laid over everything in the ledger at one time. A newer one takes nothing away from it.</summary>
/// <param name="Digest">Of the book's rates: two books of one name and date may still differ.</param>
public sealed record LedgerRating(int Id, string Book, string Digest, DateTime KnownAt);

/// <summary>Which part of a ledger is asked for.</summary>
public sealed record LedgerRange
{
    /// <summary>First UTC day, inclusive.</summary>
    public DateOnly? From { get; init; }

    /// <summary>UTC day to stop before.</summary>
    public DateOnly? To { get; init; }

    /// <summary>What the ledger knew at the end of this UTC day; null for what it knows now.</summary>
    public DateOnly? AsKnown { get; init; }

    /// <summary>Sources that count. A bill tells of the same usage as the logs: ask for the one or the other.</summary>
    public IReadOnlyList<SourceOrigin> Origins { get; init; } = LogsAndBatches;

    /// <summary>Tags whose values callers carry, in this order.</summary>
    public IReadOnlyList<string> TagKeys { get; init; } = [];

    public static readonly IReadOnlyList<SourceOrigin> LogsAndBatches = [SourceOrigin.Log, SourceOrigin.Batch];

    internal bool Holds(DateOnly day) => (From is not { } from || day >= from) && (To is not { } to || day < to);

    /// <summary>The moment before which something must have been known, or null for now.</summary>
    internal DateTime? Before => AsKnown?.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    internal bool Knows(DateTime knownAt, DateTime? supersededAt) => Before is { } before
        ? knownAt < before && (supersededAt is null || supersededAt >= before)
        : supersededAt is null;
}

/// <summary>
/// What was spent, kept. Facts and prices apart: what was used is written once, and every rating lays prices over it.
/// </summary>
/// <remarks>
/// Taking in: <see cref="Begin"/>, then records and the source that closes them, again and again; <see cref="Commit"/> makes all
/// of it stand at once, and what is not committed is gone with the process. Not for several threads.
/// </remarks>
public interface ILedgerStore : IDisposable
{
    /// <summary>Everything taken in, in the order in which it was.</summary>
    IReadOnlyList<LedgerSource> Sources();

    /// <summary>Every rating, the oldest first.</summary>
    IReadOnlyList<LedgerRating> Ratings();

    /// <summary>Sums fine enough for every grouping of a report.</summary>
    LedgerCells Cells(LedgerRange range);

    /// <summary>The prices of a rating.</summary>
    /// <exception cref="LedgerException">There is no such rating.</exception>
    LedgerPrices Prices(int rating);

    /// <summary>One request as it was read; null when it is not there.</summary>
    UsageRecord? Find(RequestId id, LedgerRange range);

    /// <summary>The ids that begin with a text, in their order; a few where there are many.</summary>
    IReadOnlyList<RequestId> Ids(string beginning, LedgerRange range);

    /// <summary>Every record as it was read, days in order.</summary>
    void Read(LedgerRange range, RecordBatch deliver, CancellationToken cancel);

    /// <summary>The lines of the bills that stand, in the order of their rows.</summary>
    IReadOnlyList<BillLine> BillLines(LedgerRange range);

    /// <summary>Begins to take in.</summary>
    /// <param name="knownAt">The time at which what follows is known, UTC.</param>
    /// <param name="tagKeys">What the tag values of callers are called.</param>
    void Begin(DateTime knownAt, IReadOnlyList<string> tagKeys);

    /// <summary>Sets what logs and batches told of a month aside: what follows takes its place.</summary>
    /// <param name="month">Any day of it.</param>
    void Replace(DateOnly month);

    /// <summary>Takes records in. A request id that stands in the ledger already is passed over, and counted as duplicate.</summary>
    void Take(SourceOrigin origin, ReadOnlySpan<UsageRecord> records);

    /// <summary>Ends a source: the records since the last one are its records.</summary>
    /// <param name="duplicates">Records that were passed over before they came here.</param>
    LedgerSource Close(SourceOrigin origin, string path, string digest, long duplicates = 0);

    /// <summary>
    /// Takes the lines of a bill in, one source for each payer and period; what an older bill told of the same is set aside.
    /// </summary>
    IReadOnlyList<LedgerSource> TakeBill(IReadOnlyList<BillLine> lines, string path, string digest);

    /// <summary>
    /// Lays a book over all that is there. A book that was the last to be laid is laid over what is new alone; any other becomes a
    /// rating of its own.
    /// </summary>
    LedgerRating Rate(PriceBook book);

    /// <summary>Makes everything since <see cref="Begin"/> stand.</summary>
    void Commit();
}

/// <summary>A ledger cannot be used. The message is one clear line: what, where, what is accepted, what to run next.</summary>
/// <param name="outside">True when something outside failed, such as a full disk; false when the input is wrong.</param>
public sealed class LedgerException(string message, bool outside = false) : Exception(message)
{
    public bool IsOutside { get; } = outside;
}
