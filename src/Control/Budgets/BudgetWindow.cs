using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Control.Files;

namespace Assay.Control.Budgets;

/// <summary>How the time is cut in which a budget may be spent.</summary>
public enum WindowKind : byte
{
    /// <summary>A calendar month, UTC.</summary>
    Month,

    /// <summary>A calendar day, UTC.</summary>
    Day,

    /// <summary>Any stretch of some hours, wherever it begins.</summary>
    Rolling,
}

/// <summary>The time in which a budget may be spent: a day, a month, or any stretch of some hours.</summary>
/// <remarks>Which window a moment is in follows from the moment alone. Nothing is ever reset, so no reset can race with a call.</remarks>
public readonly record struct BudgetWindow
{
    /// <summary>The longest rolling window: what falls out of it is replayed from the journal when a gateway starts.</summary>
    public const int HoursMax = 31 * 24;

    /// <summary>Slices of a rolling window. What is spent in a slice counts until the whole slice has left the window.</summary>
    internal const int Slices = 60;

    BudgetWindow(WindowKind kind, int hours) => (Kind, Hours) = (kind, hours);

    public static BudgetWindow Day => new(WindowKind.Day, 0);
    public static BudgetWindow Month => new(WindowKind.Month, 0);

    /// <summary>Any stretch of <paramref name="hours"/> hours.</summary>
    public static BudgetWindow Rolling(int hours)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hours, HoursMax);
        return new(WindowKind.Rolling, hours);
    }

    public WindowKind Kind { get; }

    /// <summary>Length of a rolling window; zero for a day or a month.</summary>
    public int Hours { get; }

    public override string ToString() => Kind switch
    {
        WindowKind.Month => "month",
        WindowKind.Day => "day",
        _ => Hours == 1 ? "1 hour" : $"{Hours} hours",
    };
}

/// <summary>What may be spent in which time, as people write it: <c>$50 a day</c>.</summary>
public readonly partial record struct BudgetAmount(decimal Usd, BudgetWindow Window)
{
    /// <summary>As messages and the documentation say it.</summary>
    public const string Accepted =
        "US dollars a day, a month or in some hours, such as '$50 a day', '$3,000 a month' or '$20 in 24 hours'";

    static readonly AmountUnit Calendar = AmountUnit.UsdPerDay with
    {
        Words = new[] { "a day", "a month" }.SelectMany(w => new[] { w, "usd " + w, "dollars " + w }).ToDictionary(w => w, _ => 1m),
    };

    /// <summary>The amount and the time a text stands for.</summary>
    /// <param name="wrong">What is wrong with it, the value in quotes; empty when nothing is.</param>
    public static BudgetAmount? Read(string text, out string wrong)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rolling = text.Length <= 60 ? RollingForm().Match(text) : Match.Empty;
        var hours = rolling.Success ? int.Parse(rolling.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        var usd = rolling.Success ? AmountUnit.Usd.Read(rolling.Groups["usd"].Value, out wrong) : Calendar.Read(text, out wrong);
        if (wrong.Length > 0 || usd is not { } amount) wrong = $"{Quoted.Of(text)} is not understood; accepted: {Accepted}";
        else if (amount == 0m) wrong = $"{Quoted.Of(text)} is nothing; accepted: an amount above zero, such as '$50 a day'";
        else if (rolling.Success && hours is < 1 or > BudgetWindow.HoursMax)
            wrong = $"{Quoted.Of(text)} has a window of {hours} hours; accepted: 1 to {BudgetWindow.HoursMax} hours";
        else return new(amount, rolling.Success ? BudgetWindow.Rolling(hours)
            : text.TrimEnd().EndsWith("month", StringComparison.OrdinalIgnoreCase) ? BudgetWindow.Month : BudgetWindow.Day);
        return null;
    }

    [GeneratedRegex(@"^(?<usd>.+?)\s+in\s+(?:any\s+)?(?<hours>[0-9]{1,6})\s*(?:h|hours?)\s*$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RollingForm();
}
