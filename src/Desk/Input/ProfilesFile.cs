using System.Text.Json;
using Assay.Usage;

namespace Assay.Desk.Input;

/// <summary>Reads <c>--profiles FILE</c>: <c>{"&lt;arn&gt;":{"model":…,"app":…,"team":…,"env":…}}</c>.</summary>
public static class ProfilesFile
{
    public static IReadOnlyDictionary<string, MappedProfile> Read(string path)
    {
        const string accepted = """accepted is JSON such as """
            + """{"arn:aws:bedrock:…:application-inference-profile/abc":"""
            + """{"model":"us.anthropic.claude-sonnet-4-20250514-v1:0","app":"chat","team":"support"}}""";
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputException($"'{path}' is not a map of profiles; {accepted}.");
            var profiles = new Dictionary<string, MappedProfile>(StringComparer.Ordinal);
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.Object || Text(entry.Value, "model") is not { Length: > 0 } model)
                    throw new InputException($"'{path}': profile '{entry.Name}' names no model; {accepted}.");
                profiles[entry.Name] = new(model, Text(entry.Value, "app") ?? Text(entry.Value, "application") ?? "",
                    Text(entry.Value, "team") ?? "", Text(entry.Value, "env") ?? Text(entry.Value, "environment") ?? "");
            }
            foreach (var arn in profiles.Keys)
                if (LeadsRound(arn, profiles)) throw new InputException($"'{path}': profile '{arn}' leads back to itself; {accepted}.");
            return profiles;
        }
        catch (JsonException broken)
        {
            throw new InputException($"'{path}' line {broken.LineNumber + 1} is not JSON; {accepted}.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}': {LogFiles.Reason(fault)}. --profiles takes a JSON file; {accepted}.");
        }
    }

    // Profiles may stand for profiles; following them must come to an end.
    static bool LeadsRound(string arn, Dictionary<string, MappedProfile> profiles)
    {
        var at = arn;
        for (var steps = 0; profiles.TryGetValue(at, out var next); steps++, at = next.Model)
            if (steps > profiles.Count) return true;
        return false;
    }

    static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
