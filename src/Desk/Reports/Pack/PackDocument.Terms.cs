using Assay.Desk.Reports.Html;
using Assay.Planning;

namespace Assay.Desk.Reports;

/// <summary>The parts of a pack about money not yet agreed: commitment, other sellers, discounts, questions.</summary>
static partial class PackDocument
{
    static DocumentSection Commitment(PackReport report)
    {
        if (report.Position is not { } position)
        {
            return new("commitment", "Commitment", "", [new Block.Lines([
                "No commitment was stated. --commit N --organic N show the gap that this usage would fill, and what it makes of every "
                    + "price below.",
                report.LeastMonth is { } floor
                    ? $"No thirty days cost less than {Usd(floor)}; twelve of them are {Usd(floor * 12m)} a year. A commitment above what "
                        + $"remains after savings is a bet on growth."
                    : "Too few days to name a month that usage does not fall below: do not commit to a level on them."])]);
        }
        var years = position.Stay.Years;
        var price = position.Stay.EffectivePrice;
        List<DocumentCell[]> rows =
        [
            ["Committed", DocumentCell.Usd(years.Sum(y => y.Commitment))],
            ["Spent without AI, as you state", DocumentCell.Usd(years.Sum(y => y.Organic))],
            ["Gap without AI", DocumentCell.Usd(years.Sum(y => y.Gap))],
            ["AI at list price, at this pace", DocumentCell.Usd(Cents(position.Stay.Ai))],
            ["Of it fills the gap", DocumentCell.Usd(Cents(years.Sum(y => y.Absorbed)))],
            ["Shortfall paid at the end", DocumentCell.Usd(Cents(years.Sum(y => y.Shortfall)))],
            ["What AI adds to all that is paid", DocumentCell.Usd(Cents(position.Stay.IncrementalCost))],
            ["By the simple formula", DocumentCell.Usd(Cents(position.Stay.Simple.IncrementalCost))],
        ];
        if (price is { Average: { } average, Marginal: { } marginal })
        {
            rows.Add(["A list dollar of AI, on average",
                new($"{decimal.Round(average * 100m, 1):0.0} cents", decimal.Round(average, 6), CellKind.Usd)]);
            rows.Add(["The next list dollar of AI", new($"{decimal.Round(marginal * 100m, 1):0.0} "
                + $"cents", decimal.Round(marginal, 6), CellKind.Usd)]);
        }
        return new("commitment", "Commitment", $"{(position.Years == 1 ? "One contract year" : $"{position.Years} contract years")}, each "
            + $"with usage at this pace; your figures, drawn down exactly.",
            [new Block.Table("", [new("figure"), new("USD", true)], rows), new Block.Lines(position.Warnings(Figures.Dollars))]);
    }

    static DocumentSection Elsewhere(PackReport report)
    {
        var month = 30m / report.Span.Days;
        var quotes = report.Vendors.Vendors.Where(v => v.Here > 0m).ToList();
        List<Block> blocks = [];
        if (quotes.Count > 0)
        {
            List<DocumentColumn> columns = [new("seller"), new("of the spend", true), new("on Bedrock", true), new("there", true),
                new("difference", true)];
            if (report.Position is not null) columns.Add(new("wins at a discount of", true) { Spare = 1 });
            blocks.Add(new Block.Table("A month, like for like", columns, [.. quotes.Select(q =>
            {
                var covered = (decimal)q.ShareCovered;
                List<DocumentCell> row = [q.Platform.Name, new(Figures.Percent(covered), covered, CellKind.Share),
                    DocumentCell.Usd(Cents(q.Here * month)), DocumentCell.Usd(Cents(q.Total * month)),
                    DocumentCell.Signed(q.Delta * month, DocumentCell.SignedText(Cents(q.Total * month) - Cents(q.Here * month)))];
                if (report.Position is { } position)
                    row.Add(position.At(q).DiscountToWin switch { null => "–", <= 0 => "list price", >= 1 => "none", { } share =>
                        Text.Percent(share) });
                return row;
            })]));
        }
        else blocks.Add(new Block.Lines(["No other seller in the book of vendors has the same weights of what is used here."]));
        blocks.Add(new Block.Table("Who makes the models", [new("maker"), new("spend", true), new("share", true)],
            [.. report.LockIn.ByMaker.Shares.Select(s =>
                (DocumentCell[])[s.Vendor, DocumentCell.Usd(s.Usd), new(Text.Percent(s.Share), (decimal)s.Share, CellKind.Share)])]));
        if (report.LockIn.Exclusive.Count > 0)
        {
            var names = report.LockIn.Exclusive.Select(m => $"{Text.ShortModel(m.Model)} ({Usd(m.Usd * month)} a month)");
            blocks.Add(new Block.Lines([$"Only on Bedrock: {string.Join(", ", names)}."]));
        }
        return new("elsewhere", "The same usage elsewhere",
            $"Compared is what both sides price, at list prices: {report.Vendors.Book} and {report.Vendors.VendorBook}. "
            + "A difference may be no more than the surcharge of geographic profiles, which Bedrock's own global profile does not have: "
            + "'assay plan' tells it. 'assay compare' has the models one by one.", blocks);
    }

    static DocumentSection WhatIf(PackReport report)
    {
        var apart = report.MarketplaceMonthly;
        return new("what-if", "What a discount is worth",
            "A month and a year of 360 days at this pace, list price less the discount. Current Claude is billed through AWS Marketplace: "
            + "whether a discount reaches those rows is a term to settle.",
        [
            new Block.Table("", [new("discount"), new("a month", true), new("a year", true),
                new("a year, if it does not reach Claude", true) { Spare = 1 }],
                [.. report.Discounts.Select(d => (DocumentCell[])[Figures.Percent(d), DocumentCell.Usd(Cents(report.Monthly * d)),
                    DocumentCell.Usd(Cents(report.Annual * d)),
                    DocumentCell.Usd(Cents((report.Monthly - apart) * 12m * d))])]),
        ]);
    }

    static DocumentSection Questions(PackReport report)
    {
        List<string> questions =
        [
            .. CommitmentAdvice.Questions,
            "Will the discount hold for models that come out during the term, and for price cuts of those in use?",
            "Which quotas (tokens and requests a minute) come with the agreement, in which regions and profiles, and from when?",
            "Do batch, cache reads and writes, priority and flex have the discount too?",
            "What happens to the commitment when a model is retired, or moves to another seller's bill?",
        ];
        if (report.Counts.Throttled > 0)
        {
            questions.Add($"{WeeklyWords.Plural(report.Counts.Throttled, "call")} of ours were refused for quota in these days: what is "
                + $"done about it?");
        }
        return new("questions", "Questions to ask", "Each changes the figures above by its answer.",
            [new Block.Lines(questions, IsNumbered: true)]);
    }
}
