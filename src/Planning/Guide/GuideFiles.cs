using System.Globalization;

namespace Assay.Planning;

/// <summary>Reads the tables of the guide's claims and inputs. Lines starting with <c>#</c> are notes; no field holds a comma.</summary>
public static class GuideFiles
{
    const string ClaimsHeader = "id,topic,statement,claimed,to,unit,kind,precision";
    const string InputsHeader = "key,value,to,unit,what";

    const NumberStyles Plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;

    static readonly string[] Kinds = ["figure", "floor", "ceiling"];

    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="FormatException">The first line that is not a claim, with its number.</exception>
    public static IReadOnlyList<GuideClaim> Claims(TextReader text, string file) =>
        [.. Rows(text, file, ClaimsHeader).Select(row => new GuideClaim(row.Fields[0], row.Fields[1], row.Fields[2], row.Extent(3, 4),
            row.Fields[5], row.Kind(6), row.Fields[7].Length == 0 ? null : row.Number(7)))];

    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="FormatException">The first line that is not an input, with its number.</exception>
    public static StatedInputs Inputs(TextReader text, string file) =>
        new(Rows(text, file, InputsHeader).Select(row => new StatedInput(row.Fields[0], row.Extent(1, 2), row.Fields[3], row.Fields[4])));

    static IEnumerable<Row> Rows(TextReader text, string file, string header)
    {
        var (number, sawHeader) = (0, false);
        var lineOf = new Dictionary<string, int>(StringComparer.Ordinal);
        while (text.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (!sawHeader)
            {
                sawHeader = line == header ? true : throw Row.Wrong(file, number, $"the first line must be the header '{header}'");
                continue;
            }
            var row = new Row(file, number, line.Split(','));
            var expected = header.Count(c => c == ',') + 1;
            if (row.Fields.Length != expected)
                throw Row.Wrong(file, number, $"{row.Fields.Length} fields where {expected} are expected ({header})");
            if (!lineOf.TryAdd(row.Fields[0], number))
                throw Row.Wrong(file, number, $"'{row.Fields[0]}' stands on line {lineOf[row.Fields[0]]} already");
            yield return row;
        }
        if (!sawHeader) throw Row.Wrong(file, 1, $"the file is empty; its first line must be the header '{header}'");
    }

    readonly record struct Row(string File, int Line, string[] Fields)
    {
        public Extent Extent(int from, int to) =>
            Fields[to].Length == 0 ? Planning.Extent.Of(Number(from))
            : Number(from) <= Number(to) ? Planning.Extent.Between(Number(from), Number(to))
            : throw Wrong(File, Line, $"the range from '{Fields[from]}' to '{Fields[to]}' runs backwards");

        public decimal Number(int field) =>
            decimal.TryParse(Fields[field], Plain, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Wrong(File, Line, $"'{Fields[field]}' is not a number; write a plain decimal such as 0.27");

        public ClaimKind Kind(int field) => Array.IndexOf(Kinds, Fields[field]) is >= 0 and var kind
            ? (ClaimKind)kind
            : throw Wrong(File, Line, $"'{Fields[field]}' is not a kind of claim; accepted: {string.Join(", ", Kinds)}");

        public static FormatException Wrong(string file, int line, string what) =>
            new($"{file}:{line}: {what}. Fix the line; 'assay guide' reads the table again.");
    }
}
