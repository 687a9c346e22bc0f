namespace Assay.Planning;

/// <summary>When an agreement's money is invoiced.</summary>
public enum AgreementPayment : byte
{
    /// <summary>Usage is invoiced as it happens.</summary>
    AsYouGo,

    /// <summary>What is bought up front pays for the usage; what exceeds it is invoiced.</summary>
    UpFront,
}

/// <summary>USD of one unit: the public price, and the one agreed.</summary>
public readonly record struct UnitPrice(decimal List, decimal Contracted)
{
    public static UnitPrice operator *(UnitPrice left, UnitPrice right) => new(left.List * right.List, left.Contracted * right.Contracted);
}

/// <summary>What was agreed.</summary>
public sealed record AgreementTerms
{
    public AgreementPayment Payment { get; init; }

    /// <summary>USD promised over the term; null when nothing is.</summary>
    public decimal? CommitmentUsd { get; init; }

    /// <summary>USD of a token where usage is priced in a currency of the vendor's; null where it is priced in USD.</summary>
    public UnitPrice? TokenUsd { get; init; }

    /// <summary>Tokens the agreement holds before the first event; null when they are not known and all usage counts as covered.</summary>
    public decimal? TokensHeld { get; init; } = 0m;
}

/// <summary>From a day up to another that is no longer in it.</summary>
public readonly record struct Period(DateOnly From, DateOnly To)
{
    /// <summary>How much of a whole this part is: in months where both begin and end on the same day of a month, else in days.</summary>
    internal (int Part, int Whole) PartOf(Period whole)
    {
        var day = From.Day;
        return To.Day == day && whole.From.Day == day && whole.To.Day == day
            ? (Months(this), Months(whole))
            : (Days, whole.Days);
    }

    internal int Days => To.DayNumber - From.DayNumber;

    internal bool Holds(DateOnly day) => From <= day && day < To;

    internal bool Meets(Period other) => From < other.To && other.From < To;

    static int Months(Period period) => ((period.To.Year - period.From.Year) * 12) + period.To.Month - period.From.Month;
}

/// <summary>Something that happens under an agreement.</summary>
public abstract record AgreementEvent(string What)
{
    /// <summary>Something bought: licences, a term of a service, tokens, the commitment itself.</summary>
    /// <param name="IsDrawnDown">True when later usage consumes it; then the usage is the cost and the purchase only the payment.</param>
    public sealed record Purchase(string What, decimal Quantity, UnitPrice Usd, bool IsDrawnDown) : AgreementEvent(What)
    {
        /// <summary>The part of a term that an upsell or a renewal covers, charged for that part; null to charge it in full.</summary>
        public (Period Covered, Period Term)? Prorated { get; init; }

        /// <summary>True when what is bought are tokens of the agreement's.</summary>
        public bool IsTokens { get; init; }
    }

    /// <summary>Usage of a SKU priced in USD.</summary>
    public sealed record Use(string What, decimal Quantity, UnitPrice Usd) : AgreementEvent(What)
    {
        /// <summary>The day it begins; needed where a part of the term has a minimum.</summary>
        public DateOnly? On { get; init; }
    }

    /// <summary>Usage of a SKU priced in tokens.</summary>
    /// <param name="Tokens">Tokens a unit takes, by the public price and by the agreed one.</param>
    public sealed record UseOfTokens(string What, decimal Quantity, UnitPrice Tokens) : AgreementEvent(What);

    /// <summary>Tokens used beyond those held are bought after the fact.</summary>
    public sealed record SettleOverage(string What) : AgreementEvent(What);

    /// <summary>A part of the term ends, a month mostly, of which a minimum was promised: what its usage falls short of it is
    /// owed.</summary>
    public sealed record PartEnds(string What, Period Part, decimal MinimumUsd) : AgreementEvent(What);

    /// <summary>The term ends: what of the commitment was neither used nor owed before is owed.</summary>
    public sealed record End(string What) : AgreementEvent(What);
}

/// <summary>What an event costs, USD, by FOCUS's four measures.</summary>
/// <param name="Quantity">Units charged; of an unused fee its share of the commitment.</param>
/// <param name="Billed">What is invoiced for it.</param>
/// <param name="Effective">What of the payments is spent by it.</param>
/// <param name="Tokens">Tokens it takes by the agreed price; null outside token currencies.</param>
public sealed record AgreementCharge(
    string What, decimal Quantity, decimal Billed, decimal Effective, decimal Contracted, decimal List, decimal? Tokens = null);

