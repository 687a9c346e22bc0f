using System.Buffers.Binary;
using System.IO.Hashing;
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

    static bool TryCanonicalGuid(ReadOnlySpan<byte> utf8, out UInt128 key)
    {
        key = default;
        if (utf8[8] != '-' || utf8[13] != '-' || utf8[18] != '-' || utf8[23] != '-') return false;
        UInt128 value = 0;
        for (var i = 0; i < 36; i++)
        {
            if (i is 8 or 13 or 18 or 23) continue;
            var c = utf8[i];
            int digit;
            if (c is >= (byte)'0' and <= (byte)'9') digit = c - '0';
            else if (c is >= (byte)'a' and <= (byte)'f') digit = c - 'a' + 10;
            else return false;
            value = (value << 4) | (uint)digit;
        }
        key = value;
        return true;
    }

    static Guid FromKey(UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return new Guid(bytes, bigEndian: true);
    }
}
