using System.CommandLine;
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
    public const string About = "What AI costs when a spend commitment with AWS has to be met anyway.";

    sealed record Options(
        CommitmentOptions Commitment, Option<string?> Ai, Option<string?> DirectDiscount, Option<string?> Agreement, Option<bool> Json);

    public static Command Make()
    {
        Options options = new(new(),
            CommitmentOptions.Text("--ai", "N", "AI a year at list price: one amount, or one a year."),
            CommitmentOptions.Text("--direct-discount", "R", "What the model's own vendor takes off when bought directly."),
            CommitmentOptions.Text("--agreement", "FILE",
                "Instead: derives every row of a spend agreement's FOCUS file again, to the cent."),
            Shared.Json());
        var command = new ExampledCommand("edp", About,
            "assay edp --commit 20M --organic 17M --ai 1.5M --discount 9% --direct-discount 15%")
        {
            options.Ai, options.DirectDiscount, options.Agreement, options.Json,
        };
        foreach (var option in options.Commitment.All) command.Options.Add(option);
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
        var ai = Years(parsed, options.Ai);
        Years(parsed, options.Commitment.Commit);
        Years(parsed, options.Commitment.Organic);
        var committed = options.Commitment.Read(parsed, ai, "--ai");
        ai = CommitmentOptions.Spread(ai, committed.OrganicUsd.Count, "--ai");
        return new()
        {
            Terms = committed.Terms, Credits = committed.Credits, Assumed = committed.Assumed,
            Years = [.. committed.OrganicUsd.Zip(ai, (o, a) => Year(o, a, committed.MarketplaceShare, committed.PrivateDiscount("")))],
            DirectDiscount = parsed.GetValue(options.DirectDiscount) is { } direct ? Amounts.Rate(direct, "--direct-discount") : null,
        };
    }

    static YearSpend Year(decimal organic, decimal ai, decimal marketplace, decimal privateDiscount)
    {
        SpendLine billedByAws = new("AI", ai * (1m - marketplace), IsAi: true, SpendBasis.List) { PrivateDiscount = privateDiscount };
        var billedByMarketplace = billedByAws with { Usd = ai * marketplace, BillingEntity = EligibilityRule.Marketplace };
        return new([new("organic", organic, IsAi: false, SpendBasis.Invoiced), billedByAws, billedByMarketplace]);
    }

    static decimal[] Years(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text
        ? Amounts.UsdOfYears(text, option.Name)
        : throw new InputException($"{option.Name} is missing. Needed: --commit, --organic and --ai, as in "
            + "'assay edp --commit 20M --organic 17M --ai 1.5M'.");
}
