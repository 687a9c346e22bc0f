using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Usage.Logs;

/// <summary>What a value on a line means to a record. <see cref="None"/> is prose and everything else without money.</summary>
enum Field : ushort
{
    None, Time, RequestId, SchemaType, Account, Identity, Region, Operation, Model, ErrorCode,
    App, Application, Team, Env, Environment,
    Input, Output, CacheRead, CacheWrite,
    BodyInput, BodyOutput, BodyCacheRead, BodyCacheWrite, CacheTtl, CacheTtlTokens, Write5m, Write30m, Write1h,
    StopReason, ServiceTier, Latency,
    GuardrailContent, GuardrailTopic, GuardrailSensitive, GuardrailGrounding, GuardrailReasoning, GuardrailImages,

    /// <summary>The first of the tag keys the reader was asked to keep; the others follow.</summary>
    FirstTag,
}

/// <summary>
/// The text of a line that its neighbours share: all but its values. A service writes its records with one program, so most lines
/// have the shape of a line before; comparing the shared text proves it, and then every value is known by its place, without a look
/// at a single member name. A line of another shape is read member by member, as the first of its shape was.
/// </summary>
sealed class LineShape
{
    /// <summary>Lines with more values than this (vectors, long conversations) are read member by member.</summary>
    const int ValuesMax = 128;

    // Deeper than any record of the service; the walk is recursive, and a line may hold anything.
    const int DepthMax = 16;

    readonly List<byte> text = [];
    readonly List<Value> values = [];
    byte[] shared = [];
    Value[] slots = [];
    int depth, bodies, assessments, cacheDetails, length;

    /// <summary>A value, and where the text before it lies in <see cref="shared"/>.</summary>
    public readonly record struct Value(int TextStart, int TextLength, bool IsString, Field Field);

    LineShape() { }

    public ReadOnlySpan<Value> Values => slots;
    public ReadOnlySpan<byte> TextOf(in Value value) => shared.AsSpan(value.TextStart, value.TextLength);

    /// <summary>True when the text before a value stands at a place of a line. The line must be readable for 32 bytes beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasTextAt(in Value value, ref byte line, int at)
    {
        ref var own = ref MemoryMarshal.GetArrayDataReference(shared);
        var (start, left) = (value.TextStart, value.TextLength);
        while (left > 0)
        {
            var (ours, theirs) = (Vector256.LoadUnsafe(ref own, (nuint)start), Vector256.LoadUnsafe(ref line, (nuint)at));
            var differs = ~Vector256.Equals(ours, theirs).ExtractMostSignificantBits();
            if (left < 32) return (differs << (32 - left)) == 0;
            if (differs != 0) return false;
            (start, at, left) = (start + 32, at + 32, left - 32);
        }
        return true;
    }

    /// <summary>What stands after the last value.</summary>
    public ReadOnlySpan<byte> Tail => shared.AsSpan(TailStart, length - TailStart);

    int TailStart => slots.Length == 0 ? 0 : slots[^1].TextStart + slots[^1].TextLength;

    /// <summary>How many values, from the first, two shapes have in common with the text before them.</summary>
    public int CommonWith(LineShape other)
    {
        var count = Math.Min(slots.Length, other.slots.Length);
        for (var i = 0; i < count; i++)
            if (slots[i] != other.slots[i] || !TextOf(slots[i]).SequenceEqual(other.TextOf(other.slots[i]))) return i;
        return count;
    }

    /// <summary>The shape of a line that gave one record, or null when the line is of a kind that must be read member by member.</summary>
    public static LineShape? Learn(ReadOnlySpan<byte> buffer, int start, int end, byte[][] tagKeys)
    {
        var json = new JsonScanner(buffer, start, end);
        var shape = new LineShape();
        var taken = start;
        if (!shape.Object(ref json, buffer, ref taken, Place.Root, tagKeys) || !json.AtEnd) return null;
        shape.text.AddRange(buffer[taken..end]);
        shape.shared = [.. shape.text, .. new byte[JsonScanner.Padding]];
        shape.length = shape.text.Count;
        shape.slots = [.. shape.values];
        return shape;
    }

    // Where in a record the walk is: it decides what a member of a name means.
    enum Place : byte
    {
        Root, Identity, Metadata, Input, Output, Answer, Body, Usage, CacheDetails, CacheCreation, PromptDetails, Tier, Performance,
        Trace, Assessments, Metrics, Units, Elsewhere,
    }

