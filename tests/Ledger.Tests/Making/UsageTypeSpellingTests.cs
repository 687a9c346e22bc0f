using Assay.Ledger.Making;
using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Ledger.Tests.Making;

public class UsageTypeSpellingTests
{
    static readonly string[] Regions = ["us-east-1", "eu-west-1", "ap-south-1", "us-gov-east-1", "ca-west-1"];

    static readonly Gen<RateKey> SomeKey =
        from model in Gen.Int[0, Books.Catalog.Models.Count].Select(i => i == 0 ? "" : Books.Catalog.Models[i - 1].Id)
        from meter in Gen.Enum<Meter>()
        from mode in Gen.Enum<Mode>()
        from tier in Gen.Enum<Tier>()
        from scope in Gen.Enum<Scope>()
        from context in Gen.Enum<ContextBand>()
        from region in Gen.Int[0, Regions.Length - 1].Select(i => Regions[i])
        from term in Gen.Enum<Term>()
        select new RateKey(meter.IsGuardrail() ? "" : model, meter, mode, tier, scope, context, region, term);

    [Fact]
    public void What_is_spelled_is_read_back_in_every_style() => Gen.Select(SomeKey, Gen.Enum<UsageTypeStyle>()).Sample((drawn, style) =>
    {
        var key = drawn.Meter.IsGuardrail() ? Guarded(drawn) : drawn;
        if (Spelled(key, style) is not { } text) return true;
        return ReadBack(text, key, style) is null ? true : throw new InvalidOperationException($"{key} in {style}: '{text}': {ReadBack(text, key, style)}");
    }, iter: 50_000);

    [Fact]
    public void Every_rate_of_the_book_that_a_style_can_spell_is_read_back_from_it()
    {
        var spelled = new int[4];
        foreach (var rate in Books.Aws.Rates.Where(r => r.Key.Region != RateKey.EveryRegion))
            foreach (var style in Enum.GetValues<UsageTypeStyle>())
                if (Spelled(rate.Key, style) is { } text)
                {
                    Assert.Null(ReadBack(text, rate.Key, style));
                    spelled[(int)style]++;
                }
        Assert.All(spelled, count => Assert.True(count > 1000, string.Join(' ', spelled)));
    }

    [Theory]
    [InlineData("amazon.nova-pro-v1:0", Meter.Input, Tier.Flex, Scope.InRegion, UsageTypeStyle.Dashed, "USE1-AmazonNovaPro-input-tokens-flex")]
    [InlineData("anthropic.claude-haiku-4-5-20251001-v1:0", Meter.CacheWrite1h, Tier.Standard, Scope.Global, UsageTypeStyle.MarketplaceCamel, "USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units")]
    [InlineData("anthropic.claude-haiku-4-5-20251001-v1:0", Meter.Input, Tier.Standard, Scope.Global, UsageTypeStyle.MarketplaceSnake, "USE1-MP:USE1_input_tokens_global_standard-Units")]
    [InlineData("openai.gpt-oss-120b-1:0", Meter.Output, Tier.Priority, Scope.InRegion, UsageTypeStyle.Mantle, "USE1-openai.gpt-oss-120b-1:0-mantle-output-tokens-priority")]
    public void A_key_is_spelled_as_aws_does(string model, Meter meter, Tier tier, Scope scope, UsageTypeStyle style, string expected) =>
        Assert.Equal(expected, Spelled(new(model, meter, Mode.OnDemand, tier, scope, ContextBand.Standard, "us-east-1", Term.None), style));

    static RateKey Guarded(in RateKey key) => key with
    {
        Mode = Mode.OnDemand, Tier = Tier.Standard, Scope = Scope.InRegion, Context = ContextBand.Standard, Term = Term.None,
    };

    static string? Spelled(in RateKey key, UsageTypeStyle style) =>
        UsageTypeSpelling.Spell(key, style, Books.Catalog.Find(key.Model) is { } model ? UsageTypeSpelling.Abbreviation(model) : "");

    // What was lost on the way, or null.
    static string? ReadBack(string text, in RateKey key, UsageTypeStyle style)
    {
        if (UsageTypes.Classify(text) is not UsageTypeClass.Priced read) return UsageTypes.Classify(text).ToString();
        if (read.Region != key.Region) return $"region {read.Region}";
        if (read.IsMantle != (style == UsageTypeStyle.Mantle)) return "mantle";
        var back = new RateKey(key.Model, read.Meter, read.Mode, read.Tier, read.Scope, read.Context, key.Region, read.Term);
        if (!back.Equals(key)) return back.ToString();
        var named = style switch
        {
            UsageTypeStyle.Mantle => read.Model,
            UsageTypeStyle.Dashed when key.Model.Length > 0 => NameOf(Books.Catalog.FindByName(read.Model) ?? Books.Catalog.Find(read.Model)),
            _ => key.Model,
        };
        var expected = style == UsageTypeStyle.Dashed && key.Model.Length > 0 ? NameOf(Books.Catalog.Find(key.Model)) : key.Model;
        static string NameOf(ModelFacts? model) => model is { Names: [var name, ..] } ? name : model?.Id ?? "";
        return named == expected ? null : $"model {named}, not {expected}";
    }
}
