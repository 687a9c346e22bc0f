using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Control.Files;

/// <summary>A piece of a file and where it stands.</summary>
public abstract record Node(Place Place);

/// <summary>A plain or quoted value. Empty where nothing (or <c>null</c>, <c>~</c>) is written.</summary>
public sealed record TextNode(Place Place, string Text) : Node(Place);

public sealed record ListNode(Place Place, IReadOnlyList<Node> Items) : Node(Place);

public sealed record MapNode(Place Place, IReadOnlyList<Entry> Entries) : Node(Place);

public sealed record Entry(string Key, Node KeyNode, Node Value);

/// <summary>What a kind of file is called in messages about the whole of it.</summary>
/// <param name="Noun">As in <c>a policy</c>.</param>
/// <param name="Beginning">How it starts, and where one can be seen.</param>
/// <param name="Manual">The page of its keys.</param>
/// <param name="InsteadOfAliases">What to do where YAML would take an alias.</param>
public sealed record FileKind(string Noun, string Beginning, string Manual, string InsteadOfAliases = "write the values out");

/// <summary>
/// The tree of one YAML or JSON text, made from the parser's events: the library's own tree stops at the first key that stands twice,
/// and resolves aliases, by which a small file can stand for a huge one.
/// </summary>
public sealed class FileTree
{
    public const int LengthMax = 1024 * 1024;
    const int DepthMax = 16;

    readonly string file;
    readonly FileKind kind;
    readonly List<FileError> errors;
    readonly Parser parser;

    FileTree(string file, string text, FileKind kind, List<FileError> errors)
    {
        (this.file, this.kind, this.errors) = (file, kind, errors);
        parser = new(new StringReader(text));
    }

    /// <summary>The top of the text, or null when errors were added that leave nothing to read.</summary>
    /// <param name="file">What the file is called in messages.</param>
    public static MapNode? Read(string file, string text, FileKind kind, List<FileError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(errors);
        if (text.Length > LengthMax) return Refuse(1, 1, $"the file is too long; accepted: a {kind.Noun} of up to 1 MB");
        text = text.TrimStart('\uFEFF');
        // JSON is indented by tabs at times, which YAML does not take.
        if (text.TrimStart().StartsWith('{')) text = text.Replace('\t', ' ');
        var tree = new FileTree(file, text, kind, errors);
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
        var accepted = $"accepted: a {kind.Noun}, which {kind.Beginning}";
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return Wrong(new(file, 1, 1), $"the file is empty; {accepted}");
        parser.Consume<DocumentStart>();
        if (Next(0) is not { } top) return null;
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _) && parser.Current is { } more)
            Wrong(At(more), $"a second document starts here; accepted: one {kind.Noun} a file");
        return top as MapNode ?? Wrong(top.Place, top is TextNode { Text: "" }
            ? $"the file is empty; {accepted}"
            : $"{Quoted.Of(top)} is no {kind.Noun}; accepted: lines of the form 'key: value'");
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
        if (depth > DepthMax) return Wrong(place, $"values lie more than {DepthMax} levels deep; accepted: the levels of {kind.Manual}");
        if (start is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            Wrong(place, $"anchors and aliases are not accepted; {kind.InsteadOfAliases}");
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