    bool Object(ref JsonScanner json, ReadOnlySpan<byte> buffer, ref int taken, Place place, byte[][] tagKeys)
    {
        if (++depth > DepthMax) return false;
        place = Enter(place, isObject: true);
        var (firstValue, first) = (values.Count, true);
        var names = new HashSet<string>(StringComparer.Ordinal);
        json.EnterObject();
        while (json.NextMember(ref first, out var name))
        {
            // Of a member named twice the readers of members weigh the last, and each of them in its own way.
            if (place != Place.Elsewhere && !names.Add(Encoding.Latin1.GetString(name))) return false;
            var (inner, field, isKnown) = Meaning(place, name, tagKeys);
            if (!isKnown || (inner == Place.CacheDetails && !IsFirstOfLifetimes())) return false;
            // A lifetime speaks for the tokens after it in the same detail, and for no others.
            if (field == Field.CacheTtlTokens && (values.Count == firstValue || values[^1].Field != Field.CacheTtl)) return false;
            var good = json.Peek() switch
            {
                (byte)'{' => Object(ref json, buffer, ref taken, InObject(inner), tagKeys),
                (byte)'[' => Array(ref json, buffer, ref taken, InArray(inner), tagKeys),
                _ => Scalar(ref json, buffer, ref taken, field),
            };
            if (!good) return false;
        }
        Leave(place, isObject: true);
        return json.Fault is null;
    }

    bool Array(ref JsonScanner json, ReadOnlySpan<byte> buffer, ref int taken, Place place, byte[][] tagKeys)
    {
        if (++depth > DepthMax) return false;
        place = Enter(place, isObject: false);
        json.EnterArray();
        var first = true;
        while (json.NextElement(ref first))
        {
            var good = json.Peek() switch
            {
                (byte)'{' => Object(ref json, buffer, ref taken, place, tagKeys),
                (byte)'[' => Array(ref json, buffer, ref taken, place == Place.Assessments ? place : Place.Elsewhere, tagKeys),
                _ => Scalar(ref json, buffer, ref taken, Field.None),
            };
            if (!good) return false;
        }
        Leave(place, isObject: false);
        return json.Fault is null;
    }

    // The readers of members pass over what lies too deep, so there it means nothing here either.
    Place Enter(Place place, bool isObject)
    {
        if (place == Place.Body && isObject && bodies++ > BodyReader.DepthMax) { bodies--; return Place.Elsewhere; }
        if (place == Place.Assessments && assessments++ >= BodyReader.AssessmentsMax) { assessments--; return Place.Elsewhere; }
        return place;
    }

    void Leave(Place place, bool isObject)
    {
        depth--;
        if (place == Place.Body && isObject) bodies--;
        if (place == Place.Assessments) assessments--;
    }

    // Details take the place of every lifetime said before them.
    bool IsFirstOfLifetimes() =>
        ++cacheDetails == 1 && !values.Exists(v => v.Field is Field.Write5m or Field.Write30m or Field.Write1h);

    // What a member means depends on the kind of its value, exactly as it does to the readers of members.
    static Place InObject(Place place) => place switch
    {
        Place.Answer => Place.Body,
        Place.CacheDetails => Place.Elsewhere,
        _ => place,
    };

    static Place InArray(Place place) => place switch
    {
        Place.Answer => Place.Body,
        Place.CacheDetails or Place.Assessments => place,
        Place.Metrics => Place.Assessments,
        _ => Place.Elsewhere,
    };

    bool Scalar(ref JsonScanner json, ReadOnlySpan<byte> buffer, ref int taken, Field field)
    {
        var isString = json.Peek() == (byte)'"';
        var valueStart = json.Position + (isString ? 1 : 0);
        if (!json.Skip()) return false;
        // A null where a count or a name may stand belongs to the shape: a line with a value there has another one.
        var isCount = buffer[valueStart] is >= (byte)'0' and <= (byte)'9';
        if (field != Field.None && !(IsText(field) ? isString : isCount)) return true;
        if (values.Count == ValuesMax) return false;
        values.Add(new(text.Count, valueStart - taken, isString, field));
        text.AddRange(buffer[taken..valueStart]);
        taken = json.Position - (isString ? 1 : 0);
        return true;
    }

    static bool IsText(Field field) => field is <= Field.Environment or Field.CacheTtl or Field.StopReason or Field.ServiceTier
        or Field.Latency or >= Field.FirstTag;

