using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Usage;

/// <summary>
/// The identity of a request: charged once, however often it is read. Lower-case GUIDs, which AWS writes, are kept as 16 bytes and
/// printed from them; any other text is kept beside its 128-bit hash.
/// </summary>
public readonly record struct RequestId
{
    readonly string? text;

    RequestId(UInt128 key, string? text)
    {
        Key = key;
        this.text = text;
    }

    /// <summary>What de-duplication compares.</summary>
    public UInt128 Key { get; }

    public bool Equals(RequestId other) => Key == other.Key;
    public override int GetHashCode() => Key.GetHashCode();
    public override string ToString() => text ?? FromKey(Key).ToString("D");

    /// <summary>An id of which only the key was kept: a GUID. Any other text has to be parsed again.</summary>
    public static RequestId OfGuid(UInt128 key) => new(key, null);

    /// <summary>True when the key says all: the id is printed from it.</summary>
    public bool IsGuid => text is null;

    public static RequestId Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public static RequestId Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == GuidLength && TryGuid(ref MemoryMarshal.GetReference(utf8), out var guid)) return guid;
        // A different seed keeps hashed ids apart from GUIDs, which are their own key.
        return new(XxHash128.HashToUInt128(utf8, seed: 0x4173736179), Encoding.UTF8.GetString(utf8));
    }

    /// <summary>Characters of a GUID with its hyphens.</summary>
    internal const int GuidLength = 36;

    /// <summary>
    /// Reads a lower-case GUID of 36 bytes, all digits at once. Upper-case digits are another spelling, kept as text: false.
    /// </summary>
    internal static bool TryGuid(ref byte text, out RequestId id)
    {
        id = default;
        if (Unsafe.Add(ref text, 8) != '-' || Unsafe.Add(ref text, 13) != '-' || Unsafe.Add(ref text, 18) != '-'
            || Unsafe.Add(ref text, 23) != '-') return false;
        // Three overlapping vectors hold the digits; the hyphens are left out. 255 picks nothing.
        var first = Vector128.LoadUnsafe(ref text);
        var middle = Vector128.LoadUnsafe(ref text, 14);
        var last = Vector128.LoadUnsafe(ref text, 20);
        var high = Vector128.Shuffle(first, Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 255, 255))
            | Vector128.Shuffle(middle, Vector128.Create((byte)255).WithElement(14, (byte)2).WithElement(15, (byte)3));
        var low = Vector128.Shuffle(middle, Vector128.Create((byte)255).WithElement(0, (byte)5))
            | Vector128.Shuffle(last, Vector128.Create((byte)255, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        var digits = Vector256.Create(high, low);
        if ((Between(digits, (byte)'a', (byte)'f') | Between(digits, (byte)'0', (byte)'9')) != Vector256<byte>.AllBitsSet) return false;
        // A letter's low four bits count from one, and its bit 6 is set.
        var letters = (digits.AsUInt16() >> 6 & Vector256.Create((ushort)0x0101)).AsByte();
        var nibbles = (digits & Vector256.Create((byte)0x0F)) + (letters * 9);
        var pairs = nibbles.AsUInt16();
        var bytes = ((pairs & Vector256.Create((ushort)0x00FF)) << 4) | (pairs >> 8);
        var packed = Vector128.Narrow(bytes.GetLower(), bytes.GetUpper()).AsUInt64();
        id = new(new UInt128(BinaryPrimitives.ReverseEndianness(packed[0]), BinaryPrimitives.ReverseEndianness(packed[1])), null);
        return true;
    }

    static Vector256<byte> Between(Vector256<byte> text, byte first, byte last) =>
        Vector256.GreaterThanOrEqual(text, Vector256.Create(first)) & Vector256.LessThanOrEqual(text, Vector256.Create(last));

    static Guid FromKey(UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return new Guid(bytes, bigEndian: true);
    }
}
