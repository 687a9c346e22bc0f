using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Metering;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Exchanges;

/// <summary>Bedrock to Bedrock: everything passes as it came but for the model, the limit and the tags.</summary>
sealed class BedrockExchange : Exchange
{
    const string Prefix = "X-Amzn-Bedrock-";
    const string MetadataHeader = "X-Amzn-Bedrock-Request-Metadata";
    const int PathsRemembered = 10_000;

    // Sixteen tags of the longest names and values, and what is around them.
    const int StampMax = 16 * 600;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A header is ASCII.
    static readonly JsonWriterOptions Escaped = new() { Encoder = JavaScriptEncoder.Default };

    static readonly ConcurrentDictionary<(BedrockOperation Operation, string Id), string> Paths = new();

    public override string Path(Passage call) => call.Purpose == Purpose.Guardrail
        ? BedrockPath.Write(call.Operation, call.Asked, call.GuardrailVersion)
        : PathOf(call.Operation, call.Target!.Id);

    /// <summary>The path of an operation on a model; written once.</summary>
    public static string PathOf(BedrockOperation operation, string model)
    {
        if (Paths.TryGetValue((operation, model), out var path)) return path;
        path = BedrockPath.Write(operation, model);
        if (Paths.Count < PathsRemembered) Paths.TryAdd((operation, model), path);
        return path;
    }

    public override Refusal? WriteRequest(Passage call, IHeaderDictionary client, IBufferWriter<byte> body)
    {
        if (call.Purpose is Purpose.Guardrail or Purpose.CountTokens)
        {
            body.Write(call.Body.Span);
            return null;
        }
        if (LimitElsewhere(call) is { } elsewhere) return elsewhere;
        var edits = new BodyEdits();
        if (call.ClampedTo is { } most) Clamp(call, most, edits);
        // A body as long as Bedrock takes has no room for tags; the journal has them all the same.
        if (call.Facts.Metadata.IsNone ? IsConverse(call) && call.Body.Length < Door.Reception.BodyMax - StampMax : true)
            Stamp(call, call.Facts, edits);
        edits.Apply(call.Body.Span, body);
        return null;
    }

    static bool IsConverse(Passage call) => call.Operation is BedrockOperation.Converse or BedrockOperation.ConverseStream;

    // What was checked must be what the model goes by: a server passes over members it does not know.
    static Refusal? LimitElsewhere(Passage call)
    {
        var facts = call.Facts;
        if (facts.MaxTokensValue.IsNone) return null;
        var (holder, name) = LimitName(call);
        if (facts.LimitHolder == holder && (facts.LimitName == name || Synonym(call) == facts.LimitName)) return null;
        var path = holder.Length == 0 ? name : $"{holder}.{name}";
        return Refusal.Wrong($"'{call.Target!.Id}' does not go by '{facts.LimitName}' in this place for the most tokens of its answer; "
            + $"accepted: {path}.") with { Param = facts.LimitName };
    }

    static string Synonym(Passage call) => IsConverse(call) ? "" : call.Target!.Model.Id switch
    {
        var id when id.StartsWith("openai.", StringComparison.Ordinal) => "max_completion_tokens",
        var id when id.StartsWith("amazon.nova", StringComparison.Ordinal) => "maxTokens",
        _ => "",
    };

    static void Clamp(Passage call, long most, BodyEdits edits)
    {
        var (holder, name) = LimitName(call);
        Clamp(call.Facts, holder, name, most, edits);
    }

    /// <summary>Sets the most tokens of an answer of Converse.</summary>
    public static void ClampConverse(CallFacts facts, long most, BodyEdits edits) =>
        Clamp(facts, "inferenceConfig", "maxTokens", most, edits);

    static void Clamp(CallFacts facts, string holder, string name, long most, BodyEdits edits)
    {
        if (!facts.MaxTokensValue.IsNone) edits.Replace(facts.MaxTokensValue, Encoding.UTF8.GetBytes(Invariant(most)));
        else if (holder.Length == 0) edits.Insert(facts.Start, Encoding.UTF8.GetBytes($"\"{name}\":{most}{Comma(facts.IsEmpty)}"));
        else if (facts.ConfigName == holder)
            edits.Insert(facts.ConfigStart, Encoding.UTF8.GetBytes($"\"{name}\":{most}{Comma(facts.ConfigIsEmpty)}"));
        else edits.Insert(facts.Start, Encoding.UTF8.GetBytes($"\"{holder}\":{{\"{name}\":{most}}}{Comma(facts.IsEmpty)}"));
    }

