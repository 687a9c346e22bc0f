using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Estate;

/// <summary>A piece of an estate file and where it stands.</summary>
abstract record Node(string File, int Line, int Column);

/// <summary>A plain or quoted value. Empty where nothing (or <c>null</c>, <c>~</c>) is written.</summary>
sealed record TextNode(string File, int Line, int Column, string Text) : Node(File, Line, Column);

sealed record ListNode(string File, int Line, int Column, IReadOnlyList<Node> Items) : Node(File, Line, Column);

sealed record MapNode(string File, int Line, int Column, IReadOnlyList<Entry> Entries) : Node(File, Line, Column);

sealed record Entry(string Key, Node KeyNode, Node Value);

/// <summary>What a kind of file is called in messages about its text as a whole.</summary>
/// <param name="Noun">What it describes, as <c>estate</c>.</param>
/// <param name="Named">The same with its article and how it starts.</param>
/// <param name="Form">What its lines look like.</param>
/// <param name="Split">What to do with a file that is too long; empty for nothing.</param>
/// <param name="Sharing">What to do instead of repeating values.</param>
/// <param name="Levels">Where the levels of values are shown.</param>
sealed record FileWords(string Noun, string Named, string Form, string Split, string Sharing, string Levels)
{
    public static readonly FileWords Estate = new("estate", "an estate, which starts with 'estate: NAME'",
        "an estate; accepted: lines of the form 'key: value', the first of them 'estate: NAME'", ". Split it with 'include:'",
        "write the values out, or share them by 'include:'", "the levels of 'assay model --help'");
}

/// <summary>
/// Builds the tree of one YAML text from the parser's events. The library's own tree resolves aliases and stops at the first duplicate key;
/// here aliases are refused (a small file could stand for a huge one) and every duplicate is an error of its own.
/// </summary>
sealed class YamlTree
{
    public const int LengthMax = 1024 * 1024;
    const int DepthMax = 32;

    readonly string file;
    readonly List<EstateError> errors;
    readonly FileWords words;
    readonly Parser parser;

    YamlTree(string file, string text, FileWords words, List<EstateError> errors)
    {
        this.file = file;
        this.errors = errors;
        this.words = words;
        parser = new(new StringReader(text));
    }

    /// <summary>The top of the text, or null when errors were added that leave nothing to read.</summary>
    public static MapNode? Read(string file, string text, FileWords words, List<EstateError> errors)
    {
        if (text.Length > LengthMax)
            return Refuse(1, $"the file is {text.Length / 1024.0 / 1024.0:0.0} MB long; accepted: up to 1 MB{words.Split}");
        if (text.StartsWith('\uFEFF')) text = text[1..];
        if (OddCharacter(text) is >= 0 and var at)
            return Refuse(text.AsSpan(0, at).Count('\n') + 1,
                $"the character U+{(int)text[at]:X4} does not belong in a text; accepted: a YAML file in UTF-8");
        var tree = new YamlTree(file, text, words, errors);
        try
        {
            return tree.Document();
        }
        catch (YamlException wrong)
        {
            var what = wrong.InnerException is null ? wrong.Message : wrong.InnerException.Message;
            if (TabbedLine(text) is > 0 and var tabbed && what.Contains("tab", StringComparison.Ordinal))
                return Refuse(tabbed, "a tab indents this line; accepted: spaces");
            // A construct that is not closed is best looked for where it starts; what is found within one, where it ends.
            return Refuse((int)Math.Max(1, wrong.End.Line), $"this is not YAML: {OneLine(what)}; check indentation, colons and quotes");
        }
        // The scanner lets some broken texts through to its own checks of state.
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException or OverflowException
            or IndexOutOfRangeException)
        {
            return Refuse((int)Math.Max(1, tree.parser.Current?.End.Line ?? 1), "this is not YAML; check indentation, colons and quotes");
        }

