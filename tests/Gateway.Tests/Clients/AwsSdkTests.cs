using Assay.Gateway.Calls;

namespace Assay.Gateway.Tests.Clients;

/// <summary>The AWS SDK for JavaScript, told where the gateway is by its environment alone.</summary>
public sealed class AwsSdkTests(AwsSdkTests.Made run) : IClassFixture<AwsSdkTests.Made>
{
    public sealed class Made : IAsyncLifetime
    {
        internal ClientRun Run { get; } = new("aws.mjs");
        public ValueTask InitializeAsync() => Run.Start();
        public ValueTask DisposeAsync() => Run.DisposeAsync();
    }

    Seen Saw(string name) => run.Run.Saw(name);
    Door Door => run.Run.Door;

    // Client and journal speak of the same call, of the same tokens, of its owner.
    JournalEntry Agrees(Seen seen, string model, string operation)
    {
        var line = Door.Line(seen.Text("id"));
        Assert.Equal((model, operation), (line.Model, line.Operation));
        Assert.Equal("clients", line.Tag("key"));
        if (seen.Json.TryGetProperty("usage", out var usage) && usage.TryGetProperty("inputTokens", out _))
        {
            Assert.Equal(seen.Number("usage.inputTokens"), line.Input);
            Assert.Equal(seen.Number("usage.outputTokens"), line.Output);
        }
        return line;
    }

    [Fact]
    public void An_answer_of_Converse_is_what_the_journal_says_it_was()
    {
        var seen = Saw("converse");
        Assert.Equal(12, seen.Number("usage.outputTokens"));
        Assert.NotEqual("", seen.Text("text"));
        var line = Agrees(seen, Door.Nova, "Converse");
        Assert.Equal("A-1", line.Tag("ticket"));
        Assert.Equal("quick-start", line.Tag("app"));
        // 0.06 and 0.24 dollars a million.
        Assert.Equal((line.Input * 0.06m + line.Output * 0.24m) / 1_000_000m, line.Cost);
    }

    [Theory, InlineData("picture", Door.Nova), InlineData("thought", Door.Haiku), InlineData("profile", Door.Profile)]
    public void Pictures_thoughts_and_profiles_pass(string name, string model) => Agrees(Saw(name), model, "Converse");

    [Theory, InlineData("tool", "tools.0.name", "Converse"), InlineData("streamedTool", "toolName", "ConverseStream")]
    public void A_call_of_a_tool_comes_back_whole(string name, string where, string operation)
    {
        var seen = Saw(name);
        Assert.Equal("weather", seen.Text(where));
        Assert.Equal("tool_use", seen.Text("stop"));
        Assert.Equal("Bonn", name == "tool" ? seen.Text("tools.0.input.city") : Json(seen.Text("toolInput")!).Text("city"));
        Agrees(seen, Door.Haiku, operation);
    }

    static Seen Json(string text) => new(System.Text.Json.JsonDocument.Parse(text).RootElement);

    [Fact]
    public void A_cache_is_written_once_and_then_read()
    {
        var (first, second) = (Saw("cached").In("first"), Saw("cached").In("second"));
        Assert.Equal(first.Number("usage.cacheWriteInputTokens"), Agrees(first, Door.Haiku, "Converse").CacheWrite);
        Assert.Equal(second.Number("usage.cacheReadInputTokens"), Agrees(second, Door.Haiku, "Converse").CacheRead);
        Assert.True(first.Number("usage.cacheWriteInputTokens") > 0 && second.Number("usage.cacheReadInputTokens") > 0);
    }

    [Fact]
    public void A_stream_brings_its_text_and_its_counts()
    {
        var seen = Saw("stream");
        Assert.Equal((30, "end_turn"), (seen.Number("usage.outputTokens"), seen.Text("stop")));
        Assert.NotEqual("", seen.Text("text"));
        Agrees(seen, Door.Nova, "ConverseStream");
    }

    [Fact]
    public void A_failure_in_mid_stream_is_the_exception_that_Bedrock_has_for_it()
    {
        Assert.Equal("ThrottlingException", Saw("midstream").Text("class"));
        var line = Assert.Single(Door.Lines(), l => l.Error == "throttlingException" && l.Operation == "ConverseStream");
        Assert.True(line.Cost > 0m, "the text until then is paid");
    }

