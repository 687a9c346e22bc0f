using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>Makes the words of a workload's calls, of the length their token counts imply.</summary>
sealed class PromptWriter(Workload workload, ulong seed)
{
    static readonly string[] People = ["Ana", "Bram", "Chioma", "Dmitri", "Elena", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Kavya"];
    static readonly string[] Labels = ["billing", "refund", "delivery", "technical", "legal", "spam"];

    readonly string prefix = Prose.Text(SeededRandom.For(seed, workload.Name + "/prefix"), Math.Max(1, workload.PrefixTokens - 60));

    public LogContent Words(
        SeededRandom random, DateTime time, long fresh, long earlier, long output, bool blocked,
        Transcript? transcript, int turn, bool last)
    {
        if (transcript is not null) return Agent(transcript, turn, last);
        // What stands on S3 is not written here, and a conversation kept there needs no words.
        var asked = Prose.Characters(workload.PrefixTokens + earlier + fresh) > 100_000 ? "" : Prose.Text(random, earlier + fresh);
        LogPart[] question = workload.Cache == CacheUse.EachPrompt
            ? [new LogPart.Words(asked), new LogPart.CachePoint(workload.CacheTtl), new LogPart.Words(prefix)]
            : [new LogPart.Words(asked)];
        if (workload.Cache == CacheUse.Conversation) question = [.. question, new LogPart.CachePoint(workload.CacheTtl)];
        return new()
        {
            System = System(random, time),
            Messages = [new("user", question)],
            Answer = [new LogPart.Words(Answer(random, output, blocked))],
            MaxTokens = workload.Output.Mean < 8 ? 8 : 2048,
        };
    }

    LogPart[] System(SeededRandom random, DateTime time)
    {
        if (workload.PrefixTokens == 0 || workload.Cache == CacheUse.EachPrompt) return [];
        if (workload.Layout == PromptLayout.VariableLineFirst)
            return [new LogPart.Words($"It is {time:yyyy-MM-dd HH:mm:ss}. You are writing for {random.Pick(People)}.\n{prefix}")];
        return StaticBlock();
    }

    LogPart[] StaticBlock() => workload.Cache == CacheUse.Prefix
        ? [new LogPart.Words(prefix), new LogPart.CachePoint(workload.CacheTtl)]
        : [new LogPart.Words(prefix)];

    static string Answer(SeededRandom random, long output, bool blocked)
    {
        if (blocked) return "Sorry, I cannot help with this request.";
        return output <= 3 ? random.Pick(Labels) : Prose.Text(random, output);
    }

    LogContent Agent(Transcript transcript, int turn, bool last) => new()
    {
        System = StaticBlock(),
        Tools = Transcript.Tools,
        Messages = transcript.Before(turn),
        Answer = transcript.Answer(turn, last),
        MaxTokens = 4096,
    };
}

/// <summary>What an agent's session says: a task, then tool calls and their results; in a runaway the same call over and over.</summary>
sealed class Transcript(SeededRandom random, bool runaway)
{
    static readonly string[] Jobs = ["ledger-sync", "invoice-export", "stock-recount", "price-refresh", "tax-report"];

    public static readonly IReadOnlyList<LogTool> Tools =
    [
        new("find_runs", "Lists the latest runs of a job.",
            """{"type":"object","properties":{"job":{"type":"string"},"limit":{"type":"integer"}}}"""),
        new("read_log", "Reads the end of a run's log.",
            """{"type":"object","properties":{"run":{"type":"integer"},"lines":{"type":"integer"}}}"""),
        new("restart_job", "Starts a job again.", """{"type":"object","properties":{"job":{"type":"string"}}}"""),
    ];

    readonly List<LogMessage> messages = [];
    readonly string stuck = Prose.Text(random, 190);

    public void Ask(long tokens) => messages.Add(new("user", [new LogPart.Words(Prose.Text(random, tokens))]));

    /// <summary>The model calls a tool, and the tool answers with so many tokens.</summary>
    public void Step(int turn, long output, long growth)
    {
        var id = $"tooluse_{random.NextBits():x16}";
        var loops = runaway && turn >= 3;
        var use = (loops, turn % 2) switch
        {
            (true, _) => new LogPart.ToolUse(id, "restart_job", """{"job":"ledger-sync"}"""),
            (_, 0) => new(id, "find_runs", $$"""{"job":"{{random.Pick(Jobs)}}","limit":{{random.Below(20) + 1}}}"""),
            _ => new(id, "read_log", $$"""{"run":{{random.Below(90_000)}},"lines":80}"""),
        };
        var said = loops ? "Restarting the job." : Prose.Text(random, Math.Max(4, output - 40));
        var result = loops ? "error: the job is locked by another run. " + stuck : Prose.Text(random, growth);
        messages.Add(new("assistant", [new LogPart.Words(said), use]));
        messages.Add(new("user", [new LogPart.ToolResult(id, result)]));
    }

    /// <summary>A call of a tool by itself, of an agent that keeps no history.</summary>
    public static LogPart LookUp(SeededRandom random) =>
        new LogPart.ToolUse($"tooluse_{random.NextBits():x16}", "find_runs", $$"""{"job":"{{random.Pick(Jobs)}}","limit":20}""");

    /// <summary>The messages a call carries: everything before its own answer.</summary>
    public IReadOnlyList<LogMessage> Before(int turn) => messages.GetRange(0, 1 + 2 * turn);

    public IReadOnlyList<LogPart> Answer(int turn, bool last) => last && !runaway
        ? [new LogPart.Words("Done: the job runs again, and the cause is written down.")]
        : messages[1 + 2 * turn].Parts;
}
