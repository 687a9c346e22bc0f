using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Assay.Ledger.Allocation;

/// <summary>What came of reading allocation rules: the rules, or everything that is wrong with them.</summary>
public abstract record RulesReading
{
    RulesReading() { }

    public sealed record Read(AllocationRules Rules) : RulesReading;

    /// <param name="Errors">At least one, in the order of the file.</param>
    public sealed record Mistaken(IReadOnlyList<RulesError> Errors) : RulesReading;
}

/// <summary>Reads allocation rules from YAML or JSON. Every key: <c>docs/allocation.md</c>.</summary>
public sealed partial class RulesReader
{
    public const int LengthMax = 1024 * 1024;

    // Far above any bill, and far below where products of decimals overflow.
    const decimal Most = 1_000_000_000_000m;
    const string SplitAccepted = "by cost, by requests, by tokens, evenly, or weights such as {search: 2, support: 1}";
    const string AmountAccepted = "US dollars, such as 345.60 or 12,000";
    const string PercentAccepted = "a percentage of the cost of usage, such as 10 %";
    const string SourceAccepted = "one of amount, monthly, percent, usage";

    static readonly string[] SourceKeys = ["amount", "monthly", "percent", "usage"];

    readonly RulesTree tree;

    RulesReader(string file) => tree = new(file);

    /// <summary>Reads rules. Never throws for what a file says.</summary>
    /// <param name="file">What the file is called in messages.</param>
    public static RulesReading Read(string file, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
            return new RulesReading.Mistaken([new(file, 1, "the file is too long; accepted: up to 1 MB of rules")]);
        var reader = new RulesReader(file);
        var rules = reader.tree.Top(text.TrimStart('\uFEFF')) is { } top ? reader.Rules(top) : null;
        return rules is not null && reader.tree.Errors.Count == 0
            ? new RulesReading.Read(rules)
            : new RulesReading.Mistaken(reader.tree.Errors);
    }

    static string DimensionsAccepted => $"{string.Join(", ", Dimension.Fixed)}, or tag:KEY for a tag of the request metadata";

    static string OwnerDimensions =>
        $"{string.Join(", ", Dimension.Fixed.Where(d => d != Dimension.MeterName))}, or tag:KEY for a tag of the request metadata";

    AllocationRules Rules(YamlMappingNode top)
    {
        var entries = tree.Entries(top, "allocation rules", "name", "by", "owners", "shared", "unallocated", "round_to");
        if (!entries.ContainsKey("by") && !entries.ContainsKey("owners"))
            tree.Wrong(top, $"nothing says who owns what; accepted: 'by' with {OwnerDimensions}");
        return new()
        {
            Name = entries.TryGetValue("name", out var name) ? Needed(name, "a name") : "",
            By = entries.TryGetValue("by", out var by) ? By(by) : [],
            Owners = entries.TryGetValue("owners", out var owners) ? Owners(owners) : [],
            Shared = entries.TryGetValue("shared", out var shared) ? SharedCosts(shared) : [],
            Unallocated = entries.TryGetValue("unallocated", out var rest) ? Unallocated(rest) : new UnallocatedRule.Keep(),
            Unit = entries.TryGetValue("round_to", out var unit) ? Unit(unit) : 0.01m,
        };
    }

    List<Dimension> By(YamlNode node)
    {
        List<Dimension> by = [];
        foreach (var (text, item) in tree.Texts(node, OwnerDimensions))
        {
            if (DimensionOf(text, item, OwnerDimensions) is not { } dimension) continue;
            if (dimension.IsMeter) tree.Wrong(item, $"'meter' names no owner; accepted: {OwnerDimensions}");
            else by.Add(dimension);
        }
        return by;
    }

    List<Owner> Owners(YamlNode node)
    {
        List<Owner> owners = [];
        foreach (var (name, key, value) in tree.Named(node, "owners by name, each with what is theirs: {app: checkout}"))
        {
            // Several maps are alternatives; the conditions of one hold together.
            IEnumerable<YamlNode> items = value is YamlSequenceNode list ? list.Children : [value];
            List<Match> matches = [.. items.Select(i => MatchOf(i, key, OwnerDimensions)).OfType<Match>()];
            foreach (var condition in matches.SelectMany(m => m.Conditions).Where(c => c.Dimension.IsMeter).Take(1))
                tree.Wrong(key, $"'meter' names no owner of '{RulesTree.Cut(name)}'; accepted: {OwnerDimensions}");
            if (value is YamlSequenceNode { Children.Count: 0 })
                tree.Wrong(value, $"'{RulesTree.Cut(name)}' has nothing; accepted: {{app: checkout}}");
            owners.Add(new(name, matches));
        }
        return owners;
    }

