using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>The bodies inside an invocation log: requests and answers of Converse, of Claude's own interface and of embeddings.</summary>
static class InvocationLogBodies
{
    public static void WriteRequest(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        switch (entry.Shape)
        {
            case LogShape.Converse or LogShape.ConverseEvents:
                ConverseBodies.WriteRequest(json, entry);
                break;
            case LogShape.InvokeClaude or LogShape.InvokeClaudeChunks:
                ClaudeBodies.WriteRequest(json, entry.Content);
                break;
            default:
                json.WriteStartObject();
                json.WriteString("inputText"u8, entry.Content.Messages is [{ Parts: [LogPart.Words words, ..] }, ..] ? words.Text : "");
                json.WriteBoolean("normalize"u8, true);
                json.WriteEndObject();
                break;
        }
    }

    public static void WriteAnswer(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        switch (entry.Shape)
        {
            case LogShape.Converse:
                ConverseBodies.WriteAnswer(json, entry);
                break;
            case LogShape.ConverseEvents:
                ConverseBodies.WriteEvents(json, entry);
                break;
            case LogShape.InvokeClaude:
                ClaudeBodies.WriteAnswer(json, entry);
                break;
            case LogShape.InvokeClaudeChunks:
                ClaudeBodies.WriteChunks(json, entry);
                break;
            default:
                json.WriteStartObject();
                json.WriteNumber("inputTextTokenCount"u8, entry.RecordReference.Tokens.Input);
                json.WriteEndObject();
                break;
        }
    }

    public static IReadOnlyList<LogPart> AnswerParts(InvocationLogEntry entry) =>
        entry.OutputBody == LogBody.Included ? entry.Content.Answer : [];
}
