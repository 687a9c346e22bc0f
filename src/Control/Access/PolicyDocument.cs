using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Control.Access;

/// <summary>A condition of a statement: the key's value compared with any of these.</summary>
/// <param name="Operator">As AWS spells it, with <c>IfExists</c>, <c>ForAnyValue:</c> and <c>ForAllValues:</c>.</param>
public sealed record Condition(string Operator, string Key, IReadOnlyList<string> Values);

/// <summary>One statement of a policy document: actions or all but some, resources or all but some, under conditions.</summary>
public sealed record Statement
{
    public string Sid { get; init; } = "";
    public required bool IsAllow { get; init; }

    /// <summary>Exactly one of this and <see cref="NotActions"/> has entries.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];
    public IReadOnlyList<string> NotActions { get; init; } = [];

    /// <summary>Exactly one of this and <see cref="NotResources"/> has entries.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];
    public IReadOnlyList<string> NotResources { get; init; } = [];
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <summary>A policy document of IAM or Organizations, in the subset that has no principals: identity, boundary and service
/// control.</summary>
public sealed record PolicyDocument(IReadOnlyList<Statement> Statements)
{
    public const string Version = "2012-10-17";

    /// <summary>What every new organisation attaches to its accounts: service control policies only take away from it.</summary>
    public static readonly PolicyDocument FullAccess = new([new()
    {
        Sid = "FullAWSAccess", IsAllow = true, Actions = ["*"], Resources = ["*"],
    }]);

    /// <summary>Reads a document as AWS does.</summary>
    /// <exception cref="FormatException">It is none, or says something that this evaluator does not know.</exception>
    public static PolicyDocument Parse(string json)
    {
        try
        {
            using var read = JsonDocument.Parse(json);
            var version = read.RootElement.TryGetProperty("Version", out var stated) ? stated.GetString() : null;
            if (version != Version)
                throw new FormatException($"the version '{version}' of a policy document is not '{Version}': older ones know no "
                    + "variables.");
            var statements = read.RootElement.GetProperty("Statement");
            IEnumerable<JsonElement> each = statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray() : [statements];
            return new([.. each.Select(Read)]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"this is not a policy document: {fault.Message}", fault);
        }
    }

    static Statement Read(JsonElement statement)
    {
        if (statement.TryGetProperty("Principal", out _) || statement.TryGetProperty("NotPrincipal", out _))
            throw new FormatException("a statement names a principal: resource policies are not evaluated here.");
        var sid = statement.TryGetProperty("Sid", out var named) ? named.GetString()! : "";
        var effect = statement.GetProperty("Effect").GetString();
        if (effect is not ("Allow" or "Deny")) throw new FormatException($"the effect '{effect}' is neither Allow nor Deny.");
        List<Condition> conditions = [];
        if (statement.TryGetProperty("Condition", out var block))
            foreach (var by in block.EnumerateObject())
                foreach (var key in by.Value.EnumerateObject())
                    conditions.Add(new(Conditions.Known(by.Name), key.Name, Texts(key.Value)));
        Statement read = new()
        {
            Sid = sid, IsAllow = effect == "Allow", Conditions = conditions,
            Actions = Of("Action"), NotActions = Of("NotAction"), Resources = Of("Resource"), NotResources = Of("NotResource"),
        };
        if ((read.Actions.Count == 0) == (read.NotActions.Count == 0) || (read.Resources.Count == 0) == (read.NotResources.Count == 0))
            throw new FormatException($"the statement '{sid}' needs one of Action and NotAction, and one of Resource and NotResource.");
        return read;

        IReadOnlyList<string> Of(string name) => statement.TryGetProperty(name, out var value) ? Texts(value) : [];
    }

    static List<string> Texts(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(Text)]
        : [Text(value)];

    static string Text(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? value.GetBoolean() ? "true" : "false"
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString()!;

    /// <summary>
    /// The document as JSON, one statement a line: readable in a diff, and with so little white space that what is written is what AWS
    /// counts.
    /// </summary>
    public string ToJson()
    {
        var text = new StringBuilder("{\"Version\":\"" + Version + "\",\"Statement\":[\n");
        text.AppendJoin(",\n", Statements.Select(s => Compact(json => Write(json, s))));
        return text.Append("\n]}\n").ToString();
    }

    /// <summary>Writes the document as a JSON value.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("Version", Version);
        json.WriteStartArray("Statement");
        foreach (var statement in Statements) Write(json, statement);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Statement statement)
    {
        json.WriteStartObject();
        if (statement.Sid.Length > 0) json.WriteString("Sid", statement.Sid);
        json.WriteString("Effect", statement.IsAllow ? "Allow" : "Deny");
        Texts("Action", statement.Actions);
        Texts("NotAction", statement.NotActions);
        Texts("Resource", statement.Resources);
        Texts("NotResource", statement.NotResources);
        if (statement.Conditions.Count > 0)
        {
            json.WriteStartObject("Condition");
            foreach (var by in statement.Conditions.GroupBy(c => c.Operator, StringComparer.Ordinal))
            {
                json.WriteStartObject(by.Key);
                foreach (var condition in by) Texts(condition.Key, condition.Values);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();

        void Texts(string name, IReadOnlyList<string> values)
        {
            if (values is [var one])
            {
                json.WriteString(name, one);
                return;
            }
            if (values.Count == 0) return;
            json.WriteStartArray(name);
            foreach (var value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }

    static string Compact(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
