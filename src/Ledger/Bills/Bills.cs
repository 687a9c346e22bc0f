using System.Security.Cryptography;
using System.Text;
using Assay.Usage;

namespace Assay.Ledger.Bills;

/// <summary>Reads AWS's bills: cost and usage reports (CUR 2.0 and older), FOCUS 1.0 to 1.3, answers of Cost Explorer.</summary>
public static class Bills
{
    /// <summary>
    /// The format of a bill, by its content; null when the file is no bill. A Parquet file whose columns cannot be read is taken for a
    /// bill, since nothing else read here is Parquet: reading it says what is wrong.
    /// </summary>
    public static BillFormat? FormatOf(string path)
    {
        try
        {
            if (BillTable.Look(path) is not { } look) return null;
            return look.File switch
            {
                BillFile.Json => IsCostExplorer(look.Head) ? BillFormat.CostExplorer : null,
                BillFile.Csv => BillColumns.FormatOf(BillTable.Heads(look.Head).Names),
                _ => BillTable.ParquetColumns(path) is { } columns ? BillColumns.FormatOf(columns) : BillFormat.Cur2,
            };
        }
        catch (BillException)
        {
            return BillFormat.Cur2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads bills as one: a line met twice is counted once. Every row is a line, another service's, a duplicate, or skipped and named.
    /// </summary>
    /// <param name="tagKeys">Tags to keep beside app, team and environment, in this order.</param>
    /// <exception cref="BillException">A file is no bill, or cannot be read to its end.</exception>
    public static BillReading Read(IReadOnlyList<string> paths, ModelCatalog catalog,
        IReadOnlyDictionary<string, MappedProfile> profiles, IReadOnlyList<string> tagKeys, CancellationToken cancel)
    {
        var collected = new Collected(new(catalog, profiles, tagKeys));
        foreach (var path in paths)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                collected.Read(path, cancel);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new BillException($"{path}: cannot be read ({BillText.Quoted(fault.Message)}). Check the path, or fetch it again.");
            }
        }
        return collected.Reading();
    }

    static bool IsCostExplorer(string head) => head.Contains("\"ResultsByTime\"", StringComparison.Ordinal);

    internal static BillException NotABill(string path) => new(
        $"{path}: not a bill. Accepted are CUR 2.0 and FOCUS 1.0 to 1.3 exports (CSV or Parquet, gzip or plain) and the JSON of "
        + "'aws ce get-cost-and-usage'; see docs/bills.md. For invocation logs run 'assay report PATH'.");

    sealed class Collected(BilledUsage usage)
    {
        readonly List<BillLine> lines = [];
        readonly List<BillLine> duplicates = [];
        readonly List<BillNote> skipped = [];
        readonly List<string> unknown = [];
        readonly HashSet<Guid> seen = [];
        readonly Dictionary<Guid, int> timesInFile = [];
        long otherServices;

        public BillReading Reading() => new()
        {
            Lines = lines, OtherServices = otherServices, Skipped = skipped, Duplicates = duplicates,
            UnknownColumns = [.. unknown.Distinct()],
        };

        public void Read(string path, CancellationToken cancel)
        {
            var look = BillTable.Look(path) ?? throw NotABill(path);
            timesInFile.Clear();
            if (look.File == BillFile.Json) ReadJson(path, look.Head, cancel);
            else ReadTable(path, cancel);
        }

        void ReadJson(string path, string head, CancellationToken cancel)
        {
            if (!IsCostExplorer(head)) throw NotABill(path);
            foreach (var (row, reading, content) in new CostExplorer(usage, path).Read(cancel))
                Add(path, row, reading, () => content);
        }

        void ReadTable(string path, CancellationToken cancel)
        {
            using var table = BillTable.Open(path);
            unknown.AddRange(table.Columns.Unknown);
            LineReader reader = table.Columns.Format == BillFormat.Cur2 ? new CurLines(usage) : new FocusLines(usage);
            var (first, firstDuplicate, firstNote) = (lines.Count, duplicates.Count, skipped.Count);
            long candidates = 0;
            List<BillNote> rejected = [];
            var rows = table.Read(row =>
            {
                candidates++;
                Add(path, row.Number, reader.Read(row), () => string.Join('\u001F', row.All));
            }, rejected, cancel);
            otherServices += rows - candidates - rejected.Count;
            if (rejected.Count > 0)
            {
                // DuckDB numbers the rows it could take; those it could not stand between them.
                long[] gaps = [.. rejected.Select(n => n.Row)];
                for (var i = first; i < lines.Count; i++) lines[i] = lines[i] with { Row = Among(gaps, lines[i].Row) };
                for (var i = firstDuplicate; i < duplicates.Count; i++)
                    duplicates[i] = duplicates[i] with { Row = Among(gaps, duplicates[i].Row) };
                for (var i = firstNote; i < skipped.Count; i++) skipped[i] = skipped[i] with { Row = Among(gaps, skipped[i].Row) };
                skipped.AddRange(rejected);
            }
            if (table.Columns.Has(BillField.End)) return;
            var length = LengthOf(lines.Skip(first));
            for (var i = first; i < lines.Count; i++) lines[i] = WithEnd(lines[i], length);
            for (var i = firstDuplicate; i < duplicates.Count; i++) duplicates[i] = WithEnd(duplicates[i], length);
        }

        static long Among(long[] gaps, long row)
        {
            foreach (var gap in gaps)
            {
                if (gap > row) break;
                row++;
            }
            return row;
        }

        void Add(string path, long row, RowReading reading, Func<string> content)
        {
            if (reading.Fault is { } fault) skipped.Add(new(path, row, fault));
            else if (reading.Line is not { } line) otherServices++;
            else
            {
                var identity = Identity(line, content);
                if (line.Usage is { } used) line = line with { Usage = used with { RequestId = RequestId.Parse(identity.ToString("D")) } };
                (seen.Add(identity) ? lines : duplicates).Add(line);
            }
        }

        // The same line has the same identity in whatever export it is read. An id alone is unique only within one delivery of the
        // report (https://docs.aws.amazon.com/cur/latest/userguide/identity-columns.html), so that time and use belong to it. Rows of
        // a format without ids are told apart by all they say; equal ones of one file stand for themselves, of two files for each other.
        Guid Identity(BillLine line, Func<string> content)
        {
            if (line.Id.Length > 0) return Hash(string.Join('|', line.PayerAccount, line.Period.ToString("yyyy-MM", null), line.Account,
                line.Id, line.Start.ToString("O"), line.UsageType, line.ChargeName));
            var said = Hash(content());
            var times = timesInFile[said] = timesInFile.GetValueOrDefault(said) + 1;
            return times == 1 ? said : Hash($"{said}|{times}");
        }

        static Guid Hash(string text)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
            return new(hash[..16], bigEndian: true);
        }

        // A report may leave the end out; how its lines start tells whether they are of an hour, a day or a month.
        static TimeSpan? LengthOf(IEnumerable<BillLine> lines)
        {
            var isDaily = false;
            foreach (var line in lines)
            {
                if (line.Start.TimeOfDay != TimeSpan.Zero) return TimeSpan.FromHours(1);
                isDaily |= line.Start.Day != 1;
            }
            return isDaily ? TimeSpan.FromDays(1) : null;
        }

        static BillLine WithEnd(BillLine line, TimeSpan? length) =>
            line.End != default ? line : line with { End = length is { } span ? line.Start + span : line.Start.AddMonths(1) };
    }
}
