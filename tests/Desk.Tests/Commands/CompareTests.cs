using Assay.Testing;
using static Assay.Desk.Tests.LogText;

namespace Assay.Desk.Tests.Commands;

public sealed class CompareTests : IDisposable
{
    readonly Folder folder = new();

    // Llama: 10 M in and 5 M out, 0.72 each on Bedrock: 10.80. Sonnet in region: 1 M in, 100 k out: 3.30 + 1.65 = 4.95.
    string Logs()
    {
        var calls = string.Concat(Enumerable.Range(0, 100).Select(i => Call($"l-{i}", input: 100_000, output: 50_000)))
            + string.Concat(Enumerable.Range(0, 10).Select(i => Call($"s-{i}", Sonnet, input: 100_000, output: 10_000)));
        return folder.Write("logs/a.jsonl", calls);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_estate_with_a_book_of_its_own_was_compared_at_other_prices()
    {
        folder.Write("e.yaml", "estate: x\nbook: guide\nregion: us-east-1\nbaseline: Nova Pro\nworkloads:\n"
            + "  a: {model: {model: Claude Sonnet 4.5, scope: in_region}, requests: 1 M a month, input_tokens: 1000, output_tokens: 0}\n");
        string Book(params string[] more) => folder.Run(["compare", "e.yaml", "--json", .. more]).MustSucceed().Json
            .GetProperty("bedrock").GetProperty("book").GetString()!;
        Assert.StartsWith("guide@", Book(), StringComparison.Ordinal);
        Assert.StartsWith("aws@", Book("--book", "aws"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_million_calls_of_an_estate_were_said_to_be_one()
    {
        folder.Write("e.yaml", "estate: x\nregion: us-east-1\nbaseline: Nova Pro\nworkloads:\n"
            + "  a: {model: Nova Pro, requests: 1 M a month, input_tokens: 1000, output_tokens: 0}\n");
        var bedrock = folder.Run("compare", "e.yaml", "--json").MustSucceed().Json.GetProperty("bedrock");
        Assert.Equal(1_000_000, bedrock.GetProperty("requests").GetInt64());
        Assert.False(bedrock.GetProperty("models")[0].TryGetProperty("calls", out _));
    }

    [Theory, InlineData("20M"), InlineData("$20,000,000"), InlineData("20000000")]
    public void A_commitment_is_written_as_edp_takes_it(string commit)
    {
        folder.Write("e.yaml", "estate: x\nregion: us-east-1\nbaseline: Nova Pro\nworkloads:\n"
            + "  a: {model: Nova Pro, requests: 1 M a month, input_tokens: 1000, output_tokens: 0}\n");
        Assert.Contains("$20,000,000.00 committed", folder.Run("compare", "e.yaml", "--commit", commit, "--organic", "17M").MustSucceed().Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_usage_at_each_vendor()
    {
        var json = folder.Run("compare", Logs(), "--json").MustSucceed().Json;
        Assert.Equal("15.75", json.GetProperty("bedrock").GetProperty("total").GetString());
        var vendors = json.GetProperty("vendors").EnumerateArray().ToDictionary(v => v.GetProperty("vendor").GetString()!);

        // Groq has Llama alone: 10 × 0.59 + 5 × 0.79 = 9.85 beside 10.80.
        var groq = vendors["groq"];
        Assert.Equal(("9.85", "10.8", "-0.95"), (Text(groq, "total"), Text(groq, "here"), Text(groq, "delta")));
        Assert.Equal(10.80 / 15.75, groq.GetProperty("share_covered").GetDouble(), 12);
        var model = Assert.Single(groq.GetProperty("models").EnumerateArray());
        Assert.Equal(("groq:llama-3.3-70b-versatile", "same_weights"), (Text(model, "equivalent"), Text(model, "kind")));

        // The maker sells Sonnet alone: 3.00 + 1.50 beside 4.95, the in-region price.
        Assert.Equal(("4.5", "4.95"), (Text(vendors["anthropic"], "total"), Text(vendors["anthropic"], "here")));

        // Together: 15 × 0.88, dearer than Bedrock.
        Assert.Equal("2.4", Text(vendors["together"], "delta"));
        Assert.Equal(1.0, json.GetProperty("lock_in").GetProperty("portable").GetDouble());
    }

    [Fact]
    public void Own_hardware_beside_it()
    {
        // One day's 15 M Llama tokens are 450 M a month for 324; 2 × 1.00 × 720 + 1,000 = 2,440 is paid back at 0.72 a million
        // only with more replicas: each earns 1,296 × 0.72 - 1,440 < 0, so never.
        var json = folder.Run("compare", Logs(), "--gpu-hour", "1", "--gpus", "2", "--tokens-per-second", "1000", "--utilisation", "50%",
            "--people", "1000", "--json").MustSucceed().Json;
        var quote = Assert.Single(json.GetProperty("self_hosted").GetProperty("quotes").EnumerateArray());
        Assert.Equal(("ec2", "meta-llama/Llama-3.3-70B-Instruct", "0.72"),
            (Text(quote, "where"), Text(quote, "weights"), Text(quote, "bedrock_per_mtok")));
        Assert.Equal("2440", Text(quote.GetProperty("yours"), "monthly"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, quote.GetProperty("break_even_tokens").ValueKind);
    }

    [Fact]
    public void An_instance_by_the_hour_is_SageMaker_and_stands_beside_EC2()
    {
        // An instance at 0.40 an hour carries 2,592 M tokens a month for 288 and nobody's time: (0 + 288) / 0.72 = 400 M tokens.
        var json = folder.Run("compare", Logs(), "--gpu-hour", "1", "--gpus", "2", "--instance-hour", "0.40", "--instances", "1",
            "--tokens-per-second", "1000", "--utilisation", "1", "--people", "0", "--json").MustSucceed().Json;
        var quotes = json.GetProperty("self_hosted").GetProperty("quotes").EnumerateArray().ToList();
        Assert.Equal(["ec2", "sagemaker"], quotes.Select(q => Text(q, "where")!));
        Assert.Equal(400_000_000, quotes[1].GetProperty("break_even_tokens").GetInt64());
    }

    [Fact]
    public void The_guides_comparison_comes_out_of_the_guides_books()
    {
        // 0.72 beside 0.54: a third more.
        var json = folder.Run("compare", Logs(), "--book", "guide", "--vendors", "guide", "--json",
            "--map", $"{Llama}=together:{Llama}").MustSucceed().Json;
        var premium = Assert.Single(json.GetProperty("self_hosted").GetProperty("llama_premium").EnumerateArray());
        Assert.Equal(1.0 / 3, premium.GetProperty("premium").GetDouble(), 12);
        Assert.Contains("is your word", json.GetProperty("notes").ToString());
    }

    [Fact]
    public void The_committed_spend_comes_first()
    {
        // 15.75 a day is 5,670 a year. By the simple formula the gap takes 5,000 of it and 670 less 10 % are new; what is invoiced is
        // 5,103, so that 103 are. Groq has 10.80 a day of it for 9.85; the gap takes all of the rest.
        var json = folder.Run("compare", Logs(), "--commit", "20000", "--organic", "15000", "--discount", "10%",
            "--json").MustSucceed().Json;
        var position = json.GetProperty("position");
        Assert.Equal(("5000", "5000", "603"), (Text(position, "gap"), Text(position, "absorbed"), Text(position, "incremental_cost")));
        var groq = position.GetProperty("vendors").EnumerateArray().Single(v => Text(v, "vendor") == "groq");
        Assert.Equal("103", Text(position.GetProperty("exact"), "incremental_cost"));
        Assert.Equal(("103", "3546"), (Text(groq, "stay"), Text(groq, "move")));
    }

    [Fact]
    public void The_terms_of_the_commitment_are_those_of_edp()
    {
        string[] terms = ["--commit", "18000,20000", "--organic", "15000,16500", "--discount", "10%", "--marketplace", "cap:5%",
            "--marketplace-share", "80%", "--credit", "100@2027-12-31", "--start", "2027-01-01", "--json"];
        var there = folder.Run(["edp", "--ai", "5670", .. terms]).MustSucceed().Json.GetProperty("exact");
        var here = folder.Run(["compare", Logs(), .. terms]).MustSucceed().Json.GetProperty("position");
        Assert.True(System.Text.Json.JsonElement.DeepEquals(there, here.GetProperty("exact")), $"{there} {here}");
        Assert.Equal(2, here.GetProperty("years").GetInt32());
    }

    [Fact]
    public void An_estate_is_a_month_and_brings_its_commitment()
    {
        var bank = Path.Combine(Repository.Root, "samples", "bank.yaml");
        var json = folder.Run("compare", bank, "--json").MustSucceed().Json;
        Assert.Equal(("month", 3), (Text(json, "period"), json.GetProperty("position").GetProperty("years").GetInt32()));
        Assert.Contains("a month as the estate describes it", folder.Run("compare", bank).MustSucceed().Output);
    }

    [Fact]
    public void Spend_elsewhere_spreads_the_lock_in()
    {
        var json = folder.Run("compare", Logs(), "--elsewhere", "azure=15.75", "--json").MustSucceed().Json;
        var clouds = json.GetProperty("lock_in").GetProperty("by_cloud");
        Assert.Equal((0.5, 0.5), (clouds.GetProperty("largest").GetDouble(), clouds.GetProperty("herfindahl").GetDouble()));
    }

    [Fact]
    public void A_tokenizer_that_changes_nothing_is_said() => Assert.Contains("--tokenizer groq changed nothing",
        folder.Run("compare", Logs(), "--tokenizer", "groq=1.2", "--json").MustSucceed().Json.GetProperty("notes").ToString());

    [Fact]
    public void What_a_person_reads_of_other_vendors()
    {
        var page = folder.Run("compare", Logs(), "--commit", "20000", "--organic", "15000", "--discount", "9%", "--gpu-hour", "0.50",
            "--gpus", "1", "--tokens-per-second", "1000", "--utilisation", "50%",
            "--people", "1000").MustSucceed().Output;
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Golden.Matches(page);
    }

    [Theory]
    [InlineData("--map", "llama", "--map 'llama' is not BEDROCK=VENDOR:MODEL")]
    [InlineData("--map", "meta.llama9=groq:llama-3.3-70b-versatile", "'meta.llama9' is not a Bedrock model")]
    [InlineData("--map", Llama + "=grok:llama", "'grok' is not a vendor. Accepted: anthropic, together, groq, vertex, azure")]
    [InlineData("--map", Llama + "=groq:llama-3.3-70b", "the nearest is 'groq:llama-3.3-70b-versatile'")]
    [InlineData("--tokenizer", "azure", "--tokenizer 'azure' is not VENDOR=NUMBER")]
    [InlineData("--tokenizer", "azure=-1", "'-1' is not a factor")]
    [InlineData("--elsewhere", "azure=lots", "'lots' is not an amount")]
    [InlineData("--gpu-hour", "12", "own hardware needs --gpus")]
    [InlineData("--people", "8000", "own hardware needs a price")]
    [InlineData("--commit", "20000", "--organic is missing")]
    [InlineData("--discount", "9%", "--commit is missing")]
    [InlineData("--vendors", "shops", "there is no price book 'shops'")]
    public void A_wrong_option_is_one_clear_line(string option, string value, string said) =>
        Assert.Contains(said, folder.Run("compare", Logs(), option, value).MustRefuse());

    [Fact]
    public void Calls_that_all_failed_leave_nothing_to_compare() => Assert.Contains("nothing to compare",
        folder.Run("compare", folder.Write("failed.jsonl", Call("f-1", error: "ThrottlingException"))).MustRefuse());

    [Theory]
    [InlineData("150%", "'150%' is not a share")]
    [InlineData("0", "'0' is not a share")]
    public void A_share_is_above_none_and_at_most_all(string share, string said) => Assert.Contains(said, folder.Run("compare", Logs(),
        "--gpu-hour", "1", "--gpus", "2", "--tokens-per-second", "1000", "--utilisation", share, "--people", "0").MustRefuse());

    [Fact]
    public void Help_says_what_the_json_holds()
    {
        var help = folder.Run("compare", "--help").MustSucceed().Output;
        Assert.Contains("share_covered", help.ReplaceLineEndings(" "));
        Assert.Contains("Example:", help);
    }

    static string? Text(System.Text.Json.JsonElement json, string name) => json.GetProperty(name).GetString();
}
