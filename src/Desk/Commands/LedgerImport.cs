using System.Security.Cryptography;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Bills;
using Assay.Ledger.Store;
using Assay.Usage;
using Assay.Usage.Batches;
using Assay.Usage.Logs;

namespace Assay.Desk.Commands;

/// <summary><c>assay ledger import</c>: logs into a ledger, each file once, each request once.</summary>
static class LedgerImport
{
    public sealed record Request(string[] Paths, string Ledger)
    {
        public string Book { get; init; } = BookShelf.Default;
        public string? Profiles { get; init; }
        public DateOnly? Month { get; init; }
        public string[] Tags { get; init; } = [];
        public int Workers { get; init; } = 1;
        public BatchStatement Batches { get; init; } = BatchStatement.Nothing;
        public int CommitEvery { get; init; } = 400_000;
        public bool Json { get; init; }
    }

    /// <summary>What an import did.</summary>
    public sealed record Outcome(string Ledger, LedgerRating Rating)
    {
        public int Files { get; init; }
        public int FilesKnown { get; init; }
        public long Requests { get; init; }
        public long Duplicates { get; init; }
    }

    public static int Run(Request request, CancellationToken cancel)
    {
        var shelf = new BookShelf();
        var book = shelf.Open(request.Book);
        var options = Shared.ReaderOptions(shelf, request.Profiles, request.Tags);
        var logs = LogFiles.Under(request.Paths);
        using var ledger = DuckDbLedger.Open(request.Ledger, shelf.Catalog, TimeProvider.System);
        var import = new Intake(request, ledger);
        var files = import.New(logs, cancel);
        if (logs.Ledgers is [var other, ..])
            throw new InputException($"'{other}' is a ledger, and an import takes what ledgers are made of: logs, batch output, bills. "
                + "'assay report' and 'assay ledger query' read it.");
        var reading = import.Read(new DistinctUsage(options, request.Workers), files.OnlyLogs(), cancel);
        import.ReadBatches(files.BatchOutputs, options, reading, cancel);
        var bill = import.ReadBills(files.Bills, options, reading, cancel);
        if (import.FilesKnown == 0) Shared.NeedRecords(reading, request.Paths);
        if (request.Month is { } month && !import.SawMonth)
            throw new InputException($"no record of {month:yyyy-MM} in these logs, so that nothing takes the place of what the ledger "
                + "holds of it; nothing was changed. Give the logs of that month, or leave --replace out.");
        var rating = ledger.Rate(book);
        ledger.Commit();
        Say(import.Ended(rating), request);
        Shared.Account(reading);
        foreach (var note in bill?.Skipped.Take(5) ?? []) Console.Error.WriteLine($"assay: {note.Path} row {note.Row}: {note.Reason}.");
        return ExitCode.Fine;
    }

    static void Say(Outcome outcome, Request request)
    {
        if (request.Json)
        {
            LedgerJson.Write(outcome, Console.OpenStandardOutput());
            return;
        }
        var known = outcome.FilesKnown > 0 ? $"; {Shared.Count(outcome.FilesKnown, "file")} known already" : "";
        var twice = outcome.Duplicates > 0 ? $"; {Shared.Count(outcome.Duplicates, "request")} in the ledger already" : "";
        Console.WriteLine($"{outcome.Ledger}: {Shared.Count(outcome.Requests, "record")} from {Shared.Count(outcome.Files, "file")} added"
            + $"{known}{twice}; rating {outcome.Rating.Id} ({outcome.Rating.Book}). 'assay ledger query' shows the sums.");
    }

    /// <summary>Takes files in one after the other and commits between them.</summary>
    sealed class Intake(Request request, DuckDbLedger ledger)
    {
        readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);
        readonly int sourcesBefore = ledger.Sources().Count;
        long ofFile, sinceCommit;

        public int FilesKnown { get; private set; }
        public bool SawMonth { get; private set; }

        /// <summary>The files that the ledger does not know by their content. A replaced month is read again, whatever is known.</summary>
        public LogFiles New(LogFiles logs, CancellationToken cancel)
        {
            // Two files of one content in one run are one as well.
            HashSet<string> known = request.Month is null ? [.. ledger.Sources().Select(s => s.Digest)] : [];
            return logs.Without(file =>
            {
                cancel.ThrowIfCancellationRequested();
                if (Digest(file) is not { } digest) return false;
                digests[file.Path] = digest;
                if (known.Add(digest)) return false;
                FilesKnown++;
                return true;
            });
        }

