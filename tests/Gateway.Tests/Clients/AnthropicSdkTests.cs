namespace Assay.Gateway.Tests.Clients;

/// <summary>Anthropic's SDK for JavaScript, answered by Bedrock and by a server of its own kind.</summary>
public sealed class AnthropicSdkTests(AnthropicSdkTests.Made run) : IClassFixture<AnthropicSdkTests.Made>
{
    public sealed class Made : IAsyncLifetime
    {
        internal ClientRun Run { get; } = new("anthropic.mjs");
        public ValueTask InitializeAsync() => Run.Start();
        public ValueTask DisposeAsync() => Run.DisposeAsync();
    }

    Seen Saw(string name) => run.Run.Saw(name);
    Door Door => run.Run.Door;

    JournalEntry Agrees(Seen seen, string model)
    {
        var line = Door.Line(seen.Text("id"));
        Assert.Equal((model, "clients"), (line.Model, line.Tag("key")));
        Assert.Equal(
            (seen.Number("usage.input_tokens"), seen.Number("usage.output_tokens")), (line.Input, line.Output));
        Assert.Equal(
            (seen.Number("usage.cache_read_input_tokens"), seen.Number("usage.cache_creation_input_tokens")), (line.CacheRead, line.CacheWrite));
        return line;
    }

    [Fact]
    public void An_answer_is_what_the_journal_says_it_was()
    {
        var seen = Saw("message");
        Assert.Equal((12L, "end_turn"), (seen.Number("usage.output_tokens"), seen.Text("stop")));
        Assert.NotEqual("", seen.Text("text"));
        var line = Agrees(seen, Door.Haiku);
        Assert.Equal("u-7", line.Tag("user_id"));
        // 1.10 and 5.50 dollars a million through a profile of a geography.
        Assert.Equal((line.Input * 1.10m + line.Output * 5.50m) / 1_000_000m, line.Cost);
    }

    [Theory, InlineData("alias"), InlineData("toolResult"), InlineData("picture"), InlineData("thinking")]
    public void Names_results_of_tools_pictures_and_thoughts_are_answered(string name) => Agrees(Saw(name), Door.Haiku);

    [Theory, InlineData("tool"), InlineData("streamedTool")]
    public void A_call_of_a_tool_comes_back_whole(string name)
    {
        var seen = Saw(name);
        Assert.Equal(("weather", "Bonn", "tool_use"), (seen.Text("tools.0.name"), seen.Text("tools.0.input.city"), seen.Text("stop")));
        Agrees(seen, Door.Haiku);
    }

    [Fact]
    public void A_cache_is_written_once_and_then_read()
    {
        Assert.True(Agrees(Saw("cached").In("first"), Door.Haiku).CacheWrite > 0);
        Assert.True(Agrees(Saw("cached").In("second"), Door.Haiku).CacheRead > 0);
    }

    [Fact]
    public void The_streaming_helper_hears_every_event_and_puts_the_message_together()
    {
        var seen = Saw("stream");
        Assert.Equal(seen.Text("text"), seen.Text("heard"));
        Assert.Equal(30, Agrees(seen, Door.Haiku).Output);
        foreach (var type in new[] { "message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop" })
            Assert.Equal(1, seen.Number($"events.{type}"));
    }

    [Fact]
    public void A_failure_in_mid_stream_is_an_error_of_the_SDK() =>
        Assert.Equal(("APIError", "api_error"), (Saw("midstream").Text("class"), Saw("midstream").Text("type")));

    [Fact]
    public void Tokens_are_counted_and_the_count_costs_nothing()
    {
        Assert.True(Saw("count").Number("input_tokens") > 0);
        Assert.Equal(0m, Assert.Single(Door.Lines(), l => l.Operation == "CountTokens").Cost);
    }

    [Theory]
    [InlineData("invalid", "BadRequestError", 400)]
    [InlineData("wrongKey", "AuthenticationError", 401)]
    public void Errors_are_the_classes_of_the_SDK(string name, string type, int status)
    {
        var seen = Saw(name);
        Assert.Equal((type, status), (seen.Text("class"), (int)seen.Number("status")));
        Assert.False(string.IsNullOrEmpty(seen.Text("id")));
    }

    [Fact]
    public void A_budgets_no_is_said_once_and_not_tried_again()
    {
        var seen = Saw("overBudget");
        Assert.Equal(("PermissionDeniedError", "permission_error"), (seen.Text("class"), seen.Text("type")));
        var line = Assert.Single(Door.Lines(), l => l.Tag("key") == "poor");
        Assert.Equal(("budget", seen.Text("id")), (line.Refused, line.Id));
    }

    [Theory, InlineData("own"), InlineData("ownStream")]
    public void A_server_of_its_own_kind_answers_under_its_own_name_and_price(string name)
    {
        var seen = Saw(name);
        Assert.Equal(("Good day", "end_turn"), (seen.Text("text"), seen.Text("stop")));
        var line = Agrees(seen, "anthropic:claude-haiku-4-5");
        // Read, written for five minutes, from the cache, answered.
        Assert.Equal((40 * 1.00m + 20 * 1.25m + 10 * 0.10m + 6 * 5.00m) / 1_000_000m, line.Cost);
        Assert.All(Door.Own.Requests, r => Assert.Equal("the-servers-own-key", r.Headers["x-api-key"]));
        Assert.All(Door.Own.Requests, r => Assert.Equal("claude-haiku-4-5", r.Json.GetProperty("model").GetString()));
    }

    [Fact]
    public void A_report_on_the_journal_comes_to_the_sum_of_its_lines()
    {
        _ = Saw("message");
        Assert.Equal((Door.Lines().Sum(l => l.Cost), 0), Door.Rated());
    }
}

/// <summary>Anthropic's SDK for Claude on Bedrock.</summary>
public sealed class BedrockSdkTests(BedrockSdkTests.Made run) : IClassFixture<BedrockSdkTests.Made>
{
    public sealed class Made : IAsyncLifetime
    {
        internal ClientRun Run { get; } = new("bedrock-sdk.mjs");
        public ValueTask InitializeAsync() => Run.Start();
        public ValueTask DisposeAsync() => Run.DisposeAsync();
    }

    [Theory, InlineData("message", "InvokeModel", 7), InlineData("stream", "InvokeModelWithResponseStream", 20)]
    public void Messages_and_streams_pass_through_InvokeModel(string name, string operation, int tokens)
    {
        var seen = run.Run.Saw(name);
        Assert.NotEqual("", seen.Text("text"));
        var line = Assert.Single(run.Run.Door.Lines(), l => l.Operation == operation && l.Refused is null);
        Assert.Equal((Door.Haiku, "clients", (long)tokens), (line.Model, line.Tag("key"), line.Output));
        Assert.Equal((seen.Number("usage.input_tokens"), seen.Number("usage.output_tokens")), (line.Input, line.Output));
    }

    [Fact]
    public void A_budgets_no_is_said_once_and_not_tried_again()
    {
        Assert.Equal("PermissionDeniedError", run.Run.Saw("overBudget").Text("class"));
        Assert.Equal("budget", Assert.Single(run.Run.Door.Lines(), l => l.Tag("key") == "poor").Refused);
    }
}
