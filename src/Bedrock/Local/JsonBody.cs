using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>A body read member by member; it says what AWS says when something is not what it must be.</summary>
ref struct JsonBody
{
    readonly ReadOnlySpan<byte> bytes;
    Utf8JsonReader reader;

    public JsonBody(ReadOnlySpan<byte> bytes)
    {
        this.bytes = bytes;
        reader = new(bytes);
        if (bytes.IsEmpty || !reader.Read()) throw LocalRefusalException.Invalid("The request body is empty.");
    }

    public readonly bool IsString => reader.TokenType == JsonTokenType.String;
    public readonly bool IsObject => reader.TokenType == JsonTokenType.StartObject;

    /// <summary>Enters the object the body stands on.</summary>
    public readonly void Object(string member)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong(member, "an object");
    }

    /// <summary>Enters the array the body stands on.</summary>
    public readonly void Array(string member)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong(member, "a list");
    }

    /// <summary>Goes to the next member's name; false at the end of the object.</summary>
    public bool Member() => reader.Read() && reader.TokenType != JsonTokenType.EndObject;

    /// <summary>Goes to the next item; false at the end of the array.</summary>
    public bool Item() => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>Whether the member has this name; if so, the body stands on its value.</summary>
    public bool Named(ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    public readonly bool Is(ReadOnlySpan<byte> text) => IsString && reader.ValueTextEquals(text);

    public readonly string Text(string member) => IsString ? reader.GetString()! : throw Wrong(member, "a string");

    public readonly int Integer(string member) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : throw Wrong(member, "a whole number");

    /// <summary>Passes over the value (or the member and its value) and returns its bytes.</summary>
    public ReadOnlySpan<byte> Skip()
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return bytes[start..(int)reader.BytesConsumed];
    }

    public readonly string MemberName() => reader.GetString()!;

    /// <summary>Goes from a member's name to its value.</summary>
    public void Value() => reader.Read();

    /// <summary>The string's bytes as they stand, with escapes.</summary>
    public readonly ReadOnlySpan<byte> Raw => reader.ValueSpan;

    /// <summary>How many bytes of UTF-8 the string has, however it was escaped.</summary>
    public readonly int Utf8Length(string member)
    {
        if (!IsString) throw Wrong(member, "a string");
        if (!reader.ValueIsEscaped) return reader.ValueSpan.Length;
        var room = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        var length = reader.CopyString(room);
        ArrayPool<byte>.Shared.Return(room);
        return length;
    }

    /// <summary>After the last value: nothing may follow.</summary>
    public void End() => reader.Read();

    static LocalRefusalException Wrong(string member, string kind) =>
        new(BedrockError.Serialization, $"The value at '{member}' is not {kind}.");
}