/// <summary>
/// A spend agreement with any vendor: paid up front or as used, in USD or in tokens, with what is unused at the end owed. Every charge
/// follows from quantities, unit prices and terms.
/// </summary>
public sealed class SpendAgreement(AgreementTerms terms)
{
    decimal prepaidLeft;
    decimal consumedUsd;
    decimal? tokensLeft = terms.TokensHeld;
    readonly List<(DateOnly On, decimal Usd)> dated = [];

    /// <summary>The charges of events in their order.</summary>
    public static IReadOnlyList<AgreementCharge> Bill(AgreementTerms terms, IEnumerable<AgreementEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        SpendAgreement agreement = new(terms);
        return [.. events.Select(agreement.Charge)];
    }

    /// <summary>The charge of the next event.</summary>
    /// <exception cref="ArgumentException">The terms lack what the event needs: a token price, a commitment.</exception>
    public AgreementCharge Charge(AgreementEvent next) => next switch
    {
        AgreementEvent.Purchase bought => Buy(bought),
        AgreementEvent.Use used => Use(used),
        AgreementEvent.UseOfTokens used => Consume(used.What, used.Quantity, used.Tokens * TokenUsd, used.Tokens.Contracted),
        AgreementEvent.SettleOverage over => Settle(over),
        AgreementEvent.PartEnds part =>
            Owe(part.What, part.MinimumUsd - dated.Where(u => part.Part.Holds(u.On)).Sum(u => u.Usd), Commitment),
        AgreementEvent.End end => Owe(end.What, Commitment - consumedUsd, Commitment),
        _ => throw new ArgumentException($"'{next?.What}' is no event of an agreement", nameof(next)),
    };

    UnitPrice TokenUsd => terms.TokenUsd ?? throw new ArgumentException("usage in tokens needs the price of a token", nameof(terms));

    AgreementCharge Buy(AgreementEvent.Purchase bought)
    {
        var (part, whole) = bought.Prorated is { } prorated ? prorated.Covered.PartOf(prorated.Term) : (1, 1);
        var contracted = bought.Quantity * bought.Usd.Contracted * part / whole;
        var list = bought.Quantity * bought.Usd.List * part / whole;
        if (bought.IsTokens) tokensLeft += bought.Quantity;
        else if (bought.IsDrawnDown) prepaidLeft += contracted;
        return new(bought.What, bought.Quantity, contracted, bought.IsDrawnDown ? 0m : contracted, contracted, list);
    }

    AgreementCharge Consume(string what, decimal quantity, UnitPrice usd, decimal? tokensEach)
    {
        var contracted = quantity * usd.Contracted;
        consumedUsd += contracted;
        var billed = 0m;
        if (tokensEach is { } each)
        {
            tokensLeft -= quantity * each;
        }
        else if (terms.Payment == AgreementPayment.AsYouGo)
        {
            billed = contracted;
        }
        else
        {
            var drawn = Math.Min(prepaidLeft, contracted);
            prepaidLeft -= drawn;
            billed = contracted - drawn;
        }
        return new(what, quantity, billed, contracted, contracted, quantity * usd.List, quantity * tokensEach);
    }

    AgreementCharge Settle(AgreementEvent.SettleOverage over)
    {
        var tokens = Math.Max(0m, -(tokensLeft ?? 0m));
        return Buy(new(over.What, tokens, TokenUsd, IsDrawnDown: true) { IsTokens = true });
    }

    decimal Commitment => terms.CommitmentUsd ?? throw new ArgumentException("an unused fee needs the commitment it is of", nameof(terms));

    AgreementCharge Use(AgreementEvent.Use used)
    {
        if (used.On is { } day) dated.Add((day, used.Quantity * used.Usd.Contracted));
        return Consume(used.What, used.Quantity, used.Usd, null);
    }

    // What was owed for a month is not owed again at the end.
    AgreementCharge Owe(string what, decimal missing, decimal commitment)
    {
        var unused = Math.Max(0m, missing);
        consumedUsd += unused;
        // What was paid up front is a cost of the period, and no further invoice: it only uses the payment up.
        prepaidLeft = Math.Max(0m, prepaidLeft - unused);
        var billed = terms.Payment == AgreementPayment.AsYouGo ? unused : 0m;
        return new(what, commitment == 0m ? 0m : unused / commitment, billed, unused, unused, unused);
    }
}
