using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Exchanges;

/// <summary>OpenAI to an OpenAI-compatible server, Anthropic to Anthropic: what passes is only the model's name and the limit.</summary>
sealed class SameLanguageExchange(UpstreamKind kind) : Exchange
{
    // Everything of the caller's but what is between it and the gateway: addresses, keys, cookies, lengths.
    static readonly string[] Passed = ["anthropic-", "openai-", "x-stainless-", "user-agent", "accept"];

    static readonly string[] Returned =
        ["anthropic-", "openai-", "x-ratelimit-", "request-id", "x-request-id", "x-should-retry", "retry-after"];

    public override string Path(Passage call) => (kind, call.Purpose) switch
    {
        (UpstreamKind.OpenAi, Purpose.Embedding) => "/v1/embeddings",
        (UpstreamKind.OpenAi, _) => "/v1/chat/completions",
        (_, Purpose.CountTokens) => "/v1/messages/count_tokens",
        _ => "/v1/messages",
    };

    public override Refusal? WriteRequest(Passage call, IHeaderDictionary client, IBufferWriter<byte> body)
    {
        var facts = call.Facts;
        // What was checked must be what the server goes by.
        if (!facts.MaxTokensValue.IsNone && !(facts.LimitHolder.Length == 0 && (facts.LimitName == "max_tokens"
            || (kind == UpstreamKind.OpenAi && facts.LimitName == "max_completion_tokens"))))
            return Refusal.Wrong($"'{facts.LimitName}' does not limit the answer; accepted: max_tokens.") with { Param = facts.LimitName };
        var edits = new BodyEdits();
        if (call.Target!.Id != call.Asked) edits.Replace(facts.Model, JsonEncodedText.Encode(call.Target.Id).EncodedUtf8Bytes.ToArray());
        if (call.ClampedTo is { } most)
        {
            var number = Encoding.UTF8.GetBytes(most.ToString(CultureInfo.InvariantCulture));
            if (!facts.MaxTokensValue.IsNone) edits.Replace(facts.MaxTokensValue, number);
            else edits.Insert(facts.Start, (byte[])[.. "\""u8, .. LimitName(call), .. "\":"u8, .. number, .. ","u8]);
        }
        call.WantsUsage = AsksUsage(call);
        // A stream that does not say what it used cannot be charged.
        if (kind == UpstreamKind.OpenAi && call.Streams && !call.WantsUsage)
        {
            if (facts.StreamOptions.IsNone) edits.Insert(facts.Start, "\"stream_options\":{\"include_usage\":true},"u8.ToArray());
            else edits.Replace(facts.StreamOptions, "{\"include_usage\":true}"u8.ToArray());
        }
        edits.Apply(call.Body.Span, body);
        return null;
    }

    static bool AsksUsage(Passage call) => !call.Facts.StreamOptions.IsNone
        && call.Body.Span.Slice(call.Facts.StreamOptions.Start, call.Facts.StreamOptions.Length).IndexOf("true"u8) > 0;

    // OpenAI's own newer models know the longer name alone; servers that speak its language know the shorter one.
    static ReadOnlySpan<byte> LimitName(Passage call) =>
        call.Target!.Upstream.Address.Contains("api.openai.com", StringComparison.Ordinal) ? "max_completion_tokens"u8 : "max_tokens"u8;

    public override void WriteHeaders(Passage call, IHeaderDictionary client, HttpRequestHeaders server)
    {
        foreach (var (name, values) in client)
            if (Array.Exists(Passed, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase))
                && !name.Equals("accept-encoding", StringComparison.OrdinalIgnoreCase))
                server.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
    }

    public override Refusal? ReadWhole(Passage call, HttpResponseMessage response, CallBody body, Answer answer, IBufferWriter<byte> client)
    {
        answer.Usage.Read(body.Padded, 0, body.Length);
        answer.IsWhole = true;
        client.Write(body.Span);
        return null;
    }

    public override int ReadError(
        Passage call, HttpResponseMessage response, CallBody body, IHeaderDictionary headers, IBufferWriter<byte> client, out string code)
    {
        code = $"Http{(int)response.StatusCode}";
        client.Write(body.Span);
        return (int)response.StatusCode;
    }

    public override StreamTap Tap(Passage call) =>
        new EventTap(kind, dropsUsage: kind == UpstreamKind.OpenAi && !call.WantsUsage);

    public override string StreamType => "text/event-stream; charset=utf-8";

    public override void PassHeaders(HttpResponseMessage server, IHeaderDictionary client)
    {
        foreach (var (name, values) in server.Headers.NonValidated)
            if (Array.Exists(Returned, r => name.StartsWith(r, StringComparison.OrdinalIgnoreCase))) client[name] = values.ToString();
    }

    public override string RequestIdOf(HttpResponseMessage response) =>
        First(response.Headers, "x-request-id") is { Length: > 0 } id ? id : First(response.Headers, "request-id");
}
