using System.Text;
using Assay.Gateway.Calls;
using Assay.Gateway.Routing;

namespace Assay.Gateway.Tests.Routing;

public class DifficultyTests
{
    static (Looks Looks, int Tier) Of(string text, int tiers = 3, string more = "") => OfBody(RunningGateway.Request(text, more), tiers);

    static (Looks Looks, int Tier) OfBody(string json, int tiers = 3)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var facts = new CallFacts();
        Assert.Null(CallScan.Read(body, facts));
        var looks = Difficulty.LookAt(facts, body);
        return (looks, Difficulty.TierOf(Difficulty.Points(looks), tiers));
    }

    [Theory]
    [InlineData("Hello!", 0)]
    [InlineData("Translate 'good morning' into French.", 0)]
    [InlineData("What is the capital of Peru?", 0)]
    [InlineData("Classify this ticket as billing, technical or other: my invoice is wrong.", 0)]
    [InlineData("Compare these two offers and evaluate which of them suits a team of five.", 1)]
    [InlineData("Why does this not compile?\n```csharp\nint x = Foo();\nreturn x;\n```", 1)]
    [InlineData("Prove that the algorithm terminates, derive its complexity and justify each step. It must use only integers, never allocate, "
        + "and must satisfy:\n1. at least two cases\n2. exactly one loop\n```c\nwhile (n > 1) { n = n % 2 == 0 ? n / 2 : 3 * n + 1; }\n```", 2)]
    public void A_request_goes_to_the_tier_its_looks_speak_for(string text, int tier) => Assert.Equal(tier, Of(text).Tier);

    [Fact]
    public void The_explanation_names_what_counted()
    {
        var (looks, tier) = Of("Debug this:\n```\nfoo();\n```", more: ",\"toolConfig\":{\"tools\":[{\"toolSpec\":{}},{\"toolSpec\":{}},{\"toolSpec\":{}}]}");
        Assert.Equal("ordinary: 26 characters, 1 reasoning word, code, 3 tools", Difficulty.Explain(looks, tier, 3));
    }

    [Fact]
    public void A_letter_counts_once_however_it_is_written() =>
        Assert.Equal(Of("Переведи это").Looks.Length, OfBody(RunningGateway.Request("#").Replace("#", @"\u041F\u0435\u0440\u0435\u0432\u0435\u0434\u0438 \u044D\u0442\u043E")).Looks.Length);

    [Fact]
    public void More_to_think_about_is_never_easier() => Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 3_000], Gen.Int[2, 3]).Sample((text, tiers) =>
        Of(text, tiers).Tier <= Of(text + ". Prove it, analyze it, design it and debug it.", tiers).Tier);

    [Fact]
    public void What_is_said_at_the_end_of_a_long_document_counts()
    {
        var document = string.Concat(Enumerable.Repeat("the quick brown fox and so on ", 2_000));
        Assert.True(Of(document + "Prove the theorem, derive it.").Looks.Demands > Of(document).Looks.Demands);
    }

    [Fact]
    public void A_look_at_a_long_prompt_allocates_next_to_nothing()
    {
        var body = Encoding.UTF8.GetBytes(RunningGateway.Request(string.Concat(Enumerable.Repeat("analyze 1 + 2 = 3; must {x} why? ", 400))));
        var facts = new CallFacts();
        CallScan.Read(body, facts);
        Decide(facts, body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Decide(facts, body);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 2_048);
    }

    static void Decide(CallFacts facts, byte[] body)
    {
        var looks = Difficulty.LookAt(facts, body);
        Difficulty.Explain(looks, Difficulty.TierOf(Difficulty.Points(looks), 3), 3);
    }

    [Fact]
    public void Any_text_can_be_looked_at() => Gen.String.Sample(text =>
    {
        var looks = Of(text).Looks;
        Assert.InRange(looks.Length, text.EnumerateRunes().Count(), text.Length);
        Assert.True(Difficulty.Points(looks) >= 0);
    });
}
