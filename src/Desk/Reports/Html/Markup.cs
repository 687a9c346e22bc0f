using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Assay.Desk.Reports.Html;

/// <summary>
/// Writes markup from interpolated strings: the literal parts are markup, every hole is text and is escaped. A value from a log cannot
/// become markup, because nothing here takes a string that is not a literal.
/// </summary>
sealed class Markup(TextWriter html)
{
    // Letters of every script stay readable; what means something to HTML becomes a character reference.
    static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public void Write(MarkupHandler markup) => html.Write(markup.End());

    /// <summary>Writes markup and ends the line, so that the page's source can be read and compared.</summary>
    public void Line(MarkupHandler markup)
    {
        html.Write(markup.End());
        html.Write('\n');
    }

    /// <summary>Escaped text, in which characters that would break the page or turn its direction are shown as U+FFFD.</summary>
    internal static string Escape(string text) => Encoder.Encode(Printable(text));

    static string Printable(string text)
    {
        var first = text.AsSpan().IndexOfAny(Unprintable);
        if (first < 0) return text;
        var clean = new StringBuilder(text);
        for (var i = first; i < clean.Length; i++)
            if (Unprintable.Contains(clean[i])) clean[i] = clean[i] is '\n' or '\t' or '\r' ? ' ' : '\uFFFD';
        return clean.ToString();
    }

    // Control characters are no text in HTML or XML; directional marks could make a name read as another one.
    static readonly System.Buffers.SearchValues<char> Unprintable = System.Buffers.SearchValues.Create(
        [.. new[]
            {
                (0x00, 0x1F), (0x7F, 0x9F), (0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069), (0xFEFF, 0xFEFF),
                (0xFFFE, 0xFFFF),
            }
            .SelectMany(range => Enumerable.Range(range.Item1, range.Item2 - range.Item1 + 1)).Select(c => (char)c)]);
}

/// <summary>A piece of markup made earlier. Its own holes were escaped when it was made.</summary>
readonly struct Fragment
{
    readonly string? markup;

    Fragment(string markup) => this.markup = markup;

    public static readonly Fragment None;
    public static Fragment Of(MarkupHandler markup) => new(markup.End());

    /// <summary>A part of Assay itself, such as its style sheet: never anything that came from outside.</summary>
    public static Fragment OfAsset(string asset) => new(asset);

    public override string ToString() => markup ?? "";
}

/// <summary>Keeps the literals of an interpolated string as they are and escapes what stands in its holes.</summary>
[InterpolatedStringHandler]
readonly struct MarkupHandler
{
    readonly StringBuilder written;

    public MarkupHandler(int literalLength, int formattedCount) => written = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string markup) => written.Append(markup);
    public void AppendFormatted(string? text) => written.Append(Markup.Escape(text ?? ""));
    public void AppendFormatted(long number) => written.Append(CultureInfo.InvariantCulture, $"{number}");
    public void AppendFormatted(Fragment markup) => written.Append(markup.ToString());

    /// <summary>A coordinate or a percentage of a drawing: two decimals are finer than a pixel.</summary>
    public void AppendFormatted(double coordinate) => written.Append(coordinate.ToString("0.##", CultureInfo.InvariantCulture));

    internal string End() => written.ToString();
}
