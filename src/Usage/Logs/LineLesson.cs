using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Usage.Logs;

/// <summary>What a value that changes from line to line is, and so what becomes of it.</summary>
enum Varying : byte
{
    /// <summary>No value: the text goes on, or ends.</summary>
    None,

    /// <summary>A number, a true, a false or a null that nobody asked for.</summary>
    Word,

    /// <summary>A string that nobody asked for: prose, mostly.</summary>
    Prose,
    Time,
    RequestId,

    /// <summary>The name of a role's session, which says nothing of the principal.</summary>
    Session,

    /// <summary>A count that takes the place of one read before it.</summary>
    Count,

    /// <summary>A count that is added to those before it.</summary>
    Addend,
}

/// <summary>The counts of a line, by where they stand in <see cref="LineCounts"/>.</summary>
enum Counted : byte
{
    Input, Output, CacheRead, CacheWrite, BodyInput, BodyOutput, BodyCacheRead, BodyCacheWrite, Write5m, Write30m, Write1h,
    GuardrailContent, GuardrailTopic, GuardrailSensitive, GuardrailGrounding, GuardrailReasoning, GuardrailImages,

    /// <summary>Tokens of a lifetime that has no meter.</summary>
    Nothing,
}

/// <summary>A stretch of a line: text its neighbours share, and the value after it.</summary>
/// <param name="Length">Bytes of the text, from the end of the value before.</param>
readonly record struct Piece(int Start, int Length, Varying Value, Counted Counted)
{
    /// <summary>True for a count that a body tells, beside or instead of the record's own.</summary>
    public bool IsOfBody => Value is Varying.Count or Varying.Addend && Counted >= Counted.BodyInput;
}

/// <summary>
/// What a line that gave a record teaches about lines like it: which of its text every such line repeats, byte for byte, and which
/// values change. Names (accounts, models, applications) belong to the text: few of them stand in a log, and a line that repeats them
/// gives a record that repeats theirs.
/// </summary>
sealed class LineLesson
{
    /// <summary>Lines with more values than this (vectors, long conversations) are read member by member.</summary>
    const int PiecesMax = 128;

    // Deeper than any record of the service; the walk is recursive, and a line may hold anything.
    const int DepthMax = 16;

    readonly List<byte> text = [];
    readonly List<Piece> pieces = [];
    readonly List<int> names = [];
    readonly IReadOnlySet<string> tagKeys;
    int depth, bodies, assessments, cacheDetails;
    bool anyLifetime;

    // The lifetime named just before, in the same detail of a cache write.
    Counted? lifetime;

    LineLesson(IReadOnlySet<string> tagKeys) => this.tagKeys = tagKeys;

    /// <summary>The shared text of all pieces, one after the other, and room for a vector.</summary>
    public byte[] Text { get; private set; } = [];

    /// <summary>
    /// Where the last name begins that stands in a piece between two places, and far enough from the first for a <see cref="LineFork"/>
    /// to tell what stands before it; the second place when none does.
    /// </summary>
    public int NameBefore(int piece, int from, int common)
    {
        var start = pieces[piece].Start + from;
        var name = names.FindLast(n => n >= start && n <= start + common);
        return name >= start + LineFork.WindowMax ? name - start : common;
    }

    public ReadOnlySpan<byte> TextOf(int piece) => Text.AsSpan(pieces[piece].Start, pieces[piece].Length);

    /// <summary>From the first of the line to the last, whose value is <see cref="Varying.None"/>.</summary>
    public IReadOnlyList<Piece> Pieces => pieces;

    /// <summary>The lesson of a line that gave one record, or null when the line is of a kind that must be read member by member.</summary>
    public static LineLesson? Of(ReadOnlySpan<byte> buffer, int start, int end, IReadOnlySet<string> tagKeys)
    {
        var json = new JsonScanner(buffer, start, end);
        var lesson = new LineLesson(tagKeys);
        var taken = start;
        if (!lesson.Object(ref json, buffer, ref taken, Place.Root) || !json.AtEnd) return null;
        lesson.Take(buffer[taken..end], Varying.None, default);
        lesson.Text = [.. lesson.text, .. new byte[Vector256<byte>.Count]];
        return lesson;
    }

    void Take(ReadOnlySpan<byte> shared, Varying value, Counted counted)
    {
        pieces.Add(new(text.Count, shared.Length, value, counted));
        text.AddRange(shared);
    }

    // Where in a record the walk is: it decides what a member of a name means.
    enum Place : byte
    {
        Root, Identity, Metadata, Input, Output, Answer, Body, Usage, CacheDetails, CacheCreation, PromptDetails, Tier, Performance,
        Trace, Assessments, Metrics, Units, Gateway, Elsewhere,
    }