    [Fact]
    public void Claudes_own_body_passes_through_InvokeModel()
    {
        var seen = Saw("invoke");
        var line = Agrees(seen, Door.Haiku, "InvokeModel");
        Assert.Equal((seen.Number("body.usage.input_tokens"), seen.Number("body.usage.output_tokens")), (line.Input, line.Output));
        Assert.Equal(7, line.Output);
    }

    [Fact]
    public void Claudes_own_stream_passes_through_InvokeModel()
    {
        var seen = Saw("invokeStream");
        var line = Agrees(seen, Door.Haiku, "InvokeModelWithResponseStream");
        Assert.Equal((20, "message_stop"), (line.Output, seen.Text("last")));
        Assert.Equal(line.Output, seen.Number("output"));
    }

    [Fact]
    public void Counting_tokens_costs_nothing_and_is_written_down()
    {
        var seen = Saw("count");
        Assert.True(seen.Number("inputTokens") > 0);
        Assert.Equal(0m, Agrees(seen, Door.Haiku, "CountTokens").Cost);
    }

    [Fact]
    public void A_guardrail_applied_by_itself_costs_its_text_units()
    {
        var seen = Saw("guardrail");
        Assert.Equal("GUARDRAIL_INTERVENED", seen.Text("action"));
        Assert.True(Agrees(seen, ModelTarget.GuardrailPrefix + "gr12345", "ApplyGuardrail").Cost > 0m);
    }

    [Fact]
    public void A_guarded_answer_costs_its_tokens_and_its_text_units()
    {
        var line = Agrees(Saw("guarded"), Door.Nova, "Converse");
        Assert.True(line.Cost > (line.Input * 0.06m + line.Output * 0.24m) / 1_000_000m);
    }

    [Fact]
    public void A_check_of_grounding_has_no_price_in_the_book_and_is_not_let_in() =>
        Assert.Contains("no guardrail_grounding rate", Saw("grounded").Text("message"), StringComparison.Ordinal);

    [Theory]
    [InlineData("unknownModel", "AccessDeniedException", 403)]
    [InlineData("invalid", "ValidationException", 400)]
    [InlineData("notReady", "ModelErrorException", 424)]
    public void Errors_are_the_exceptions_of_the_SDK(string name, string type, int status)
    {
        var seen = Saw(name);
        Assert.Equal((type, status), (seen.Text("class"), (int)seen.Number("status")));
        Assert.Equal((type, 0m), (Door.Line(seen.Text("id")).Error, Door.Line(seen.Text("id")).Cost));
    }

    [Fact]
    public void A_stranger_is_told_so_and_leaves_no_line()
    {
        var seen = Saw("wrongKey");
        Assert.Equal(("UnrecognizedClientException", 403L), (seen.Text("error"), seen.Number("status")));
        Assert.DoesNotContain(Door.Lines(), l => l.Id == seen.Text("id"));
    }

    [Fact]
    public void A_budgets_no_is_said_once_and_not_tried_again()
    {
        var seen = Saw("overBudget");
        Assert.Equal(("AccessDeniedException", 1L), (seen.Text("class"), seen.Number("attempts")));
        Assert.Contains("Budget 'poor'", seen.Text("message"), StringComparison.Ordinal);
        Assert.Equal("budget", Assert.Single(Door.Lines(), l => l.Tag("key") == "poor").Refused);
    }

    [Fact]
    public void A_rates_not_yet_is_tried_again_by_the_SDK_until_there_is_room()
    {
        Assert.Equal([1, 1, 2], Saw("rated")["attempts"].EnumerateArray().Select(a => a.GetInt32()));
        var lines = Door.Lines().Where(l => l.Tag("key") == "hurried").ToList();
        Assert.Equal([null, null, "rate", null], lines.Select(l => l.Refused));
        // The same call of the client's, asked twice.
        Assert.Equal(lines[2].ClientId, lines[3].ClientId);
    }

    [Fact]
    public void A_report_on_the_journal_comes_to_the_sum_of_its_lines()
    {
        _ = Saw("converse");
        Assert.Equal((Door.Lines().Sum(l => l.Cost), 0), Door.Rated());
    }
}
