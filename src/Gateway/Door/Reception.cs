using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Identity;
using Assay.Usage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Assay.Gateway.Door;

/// <summary>Receives a call: what it asks for, whose it is, what its body says.</summary>
static class Reception
{
    /// <summary>What Bedrock takes; the other languages' servers take no more.</summary>
    public const int BodyMax = 25_000_000;

    const int NameMax = 256;

    /// <summary>The key a client sent, in the header its language has for it.</summary>
    public static string SecretOf(IHeaderDictionary headers)
    {
        const string bearer = "Bearer ";
        var authorization = headers.Authorization.ToString();
        if (authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)) return authorization[bearer.Length..].Trim();
        return headers["x-api-key"].ToString();
    }

    public static Refusal? Identify(KeyRing ring, IHeaderDictionary headers, Dialect dialect, DateTime now, out KeyHolder? holder)
    {
        var verdict = ring.Find(SecretOf(headers), now, out holder);
        if (verdict != KeyVerdict.Good)
            return new(RefusalKind.NoKey, "key", verdict switch
            {
                KeyVerdict.Missing =>
                    "No key came with the call. Set AWS_BEARER_TOKEN_BEDROCK, or the key of your OpenAI or Anthropic client, "
                    + "to a key of the gateway ('assay gateway keys create'); signatures of AWS are not taken.",
                KeyVerdict.Expired =>
                    $"Key '{holder!.Key.Name}' has expired. Ask for a new one: 'assay gateway keys rotate {holder.Key.Name}'.",
                KeyVerdict.Revoked => $"Key '{holder!.Key.Name}' was revoked.",
                _ => "The key that came with the call is not one of the gateway's. 'assay gateway keys list' shows which there are.",
            });
        var dialects = holder!.Key.Dialects;
        return dialects.Count == 0 || dialects.Contains(dialect.Name()) ? null
            : Refusal.Forbidden("key",
                $"Key '{holder.Key.Name}' may not use the {dialect.Name()} dialect; it may use {string.Join(", ", dialects)}.");
    }

    static Refusal TooLong =>
        new(RefusalKind.TooLarge, "request", $"The body is longer than {BodyMax:N0} bytes, the most that Bedrock takes.");

    /// <summary>Reads the whole body into the passage.</summary>
    /// <param name="most">What all requests together may hold.</param>
    public static async ValueTask<Refusal?> ReadBody(HttpContext http, Passage call, RequestMemory memory, long most)
    {
        // What says that it is too long is not waited for.
        if (http.Request.ContentLength > BodyMax) return TooLong;
        if (memory.TakeFirst(call, http.Request.ContentLength, most) is { } full) return full;
        var reader = http.Request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(http.RequestAborted).ConfigureAwait(false);
                foreach (var part in read.Buffer)
                {
                    if (call.Body.Length + part.Length > BodyMax) return TooLong;
                    if (memory.Take(call, call.Body.Length + part.Length, most) is { } fuller) return fuller;
                    part.Span.CopyTo(call.Body.GetSpan(part.Length));
                    call.Body.Advance(part.Length);
                }
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return null;
            }
        }
        catch (BadHttpRequestException wrong)
        {
            return Refusal.Wrong($"The request cannot be read: {wrong.Message}");
        }
    }

    /// <summary>Reads what admission needs from body and headers.</summary>
    public static Refusal? Understand(Passage call, IHeaderDictionary headers)
    {
        if (CallScan.Read(call.Body.Span, call.Facts) is { } fault)
            return Refusal.Wrong(char.ToUpperInvariant(fault[0]) + fault[1..] + ".");
        call.WordBytes = call.Body.Length - call.Facts.MediaBytes;
        if (call.Purpose == Purpose.Guardrail) call.Guardrail = call.Asked;
        if (call.Dialect == Dialect.Bedrock && ReadHeaders(call, headers) is { } wrong) return wrong;
        call.Facts.IsGrounded = (call.Facts.HasGuardrail || call.Purpose == Purpose.Guardrail) && MayBeGrounded(call.Body.Span);
        if (call.Dialect != Dialect.Bedrock && NameModel(call) is { } unnamed) return unnamed;
        if (call.Dialect != Dialect.Bedrock && call.Facts.ClientMetadata is { IsNone: false } metadata
            && ClientTags.Read(call.Body.Span.Slice(metadata.Start, metadata.Length)) is { } said) call.ClientTags = ClientTags.Of(said);
        call.Session = Cut(Either(headers["x-assay-session"], ClientTags.SessionOf(call.ClientTags)));
        call.Agent = Cut(Either(headers["x-assay-agent"], ClientTags.AgentOf(call.ClientTags)));
        call.ClientRequestId = Cut(Either(headers["amz-sdk-invocation-id"], headers["x-client-request-id"].ToString()));
        return null;
    }

    static string Either(StringValues header, string otherwise) => header.ToString() is { Length: > 0 } said ? said : otherwise;

    // What is remembered of a call, and written down, is not for its client to make long.
    static string Cut(string text) => text.Length <= NameMax ? text : text[..NameMax];

    // The mark of Converse, and the tag of InvokeModel's prompts.
    static bool MayBeGrounded(ReadOnlySpan<byte> body) =>
        body.IndexOf("grounding_source"u8) >= 0 || body.IndexOf("groundingSource"u8) >= 0 || HidesLetters(body);

    // No client writes a letter as an escape; who does may hide a word from whoever looks for it.
    static bool HidesLetters(ReadOnlySpan<byte> body)
    {
        const int length = 6;
        while (body.IndexOf("\\u00"u8) is >= 0 and var at && at + length <= body.Length)
        {
            if (Utf8Parser.TryParse(body.Slice(at + 4, 2), out byte letter, out _, 'x')
                && (char.IsAsciiLetter((char)letter) || letter == '_')) return true;
            body = body[(at + length)..];
        }
        return false;
    }

    // OpenAI and Anthropic name the model in the body, and ask for a stream there.
    static Refusal? NameModel(Passage call)
    {
        var facts = call.Facts;
        if (facts.Model.IsNone || facts.Model.Length is 0 or > BedrockPath.ModelIdMax)
            return Refusal.Wrong("'model' is missing; accepted: the name or id of a model.") with { Param = "model" };
        if (TextOf(call, facts.Model) is not { } asked)
            return Refusal.Wrong("'model' is no Unicode; accepted: the name or id of a model.") with { Param = "model" };
        call.Asked = asked;
        if (facts.Streams && call.Purpose == Purpose.Answer) call.Operation = BedrockOperation.ConverseStream;
        return null;
    }

    // A text as it is meant: its quotes stand around it, and escapes in it. Null where it is no Unicode.
    static string? TextOf(Passage call, Stretch text)
    {
        if (text.IsNone) return "";
        try
        {
            var reader = new Utf8JsonReader(call.Body.Span.Slice(text.Start - 1, text.Length + 2));
            reader.Read();
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    static string Versioned(string? guardrail, string? version) =>
        guardrail is null or "" || version is null or "" ? guardrail ?? "" : $"{guardrail}:{version}";

    static Refusal? ReadHeaders(Passage call, IHeaderDictionary headers)
    {
        var facts = call.Facts;
        if (!facts.Metadata.IsNone)
        {
            if (ClientTags.Read(call.Body.Span.Slice(facts.Metadata.Start, facts.Metadata.Length)) is not { } tags)
                return Refusal.Wrong("'requestMetadata' is not an object of texts.");
            call.ClientTags = tags;
        }
        else if (call.IsInvoke && headers["X-Amzn-Bedrock-Request-Metadata"].ToString() is { Length: > 0 } metadata)
        {
            if (ClientTags.Read(Encoding.UTF8.GetBytes(metadata)) is not { } tags)
                return Refusal.Wrong("The header 'X-Amzn-Bedrock-Request-Metadata' is not an object of texts.");
            call.ClientTags = tags;
        }
        return call.IsInvoke ? ReadInvokeHeaders(call, headers) : ReadConverse(call);
    }

    // Each operation has one place for its settings; what stands elsewhere no server reads, so it is not read here, and not sent on.
    static Refusal? ReadConverse(Passage call)
    {
        var facts = call.Facts;
        if (facts.Guardrail.IsNone) return null;
        call.Guardrail = Versioned(TextOf(call, facts.Guardrail), TextOf(call, facts.GuardrailVersion));
        return null;
    }

    static Refusal? ReadInvokeHeaders(Passage call, IHeaderDictionary headers)
    {
        var facts = call.Facts;
        foreach (var (name, values) in headers)
            if (name.StartsWith("X-Amzn-Bedrock-", StringComparison.OrdinalIgnoreCase)
                && !name.EndsWith("Metadata", StringComparison.OrdinalIgnoreCase)
                && (values.Count > 1 || values[0]!.Contains(',', StringComparison.Ordinal)))
                return Refusal.Wrong($"The header '{name}' has several values; accepted: one.");
        var guardrail = headers["X-Amzn-Bedrock-GuardrailIdentifier"].ToString();
        facts.HasGuardrail = guardrail.Length > 0;
        call.Guardrail = Versioned(guardrail, headers["X-Amzn-Bedrock-GuardrailVersion"].ToString());
        var tier = headers["X-Amzn-Bedrock-Service-Tier"].ToString();
        var latency = headers["X-Amzn-Bedrock-PerformanceConfig-Latency"].ToString();
        switch (tier)
        {
            case "flex": facts.Tier = Tier.Flex; break;
            case "priority": facts.Tier = Tier.Priority; break;
            case "" or "default" or "reserved": break;
            default: return Refusal.Wrong($"'{tier}' is not a service tier; accepted: default, priority, flex, reserved.");
        }
        if (latency is not ("" or "standard" or "optimized"))
            return Refusal.Wrong($"'{latency}' is not a latency; accepted: standard, optimized.");
        if (latency == "optimized" && facts.Tier != Tier.Standard) return Refusal.Wrong("Two tiers are asked for; accepted: one.");
        if (latency == "optimized") facts.Tier = Tier.LatencyOptimized;
        return null;
    }
}
