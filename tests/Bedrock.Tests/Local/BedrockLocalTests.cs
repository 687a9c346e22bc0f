namespace Assay.Bedrock.Tests;

public class BedrockLocalTests
{
    const string Claude = "anthropic.claude-sonnet-4-5-20250929-v1%3A0";

    [Fact]
    public async Task An_answer_of_Converse_has_text_usage_and_a_request_id()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Converse("Hello [[tokens=40]]");
        Assert.Equal(200, reply.Status);
        Assert.Equal("application/json", reply.Headers["Content-Type"]);
        Assert.Equal(36, reply.Headers["x-amzn-RequestId"].Length);
        Assert.Equal("end_turn", (string)reply.Json["stopReason"]!);
        Assert.Equal("assistant", (string)reply.Json["output"]!["message"]!["role"]!);
        Assert.Equal(160, ((string)reply.Json["output"]!["message"]!["content"]![0]!["text"]!).Length);
        // 'Hello [[tokens=40]]' is 19 bytes, 5 tokens, and 3 for the message.
        Assert.Equal("""{"inputTokens":8,"outputTokens":40,"totalTokens":48,"cacheReadInputTokens":0,"cacheWriteInputTokens":0}""",
            reply.Json["usage"]!.ToJsonString());
        var served = Assert.Single(client.Local.Recent);
        Assert.Equal(reply.Headers["x-amzn-RequestId"], served.RequestId);
        Assert.Equal((8, 40), (served.Usage.Input, served.Usage.Output));
        Assert.Equal(("amazon.nova-pro-v1:0", BedrockOperation.Converse, true), (served.BareModel, served.Operation, served.Completed));
    }

    [Fact]
    public async Task A_stream_of_Converse_has_the_order_of_AWS_and_its_usage_last()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.ConverseStream("Hello [[tokens=20]]");
        Assert.Equal("application/vnd.amazon.eventstream", reply.Headers["Content-Type"]);
        var events = reply.Events();
        Assert.Equal(
        [
            "messageStart", "contentBlockDelta", "contentBlockDelta", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata",
        ], events.Select(e => e.Name));
        Assert.All(events, e => Assert.InRange(((string)e.Json["p"]!).Length, 1, 62));
        Assert.Equal(20, (int)events[^1].Json["usage"]!["outputTokens"]!);
        var unary = await client.Converse("Hello [[tokens=20]]");
        Assert.Equal((string)unary.Json["output"]!["message"]!["content"]![0]!["text"]!,
            string.Concat(events.Where(e => e.Name == "contentBlockDelta").Select(e => (string)e.Json["delta"]!["text"]!)));
    }

    [Fact]
    public async Task The_same_request_and_seed_give_the_same_bytes()
    {
        await using var one = await LocalClient.Start(new() { Seed = 7 });
        await using var two = await LocalClient.Start(new() { Seed = 7 });
        await using var other = await LocalClient.Start(new() { Seed = 8 });
        foreach (var operation in (string[])["converse", "converse-stream"])
        {
            var first = await one.Send($"/model/{Claude}/{operation}", LocalClient.Body("What does it cost?"));
            var second = await two.Send($"/model/{Claude}/{operation}", LocalClient.Body("What does it cost?"));
            var third = await other.Send($"/model/{Claude}/{operation}", LocalClient.Body("What does it cost?"));
            Assert.Equal(first.Bytes, second.Bytes);
            Assert.Equal(first.Headers["x-amzn-RequestId"], second.Headers["x-amzn-RequestId"]);
            Assert.NotEqual(first.Bytes, third.Bytes);
        }
    }

    [Fact]
    public async Task MaxTokens_cuts_an_answer_and_says_so()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Converse("[[tokens=50]]", more: ""","inferenceConfig":{"maxTokens":10}""");
        Assert.Equal("max_tokens", (string)reply.Json["stopReason"]!);
        Assert.Equal(10, (int)reply.Json["usage"]!["outputTokens"]!);
    }

    [Fact]
    public async Task A_tool_is_called_when_the_prompt_asks_and_tools_are_offered()
    {
        await using var client = await LocalClient.Start();
        const string tools = ""","toolConfig":{"tools":[{"toolSpec":{"name":"weather","inputSchema":{"json":{"type":"object"}}}}]}""";
        var reply = await client.Converse("""[[tool=weather {"city":"Bern"}]]""", more: tools);
        Assert.Equal("tool_use", (string)reply.Json["stopReason"]!);
        Assert.Equal("Bern", (string)reply.Json["output"]!["message"]!["content"]![0]!["toolUse"]!["input"]!["city"]!);
        var without = await client.Converse("""[[tool=weather {"city":"Bern"}]]""");
        Assert.Equal("end_turn", (string)without.Json["stopReason"]!);

        var events = (await client.ConverseStream("""[[tool=weather {"city":"Bern"}]]""", more: tools)).Events();
        Assert.Equal(["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"], events.Select(e => e.Name));
        Assert.Equal("""{"city":"Bern"}""", (string)events[2].Json["delta"]!["toolUse"]!["input"]!);
    }

    [Fact]
    public async Task Claude_answers_InvokeModel_in_its_own_form_with_counts_in_headers()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Send($"/model/{Claude}/invoke", LocalClient.ClaudeBody("Hello [[tokens=12]]"));
        Assert.Equal("message", (string)reply.Json["type"]!);
        Assert.Equal("claude-sonnet-4-5-20250929-v1:0", (string)reply.Json["model"]!);
        Assert.Equal(12, (int)reply.Json["usage"]!["output_tokens"]!);
        Assert.Equal(("8", "12"), (reply.Headers["X-Amzn-Bedrock-Input-Token-Count"], reply.Headers["X-Amzn-Bedrock-Output-Token-Count"]));
    }

    [Fact]
    public async Task Claude_streams_its_own_events_and_the_last_chunk_has_the_metrics()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Send($"/model/{Claude}/invoke-with-response-stream", LocalClient.ClaudeBody("Hello [[tokens=12]]"));
        Assert.Equal("application/json", reply.Headers["X-Amzn-Bedrock-Content-Type"]);
        var chunks = reply.Chunks();
        Assert.Equal(
        [
            "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop", "message_delta", "message_stop",
        ], chunks.Select(c => (string)c["type"]!));
        Assert.Equal(8, (int)chunks[0]["message"]!["usage"]!["input_tokens"]!);
        Assert.Equal(12, (int)chunks[^2]["usage"]!["output_tokens"]!);
        var metrics = chunks[^1]["amazon-bedrock-invocationMetrics"]!;
        Assert.Equal((8, 12), ((int)metrics["inputTokenCount"]!, (int)metrics["outputTokenCount"]!));
    }

    [Theory]
    [InlineData("amazon.nova-lite-v1%3A0", """{"messages":[{"role":"user","content":[{"text":"[[tokens=9]]"}]}]}""", "usage.outputTokens")]
    [InlineData("meta.llama3-1-8b-instruct-v1%3A0", """{"prompt":"[[tokens=9]]"}""", "generation_token_count")]
    [InlineData("openai.gpt-oss-20b-1%3A0", """{"messages":[{"role":"system","content":"x"},{"role":"user","content":"[[tokens=9]]"}]}""", "usage.completion_tokens")]
    public async Task Other_models_answer_in_their_own_forms(string model, string body, string path)
    {
        await using var client = await LocalClient.Start();
        var node = (await client.Send($"/model/{model}/invoke", body)).Json;
        foreach (var name in path.Split('.')) node = node[name]!;
        Assert.Equal(9, (int)node);
        var metrics = (await client.Send($"/model/{model}/invoke-with-response-stream", body)).Chunks()[^1]["amazon-bedrock-invocationMetrics"]!;
        Assert.Equal(9, (int)metrics["outputTokenCount"]!);
    }

    [Fact]
    public async Task An_embedding_is_a_unit_vector_that_equal_texts_share()
    {
        await using var client = await LocalClient.Start();
        const string target = "/model/amazon.titan-embed-text-v2%3A0/invoke";
        var reply = await client.Send(target, """{"inputText":"cost","dimensions":256}""");
        var vector = reply.Json["embedding"]!.AsArray().Select(v => (double)v!).ToList();
        Assert.Equal(256, vector.Count);
        Assert.Equal(1, vector.Sum(v => v * v), 3);
        Assert.Equal(1, (int)reply.Json["inputTextTokenCount"]!);
        Assert.Equal(reply.Bytes, (await client.Send(target, """{"inputText":"cost","dimensions":256}""")).Bytes);
        Assert.Equal(400, (await client.Send(target.Replace("invoke", "invoke-with-response-stream"), """{"inputText":"cost"}""")).Status);
    }

    [Fact]
    public async Task Tokens_are_counted_before_they_are_bought_and_the_counts_agree()
    {
        await using var client = await LocalClient.Start();
        var body = LocalClient.Body("How much is a token of input, and how much of output?");
        var counted = await client.Send("/model/amazon.nova-pro-v1%3A0/count-tokens", "{\"input\":{\"converse\":" + body + "}}");
        var answered = await client.Send("/model/amazon.nova-pro-v1%3A0/converse", body);
        Assert.Equal((int)answered.Json["usage"]!["inputTokens"]!, (int)counted.Json["inputTokens"]!);
        var claude = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(LocalClient.ClaudeBody("Hello")));
        var invoke = await client.Send($"/model/{Claude}/count-tokens", "{\"input\":{\"invokeModel\":{\"body\":\"" + claude + "\"}}}");
        Assert.Equal(5, (int)invoke.Json["inputTokens"]!);
        Assert.Equal(400, (await client.Send($"/model/{Claude}/count-tokens", "{}")).Status);
    }

    [Fact]
    public async Task What_was_served_is_recorded_with_metadata_and_tier()
    {
        await using var client = await LocalClient.Start(new() { ServedTier = "default" });
        var reply = await client.Converse("hi", more: ""","requestMetadata":{"team":"search"},"serviceTier":{"type":"flex"},"performanceConfig":{"latency":"optimized"}""");
        Assert.Equal("default", (string)reply.Json["serviceTier"]!["type"]!);
        Assert.Equal("optimized", (string)reply.Json["performanceConfig"]!["latency"]!);
        var served = Assert.Single(client.Local.Recent);
        Assert.Equal(("search", "default"), (served.Metadata["team"], served.Tier));

        await client.Send($"/model/{Claude}/invoke", LocalClient.ClaudeBody("hi"), ("X-Amzn-Bedrock-Request-Metadata", """{"team":"ads"}"""));
        Assert.Equal("ads", client.Local.Recent[^1].Metadata["team"]);
    }

    [Fact]
    public Task Text_never_has_more_tokens_than_the_body_has_bytes_and_2048() =>
        Gen.Select(Gen.String.Array[0, 6], Gen.Bool).SampleAsync(async (texts, hasTools) =>
        {
            var blocks = new System.Text.Json.Nodes.JsonArray([.. texts.Where(t => t.Trim().Length > 0).Select(t => new System.Text.Json.Nodes.JsonObject { ["text"] = t }), new System.Text.Json.Nodes.JsonObject { ["text"] = "x" }]);
            var body = $$"""{"messages":[{"role":"user","content":{{blocks.ToJsonString()}}}]{{(hasTools ? ""","toolConfig":{"tools":[{"toolSpec":{"name":"t"}}]}""" : "")}}}""";
            var call = new LocalCall { Operation = BedrockOperation.Converse, ModelId = "m", BareModel = "m", Facts = null };
            RequestReader.Read(call, System.Text.Encoding.UTF8.GetBytes(body));
            Assert.InRange(call.InputTokens, 1, body.Length + 2_048);
            await Task.CompletedTask;
        }, threads: 1);
}
