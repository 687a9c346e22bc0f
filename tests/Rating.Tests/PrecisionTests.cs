using System.Numerics;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating.Tests;

/// <summary>A decimal holds 28 digits. What a book may hold is such that no digit of a cost is ever lost, checked with whole numbers.</summary>
public sealed class PrecisionTests
{
    const int Places = 18;

    static BigInteger Exact(decimal value)
    {
        var bits = decimal.GetBits(value);
        var digits = unchecked(((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0]);
        var power = Places - value.Scale;
        return power >= 0 ? digits * BigInteger.Pow(10, power) : Whole(digits, BigInteger.Pow(10, -power));
    }

    static BigInteger Whole(BigInteger digits, BigInteger divisor)
    {
        Assert.Equal(BigInteger.Zero, digits % divisor);
        return digits / divisor;
    }

    static PriceBook A_book_of(string rate, string unit = "1M tokens") => new("b", [new("page", new(2026, 7, 24), false,
        [.. PriceBookFile.Read(new StringReader($"{PriceBookFile.Header}\nsku,{Books.Model},input,on_demand,standard,in_region,standard,us-east-1,none,{unit},{rate},,,test"), "b.csv")])]);

    static readonly ModelRef Model = Books.InRegion with { Facts = null };

    [Fact]
    public void A_cost_has_every_digit_up_to_a_trillion_tokens_and_twelve_decimals() =>
        Gen.Select(Gen.Long[1, 1_000_000_000_000], Gen.Long[1, 50_000_000_000_000_000], Gen.Int[0, 12]).Where((_, digits, places) => digits / Math.Pow(10, places) < 50_000).Sample((tokens, digits, places) =>
        {
            var rate = digits / (decimal)Math.Pow(10, places);
            var rated = Assert.IsType<Outcome.Rated>(Assert.Single(Rater.Rate(Books.A_call(new() { Input = tokens }, Model), A_book_of(rate.ToString()))));
            return Exact(rated.Cost.Amount) == tokens * (BigInteger)digits * BigInteger.Pow(10, Places - 6 - places);
        });

    [Fact]
    public void Sums_have_every_digit_up_to_tens_of_billions_of_dollars() =>
        Gen.Select(Gen.Long[1, 3_000_000_000_000], Gen.Long[1, 1_000_000_000_000]).Array[1, 20].Sample(items =>
        {
            // Cost of the item: up to a trillion tokens at up to 3 USD per million, twelve decimals each.
            decimal sum = 0m;
            BigInteger exact = 0;
            var cube = new SpendCube();
            var charges = new Charge[Rater.ChargesMax];
            foreach (var (digits, tokens) in items)
            {
                var book = A_book_of((digits / 1_000_000_000_000m).ToString());
                var call = Books.A_call(new() { Input = tokens }, Model);
                var count = Rater.Rate(call, book, charges);
                cube.Add(call, charges.AsSpan(0, count), book);
                sum += charges[0].Cost;
                exact += tokens * (BigInteger)digits;
            }
            return Exact(sum) == exact && Exact(cube.Total) == exact && Exact(cube.GroupBy(_ => "")[0].Cost) == exact;
        }, iter: 200);

    [Theory]
    [InlineData("0.1234567890123"), InlineData("3.00000000000000000000000000000000001"), InlineData("0.00000000000000000000000000000000000001")]
    public void A_rate_with_more_digits_than_sums_can_keep_is_refused_with_its_line(string rate)
    {
        var message = Assert.Throws<PriceBookException>(() => A_book_of(rate)).Message;
        Assert.StartsWith($"b.csv:2: '{rate}' has more than 12 decimals", message, StringComparison.Ordinal);
    }

    [Theory, InlineData("0.123456789012", "0.123456789012"), InlineData("3.00000000000000000000", "3"), InlineData("0.0000000000", "0")]
    public void Twelve_decimals_are_kept_and_zeros_at_the_end_are_none(string rate, string usd) =>
        Assert.Equal(usd, Rater.Rate(Books.A_call(new() { Input = 1_000_000 }, Model), A_book_of(rate)).Rated(Meter.Input).Cost.ToString());

    [Theory, InlineData("-1"), InlineData("1e30"), InlineData("1000001"), InlineData("3,00"), InlineData(" 3"), InlineData("NaN"), InlineData("")]
    public void What_is_no_price_is_refused(string rate) => Assert.StartsWith("b.csv:2: ", Assert.Throws<PriceBookException>(() => A_book_of(rate)).Message, StringComparison.Ordinal);
}