        static string? Digest(LogFile file)
        {
            if (file.Path == LogFile.StandardInput) return null;
            try
            {
                using var bytes = new FileStream(file.Path, new FileStreamOptions { Share = FileShare.ReadWrite, BufferSize = 0 });
                return Convert.ToHexStringLower(SHA256.HashData(bytes));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Reading it will say why it cannot be read.
                return null;
            }
        }

        public ReadingSummary Read(DistinctUsage stream, LogFiles files, CancellationToken cancel)
        {
            using var progress = Progress.OnTerminal("importing");
            Begin();
            if (request.Month is { } month) ledger.Replace(month);
            return stream.Read(files, records =>
            {
                ofFile += records.Length;
                if (request.Month is not null && !SawMonth) SawMonth = Holds(records);
                ledger.Take(SourceOrigin.Log, records);
                progress.Add(records.Length);
            }, cancel, Finished);
        }

        /// <summary>Takes in the output of batch jobs, a folder at a time.</summary>
        public void ReadBatches(IReadOnlyList<string> files, LogReaderOptions options, ReadingSummary reading, CancellationToken cancel)
        {
            foreach (var folder in files.GroupBy(f => Path.GetDirectoryName(f) ?? "").OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                if (IsKnown([.. folder]) is not { } digest) continue;
                var read = new BatchOutputReader(options, request.Batches).Read(
                    [.. folder.Select(f => new BatchFile(f, new LogFile(f).Open, File.GetLastWriteTimeUtc(f)))],
                    records => ledger.Take(SourceOrigin.Batch, records), cancel);
                foreach (var file in read.Files) reading.Add(file);
                reading.BatchDifferences.AddRange(read.Jobs.SelectMany(j => j.Differences.Select(d => $"{j.Folder}: {d}")));
                if (read.Files.Any(f => f.Records > 0)) ledger.Close(SourceOrigin.Batch, folder.Key, digest);
            }
        }

        /// <summary>Takes in all bills as one: an export comes in many files, and a newer one takes its place whole.</summary>
        public BillReading? ReadBills(
            IReadOnlyList<string> files, LogReaderOptions options, ReadingSummary reading, CancellationToken cancel)
        {
            if (files.Count == 0 || IsKnown(files) is not { } digest) return null;
            var bill = Bills.Read(files, options.Catalog, options.Profiles, options.TagKeys, cancel);
            var path = files.Count == 1 ? files[0] : Path.GetDirectoryName(files[0]) ?? files[0];
            if (bill.Lines.Count > 0) ledger.TakeBill(bill.Lines, path, digest);
            reading.Records += bill.Lines.Count;
            return bill;
        }

        // The digest of several files; null when the ledger knows just these.
        string? IsKnown(IReadOnlyList<string> files)
        {
            var each = string.Join('\n', files.Order(StringComparer.Ordinal).Select(f => Digest(new(f)) ?? f));
            var digest = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(each)));
            if (ledger.Sources().All(s => s.Digest != digest || s.SupersededAt is not null)) return digest;
            FilesKnown += files.Count;
            return null;
        }

        bool Holds(ReadOnlySpan<UsageRecord> records)
        {
            foreach (ref readonly var record in records)
                if ((record.Time.Year, record.Time.Month) == (request.Month!.Value.Year, request.Month.Value.Month)) return true;
            return false;
        }

        void Finished(FileReading file)
        {
            if (file.Records > 0)
            {
                // What could not be read to its end is read again the next time: its content is not known.
                var digest = file.Stopped is null ? digests.GetValueOrDefault(file.Path, "") : "";
                ledger.Close(SourceOrigin.Log, file.Path, digest, file.Records - ofFile);
                sinceCommit += ofFile;
            }
            ofFile = 0;
            // A month is replaced whole or not at all.
            if (sinceCommit < request.CommitEvery || request.Month is not null) return;
            ledger.Commit();
            Begin();
        }

        void Begin()
        {
            ledger.Begin(TimeProvider.System.GetUtcNow().UtcDateTime, request.Tags);
            sinceCommit = 0;
        }

        public Outcome Ended(LedgerRating rating)
        {
            var added = ledger.Sources().Skip(sourcesBefore).ToList();
            return new(request.Ledger, rating)
            {
                Files = added.Count, FilesKnown = FilesKnown, Requests = added.Sum(s => s.Records),
                Duplicates = added.Sum(s => s.Duplicates),
            };
        }
    }
}
