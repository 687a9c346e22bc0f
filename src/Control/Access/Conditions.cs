using System.Globalization;
using Assay.Control.Policies;

namespace Assay.Control.Access;

/// <summary>
/// The condition operators of IAM, as far as documents about Bedrock use them.
/// <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"/>
/// </summary>
static class Conditions
{
    const string IfExists = "IfExists", AnyValue = "ForAnyValue:", AllValues = "ForAllValues:";

    static readonly HashSet<string> Operators = new(StringComparer.Ordinal)
    {
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
        "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Bool", "Null",
        "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
    };

    /// <summary>The operator, when it is one that is evaluated here.</summary>
    /// <exception cref="FormatException">It is another one: a decision would be a guess.</exception>
    public static string Known(string name) => Operators.Contains(Bare(name)) ? name
        : throw new FormatException($"the condition operator '{name}' is not evaluated here. Known: {string.Join(", ", Operators)}, each "
            + $"with {IfExists}, {AnyValue} or {AllValues} where AWS has them.");

    /// <summary>Whether a condition holds for a request.</summary>
    public static bool Holds(Condition condition, AccessRequest request)
    {
        var name = Bare(condition.Operator);
        var values = request.Find(condition.Key);
        if (name == "Null") return condition.Values.Any(v => IsTrue(v) == (values is null));
        if (values is null || values.Count == 0)
        {
            // A key that is not there matches nothing; what must not match is then fulfilled. An empty set fulfils 'all values'.
            return condition.Operator.StartsWith(AllValues, StringComparison.Ordinal)
                || condition.Operator.EndsWith(IfExists, StringComparison.Ordinal)
                || (IsNegated(name) && !condition.Operator.StartsWith(AnyValue, StringComparison.Ordinal));
        }
        var expected = condition.Values.Select(v => Variables.Fill(v, request)).OfType<string>().ToList();
        // 'Any' of a negated operator asks for a value that differs from all of them; so does 'all' of every value.
        bool One(string value) => IsNegated(name)
            ? expected.TrueForAll(e => !Same(Positive(name), e, value))
            : expected.Exists(e => Same(name, e, value));
        return condition.Operator.StartsWith(AllValues, StringComparison.Ordinal) ? values.All(One)
            : IsNegated(name) && !condition.Operator.StartsWith(AnyValue, StringComparison.Ordinal) ? values.All(One)
            : values.Any(One);
    }

    static bool Same(string name, string pattern, string value) => name switch
    {
        "StringEquals" => string.Equals(Variables.Plain(pattern), value, StringComparison.Ordinal),
        "StringEqualsIgnoreCase" => string.Equals(Variables.Plain(pattern), value, StringComparison.OrdinalIgnoreCase),
        "StringLike" => Glob.Matches(pattern, value),
        // Both forms of the ARN operators take wildcards.
        "ArnEquals" or "ArnLike" => Arns.Matches(pattern, value),
        "Bool" => IsTrue(pattern) == IsTrue(value),
        _ => Compare(name, pattern, value),
    };

    static bool Compare(string name, string pattern, string value)
    {
        if (!decimal.TryParse(pattern, NumberStyles.Number, CultureInfo.InvariantCulture, out var limit)
            || !decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)) return false;
        return name switch
        {
            "NumericEquals" => number == limit,
            "NumericLessThan" => number < limit,
            "NumericLessThanEquals" => number <= limit,
            "NumericGreaterThan" => number > limit,
            _ => number >= limit,
        };
    }

    static bool IsTrue(string text) => text.Equals("true", StringComparison.OrdinalIgnoreCase);
    static bool IsNegated(string name) => name.Contains("Not", StringComparison.Ordinal);
    static string Positive(string name) => name.Replace("Not", "", StringComparison.Ordinal);

    static string Bare(string name)
    {
        if (name.StartsWith(AnyValue, StringComparison.Ordinal)) name = name[AnyValue.Length..];
        else if (name.StartsWith(AllValues, StringComparison.Ordinal)) name = name[AllValues.Length..];
        return name.EndsWith(IfExists, StringComparison.Ordinal) ? name[..^IfExists.Length] : name;
    }
}

/// <summary>ARNs as policies compare them: part by part between the first five colons.</summary>
static class Arns
{
    public static bool Matches(string pattern, string arn)
    {
        if (pattern == "*") return true;
        var (wanted, parts) = (pattern.Split(':', 6), arn.Split(':', 6));
        return wanted.Length == 6 && parts.Length == 6 && wanted.Zip(parts).All(p => Glob.Matches(p.First, p.Second));
    }
}

/// <summary>Variables of a policy, <c>${aws:PrincipalTag/team}</c>, as a request fills them.</summary>
static class Variables
{
    /// <summary>The text with its variables filled; null where one has no value, so that nothing matches.</summary>
    public static string? Fill(string text, AccessRequest request)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', at);
            if (end < 0) return text;
            var name = text[(at + 2)..end];
            // ${*}, ${?} and ${$} stand for the characters themselves.
            if (name is "*" or "?" or "$")
            {
                at = end;
                continue;
            }
            if (request.Find(name) is not [var value, ..]) return null;
            text = text[..at] + value + text[(end + 1)..];
            at += value.Length;
        }
        return text;
    }

    public static string Plain(string text) => text.Replace("${*}", "*", StringComparison.Ordinal)
        .Replace("${?}", "?", StringComparison.Ordinal).Replace("${$}", "$", StringComparison.Ordinal);
}
