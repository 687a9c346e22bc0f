using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Usage;

/// <summary>What a text is made of, as far as its bytes tell: writing that is not ASCII, and figures and signs, take more tokens.</summary>
static class TextClasses
{
    const int Whole = byte.MaxValue;

    // Of a long text one stretch in eight tells as much as all of them.
    const int Long = 1024, Stride = 8;

    /// <summary>Of 255 bytes, how many are no ASCII, and how many are ASCII but neither letters nor spaces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (byte Foreign, byte Dense) Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return default;
        var (foreign, words, at) = (0L, 0L, 0);
        var (seen, step) = (0, Vector256<byte>.Count * (text.Length > Long ? Stride : 1));
        for (; at + Vector256<byte>.Count <= text.Length; at += step)
        {
            seen += Vector256<byte>.Count;
            var bytes = Vector256.Create(text.Slice(at, Vector256<byte>.Count));
            foreign += BitOperations.PopCount(bytes.ExtractMostSignificantBits());
            var place = (bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a');
            var letters = Vector256.LessThan(place, Vector256.Create((byte)26));
            var isWord = letters | Vector256.Equals(bytes, Vector256.Create((byte)' '));
            words += BitOperations.PopCount(isWord.ExtractMostSignificantBits());
        }
        for (; at < text.Length; at++)
        {
            var c = text[at];
            seen++;
            if (c >= 0x80) foreign++;
            else if (char.IsAsciiLetter((char)c) || c == ' ') words++;
        }
        return (Share(foreign, seen), Share(seen - foreign - words, seen));
    }

    static byte Share(long count, int of) => (byte)((count * Whole + of / 2) / of);
}