    Match? MatchOf(YamlNode node, YamlNode head, string accepted)
    {
        if (node is not YamlMappingNode map || map.Children.Count == 0)
        {
            tree.Wrong(node is YamlScalarNode { Value: null or "" } ? head : node,
                $"{RulesTree.Quoted(node)} is no condition; "
                + "accepted: dimensions with their values, such as {app: [checkout, 'fraud-*']}");
            return null;
        }
        List<Condition> conditions = [];
        foreach (var (key, value) in map.Children)
        {
            var values = tree.Texts(value, "a value or a list of them; * at the end stands for anything").ConvertAll(t => t.Text);
            if (DimensionOf(RulesTree.Text(key) ?? "", key, accepted) is { } dimension) conditions.Add(new(dimension, values));
        }
        return new(conditions);
    }

    Dimension? DimensionOf(string text, YamlNode node, string accepted)
    {
        Dimension dimension = new(text);
        if (Dimension.Fixed.Contains(text) || dimension.TagKey is { Length: > 0 }) return dimension;
        tree.Wrong(node, $"'{RulesTree.Cut(text)}' is not a dimension; accepted: {accepted}");
        return null;
    }

    List<SharedCost> SharedCosts(YamlNode node)
    {
        List<SharedCost> costs = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        if (node is not YamlSequenceNode list)
        {
            tree.Wrong(node, $"{RulesTree.Quoted(node)} is not accepted; "
                + $"accepted: a list of shared costs, each with name, split and {SourceAccepted}");
            return costs;
        }
        foreach (var item in list.Children)
        {
            if (item is not YamlMappingNode map)
            {
                tree.Wrong(item, $"{RulesTree.Quoted(item)} is no shared cost; accepted: a map with name, split and {SourceAccepted}");
                continue;
            }
            var entries = tree.Entries(map, "a shared cost", "name", "amount", "monthly", "percent", "usage", "split", "among");
            var name = entries.TryGetValue("name", out var named) ? Needed(named, "a name") : "";
            if (named is null) tree.Wrong(map, "a shared cost has no name; accepted: 'name: …'");
            if (name.Length > 0 && !names.Add(name))
                tree.Wrong(named!, $"two shared costs are called '{RulesTree.Cut(name)}'; accepted: distinct names");
            var source = Source(map, entries);
            if (!entries.ContainsKey("split"))
                tree.Wrong(map, $"'{RulesTree.Cut(name)}' does not say how it is split; accepted: 'split' with {SplitAccepted}");
            var split = entries.TryGetValue("split", out var how) ? Split(how, entries) : null;
            if (source is not null && split is not null) costs.Add(new(name, source, split));
        }
        return costs;
    }

    PoolSource? Source(YamlMappingNode map, Dictionary<string, YamlNode> entries)
    {
        string[] stated = [.. SourceKeys.Where(entries.ContainsKey)];
        if (stated is not [var one])
        {
            var what = stated.Length == 0 ? "no cost" : string.Join(" and ", stated);
            tree.Wrong(map, $"a shared cost states {what}; accepted: {SourceAccepted}");
            return null;
        }
        var node = entries[one];
        return one switch
        {
            "amount" => Number(node, AmountAccepted) is { } usd ? new PoolSource.Amount(usd) : null,
            "monthly" => Number(node, AmountAccepted) is { } usd ? new PoolSource.Monthly(usd) : null,
            "percent" => Percent(node) is { } share ? new PoolSource.Share(share) : null,
            _ => MatchOf(node, node, DimensionsAccepted) is { } match ? new PoolSource.Used(match) : null,
        };
    }

