using System.Text.RegularExpressions;

namespace Assay.Usage.Tests.Logs;

/// <summary>
/// Writes records of all forms: first a draft with blanks, then lines that fill the blanks. Two fillings of a draft have one shape, as
/// long as the values are of the kind that belongs there; wild values need not be.
/// </summary>
sealed partial class Scribe(Random random)
{
    public const string TagKey = "cost-center";

    static readonly string[] OtherKinds =
    [
        "null", "true", "false", "0", "7", "-1", "1.5", "1e3", "007", "999999999999", "1000000000000", "1000000000001", "99999999999999999999",
        "5x", "5 ", " 5", "\"5\"", "\"\"", "\"a,b\"", "\"a}b\"", "{}", "[]", "[5]", "[[5]]", "{\"usage\":{\"inputTokens\":5}}", "{\"a\":\"b\"}", "",
        "\"", "\"a", "a\"", "{", "[", "}", "\"\\u0061\"", "\"\\\\\"", "\"\\\"", "\"\\\"\"", "nul", "\"ModelInvocationLog\"", "\"flex\"",
        "\"priority\"", "\"optimized\"", "\"1h\"", "\"2h\"", "\"f\\u006cex\"", "\"1\\u0068\"", "\"2026-02-30T00:00:00Z\"", "\"2026-03-04T24:00:00Z\"",
        "\"2026-03-04T05:06:07.5Z\"", "\"2026-03-04T05:06:07+02:00\"", "\"2026-03-04 05:06:07Z\"", "\"1999-12-31T23:59:59Z\"", "\"12:30\"", "\"2026-03-04T05:06:60Z\"",
        "\"" + "\u00e4\u00f6\u4e2d" + "\"",
    ];

    [GeneratedRegex("<([a-z]+)>")]
    static partial Regex Blank { get; }

    /// <summary>A line of the draft. One value in a while is wild: of another kind, at an edge, or broken.</summary>
    public string Fill(string draft, double wildness) =>
        Blank.Replace(draft, blank => random.NextDouble() < wildness ? Wild() : Ordinary(blank.Groups[1].Value));

    /// <summary>The draft with its names filled in; what changes from call to call stays blank.</summary>
    public string Named(string draft) => Blank.Replace(draft, blank => blank.Groups[1].Value is "count" or "number" or "prose" or "time" or "request"
        ? blank.Value : Ordinary(blank.Groups[1].Value));

    /// <summary>The blanks of a draft filled, the same way every time, but for one.</summary>
    public static string FillButOne(string draft, int which, string value)
    {
        var (at, scribe) = (0, new Scribe(new Random(1)));
        return Blank.Replace(draft, blank =>
        {
            var ordinary = scribe.Ordinary(blank.Groups[1].Value);
            return at++ == which ? value : ordinary;
        });
    }

    public static int BlanksOf(string draft) => Blank.Count(draft);
    public static IReadOnlyList<string> Kinds => OtherKinds;

    string Wild() => random.Next(4) == 0 ? Edge() : Pick(OtherKinds);

    // A string that ends near a step of the search for its end, with backslashes at the edges.
    string Edge()
    {
        string[] bits = ["\\\\", "\\\"", "\\\\\\\"", "\\\\\\\\", "\\n", "\\u0041", "x"];
        var (front, back) = (Pick(bits), Pick(bits));
        var length = Pick([30, 31, 32, 33, 34, 62, 63, 64, 65, 66, 95, 96, 97]);
        return "\"" + front + new string('a', Math.Max(0, length - front.Length - back.Length)) + back + "\"";
    }

