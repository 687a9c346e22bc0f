using System.Text;

namespace Assay.Usage.Logs;

/// <summary>
/// JSON spread over lines, as jq, the AWS CLI and people write it: makes one line of each value, chunk by chunk, so that it is read
/// like a log. Line ends within a value become vertical tabs: blanks to JSON, and still to be counted.
/// </summary>
struct PrettyPrinted
{
    /// <summary>Stands for a line end within a value.</summary>
    public const byte FoldedEnd = 0x0B;

    int depth;
    bool isText, isEscaped;

    /// <summary>True when a content opens with a bracket on a line of its own, as no log of one record a line does.</summary>
    public static bool Starts(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(Encoding.UTF8.Preamble)) start = start[3..];
        var end = start.IndexOf((byte)'\n');
        return end > 0 && start[..end].Trim(" \t\r"u8) is [(byte)'{' or (byte)'['];
    }

    /// <summary>Takes the next bytes of the content and folds the line ends within values.</summary>
    public void Fold(Span<byte> chunk)
    {
        foreach (ref var c in chunk)
        {
            if (isEscaped) isEscaped = false;
            else if (c == (byte)'\n')
            {
                // No string goes on in the next line: a broken one must not swallow the rest of the file.
                isText = false;
                if (depth > 0) c = FoldedEnd;
            }
            else if (isText) (isText, isEscaped) = (c != (byte)'"', c == (byte)'\\');
            else if (c == (byte)'"') isText = true;
            else if (c is (byte)'{' or (byte)'[') depth++;
            else if (c is (byte)'}' or (byte)']' && depth > 0) depth--;
        }
    }
}
