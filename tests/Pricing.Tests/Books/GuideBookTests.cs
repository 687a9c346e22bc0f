using Assay.Usage;
using static Assay.Pricing.Tests.BuiltInBooks;

namespace Assay.Pricing.Tests;

public sealed class GuideBookTests
{
    [Theory]
    [InlineData("anthropic.claude-sonnet-4-5-20250929-v1:0", Meter.Input, 3.00)]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Meter.Input, 3.30)]
    [InlineData("global.anthropic.claude-sonnet-4-5-20250929-v1:0", Meter.Input, 3.00)]
    [InlineData("us.amazon.nova-micro-v1:0", Meter.Output, 0.14)]
    [InlineData("anthropic.claude-opus-4-1-20250805-v1:0", Meter.Output, 75.00)]
    [InlineData("meta.llama3-1-405b-instruct-v1:0", Meter.Input, 5.32)]
    [InlineData("together:meta.llama3-3-70b-instruct-v1:0", Meter.Input, 0.54)]
    [InlineData("vertex:gemini-2.5-pro", Meter.Output, 10.00)]
    [InlineData("anthropic:claude-sonnet-4-5", Meter.Input, 3.00)]
    public void The_guide_names_this_price(string model, Meter meter, decimal usd) =>
        Assert.Equal(usd, PerMillion(Guide, model, meter, "eu-west-1"));

    [Fact]
    public void Batch_of_Nova_Micro_is_exactly_half() =>
        Assert.Equal(0.0175m, PerMillion(Guide, "amazon.nova-micro-v1:0", Meter.Input, mode: Mode.Batch));

    [Theory]
    [InlineData("anthropic.claude-haiku-4-5-20251001-v1:0")]
    [InlineData("us.anthropic.claude-haiku-4-5-20251001-v1:0")]
    [InlineData("global.anthropic.claude-opus-4-5-20251101-v1:0")]
    [InlineData("us.anthropic.claude-opus-4-5-20251101-v1:0")]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    public void The_batch_line_of_the_guides_own_enterprise_was_without_a_price(string model)
    {
        foreach (var meter in (Meter[])[Meter.Input, Meter.Output])
            Assert.Equal(PerMillion(Guide, model, meter) / 2m, PerMillion(Guide, model, meter, mode: Mode.Batch));
    }

    [Fact]
    public void What_the_guide_does_not_name_has_no_price()
    {
        Assert.Null(PerMillion(Guide, "anthropic.claude-opus-4-1-20250805-v1:0", Meter.Input));
        Assert.Null(PerMillion(Guide, "anthropic.claude-sonnet-4-5-20250929-v1:0", Meter.CacheWrite5m));
    }
}
