using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Assay.Usage;

namespace Assay.Gateway.Calls;

/// <summary>
/// Finds what admission needs in a body, in one pass that builds nothing: the same member names serve Converse, the bodies of
/// InvokeModel, OpenAI and Anthropic, since none of them means two things. What it does not know it passes over.
/// </summary>
ref partial struct CallScan
{
    // No body of a model needs more; the reader itself would go to 64.
    const int DepthMax = 60;

    readonly ReadOnlySpan<byte> body;
    readonly CallFacts facts;
    Utf8JsonReader json;
    string? fault;

    CallScan(ReadOnlySpan<byte> body, CallFacts facts)
    {
        this.body = body;
        this.facts = facts;
        json = new(body, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <returns>What is wrong with the body; null where it can be sent.</returns>
    public static string? Read(ReadOnlySpan<byte> body, CallFacts facts)
    {
        facts.Reset();
        var scan = new CallScan(body, facts);
        try
        {
            return scan.Root();
        }
        catch (JsonException broken)
        {
            return $"the body is not JSON: {Words(broken)}";
        }
        catch (InvalidOperationException)
        {
            return "a name in the body is no Unicode";
        }
    }

    static string Words(JsonException broken)
    {
        var end = broken.Message.IndexOf(" LineNumber", StringComparison.Ordinal);
        return $"{(end < 0 ? broken.Message : broken.Message[..end]).TrimEnd('.')} (byte {broken.BytePositionInLine} of line "
            + $"{broken.LineNumber + 1})";
    }

    string? Root()
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return "the body is not a JSON object";
        facts.Start = (int)json.BytesConsumed;
        facts.IsEmpty = true;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            facts.IsEmpty = false;
            Member();
            if (fault is not null) return fault;
        }
        return json.Read() ? "something stands after the body's object" : null;
    }

    void Member()
    {
        var name = json.HasValueSequence || json.ValueIsEscaped ? Unescaped() : json.ValueSpan;
        // Of two members of one name nobody knows which a server takes, and what is checked must be what is sent.
        if (!facts.AddMember(XxHash3.HashToUInt64(name)))
        {
            fault = $"'{Encoding.UTF8.GetString(name[..Math.Min(name.Length, 60)])}' is said twice, or the body has too many members; "
                + $"accepted: each once, up to {CallFacts.MembersMax}";
            return;
        }
        switch (name.Length)
        {
            case 5 when name.SequenceEqual("model"u8): Value(); facts.Model = Once(facts.Model, "model", Text()); break;
            case 8 when name.SequenceEqual("messages"u8): Value(); Messages(); break;
            case 8 when name.SequenceEqual("metadata"u8): Value(); facts.ClientMetadata = Skip(); break;
            case 6 when name.SequenceEqual("system"u8): Value(); Content(isUser: false); break;
            case 5 when name.SequenceEqual("tools"u8): Value(); Tools(); break;
            case 10 when name.SequenceEqual("toolConfig"u8): Value(); ToolConfig(); break;
            case 15 when name.SequenceEqual("inferenceConfig"u8): Value(); Limits(isInferenceConfig: true); break;
            case 20 when name.SequenceEqual("textGenerationConfig"u8): Value(); Limits(isInferenceConfig: false); break;
            case 6 when name.SequenceEqual("stream"u8): Value(); facts.Streams = json.TokenType == JsonTokenType.True; Skip(); break;
            case 14 when name.SequenceEqual("stream_options"u8): Value(); facts.StreamOptions = Skip(); break;
            case 15 when name.SequenceEqual("requestMetadata"u8): Value(); Metadata(); break;
            case 15 when name.SequenceEqual("guardrailConfig"u8): Value(); GuardrailConfig(); break;
            case 11 when name.SequenceEqual("serviceTier"u8):
            case 12 when name.SequenceEqual("service_tier"u8): Value(); ServiceTier(); break;
            case 17 when name.SequenceEqual("performanceConfig"u8): Value(); Performance(); break;
            case 13 when name.SequenceEqual("cache_control"u8): Value(); CachePoint(); break;
            case 6 when name.SequenceEqual("prompt"u8):
            case 9 when name.SequenceEqual("inputText"u8):
                Value();
                if (Text() is { IsNone: false } words) facts.LastUserText = words;
                else Skip();
                break;
            case 10 when name.SequenceEqual("inputImage"u8): Value(); Media(Text()); break;
            case 1 or 7 or 10 or 15 when MemberNames.IsChoices(name): Choices(Encoding.UTF8.GetString(name)); break;
            case 11 when name.SequenceEqual("mcp_servers"u8):
            case 18 when name.SequenceEqual("web_search_options"u8): facts.RunsAtServer = true; Value(); Skip(); break;
            case 21 when name.SequenceEqual("imageGenerationConfig"u8): Value(); Pictures(); break;
            case 28 when name.SequenceEqual("additionalModelRequestFields"u8): Value(); Other(refusesLimit: true); break;
            default:
                var limit = MemberNames.Limit(name);
                Value();
                if (limit is not null) MaxTokens("", limit);
                else Other();
                break;
        }
    }

    // The limit that is checked must be the one that counts: of two, nobody knows which a server takes.
    void MaxTokens(string holder, string name)
    {
        var (isNull, wasNull) = (json.TokenType == JsonTokenType.Null, !facts.MaxTokensValue.IsNone && facts.MaxTokens < 0);
        var isSame = (facts.LimitHolder, facts.LimitName) == (holder, name);
        if (!facts.MaxTokensValue.IsNone && (isSame || !(isNull || wasNull)))
        {
            fault = "the most tokens of the answer are said twice; accepted: once";
            return;
        }
        if (isNull)
        {
            // Nothing is said, but a limit of ours must stand in this place: beside it the server might go by this one.
            if (facts.MaxTokensValue.IsNone) Limit(holder, name);
            return;
        }
        if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out var most) || most < 1)
        {
            fault = $"'{Shown()}' is not a number of tokens; accepted: a whole number of at least 1";
            return;
        }
        facts.MaxTokens = most;
        Limit(holder, name);
    }

    readonly void Limit(string holder, string name)
    {
        facts.MaxTokensValue = new((int)json.TokenStartIndex, json.ValueSpan.Length);
        (facts.LimitHolder, facts.LimitName) = (holder, name);
    }

    Stretch Once(Stretch before, string what, Stretch now)
    {
        if (!before.IsNone) fault = $"'{what}' is said twice; accepted: once";
        else if (now.IsNone) fault = $"'{what}' is not a text";
        return now;
    }

    void Limits(bool isInferenceConfig)
    {
        var holder = isInferenceConfig ? "inferenceConfig" : "textGenerationConfig";
        if (!IsObject(holder)) return;
        if (facts.ConfigStart >= 0) { fault = "'inferenceConfig' and 'textGenerationConfig' are both there; accepted: one"; return; }
        (facts.ConfigName, facts.ConfigStart, facts.ConfigIsEmpty) = (holder, (int)json.BytesConsumed, true);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            facts.ConfigIsEmpty = false;
            var limit = MemberNames.Limit(Name());
            Value();
            if (limit is not null) MaxTokens(holder, limit);
            else Skip();
            if (fault is not null) return;
        }
    }

    // What is no object would be passed over here, and may mean something to a server.
    bool IsObject(string name)
    {
        if (json.TokenType == JsonTokenType.StartObject) return true;
        fault = $"'{name}' is not an object";
        return false;
    }

    void Tools()
    {
        if (json.TokenType != JsonTokenType.StartArray) { Skip(); return; }
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            facts.Tools++;
            if (json.TokenType != JsonTokenType.StartObject) { Skip(); continue; }
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = Name();
                if (name.SequenceEqual("systemTool"u8)) facts.RunsAtServer = true;
                var caches = name.SequenceEqual("cachePoint"u8) || name.SequenceEqual("cache_control"u8);
                var isType = name.SequenceEqual("type"u8);
                Value();
                if (caches) CachePoint();
                else if (isType) ToolType();
                else Skip();
            }
        }
    }

    // Tools with types of their own bring long instructions; those that run at the server bring what they find.
    readonly void ToolType()
    {
        if (json.TokenType != JsonTokenType.String) return;
        var type = json.ValueIsEscaped ? Unescaped() : json.ValueSpan;
        if (MemberNames.IsServerTool(type)) facts.RunsAtServer = true;
        else if (!type.SequenceEqual("function"u8) && !type.SequenceEqual("custom"u8)) facts.TypedTools++;
    }

    void ToolConfig()
    {
        if (json.TokenType != JsonTokenType.StartObject) { Skip(); return; }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isTools = Name().SequenceEqual("tools"u8);
            Value();
            if (isTools) Tools();
            else Skip();
        }
    }

    void CachePoint()
    {
        if (json.TokenType != JsonTokenType.StartObject) { Skip(); return; }
        facts.CachePoints++;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isTtl = Name().SequenceEqual("ttl"u8);
            Value();
            if (isTtl && json.TokenType == JsonTokenType.String && !json.ValueTextEquals("5m"u8)) facts.CachesAnHour = true;
            Skip();
        }
    }

    void Metadata()
    {
        if (!facts.Metadata.IsNone) fault = "'requestMetadata' is said twice; accepted: once";
        else if (json.TokenType != JsonTokenType.StartObject) fault = "'requestMetadata' is not an object";
        else facts.Metadata = Skip();
    }

    void GuardrailConfig()
    {
        facts.HasGuardrail = true;
        if (!IsObject("guardrailConfig")) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name();
            Value();
            if (name.SequenceEqual("guardrailIdentifier"u8)) facts.Guardrail = Once(facts.Guardrail, "guardrailIdentifier", Text());
            else if (name.SequenceEqual("guardrailVersion"u8))
                facts.GuardrailVersion = Once(facts.GuardrailVersion, "guardrailVersion", Text());
            else Skip();
        }
    }

    void ServiceTier()
    {
        if (json.TokenType == JsonTokenType.StartObject)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isType = Name().SequenceEqual("type"u8);
                Value();
                if (isType) TierName();
                Skip();
            }
        }
        else
        {
            TierName();
        }
    }

    void TierName()
    {
        if (json.TokenType != JsonTokenType.String) return;
        if (json.ValueTextEquals("flex"u8)) Ask(Tier.Flex);
        else if (json.ValueTextEquals("priority"u8)) Ask(Tier.Priority);
    }

    // A call has one price: of two tiers nobody knows which is served.
    void Ask(Tier tier)
    {
        if (facts.Tier != Tier.Standard && facts.Tier != tier) fault = "two tiers are asked for; accepted: one";
        facts.Tier = tier;
    }

    void Performance()
    {
        if (!IsObject("performanceConfig")) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isLatency = Name().SequenceEqual("latency"u8);
            Value();
            if (isLatency && json.TokenType == JsonTokenType.String && json.ValueTextEquals("optimized"u8))
                Ask(Tier.LatencyOptimized);
            Skip();
        }
    }

    void Choices(string name)
    {
        const int most = 1_000;
        Value();
        var count = Count(1, name);
        if (facts.Choices > most / count) fault = $"more than {most:N0} answers are asked for at once; accepted: fewer";
        else facts.Choices *= count;
    }

    // How many answers, or pictures, are asked for.
    int Count(int otherwise, string what)
    {
        if (json.TokenType == JsonTokenType.Null) return otherwise;
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var count) && count is >= 1 and <= 1_000) return count;
        fault = $"'{Shown()}' is not accepted for '{what}'; accepted: a whole number from 1 to 1,000";
        return otherwise;
    }

    void Pictures()
    {
        if (json.TokenType != JsonTokenType.StartObject) { Skip(); return; }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isCount = Name().SequenceEqual("numberOfImages"u8);
            Value();
            if (isCount) facts.Pictures = Math.Max(facts.Pictures, Count(1, "numberOfImages"));
            else Skip();
            if (fault is not null) return;
        }
    }

    // Of what is not known, cache points and things that lie elsewhere still count, however deep they stand.
    void Other(bool refusesLimit = false)
    {
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            var name = Name();
            if (refusesLimit && json.CurrentDepth == depth + 1 && MemberNames.IsChoices(name))
            {
                fault = $"'{Encoding.UTF8.GetString(name)}' asks for more answers where they are not counted; accepted: one answer a call";
                return;
            }
            if (refusesLimit && MemberNames.Limit(name) is not null)
            {
                fault = $"'{Encoding.UTF8.GetString(name)}' stands where it would count instead of the limit that is checked; "
                    + "accepted: inferenceConfig.maxTokens";
                return;
            }
            if (name.SequenceEqual("cachePoint"u8) || name.SequenceEqual("cache_control"u8)) { Value(); CachePoint(); }
            else if (refusesLimit && name.SequenceEqual("tools"u8)) { Value(); Tools(); }
            else if (refusesLimit && name.SequenceEqual("mcp_servers"u8)) { facts.RunsAtServer = true; }
            else if (name.SequenceEqual("s3Location"u8)) { facts.Unbounded++; }
            else if (name.SequenceEqual("image"u8)) { facts.Images++; }
            else if (name.SequenceEqual("document"u8) || name.SequenceEqual("video"u8)) { facts.Unbounded++; }
        }
    }

    // Where the value stands, brackets included; a text without its quotes is Text's.
    Stretch Skip()
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return new(start, (int)json.BytesConsumed - start);
    }

    readonly Stretch Text() => json.TokenType == JsonTokenType.String
        ? new((int)json.TokenStartIndex + 1, json.ValueSpan.Length)
        : Stretch.None;

    void Value() => json.Read();

    readonly ReadOnlySpan<byte> Name() => json.ValueIsEscaped ? Unescaped() : json.ValueSpan;

    readonly ReadOnlySpan<byte> Unescaped() => Encoding.UTF8.GetBytes(json.GetString() ?? "");

    readonly string Shown()
    {
        var text = Encoding.UTF8.GetString(body.Slice((int)json.TokenStartIndex, (int)json.BytesConsumed - (int)json.TokenStartIndex));
        return text.Length > 40 ? text[..40] + "…" : text;
    }
}
