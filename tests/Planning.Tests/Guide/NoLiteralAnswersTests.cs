using Assay.Usage;

namespace Assay.Planning.Tests.Guide;

/// <summary>Change what the guide says and the derived figures follow: no answer stands in the engine.</summary>
public sealed class NoLiteralAnswersTests
{
    [Theory]
    [InlineData("P01", 214.285714285714)]     // 30 / 0.14
    [InlineData("P03", 171.428571428571)]     // 6 / 0.035
    [InlineData("P06", 6.6)]
    [InlineData("P07", 1)]                    // twice the price Anthropic asks
    [InlineData("B01", 3)]
    [InlineData("C01", 21.6)]
    [InlineData("C02", 648000)]
    [InlineData("M07", 15000)]                // then the guide would be right
    [InlineData("M08", 1684.375)]             // 175 x (2 + 13.5 + 3.75) x 0.5
    [InlineData("M10", 1039.5)]               // 500 x (0.4 + 2.7 + 0.75) x 0.54
    public void When_Sonnet_costs_twice_as_much(string id, double expected) => Equal(expected, TheGuide.With(id,
        rate => rate.Key.Model.StartsWith("anthropic.claude-sonnet-4-5", StringComparison.Ordinal) ? 2m * rate.SourceRate : rate.SourceRate));

    [Theory]
    [InlineData("T01", 21600, "anthropic.claude-from")]
    [InlineData("T03", 21600, "custom.cheapest")]       // Llama's at 21 is cheaper, but a commitment
    [InlineData("T04", 15120, "custom.cheapest")]       // where a commitment counts, Llama's 21 x 720
    [InlineData("A01", 43200, "")]                      // 2 x 30 x 720
    public void When_an_hour_costs_thirty_dollars(string id, double expected, string model)
    {
        var derived = TheGuide.With(id, rate =>
            rate.Key.Model == model && rate.Key.Meter is Meter.ModelUnitHour or Meter.OcuHour ? 30m : rate.SourceRate);
        Equal(expected, derived);
    }

    // Whatever a claim rests on, changing it changes the figure. Inputs that decide nothing at their value are named.
    [Fact]
    public void When_an_input_changes_what_rests_on_it_changes()
    {
        string[] idle =
        [
            "E02 programme_discount", // all of it fits into the gap, so no discount applies
            "E03 programme_discount",
            "E02 commitment", "E02 organic", "E02 ai_spend", // the gap stays wider than the spend
            "E03 commitment", "E03 organic", "E05 ai_spend", // the gap of a million is full either way
            "C04 low_frequency", "C04 cache_lifetime", // too close to 0.9 to see at this distance
            "C03 high_frequency", "C03 cache_lifetime", "C03 cache_write_multiplier", // every call hits
            "C02 prefix_requests", // quoted for more requests, the saving of a month is the same
            "R02 input_to_output", // every Claude's output costs five times its input
        ];
        var deaf = from check in TheGuide.CheckAll()
                   from input in check.Derived.Inputs
                   where !idle.Contains($"{check.Claim.Id} {input.Key}")
                   let changed = TheGuide.With(check.Claim.Id, input.Key, input.Value.High * 0.9m)
                   where changed.Result == check.Derived.Result
                   select $"{check.Claim.Id} {input.Key}";
        Assert.Empty(deaf);
    }

    [Fact]
    public void When_a_rate_changes_what_rests_on_it_changes()
    {
        string[] idle = ["P04", "R03"]; // the middle ones of the listed models decide neither end
        var deaf = from check in TheGuide.CheckAll()
                   where !idle.Contains(check.Claim.Id)
                   from sku in check.Derived.Steps.SelectMany(s => s.Rates).Select(r => r.Sku).Distinct()
                   where check.Claim.Id != "P08" || sku.Contains("opus-4-1") || sku.Contains("nova-micro")
                   let changed = TheGuide.With(check.Claim.Id, rate => rate.Sku == sku ? 1.01m * rate.SourceRate : rate.SourceRate)
                   where changed.Result == check.Derived.Result
                   select $"{check.Claim.Id} {sku}";
        Assert.Empty(deaf);
    }

    [Fact]
    public void A_price_that_is_missing_leaves_no_figure_and_says_which()
    {
        var derived = TheGuide.With("C01", rate => rate.Key.Meter == Meter.CacheRead ? null : rate.SourceRate);
        Assert.Null(derived.Result);
        Assert.Equal("book 'guide@2026-01-01' has no global cache_read rate for 'anthropic.claude-sonnet-4-5-20250929-v1:0' in 'us-east-1'",
            derived.Missing);
        Assert.Equal("4,000,000 × no price = no price", derived.Steps[2].Formula);
    }

    [Fact]
    public void A_price_of_nothing_is_no_divisor()
    {
        var derived = TheGuide.With("P01", rate => rate.Key.Model == "amazon.nova-micro-v1:0" ? 0m : rate.SourceRate);
        Assert.Null(derived.Result);
        Assert.Contains("divide", derived.Missing);
    }

    static void Equal(double expected, Derivation derived) => Assert.Equal(expected, (double)derived.Result!.Value.Low, 9);
}
