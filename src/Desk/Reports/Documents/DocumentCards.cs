using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Desk.Reports;

/// <summary>A document's first figures and sentences as chat systems take them: Slack's blocks, an Adaptive Card for Microsoft
/// Teams.</summary>
static class DocumentCards
{
    // Slack's limits of a header and of a section's text.
    const int SlackHeaderMax = 150, SlackTextMax = 2_900;

    /// <summary>For an incoming webhook of Slack.</summary>
    public static string Slack(Document document) => Json(json =>
    {
        json.WriteStartObject();
        // What a notification shows.
        json.WriteString("text", Escaped($"{document.Title}, {document.Period}: {document.Summary[0]}"));
        json.WriteStartArray("blocks");
        Block(json, "header", () => Text(json, "text", "plain_text", Cut($"{document.Title}, {document.Period}", SlackHeaderMax)));
        if (document.Warnings.Count > 0)
            Block(json, "section", () => Text(json, "text", "mrkdwn",
                Cut(string.Join('\n', document.Warnings.Select(w => $":warning: {Escaped(w)}")), SlackTextMax)));
        Block(json, "section", () =>
        {
            json.WriteStartArray("fields");
            // Ten fields are the most that Slack shows.
            foreach (var figure in document.Figures.Take(10))
            {
                json.WriteStartObject();
                json.WriteString("type", "mrkdwn");
                json.WriteString("text", Cut($"*{Escaped(figure.Label)}*\n{Escaped(figure.Value)}\n_{Escaped(figure.Note)}_",
                    SlackTextMax));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        Block(json, "section", () => Text(json, "text", "mrkdwn",
            Cut(string.Join('\n', document.Summary.Select(s => $"• {Escaped(s)}")), SlackTextMax)));
        Block(json, "context", () =>
        {
            json.WriteStartArray("elements");
            json.WriteStartObject();
            json.WriteString("type", "mrkdwn");
            json.WriteString("text", Cut(Escaped(document.Source), SlackTextMax));
            json.WriteEndObject();
            json.WriteEndArray();
        });
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>For a workflow of Microsoft Teams that takes an Adaptive Card.</summary>
    public static string Teams(Document document) => Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteStartArray("attachments");
        json.WriteStartObject();
        json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        json.WriteStartObject("content");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.4");
        json.WriteStartArray("body");
        Say($"{document.Title}, {document.Period}", ("size", "Large"), ("weight", "Bolder"));
        foreach (var warning in document.Warnings) Say(warning, ("color", "Attention"));
        json.WriteStartObject();
        json.WriteString("type", "FactSet");
        json.WriteStartArray("facts");
        foreach (var figure in document.Figures)
        {
            json.WriteStartObject();
            json.WriteString("title", figure.Label);
            json.WriteString("value", Unmarked($"{figure.Value} ({figure.Note})"));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        foreach (var sentence in document.Summary) Say(sentence);
        Say(document.Source, ("isSubtle", ""), ("size", "Small"));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();

        void Say(string text, params (string Name, string Value)[] looks)
        {
            json.WriteStartObject();
            json.WriteString("type", "TextBlock");
            json.WriteString("text", Unmarked(text));
            json.WriteBoolean("wrap", true);
            foreach (var (name, value) in looks)
                if (value.Length == 0) json.WriteBoolean(name, true);
                else json.WriteString(name, value);
            json.WriteEndObject();
        }
    });

    static void Block(Utf8JsonWriter json, string type, Action content)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        content();
        json.WriteEndObject();
    }

    static void Text(Utf8JsonWriter json, string name, string type, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    static string Json(Action<Utf8JsonWriter> content)
    {
        using MemoryStream stream = new();
        JsonWriterOptions looks = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };
        using (Utf8JsonWriter json = new(stream, looks))
            content(json);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    // Names come from logs: none becomes a link, a mention or a mark.
    static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace('*', '∗').Replace('`', 'ˋ').Replace('_', '＿').Replace('~', '∼');

    static string Unmarked(string text) => text.Replace("[", @"\[", StringComparison.Ordinal).Replace("*", @"\*", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);

    static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
}
