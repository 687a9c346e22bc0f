namespace Assay.Estate;

/// <summary>What an amount is counted in: which words may follow its number, and what one of each is worth.</summary>
/// <param name="Name">What the amount is, as messages and the schema say it: <c>requests a month</c>.</param>
/// <param name="Example">How people write it.</param>
/// <param name="Words">Unit words (lower case, <c>per</c> and <c>/</c> written as <c>a</c>) and what one of them is worth.</param>
/// <param name="IsNeeded">True when a bare number could mean several things.</param>
sealed record Unit(string Name, string Example, IReadOnlyDictionary<string, decimal> Words, bool IsNeeded)
{
    public decimal Least { get; init; }
    public decimal Most { get; init; } = 1_000_000_000_000_000m;

    /// <summary>Why numbers above <see cref="Most"/> are refused.</summary>
    public string MostName { get; init; } = "";

    /// <summary>False where <c>m</c> is minutes, not a million.</summary>
    public bool HasScales { get; init; } = true;

    public bool IsMoney => Name.StartsWith("US dollars", StringComparison.Ordinal);

    const decimal DaysAMonth = 30m;

    public static readonly Unit Count = new("a number", "40,000", Worth(("documents", 1), ("units", 1), ("alarms", 1),
        ("metrics", 1)), false);
    public static readonly Unit Few = Count with { Example = "4" };
    public static readonly Unit Positive = Count with { Name = "a number of at least 1", Least = 1m, Example = "4" };
    public static readonly Unit Factor = new("a factor of at least 1", "3 x", Worth(("x", 1), ("×", 1), ("times", 1)), false)
    {
        Least = 1m, Most = 100_000m, MostName = "100,000 x",
    };

    public static readonly Unit Tokens = new("tokens", "3,000 tokens", Worth(("tokens", 1), ("token", 1), ("tok", 1), ("ktok", 1_000),
        ("mtok", 1_000_000)), false);
    public static readonly Unit CharactersPerToken = new("characters a token", "4.25", Worth(("characters", 1),
        ("characters a token", 1)), false)
    {
        Least = 0.1m, Most = 100m, MostName = "100 characters a token",
    };

    public static readonly Unit TokensPerMinute = new("tokens a minute", "2 M tokens a minute", Worth(("tokens a minute", 1),
        ("a minute", 1), ("tpm", 1)), false);
    public static readonly Unit RequestsPerMinute = new("requests a minute", "500 a minute", Worth(("requests a minute", 1),
        ("a minute", 1), ("rpm", 1)), false);

    /// <summary>Anything counted by time, as an amount a month.</summary>
    public static readonly Unit PerMonth = new("requests with their time", "40,000 a day", Times(""), true);

    public static readonly Unit PerYear = new("times a year", "4 a year", Worth(("a year", 1), ("times a year", 1), ("a month", 12),
        ("times a month", 12), ("a quarter", 4)), true);

    public static readonly Unit Share = new("a share in percent", "35 %", Worth(("%", 0.01m), ("percent", 0.01m)), true)
    {
        Most = 1m, MostName = "100 %", HasScales = false,
    };

    public static readonly Unit SharePerMonth = Share with
    {
        Name = "a share in percent, a month", Example = "10 % a month",
        Words = Worth(("%", 0.01m), ("percent", 0.01m), ("% a month", 0.01m), ("percent a month", 0.01m)),
    };

    public static readonly Unit Gigabytes = new("a size", "20 GB", Worth(("gb", 1), ("tb", 1_000), ("mb", 0.001m)), true);
    public static readonly Unit GigabytesPerMonth = new("a size a month", "20 GB a month", Worth(("gb a month", 1), ("gb", 1),
        ("tb a month", 1_000), ("tb", 1_000), ("mb a month", 0.001m), ("gb a day", DaysAMonth), ("mb a day", DaysAMonth / 1_000)), true);
    public static readonly Unit Months = new("months", "3 months", Worth(("months", 1), ("month", 1), ("days", 1 / DaysAMonth),
        ("day", 1 / DaysAMonth), ("weeks", 7 / DaysAMonth), ("years", 12), ("year", 12)), true);

    /// <summary>Seconds, for a <see cref="TimeSpan"/>.</summary>
    public static readonly Unit Seconds = new("a time", "6 h", Worth(("s", 1), ("sec", 1), ("second", 1), ("seconds", 1), ("m", 60),
        ("min", 60), ("minute", 60), ("minutes", 60), ("h", 3_600), ("hour", 3_600), ("hours", 3_600), ("d", 86_400), ("day", 86_400),
        ("days", 86_400)), true)
    {
        HasScales = false, Most = 365 * 86_400m, MostName = "365 days",
    };

    public static readonly Unit Usd = new("US dollars", "$1,200", Worth(("usd", 1), ("dollars", 1)), false);
    public static readonly Unit UsdPerMonth = new("US dollars a month", "$1,200 a month", Money(("a month", 1), ("a year", 1 / 12m)), true);
    public static readonly Unit UsdPerYear = new("US dollars a year", "$2 M a year", Money(("a year", 1), ("a month", 12)), true);
    public static readonly Unit UsdPerHour = new("US dollars an hour", "$2,000 an hour", Money(("a hour", 1)), true);
    public static readonly Unit UsdPerMetric = new("US dollars a metric and month", "$0.30 a month", Money(("a month", 1),
        ("a metric and month", 1)), true);
    public static readonly Unit UsdPerGigabyte = new("US dollars a GB and month", "$0.023 a GB-month", Money(("a gb-month", 1),
        ("a gb and month", 1), ("a gb a month", 1)), true);

    /// <summary>What is accepted, for messages.</summary>
    public string Accepted => $"{Name}, such as '{Example}'" + (IsNeeded ? "" : " (the unit may be left out)");

    static Dictionary<string, decimal> Times(string noun)
    {
        (string, decimal)[] times =
        [
            ("a second", 86_400 * DaysAMonth), ("a minute", 1_440 * DaysAMonth), ("a hour", 24 * DaysAMonth), ("a day", DaysAMonth),
            ("a week", DaysAMonth / 7), ("a month", 1), ("a year", 1 / 12m),
        ];
        string[] nouns = [noun, "requests ", "calls ", "queries ", "users' requests "];
        return nouns.SelectMany(n => times.Select(t => (n + t.Item1, t.Item2)))
            .ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal);
    }

    static Dictionary<string, decimal> Money(params (string Word, decimal Worth)[] times)
    {
        string[] currencies = ["", "usd ", "dollars "];
        return currencies.SelectMany(c => times.Select(t => (c + t.Word, t.Worth)))
            .ToDictionary(p => p.Item1, p => p.Worth, StringComparer.Ordinal);
    }

    static Dictionary<string, decimal> Worth(params (string Word, decimal Worth)[] words) =>
        words.ToDictionary(w => w.Word, w => w.Worth, StringComparer.Ordinal);
}
