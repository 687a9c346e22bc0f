namespace Assay.Usage.Logs;

/// <summary>
/// What a response body says about money: token counts, cache lifetimes, served tier, guardrail units. Read from Converse answers,
/// from answers of InvokeModel in each vendor's spelling, and from streams logged as an array of events. -1 means not said.
/// </summary>
struct BodyUsage
{
    public long Input, Output, CacheRead, CacheWrite;
    public long Write5m, Write30m, Write1h;
    public long GuardrailContent, GuardrailTopic, GuardrailSensitive, GuardrailGrounding, GuardrailReasoning;

    /// <summary>Guardrail units of images: the service charges them, but no meter of ours counts them.</summary>
    public long GuardrailImages;

    public int Images;
    public Tier Tier;

    /// <summary>Served from reserved tokens per minute: the hours are charged, not the tokens.</summary>
    public bool IsReserved;
    public Name? StopReason;

    public static readonly BodyUsage Unsaid = new()
    {
        Input = -1, Output = -1, CacheRead = -1, CacheWrite = -1, Write5m = -1, Write30m = -1, Write1h = -1,
    };

    public readonly bool HasTtl => (Write5m & Write30m & Write1h) != -1;
}

/// <summary>Walks a response body. Prose is skipped; only the members that carry money are read.</summary>
static class BodyReader
{
    // Usage stands at most three objects deep; a line of nothing but opening braces must not exhaust the stack.
    public const int DepthMax = 6;

    /// <summary>Below a guardrail's trace, objects and lists are looked into this many deep.</summary>
    public const int AssessmentsMax = 6;

    /// <summary>Reads an <c>outputBodyJson</c>: an object, or an array of stream events whose last word counts.</summary>
    public static bool Read(ref JsonScanner json, ref BodyUsage body, NameTable names)
    {
        switch (json.Peek())
        {
            case (byte)'{':
                return ReadObject(ref json, ref body, names, depth: 0);
            case (byte)'[':
                json.EnterArray();
                var first = true;
                while (json.NextElement(ref first))
                    if (!(json.Peek() == (byte)'{' ? ReadObject(ref json, ref body, names, depth: 0) : json.Skip())) return false;
                return json.Fault is null;
            default:
                return json.Skip();
        }
    }

