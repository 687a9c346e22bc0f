using Assay.Usage;

namespace Assay.Pricing.Tests;

public sealed class ModeMatrixTests
{
    static readonly ModeMatrix Matrix = ModeMatrix.Of(BuiltInBooks.Aws, BuiltInBooks.Catalog);

    static ModelModes Of(string model) => Assert.Single(Matrix.Models, m => m.Model == model);

    [Fact]
    public void The_matrix_bears_the_date_of_its_book() =>
        Assert.Equal(("aws@2026-07-24", new DateOnly(2026, 7, 24)), (Matrix.Book, Matrix.Date));

    [Theory]
    [InlineData("anthropic.claude-opus-4-1-20250805-v1:0")]
    [InlineData("anthropic.claude-opus-4-7")]
    [InlineData("anthropic.claude-opus-4-8")]
    [InlineData("anthropic.claude-sonnet-5")]
    [InlineData("anthropic.claude-3-5-haiku-20241022-v1:0")]
    public void These_models_have_no_batch(string model) => Assert.False(Of(model).Batch);

    [Fact]
    public void Sonnet_4_5_has_batch_two_cache_lifetimes_reserved_terms_and_three_scopes()
    {
        var sonnet = Of("anthropic.claude-sonnet-4-5-20250929-v1:0");
        Assert.True(sonnet is { Batch: true, BatchPriced: true, LongBand: true });
        Assert.Equal(["5m", "1h"], sonnet.CacheTtls);
        Assert.Equal([Term.OneMonth, Term.ThreeMonth], sonnet.Reserved);
        Assert.Equal([Scope.InRegion, Scope.Geo, Scope.Global], sonnet.Scopes);
    }

    [Fact]
    public void Llama_3_1_70B_can_be_customised_and_provisioned()
    {
        var llama = Of("meta.llama3-1-70b-instruct-v1:0");
        Assert.True(llama.Customisation);
        Assert.Equal([Term.None, Term.OneMonth, Term.SixMonth], llama.Provisioned);
        Assert.Equal([Tier.Standard, Tier.LatencyOptimized], llama.Tiers);
    }

    [Fact]
    public void A_model_without_a_price_is_listed_all_the_same() => Assert.False(Of("anthropic.claude-mythos-5").OnDemand);
}