        MapNode? Refuse(int line, string message)
        {
            errors.Add(new(file, line, message));
            return null;
        }
    }

    // The first line that a tab indents, or 0.
    static int TabbedLine(string text)
    {
        var line = 0;
        foreach (var one in text.AsSpan().EnumerateLines())
        {
            line++;
            if (one[..^one.TrimStart(" \t").Length].Contains('\t')) return line;
        }
        return 0;
    }

    MapNode? Document()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            errors.Add(new(file, 1, $"the file is empty; accepted: {words.Named}"));
            return null;
        }
        parser.Consume<DocumentStart>();
        var top = Next(0);
        if (top is null) return null;
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _) && parser.Current is { } more)
            errors.Add(new(file, (int)more.Start.Line, "a second document starts here; "
                + $"accepted: one {words.Noun} a file, without '---' between parts"));
        if (top is MapNode map) return map;
        errors.Add(new(file, top.Line, top is TextNode { Text: "" }
            ? $"the file is empty; accepted: {words.Named}"
            : $"{Quoted.Node(top)} is not {words.Form}"));
        return null;
    }

    // Null when the rest of the file must not be read.
    Node? Next(int depth)
    {
        var start = parser.Current ?? throw new YamlException("the file ends too early");
        var (line, column) = ((int)start.Start.Line, (int)start.Start.Column);
        if (depth > DepthMax)
        {
            errors.Add(new(file, line, $"values lie more than {DepthMax} levels deep; accepted: {words.Levels}"));
            return null;
        }
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored && start is not AnchorAlias)
            errors.Add(new(file, line, $"the anchor '&{Quoted.Cut(anchored.Anchor.Value)}' is not accepted; {words.Sharing}"));
        switch (start)
        {
            case AnchorAlias alias:
                parser.MoveNext();
                errors.Add(new(file, line, $"the alias '*{Quoted.Cut(alias.Value.Value)}' is not accepted; {words.Sharing}"));
                return new TextNode(file, line, column, "");
            case Scalar scalar:
                parser.MoveNext();
                var isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "~" or "null";
                return new TextNode(file, line, column, isNull ? "" : scalar.Value.Trim());
            case SequenceStart:
                return Items(line, column, depth);
            case MappingStart:
                return Entries(line, column, depth);
            default:
                throw new YamlException(start.Start, start.End, "a value is missing");
        }
    }

    ListNode? Items(int line, int column, int depth)
    {
        parser.MoveNext();
        var items = new List<Node>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (Next(depth + 1) is not { } item) return null;
            items.Add(item);
        }
        return new(file, line, column, items);
    }

    MapNode? Entries(int line, int column, int depth)
    {
        parser.MoveNext();
        var entries = new List<Entry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Next(depth + 1) is not { } key || Next(depth + 1) is not { } value) return null;
            if (key is not TextNode { Text: var name })
                errors.Add(new(file, key.Line, "a list or a map stands where a key is expected; accepted: 'key: value'"));
            else if (name.Length == 0)
                errors.Add(new(file, key.Line, "a key is empty; accepted: 'key: value'"));
            else if (!lines.TryAdd(name, key.Line))
                errors.Add(new(file, key.Line, $"'{Quoted.Cut(name)}' stands on line {lines[name]} already; keep one of the two"));
            else entries.Add(new(name, key, value));
        }
        return new(file, line, column, entries);
    }

    static int OddCharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085') || c is '\uFFFD' or '\uFFFE' or '\uFFFF') return i;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(c)) return i;
        }
        return -1;
    }

    static string OneLine(string message)
    {
        var text = message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return text.Length == 0 ? "it cannot be parsed" : char.ToLowerInvariant(text[0]) + text[1..];
    }
}

/// <summary>Values as messages quote them: short, on one line.</summary>
static class Quoted
{
    const int LengthMax = 60;

    public static string Text(string text) => $"'{Cut(text)}'";

    public static string Cut(string text)
    {
        var shown = text.Length <= LengthMax ? text : text[..(LengthMax - 1)] + "…";
        return string.Create(shown.Length, shown, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? ' ' : from[i];
        });
    }

    public static string Node(Node node) => node switch
    {
        TextNode text => Text(text.Text),
        ListNode => "a list",
        _ => "a map",
    };
}