    string Ordinary(string kind) => kind switch
    {
        "count" => random.Next(6) == 0 ? "0" : random.Next(1, 5000).ToString(System.Globalization.CultureInfo.InvariantCulture),
        "number" => Pick(["1", "22", "0.5", "-3e7", "true", "false", "null"]),
        "prose" => random.Next(3) == 0 ? Edge() : Pick(["\"\"", "\"a\"", "\"a \\\"b\\\" {c} [d], \\\\\"", "\"\u00e4\"", "\"\\u00e4\\n\""]),
        "label" => random.Next(9) == 0 ? Ordinary("prose") : Pick(["\"application/json\"", "\"us-east-2\""]),
        "time" => $"\"2026-0{random.Next(1, 3)}-0{random.Next(1, 3)}T{random.Next(10, 24)}:{random.Next(10, 60)}:{random.Next(10, 60)}Z\"",
        "request" => random.Next(5) == 0 ? "\"Req-7\"" : $"\"{new Guid(random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10):D}\"",
        "schema" => "\"ModelInvocationLog\"",
        "account" => Pick(["\"111122223333\"", "\"444455556666\"", "\"\""]),
        "arn" => Pick(["\"arn:aws:sts::111122223333:assumed-role/Clerk/monday\"", "\"arn:aws:iam::111122223333:user/a/Bo\"", "\"arn:aws:sts::1:assumed-role/Clerk/a:b/c\"",
            "\"arn:aws:sts::1:assumed-role/Clerk/\\u0041\"", $"\"arn:aws:sts::1:assumed-role/Clerk/{new string('s', random.Next(60))}{Pick(["", "\\\"", ":", "/x"])}\"", "\"arn:aws:iam::1:root\"", "\"\""]),
        "region" => Pick(["\"us-east-1\"", "\"eu-central-1\""]),
        "operation" => Pick(["\"Converse\"", "\"InvokeModel\"", "\"\""]),
        "model" => Pick([$"\"{TheLog.Claude}\"", $"\"{TheLog.Gross}\"", $"\"us.{TheLog.Nova}\"", $"\"{TheLog.Plain}\"", "\"unknown.model\""]),
        "error" => Pick(["\"ThrottlingException\"", "\"ValidationException\"", "\"\""]),
        "refused" => Pick(["\"budget\"", "\"rate\"", "\"upstream\"", "\"\""]),
        "tag" => Pick(["\"chat\"", "\"core\"", "\"prod\"", "\"\"", "\"\u00e4\""]),
        "stop" => Pick(["\"end_turn\"", "\"max_tokens\"", "\"\""]),
        "tier" => Pick(["\"flex\"", "\"priority\"", "\"default\"", "\"\""]),
        "latency" => Pick(["\"optimized\"", "\"standard\""]),
        "ttl" => Pick(["\"5m\"", "\"30m\"", "\"1h\"", "\"2h\"", "\"\""]),
        _ => throw new ArgumentException($"A draft has no blank '{kind}'.", nameof(kind)),
    };

    /// <summary>A record with blanks, its members in some order.</summary>
    public string Draft() => Object(
        "\"timestamp\":<time>", "\"requestId\":<request>", "\"modelId\":<model>", "\"region\":<region>",
        May("\"schemaType\":<schema>"), May("\"schemaVersion\":\"1.0\""), May("\"accountId\":<account>"), May("\"operation\":<operation>"),
        May("\"identity\":" + Object("\"arn\":<arn>", Rarely("\"arn\":null"), Rarely("\"arn\":<arn>"))), Rarely("\"errorCode\":<error>"),
        Rarely("\"gateway\":" + Object("\"asked\":<prose>", May("\"refused\":<refused>"), Rarely("\"refused\":null"), Rarely("\"refused\":<refused>"))),
        May("\"requestMetadata\":" + Metadata()), May("\"inferenceRegion\":<label>"), Rarely(Odd()), Rarely(Odd()),
        "\"input\":" + Object("\"inputContentType\":<label>", May(Counter("inputTokenCount")), May(Counter("cacheReadInputTokenCount")),
            May(Counter("cacheWriteInputTokenCount")), May("\"inputBodyJson\":" + Prose(3)), Rarely(Odd())),
        "\"output\":" + Object("\"outputContentType\":<label>", May(Counter("outputTokenCount")), "\"outputBodyJson\":" + Answer()));

    string Metadata() => Object(May("\"app\":<tag>"), May("\"application\":<tag>"), May("\"team\":<tag>"), May("\"env\":<tag>"),
        May("\"environment\":<tag>"), May($"\"{TagKey}\":<tag>"), May("\"other\":<prose>"), Rarely("\"te\\u0061m\":<tag>"), Rarely("\"app\":<tag>"));

    // Members that look like others, or that only the member-by-member way can weigh.
    string Odd() => Pick(["\"message\":<prose>", "\"events\":[<number>]", "\"note\":" + Prose(3), "\"usage\":{\"inputTokens\":<number>}", "\"n\":<number>",
        "\"mod\\u0065lId\":<model>", "\"\\u0061b\":<prose>", "\"requestId\":<request>", "\"modelId\":null", "\"region\":\"\"", "\"timestamp\":<time>",
        "\"schemaType\":null", "\"input\":{\"inputTokenCount\":<count>}", "\"outputBodyJson\":{\"usage\":{\"inputTokens\":<number>}}", "\"images\":[<prose>,<prose>]",
        "\"inputTokenCount\":null", "\"deep\":" + Nested()]);

    string Nested()
    {
        var depth = random.Next(1, 30);
        return new string('[', depth) + "<number>" + new string(']', depth);
    }

    string Answer() => random.Next(7) switch
    {
        0 => Events(),
        1 => Claude(),
        2 => $"[{{\"type\":\"message_start\",\"message\":{Claude()}}},{{\"delta\":{Object("\"stop_reason\":<stop>", Rarely("\"stop_reason\":null"))},\"usage\":{ClaudeUsage()}}}]",
        3 => Object("\"prompt_token_count\":<count>", "\"generation_token_count\":<count>", "\"generation\":<prose>"),
        4 => Pick(["<prose>", "null", "[]", "{}", "[<count>,[{\"usage\":{\"inputTokens\":<number>}}]]", "{\"images\":[<prose>,<prose>]}", "{\"inputTextTokenCount\":<count>}"]),
        _ => Converse(),
    };

    string Converse() => Object("\"output\":" + Prose(4), "\"stopReason\":<stop>", "\"usage\":" + Usage(), May("\"metrics\":{\"latencyMs\":<number>}"),
        May("\"serviceTier\":" + Tier()), Rarely("\"performanceConfig\":{\"latency\":<latency>}"), Rarely("\"trace\":" + Trace()), Rarely(Odd()),
        Rarely("\"usage\":" + ClaudeUsage()), Rarely("\"metadata\":" + DeepBody()), Rarely("\"amazon-bedrock-invocationMetrics\":" + Counters()));

    string Events() => $"[{{\"messageStart\":{{\"role\":<prose>}}}},{{\"contentBlockDelta\":{{\"delta\":{{\"text\":<prose>}},\"contentBlockIndex\":<number>}}}},"
        + $"{{\"messageStop\":{{\"stopReason\":<stop>}}}},{{\"metadata\":{Converse()}}}]";

    // The readers of members look only so deep.
    string DeepBody()
    {
        var depth = random.Next(1, 10);
        return string.Concat(Enumerable.Repeat("{\"delta\":", depth)) + Object("\"usage\":" + Usage()) + new string('}', depth);
    }

    string Claude() => Object("\"type\":\"message\"", "\"content\":" + Prose(4), "\"stop_reason\":<stop>", "\"usage\":" + ClaudeUsage(), Rarely("\"stop_sequence\":null"),
        Rarely("\"amazon-bedrock-trace\":" + Trace()));

    string Usage() => Object(Counter("inputTokens"), Counter("outputTokens"), "\"totalTokens\":<number>", May(Counter("cacheReadInputTokens")),
        May(Counter("cacheWriteInputTokens")), May("\"cacheDetails\":" + Details()), Rarely("\"cacheDetails\":" + Details()), Rarely(Counter("prompt_tokens")),
        Rarely("\"cache_creation\":" + Creation()), Rarely("\"prompt_tokens_details\":" + Object(Counter("cached_tokens"), Rarely(Counter("cached_tokens")))),
        Rarely("\"input\\u0054okens\":<count>"));

    string ClaudeUsage() => Object(Counter("input_tokens"), Counter("output_tokens"), May(Counter("cache_creation_input_tokens")),
        May(Counter("cache_read_input_tokens")), May("\"cache_creation\":" + Creation()), Rarely("\"service_tier\":" + Tier()), Rarely("\"cacheDetails\":" + Details()));

    string Counters() => Object(Counter("inputTokenCount"), Counter("outputTokenCount"), May(Counter("cacheReadInputTokenCount")), May(Counter("cacheWriteInputTokenCount")));

    string Creation() => Object(May(Counter("ephemeral_5m_input_tokens")), May(Counter("ephemeral_30m_input_tokens")), May(Counter("ephemeral_1h_input_tokens")));

    string Details()
    {
        if (random.Next(10) == 0) return Pick(["null", "{\"ttl\":<ttl>,\"inputTokens\":<count>}", "[[{\"ttl\":<ttl>,\"inputTokens\":<count>}]]", "[]", "<prose>"]);
        return "[" + string.Join(',', Enumerable.Range(0, random.Next(0, 4)).Select(_ => Detail())) + "]";
    }

    string Detail() => random.Next(10) switch
    {
        0 => "{\"inputTokens\":<count>,\"ttl\":<ttl>}",
        1 => Pick(["{\"ttl\":<ttl>}", "{\"inputTokens\":<count>}", "{\"ttl\":null,\"inputTokens\":<count>}", "<number>", "{\"ttl\":<ttl>,\"inputTokens\":null}"]),
        2 => Pick(["{\"ttl\":<ttl>,\"ttl\":<ttl>,\"inputTokens\":<count>}", "{\"ttl\":<ttl>,\"inputTokens\":<count>,\"ttl\":<ttl>}",
            "{\"ttl\":<ttl>,\"inputTokens\":<count>,\"inputTokens\":<count>}", "{\"ttl\":<ttl>,\"note\":<prose>,\"inputTokens\":<count>}"]),
        _ => "{\"ttl\":<ttl>,\"inputTokens\":<count>}",
    };

    string Tier() => Pick(["{\"type\":<tier>}", "<tier>", "null", "{\"type\":<tier>,\"type\":<tier>}", "{\"type\":null}", "[<tier>]", "{\"type\":<tier>,\"note\":<prose>}"]);

    string Trace() => Object("\"guardrail\":" + Object("\"inputAssessment\":{\"gr\":" + Assessment() + "}", May("\"outputAssessments\":{\"gr\":[" + Assessment() + "]}"),
        Rarely("\"deep\":" + DeepAssessment())), Rarely("\"promptRouter\":{\"invokedModelId\":<prose>}"));

    string DeepAssessment()
    {
        var depth = random.Next(1, 7);
        return string.Concat(Enumerable.Repeat("{\"a\":", depth)) + Assessment() + new string('}', depth);
    }

    string Assessment() => Object("\"invocationMetrics\":" + Object("\"guardrailProcessingLatency\":<number>", "\"usage\":" + Object(May(Counter("contentPolicyUnits")),
        May(Counter("topicPolicyUnits")), May(Counter("sensitiveInformationPolicyUnits")), Rarely(Counter("contentPolicyImageUnits")),
        Rarely(Counter("contextualGroundingPolicyUnits")), Rarely(Counter("automatedReasoningPolicyUnits")), May("\"wordPolicyUnits\":<number>"))),
        May("\"wordPolicy\":{\"customWords\":[{\"match\":<prose>}]}"));

    string Prose(int deepest) => deepest == 0 ? Pick(["<prose>", "<number>"]) : random.Next(5) switch
    {
        0 => Object("\"text\":<prose>", "\"usage\":" + Prose(deepest - 1)),
        1 => "[" + Prose(deepest - 1) + "," + Prose(deepest - 1) + "]",
        2 => Pick(["{}", "[]", "[ ]", "{ }"]),
        _ => Pick(["<prose>", "<number>"]),
    };

    string Counter(string name) => random.Next(12) == 0 ? $"\"{name}\":null" : random.Next(40) == 0 ? $"\"{name}\" : <count> " : $"\"{name}\":<count>";
    string May(string member) => random.Next(2) == 0 ? "" : member;
    string Rarely(string member) => random.Next(10) != 0 ? "" : member;

    string Object(params string[] members)
    {
        var said = members.Where(m => m.Length > 0).ToArray();
        if (random.Next(3) == 0) random.Shuffle(said);
        return "{" + string.Join(',', said) + "}";
    }

    T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
