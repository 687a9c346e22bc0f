using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Gateway.Dialects;

/// <summary>
/// Writes the body of a Converse request. It knows what Converse insists on and the dialects do not: turns alternate, no text is empty,
/// documents have plain names of their own and stand beside a text.
/// </summary>
sealed class ConverseBody
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false };

    readonly ArrayBufferWriter<byte> buffer = new();
    readonly HashSet<string> documents = new(StringComparer.OrdinalIgnoreCase);
    string role = "", openRole = "";
    Node turn;
    bool hasTurns, isDocumentAlone, hasText;

    public ConverseBody() => Json = new(buffer, Options);

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Finish()
    {
        Json.Flush();
        return buffer.WrittenMemory;
    }

    // --- turns ---

    /// <summary>What follows is said by this role. Turns of one role after another become one; a turn without blocks is left out.</summary>
    public void Turn(string by, Node message) => (role, turn) = (by, message);

    public void EndTurns(Node messages)
    {
        CloseTurn();
        if (!hasTurns) throw messages.Fail("holds nothing that is said");
    }

    void Block()
    {
        if (openRole == role) return;
        CloseTurn();
        Json.WriteStartObject();
        Json.WriteString("role", role);
        Json.WriteStartArray("content");
        openRole = role;
        hasTurns = true;
    }

    void CloseTurn()
    {
        if (isDocumentAlone && !hasText)
            throw turn.Fail("ends a turn that holds a document and no text; Converse wants a text beside a document");
        (isDocumentAlone, hasText) = (false, false);
        if (openRole.Length == 0) return;
        Json.WriteEndArray();
        Json.WriteEndObject();
        openRole = "";
    }

    // --- blocks ---

    /// <summary>An empty text is left out: Converse refuses it, and the dialects' SDKs write it beside tool calls.</summary>
    public void Text(Node text)
    {
        if (!text.IsText) _ = text.Text();
        if (text.IsEmptyText) return;
        Block();
        hasText = true;
        Json.WriteStartObject();
        Raw("text", text);
        Json.WriteEndObject();
    }

    /// <summary>Opens <c>{"name":{</c>; the caller writes the members and calls <see cref="CloseBlock"/>.</summary>
    public void OpenBlock(string name)
    {
        Block();
        Json.WriteStartObject();
        Json.WriteStartObject(name);
    }

    public void CloseBlock()
    {
        Json.WriteEndObject();
        Json.WriteEndObject();
    }

    /// <summary>A cache point after what stands before it; nothing where there is no mark, or nothing before it.</summary>
    public void CachePoint(Node marked)
    {
        if (openRole == role && openRole.Length > 0) WriteCachePoint(marked);
    }

    /// <summary>The cache point that an Anthropic <c>cache_control</c> stands for.</summary>
    public void WriteCachePoint(Node marked)
    {
        if (!marked.Find("cache_control", out var control)) return;
        if (control["type"].Text() != "ephemeral") throw control["type"].NoSuch("\"ephemeral\"");
        Json.WriteStartObject();
        Json.WriteStartObject("cachePoint");
        Json.WriteString("type", "default");
        if (control.Find("ttl", out var ttl))
            Json.WriteString("ttl", ttl.Text() is "5m" or "1h" ? ttl.Text() : throw ttl.NoSuch("\"5m\", \"1h\""));
        CloseBlock();
    }

    // --- what blocks hold ---

    /// <param name="mediaType">Such as <c>image/png</c>.</param>
    public void Image(string mediaType, ReadOnlySpan<byte> base64, Node at)
    {
        var format = mediaType switch
        {
            "image/png" => "png",
            "image/jpeg" or "image/jpg" => "jpeg",
            "image/gif" => "gif",
            "image/webp" => "webp",
            _ => throw at.Fail($"is of the type '{Trail.Printable(mediaType)}'; accepted: image/png, image/jpeg, image/gif, image/webp"),
        };
        Json.WriteString("format", format);
        Bytes(base64, at);
    }

    public void Bytes(ReadOnlySpan<byte> base64, Node at)
    {
        if (base64.IsEmpty || !Base64.IsValid(base64)) throw at.Fail("is not base64");
        Json.WriteStartObject("source");
        Json.WriteString("bytes", base64);
        Json.WriteEndObject();
    }

    /// <summary>The head of a document: its format and a name that Converse takes and that no other document of the request has.</summary>
    public void DocumentHead(string format, string? title)
    {
        StringBuilder plain = new();
        foreach (var c in title ?? "")
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '(' or ')' or '[' or ']') plain.Append(c);
            else if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
        var stem = plain.ToString().Trim();
        if (stem.Length == 0) stem = "document";
        if (stem.Length > 190) stem = stem[..190].Trim();
        var name = stem;
        for (var n = 2; !documents.Add(name); n++) name = $"{stem} {n}";
        Json.WriteString("format", format);
        Json.WriteString("name", name);
    }

    public void DocumentStands() => isDocumentAlone = true;

    public void Raw(string name, Node value)
    {
        Json.WritePropertyName(name);
        Json.WriteRawValue(value.Raw, skipInputValidation: true);
    }

    /// <summary><c>inferenceConfig</c>; nothing where none of its members is set.</summary>
    public void Inference(long? maxTokens, decimal? temperature, decimal? topP, IReadOnlyList<string> stops)
    {
        if (maxTokens is null && temperature is null && topP is null && stops.Count == 0) return;
        Json.WriteStartObject("inferenceConfig");
        if (maxTokens is { } max) Json.WriteNumber("maxTokens", max);
        if (temperature is { } t) Json.WriteNumber("temperature", t);
        if (topP is { } p) Json.WriteNumber("topP", p);
        if (stops.Count > 0)
        {
            Json.WriteStartArray("stopSequences");
            foreach (var stop in stops) Json.WriteStringValue(stop);
            Json.WriteEndArray();
        }
        Json.WriteEndObject();
    }

    public void ServiceTier(string? type)
    {
        if (type is null) return;
        Json.WriteStartObject("serviceTier");
        Json.WriteString("type", type);
        Json.WriteEndObject();
    }

    /// <summary><c>outputConfig</c>; nothing where neither is set.</summary>
    /// <param name="schema">The JSON schema; Converse wants it as a text.</param>
    public void Output(Node? schema, string? name, string? description, string? effort)
    {
        if (schema is null && effort is null) return;
        Json.WriteStartObject("outputConfig");
        if (schema is { } form)
        {
            Json.WriteStartObject("textFormat");
            Json.WriteString("type", "json_schema");
            Json.WriteStartObject("structure");
            Json.WriteStartObject("jsonSchema");
            Json.WriteString("schema", form.Raw);
            if (name is not null) Json.WriteString("name", name);
            if (description is not null) Json.WriteString("description", description);
            Json.WriteEndObject();
            CloseBlock();
        }
        if (effort is not null) Json.WriteString("effort", effort);
        Json.WriteEndObject();
    }
}
