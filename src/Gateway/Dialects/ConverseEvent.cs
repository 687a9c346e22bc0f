using System.Text;
using System.Text.Json;

namespace Assay.Gateway.Dialects;

/// <summary>What an event of ConverseStream says.</summary>
enum ConverseEventKind
{
    Other, MessageStart, ToolStart, Text, ToolInput, Reasoning, Signature, Redacted, BlockStop, MessageStop, Metadata, Fault,
}

/// <summary>
/// One event of ConverseStream, read in place: its texts are the JSON texts of the payload as they stand, quotes and escapes included,
/// so that they go into another dialect's JSON without being unescaped.
/// </summary>
ref struct ConverseEvent
{
    public ConverseEventKind Kind;
    public int Index;

    /// <summary>The delta's text; of a tool's start its id; of a message's stop the reason; of a fault the message.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Of a tool's start, its name.</summary>
    public ReadOnlySpan<byte> Name;

    /// <param name="type">The header <c>:event-type</c>, or <c>:exception-type</c> of a failure.</param>
    public static ConverseEvent Read(ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload)
    {
        ConverseEvent read = new() { Text = "\"\""u8, Name = "\"\""u8 };
        var kind = type.SequenceEqual("contentBlockDelta"u8) || type.SequenceEqual("contentBlockStart"u8) ? ConverseEventKind.Other
            : type.SequenceEqual("contentBlockStop"u8) ? ConverseEventKind.BlockStop
            : type.SequenceEqual("messageStart"u8) ? ConverseEventKind.MessageStart
            : type.SequenceEqual("messageStop"u8) ? ConverseEventKind.MessageStop
            : type.SequenceEqual("metadata"u8) ? ConverseEventKind.Metadata
            : type.EndsWith("Exception"u8) ? ConverseEventKind.Fault
            : ConverseEventKind.Other;
        // Events to come are no fault of ours: what is not known is passed over.
        read.Kind = kind;
        if (kind is ConverseEventKind.MessageStart or ConverseEventKind.Metadata) return read;
        try
        {
            Utf8JsonReader json = new(payload, new() { MaxDepth = 128 });
            if (json.Read() && json.TokenType == JsonTokenType.StartObject) read.ReadObject(ref json, payload, kind, "event"u8);
        }
        catch (JsonException)
        {
            read.Kind = ConverseEventKind.Fault;
            read.Text = "\"Bedrock sent an event that cannot be read.\""u8;
        }
        return read;
    }

    void ReadObject(ref Utf8JsonReader json, ReadOnlySpan<byte> payload, ConverseEventKind kind, ReadOnlySpan<byte> within)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject && Enters(within, name)) ReadObject(ref json, payload, kind, name);
            else if (json.TokenType == JsonTokenType.Number && name.SequenceEqual("contentBlockIndex"u8)) json.TryGetInt32(out Index);
            else if (json.TokenType == JsonTokenType.String)
                Take(within, name, payload.Slice((int)json.TokenStartIndex, json.ValueSpan.Length + 2), kind);
            else json.Skip();
        }
    }

    static bool Enters(ReadOnlySpan<byte> within, ReadOnlySpan<byte> name) => within.SequenceEqual("event"u8)
        ? name.SequenceEqual("delta"u8) || name.SequenceEqual("start"u8)
        : (within.SequenceEqual("delta"u8) || within.SequenceEqual("start"u8))
            && (name.SequenceEqual("toolUse"u8) || name.SequenceEqual("reasoningContent"u8));

    void Take(ReadOnlySpan<byte> within, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, ConverseEventKind kind)
    {
        var found = kind switch
        {
            ConverseEventKind.MessageStop => name.SequenceEqual("stopReason"u8) ? kind : default,
            ConverseEventKind.Fault => name.SequenceEqual("message"u8) ? kind : default,
            _ when within.SequenceEqual("delta"u8) => name.SequenceEqual("text"u8) ? ConverseEventKind.Text : default,
            _ when within.SequenceEqual("toolUse"u8) => name.SequenceEqual("input"u8) ? ConverseEventKind.ToolInput
                : name.SequenceEqual("toolUseId"u8) || name.SequenceEqual("name"u8) ? ConverseEventKind.ToolStart : default,
            _ when within.SequenceEqual("reasoningContent"u8) => name.SequenceEqual("text"u8) ? ConverseEventKind.Reasoning
                : name.SequenceEqual("signature"u8) ? ConverseEventKind.Signature
                : name.SequenceEqual("redactedContent"u8) ? ConverseEventKind.Redacted : default,
            _ => default,
        };
        if (found == default) return;
        Kind = found;
        if (found == ConverseEventKind.ToolStart && name.SequenceEqual("name"u8)) Name = text;
        else Text = text;
    }

    /// <summary>A JSON text as a text; a text that cannot be unescaped as it stands.</summary>
    public static string Unquoted(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            return reader.Read() ? reader.GetString() ?? "" : "";
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Encoding.UTF8.GetString(json);
        }
    }
}
