using System.Globalization;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// A map of an estate file, read key by key. Whatever is wrong becomes an error; the caller gets the default and reads on.
/// </summary>
sealed class Section
{
    readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    readonly KeyTable keys;
    readonly Reading reading;

    /// <param name="path">Where it stands, as names of ranges say it: <c>workloads.chat</c>; empty at the top.</param>
    public Section(Node node, IEnumerable<Entry> found, KeyTable keys, string path, Reading reading)
    {
        (Node, this.keys, Path, this.reading) = (node, keys, path, reading);
        foreach (var entry in found)
            if (keys.Find(entry.Key) is not null) entries.TryAdd(entry.Key, entry);
            else reading.Wrong(entry.KeyNode, UnknownKey(entry, keys, reading));
        foreach (var key in keys.Keys)
            if (key.IsRequired && !entries.ContainsKey(key.Name))
                reading.Wrong(node, $"{Subject} has no '{key.Name}'; accepted: {Accepted(key.Shape)}");
    }

    /// <summary>A section of a value, or null and an error where it is no map.</summary>
    /// <param name="head">The key that names it: errors about the whole section stand on its line.</param>
    public static Section? Of(Node node, KeyTable keys, string path, Node head, Reading reading)
    {
        if (node is MapNode map) return new(head, map.Entries, keys, path, reading);
        if (node is TextNode { Text: "" }) reading.Wrong(node, $"{Quoted.Text(path)} has no value; accepted keys: {Names(keys)}");
        else reading.Wrong(node, $"{Quoted.Node(node)} stands where {keys.Name} is described; accepted keys: {Names(keys)}");
        return null;
    }

    public Node Node { get; }
    public string Path { get; }
    string Subject => Path.Length == 0 ? "the estate" : Quoted.Text(Path);

    public Shape ShapeOf(string key) => keys.Find(key)!.Shape;
    public bool Has(string key) => entries.ContainsKey(key);

    /// <summary>Where a key's value stands, or the section itself.</summary>
    public Node At(string key) => entries.TryGetValue(key, out var entry) ? entry.Value : Node;

    public string Text(string key, string otherwise = "") => TextOf(key)?.Text ?? otherwise;

    public TextNode? TextOf(string key)
    {
        if (Value(key) is not { } value) return null;
        if (value is TextNode text) return text;
        Wrong(value, key);
        return null;
    }

    public bool Flag(string key, bool otherwise)
    {
        if (TextOf(key) is not { } text) return otherwise;
        switch (text.Text.ToLowerInvariant())
        {
            case "yes" or "true": return true;
            case "no" or "false": return false;
            default:
                Wrong(text, key);
                return otherwise;
        }
    }

