using System.CommandLine;
using System.Globalization;
using Assay.Desk.Input;
using Assay.Planning;
using Assay.Planning.Vendors;

namespace Assay.Desk.Commands;

/// <summary>The options that state a spend commitment with AWS, read alike by every command that asks for one.</summary>
sealed class CommitmentOptions
{
    public Option<string?> Commit { get; } = Text("--commit", "N",
        "What is committed a contract year: 20M, $20M, 20,000,000; several where it ramps: 18M,20M,22M.");

    public Option<string?> Organic { get; } = Text("--organic", "N",
        "Spend that counts without AI, as invoiced: one amount, or one a year.");

    readonly Option<string?> discount = Text("--discount", "R", "What the programme takes off: 0.09 or 9%. Default: 0.");

    readonly Option<string?> privateDiscount = Text("--private-discount", "R",
        "What private rates take off AI before the programme. Default: 0.");

    readonly Option<string?> marketplace = Text("--marketplace", "RULE",
        "How AI billed through AWS Marketplace counts: full, none, cap:25% (of the commitment), cap:2M.");

    readonly Option<string?> marketplaceShare = Text("--marketplace-share", "R",
        "The share of AI that is billed through AWS Marketplace, as Claude is: 80%.");

    readonly Option<bool> undiscounted = new("--marketplace-undiscounted")
    {
        Description = "The programme discount does not reach AWS Marketplace rows.",
    };

    readonly Option<string[]> credit = new("--credit")
    {
        Description = "AWS credit and its last day: 250K@2026-12-31. May be repeated.", HelpName = "N@DAY",
        AllowMultipleArgumentsPerToken = false,
    };

    readonly Option<bool> creditsCount = new("--credited-counts") { Description = "Usage paid with credits draws the commitment down." };

    readonly Option<string?> start = Text("--start", "DAY",
        "First day of the first contract year; credits need it to know what they can pay.");

    public IReadOnlyList<Option> All =>
        [Commit, Organic, discount, privateDiscount, marketplace, marketplaceShare, undiscounted, credit, creditsCount, start];

    /// <summary>The commitment; null where no option speaks of one.</summary>
    /// <exception cref="InputException">Half of it is missing, or a figure is none.</exception>
    public CommittedSpend? ReadIfStated(ParseResult parsed)
    {
        if (All.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is null) return null;
        if (parsed.GetValue(Commit) is null || parsed.GetValue(Organic) is null)
        {
            throw new InputException("a commitment needs both --commit and --organic; "
                + $"{(parsed.GetValue(Commit) is null ? "--commit" : "--organic")} is missing. "
                + "Write them as --commit 20M --organic 17M.");
        }
        return Read(parsed, [0m], "");
    }

    /// <summary>The commitment, in as many years as any list of amounts has.</summary>
    /// <param name="beside">Another list of amounts, of the option named.</param>
    public CommittedSpend Read(ParseResult parsed, decimal[] beside, string besideName)
    {
        var commit = Amounts.UsdOfYears(parsed.GetValue(Commit)!, Commit.Name);
        var organic = Amounts.UsdOfYears(parsed.GetValue(Organic)!, Organic.Name);
        var count = Math.Max(commit.Length, Math.Max(organic.Length, beside.Length));
        (commit, organic) = (Spread(commit, count, Commit.Name), Spread(organic, count, Organic.Name));
        Spread(beside, count, besideName);
        var (draw, isUndiscounted) = (parsed.GetValue(marketplace), parsed.GetValue(undiscounted));
        var share = Rate(parsed, marketplaceShare);
        EligibilityRule rule = new(EligibilityRule.Marketplace, EligibilityRule.Any, Rule(draw ?? "full"), !isUndiscounted);
        var isMarketplace = share ?? (draw is null && !isUndiscounted ? 0m : 1m);
        List<string> assumed = [];
        if (share is null && isMarketplace == 1m)
            assumed.Add("All AI is taken to be billed through AWS Marketplace; state the part that is with --marketplace-share.");
        if (draw is null && isMarketplace > 0m)
            assumed.Add("AI billed through AWS Marketplace is taken to count in full; state your contract's rule with --marketplace.");
        var off = Rate(parsed, privateDiscount) ?? 0m;
        CommitmentTerms terms = new(commit, Rate(parsed, discount) ?? 0m)
        {
            Rules = [rule], CreditedUsageCounts = parsed.GetValue(creditsCount),
        };
        return new(terms, organic)
        {
            Credits = new([.. (parsed.GetValue(credit) ?? []).SelectMany(c => c.Split(';')).Select(Credit)],
                Shared.ParseDay(parsed.GetValue(start), start.Name)),
            MarketplaceShare = isMarketplace, PrivateDiscount = _ => off, Assumed = assumed,
        };
    }

    static decimal? Rate(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } text ? Amounts.Rate(text, option.Name) : null;

    static DrawDown Rule(string text)
    {
        if (text.Equals("full", StringComparison.OrdinalIgnoreCase)) return DrawDown.Full;
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase)) return DrawDown.None;
        if (!text.StartsWith("cap:", StringComparison.OrdinalIgnoreCase) || text.Length == 4)
            throw new InputException($"--marketplace '{text}' is not a rule. Accepted: full, none, cap:25% (of the commitment), cap:2M.");
        var cap = text[4..];
        return cap.EndsWith('%')
            ? new DrawDown.UpToShare(Amounts.Rate(cap, "--marketplace"))
            : new DrawDown.UpToUsd(Amounts.Usd(cap, "--marketplace"));
    }

    static Credit Credit(string text) => text.Split('@') is [var amount, var day]
        ? new(Amounts.Usd(amount, "--credit"), Day(day, text))
        : throw new InputException($"--credit '{text}' is not an amount and its last day. Accepted: 250K@2026-12-31.");

    static DateOnly Day(string day, string credit) =>
        DateOnly.TryParseExact(day.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? parsed
            : throw new InputException($"--credit '{credit}' ends on '{day}', which is not a day. Accepted: 250K@2026-12-31.");

    // One amount stands for every year.
    public static decimal[] Spread(decimal[] amounts, int years, string option) =>
        amounts.Length == years ? amounts
        : amounts.Length == 1 ? [.. Enumerable.Repeat(amounts[0], years)]
        : throw new InputException($"{option} states {amounts.Length} years and another list {years}. "
            + "Accepted: one amount for all years, or lists of equal length.");

    public static Option<string?> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };
}
