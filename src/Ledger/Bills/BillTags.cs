using System.Text.Json;

namespace Assay.Ledger.Bills;

/// <summary>
/// Reads the tags of a line. Bills spell one key many ways: <c>user:app</c>, <c>resourceTags/user:app</c>, <c>user_app</c>,
/// <c>iamPrincipal/app</c>; what they have in common is the key.
/// </summary>
static class BillTags
{
    static readonly string[] Holders = ["resourceTags/", "iamPrincipal/", "accountTag/", "userAttribute/"];
    static readonly string[] Owners = ["user:", "aws:"];

    // The maps and tables of cost and usage reports write an underscore for the colon.
    static readonly string[] CurOwners = ["user:", "aws:", "user_", "aws_"];

    /// <summary>
    /// The tags of a row; a tag of the resource wins over one of the principal, and that over one of the account.
    /// </summary>
    public static Dictionary<string, string> Read(BillRow row)
    {
        Dictionary<string, (int Rank, string Value)> found = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in row.TagColumns) Add(found, Bare(key, CurOwners), value, 0);
        foreach (var (key, value) in Map(row[BillField.ResourceTags])) Add(found, Bare(key, CurOwners), value, 0);
        foreach (var (key, value) in Map(row[BillField.Tags])) Add(found, Bare(key), value, RankOf(key));
        return found.ToDictionary(f => f.Key, f => f.Value.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Everything that decides the tags of a row: rows that agree in it share them.</summary>
    public static string TextOf(BillRow row) =>
        string.Join('\u001F', row.TagColumns.Select(t => t.Value).Append(row[BillField.ResourceTags]).Append(row[BillField.Tags]));

    /// <summary>The entries of a map in JSON: an object, or a list of keys and values; nothing where it is no JSON.</summary>
    public static IEnumerable<(string Key, string Value)> Map(string json)
    {
        if (json.AsSpan().TrimStart() is not ['{' or '[', ..]) return [];
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Select(m => (m.Name, Text(m.Value)))]
                : [.. document.RootElement.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Select(Pair)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    // {"key":"app","value":"chat"}: how some tools write a map of Parquet.
    static (string, string) Pair(JsonElement pair) =>
        (pair.TryGetProperty("key", out var key) ? Text(key) : "", pair.TryGetProperty("value", out var value) ? Text(value) : "");

    static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    static int RankOf(string key) => key.StartsWith("iamPrincipal/", StringComparison.OrdinalIgnoreCase) ? 1
        : key.StartsWith("userAttribute/", StringComparison.OrdinalIgnoreCase) ? 2
        : key.StartsWith("accountTag/", StringComparison.OrdinalIgnoreCase) ? 3 : 0;

    static void Add(Dictionary<string, (int Rank, string Value)> found, string key, string value, int rank)
    {
        if (value.Length == 0 || key.Length == 0) return;
        if (!found.TryGetValue(key, out var other) || rank < other.Rank) found[key] = (rank, value);
    }

    /// <summary>The key without what cost allocation puts before it.</summary>
    internal static string Bare(string key) => Bare(key, Owners);

    static string Bare(string key, string[] owners) => Without(Without(key, Holders), owners);

    static string Without(string key, string[] prefixes)
    {
        foreach (var prefix in prefixes)
            if (key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return key[prefix.Length..];
        return key;
    }
}
