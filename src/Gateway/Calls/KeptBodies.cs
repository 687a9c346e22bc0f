using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Gateway.Calls;

/// <summary>
/// What was sent to a server and what it answered, for a journal that keeps prompts. A line of the journal is one line of JSON, so breaks
/// between members become spaces, and what is no JSON is left out.
/// </summary>
sealed class KeptBodies : IDisposable
{
    /// <summary>Both bodies together: readers take lines of up to 16 MB, and a line says more than its bodies.</summary>
    public const int BytesMax = 15 * 1024 * 1024;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly CallBody sent = new();
    readonly CallBody answer = new();
    bool isCut;

    /// <summary>The body sent; empty where it is too long.</summary>
    public ReadOnlyMemory<byte> Sent => sent.Length <= BytesMax ? sent.Memory : default;

    /// <summary>The whole answer, or the array of a stream's events; empty where there is none, or no room for it.</summary>
    public ReadOnlyMemory<byte> Answer => IsAnswerTooLong || !IsJson(answer.Span) ? default : answer.Memory;

    /// <summary>What was left out for its length, in words; null for nothing.</summary>
    public string? LeftOut => sent.Length > BytesMax ? "request and answer" : IsAnswerTooLong ? "answer" : null;

    bool IsAnswerTooLong => isCut || sent.Length + answer.Length > BytesMax;

    /// <summary>Takes what is sent; of several tries the last.</summary>
    public void TakeRequest(ReadOnlySpan<byte> body)
    {
        sent.Clear();
        answer.Clear();
        Write(sent, body);
    }

    public void TakeAnswer(ReadOnlySpan<byte> body) => Write(answer, body);

    /// <summary>Takes an event of a stream.</summary>
    /// <param name="type">Under which it stands in Bedrock's streams; empty where the event says so itself.</param>
    public void TakeEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload)
    {
        isCut |= answer.Length + payload.Length > BytesMax;
        if (isCut) return;
        answer.Write(answer.Length == 0 ? "["u8 : ","u8);
        if (type.IsEmpty) Write(answer, payload);
        else WriteNamed(type, payload);
    }

    // Bedrock pads its events with a member that means nothing.
    void WriteNamed(ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload)
    {
        using var json = new Utf8JsonWriter(answer, Plain);
        var reader = new Utf8JsonReader(payload);
        using var members = JsonDocument.ParseValue(ref reader);
        json.WriteStartObject();
        json.WriteStartObject(type);
        foreach (var member in members.RootElement.EnumerateObject())
            if (!member.NameEquals("p"u8)) member.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void EndEvents()
    {
        if (answer.Length > 0) answer.Write("]"u8);
    }

    static void Write(CallBody into, ReadOnlySpan<byte> json)
    {
        var room = into.GetSpan(json.Length)[..json.Length];
        json.CopyTo(room);
        // Within a text of JSON they cannot stand as they are.
        room.Replace((byte)'\n', (byte)' ');
        room.Replace((byte)'\r', (byte)' ');
        into.Advance(json.Length);
    }

    static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
            }
            return text.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        sent.Dispose();
        answer.Dispose();
    }
}
