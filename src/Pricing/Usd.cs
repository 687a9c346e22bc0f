using System.Globalization;

namespace Assay.Pricing;

/// <summary>An amount of US dollars, exact. Rounded once, where it is shown.</summary>
public readonly record struct Usd(decimal Amount) : IComparable<Usd>
{
    public static readonly Usd Zero = new(0m);

    public static Usd operator +(Usd left, Usd right) => new(left.Amount + right.Amount);
    public static Usd operator -(Usd left, Usd right) => new(left.Amount - right.Amount);
    public static bool operator >(Usd left, Usd right) => left.Amount > right.Amount;
    public static bool operator <(Usd left, Usd right) => left.Amount < right.Amount;
    public static bool operator >=(Usd left, Usd right) => left.Amount >= right.Amount;
    public static bool operator <=(Usd left, Usd right) => left.Amount <= right.Amount;
    public int CompareTo(Usd other) => Amount.CompareTo(other.Amount);

    /// <summary>To whole cents, halves to the even cent: the way an invoice is rounded, once.</summary>
    public Usd RoundedToCents() => new(decimal.Round(Amount, 2, MidpointRounding.ToEven));

    /// <summary>The exact amount as plain decimal text: no exponent, no trailing zeros.</summary>
    public override string ToString() => Plain(Amount);

    /// <summary>A decimal as JSON and CSV carry it: <c>0.0000033</c>, <c>12</c>, <c>0</c>.</summary>
    public static string Plain(decimal value) => Shortest(value).ToString(CultureInfo.InvariantCulture);

    /// <summary>The same number without the trailing zeros a decimal remembers: dividing by one with all its zeros strips them.</summary>
    public static decimal Shortest(decimal value) => value / 1.0000000000000000000000000000m;
}
