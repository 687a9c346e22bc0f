using System.Globalization;
using Assay.Desk.Input;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>The names a report can be grouped by: the fixed ones, and any tag of the request metadata.</summary>
public static class Dimensions
{
    static readonly Dictionary<string, Func<Cell, string>> Fixed = new(StringComparer.Ordinal)
    {
        ["model"] = c => c.Key.Model.Id,
        ["app"] = c => c.Key.Caller.App,
        ["team"] = c => c.Key.Caller.Team,
        ["env"] = c => c.Key.Caller.Env,
        ["principal"] = c => c.Key.Caller.Principal,
        ["account"] = c => c.Key.Caller.Account,
        ["region"] = c => c.Key.Region,
        ["operation"] = c => c.Key.Operation,
        ["mode"] = c => c.Key.Mode.Name(),
        ["tier"] = c => c.Key.Tier.Name(),
        ["scope"] = c => c.Key.Model.Scope.Name(),
        ["context"] = c => c.Key.Context.Name(),
        ["day"] = c => Day(c.Key.Day),
        ["month"] = c => c.Key.Day.ToString("yyyy-MM", CultureInfo.InvariantCulture),
    };

    const string MeterName = "meter";
    const string TagPrefix = "tag:";

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Tag keys the reader must keep for these dimensions.</summary>
    public static IReadOnlyList<string> TagKeys(IReadOnlyList<string> dimensions) =>
        [.. dimensions.Where(d => d.StartsWith(TagPrefix, StringComparison.Ordinal))
            .Select(d => d[TagPrefix.Length..]).Distinct(StringComparer.Ordinal)];

    /// <summary>Checks the names of <c>--by</c>.</summary>
    /// <exception cref="InputException">A name is none; the nearest one is suggested.</exception>
    public static IReadOnlyList<string> Parse(string? by)
    {
        var names = (by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var name in names)
        {
            if (Fixed.ContainsKey(name) || name == MeterName
                || (name.StartsWith(TagPrefix, StringComparison.Ordinal) && name.Length > TagPrefix.Length)) continue;
            var near = Fixed.Keys.Append(MeterName).MinBy(k => Distance(k, name))!;
            throw new InputException($"--by '{name}' is not a dimension; did you mean '{near}'? "
                + $"Accepted: {string.Join(", ", Fixed.Keys)}, {MeterName}, or tag:KEY for a tag of the request metadata.");
        }
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Groups the cube. Costs of the lines add up to its total.</summary>
    public static Grouping Group(SpendCube cube, IReadOnlyList<string> dimensions, IReadOnlyList<string> tagKeys)
    {
        var byMeter = dimensions.Contains(MeterName);
        string KeyOf(Cell cell, Meter? meter) => string.Join(Separator, dimensions.Select(d => Sealed( d == MeterName ? meter!.Value.Name()
            : Fixed.TryGetValue(d, out var of) ? of(cell)
            : cell.Key.Caller.Tags[IndexOf(tagKeys, d[TagPrefix.Length..])] ?? "")));
        var groups = byMeter ? cube.GroupByMeter((cell, meter) => KeyOf(cell, meter)) : cube.GroupBy(cell => KeyOf(cell, null));
        return new(dimensions,
            [.. groups.Select(g => new GroupingLine([.. g.Key.Split(Separator).Select(Opened)], g.Cost, g.CostMax, g.Requests)
            {
                Unpriced = g.Unpriced,
            })]);
    }

    // Tags are other people's text: one that holds the separator must not become two values.
    const char Separator = '\u001F';
    static string Sealed(string value) => value
        .Replace("\u001E", "\u001E0", StringComparison.Ordinal).Replace("\u001F", "\u001E1", StringComparison.Ordinal);
    static string Opened(string value) => value
        .Replace("\u001E1", "\u001F", StringComparison.Ordinal).Replace("\u001E0", "\u001E", StringComparison.Ordinal);

    static int IndexOf(IReadOnlyList<string> list, string value)
    {
        for (var i = 0; i < list.Count; i++)
            if (list[i] == value) return i;
        throw new InvalidOperationException($"The reader was not asked to keep tag '{value}'.");
    }

    /// <summary>Edits between two names, where two letters swapped are one edit: how a suggestion is chosen.</summary>
    public static int Distance(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) edits[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) edits[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                edits[i, j] = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }
        return edits[a.Length, b.Length];
    }
}
