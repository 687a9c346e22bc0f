using Assay.Patterns.Prompts;
using Assay.Usage;

namespace Assay.Patterns.Tests.Prompts;

/// <summary>How many tokens a shared text has, when what stands beside it is written otherwise. It always has 6,000.</summary>
public class TokenFitTests
{
    const int Shared = 6_000;

    [Theory]
    [InlineData(255, 0, .31)]
    [InlineData(255, 0, .55)]
    [InlineData(0, 200, .4)]
    [InlineData(0, 0, .33)]
    public void Where_the_rest_varies_in_length_the_charges_settle_it(byte foreign, byte dense, double tokensPerByte)
    {
        var random = new Random(1);
        var text = Assert.Single(SharedPrompts.Of([.. Enumerable.Range(0, 150).Select(i =>
        {
            var bytes = random.Next(1_000, 12_000);
            return Call(i, Shared + (int)(bytes * tokensPerByte), Beside(i, bytes, foreign, dense));
        })]).All);
        Assert.InRange(text.Tokens, Shared * .99, Shared * 1.01);
        Assert.InRange(text.TokensMost - text.TokensLeast, 0, Shared * .05);
    }

    [Fact]
    public void A_tenth_of_the_calls_charged_otherwise_moves_nothing()
    {
        var random = new Random(1);
        var text = Assert.Single(SharedPrompts.Of([.. Enumerable.Range(0, 200).Select(i =>
        {
            var bytes = random.Next(1_000, 12_000);
            return Call(i, Shared + (int)(bytes * .3) + (i % 10 == 0 ? 15_000 : 0), Beside(i, bytes, 0, 0));
        })]).All);
        Assert.InRange(text.Tokens, Shared * .97, Shared * 1.03);
    }

    [Theory]
    [InlineData(9_000, 255, 0, 3_600)]
    [InlineData(9_000, 255, 0, 2_700)]
    [InlineData(9_000, 0, 200, 3_000)]
    public void Where_it_does_not_the_bounds_hold_the_truth(int bytes, byte foreign, byte dense, int tokens)
    {
        var text = Assert.Single(SharedPrompts.Of([.. Enumerable.Range(0, 150).Select(i =>
            Call(i, Shared + tokens, Beside(i, bytes, foreign, dense)))]).All);
        Assert.InRange(Shared, text.TokensLeast, text.TokensMost);
        Assert.InRange(text.Tokens, Shared * .9, Shared * 1.1);
        Assert.True(text.TokensMost - text.TokensLeast > Shared * .1);
    }

    [Fact]
    public void An_image_is_no_text_however_long_it_is_in_the_log()
    {
        var text = Assert.Single(SharedPrompts.Of([.. Enumerable.Range(0, 150).Select(i => Call(i, Shared + 1_500 + 24,
            new PromptBlock(BlockPlace.User, BlockKind.Other, 60_000, (ulong)i + 5_000, []), Beside(i, 96, 0, 0)))]).All);
        Assert.InRange(text.Tokens, Shared * .95, Shared * 1.05);
        Assert.InRange(Shared, text.TokensLeast, text.TokensMost);
    }

    [Fact]
    public void Equal_writing_is_shared_out_by_its_length()
    {
        var text = Assert.Single(SharedPrompts.Of([.. Enumerable.Range(0, 50).Select(i => Call(i, 9_000, Beside(i, 12_000, 0, 0)))]).All);
        Assert.InRange(text.Tokens, Shared * .98, Shared * 1.02);
    }

    [Fact]
    public void Blocks_tell_what_they_are_made_of()
    {
        var letters = new string('a', 200);
        var signs = string.Concat(Enumerable.Repeat("12,", 100));
        var prompt = SaidCalls.Of([SaidCalls.Prompt(letters, letters[..100] + signs)])[0].Content!.Prompt!;
        Assert.Equal((0, 0), (prompt[0].Foreign, prompt[0].Dense));
        Assert.Equal((0, 191), (prompt[1].Foreign, prompt[1].Dense));
    }

    static PromptBlock Beside(int call, int bytes, byte foreign, byte dense) => new(BlockPlace.User, BlockKind.Text, bytes, (ulong)call + 1_000,
        [.. Enumerable.Range(0, bytes / 96).Select(c => new TextChunk((ulong)((call * 1_000L) + c + 1_000_000) << 20, 96))])
    {
        Foreign = foreign, Dense = dense,
    };

    static readonly PromptBlock System = new(BlockPlace.System, BlockKind.Text, 24_000, 77,
        [.. Enumerable.Range(1, 120).Select(c => new TextChunk((ulong)c << 20, 200))]);

    static UsageRecord Call(int number, int tokens, params PromptBlock[] beside) => SaidCalls.Of([SaidCalls.Prompt("x", "y")])[0] with
    {
        Time = new DateTime(2026, 7, 6, 0, 0, 0, DateTimeKind.Utc).AddMinutes(number), Tokens = new() { Input = tokens, Output = 9 },
        Content = new() { Prompt = [System, .. beside] },
    };
}
