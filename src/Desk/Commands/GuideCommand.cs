using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Planning;

namespace Assay.Desk.Commands;

/// <summary>
/// <c>assay guide</c>: every figure the guide claims, derived again from its own prices, with a verdict and what today's prices make
/// of it; one derivation step by step; and its enterprise scenario line by line.
/// </summary>
static class GuideCommand
{
    public const string About = "The figures one published guide claims, derived again from its own prices.";

    const string GuideBook = "guide";
    const string Scenario = "scenario";

    public static Command Make()
    {
        var id = new Argument<string?>("ID")
        {
            Description = $"A claim such as C01, derived step by step; or '{Scenario}': the guide's enterprise, line by line.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var book = new Option<string>("--book")
        {
            Description = "The prices of today's column: 'aws', with a day as in aws@2026-06-30, or a CSV file.",
            DefaultValueFactory = _ => BookShelf.Default,
            HelpName = "B",
        };
        var json = Shared.Json();
        var command = new ExampledCommand("guide", About,
            "assay guide C01") { id, book, json };
        command.SetAction(parsed =>
        {
            var shelf = new BookShelf();
            var (claims, inputs) = shelf.Guide();
            var sources = new GuideSources(shelf.Open(GuideBook), shelf.Open(parsed.GetValue(book)!), inputs, shelf.Catalog);
            Show(parsed.GetValue(id), claims, sources, parsed.GetValue(json));
        });
        return command;
    }

    static void Show(string? wanted, IReadOnlyList<GuideClaim> claims, GuideSources sources, bool json)
    {
        if (wanted is null)
        {
            var all = GuideCheck.All(claims, sources);
            if (json) PriceJson.Write(w => GuideJson.Claims(w, all, withSteps: false));
            else GuideTerminal.Claims(Terminal.Console(), all, sources);
        }
        else if (wanted.Equals(Scenario, StringComparison.OrdinalIgnoreCase))
        {
            var lines = GuideScenario.Lines(sources);
            if (json) PriceJson.Write(w => GuideJson.Scenario(w, lines, sources));
            else GuideTerminal.Scenario(Terminal.Console(), lines, sources);
        }
        else
        {
            var check = GuideCheck.One(Find(wanted, claims), sources);
            if (json) PriceJson.Write(w => GuideJson.Claims(w, [check], withSteps: true));
            else GuideTerminal.Claim(Terminal.Console(Terminal.Unfolded), check);
        }
    }

    static GuideClaim Find(string wanted, IReadOnlyList<GuideClaim> claims)
    {
        if (claims.FirstOrDefault(c => c.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } claim) return claim;
        // Of ids equally near, one of the same topic: its letter is what people remember.
        var near = claims.Select(c => c.Id).Append(Scenario)
            .OrderBy(id => Dimensions.Distance(id.ToUpperInvariant(), wanted.ToUpperInvariant()))
            .ThenBy(id => wanted.StartsWith(id[..1], StringComparison.OrdinalIgnoreCase) ? 0 : 1).First();
        throw new InputException($"the guide has no claim '{wanted}'; did you mean '{near}'? "
            + $"'assay guide' lists all {claims.Count}; '{Scenario}' is its enterprise.");
    }
}
