using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>A kind of error of the runtime: its name, its HTTP status, and how a stream names it.</summary>
public sealed class BedrockError
{
    public static readonly BedrockError Validation = new("ValidationException", 400);
    public static readonly BedrockError ServiceQuotaExceeded = new("ServiceQuotaExceededException", 400);
    public static readonly BedrockError Conflict = new("ConflictException", 400);
    public static readonly BedrockError Serialization = new("SerializationException", 400);

    /// <summary>Also a refusal of budget or ceiling: SDKs retry 429 and 5xx, and nothing gets cheaper by asking again.</summary>
    public static readonly BedrockError AccessDenied = new("AccessDeniedException", 403);

    public static readonly BedrockError UnrecognizedClient = new("UnrecognizedClientException", 403);
    public static readonly BedrockError MissingAuthenticationToken = new("MissingAuthenticationTokenException", 403);
    public static readonly BedrockError InvalidSignature = new("InvalidSignatureException", 403);
    public static readonly BedrockError ExpiredToken = new("ExpiredTokenException", 403);
    public static readonly BedrockError ResourceNotFound = new("ResourceNotFoundException", 404);
    public static readonly BedrockError UnknownOperation = new("UnknownOperationException", 404);
    public static readonly BedrockError ModelTimeout = new("ModelTimeoutException", 408);
    public static readonly BedrockError RequestTooLarge = new("RequestEntityTooLargeException", 413);
    public static readonly BedrockError ModelError = new("ModelErrorException", 424);
    public static readonly BedrockError ModelStreamError = new("ModelStreamErrorException", 424);
    public static readonly BedrockError Throttling = new("ThrottlingException", 429);
    public static readonly BedrockError ModelNotReady = new("ModelNotReadyException", 429);
    public static readonly BedrockError InternalServer = new("InternalServerException", 500);
    public static readonly BedrockError ServiceUnavailable = new("ServiceUnavailableException", 503);

    public static readonly IReadOnlyList<BedrockError> All =
    [
        Validation, ServiceQuotaExceeded, Conflict, Serialization, AccessDenied, UnrecognizedClient, MissingAuthenticationToken,
        InvalidSignature, ExpiredToken, ResourceNotFound, UnknownOperation, ModelTimeout, RequestTooLarge, ModelError, ModelStreamError,
        Throttling, ModelNotReady, InternalServer, ServiceUnavailable,
    ];

    public const string TypeHeader = "x-amzn-ErrorType";

    static readonly FrozenDictionary<string, BedrockError>.AlternateLookup<ReadOnlySpan<char>> ByName =
        All.ToFrozenDictionary(e => e.Name, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    readonly byte[] streamName;

    BedrockError(string name, int status)
    {
        (Name, Status) = (name, status);
        streamName = Encoding.ASCII.GetBytes(char.ToLowerInvariant(name[0]) + name[1..]);
    }

    /// <summary>As the header says it: <c>ThrottlingException</c>.</summary>
    public string Name { get; }

    public int Status { get; }

    /// <summary>As a frame's <c>:exception-type</c> says it: <c>throttlingException</c>.</summary>
    public ReadOnlySpan<byte> StreamName => streamName;

    /// <summary>AWS SDKs try again by themselves after this error.</summary>
    public bool IsRetried => Status is 429 or >= 500 || this == ModelTimeout;

    public override string ToString() => Name;

    /// <summary>
    /// The error of a name in any of its forms: as a header, as a stream says it, with a namespace before (<c>…#</c>) or an address
    /// behind (<c>:http…</c>). Null when the name is not known.
    /// </summary>
    public static BedrockError? Find(ReadOnlySpan<char> name) => ByName.TryGetValue(Bare(name), out var error) ? error : null;

    public static BedrockError? Find(ReadOnlySpan<byte> name)
    {
        Span<char> chars = stackalloc char[128];
        return name.Length <= chars.Length ? Find(chars[..Encoding.Latin1.GetChars(name, chars)]) : null;
    }

    // As AWS writes it: an apostrophe is one, and no escape.
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>{"message":"…"}</c>.</summary>
    public static void WriteBody(IBufferWriter<byte> output, string message)
    {
        using var json = new Utf8JsonWriter(output, Plain);
        json.WriteStartObject();
        json.WriteString("message"u8, message);
        json.WriteEndObject();
    }

    /// <summary>What an error answer says: its type from the header, or else from the body; its message from the body.</summary>
    /// <returns>An empty type or message where the answer has none; a body that is not JSON has neither.</returns>
    public static (string Type, string Message) Read(string? typeHeader, ReadOnlySpan<byte> body)
    {
        var (type, message) = (typeHeader, "");
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return (new(Bare(type)), "");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMessage = reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("Message"u8);
                var isType = reader.ValueTextEquals("__type"u8) || reader.ValueTextEquals("code"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && isMessage) message = reader.GetString()!;
                else if (reader.TokenType == JsonTokenType.String && isType) type ??= reader.GetString();
                else reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A proxy's page, or an answer that was cut off: what was read until here stands.
        }
        return (new(Bare(type)), message);
    }

    static ReadOnlySpan<char> Bare(ReadOnlySpan<char> name)
    {
        var colon = name.IndexOf(':');
        if (colon >= 0) name = name[..colon];
        return name[(name.LastIndexOf('#') + 1)..];
    }
}
