using System.Text;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Patterns.Tests.Prompts;

/// <summary>Calls with prompts, written as a log and read back with their content.</summary>
static class SaidCalls
{
    public const string Model = "acme.claude-v1:0";
    static readonly DateTime Noon = new(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>A prompt of one system text and one user text; either may be empty.</summary>
    public static LogContent Prompt(string system, string user) => new()
    {
        System = system.Length == 0 ? [] : [new LogPart.Words(system)], Messages = [Says(user)],
    };

    public static LogMessage Says(string text) => new("user", [new LogPart.Words(text)]);
    public static LogMessage Answers(string text) => new("assistant", [new LogPart.Words(text)]);

    /// <summary>One call a minute. Four bytes of prompt are a token.</summary>
    public static List<UsageRecord> Of(IEnumerable<LogContent> prompts, Func<int, string>? session = null)
    {
        using var log = new MemoryStream();
        using (var writer = new InvocationLogWriter(log))
        {
            var number = 0;
            foreach (var prompt in prompts)
            {
                writer.Write(Entry(number, prompt, session?.Invoke(number) ?? ""));
                number++;
            }
        }
        log.Position = 0;
        List<UsageRecord> records = [];
        var options = LogReaderOptions.For(ModelCatalog.Empty) with { WithContent = true };
        new InvocationLogReader(options).Read(log, "a.json", batch => records.AddRange(batch), default);
        return records;
    }

    static InvocationLogEntry Entry(int number, LogContent content, string session) => new()
    {
        Record = new()
        {
            RequestId = RequestId.Parse(new Guid(number + 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString("D")), Time = Noon.AddMinutes(number), Caller = Caller.Nobody,
            Region = "us-east-1", Model = ModelIdentity.Resolve(Model, ModelCatalog.Empty, LogReaderOptions.NoProfiles), Operation = "Converse",
            Tokens = new() { Input = Math.Max(1, Length(content) / 4), Output = 10 }, StopReason = "end_turn",
        },
        IdentityArn = "arn:aws:iam::111122223333:user/Bo", ModelId = Model, InputBody = LogBody.Included, OutputBody = LogBody.Included, Content = content,
        Metadata = session.Length == 0 ? [] : [new("session", session)],
    };

    static int Length(LogContent content) => content.System.Concat(content.Messages.SelectMany(m => m.Parts)).Sum(p => p switch
    {
        LogPart.Words words => words.Text.Length,
        LogPart.ToolUse use => use.InputJson.Length + use.Name.Length + 2,
        LogPart.ToolResult result => result.Text.Length,
        _ => 0,
    }) + content.Tools.Sum(t => t.SchemaJson.Length + t.Name.Length + t.Description.Length + 70);

    /// <summary>Words without pattern, as prose is; the same seed gives the same.</summary>
    public static string Prose(int seed, int length)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        while (text.Length < length)
        {
            for (var letters = random.Next(2, 10); letters > 0; letters--) text.Append((char)random.Next('a', 'z' + 1));
            text.Append(' ');
        }
        return text.ToString(0, length);
    }
}
