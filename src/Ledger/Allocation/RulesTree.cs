using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Assay.Ledger.Allocation;

/// <summary>Something a file of allocation rules says that cannot be meant.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Message">What was wrong, with the value in quotes, and what is accepted.</param>
public sealed record RulesError(string File, int Line, string Message)
{
    public override string ToString() => $"{File}:{Line}: {Message}.";
}

/// <summary>The mistakes of one reading, and the pieces of a file as its keys are read one by one.</summary>
sealed class RulesTree(string file)
{
    const int QuotedMax = 60;

    readonly List<RulesError> errors = [];

    /// <summary>The mistakes found, in the order of the file.</summary>
    public IReadOnlyList<RulesError> Errors => [.. errors.OrderBy(e => e.Line)];

    public void Wrong(YamlNode node, string message) => errors.Add(new(file, Line(node), message));

    /// <summary>The top of a text; null, and an error, where it is no map.</summary>
    public YamlMappingNode? Top(string text)
    {
        // JSON is indented by tabs at times, which YAML does not take.
        if (text.TrimStart().StartsWith('{')) text = text.Replace('\t', ' ');
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException wrong)
        {
            var what = wrong.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
            errors.Add(new(file, (int)Math.Max(1, wrong.End.Line), what.Contains("uplicate key", StringComparison.Ordinal)
                ? "a key stands here a second time; keep one of the two"
                : $"this is neither YAML nor JSON: {what}; check indentation, colons and quotes"));
            return null;
        }
        // The scanner lets some broken texts through to its own checks of state.
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            errors.Add(new(file, 1, "this is neither YAML nor JSON; check indentation, colons and quotes"));
            return null;
        }
        switch (stream.Documents)
        {
            case []:
                errors.Add(new(file, 1, "the file is empty; accepted: allocation rules, which say at least 'by: DIMENSION'"));
                return null;
            case [_, var second, ..]:
                Wrong(second.RootNode, "a second document starts here; accepted: one set of rules a file");
                return null;
            case [{ RootNode: YamlMappingNode map }]:
                return map;
            case [{ RootNode: var other }]:
                Wrong(other, $"{Quoted(other)} is no set of rules; accepted: lines of the form 'key: value', at least 'by: DIMENSION'");
                return null;
            default:
                return null;
        }
    }

    /// <summary>The entries of a map by key; what is no key of it is an error.</summary>
    public Dictionary<string, YamlNode> Entries(YamlMappingNode map, string what, params string[] keys)
    {
        var entries = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (keys.Contains(name)) entries[name] = value;
            else Wrong(key, $"'{Cut(name)}' is not a key of {what}; accepted: {string.Join(", ", keys)}");
        }
        return entries;
    }

    /// <summary>The named entries of a map whose keys are anyone's words.</summary>
    public List<(string Name, YamlNode Key, YamlNode Value)> Named(YamlNode node, string accepted)
    {
        List<(string, YamlNode, YamlNode)> named = [];
        if (node is not YamlMappingNode map)
        {
            Wrong(node, $"{Quoted(node)} is not accepted; accepted: {accepted}");
            return named;
        }
        foreach (var (key, value) in map.Children)
        {
            if (Text(key) is { } name) named.Add((name, key, value));
            else Wrong(key, $"a name is empty or no text; accepted: {accepted}");
        }
        return named;
    }

    /// <summary>A text that is not empty, else null.</summary>
    public static string? Text(YamlNode node) =>
        node is YamlScalarNode { Value: { } value } && value.Trim() is { Length: > 0 } text && text is not ("~" or "null") ? text : null;

    /// <summary>One text, or a list of them; an error and what could be read otherwise.</summary>
    public List<(string Text, YamlNode Node)> Texts(YamlNode node, string accepted)
    {
        IEnumerable<YamlNode> items = node is YamlSequenceNode list ? list.Children : [node];
        List<(string, YamlNode)> texts = [];
        foreach (var item in items)
        {
            if (Text(item) is { } text) texts.Add((text, item));
            else Wrong(item, $"{Quoted(item)} is not accepted; accepted: {accepted}");
        }
        if (node is YamlSequenceNode { Children.Count: 0 }) Wrong(node, $"the list is empty; accepted: {accepted}");
        return texts;
    }

    public static string Quoted(YamlNode node) => node switch
    {
        YamlScalarNode scalar => $"'{Cut(scalar.Value ?? "")}'",
        YamlSequenceNode => "a list",
        _ => "a map",
    };

    public static string Cut(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= QuotedMax ? line : line[..(QuotedMax - 1)] + "…";
    }

    static int Line(YamlNode node) => (int)Math.Max(1, node.Start.Line);
}
