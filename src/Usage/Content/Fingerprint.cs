using System.IO.Hashing;

namespace Assay.Usage;

/// <summary>64-bit fingerprints of bytes as they stand in a log. They say that two texts are equal, never what they were.</summary>
public static class Fingerprint
{
    internal static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>Of two things in this order.</summary>
    public static ulong Mix(ulong first, ulong second)
    {
        unchecked
        {
            var mixed = (first ^ ulong.RotateLeft(second, 29)) * 0x9E37_79B9_7F4A_7C15UL;
            mixed = (mixed ^ (mixed >> 32) ^ second) * 0xD6E8_FEB8_6659_FD93UL;
            return mixed ^ (mixed >> 29);
        }
    }

    /// <summary>Of a tool and what it is called with. White space between the arguments means nothing; nothing is <c>{}</c>.</summary>
    internal static ulong OfCall(ReadOnlySpan<byte> tool, ReadOnlySpan<byte> arguments, ref byte[] scratch)
    {
        if (scratch.Length < arguments.Length) scratch = new byte[arguments.Length * 2];
        var (length, inString, escaped) = (0, false, false);
        foreach (var c in arguments)
        {
            if (!inString && c <= (byte)' ') continue;
            scratch[length++] = c;
            if (c == (byte)'"' && !escaped) inString = !inString;
            escaped = inString && c == (byte)'\\' && !escaped;
        }
        var said = scratch.AsSpan(0, length);
        return Mix(Of(tool), Of(said.IsEmpty ? "{}"u8 : said));
    }
}