    SplitRule? Split(YamlNode how, Dictionary<string, YamlNode> entries)
    {
        var among = entries.TryGetValue("among", out var names) ? tree.Texts(names, "owners' names").ConvertAll(t => t.Text) : [];
        if (how is YamlMappingNode)
        {
            List<Weight> weights = [];
            foreach (var (name, _, value) in tree.Named(how, SplitAccepted))
                if (Number(value, "a weight, zero or more") is { } weight) weights.Add(new(name, weight));
            if (weights.Count > 0 && weights.All(w => w.Value == 0m))
                tree.Wrong(how, "all weights are zero; accepted: weights of which one is more");
            if (weights.Count == 0) tree.Wrong(how, $"there is no weight; accepted: {SplitAccepted}");
            if (among.Count > 0)
                tree.Wrong(entries["among"], "'among' has no meaning beside weights, which name the owners; leave it out");
            return new(SplitKey.Weights, weights, []);
        }
        SplitKey? key = RulesTree.Text(how) switch
        {
            "by cost" or "cost" => SplitKey.Cost,
            "by requests" or "requests" => SplitKey.Requests,
            "by tokens" or "tokens" => SplitKey.Tokens,
            "evenly" or "even" => SplitKey.Evenly,
            _ => null,
        };
        if (key is { } known) return new(known, [], among);
        tree.Wrong(how, $"{RulesTree.Quoted(how)} is no way to split; accepted: {SplitAccepted}");
        return null;
    }

    UnallocatedRule Unallocated(YamlNode node)
    {
        const string accepted = "keep, {to: OWNER}, or {split: by cost}";
        if (RulesTree.Text(node) == "keep") return new UnallocatedRule.Keep();
        if (node is not YamlMappingNode map)
        {
            tree.Wrong(node, $"{RulesTree.Quoted(node)} is not accepted for 'unallocated'; accepted: {accepted}");
            return new UnallocatedRule.Keep();
        }
        var entries = tree.Entries(map, "'unallocated'", "to", "split", "among");
        if (entries.ContainsKey("to") == entries.ContainsKey("split"))
            tree.Wrong(map, $"'unallocated' takes one of to and split; accepted: {accepted}");
        if (entries.TryGetValue("to", out var to)) return new UnallocatedRule.To(Needed(to, "an owner's name"));
        return entries.TryGetValue("split", out var how) && Split(how, entries) is { } split
            ? new UnallocatedRule.Split(split)
            : new UnallocatedRule.Keep();
    }

    decimal Unit(YamlNode node)
    {
        const string accepted = "an amount above zero, such as 0.01 for cents or 1 for dollars";
        if (Number(node, accepted) is not { } unit) return 0.01m;
        if (unit > 0m) return unit;
        tree.Wrong(node, $"{RulesTree.Quoted(node)} is not accepted for 'round_to'; accepted: {accepted}");
        return 0.01m;
    }

    string Needed(YamlNode node, string what)
    {
        if (RulesTree.Text(node) is { } text) return text;
        tree.Wrong(node, $"{RulesTree.Quoted(node)} is not accepted; accepted: {what}");
        return "";
    }

    decimal? Percent(YamlNode node)
    {
        var text = RulesTree.Text(node)?.TrimEnd('%').TrimEnd();
        if (text is not null && NumberForm().IsMatch(text) && Parse(text) is { } percent and <= 100m) return percent / 100m;
        tree.Wrong(node, $"{RulesTree.Quoted(node)} is not accepted; accepted: {PercentAccepted}");
        return null;
    }

    decimal? Number(YamlNode node, string accepted)
    {
        var text = RulesTree.Text(node);
        if (text is not null && NumberForm().IsMatch(text.TrimStart('$')) && Parse(text.TrimStart('$')) is { } number)
        {
            if (number <= Most) return number;
            tree.Wrong(node, $"{RulesTree.Quoted(node)} is more than a trillion; accepted: {accepted}");
            return null;
        }
        tree.Wrong(node, $"{RulesTree.Quoted(node)} is not accepted; accepted: {accepted}");
        return null;
    }

    static decimal? Parse(string text) =>
        decimal.TryParse(text.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number) ? number : null;

    // Twelve decimals are more than any cost needs, and leave room to multiply.
    [GeneratedRegex(@"^([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,15})(\.[0-9]{1,12})?$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberForm();
}