    // The same meanings as the readers of members have; a member that only they can weigh makes the line theirs.
    static (Place Inner, Field Field, bool IsKnown) Meaning(Place place, ReadOnlySpan<byte> name, byte[][] tagKeys) => place switch
    {
        Place.Root => RootMeaning(name),
        Place.Identity => (Place.Elsewhere, name.SequenceEqual("arn"u8) ? Field.Identity : Field.None, true),
        Place.Metadata => MetadataMeaning(name, tagKeys),
        Place.Input => (Place.Elsewhere, CountMeaning(name, Field.Input, Field.None), true),
        Place.Output => name.SequenceEqual("outputBodyJson"u8) ? (Place.Answer, Field.None, true)
            : (Place.Elsewhere, name.SequenceEqual("outputTokenCount"u8) ? Field.Output : Field.None, true),
        Place.Body => BodyMeaning(name),
        Place.Usage => UsageMeaning(name),
        Place.CacheDetails => (Place.Elsewhere, DetailMeaning(name), true),
        Place.CacheCreation => (Place.Elsewhere, CreationMeaning(name), true),
        Place.PromptDetails => (Place.Elsewhere, name.SequenceEqual("cached_tokens"u8) ? Field.BodyCacheRead : Field.None, true),
        Place.Tier => (Place.Elsewhere, name.SequenceEqual("type"u8) ? Field.ServiceTier : Field.None, true),
        Place.Performance => (Place.Elsewhere, name.SequenceEqual("latency"u8) ? Field.Latency : Field.None, true),
        Place.Trace => (name.SequenceEqual("guardrail"u8) ? Place.Assessments : Place.Elsewhere, Field.None, true),
        Place.Assessments => (name.SequenceEqual("invocationMetrics"u8) ? Place.Metrics : Place.Assessments, Field.None, true),
        Place.Metrics => (name.SequenceEqual("usage"u8) ? Place.Units : Place.Elsewhere, Field.None, true),
        Place.Units => (Place.Elsewhere, UnitMeaning(name), true),
        _ => (Place.Elsewhere, Field.None, true),
    };

    static (Place, Field, bool) RootMeaning(ReadOnlySpan<byte> name) => name.Length switch
    {
        5 when name.SequenceEqual("input"u8) => (Place.Input, Field.None, true),
        6 when name.SequenceEqual("output"u8) => (Place.Output, Field.None, true),
        6 when name.SequenceEqual("region"u8) => (Place.Elsewhere, Field.Region, true),
        7 when name.SequenceEqual("modelId"u8) => (Place.Elsewhere, Field.Model, true),
        8 when name.SequenceEqual("identity"u8) => (Place.Identity, Field.None, true),
        9 when name.SequenceEqual("timestamp"u8) => (Place.Elsewhere, Field.Time, true),
        9 when name.SequenceEqual("accountId"u8) => (Place.Elsewhere, Field.Account, true),
        9 when name.SequenceEqual("requestId"u8) => (Place.Elsewhere, Field.RequestId, true),
        9 when name.SequenceEqual("operation"u8) => (Place.Elsewhere, Field.Operation, true),
        9 when name.SequenceEqual("errorCode"u8) => (Place.Elsewhere, Field.ErrorCode, true),
        10 when name.SequenceEqual("schemaType"u8) => (Place.Elsewhere, Field.SchemaType, true),
        15 when name.SequenceEqual("requestMetadata"u8) => (Place.Metadata, Field.None, true),
        7 when name.SequenceEqual("message"u8) => (Place.Elsewhere, Field.None, false),
        6 when name.SequenceEqual("events"u8) => (Place.Elsewhere, Field.None, false),
        7 when name.SequenceEqual("Records"u8) => (Place.Elsewhere, Field.None, false),
        9 when name.SequenceEqual("logEvents"u8) => (Place.Elsewhere, Field.None, false),
        _ => (Place.Elsewhere, Field.None, true),
    };

    static (Place, Field, bool) MetadataMeaning(ReadOnlySpan<byte> name, byte[][] tagKeys)
    {
        var field = name.SequenceEqual("app"u8) ? Field.App
            : name.SequenceEqual("env"u8) ? Field.Env
            : name.SequenceEqual("team"u8) ? Field.Team
            : name.SequenceEqual("application"u8) ? Field.Application
            : name.SequenceEqual("environment"u8) ? Field.Environment
            : Field.None;
        for (var i = 0; i < tagKeys.Length; i++)
        {
            if (!name.SequenceEqual(tagKeys[i])) continue;
            // A value that means two things (the team, kept as a tag as well) has no single field.
            if (field != Field.None) return (Place.Elsewhere, field, false);
            field = (Field)((int)Field.FirstTag + i);
        }
        return (Place.Elsewhere, field, true);
    }

