using System.Globalization;
using System.Text.Json;

namespace Assay.Gateway.Tests.Admission;

/// <summary>A request for embeddings is one request, however many calls are made of it.</summary>
public class EmbeddingsCeilingTests
{
    static Task<HttpResponseMessage> Embed(RunningGateway gateway, int texts) => gateway.Send("/v1/embeddings", JsonSerializer.Serialize(new
    {
        model = "amazon.titan-embed-text-v2:0", input = Enumerable.Range(0, texts).Select(i => "text " + i.ToString(CultureInfo.InvariantCulture)),
    }));

    // A text of some bytes is set down at some 1,050 tokens of $0.02 a million: four fit.
    const string Ceiling = "ceilings:\n  any-request: {usd: $0.0001}\nbudgets:\n  all: {amount: $1 a day}\n";

    [Fact]
    public async Task Its_parts_are_held_to_the_ceiling_together()
    {
        await using var gateway = await RunningGateway.Start(Ceiling);

        using var few = await Embed(gateway, 3);
        using var many = await Embed(gateway, 10);

        Assert.Equal((200, 403), ((int)few.StatusCode, (int)many.StatusCode));
        var error = JsonElement.Parse(await many.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error");
        Assert.Equal("ceiling_exceeded", error.GetProperty("code").GetString());
        Assert.Contains("above the ceiling 'any-request' of $0.0001 a request", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("ceiling", many.Header("x-assay-refused"));
        // None of its parts was asked for; the refusal is one line.
        var lines = gateway.Journal();
        Assert.Equal(4, lines.Count);
        Assert.Equal(many.Header("x-assay-request-id"), lines[^1].GetProperty("requestId").GetString());
        Assert.Equal("ceiling", lines[^1].GetProperty("gateway").GetProperty("refused").GetString());
    }
}