    /// <summary>Reads the answer of ApplyGuardrail: its units stand in <c>usage</c> itself.</summary>
    public static bool ReadGuardrail(ref JsonScanner json, ref BodyUsage body)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var isUsage = name.SequenceEqual("usage"u8) && json.Peek() == (byte)'{';
            if (!(isUsage ? SumUnits(ref json, ref body) : json.Skip())) return false;
        }
        return json.Fault is null;
    }

    static bool ReadObject(ref JsonScanner json, ref BodyUsage body, NameTable names, int depth)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
            if (!ReadMember(ref json, name, ref body, names, depth)) return false;
        return json.Fault is null;
    }

    static bool ReadMember(ref JsonScanner json, ReadOnlySpan<byte> name, ref BodyUsage body, NameTable names, int depth)
    {
        switch (name.Length)
        {
            case 5 when name.SequenceEqual("usage"u8):
                return json.Peek() == (byte)'{' ? ReadUsage(ref json, ref body) : json.Skip();
            case 5 when name.SequenceEqual("trace"u8):
            case 20 when name.SequenceEqual("amazon-bedrock-trace"u8):
                return json.Peek() == (byte)'{' ? ReadTrace(ref json, ref body) : json.Skip();
            case 8 when name.SequenceEqual("metadata"u8):       // ConverseStream's last event
            case 7 when name.SequenceEqual("message"u8):        // Claude's message_start
            case 11 when name.SequenceEqual("messageStop"u8):
            case 5 when name.SequenceEqual("delta"u8):
                return json.Peek() == (byte)'{' && depth < DepthMax ? ReadObject(ref json, ref body, names, depth + 1) : json.Skip();
            case 10 when name.SequenceEqual("stopReason"u8):
            case 11 when name.SequenceEqual("stop_reason"u8):
                return ReadStopReason(ref json, ref body, names);
            case 11 when name.SequenceEqual("serviceTier"u8):
            case 12 when name.SequenceEqual("service_tier"u8):
                return ReadTier(ref json, ref body);
            case 17 when name.SequenceEqual("performanceConfig"u8):
                return ReadPerformance(ref json, ref body);
            case 32 when name.SequenceEqual("amazon-bedrock-invocationMetrics"u8):
                return json.Peek() == (byte)'{' ? ReadUsage(ref json, ref body) : json.Skip();
            case 19 when name.SequenceEqual("inputTextTokenCount"u8): // Titan embeddings
                return Count(ref json, "inputTextTokenCount", ref body.Input);
            case 18 when name.SequenceEqual("prompt_token_count"u8): // Llama
                return Count(ref json, "prompt_token_count", ref body.Input);
            case 22 when name.SequenceEqual("generation_token_count"u8):
                return Count(ref json, "generation_token_count", ref body.Output);
            case 6 when name.SequenceEqual("images"u8):
            case 9 when name.SequenceEqual("artifacts"u8):
                return ReadImages(ref json, ref body);
            default:
                return json.Skip();
        }
    }

    // The same five counters in the spellings of Converse, Claude, Nova and the OpenAI family.
    static bool ReadUsage(ref JsonScanner json, ref BodyUsage body)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var good = name.Length switch
            {
                11 when name.SequenceEqual("inputTokens"u8) => Count(ref json, "usage.inputTokens", ref body.Input),
                12 when name.SequenceEqual("outputTokens"u8) => Count(ref json, "usage.outputTokens", ref body.Output),
                20 when name.SequenceEqual("cacheReadInputTokens"u8) => Count(ref json, "usage.cacheReadInputTokens", ref body.CacheRead),
                21 when name.SequenceEqual("cacheWriteInputTokens"u8) =>
                    Count(ref json, "usage.cacheWriteInputTokens", ref body.CacheWrite),
                12 when name.SequenceEqual("cacheDetails"u8) => ReadCacheDetails(ref json, ref body),
                12 when name.SequenceEqual("input_tokens"u8) => Count(ref json, "usage.input_tokens", ref body.Input),
                13 when name.SequenceEqual("output_tokens"u8) => Count(ref json, "usage.output_tokens", ref body.Output),
                23 when name.SequenceEqual("cache_read_input_tokens"u8) =>
                    Count(ref json, "usage.cache_read_input_tokens", ref body.CacheRead),
                27 when name.SequenceEqual("cache_creation_input_tokens"u8) =>
                    Count(ref json, "usage.cache_creation_input_tokens", ref body.CacheWrite),
                14 when name.SequenceEqual("cache_creation"u8) => ReadCacheCreation(ref json, ref body),
                12 when name.SequenceEqual("service_tier"u8) => ReadTier(ref json, ref body),
                13 when name.SequenceEqual("prompt_tokens"u8) => Count(ref json, "usage.prompt_tokens", ref body.Input),
                17 when name.SequenceEqual("completion_tokens"u8) => Count(ref json, "usage.completion_tokens", ref body.Output),
                21 when name.SequenceEqual("prompt_tokens_details"u8) => ReadPromptDetails(ref json, ref body),
                15 when name.SequenceEqual("inputTokenCount"u8) => Count(ref json, "inputTokenCount", ref body.Input),
                16 when name.SequenceEqual("outputTokenCount"u8) => Count(ref json, "outputTokenCount", ref body.Output),
                24 when name.SequenceEqual("cacheReadInputTokenCount"u8) =>
                    Count(ref json, "cacheReadInputTokenCount", ref body.CacheRead),
                25 when name.SequenceEqual("cacheWriteInputTokenCount"u8) =>
                    Count(ref json, "cacheWriteInputTokenCount", ref body.CacheWrite),
                _ => json.Skip(),
            };
            if (!good) return false;
        }
        return json.Fault is null;
    }

    // Converse: "cacheDetails":[{"ttl":"1h","inputTokens":1190}]
    static bool ReadCacheDetails(ref JsonScanner json, ref BodyUsage body)
    {
        if (json.Peek() != (byte)'[') return json.Skip();
        body.Write5m = body.Write30m = body.Write1h = -1;
        json.EnterArray();
        var firstElement = true;
        while (json.NextElement(ref firstElement))
        {
            if (json.Peek() != (byte)'{') { if (!json.Skip()) return false; continue; }
            json.EnterObject();
            var first = true;
            ReadOnlySpan<byte> ttl = default;
            long tokens = -1;
            while (json.NextMember(ref first, out var name))
            {
                var good = name.SequenceEqual("ttl"u8) ? json.TakeText(out ttl)
                    : name.SequenceEqual("inputTokens"u8) ? Count(ref json, "cacheDetails.inputTokens", ref tokens)
                    : json.Skip();
                if (!good) return false;
            }
            if (json.Fault is not null || tokens < 0) continue;
            if (ttl.SequenceEqual("5m"u8)) Add(ref body.Write5m, tokens);
            else if (ttl.SequenceEqual("30m"u8)) Add(ref body.Write30m, tokens);
            else if (ttl.SequenceEqual("1h"u8)) Add(ref body.Write1h, tokens);
        }
        return json.Fault is null;
    }

    // Claude: "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":1190}
    static bool ReadCacheCreation(ref JsonScanner json, ref BodyUsage body)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var good = name.SequenceEqual("ephemeral_5m_input_tokens"u8) ? Count(ref json, "ephemeral_5m_input_tokens", ref body.Write5m)
                : name.SequenceEqual("ephemeral_30m_input_tokens"u8) ? Count(ref json, "ephemeral_30m_input_tokens", ref body.Write30m)
                : name.SequenceEqual("ephemeral_1h_input_tokens"u8) ? Count(ref json, "ephemeral_1h_input_tokens", ref body.Write1h)
                : json.Skip();
            if (!good) return false;
        }
        return json.Fault is null;
    }

    static bool ReadPromptDetails(ref JsonScanner json, ref BodyUsage body)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
            if (!(name.SequenceEqual("cached_tokens"u8) ? Count(ref json, "cached_tokens", ref body.CacheRead) : json.Skip())) return false;
        return json.Fault is null;
    }

    static bool ReadStopReason(ref JsonScanner json, ref BodyUsage body, NameTable names)
    {
        if (json.Peek() != (byte)'"') return json.Skip();
        if (!json.TakeText(out var text)) return false;
        if (names.TryGet(text, ref body.StopReason, out var reason)) body.StopReason = reason;
        return true;
    }

    // Served tier: {"type":"flex"} from Converse, "flex" from others. The default tier has several names and needs none.
    static bool ReadTier(ref JsonScanner json, ref BodyUsage body)
    {
        ReadOnlySpan<byte> tier = default;
        if (json.Peek() == (byte)'{')
        {
            json.EnterObject();
            var first = true;
            while (json.NextMember(ref first, out var name))
                if (!(name.SequenceEqual("type"u8) ? json.TakeText(out tier) : json.Skip())) return false;
        }
        else if (!json.TakeText(out tier)) return false;
        if (tier.SequenceEqual("flex"u8)) body.Tier = Tier.Flex;
        else if (tier.SequenceEqual("priority"u8)) body.Tier = Tier.Priority;
        else if (tier.SequenceEqual("reserved"u8)) body.IsReserved = true;
        return json.Fault is null;
    }

    static bool ReadPerformance(ref JsonScanner json, ref BodyUsage body)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            ReadOnlySpan<byte> latency = default;
            if (!(name.SequenceEqual("latency"u8) ? json.TakeText(out latency) : json.Skip())) return false;
            if (latency.SequenceEqual("optimized"u8)) body.Tier = Tier.LatencyOptimized;
        }
        return json.Fault is null;
    }

    static bool ReadImages(ref JsonScanner json, ref BodyUsage body)
    {
        if (json.Peek() != (byte)'[') return json.Skip();
        json.EnterArray();
        var first = true;
        var images = 0;
        while (json.NextElement(ref first))
        {
            images++;
            if (!json.Skip()) return false;
        }
        body.Images = images;
        return json.Fault is null;
    }

    static bool ReadTrace(ref JsonScanner json, ref BodyUsage body)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var isGuardrail = name.SequenceEqual("guardrail"u8);
            if (!(isGuardrail ? SumAssessments(ref json, ref body, depth: 0) : json.Skip())) return false;
        }
        return json.Fault is null;
    }

    // Units stand in invocationMetrics.usage of every assessment: of each guardrail, on the input and on each output.
    static bool SumAssessments(ref JsonScanner json, ref BodyUsage body, int depth)
    {
        var first = true;
        switch (json.Peek())
        {
            case (byte)'{' when depth < AssessmentsMax:
                json.EnterObject();
                while (json.NextMember(ref first, out var name))
                {
                    var good = name.SequenceEqual("invocationMetrics"u8) && json.Peek() == (byte)'{'
                        ? SumMetrics(ref json, ref body)
                        : SumAssessments(ref json, ref body, depth + 1);
                    if (!good) return false;
                }
                return json.Fault is null;
            case (byte)'[' when depth < AssessmentsMax:
                json.EnterArray();
                while (json.NextElement(ref first))
                    if (!SumAssessments(ref json, ref body, depth + 1)) return false;
                return json.Fault is null;
            default:
                return json.Skip();
        }
    }

    static bool SumMetrics(ref JsonScanner json, ref BodyUsage body)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var isUsage = name.SequenceEqual("usage"u8) && json.Peek() == (byte)'{';
            if (!(isUsage ? SumUnits(ref json, ref body) : json.Skip())) return false;
        }
        return json.Fault is null;
    }

    static bool SumUnits(ref JsonScanner json, ref BodyUsage body)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var good = name.Length switch
            {
                18 when name.SequenceEqual("contentPolicyUnits"u8) => Sum(ref json, "contentPolicyUnits", ref body.GuardrailContent),
                16 when name.SequenceEqual("topicPolicyUnits"u8) => Sum(ref json, "topicPolicyUnits", ref body.GuardrailTopic),
                31 when name.SequenceEqual("sensitiveInformationPolicyUnits"u8) =>
                    Sum(ref json, "sensitiveInformationPolicyUnits", ref body.GuardrailSensitive),
                30 when name.SequenceEqual("contextualGroundingPolicyUnits"u8) =>
                    Sum(ref json, "contextualGroundingPolicyUnits", ref body.GuardrailGrounding),
                29 when name.SequenceEqual("automatedReasoningPolicyUnits"u8) =>
                    Sum(ref json, "automatedReasoningPolicyUnits", ref body.GuardrailReasoning),
                23 when name.SequenceEqual("contentPolicyImageUnits"u8) =>
                    Sum(ref json, "contentPolicyImageUnits", ref body.GuardrailImages),
                _ => json.Skip(),
            };
            if (!good) return false;
        }
        return json.Fault is null;
    }

    static bool Count(ref JsonScanner json, string member, ref long into)
    {
        if (!json.TakeCount(member, out var count)) return false;
        // In a stream the last word counts, but a null does not unsay an earlier figure.
        if (count >= 0) into = count;
        return true;
    }

    static bool Sum(ref JsonScanner json, string member, ref long into)
    {
        if (!json.TakeCount(member, out var count)) return false;
        if (count > 0) into += count;
        return true;
    }

    static void Add(ref long into, long tokens) => into = into < 0 ? tokens : into + tokens;
}
