using Assay.Gateway.Admission;
using Assay.Gateway.Host;
using Assay.Gateway.Settings;
using Assay.Pricing;
using Assay.Testing;

namespace Assay.Gateway.Tests.Admission;

/// <summary>What a ceiling does with a call that may cost more, it does in the order in which it is told to.</summary>
public class CeilingTests
{
    [Theory]
    [InlineData("Clamp Downgrade Refuse", true, true)]
    [InlineData("Downgrade Clamp Refuse", false, true)]
    [InlineData("Downgrade Refuse Clamp", false, false)]
    [InlineData("Refuse Clamp Downgrade", false, false)]
    public void Fewer_tokens_come_in_their_turn(string over, bool atFirst, bool asLastResort)
    {
        var ceiling = new Ceiling("any", 1m, [.. over.Split(' ').Select(Enum.Parse<OverCeiling>)]);
        Assert.Equal((atFirst, asLastResort), (ceiling.MayClamp(isLastResort: false), ceiling.MayClamp(isLastResort: true)));
    }

    [Theory]
    [InlineData("[downgrade, clamp, refuse]", "us.amazon.nova-lite-v1:0", "downgraded to us.amazon.nova-lite-v1:0: ceiling")]
    [InlineData("[clamp, downgrade, refuse]", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "clamped to ")]
    public async Task A_call_goes_to_another_model_or_gets_fewer_tokens_as_the_ceiling_says(string over, string model, string decision)
    {
        await using var gateway = await RunningGateway.Start(
            $"ceilings:\n  any: {{usd: $0.01, over: {over}, to: [us.amazon.nova-lite-v1:0]}}\n");
        // 200 tokens of Sonnet fit behind few words, and behind many they do not.
        using var small = await gateway.Converse("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "Hello");
        Assert.Equal("as asked", small.Headers.GetValues("x-assay-decision").Single());

        using var dear = await gateway.Converse("us.anthropic.claude-sonnet-4-5-20250929-v1:0", new string('x', 1_000));
        Assert.Equal(model, dear.Headers.GetValues("x-assay-model").Single());
        Assert.Contains(decision, dear.Headers.GetValues("x-assay-decision").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_without_a_server_is_a_mistake()
    {
        var folder = Directory.CreateTempSubdirectory("assay-gateway-");
        var path = Path.Combine(folder.FullName, "gateway.yaml");
        File.WriteAllText(path, "region: us-east-1\n");
        var prices = new PriceFolder(Path.Combine(Repository.Root, "prices"));
        Assert.Contains("no server", Assert.Single(new SettingsSource(path, prices).Read().Errors).Message, StringComparison.Ordinal);
        Assert.NotNull(new SettingsSource(path, prices, isLocal: true).Read().Settings);
        folder.Delete(recursive: true);
    }
}
