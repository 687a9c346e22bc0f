namespace Assay.Control.Files;

/// <summary>Reads a text of some form.</summary>
/// <param name="wrong">What is wrong with it, the value in quotes and what is accepted; empty when nothing is.</param>
public delegate T? FileForm<T>(string text, out string wrong)
    where T : struct;

/// <summary>A map of a file, read key by key. Whatever is wrong becomes an error; the caller gets the default and reads
/// on.</summary>
/// <remarks>A caller reads a table's keys by the shapes the table gives them; another shape is a defect and throws.</remarks>
public sealed class FileSection
{
    readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    readonly KeyTable keys;
    readonly List<FileError> errors;

    /// <param name="head">The key that names it: errors about the whole section stand there.</param>
    public FileSection(Node head, MapNode map, KeyTable keys, string name, List<FileError> errors)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(keys);
        (this.keys, Name, Place, this.errors) = (keys, name, head.Place, errors);
        foreach (var entry in map.Entries)
        {
            if (keys.Find(entry.Key) is null) errors.Add(new(entry.KeyNode.Place, Unknown(entry, keys)));
            else if (entry.Value is TextNode { Text: "" })
                errors.Add(new(entry.KeyNode.Place, $"{Quoted.Of(entry.Key)} has no value; accepted: "
                    + $"{keys.Find(entry.Key)!.Shape.Accepted}"));
            else entries.Add(entry.Key, entry);
        }
        foreach (var key in keys.Keys)
            if (key.IsRequired && map.Entries.All(e => e.Key != key.Name))
                errors.Add(new(Place, $"{(name.Length == 0 ? keys.Name : Quoted.Of(name))} has no '{key.Name}'; accepted: "
                    + $"{key.Shape.Accepted}"));
    }

    // {amount: $1,200 a month}: the comma ends the entry, and 200 looks like a key.
    static string Unknown(Entry entry, KeyTable keys) => entry.Value is TextNode { Text: "" } && char.IsAsciiDigit(entry.Key[0])
        ? $"{Quoted.Of(entry.Key)} looks like the rest of a number: within braces a comma ends an entry; put the value in quotes"
        : $"{Quoted.Of(entry.Key)} is not a key of {keys.Name}{Quoted.Near(entry.Key, keys.Keys.Select(k => k.Name))}"
            + $"; accepted: {string.Join(", ", keys.Keys.Select(k => k.Name))}";

    public string Name { get; }
    public Place Place { get; }

    public bool Has(string key) => entries.ContainsKey(key);
    public Place At(string key) => entries.TryGetValue(key, out var entry) ? entry.Value.Place : Place;

    /// <summary>Tells a mistake that only the reader of the whole file can see.</summary>
    public void Wrong(Place place, string message) => errors.Add(new(place, message));

    public string Text(string key, string otherwise = "") => TextOf(key)?.Text ?? otherwise;

    public TextNode? TextOf(string key)
    {
        if (!entries.TryGetValue(key, out var entry)) return null;
        if (entry.Value is TextNode text) return text;
        Refuse(entry.Value, key);
        return null;
    }

    public bool Flag(string key)
    {
        if (TextOf(key) is not { } text) return false;
        switch (text.Text.ToLowerInvariant())
        {
            case "yes" or "true": return true;
            case "no" or "false": return false;
            default:
                Refuse(text, key);
                return false;
        }
    }

    public decimal? Amount(string key)
    {
        if (TextOf(key) is not { } text) return null;
        var read = ((Shape.Amount)keys.Find(key)!.Shape).Unit.Read(text.Text, out var wrong);
        if (wrong.Length > 0) Wrong(text.Place, wrong);
        return read;
    }

    /// <summary>A value with a form of its own; null when it is left out or is not of that form.</summary>
    public T? Value<T>(string key, FileForm<T> form)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(form);
        if (TextOf(key) is not { } text) return null;
        var read = form(text.Text, out var wrong);
        if (wrong.Length > 0) Wrong(text.Place, wrong);
        return read;
    }

    public List<(decimal Amount, Place Place)> Amounts(string key)
    {
        List<(decimal, Place)> amounts = [];
        foreach (var text in Texts(key))
        {
            if (((Shape.Amounts)keys.Find(key)!.Shape).Unit.Read(text.Text, out var wrong) is { } amount) amounts.Add((amount, text.Place));
            else Wrong(text.Place, wrong);
        }
        return amounts;
    }

    /// <summary>One text, or the texts of a list.</summary>
    public List<TextNode> Texts(string key)
    {
        List<TextNode> texts = [];
        if (!entries.TryGetValue(key, out var entry)) return texts;
        IReadOnlyList<Node> items = entry.Value is ListNode list ? list.Items : [entry.Value];
        foreach (var item in items)
        {
            if (item is TextNode { Text.Length: > 0 } text) texts.Add(text);
            else Refuse(item, key);
        }
        if (items.Count == 0) Refuse(entry.Value, key);
        return texts;
    }

    /// <summary>Places of the values among those the key accepts.</summary>
    public List<int> Choices(string key)
    {
        var values = keys.Find(key)!.Shape switch
        {
            Shape.SomeOf some => some.Values,
            Shape.OneOf one => one.Values,
            _ => throw new InvalidOperationException($"The key '{key}' has no choices."),
        };
        List<int> chosen = [];
        foreach (var text in Texts(key))
        {
            var at = Array.IndexOf(values, text.Text.ToLowerInvariant().Replace(' ', '_').Replace('-', '_'));
            if (at < 0) Wrong(text.Place, $"{Quoted.Of(text)} is not accepted for '{key}'; accepted: {string.Join(", ", values)}");
            else if (!chosen.Contains(at)) chosen.Add(at);
        }
        return chosen;
    }

    public FileSection? Inner(string key) => entries.TryGetValue(key, out var entry)
        ? Of(entry.KeyNode, entry.Value, ((Shape.Section)keys.Find(key)!.Shape).Keys, key) : null;

    /// <summary>The sections of a key by name, in the order of the file.</summary>
    public IEnumerable<FileSection> Sections(string key)
    {
        var inner = ((Shape.Sections)keys.Find(key)!.Shape).Keys;
        foreach (var entry in Named(key))
            if (Of(entry.KeyNode, entry.Value, inner, entry.Key) is { } section) yield return section;
    }

    /// <summary>The entries of a map whose keys are anyone's words.</summary>
    public IReadOnlyList<Entry> Named(string key)
    {
        if (!entries.TryGetValue(key, out var entry)) return [];
        if (entry.Value is MapNode map) return map.Entries;
        Refuse(entry.Value, key);
        return [];
    }

    FileSection? Of(Node head, Node value, KeyTable table, string name)
    {
        if (value is MapNode map) return new(head, map, table, name, errors);
        Wrong(value.Place, $"{Quoted.Of(value)} stands where {table.Name} is described; accepted keys: "
            + string.Join(", ", table.Keys.Select(k => k.Name)));
        return null;
    }

    void Refuse(Node value, string key) =>
        Wrong(value.Place, $"{Quoted.Of(value)} is not accepted for '{key}'; accepted: {keys.Find(key)!.Shape.Accepted}");
}
