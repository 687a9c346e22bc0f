using Assay.Gateway.Settings;
using Assay.Pricing;
using Assay.Testing;

namespace Assay.Gateway.Tests.Settings;

/// <summary>What cannot be meant is told before it runs, with its line: not by the first call that is refused for it.</summary>
public sealed class MistakeTests : IDisposable
{
    const string Upstreams = "upstreams:\n  bedrock: {kind: bedrock}\n";

    static readonly PriceFolder Prices = new(Path.Combine(Repository.Root, "prices"));

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("assay-gateway-");

    SettingsReading Read(string text, bool isLocal = false)
    {
        var path = Path.Combine(folder.FullName, "gateway.yaml");
        File.WriteAllText(path, text);
        return SettingsReader.Read(path, Prices, isLocal);
    }

    // Line and message of each.
    IReadOnlyList<string> Mistakes(string text) => [.. Read(text).Errors.Select(e => $"{e.Place.Line}: {e.Message}")];

    [Fact]
    public void A_rate_without_a_limit_is_a_mistake() =>
        Assert.Equal(["4: 'bursts' limits nothing; accepted: at least one of requests, tokens, usd"],
            Mistakes(Upstreams + "rates:\n  bursts: {per: key}\n  real: {requests: 5 a minute}\n"));

    [Theory]
    [InlineData("routes:\n  all: {to: us.amazon.nova-light-v1:0}")]
    [InlineData("routes:\n  all: {to: by_difficulty, tiers: [us.amazon.nova-lite-v1:0, us.amazon.nova-light-v1:0]}")]
    [InlineData("models:\n  all: {to: [us.amazon.nova-light-v1:0]}")]
    [InlineData("models:\n  all: {to: [us.amazon.nova-lite-v1:0, us.amazon.nova-light-v1:0]}")]
    [InlineData("ceilings:\n  all: {usd: $1, over: [downgrade], to: [us.amazon.nova-light-v1:0]}")]
    public void A_model_that_no_book_prices_is_a_mistake_and_the_nearest_is_named(string rules)
    {
        var mistake = Assert.Single(Mistakes(Upstreams + rules + "\n"));
        Assert.StartsWith("4: book 'aws@", mistake, StringComparison.Ordinal);
        Assert.Contains("no price for 'us.amazon.nova-light-v1:0'; did you mean 'us.amazon.nova-lite-v1:0'?; accepted: ", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_models_id_is_enough_to_name_what_was_meant() => Assert.Contains(
        "'nova-lite'; did you mean 'amazon.nova-lite-v1:0'?", Assert.Single(Mistakes(Upstreams + "routes:\n  all: {to: nova-lite}\n")), StringComparison.Ordinal);

    [Fact]
    public void A_model_that_is_not_sold_in_the_region_is_a_mistake()
    {
        var mistake = Assert.Single(Mistakes("region: sa-east-1\n" + Upstreams + "models:\n  all: {to: [amazon.nova-premier-v1:0]}\n"));
        Assert.Contains("sa-east-1", mistake, StringComparison.Ordinal);
        Assert.StartsWith("5: ", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_server_calls_its_models_is_known_by_its_price()
    {
        const string servers = "book: aws+vendors\nupstreams:\n  open: {kind: openai}\nmodels:\n";
        Assert.Empty(Mistakes(servers + "  theirs: {to: [gpt-5-mini], upstream: open, price: 'azure:gpt-5-mini'}\n"));
        Assert.Contains("5: book 'aws+vendors@", Assert.Single(Mistakes(servers + "  theirs: {to: [gpt-5-mini], upstream: open}\n")), StringComparison.Ordinal);
        Assert.Contains("'azure:gpt-5-mino'", Assert.Single(Mistakes(servers + "  theirs: {to: [gpt-5-mini], upstream: open, price: 'azure:gpt-5-mino'}\n")), StringComparison.Ordinal);
        Assert.Contains("no upstream has the model 'us.amazon.nova-lite-v1:0'", Assert.Single(Mistakes(servers + "  ours: {to: [us.amazon.nova-lite-v1:0]}\n")), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_go_in_a_circle_are_a_mistake_and_so_is_a_name_of_a_name()
    {
        var mistakes = Mistakes(Upstreams + "models:\n  one: {to: [two]}\n  two: {to: [three]}\n  three: {to: [one]}\n  four: {to: [fast]}\n  fast: {to: [us.amazon.nova-lite-v1:0]}\n"
            + "routes:\n  all: {to: fast}\n");
        const string accepted = "; accepted: models, since a name does not stand for another name";
        Assert.Equal(
        [
            "4: names go in a circle: one → two → three → one" + accepted, "5: names go in a circle: two → three → one → two" + accepted,
            "6: names go in a circle: three → one → two → three" + accepted, "7: 'fast' is a name of 'models' itself" + accepted,
        ], mistakes);
        Assert.Contains("circle: me → me;", Assert.Single(Mistakes(Upstreams + "models:\n  me: {to: [me]}\n")), StringComparison.Ordinal);
        // A client's word for a model may be the model's own.
        Assert.Empty(Mistakes(Upstreams + "models:\n  us.amazon.nova-lite-v1:0: {to: [us.amazon.nova-lite-v1:0]}\n"));
    }

    [Theory, InlineData("region: us-east-9\n", 1), InlineData("", 3)]
    public void A_region_that_is_not_there_is_a_mistake(string top, int line)
    {
        var mistake = Assert.Single(Mistakes(top + "upstreams:\n  bedrock:\n    " + (line == 3 ? "region: us-east-9\n    " : "") + "kind: bedrock\n"));
        Assert.StartsWith($"{line}: 'us-east-9' is not an AWS region; did you mean 'us-east-1'?; accepted: ", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_is_not_set_is_a_warning_since_the_file_may_be_checked_elsewhere()
    {
        const string text = "upstreams:\n  bedrock: {kind: bedrock, key_from: ASSAY_TEST_NOT_SET}\n";
        var reading = Read(text);
        Assert.NotNull(reading.Settings);
        var warning = Assert.Single(reading.Warnings);
        Assert.Equal(2, warning.Place.Line);
        Assert.Contains("'ASSAY_TEST_NOT_SET' is not set", warning.Message, StringComparison.Ordinal);
        Assert.Empty(Read(text, isLocal: true).Warnings);
    }

    [Fact]
    public void A_book_that_is_not_there_is_a_mistake_of_its_line() =>
        Assert.StartsWith("1: there is no price book 'asw'", Assert.Single(Mistakes("book: asw\n" + Upstreams)), StringComparison.Ordinal);

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var mistakes = Mistakes("region: us-east-9\nupstreams: {}\nmodels:\n  a: {to: [a]}\nbudgets:\n  b: {amount: plenty}\n"
            + "rates:\n  r: {per: key}\nroutes:\n  all: {to: nothing}\nrouts: {}\n");
        Assert.Equal(["1", "2", "4", "6", "8", "10", "11"], mistakes.Select(m => m.Split(':')[0]));
    }

    public void Dispose() => folder.Delete(recursive: true);
}
