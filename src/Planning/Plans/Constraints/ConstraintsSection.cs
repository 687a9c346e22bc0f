using System.Globalization;
using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Values as constraints need them: single amounts, whole numbers, lists of models. What is wrong becomes an error.</summary>
sealed class ConstraintsSection(Reading reading, ModelCatalog catalog)
{
    const int WholeMax = 1_000_000;

    public void Wrong(Node node, string message) => reading.Wrong(node, message);

    /// <summary>One amount; a range is an error: a rule is kept or broken.</summary>
    public decimal? One(Section section, string key, Unit unit)
    {
        if (section.TextOf(key) is not { } text) return null;
        if (Amount.Read(text.Text, unit, out var wrong) is not var (low, likely, high)) reading.Wrong(text, wrong!);
        else if (low != high) reading.Wrong(text, $"{Quoted.Text(text.Text)} is a range; accepted: one figure, such as '{unit.Example}'");
        else return likely;
        return null;
    }

    public static int? Whole(Section section, string key)
    {
        if (section.TextOf(key) is not { } text) return null;
        var digits = text.Text.Replace(",", "", StringComparison.Ordinal);
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= WholeMax)
            return number;
        section.Wrong(text, key);
        return null;
    }

    public static Residency? Residency(Section section) => section.Choice("residency") is >= 0 and var at ? (Residency)at : null;

    /// <summary>A time; <c>none</c> is zero.</summary>
    public TimeSpan? Wait(Section section, string key)
    {
        if (section.TextOf(key) is not { } text) return null;
        if (text.Text.Equals("none", StringComparison.OrdinalIgnoreCase)) return TimeSpan.Zero;
        if (Amount.Read(text.Text, Unit.Seconds, out _) is var (low, likely, high) && low == high)
            return TimeSpan.FromTicks((long)(likely * TimeSpan.TicksPerSecond));
        if (text.Text.StartsWith('-'))
            reading.Wrong(text, $"{Quoted.Text(text.Text)} is a wait below zero; accepted: {Section.Accepted(section.ShapeOf(key))}");
        else section.Wrong(text, key);
        return null;
    }

    /// <summary>The ids of all models of a list; null where the key is absent or the list has mistakes.</summary>
    public IReadOnlyList<string>? Models(Section section, string key)
    {
        IReadOnlyList<Node> items = section.Value(key) switch { null => [], ListNode list => list.Items, var one => [one] };
        if (items.Count == 0 && section.Value(key) is { } empty)
            reading.Wrong(empty, $"'{key}' is an empty list, with which nothing may be called; accepted: "
                + $"{Section.Accepted(section.ShapeOf(key))}, or leave the key out");
        List<string> ids = [];
        var isWhole = true;
        foreach (var item in items)
        {
            var named = item is TextNode text ? Ids(text) : [];
            if (item is not TextNode) section.Wrong(item, key);
            isWhole &= named.Count > 0;
            ids.AddRange(named);
        }
        // What is held against half a list would be told of twice.
        return isWhole && ids.Count > 0 ? [.. ids.Distinct()] : null;
    }

    /// <summary>The ids of one model: several where they are sold under one name; none, and an error, where it is not known.</summary>
    public IReadOnlyList<string> Model(Section section, string key) => section.TextOf(key) is { } text ? Ids(text) : [];

    IReadOnlyList<string> Ids(TextNode text)
    {
        // Opaque profiles, model units and imported models are called by their ARN, and are workloads by it.
        if (ModelIdentity.ResourceOf(text.Text).Kind is not ("" or "foundation-model" or "inference-profile")) return [text.Text];
        if (reading.Model(text, text.Text, null, Scope.InRegion) is not { } model) return [];
        return text.Text.Contains(model.Id, StringComparison.Ordinal)
            ? [model.Id]
            : [.. catalog.FindAllByName(ModelIdentity.SplitScope(text.Text).Id).Select(m => m.Id)];
    }

    /// <summary>The sections of a list; a single one may stand without it.</summary>
    public IEnumerable<Section> Each(Section section, string key, KeyTable keys)
    {
        IReadOnlyList<Node> items = section.Value(key) switch { null => [], ListNode list => list.Items, var one => [one] };
        for (var i = 0; i < items.Count; i++)
            if (items[i] is not MapNode) section.Wrong(items[i], key);
            else if (Section.Of(items[i], keys, $"{key}.{i + 1}", items[i], reading) is { } item) yield return item;
    }
}