    bool Object(ref JsonScanner json, ReadOnlySpan<byte> buffer, ref int taken, Place place)
    {
        if (++depth > DepthMax) return false;
        place = Enter(place, isObject: true);
        var first = true;
        var names = new HashSet<string>(StringComparer.Ordinal);
        json.EnterObject();
        lifetime = null;
        while (json.NextMember(ref first, out var name))
        {
            // Of a member named twice the readers of members weigh the last, and each of them in its own way.
            if (place != Place.Elsewhere && !names.Add(Encoding.Latin1.GetString(name))) return false;
            var (inner, sense) = Meaning(place, name);
            if (sense.Kind == SenseKind.Unknown || (inner == Place.CacheDetails && !IsFirstOfLifetimes())) return false;
            var good = json.Peek() switch
            {
                (byte)'{' => Object(ref json, buffer, ref taken, InObject(inner)),
                (byte)'[' => Array(ref json, buffer, ref taken, InArray(inner)),
                _ => Scalar(ref json, buffer, ref taken, sense),
            };
            if (!good) return false;
        }
        Leave(place, isObject: true);
        return json.Fault is null;
    }

    bool Array(ref JsonScanner json, ReadOnlySpan<byte> buffer, ref int taken, Place place)
    {
        if (++depth > DepthMax) return false;
        place = Enter(place, isObject: false);
        json.EnterArray();
        var first = true;
        while (json.NextElement(ref first))
        {
            var good = json.Peek() switch
            {
                (byte)'{' => Object(ref json, buffer, ref taken, place),
                (byte)'[' => Array(ref json, buffer, ref taken, place == Place.Assessments ? place : Place.Elsewhere),
                _ => Scalar(ref json, buffer, ref taken, Sense.Nothing),
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
    bool IsFirstOfLifetimes() => ++cacheDetails == 1 && !anyLifetime;

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

    bool Scalar(ref JsonScanner json, ReadOnlySpan<byte> buffer, ref int taken, Sense sense)
    {
        var isString = json.Peek() == (byte)'"';
        var start = json.Position + (isString ? 1 : 0);
        if (!json.Skip()) return false;
        var value = buffer[start..(json.Position - (isString ? 1 : 0))];
        var session = sense.Kind == SenseKind.Identity && isString ? SessionStart(value) : -1;
        var named = lifetime;
        lifetime = sense.Kind == SenseKind.Lifetime && isString ? LifetimeOf(value) : null;
        // A lifetime speaks for the tokens right after it in the same detail, and for no others.
        if (sense.Kind == SenseKind.LifetimeTokens && named is null) return false;
        var (varying, counted) = sense.Kind switch
        {
            SenseKind.Nothing => (isString ? Varying.Prose : Varying.Word, default),
            SenseKind.Time when isString => (Varying.Time, default),
            SenseKind.RequestId when isString => (Varying.RequestId, default),
            SenseKind.Identity when session > 0 => (Varying.Session, default),
            SenseKind.Count when IsDigit(value) => (Varying.Count, sense.Counted),
            SenseKind.Units when IsDigit(value) => (Varying.Addend, sense.Counted),
            SenseKind.LifetimeTokens when IsDigit(value) => (Varying.Addend, named!.Value),
            // Names belong to the text, and so does a null where a count may stand: a line with a value there has another text.
            _ => (Varying.None, default(Counted)),
        };
        // The name begins so far behind the text taken last.
        if (sense.Kind is SenseKind.Name or SenseKind.Identity or SenseKind.Lifetime && isString) names.Add(text.Count + start - taken);
        if (varying == Varying.None) return true;
        if (varying == Varying.Count && counted is Counted.Write5m or Counted.Write30m or Counted.Write1h) anyLifetime = true;
        if (pieces.Count == PiecesMax) return false;
        Take(buffer[taken..(start + Math.Max(session, 0))], varying, counted);
        taken = json.Position - (isString ? 1 : 0);
        return true;
    }

    static bool IsDigit(ReadOnlySpan<byte> value) => value is [>= (byte)'0' and <= (byte)'9', ..];

    static Counted LifetimeOf(ReadOnlySpan<byte> ttl) => ttl.SequenceEqual("5m"u8) ? Counted.Write5m
        : ttl.SequenceEqual("1h"u8) ? Counted.Write1h : ttl.SequenceEqual("30m"u8) ? Counted.Write30m : Counted.Nothing;

    // Behind "…:assumed-role/ROLE/" stands the session. A colon in it would be taken for one of the ARN's own.
    static int SessionStart(ReadOnlySpan<byte> arn)
    {
        var resource = arn.LastIndexOf((byte)':') + 1;
        var role = "assumed-role/"u8;
        if (!arn[resource..].StartsWith(role) || arn.Contains((byte)'\\')) return -1;
        var slash = arn[(resource + role.Length)..].IndexOf((byte)'/');
        return slash < 0 ? -1 : resource + role.Length + slash + 1;
    }

    enum SenseKind : byte
    {
        /// <summary>Nobody asked for it.</summary>
        Nothing,

        /// <summary>One of few values, which belong to the text.</summary>
        Name,
        Time, RequestId, Identity, Lifetime, LifetimeTokens, Count,

        /// <summary>Units of a guardrail, summed over its assessments.</summary>
        Units,

        /// <summary>Only the readers of members can weigh it.</summary>
        Unknown,
    }

    // What a scalar value means.
    readonly record struct Sense(SenseKind Kind, Counted Counted = default)
    {
        public static readonly Sense Nothing = new(SenseKind.Nothing);
        public static readonly Sense Name = new(SenseKind.Name);
        public static readonly Sense Unknown = new(SenseKind.Unknown);
        public static implicit operator Sense(Counted counted) =>
            new(counted is >= Counted.GuardrailContent and <= Counted.GuardrailImages ? SenseKind.Units : SenseKind.Count, counted);
    }

    // The same meanings as the readers of members have; a member that only they can weigh makes the line theirs.
    (Place Inner, Sense Sense) Meaning(Place place, ReadOnlySpan<byte> name) => place switch
    {
        Place.Root => RootMeaning(name),
        Place.Identity => (Place.Elsewhere, name.SequenceEqual("arn"u8) ? new(SenseKind.Identity) : Sense.Nothing),
        Place.Metadata => (Place.Elsewhere, IsTag(name) ? Sense.Name : Sense.Nothing),
        Place.Input => (Place.Elsewhere, name.SequenceEqual("inputContentType"u8) ? Sense.Name
            : CountMeaning(name, Counted.Input, null, Counted.CacheRead, Counted.CacheWrite)),
        Place.Output => OutputMeaning(name),
        Place.Body => BodyMeaning(name),
        Place.Usage => UsageMeaning(name),
        Place.CacheDetails => (Place.Elsewhere, DetailMeaning(name)),
        Place.CacheCreation => (Place.Elsewhere, CreationMeaning(name)),
        Place.PromptDetails => (Place.Elsewhere, name.SequenceEqual("cached_tokens"u8) ? Counted.BodyCacheRead : Sense.Nothing),
        Place.Tier => (Place.Elsewhere, name.SequenceEqual("type"u8) ? Sense.Name : Sense.Nothing),
        Place.Performance => (Place.Elsewhere, name.SequenceEqual("latency"u8) ? Sense.Name : Sense.Nothing),
        Place.Trace => (name.SequenceEqual("guardrail"u8) ? Place.Assessments : Place.Elsewhere, Sense.Nothing),
        Place.Assessments => (name.SequenceEqual("invocationMetrics"u8) ? Place.Metrics : Place.Assessments, Sense.Nothing),
        Place.Metrics => (name.SequenceEqual("usage"u8) ? Place.Units : Place.Elsewhere, Sense.Nothing),
        Place.Units => (Place.Elsewhere, UnitMeaning(name)),
        Place.Gateway => (Place.Elsewhere, name.SequenceEqual("refused"u8) ? Sense.Name : Sense.Nothing),
        _ => (Place.Elsewhere, Sense.Nothing),
    };

    static (Place, Sense) RootMeaning(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name) switch
    {
        "input" => (Place.Input, Sense.Nothing),
        "output" => (Place.Output, Sense.Nothing),
        "identity" => (Place.Identity, Sense.Nothing),
        "requestMetadata" => (Place.Metadata, Sense.Nothing),
        "gateway" => (Place.Gateway, Sense.Nothing),
        "timestamp" => (Place.Elsewhere, new(SenseKind.Time)),
        "requestId" => (Place.Elsewhere, new(SenseKind.RequestId)),
        "region" or "modelId" or "accountId" or "operation" or "errorCode" or "schemaType" or "schemaVersion" or "inferenceRegion" =>
            (Place.Elsewhere, Sense.Name),
        "message" or "@message" or "events" or "Records" or "logEvents" => (Place.Elsewhere, Sense.Unknown),
        _ => (Place.Elsewhere, Sense.Nothing),
    };

    bool IsTag(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name) is var text
        && (text is "app" or "env" or "team" or "application" or "environment" || tagKeys.Contains(text));

    static (Place, Sense) OutputMeaning(ReadOnlySpan<byte> name) => name.SequenceEqual("outputBodyJson"u8) ? (Place.Answer, Sense.Nothing)
        : name.SequenceEqual("outputTokenCount"u8) ? (Place.Elsewhere, Counted.Output)
        : (Place.Elsewhere, name.SequenceEqual("outputContentType"u8) ? Sense.Name : Sense.Nothing);

    static (Place, Sense) BodyMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("usage"u8) || name.SequenceEqual("amazon-bedrock-invocationMetrics"u8))
            return (Place.Usage, Sense.Nothing);
        if (name.SequenceEqual("metadata"u8) || name.SequenceEqual("message"u8) || name.SequenceEqual("messageStop"u8)
            || name.SequenceEqual("delta"u8)) return (Place.Body, Sense.Nothing);
        if (name.SequenceEqual("trace"u8) || name.SequenceEqual("amazon-bedrock-trace"u8)) return (Place.Trace, Sense.Nothing);
        if (name.SequenceEqual("stopReason"u8) || name.SequenceEqual("stop_reason"u8)) return (Place.Elsewhere, Sense.Name);
        if (name.SequenceEqual("serviceTier"u8) || name.SequenceEqual("service_tier"u8)) return (Place.Tier, Sense.Name);
        if (name.SequenceEqual("performanceConfig"u8)) return (Place.Performance, Sense.Nothing);
        if (name.SequenceEqual("inputTextTokenCount"u8) || name.SequenceEqual("prompt_token_count"u8))
            return (Place.Elsewhere, Counted.BodyInput);
        if (name.SequenceEqual("generation_token_count"u8)) return (Place.Elsewhere, Counted.BodyOutput);
        // Images are counted, not read.
        var isImages = name.SequenceEqual("images"u8) || name.SequenceEqual("artifacts"u8);
        return (Place.Elsewhere, isImages ? Sense.Unknown : Sense.Nothing);
    }

    static (Place, Sense) UsageMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("cacheDetails"u8)) return (Place.CacheDetails, Sense.Nothing);
        if (name.SequenceEqual("cache_creation"u8)) return (Place.CacheCreation, Sense.Nothing);
        if (name.SequenceEqual("prompt_tokens_details"u8)) return (Place.PromptDetails, Sense.Nothing);
        if (name.SequenceEqual("service_tier"u8)) return (Place.Tier, Sense.Name);
        return (Place.Elsewhere, UsageCountMeaning(name));
    }

    static Sense UsageCountMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("input_tokens"u8) || name.SequenceEqual("inputTokens"u8) || name.SequenceEqual("prompt_tokens"u8))
            return Counted.BodyInput;
        if (name.SequenceEqual("output_tokens"u8) || name.SequenceEqual("outputTokens"u8) || name.SequenceEqual("completion_tokens"u8))
            return Counted.BodyOutput;
        if (name.SequenceEqual("cache_read_input_tokens"u8) || name.SequenceEqual("cacheReadInputTokens"u8)) return Counted.BodyCacheRead;
        if (name.SequenceEqual("cache_creation_input_tokens"u8) || name.SequenceEqual("cacheWriteInputTokens"u8))
            return Counted.BodyCacheWrite;
        return CountMeaning(name, Counted.BodyInput, Counted.BodyOutput, Counted.BodyCacheRead, Counted.BodyCacheWrite);
    }

    static Sense DetailMeaning(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ttl"u8) ? new(SenseKind.Lifetime)
        : name.SequenceEqual("inputTokens"u8) ? new(SenseKind.LifetimeTokens) : Sense.Nothing;

    static Sense CreationMeaning(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ephemeral_5m_input_tokens"u8) ? Counted.Write5m
        : name.SequenceEqual("ephemeral_30m_input_tokens"u8) ? Counted.Write30m
        : name.SequenceEqual("ephemeral_1h_input_tokens"u8) ? Counted.Write1h
        : Sense.Nothing;

    // The counters in the spelling of a log's top level.
    static Sense CountMeaning(ReadOnlySpan<byte> name, Counted input, Counted? output, Counted cacheRead, Counted cacheWrite)
    {
        if (name.SequenceEqual("inputTokenCount"u8)) return input;
        if (name.SequenceEqual("outputTokenCount"u8)) return output is { } told ? told : Sense.Nothing;
        if (name.SequenceEqual("cacheReadInputTokenCount"u8)) return cacheRead;
        return name.SequenceEqual("cacheWriteInputTokenCount"u8) ? cacheWrite : Sense.Nothing;
    }

    static Sense UnitMeaning(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("contentPolicyUnits"u8)) return Counted.GuardrailContent;
        if (name.SequenceEqual("topicPolicyUnits"u8)) return Counted.GuardrailTopic;
        if (name.SequenceEqual("sensitiveInformationPolicyUnits"u8)) return Counted.GuardrailSensitive;
        if (name.SequenceEqual("contextualGroundingPolicyUnits"u8)) return Counted.GuardrailGrounding;
        if (name.SequenceEqual("automatedReasoningPolicyUnits"u8)) return Counted.GuardrailReasoning;
        return name.SequenceEqual("contentPolicyImageUnits"u8) ? Counted.GuardrailImages : Sense.Nothing;
    }
}
