namespace Assay.Gateway.Tests.Telemetry;

/// <summary>Who pays for series of metrics chooses how many there are: no client does.</summary>
public class LabelTests
{
    const string Key = "labels-test";
    const int Names = 1_000;

    static string Arn(string kind, int number) => $"arn:aws:bedrock:us-east-1:111122223333:{kind}/made-up-{number}";

    [Fact]
    public async Task Thousands_of_made_up_names_make_a_handful_of_series()
    {
        await using var gateway = await RunningGateway.Start("", Key);
        var names = Enumerable.Range(0, Names).SelectMany(i => new[]
        {
            Arn("custom-model", i), Arn("provisioned-model", i), Arn("application-inference-profile", i), Arn("imported-model", i), $"acme.made-up-{i}",
        });
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, _) =>
        {
            using var refused = await gateway.Converse(name, "hello");
            Assert.NotEqual(200, (int)refused.StatusCode);
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            using var applied = await gateway.Send($"/guardrail/made-up-{i}/version/1/apply", """{"source":"INPUT","content":[{"text":{"text":"hello"}}]}""");
        });

        var metrics = (await gateway.Get("/metrics")).Split('\n');

        Assert.DoesNotContain(metrics, m => m.Contains("made-up", StringComparison.Ordinal));
        Assert.InRange(metrics.Count(m => m.StartsWith("assay_gateway_", StringComparison.Ordinal) && m.Contains(Key, StringComparison.Ordinal)), 2, 10);
        Assert.Contains(metrics, m => m.Contains(Key, StringComparison.Ordinal) && m.Contains("model=\"other\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_profile_that_the_configuration_maps_has_the_name_of_its_model()
    {
        var bought = Arn("application-inference-profile", 1);
        var profiles = Path.Combine(Directory.CreateTempSubdirectory("assay-labels-").FullName, "profiles.json");
        await File.WriteAllTextAsync(profiles, $"{{\"{bought}\": {{\"model\": \"amazon.nova-micro-v1:0\"}}}}", TestContext.Current.CancellationToken);
        await using var gateway = await RunningGateway.Start($"profiles: {profiles}\nmodels:\n  ours: {{to: ['{bought}']}}\n", Key + "-named");
        using var answer = await gateway.Converse("ours", "hello");
        using var direct = await gateway.Converse(bought, "hello");

        var metrics = (await gateway.Get("/metrics")).Split('\n');

        Assert.Contains(metrics, m => m.Contains(Key + "-named", StringComparison.Ordinal) && m.Contains("model=\"amazon.nova-micro-v1:0\"", StringComparison.Ordinal));
        Assert.DoesNotContain(metrics, m => m.Contains(Key + "-named", StringComparison.Ordinal) && m.Contains("model=\"other\"", StringComparison.Ordinal));
    }
}