    static (Place, Field, bool) BodyMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("usage"u8) || name.SequenceEqual("amazon-bedrock-invocationMetrics"u8))
            return (Place.Usage, Field.None, true);
        if (name.SequenceEqual("metadata"u8) || name.SequenceEqual("message"u8) || name.SequenceEqual("messageStop"u8)
            || name.SequenceEqual("delta"u8)) return (Place.Body, Field.None, true);
        if (name.SequenceEqual("trace"u8) || name.SequenceEqual("amazon-bedrock-trace"u8)) return (Place.Trace, Field.None, true);
        if (name.SequenceEqual("stopReason"u8) || name.SequenceEqual("stop_reason"u8)) return (Place.Elsewhere, Field.StopReason, true);
        if (name.SequenceEqual("serviceTier"u8) || name.SequenceEqual("service_tier"u8)) return (Place.Tier, Field.ServiceTier, true);
        if (name.SequenceEqual("performanceConfig"u8)) return (Place.Performance, Field.None, true);
        if (name.SequenceEqual("inputTextTokenCount"u8) || name.SequenceEqual("prompt_token_count"u8))
            return (Place.Elsewhere, Field.BodyInput, true);
        if (name.SequenceEqual("generation_token_count"u8)) return (Place.Elsewhere, Field.BodyOutput, true);
        // Images are counted, not read.
        return (Place.Elsewhere, Field.None, !name.SequenceEqual("images"u8) && !name.SequenceEqual("artifacts"u8));
    }

    static (Place, Field, bool) UsageMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("cacheDetails"u8)) return (Place.CacheDetails, Field.None, true);
        if (name.SequenceEqual("cache_creation"u8)) return (Place.CacheCreation, Field.None, true);
        if (name.SequenceEqual("prompt_tokens_details"u8)) return (Place.PromptDetails, Field.None, true);
        if (name.SequenceEqual("service_tier"u8)) return (Place.Tier, Field.ServiceTier, true);
        return (Place.Elsewhere, UsageCountMeaning(name), true);
    }

    static Field UsageCountMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("input_tokens"u8) || name.SequenceEqual("inputTokens"u8) || name.SequenceEqual("prompt_tokens"u8))
            return Field.BodyInput;
        if (name.SequenceEqual("output_tokens"u8) || name.SequenceEqual("outputTokens"u8) || name.SequenceEqual("completion_tokens"u8))
            return Field.BodyOutput;
        if (name.SequenceEqual("cache_read_input_tokens"u8) || name.SequenceEqual("cacheReadInputTokens"u8)) return Field.BodyCacheRead;
        if (name.SequenceEqual("cache_creation_input_tokens"u8) || name.SequenceEqual("cacheWriteInputTokens"u8))
            return Field.BodyCacheWrite;
        return CountMeaning(name, Field.BodyInput, Field.BodyOutput);
    }

    static Field DetailMeaning(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ttl"u8) ? Field.CacheTtl : name.SequenceEqual("inputTokens"u8) ? Field.CacheTtlTokens : Field.None;

    static Field CreationMeaning(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ephemeral_5m_input_tokens"u8) ? Field.Write5m
        : name.SequenceEqual("ephemeral_30m_input_tokens"u8) ? Field.Write30m
        : name.SequenceEqual("ephemeral_1h_input_tokens"u8) ? Field.Write1h
        : Field.None;

    // The counters in the spelling of a log's top level: into the top-level fields, or the four of the body.
    static Field CountMeaning(ReadOnlySpan<byte> name, Field input, Field output)
    {
        if (name.SequenceEqual("inputTokenCount"u8)) return input;
        if (name.SequenceEqual("outputTokenCount"u8)) return output;
        if (name.SequenceEqual("cacheReadInputTokenCount"u8)) return input == Field.Input ? Field.CacheRead : Field.BodyCacheRead;
        if (name.SequenceEqual("cacheWriteInputTokenCount"u8)) return input == Field.Input ? Field.CacheWrite : Field.BodyCacheWrite;
        return Field.None;
    }

    static Field UnitMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("contentPolicyUnits"u8)) return Field.GuardrailContent;
        if (name.SequenceEqual("topicPolicyUnits"u8)) return Field.GuardrailTopic;
        if (name.SequenceEqual("sensitiveInformationPolicyUnits"u8)) return Field.GuardrailSensitive;
        if (name.SequenceEqual("contextualGroundingPolicyUnits"u8)) return Field.GuardrailGrounding;
        if (name.SequenceEqual("automatedReasoningPolicyUnits"u8)) return Field.GuardrailReasoning;
        return name.SequenceEqual("contentPolicyImageUnits"u8) ? Field.GuardrailImages : Field.None;
    }
}
