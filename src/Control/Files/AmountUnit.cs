using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Control.Files;

/// <summary>What an amount is counted in: which words may follow its number, and what one of each is worth.</summary>
/// <param name="IsNeeded">True when a bare number could mean several things.</param>
public sealed partial record AmountUnit(string Name, string Example, IReadOnlyDictionary<string, decimal> Words, bool IsNeeded)
{
    const decimal DaysAMonth = 30m;

    public decimal Most { get; init; } = 1_000_000_000_000m;

    /// <summary>Whether there are no parts of one.</summary>
    public bool IsWhole { get; init; }
    public bool IsMoney => Name.StartsWith("US dollars", StringComparison.Ordinal);
    public string Accepted => $"{Name}, such as '{Example}'";

    public static readonly AmountUnit Usd = new("US dollars", "$0.50", Worth(("usd", 1), ("dollars", 1)), false);
    public static readonly AmountUnit UsdPerMonth = new("US dollars a month", "$12,000 a month",
        Worth(("a month", 1), ("a year", 1 / 12m), ("usd a month", 1), ("dollars a month", 1)), true);
    public static readonly AmountUnit Share = new("a share in percent", "75 %", Worth(("%", 0.01m), ("percent", 0.01m)),
        true) { Most = 1m };
    public static readonly AmountUnit Factor = new("a factor", "2 x", Worth(("x", 1), ("×", 1), ("times", 1)), false) { Most = 100_000m };
    public static readonly AmountUnit Tokens = new("tokens", "50,000 tokens", Worth(("tokens", 1)), false);
    public static readonly AmountUnit TokensPerDay = new("tokens a day", "40 M tokens a day",
        Worth(("tokens a day", 1), ("a day", 1), ("tokens a month", 1 / DaysAMonth), ("a month", 1 / DaysAMonth)), true);
    public static readonly AmountUnit Seconds = new("a time", "20 s",
        Worth(("s", 1), ("sec", 1), ("seconds", 1), ("ms", 0.001m), ("min", 60), ("minutes", 60)), true) { Most = 86_400m };
    public static readonly AmountUnit Days = new("days", "400 days",
        Worth(("days", 1), ("day", 1), ("months", DaysAMonth), ("years", 365), ("year", 365)), true) { Most = 36_500m };
    public static readonly AmountUnit GigabytesPerMonth = new("a size a month", "20 GB a month",
        Worth(("gb a month", 1), ("gb", 1), ("tb a month", 1_000), ("mb a month", 0.001m), ("gb a day", DaysAMonth)), true);

    public static readonly AmountUnit UsdPerDay = new("US dollars a day", "$50 a day",
        Worth(("a day", 1), ("usd a day", 1), ("dollars a day", 1)), true);
    public static readonly AmountUnit UsdPerMinute = new("US dollars a minute", "$2 a minute",
        Worth(("a minute", 1), ("usd a minute", 1), ("dollars a minute", 1)), true);
    public static readonly AmountUnit RequestsPerMinute = new("requests a minute", "600 a minute",
        Worth(("a minute", 1), ("requests a minute", 1)), true) { IsWhole = true };
    public static readonly AmountUnit TokensPerMinute = new("tokens a minute", "100,000 a minute",
        Worth(("a minute", 1), ("tokens a minute", 1)), true) { IsWhole = true };

    /// <summary>Seconds, written in units up to days.</summary>
    public static readonly AmountUnit Duration = new("a time", "30 s",
        Worth(("ms", 0.001m), ("s", 1), ("sec", 1), ("second", 1), ("seconds", 1), ("min", 60), ("minute", 60), ("minutes", 60),
            ("h", 3_600), ("hour", 3_600), ("hours", 3_600), ("day", 86_400), ("days", 86_400)), true) { Most = 366 * 86_400m };
    public static readonly AmountUnit Bytes = new("a size", "100 MB",
        Worth(("b", 1), ("bytes", 1), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000),
            ("kib", 1_024), ("mib", 1_048_576), ("gib", 1_073_741_824)), true) { IsWhole = true };
    public static readonly AmountUnit Count = new("a number", "1,000", Worth(), false) { IsWhole = true };

    /// <summary>The amount a text stands for.</summary>
    /// <param name="wrong">What is wrong with it, the value in quotes; empty when nothing is.</param>
    public decimal? Read(string text, out string wrong)
    {
        wrong = "";
        var match = text.Length <= 60 ? Form().Match(text) : Match.Empty;
        if (!match.Success)
            wrong = $"{Quoted.Of(text)} is not {Name}; accepted: {Accepted}; commas part thousands and a dot parts decimals";
        else if (match.Groups["dollar"].Length > 0 && !IsMoney) wrong = $"{Quoted.Of(text)} is money; accepted: {Accepted}";
        if (wrong.Length > 0) return null;
        var number = decimal.Parse(match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture);
        number *= match.Groups["scale"].Value switch { "k" or "K" => 1_000m, "M" => 1_000_000m, "bn" => 1_000_000_000m, _ => 1m };
        var words = Articles().Replace(match.Groups["words"].Value.Trim().ToLowerInvariant(), "a ");
        if (words.StartsWith('/')) words = "a " + words[1..].Trim();
        if (words.Length == 0 && IsNeeded && number != 0m) wrong = $"{Quoted.Of(text)} has no unit; accepted: {Accepted}";
        else if (words.Length > 0 && !Words.ContainsKey(words)) wrong =
            $"{Quoted.Of(text)} has the unit {Quoted.Of(words)}; accepted: {Accepted}";
        if (wrong.Length > 0) return null;
        if (words.Length > 0) number *= Words[words];
        if (IsWhole && number != decimal.Truncate(number)) wrong = $"{Quoted.Of(text)} is not whole; accepted: {Accepted}";
        else if (number > Most) wrong = $"{Quoted.Of(text)} is too large; accepted: {Accepted}";
        return wrong.Length == 0 ? number : null;
    }

    static Dictionary<string, decimal> Worth(params (string Word, decimal Worth)[] words) =>
        words.ToDictionary(w => w.Word, w => w.Worth, StringComparer.Ordinal);

    [GeneratedRegex(@"^(?<dollar>\$)?\s*(?<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,9})?)\s*(?<scale>k|K|M|bn)?"
        + @"(?<words>(?:\s|/|%|×|(?<![kKM])[a-zA-Z])[^0-9]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\b(per|each|an|a)\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Articles();
}
