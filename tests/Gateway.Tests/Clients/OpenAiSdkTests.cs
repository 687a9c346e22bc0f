using System.Globalization;

namespace Assay.Gateway.Tests.Clients;

/// <summary>OpenAI's SDK for JavaScript, answered by Bedrock and by a server of its own kind.</summary>
public sealed class OpenAiSdkTests(OpenAiSdkTests.Made run) : IClassFixture<OpenAiSdkTests.Made>
{
    public sealed class Made : IAsyncLifetime
    {
        internal ClientRun Run { get; } = new("openai.mjs");
        public ValueTask InitializeAsync() => Run.Start();
        public ValueTask DisposeAsync() => Run.DisposeAsync();
    }

    Seen Saw(string name) => run.Run.Saw(name);
    Door Door => run.Run.Door;

    JournalEntry Agrees(Seen seen, string model)
    {
        var line = Door.Line(seen.Text("id"));
        Assert.Equal((model, "clients"), (line.Model, line.Tag("key")));
        if (seen.Json.TryGetProperty("usage", out _))
        {
            // OpenAI counts what came from a cache as part of the prompt.
            Assert.Equal(seen.Number("usage.prompt_tokens"), line.Input + line.CacheRead + line.CacheWrite);
            Assert.Equal(seen.Number("usage.completion_tokens"), line.Output);
        }
        return line;
    }

    [Fact]
    public void An_answer_is_what_the_journal_says_it_was()
    {
        var seen = Saw("chat");
        Assert.Equal((12L, "stop"), (seen.Number("usage.completion_tokens"), seen.Text("finish")));
        Assert.NotEqual("", seen.Text("text"));
        var line = Agrees(seen, Door.Nova);
        Assert.Equal("A-1", line.Tag("ticket"));
        Assert.Equal((line.Input * 0.06m + line.Output * 0.24m) / 1_000_000m, line.Cost);
    }

    [Theory, InlineData("alias", Door.Nova), InlineData("toolResult", Door.Haiku), InlineData("picture", Door.Nova), InlineData("form", Door.Haiku)]
    public void Names_results_of_tools_pictures_and_forms_are_answered(string name, string model) => Agrees(Saw(name), model);

    [Fact]
    public void A_call_of_a_tool_comes_back_whole()
    {
        var seen = Saw("tool");
        Assert.Equal(("weather", "tool_calls"), (seen.Text("tools.0.function.name"), seen.Text("finish")));
        Assert.Equal("""{"city":"Bonn"}""", seen.Text("tools.0.function.arguments"));
        Agrees(seen, Door.Haiku);
        Assert.Equal(("weather", """{"city":"Bonn"}"""), (Saw("streamedTool").Text("toolName"), Saw("streamedTool").Text("toolInput")));
        Agrees(Saw("streamedTool"), Door.Haiku);
    }

    [Fact]
    public void Counts_at_the_end_of_a_stream_come_to_those_who_ask()
    {
        Assert.Equal((0L, "stop"), (Saw("stream").Number("usages"), Saw("stream").Text("finish")));
        Assert.Equal(1, Saw("streamWithUsage").Number("usages"));
        Assert.Equal(30, Agrees(Saw("stream"), Door.Nova).Output);
        Assert.Equal(30, Agrees(Saw("streamWithUsage"), Door.Nova).Output);
        Assert.Equal(9, Saw("helper").Number("usage.completion_tokens"));
    }

    [Fact]
    public void A_failure_in_mid_stream_is_an_error_of_the_SDK() =>
        Assert.Equal(("APIError", "rate_limit_error"), (Saw("midstream").Text("class"), Saw("midstream").Text("type")));

    [Fact]
    public void Several_texts_are_several_calls_and_one_list_of_vectors()
    {
        var seen = Saw("embeddings");
        Assert.Equal([256, 256, 256], seen["lengths"].EnumerateArray().Select(l => l.GetInt32()));
        Assert.Equal([0, 1, 2], seen["indexes"].EnumerateArray().Select(l => l.GetInt32()));
        Assert.True(seen["same"].GetBoolean() && seen["different"].GetBoolean());
        var parts = Door.Lines().Where(l => l.PartOf == seen.Text("id")).ToList();
        Assert.Equal(3, parts.Select(p => p.Id).Distinct().Count());
        Assert.All(parts, p => Assert.Equal((Door.Titan, "InvokeModel", "clients"), (p.Model, p.Operation, p.Tag("key"))));
        Assert.Equal(seen.Number("usage.prompt_tokens"), parts.Sum(p => p.Input));
        Assert.Equal(decimal.Parse(seen.Text("cost")!, CultureInfo.InvariantCulture), parts.Sum(p => p.Cost));
        Assert.True(parts.Sum(p => p.Cost) > 0m);
    }

    [Fact]
    public void The_list_of_models_is_the_names_of_the_configuration_and_what_the_key_may_call()
    {
        var models = Saw("models").Json.EnumerateArray().Select(m => m.GetString()!).ToList();
        Assert.Equal(["small", "smart", "theirs", "claudes"], models.Take(4));
        Assert.Equal(models.Skip(4).Order(StringComparer.Ordinal), models.Skip(4));
        Assert.Contains("us.anthropic.claude-sonnet-4-5-20250929-v1:0", models);
    }

    [Theory]
    [InlineData("wrongParameter", "BadRequestError", 400, "n")]
    [InlineData("wrongKey", "AuthenticationError", 401, null)]
    public void Errors_are_the_classes_of_the_SDK(string name, string type, int status, string? param)
    {
        var seen = Saw(name);
        Assert.Equal((type, status, param), (seen.Text("class"), (int)seen.Number("status"), seen.Text("param")));
        Assert.False(string.IsNullOrEmpty(seen.Text("id")));
    }

    [Fact]
    public void A_budgets_no_is_said_once_and_not_tried_again()
    {
        var seen = Saw("overBudget");
        Assert.Equal(("PermissionDeniedError", "budget_exceeded"), (seen.Text("class"), seen.Text("code")));
        var line = Assert.Single(Door.Lines(), l => l.Tag("key") == "poor");
        Assert.Equal(("budget", seen.Text("id")), (line.Refused, line.Id));
    }

    [Fact]
    public void A_server_of_its_own_kind_answers_under_its_own_name_and_price()
    {
        foreach (var name in new[] { "own", "ownStream", "ownStreamWithUsage" })
        {
            var seen = Saw(name);
            Assert.Equal(("Good day", "stop"), (seen.Text("text"), seen.Text("finish")));
            var line = Door.Line(seen.Text("id"));
            Assert.Equal(("azure:gpt-5-mini", 6L, "served"), (line.Model, line.Output, line.Counts));
            Assert.Equal(40, line.Input + line.CacheRead);
        }
        Assert.Equal(0, Saw("ownStream").Number("usages"));
        Assert.Equal(46, Saw("ownStreamWithUsage").Number("usage.total_tokens"));
        Assert.All(Door.Own.Requests, r => Assert.Equal("gpt-5-mini", r.Json.GetProperty("model").GetString()));
        Assert.All(Door.Own.Requests, r => Assert.Equal("Bearer the-servers-own-key", r.Headers.Authorization));
    }

    [Fact]
    public void A_report_on_the_journal_comes_to_the_sum_of_its_lines()
    {
        _ = Saw("chat");
        Assert.Equal((Door.Lines().Sum(l => l.Cost), 0), Door.Rated());
    }
}
