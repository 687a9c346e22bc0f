namespace Assay.Planning.Vendors;

/// <summary>
/// What is committed with AWS, and what that makes of every price: dollars that fill a gap in the commitment are paid for already, dollars
/// spent elsewhere are new. A year; list prices before the programme discount.
/// </summary>
/// <param name="CommitUsd">Committed spend of a year.</param>
/// <param name="OrganicUsd">What is spent with AWS in that year without AI.</param>
/// <param name="Discount">The programme's discount, 0 to 1.</param>
/// <param name="AiUsd">The usage on Bedrock, of a year.</param>
public sealed record CommittedPosition(decimal CommitUsd, decimal OrganicUsd, decimal Discount, decimal AiUsd)
{
    /// <summary>What has to be spent with AWS anyway.</summary>
    public decimal Gap => Of(AiUsd).Gap;

    /// <summary>How much of the usage falls into the gap.</summary>
    public decimal Absorbed => Of(AiUsd).Absorbed;

    /// <summary>What the usage costs beyond what is committed, on Bedrock.</summary>
    public decimal Incremental => IncrementalOf(AiUsd);

    /// <summary>The usage at one vendor, the gap counted.</summary>
    /// <param name="days">Days of the compared period.</param>
    public EffectivePrice At(VendorQuote quote, int days)
    {
        var (there, here) = (OfAYear(quote.Total, days), OfAYear(quote.Here, days));
        var move = there + IncrementalOf(AiUsd - here);
        // What the moved part would have cost on Bedrock is the most its price there may be.
        var worth = Incremental - IncrementalOf(AiUsd - here);
        return new(quote.Platform, Incremental, move, there == 0m ? null : (double)(1m - (worth / there)));
    }

    /// <summary>A period's dollars as a year's: twelve months of 30 days.</summary>
    public static decimal OfAYear(decimal usd, int days) => usd * 360m / days;

    decimal IncrementalOf(decimal ai) => Of(ai).IncrementalCost;

    SimplePosition Of(decimal ai) => SimplePosition.Of(CommitUsd, OrganicUsd, ai, Discount);
}

/// <summary>What a year costs beyond the commitment: staying on Bedrock, or moving what a vendor sells of it.</summary>
/// <param name="DiscountToWin">
/// The discount on the vendor's list price at which moving costs no more than staying: 0 or less where it wins at list price, 1 where
/// only a gift would; null where there is nothing to move.
/// </param>
public sealed record EffectivePrice(Platform Platform, decimal Stay, decimal Move, double? DiscountToWin);
