using System.CommandLine;
using System.Globalization;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Planning;

namespace Assay.Desk.Commands;

/// <summary>
/// <c>assay edp</c>: what AI costs on AWS when a spend commitment has to be met anyway, by the simple formula and drawn down exactly,
/// and beside a direct vendor.
/// </summary>
static class EdpCommand
{
    sealed record Options(
        Option<string?> Commit, Option<string?> Organic, Option<string?> Ai, Option<string> Discount, Option<string> PrivateDiscount,
        Option<string?> Marketplace, Option<string?> MarketplaceShare, Option<bool> MarketplaceUndiscounted, Option<string[]> Credit,
        Option<bool> CreditsCount, Option<string?> Start, Option<string?> DirectDiscount, Option<string?> Agreement, Option<bool> Json);

    public static Command Make()
    {
        Options options = new(
            Text("--commit", "N", "What is committed a contract year: 20M, $20M, 20,000,000; several where it ramps: 18M,20M,22M."),
            Text("--organic", "N", "Spend that counts without AI, as invoiced: one amount, or one a year."),
            Text("--ai", "N", "AI a year at list price: one amount, or one a year."),
            new("--discount")
            {
                Description = "What the programme takes off: 0.09 or 9%.", DefaultValueFactory = _ => "0", HelpName = "R",
            },
            new("--private-discount")
            {
                Description = "What private rates take off AI before the programme.", DefaultValueFactory = _ => "0", HelpName = "R",
            },
            Text("--marketplace", "RULE", "How AI billed through AWS Marketplace counts: full, none, cap:25% (of the commitment), cap:2M."),
            Text("--marketplace-share", "R", "The share of AI that is billed through AWS Marketplace, as Claude is: 80%."),
            new("--marketplace-undiscounted") { Description = "The programme discount does not reach AWS Marketplace rows." },
            new("--credit")
            {
                Description = "AWS credit and its last day: 250K@2026-12-31. May be repeated.", HelpName = "N@DAY",
                AllowMultipleArgumentsPerToken = false,
            },
            new("--credited-counts") { Description = "Usage paid with credits draws the commitment down." },
            Text("--start", "DAY", "First day of the first contract year; credits need it to know what they can pay."),
            Text("--direct-discount", "R", "What the model's own vendor takes off when bought directly."),
            Text("--agreement", "FILE", "Instead: derives every row of a spend agreement's FOCUS file again, to the cent."),
            Shared.Json());
        var command = new ExampledCommand("edp", "What AI costs when a spend commitment with AWS has to be met anyway.",
            "assay edp --commit 20M --organic 17M --ai 1.5M --discount 9% --direct-discount 15%")
        {
            options.Commit, options.Organic, options.Ai, options.Discount, options.PrivateDiscount, options.Marketplace,
            options.MarketplaceShare, options.MarketplaceUndiscounted, options.Credit, options.CreditsCount, options.Start,
            options.DirectDiscount, options.Agreement, options.Json,
        };
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    static void Run(ParseResult parsed, Options options)
    {
        var json = parsed.GetValue(options.Json);
        if (parsed.GetValue(options.Agreement) is { } file)
        {
            AgreementView.Show(file, json);
            return;
        }
        var question = Read(parsed, options);
        if (json) PriceJson.Write(w => EdpJson.Write(w, question));
        else EdpTerminal.Write(Terminal.Console(EdpTerminal.Width), question);
    }

    static EdpQuestion Read(ParseResult parsed, Options options)
    {
        var commit = Years(parsed, options.Commit);
        var organic = Years(parsed, options.Organic);
        var ai = Years(parsed, options.Ai);
        var count = Math.Max(commit.Length, Math.Max(organic.Length, ai.Length));
        (commit, organic, ai) = (Spread(commit, count, "--commit"), Spread(organic, count, "--organic"), Spread(ai, count, "--ai"));
        var discount = Amounts.Rate(parsed.GetValue(options.Discount)!, "--discount");
        var privateDiscount = Amounts.Rate(parsed.GetValue(options.PrivateDiscount)!, "--private-discount");
        var draw = parsed.GetValue(options.Marketplace);
        var share = parsed.GetValue(options.MarketplaceShare) is { } text ? Amounts.Rate(text, "--marketplace-share") : (decimal?)null;
        var undiscounted = parsed.GetValue(options.MarketplaceUndiscounted);
        EligibilityRule rule = new(EligibilityRule.Marketplace, EligibilityRule.Any, Rule(draw ?? "full"), !undiscounted);
        CommitmentTerms terms = new(commit, discount)
        {
            Rules = [rule], CreditedUsageCounts = parsed.GetValue(options.CreditsCount),
        };
        var isMarketplace = share ?? (draw is null && !undiscounted ? 0m : 1m);
        Credits credits = new([.. (parsed.GetValue(options.Credit) ?? []).SelectMany(c => c.Split(';')).Select(Credit)],
            Shared.ParseDay(parsed.GetValue(options.Start), "--start"));
        List<string> assumed = [];
        if (share is null && isMarketplace == 1m)
            assumed.Add("All AI is taken to be billed through AWS Marketplace; state the part that is with --marketplace-share.");
        if (draw is null && isMarketplace > 0m)
            assumed.Add("AI billed through AWS Marketplace is taken to count in full; state your contract's rule with --marketplace.");
        return new()
        {
            Terms = terms, Credits = credits, Assumed = assumed,
            Years = [.. organic.Zip(ai, (o, a) => Year(o, a, isMarketplace, privateDiscount))],
            DirectDiscount = parsed.GetValue(options.DirectDiscount) is { } direct ? Amounts.Rate(direct, "--direct-discount") : null,
        };
    }

    static YearSpend Year(decimal organic, decimal ai, decimal marketplace, decimal privateDiscount)
    {
        SpendLine billedByAws = new("AI", ai * (1m - marketplace), IsAi: true, SpendBasis.List) { PrivateDiscount = privateDiscount };
        var billedByMarketplace = billedByAws with { Usd = ai * marketplace, BillingEntity = EligibilityRule.Marketplace };
        return new([new("organic", organic, IsAi: false, SpendBasis.Invoiced), billedByAws, billedByMarketplace]);
    }

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

    static decimal[] Years(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text
        ? Amounts.UsdOfYears(text, option.Name)
        : throw new InputException($"{option.Name} is missing. Needed: --commit, --organic and --ai, as in "
            + "'assay edp --commit 20M --organic 17M --ai 1.5M'.");

    // One amount stands for every year.
    static decimal[] Spread(decimal[] amounts, int years, string option) =>
        amounts.Length == years ? amounts
        : amounts.Length == 1 ? [.. Enumerable.Repeat(amounts[0], years)]
        : throw new InputException($"{option} states {amounts.Length} years and another list {years}. "
            + "Accepted: one amount for all years, or lists of equal length.");

    static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };
}
