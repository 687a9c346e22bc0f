using System.Buffers.Binary;
using System.IO.Hashing;
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

    public static RequestId Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public static RequestId Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 36 && TryCanonicalGuid(utf8, out var key)) return new(key, null);
        // A different seed keeps hashed ids apart from GUIDs, which are their own key.
        return new(XxHash128.HashToUInt128(utf8, seed: 0x4173736179), Encoding.UTF8.GetString(utf8));
    }

    // The 32 digits without their hyphens, decoded a vector at a time. Upper-case digits are another spelling, kept as text.
    static bool TryCanonicalGuid(ReadOnlySpan<byte> utf8, out UInt128 key)
    {
        key = default;
        if (utf8[8] != '-' || utf8[13] != '-' || utf8[18] != '-' || utf8[23] != '-') return false;
        Span<byte> digits = stackalloc byte[32];
        utf8[..8].CopyTo(digits);
        utf8[9..13].CopyTo(digits[8..]);
        utf8[14..18].CopyTo(digits[12..]);
        utf8[19..23].CopyTo(digits[16..]);
        utf8[24..36].CopyTo(digits[20..]);
        var text = Vector256.Create<byte>(digits);
        if ((Between(text, (byte)'a', (byte)'f') | Between(text, (byte)'0', (byte)'9')) != Vector256<byte>.AllBitsSet) return false;
        Span<byte> bytes = stackalloc byte[16];
        if (Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        key = BinaryPrimitives.ReadUInt128BigEndian(bytes);
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