    public DateOnly? Day(string key)
    {
        if (TextOf(key) is not { } text) return null;
        if (DateOnly.TryParseExact(text.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        Wrong(text, key);
        return null;
    }

    public string? Region(string key)
    {
        if (TextOf(key) is not { } text) return null;
        if (AwsRegions.All.Contains(text.Text)) return text.Text;
        reading.Wrong(text, $"{Quoted.Text(text.Text)} is not an AWS region; accepted: a region code such as 'eu-central-1'"
            + reading.Suggestion(text.Text, AwsRegions.All));
        return null;
    }

    /// <summary>Position of the value among those the key accepts, or -1.</summary>
    public int Choice(string key)
    {
        if (TextOf(key) is not { } text) return -1;
        var at = Position(((Shape.OneOf)keys.Find(key)!.Shape).Values, text.Text);
        if (at < 0) Wrong(text, key);
        return at;
    }

    public List<int> Choices(string key)
    {
        var values = ((Shape.SomeOf)keys.Find(key)!.Shape).Values;
        var chosen = new List<int>();
        IReadOnlyList<Node> items = Value(key) switch { null => [], ListNode list => list.Items, var one => [one] };
        foreach (var item in items)
        {
            var at = item is TextNode text ? Position(values, text.Text) : -1;
            if (at < 0) Wrong(item, key);
            else if (!chosen.Contains(at)) chosen.Add(at);
        }
        if (Value(key) is ListNode { Items.Count: 0 } none) Wrong(none, key);
        return chosen;
    }

    public Scope? Scope(string key = "scope") => Choice(key) is >= 0 and var at ? (Scope)at : null;

    public Figure? Figure(string key)
    {
        if (Value(key) is not { } value) return null;
        var unit = keys.Find(key)!.Shape switch
        {
            Shape.Figure figure => figure.Unit,
            Shape.Figures figures => figures.Unit,
            Shape.Spread spread => spread.Unit,
            _ => throw new InvalidOperationException($"The key '{key}' of {keys.Name} is no figure."),
        };
        return Figures.Read(value, unit, At(Path, key), reading);
    }

    public Figure Figure(string key, Figure otherwise) => Figure(key) ?? otherwise;

    public Spread Spread(string key, Spread otherwise)
    {
        if (Value(key) is not { } value) return otherwise;
        if (value is not MapNode map || map.Entries.Any(e => EstateKeys.Range.Find(e.Key) is not null))
            return new(Figure(key) ?? otherwise.Mean);
        var unit = ((Shape.Spread)keys.Find(key)!.Shape).Unit;
        var section = new Section(map, map.Entries, EstateKeys.Spread, At(Path, key), reading);
        var mean = section.FigureOf("mean", unit);
        var p95 = section.FigureOf("p95", unit);
        if (mean is { } m && p95 is { } p && p.Likely < m.Likely)
            reading.Wrong(section.At("p95"), $"'p95' is below 'mean'; accepted: a 95th percentile of at least the mean");
        return new(mean ?? otherwise.Mean, p95);
    }

    Figure? FigureOf(string key, Unit unit) => Value(key) is { } value ? Figures.Read(value, unit, At(Path, key), reading) : null;

    /// <summary>One figure, or one for each item of a list.</summary>
    public List<Figure> FigureList(string key)
    {
        if (Value(key) is not ListNode list) return Figure(key) is { } one ? [one] : [];
        var unit = ((Shape.Figures)keys.Find(key)!.Shape).Unit;
        var figures = new List<Figure>();
        for (var i = 0; i < list.Items.Count; i++)
            if (Figures.Read(list.Items[i], unit, $"{At(Path, key)}.{i + 1}", reading) is { } figure) figures.Add(figure);
        if (list.Items.Count == 0) Wrong(list, key);
        return figures;
    }

    public TimeSpan? Time(string key)
    {
        if (TextOf(key) is not { } text) return null;
        if (Amount.Read(text.Text, Unit.Seconds, out var wrong) is not var (low, likely, high)) reading.Wrong(text, wrong!);
        else if (low != high) reading.Wrong(text, $"{Quoted.Text(text.Text)} is a range; accepted: one time, such as '6 h'");
        else return TimeSpan.FromTicks((long)(likely * TimeSpan.TicksPerSecond));
        return null;
    }

    /// <summary>A model as an id or name, or as a map of model and scope.</summary>
    /// <param name="beside">The scope stated beside the key, or null.</param>
    public ModelRef? Model(string key, Scope otherwise, Scope? beside = null)
    {
        switch (Value(key))
        {
            case null: return null;
            case TextNode text: return reading.Model(text, text.Text, beside, otherwise);
            case MapNode map:
                var choice = new Section(map, map.Entries, EstateKeys.ModelChoice, At(Path, key), reading);
                return choice.TextOf("model") is { } name ? reading.Model(name, name.Text, choice.Scope() ?? beside, otherwise) : null;
            case var other:
                Wrong(other, key);
                return null;
        }
    }

    public Section? Inner(string key, KeyTable table) =>
        Value(key) is { } value ? Of(value, table, At(Path, key), entries[key].KeyNode, reading) : null;

    /// <summary>The value of a key, or null where it is absent or (an error) empty.</summary>
    public Node? Value(string key)
    {
        if (!entries.TryGetValue(key, out var entry)) return null;
        if (entry.Value is not TextNode { Text: "" }) return entry.Value;
        reading.Wrong(entry.KeyNode, $"'{key}' has no value; accepted: {Accepted(keys.Find(key)!.Shape)}");
        return null;
    }

    public void Wrong(Node value, string key) =>
        reading.Wrong(value, $"{Quoted.Node(value)} is not accepted for '{key}'; accepted: {Accepted(keys.Find(key)!.Shape)}"
            + (value is TextNode text && keys.Find(key)!.Shape is Shape.OneOf one ? reading.Suggestion(text.Text, one.Values) : ""));

    public static string At(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static string Accepted(Shape shape) => shape switch
    {
        Shape.Words words => words.Kind,
        Shape.OneOf one => string.Join(", ", one.Values),
        Shape.SomeOf some => "a list of " + string.Join(", ", some.Values),
        Shape.YesNo => "yes, no",
        Shape.Day => "a day as 2026-07-01",
        Shape.Figure figure => figure.Unit.Accepted,
        Shape.Figures figures => $"{figures.Unit.Accepted}, or a list of them, one a year",
        Shape.Spread spread => $"{spread.Unit.Accepted}, or {{mean: …, p95: …}}",
        Shape.Time => Unit.Seconds.Accepted,
        Shape.Model => "a model id, a profile id or a name, such as 'Claude Sonnet 4.5'",
        Shape.Mix => "models with their shares, such as {nova-micro: 55 %, nova-pro: 45 %}",
        Shape.Arrivals => "flat, office, consumers, machines, nightly, or a list of 24 hourly weights",
        Shape.Paths => "the path of a file, or a list of them",
        Shape.Section section => $"{section.Keys.Name} with the keys {Names(section.Keys)}",
        Shape.Sections { ByModel: true } sections => $"models, each with {sections.Keys.Name}",
        Shape.Sections sections => $"names, each with {sections.Keys.Name}",
        Shape.FigureByModel by => $"models, each with {by.Unit.Accepted}",
        _ => throw new InvalidOperationException($"No words for {shape}."),
    };

    public static string UnknownKey(Entry entry, KeyTable keys, Reading reading)
    {
        // {low: 1,200}: the comma ends the entry, and 200 looks like a key.
        if (entry.Value is TextNode { Text: "" } && entry.Key.Length is >= 3 && char.IsAsciiDigit(entry.Key[0]))
            return $"{Quoted.Text(entry.Key)} looks like the rest of a number: within braces a comma ends an entry; "
                + "write 1200 or '1,200' in quotes";
        var near = reading.Suggestion(entry.Key, keys.Keys.Select(k => k.Name));
        return $"{Quoted.Text(entry.Key)} is not a key of {keys.Name}{near}{(near.Length > 0 ? " " : "; ")}accepted: {Names(keys)}";
    }

    static string Names(KeyTable keys) => string.Join(", ", keys.Keys.Select(k => k.Name));

    static int Position(string[] values, string text)
    {
        var word = text.ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
        var at = Array.IndexOf(values, word);
        // '6 months' is '6_month'.
        return at < 0 && word.EndsWith('s') ? Array.IndexOf(values, word[..^1]) : at;
    }

}

/// <summary>Reads figures: an amount, a range <c>low..high</c>, or <c>{low, likely, high}</c>.</summary>
static class Figures
{
    public static Figure? Read(Node value, Unit unit, string path, Reading reading)
    {
        switch (value)
        {
            case TextNode text:
                if (Amount.Read(text.Text, unit, out var wrong) is var (low, likely, high))
                    return reading.RangeOf(value, path, low, likely, high);
                reading.Wrong(value, wrong!);
                return null;
            case MapNode map:
                return Range(map, unit, path, reading);
            default:
                reading.Wrong(value, $"{Quoted.Node(value)} is not accepted for '{path}'; accepted: {unit.Accepted}, or a range of them");
                return null;
        }
    }

    static Figure? Range(MapNode map, Unit unit, string path, Reading reading)
    {
        var section = new Section(map, map.Entries, EstateKeys.Range, path, reading);
        var low = Bound("low");
        var likely = Bound("likely");
        var high = Bound("high");
        if (low is not { } l || high is not { } h || section.Has("likely") && likely is null) return null;
        var middle = likely ?? l + (h - l) / 2;
        if (l <= middle && middle <= h) return reading.RangeOf(map, path, l, middle, h);
        reading.Wrong(map, $"the range of {Quoted.Text(path)} does not rise; accepted: low ≤ likely ≤ high");
        return null;

        decimal? Bound(string key)
        {
            if (section.TextOf(key) is not { } text) return null;
            if (Amount.Read(text.Text, unit, out var wrong) is not var (from, one, to)) reading.Wrong(text, wrong!);
            else if (from != to) reading.Wrong(text, $"{Quoted.Text(text.Text)} is a range within a range; accepted: {unit.Accepted}");
            else return one;
            return null;
        }
    }
}
