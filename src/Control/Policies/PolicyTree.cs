using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Control.Policies;

/// <summary>Where something stands in a policy file. Lines and columns are counted from 1.</summary>
public sealed record Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>Something a policy file says that cannot be meant.</summary>
/// <param name="Message">What was wrong, with the value in quotes, and what is accepted.</param>
public sealed record PolicyError(Place Place, string Message)
{
    public override string ToString() =>
        $"{Place.File}:{Place.Line}:{Place.Column}: {Message}{(Message.EndsWith('?') ? "" : ".")}";
}

/// <summary>A piece of a policy file and where it stands.</summary>
abstract record Node(Place Place);

/// <summary>A plain or quoted value. Empty where nothing (or <c>null</c>, <c>~</c>) is written.</summary>
sealed record TextNode(Place Place, string Text) : Node(Place);

sealed record ListNode(Place Place, IReadOnlyList<Node> Items) : Node(Place);

sealed record MapNode(Place Place, IReadOnlyList<Entry> Entries) : Node(Place);

sealed record Entry(string Key, Node KeyNode, Node Value);

/// <summary>
/// The tree of one YAML or JSON text, made from the parser's events: the library's own tree stops at the first key that stands twice,
/// and resolves aliases, by which a small file can stand for a huge one.
/// </summary>
sealed class PolicyTree
{
    public const int LengthMax = 1024 * 1024;
    const int DepthMax = 16;

    readonly string file;
    readonly List<PolicyError> errors;
    readonly Parser parser;

    PolicyTree(string file, string text, List<PolicyError> errors)
    {
        this.file = file;
        this.errors = errors;
        parser = new(new StringReader(text));
    }

    /// <summary>The top of the text, or null when errors were added that leave nothing to read.</summary>
    public static MapNode? Read(string file, string text, List<PolicyError> errors)
    {
        if (text.Length > LengthMax) return Refuse(1, 1, "the file is too long; accepted: a policy of up to 1 MB");
        text = text.TrimStart('\uFEFF');
        // JSON is indented by tabs at times, which YAML does not take.
        if (text.TrimStart().StartsWith('{')) text = text.Replace('\t', ' ');
        var tree = new PolicyTree(file, text, errors);
        try
        {
            return tree.Document();
        }
        catch (YamlException wrong)
        {
            var what = (wrong.InnerException ?? wrong).Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
            return Refuse((int)wrong.End.Line, (int)wrong.End.Column,
                $"this is neither YAML nor JSON: {what}; check indentation, colons and quotes");
        }
        // The scanner lets some broken texts through to its own checks of state.
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException or OverflowException
            or IndexOutOfRangeException)
        {
            return Refuse(1, 1, "this is neither YAML nor JSON; check indentation, colons and quotes");
        }

        MapNode? Refuse(int line, int column, string message)
        {
            errors.Add(new(new(file, Math.Max(1, line), Math.Max(1, column)), message));
            return null;
        }
    }

    MapNode? Document()
    {
        const string accepted = "accepted: a policy, which starts with 'policy: NAME'; samples/policy.yaml is one";
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return Wrong(new(file, 1, 1), $"the file is empty; {accepted}");
        parser.Consume<DocumentStart>();
        if (Next(0) is not { } top) return null;
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _) && parser.Current is { } more)
            Wrong(At(more), "a second document starts here; accepted: one policy a file");
        return top as MapNode ?? Wrong(top.Place, top is TextNode { Text: "" }
            ? $"the file is empty; {accepted}"
            : $"{Quoted.Of(top)} is no policy; accepted: lines of the form 'key: value'");
    }

    MapNode? Wrong(Place place, string message)
    {
        errors.Add(new(place, message));
        return null;
    }

    // Null when the rest of the file must not be read.
    Node? Next(int depth)
    {
        var start = parser.Current ?? throw new YamlException("the file ends too early");
        var place = At(start);
        if (depth > DepthMax) return Wrong(place, $"values lie more than {DepthMax} levels deep; accepted: the levels of docs/policy.md");
        if (start is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            Wrong(place, "anchors and aliases are not accepted; write the values out, or name them under 'groups'");
        switch (start)
        {
            case AnchorAlias:
                parser.MoveNext();
                return new TextNode(place, "");
            case Scalar scalar:
                parser.MoveNext();
                return new TextNode(place, scalar is { Style: ScalarStyle.Plain, Value: "~" or "null" } ? "" : scalar.Value.Trim());
            case SequenceStart:
                parser.MoveNext();
                List<Node> items = [];
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    if (Next(depth + 1) is not { } item) return null;
                    items.Add(item);
                }
                return new ListNode(place, items);
            case MappingStart:
                parser.MoveNext();
                return Entries(place, depth);
            default:
                throw new YamlException(start.Start, start.End, "a value is missing");
        }
    }

    MapNode? Entries(Place place, int depth)
    {
        List<Entry> entries = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Next(depth + 1) is not { } key || Next(depth + 1) is not { } value) return null;
            if (key is not TextNode { Text: { Length: > 0 } name })
                Wrong(key.Place, "a key is no text; accepted: 'key: value'");
            else if (!lines.TryAdd(name, key.Place.Line))
                Wrong(key.Place, $"{Quoted.Of(name)} stands on line {lines[name]} already; keep one of the two");
            else entries.Add(new(name, key, value));
        }
        return new(place, entries);
    }

    Place At(ParsingEvent read) => new(file, (int)Math.Max(1, read.Start.Line), (int)Math.Max(1, read.Start.Column));
}

/// <summary>Values as messages quote them: short, on one line.</summary>
static class Quoted
{
    const int LengthMax = 60;

    public static string Of(string text) => $"'{Cut(text)}'";
    public static string Of(Node node) => node switch { TextNode text => Of(text.Text), ListNode => "a list", _ => "a map" };

    static string Cut(string text)
    {
        var shown = text.Length <= LengthMax ? text : text[..(LengthMax - 1)] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
    }

    /// <summary>", did you mean 'x'?" or nothing.</summary>
    public static string Near(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LengthMax) return "";
        var best = candidates.Select(c => (Text: c, Distance: Distance(word, c, Math.Max(2, word.Length / 3))))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(c => c.Item2);
        return best.Item2 <= Math.Max(word.Length < 4 ? 1 : 2, word.Length / 3) ? $"; did you mean '{best.Item1}'?" : "";
    }

    static int Distance(string a, string b, int most)
    {
        if (Math.Abs(a.Length - b.Length) > most) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = corner + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