    static string Comma(bool isLast) => isLast ? "" : ",";
    static string Invariant(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // Where each vendor's body says how long an answer may be: the object that holds it, and its name.
    static (string Holder, string Name) LimitName(Passage call)
    {
        if (IsConverse(call)) return ("inferenceConfig", "maxTokens");
        var model = call.Target!.Model.Id;
        var dot = model.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? "" : model[..dot]) switch
        {
            "meta" => ("", "max_gen_len"),
            "amazon" when model.Contains("nova", StringComparison.Ordinal) => ("inferenceConfig", "max_new_tokens"),
            "amazon" => ("textGenerationConfig", "maxTokenCount"),
            _ => ("", "max_tokens"),
        };
    }

    /// <summary>Puts the owner's tags in place of the client's.</summary>
    /// <param name="facts">Of the body that is sent.</param>
    public static void Stamp(Passage call, CallFacts facts, BodyEdits edits)
    {
        // Nothing is asked for, so nothing is answered.
        if (facts.IsEmpty) return;
        var tags = TagsAsJson(call, Plain);
        if (!facts.Metadata.IsNone) edits.Replace(facts.Metadata, tags);
        else edits.Insert(facts.Start, (byte[])[.. "\"requestMetadata\":"u8, .. tags.Span, .. ","u8]);
    }

    static ReadOnlyMemory<byte> TagsAsJson(Passage call, JsonWriterOptions options)
    {
        var text = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(text, options))
        {
            json.WriteStartObject();
            foreach (var (name, value) in JournalLine.Tags(call)) json.WriteString(name, value);
            json.WriteEndObject();
        }
        return text.WrittenMemory;
    }

    public override void WriteHeaders(Passage call, IHeaderDictionary client, HttpRequestHeaders server)
    {
        if (call.IsInvoke)
        {
            foreach (var (name, values) in client)
                if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && values is [{ } value] && Ascii.IsValid(value)
                    && !name.Equals(MetadataHeader, StringComparison.OrdinalIgnoreCase))
                    server.TryAddWithoutValidation(name, value);
        }
        if (call.Operation is BedrockOperation.InvokeModel or BedrockOperation.InvokeModelWithResponseStream)
            server.TryAddWithoutValidation(MetadataHeader, Encoding.ASCII.GetString(TagsAsJson(call, Escaped).Span));
        if (client.Accept is [{ } accept, ..]) server.TryAddWithoutValidation("Accept", accept);
    }

    public override Refusal? ReadWhole(Passage call, HttpResponseMessage response, CallBody body, Answer answer, IBufferWriter<byte> client)
    {
        var usage = answer.Usage;
        if (call.Purpose == Purpose.Guardrail) usage.ReadGuardrail(body.Padded, 0, body.Length);
        else usage.Read(body.Padded, 0, body.Length);
        // Several vendors' bodies count nothing; Bedrock's headers always do.
        usage.Say(Count(response, "Input-Token-Count"), Count(response, "Output-Token-Count"),
            Count(response, "Cache-Read-Input-Token-Count"), Count(response, "Cache-Write-Input-Token-Count"));
        if (call.IsInvoke)
            usage.SayTier(First(response.Headers, Prefix + "Service-Tier"), First(response.Headers, Prefix + "PerformanceConfig-Latency"));
        if (call.Target!.Model.Kind == Usage.ModelKind.OpaqueProfile) answer.ServedModel = PromptRouter.InvokedModel(body.Span);
        answer.IsWhole = true;
        client.Write(body.Span);
        return null;
    }

    static long Count(HttpResponseMessage response, string name) => long.TryParse(First(response.Headers, Prefix + name), out var count)
        ? count
        : -1;

    public override int ReadError(
        Passage call, HttpResponseMessage response, CallBody body, IHeaderDictionary headers, IBufferWriter<byte> client, out string code)
    {
        code = BedrockError.Read(First(response.Headers, BedrockError.TypeHeader), body.Span).Type;
        if (code.Length > 0) headers[BedrockError.TypeHeader] = code;
        client.Write(body.Span);
        return (int)response.StatusCode;
    }

    public override StreamTap Tap(Passage call) => new BedrockTap();
    public override string StreamType => EventStream.ContentType;

    public override void PassHeaders(HttpResponseMessage server, IHeaderDictionary client)
    {
        foreach (var (name, values) in server.Headers.NonValidated)
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                || name.Equals("x-amzn-RequestId", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)) client[name] = values.ToString();
    }

    public override string RequestIdOf(HttpResponseMessage response) => First(response.Headers, "x-amzn-RequestId");
}
