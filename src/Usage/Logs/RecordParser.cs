using System.Globalization;
using System.Text;

namespace Assay.Usage.Logs;

/// <summary>What a reader needs to know to name things: models, mapped profiles, and which tags to keep.</summary>
/// <param name="TagKeys">Request-metadata keys to keep beside app, team and environment.</param>
public sealed record LogReaderOptions(
    ModelCatalog Catalog, IReadOnlyDictionary<string, MappedProfile> Profiles, IReadOnlyList<string> TagKeys)
{
    public static readonly IReadOnlyDictionary<string, MappedProfile> NoProfiles = new Dictionary<string, MappedProfile>();
    public static LogReaderOptions For(ModelCatalog catalog) => new(catalog, NoProfiles, []);

    /// <summary>True to read what calls said, as fingerprints (<see cref="UsageRecord.Content"/>). Slower: bodies are looked at.</summary>
    public bool WithContent { get; init; }

    /// <summary>
    /// Opens a body that is too long for its record, by its path on S3 (<c>s3://bucket/key</c>), decompressed; null where it is not at
    /// hand. Asked only <see cref="WithContent"/>, by every reader at once. Null when no such body is at hand.
    /// </summary>
    public Func<string, Stream?>? OpenBody { get; init; }

    /// <summary>Told of a body that was opened and could not be read, and why; null for why where it is too long to be one.</summary>
    public Action<string, Exception?>? BodyUnread { get; init; }
}

/// <summary>Turns one line of a log into records. Holds the names seen so far; not thread-safe, one a worker.</summary>
sealed partial class RecordParser(LogReaderOptions options)
{
    // A list of CloudWatch events whose messages hold records is three deep.
    const int WrappersMax = 8;

    // What a gateway writes where it let the call in, and the server behind it failed, or it did so itself.
    const string ServerFailed = "upstream", GatewayFailed = "gateway";

    readonly NameTable names = new();
    readonly Dictionary<int, (ModelRef Model, MappedProfile? Profile)> models = [];
    readonly Dictionary<CallerKey, Caller> callers = [];
    readonly Dictionary<CallKind, CallKind> kinds = [];
    readonly byte[][] tagKeys = [.. options.TagKeys.Select(Encoding.UTF8.GetBytes)];
    readonly Name?[] tags = new Name?[options.TagKeys.Count];
    readonly Name?[] lastTags = new Name?[options.TagKeys.Count];

    // The previous value of each member: neighbours mostly repeat each other.
    Name? lastAccount, lastPrincipal, lastRegion, lastOperation, lastModel, lastErrorCode, lastRefused, lastApp, lastTeam, lastEnv;
    CallerKey lastCallerKey;
    Caller? lastCaller;

    /// <summary>What one record says before it is put together.</summary>
    struct Draft
    {
        public DateTime Time;
        public bool HasTime, HasRequestId, IsForeign;
        public RequestId RequestId;
        public Name? Account, Principal, Region, Operation, Model, ErrorCode, Refused;
        public Name? App, Application, Team, Env, Environment;
        public long Input, Output, CacheRead, CacheWrite;
        public BodyUsage Body;

        public static readonly Draft Blank = new() { Input = -1, Output = -1, CacheRead = -1, CacheWrite = -1, Body = BodyUsage.Unsaid };
    }

    /// <summary>Reads the record or records of a line: a bare record, an array of them, or records wrapped by CloudWatch.</summary>
    /// <returns>False when the line as a whole is broken; the reason is in <paramref name="fault"/>.</returns>
    public bool Parse(ReadOnlySpan<byte> buffer, int start, int end, FileReading reading, ref BatchWriter into, out string? fault)
    {
        // CloudWatch exports put a time before each record.
        if (buffer[start] is >= (byte)'0' and <= (byte)'9' && buffer[start..end].IndexOf((byte)'{') is > 0 and var brace) start += brace;
        fault = null;
        // The tree passes over what a call said.
        if (content is null && TryTree(buffer, start, end, reading, ref into)) return true;
        var json = new JsonScanner(buffer, start, end);
        var before = reading.Records;
        var good = ParseText(ref json, reading, ref into, depth: 0);
        fault = json.Fault;
        if (content is null && good && reading.Records == before + 1) Remember(buffer, start, end);
        return good;
    }

