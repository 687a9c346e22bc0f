using Assay.Usage.Logs;

namespace Assay.Usage;

/// <summary>
/// Gathers what one record says beside its figures: prompt, answer, session, serving region, latency. Nothing here is ever a fault of
/// the record: what cannot be read is left unsaid. One a reader; not thread-safe.
/// </summary>
sealed class ContentReader
{
    // An agent's trace often spans one task, so it names a session where nothing better does. The first of these that is said wins.
    static readonly string[] SessionKeys =
    [
        "session", "sessionid", "conversation", "conversationid", "thread", "threadid", "chatid", "chatsession", "chatsessionid",
        "traceid", "trace",
    ];

    readonly PromptReader prompts = new();
    readonly AnswerReader answers = new();
    IReadOnlyList<PromptBlock>? prompt;
    AnswerShape answer = AnswerShape.Unknown;
    Name? region, lastRegion;
    ulong session;
    int sessionKey;

    /// <summary>Forgets the record before.</summary>
    public void Begin()
    {
        prompt = null;
        answer = AnswerShape.Unknown;
        region = null;
        session = 0;
        sessionKey = SessionKeys.Length;
        prompts.Clear();
        answers.Clear();
    }

    /// <summary>An <c>inputBodyJson</c>.</summary>
    public void ReadPrompt(JsonScanner body) => prompt = prompts.Read(body);

    /// <summary>An <c>outputBodyJson</c>.</summary>
    public void ReadAnswer(JsonScanner body) => answer = answers.Read(body);

    public void ReadServingRegion(JsonScanner value, NameTable names)
    {
        if (value.Peek() == (byte)'"' && value.TakeText(out var text) && names.TryGet(text, ref lastRegion, out var name)) region = name;
    }

    /// <summary>One member of the caller's request metadata.</summary>
    public void ReadMetadata(ReadOnlySpan<byte> name, JsonScanner value)
    {
        var key = SessionKey(name);
        if (key < 0 || key >= sessionKey || value.Peek() != (byte)'"' || !value.TakeString(out var id, out _) || id.IsEmpty) return;
        (session, sessionKey) = (Fingerprint.Of(id), key);
    }

    // "Session-Id", "session_id" and "sessionId" are one key.
    static int SessionKey(ReadOnlySpan<byte> name)
    {
        Span<char> plain = stackalloc char[20];
        var length = 0;
        foreach (var c in name)
        {
            if (c is (byte)'_' or (byte)'-' or (byte)'.' or (byte)' ') continue;
            if (length == plain.Length) return -1;
            plain[length++] = (char)(c is >= (byte)'A' and <= (byte)'Z' ? c | 0x20 : c);
        }
        for (var i = 0; i < SessionKeys.Length; i++)
            if (plain[..length].SequenceEqual(SessionKeys[i])) return i;
        return -1;
    }

    public CallContent End() => new()
    {
        Prompt = prompt,
        Answer = answer,
        MaxTokens = prompts.MaxTokens,
        HasStopSequences = prompts.HasStopSequences,
        Session = session,
        ServingRegion = region?.Text ?? "",
        LatencyMs = answers.LatencyMs,
    };
}
