using System.Text;
using System.Text.Json;
using Assay.Usage.Logs;
using Assay.Usage.Tests.Logs;

namespace Assay.Usage.Tests.Content;

/// <summary>Log lines with bodies, and what a reader asked for content makes of them.</summary>
static class TheContent
{
    public static readonly LogReaderOptions Options = TheLog.Options with { WithContent = true };

    // As AWS writes text: nothing escaped that need not be.
    static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static CallContent Of(string request, string answer = "null", string extra = "") => TheLog.Only(Line(request, answer, extra), Options).Content!;

    public static string Line(string request, string answer = "null", string extra = "") =>
        TheLog.Line($"\"inputBodyJson\":{request},\"inputTokenCount\":100", $"\"outputBodyJson\":{answer},\"outputTokenCount\":20", extra: extra);

    public static IReadOnlyList<PromptBlock> Prompt(string request) => Of(request).Prompt!;
    public static AnswerShape Answer(string answer) => Of("null", answer).Answer;
    public static AnswerShape Said(string text) => Answer($$$$$"""{"output":{"message":{"content":[{"text":{{{{{JsonSerializer.Serialize(text, Plain)}}}}}}]}}}""");

    /// <summary>The skeleton of a prompt: "System Text 5, CachePoint 1h, User Text 2".</summary>
    public static string Skeleton(IReadOnlyList<PromptBlock>? prompt) => prompt is null ? "no body" : string.Join(", ", prompt.Select(b => b.Kind == BlockKind.CachePoint
        ? $"CachePoint {b.Lifetime.TotalMinutes:0}m" : $"{b.Place} {b.Kind} {b.Bytes}"));

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
