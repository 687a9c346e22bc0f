using System.Text.Json;

namespace Assay.Gateway.Door;

/// <summary>The tags a client puts on a call, without those that are the gateway's to set: whose a call is, its key says.</summary>
static class ClientTags
{
    /// <summary>Pairs that Bedrock takes, the stamped ones among them.</summary>
    const int PairsMax = 16;
    const int Stamped = 4;

    static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "app", "application", "team", "env", "environment",
    };

    /// <returns>The tags; null where the text is no object of texts.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        List<KeyValuePair<string, string>> tags = [];
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!reader.Read() || reader.TokenType != JsonTokenType.String) return null;
                // Said twice, the last counts, as for any reader of JSON.
                tags.RemoveAll(t => t.Key == name);
                if (!Reserved.Contains(name.Trim()) && tags.Count < PairsMax - Stamped) tags.Add(new(name, reader.GetString()!));
            }
            return tags;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Tags of another language's requests, those left out that Bedrock would not take.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(IEnumerable<KeyValuePair<string, string>> tags) =>
        [.. tags.Where(t => !Reserved.Contains(t.Key.Trim()) && IsTaken(t.Key) && t.Key.Length > 0 && IsTaken(t.Value))
            .Take(PairsMax - Stamped)];

    // The characters of request metadata, and how many of them.
    static bool IsTaken(string text) => text.Length <= 256
        && text.All(c => char.IsAsciiLetterOrDigit(c) || " :_@$#=/+,-.".Contains(c, StringComparison.Ordinal));

    public static string AgentOf(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        foreach (var (name, value) in tags)
            if (name is "agent" or "agent_id" or "agentId") return value;
        return "";
    }

    public static string SessionOf(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name is "session" or "session_id" or "sessionId" or "conversation_id") return value;
            // Anthropic's own agents name their session within the user's id.
            const string within = "_session_";
            if (name == "user_id" && value.LastIndexOf(within, StringComparison.Ordinal) is >= 0 and var at)
                return value[(at + within.Length)..];
        }
        return "";
    }
}
