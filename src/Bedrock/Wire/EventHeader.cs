using System.Buffers.Binary;

namespace Assay.Bedrock;

/// <summary>The type of a header's value, by its number on the wire.</summary>
public enum EventHeaderType : byte
{
    True = 0,
    False = 1,
    Byte = 2,
    Int16 = 3,
    Int32 = 4,
    Int64 = 5,
    Bytes = 6,
    String = 7,
    Timestamp = 8,
    Uuid = 9,
}

/// <summary>A header of a frame. Its value is left as it stands on the wire, without the length of bytes and strings.</summary>
public readonly ref struct EventHeader
{
    EventHeader(ReadOnlySpan<byte> name, EventHeaderType type, ReadOnlySpan<byte> value)
    {
        Name = name;
        Type = type;
        Value = value;
    }

    public ReadOnlySpan<byte> Name { get; }
    public EventHeaderType Type { get; }
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The value of a whole number, of a truth (1 or 0) or of a time (milliseconds since 1970); null for other types.</summary>
    public long? Number => Type switch
    {
        EventHeaderType.True => 1,
        EventHeaderType.False => 0,
        EventHeaderType.Byte => unchecked((sbyte)Value[0]),
        EventHeaderType.Int16 => BinaryPrimitives.ReadInt16BigEndian(Value),
        EventHeaderType.Int32 => BinaryPrimitives.ReadInt32BigEndian(Value),
        EventHeaderType.Int64 or EventHeaderType.Timestamp => BinaryPrimitives.ReadInt64BigEndian(Value),
        _ => null,
    };

    /// <summary>Reads the header at the start of the bytes, and how many of them it takes.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out EventHeader header, out int length)
    {
        header = default;
        length = 0;
        if (bytes.IsEmpty || bytes[0] == 0 || bytes.Length < bytes[0] + 2) return false;
        var name = bytes.Slice(1, bytes[0]);
        var type = (EventHeaderType)bytes[name.Length + 1];
        var rest = bytes[(name.Length + 2)..];
        var value = type switch
        {
            EventHeaderType.True or EventHeaderType.False => 0,
            EventHeaderType.Byte => 1,
            EventHeaderType.Int16 => 2,
            EventHeaderType.Int32 => 4,
            EventHeaderType.Int64 or EventHeaderType.Timestamp => 8,
            EventHeaderType.Uuid => 16,
            EventHeaderType.Bytes or EventHeaderType.String => rest.Length < 2 ? -1 : BinaryPrimitives.ReadUInt16BigEndian(rest),
            _ => -1,
        };
        var prefix = type is EventHeaderType.Bytes or EventHeaderType.String ? 2 : 0;
        if (value < 0 || rest.Length < prefix + value) return false;
        header = new(name, type, rest.Slice(prefix, value));
        length = name.Length + 2 + prefix + value;
        return true;
    }
}

/// <summary>The headers of a frame, for <c>foreach</c>.</summary>
public ref struct EventHeaders
{
    ReadOnlySpan<byte> rest;
    EventHeader current;

    internal EventHeaders(ReadOnlySpan<byte> headers) => rest = headers;

    public readonly EventHeader Current => current;
    public readonly EventHeaders GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!EventHeader.TryRead(rest, out current, out var length)) return false;
        rest = rest[length..];
        return true;
    }
}