    bool ParseText(ref JsonScanner json, FileReading reading, ref BatchWriter into, int depth) =>
        ParseValue(ref json, reading, ref into, depth) && (json.AtEnd || json.Fail("something stands after the record"));

    bool ParseValue(ref JsonScanner json, FileReading reading, ref BatchWriter into, int depth) =>
        depth > WrappersMax ? json.Fail("wrapped too deeply for a log")
        : json.Peek() == (byte)'[' ? ParseArray(ref json, reading, ref into, depth)
        : ParseObject(ref json, reading, ref into, depth);

    bool ParseArray(ref JsonScanner json, FileReading reading, ref BatchWriter into, int depth)
    {
        json.EnterArray();
        var first = true;
        while (json.NextElement(ref first))
        {
            var element = json;
            if (ParseValue(ref element, reading, ref into, depth + 1)) { json = element; continue; }
            // A bad element costs itself only, as long as its end can be found.
            if (!json.Skip()) return false;
            reading.Skip(reading.Lines, element.Fault ?? "unreadable");
        }
        return json.Fault is null;
    }

    bool ParseObject(ref JsonScanner json, FileReading reading, ref BatchWriter into, int depth)
    {
        var draft = Draft.Blank;
        Array.Clear(tags);
        content?.Begin();
        if (json.Peek() != (byte)'{') return json.Fail("this is not a JSON object");
        json.EnterObject();
        var wrapped = json;
        var isWrapper = false;
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            if (IsWrapper(name))
            {
                wrapped = json;
                isWrapper = true;
            }
            if (!ReadMember(ref json, name, ref draft)) return false;
        }
        if (json.Fault is not null) return false;
        // What is wrapped is looked at last: a record may have a member of such a name, and its members stand in any order.
        if (isWrapper && draft.Model is null && !draft.HasRequestId && IsWrapped(wrapped))
            return ParseWrapped(ref wrapped, reading, ref into, depth + 1) || json.Fail(wrapped.Fault ?? "unreadable");
        return Finish(ref json, ref draft, reading, ref into);
    }

    static bool IsWrapper(ReadOnlySpan<byte> name) => name.SequenceEqual("message"u8) || name.SequenceEqual("logEvents"u8)
        || name.SequenceEqual("events"u8) || name.SequenceEqual("Records"u8) || name.SequenceEqual("@message"u8);

    // A message of plain words wraps nothing.
    static bool IsWrapped(JsonScanner json) => json.Peek() is (byte)'{' or (byte)'['
        || (json.Peek() == (byte)'"' && json.TakeString(out var text, out _) && text.TrimStart((byte)' ') is [(byte)'{' or (byte)'[', ..]);

    // {"timestamp":…,"message":"{…}"} of CloudWatch, alone or in a list; the message may be text or already JSON. Logs Insights
    // exports call it "@message".
    bool ParseWrapped(ref JsonScanner json, FileReading reading, ref BatchWriter into, int depth)
    {
        if (json.Peek() != (byte)'"') return ParseValue(ref json, reading, ref into, depth);
        if (!json.TakeText(out var text)) return false;
        var padded = new byte[text.Length + JsonScanner.Padding];
        text.CopyTo(padded);
        var inner = new JsonScanner(padded, 0, text.Length);
        return ParseText(ref inner, reading, ref into, depth) || json.Fail($"inside message: {inner.Fault}");
    }

    bool ReadMember(ref JsonScanner json, ReadOnlySpan<byte> name, ref Draft draft) => name.Length switch
    {
        5 when name.SequenceEqual("input"u8) => ReadInput(ref json, ref draft),
        6 when name.SequenceEqual("output"u8) => ReadOutput(ref json, ref draft),
        6 when name.SequenceEqual("region"u8) => ReadName(ref json, ref lastRegion, ref draft.Region),
        7 when name.SequenceEqual("gateway"u8) => ReadGateway(ref json, ref draft),
        7 when name.SequenceEqual("modelId"u8) => ReadName(ref json, ref lastModel, ref draft.Model),
        8 when name.SequenceEqual("identity"u8) => ReadIdentity(ref json, ref draft),
        9 when name.SequenceEqual("timestamp"u8) => ReadTime(ref json, ref draft),
        9 when name.SequenceEqual("accountId"u8) => ReadName(ref json, ref lastAccount, ref draft.Account),
        9 when name.SequenceEqual("requestId"u8) => ReadRequestId(ref json, ref draft),
        9 when name.SequenceEqual("operation"u8) => ReadName(ref json, ref lastOperation, ref draft.Operation),
        9 when name.SequenceEqual("errorCode"u8) => ReadName(ref json, ref lastErrorCode, ref draft.ErrorCode),
        10 when name.SequenceEqual("schemaType"u8) => ReadSchemaType(ref json, ref draft),
        15 when name.SequenceEqual("requestMetadata"u8) => ReadMetadata(ref json, ref draft),
        15 when content is not null && name.SequenceEqual("inferenceRegion"u8) => ReadServingRegion(ref json),
        _ => json.Skip(),
    };

    bool ReadName(ref JsonScanner json, ref Name? last, ref Name? into)
    {
        if (json.Peek() != (byte)'"') return json.Skip();
        if (!json.TakeText(out var text)) return false;
        // An empty name says nothing, and what speaks in its place (a profile, the longer tag) may.
        if (text.IsEmpty) return true;
        if (!names.TryGet(text, ref last, out var name)) return json.Fail("a name is not UTF-8");
        into = name;
        return true;
    }

    static bool ReadRequestId(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'"') return json.Skip();
        if (!json.TakeText(out var text)) return false;
        SetRequestId(text, ref draft);
        return true;
    }

    static void SetRequestId(ReadOnlySpan<byte> text, ref Draft draft)
    {
        if (text.IsEmpty) return;
        draft.RequestId = RequestId.Parse(text);
        draft.HasRequestId = true;
    }

    static bool ReadSchemaType(ref JsonScanner json, ref Draft draft)
    {
        if (!json.TakeText(out var text)) return false;
        draft.IsForeign = !text.IsEmpty && !text.SequenceEqual("ModelInvocationLog"u8);
        return true;
    }

    // "2025-08-15T12:44:54Z" is what AWS writes; fractions and offsets are understood.
    static bool ReadTime(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'"') return json.Skip();
        if (!json.TakeText(out var text)) return false;
        if (text.Length == PlainTime.Length && PlainTime.TryParse(text, out draft.Time)) return draft.HasTime = true;
        var words = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]);
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        // Without a year in front .NET would read "12:30" as today, and "03/04/2026" the American way.
        if (words is not [_, _, _, _, '-', ..] || !DateTime.TryParse(words, CultureInfo.InvariantCulture, utc, out draft.Time))
            return json.Fail($"timestamp '{words}' is not a time such as 2025-08-15T12:44:54Z");
        // Bedrock did not exist before; a later year is a broken clock, and would stretch every daily figure.
        if (draft.Time.Year is < 2000 or > 2099) return json.Fail($"timestamp '{words}' is outside the years 2000 to 2099");
        return draft.HasTime = true;
    }

    // Our own gateway's member of its own.
    bool ReadGateway(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
            if (!(name.SequenceEqual("refused"u8) ? ReadName(ref json, ref lastRefused, ref draft.Refused) : json.Skip())) return false;
        return json.Fault is null;
    }

    bool ReadIdentity(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            if (!name.SequenceEqual("arn"u8)) { if (!json.Skip()) return false; continue; }
            if (!json.TakeText(out var arn)) return false;
            if (!names.TryGet(PrincipalOf(arn), ref lastPrincipal, out var principal)) return json.Fail("identity.arn is not UTF-8");
            draft.Principal = principal;
        }
        return json.Fault is null;
    }

    /// <summary>The role name without the session, else the user name, else <c>root</c>.</summary>
    static ReadOnlySpan<byte> PrincipalOf(ReadOnlySpan<byte> arn)
    {
        var resource = arn[(arn.LastIndexOf((byte)':') + 1)..];
        var slash = resource.IndexOf((byte)'/');
        if (slash < 0) return resource;
        var kind = resource[..slash];
        var rest = resource[(slash + 1)..];
        if (!kind.SequenceEqual("assumed-role"u8)) return rest[(rest.LastIndexOf((byte)'/') + 1)..];
        var session = rest.IndexOf((byte)'/');
        return session < 0 ? rest : rest[..session];
    }

    bool ReadMetadata(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            if (!ReadTag(json, name, out var fault)) return json.Fail(fault);
            var value = json;
            var good = name.Length switch
            {
                3 when name.SequenceEqual("app"u8) => ReadName(ref json, ref lastApp, ref draft.App),
                3 when name.SequenceEqual("env"u8) => ReadName(ref json, ref lastEnv, ref draft.Env),
                4 when name.SequenceEqual("team"u8) => ReadName(ref json, ref lastTeam, ref draft.Team),
                11 when name.SequenceEqual("application"u8) => ReadName(ref json, ref lastApp, ref draft.Application),
                11 when name.SequenceEqual("environment"u8) => ReadName(ref json, ref lastEnv, ref draft.Environment),
                _ => json.Skip(),
            };
            if (!good) return false;
            content?.ReadMetadata(name, value.UpTo(json.Position));
        }
        return json.Fault is null;
    }

    // On a copy of the scanner: a tag asked for by name may be the application or the team as well.
    bool ReadTag(JsonScanner json, ReadOnlySpan<byte> name, out string fault)
    {
        fault = "";
        for (var i = 0; i < tagKeys.Length; i++)
        {
            if (!name.SequenceEqual(tagKeys[i]) || ReadName(ref json, ref lastTags[i], ref tags[i])) continue;
            fault = json.Fault ?? "unreadable";
            return false;
        }
        return true;
    }

    bool ReadInput(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var good = name.Length switch
            {
                13 when name.SequenceEqual("inputBodyJson"u8) => ReadPrompt(ref json),
                15 when name.SequenceEqual("inputTokenCount"u8) => json.TakeCount("inputTokenCount", out draft.Input),
                15 when content is not null && name.SequenceEqual("inputBodyS3Path"u8) => ReadBodyOnS3(ref json, isAnswer: false),
                24 when name.SequenceEqual("cacheReadInputTokenCount"u8) =>
                    json.TakeCount("cacheReadInputTokenCount", out draft.CacheRead),
                25 when name.SequenceEqual("cacheWriteInputTokenCount"u8) =>
                    json.TakeCount("cacheWriteInputTokenCount", out draft.CacheWrite),
                _ => json.Skip(),
            };
            if (!good) return false;
        }
        return json.Fault is null;
    }

    bool ReadOutput(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var good = name.Length switch
            {
                16 when name.SequenceEqual("outputTokenCount"u8) => json.TakeCount("outputTokenCount", out draft.Output),
                16 when content is not null && name.SequenceEqual("outputBodyS3Path"u8) => ReadBodyOnS3(ref json, isAnswer: true),
                14 when name.SequenceEqual("outputBodyJson"u8) => ReadAnswer(ref json, ref draft),
                _ => json.Skip(),
            };
            if (!good) return false;
        }
        return json.Fault is null;
    }

    bool Finish(ref JsonScanner json, ref Draft draft, FileReading reading, ref BatchWriter into)
    {
        if (draft.IsForeign || (draft.Model is null && !draft.HasRequestId && !draft.HasTime))
            return json.Fail("JSON, but not a record of a model invocation log");
        if (!draft.HasTime) return json.Fail("the record has no timestamp");
        if (!draft.HasRequestId) return json.Fail("the record has no requestId");
        if (draft.Model is null) return json.Fail("the record has no modelId");
        if (draft.Region is null) return json.Fail("the record has no region");
        Put(in draft, reading, ref into);
        return true;
    }

    void Put(in Draft draft, FileReading reading, ref BatchWriter into)
    {
        var (model, profile) = ModelOf(draft.Model!);
        var counts = CountsOf(draft);
        var mode = model.Kind switch
        {
            ModelKind.Provisioned => Mode.Provisioned,
            ModelKind.Custom => Mode.Custom,
            _ => draft.Body.IsReserved ? Mode.Reserved : Mode.OnDemand,
        };
        lastRecord = new UsageRecord(KindOf(new(CallerOf(in draft, profile), draft.Region!.Text, model, draft.Operation?.Text ?? "")
        {
            Mode = mode, Tier = draft.Body.Tier,
        }))
        {
            RequestId = draft.RequestId,
            Time = draft.Time,
            Tokens = TokensOf(counts, model.Facts, reading),
            Amounts = AmountsOf(counts, draft.Body.Images, reading),
            ErrorCode = draft.ErrorCode is { Text.Length: > 0 } error ? error.Text : null,
            Refused = draft.Refused is { Text: not (ServerFailed or GatewayFailed) } refused ? refused.Text : null,
            StopReason = draft.Body.StopReason?.Text,
            Content = content?.End(),
        };
        into.Add(lastRecord);
        reading.Records++;
    }

    (ModelRef Model, MappedProfile? Profile) ModelOf(Name name)
    {
        if (models.TryGetValue(name.Id, out var known)) return known;
        var model = ModelIdentity.Resolve(name.Text, options.Catalog, options.Profiles);
        return models[name.Id] = (model, options.Profiles.GetValueOrDefault(name.Text));
    }

    CallKind KindOf(CallKind kind) => kinds.TryGetValue(kind, out var known) ? known : kinds[kind] = kind;

    readonly struct CallerKey(int account, int principal, int app, int team, int env, int profile, TagValues tags) : IEquatable<CallerKey>
    {
        // Names are numbered densely, so two of them fit a word and the words are the hash.
        readonly ulong one = ((ulong)(uint)account << 32) | (uint)principal;
        readonly ulong two = ((ulong)(uint)app << 32) | (uint)team;
        readonly ulong three = ((ulong)(uint)env << 32) | (uint)profile;

        public TagValues Tags { get; } = tags;

        public bool Equals(CallerKey other) => one == other.one && two == other.two && three == other.three
            && (ReferenceEquals(Tags, other.Tags) || Tags.Equals(other.Tags));

        public override bool Equals(object? obj) => obj is CallerKey other && Equals(other);

        public override int GetHashCode()
        {
            unchecked
            {
                var mixed = ((one * 31) + (two * 0x9E37_79B9UL) + (three * 0x85EB_CA6BUL)) * 0x9E37_79B9_7F4A_7C15UL;
                return (int)(mixed >> 32) ^ (Tags.Count == 0 ? 0 : Tags.GetHashCode());
            }
        }
    }

    Caller CallerOf(in Draft draft, MappedProfile? profile)
    {
        var app = draft.App ?? draft.Application;
        var env = draft.Env ?? draft.Environment;
        var key = new CallerKey(draft.Account?.Id ?? 0, draft.Principal?.Id ?? 0, app?.Id ?? 0, draft.Team?.Id ?? 0, env?.Id ?? 0,
            profile is null ? 0 : draft.Model!.Id, tagKeys.Length == 0 ? TagValues.None : new([.. tags.Select(t => t?.Text)]));
        if (lastCaller is not null && key.Equals(lastCallerKey)) return lastCaller;
        if (!callers.TryGetValue(key, out var caller))
            callers[key] = caller = new(draft.Account?.Text ?? "", draft.Principal?.Text ?? "", app?.Text ?? profile?.App ?? "",
                draft.Team?.Text ?? profile?.Team ?? "", env?.Text ?? profile?.Env ?? "", key.Tags);
        (lastCallerKey, lastCaller) = (key, caller);
        return caller;
    }
}
