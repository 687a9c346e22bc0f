namespace Assay.Bedrock.Tests;

public class LocalFaultTests
{
    const string Nova = "/model/amazon.nova-pro-v1%3A0/";
    const string Claude = "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/";

    [Theory]
    [InlineData("converse", "{}", "messages")]
    [InlineData("converse", "", "empty")]
    [InlineData("converse", "{\"messages\":[", "Malformed")]
    [InlineData("converse", "{\"messages\":[]} x", "Malformed")]
    [InlineData("converse", "{\"messages\":[]}", "messages")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[]}]}", "is empty")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\" \"}]}]}", "blank")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"text\":\"x\"}]}]}", "start with a user message")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}],\"inferenceConfig\":{\"maxTokens\":0}}", "greater than or equal to 1")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}],\"requestMetadata\":{\"a\":\"b;c\"}}", "requestMetadata")]
    [InlineData("converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}],\"requestMetadata\":{}}", "requestMetadata")]
    [InlineData("invoke", "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":5}", "anthropic_version")]
    [InlineData("invoke", "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"anthropic_version\":\"v\"}", "max_tokens")]
    public async Task What_AWS_refuses_is_refused(string operation, string body, string says)
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Send((operation == "invoke" ? Claude : Nova) + operation, body);
        Assert.Equal((400, "ValidationException"), (reply.Status, reply.ErrorType));
        Assert.Contains(says, reply.Message);
        Assert.Equal(BedrockError.Validation, Assert.Single(client.Local.Recent).Error);
        Assert.Equal(default, client.Local.Usage);
    }

    [Theory]
    [InlineData("/model/amazon.nova-pr-v1%3A0/converse", 400, "ValidationException")]
    [InlineData("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fx/converse", 404, "ResourceNotFoundException")]
    [InlineData("/model/x/y", 404, "UnknownOperationException")]
    [InlineData("/model/a%2F..%2Fb/converse", 400, "ValidationException")]
    public async Task What_does_not_exist_is_refused(string target, int status, string type)
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Send(target, LocalClient.Body("x"));
        Assert.Equal((status, type), (reply.Status, reply.ErrorType));
    }

    [Fact]
    public async Task A_body_above_25_million_bytes_is_too_large()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Send(Nova + "converse", new string(' ', 25_000_001));
        Assert.Equal((413, "RequestEntityTooLargeException"), (reply.Status, reply.ErrorType));
    }

    [Fact]
    public async Task A_caller_without_identity_is_refused_when_asked_to()
    {
        await using var client = await LocalClient.Start(new() { RequireIdentity = true, BearerKeys = new HashSet<string> { "good" } });
        Assert.Equal("MissingAuthenticationTokenException", (await client.Converse("x")).ErrorType);
        Assert.Equal("UnrecognizedClientException", (await client.Send(Nova + "converse", LocalClient.Body("x"), ("Authorization", "Bearer bad"))).ErrorType);
        Assert.Equal(200, (await client.Send(Nova + "converse", LocalClient.Body("x"), ("Authorization", "Bearer good"))).Status);
        Assert.Equal(200, (await client.Send(Nova + "converse", LocalClient.Body("x"), ("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/bedrock/aws4_request, SignedHeaders=host, Signature=00"))).Status);
        Assert.Equal("eu-west-1", client.Local.Recent[^1].Region);
    }

    [Theory]
    [InlineData("ThrottlingException", 429)]
    [InlineData("ModelTimeoutException", 408)]
    [InlineData("ServiceUnavailableException", 503)]
    public async Task A_prompt_can_ask_for_an_error(string error, int status)
    {
        await using var client = await LocalClient.Start();
        var reply = await client.Converse($"[[error={error}]]");
        Assert.Equal((status, error), (reply.Status, reply.ErrorType));
    }

    [Fact]
    public async Task A_script_breaks_the_call_it_names_and_a_share_breaks_about_its_share()
    {
        await using var client = await LocalClient.Start(new()
        {
            // The last of the faults that are due is the one that happens.
            Faults = [new("error=InternalServerException", PerMille: 300), new("error=ThrottlingException", OnCall: 2)],
            Seed = 5,
        });
        var types = new List<string?>();
        for (var i = 0; i < 100; i++) types.Add((await client.Converse("x")).Headers.GetValueOrDefault("x-amzn-ErrorType"));
        Assert.Equal("ThrottlingException", types[1]);
        Assert.InRange(types.Count(t => t == "InternalServerException"), 15, 45);
        Assert.Equal(types.Count(t => t is not null), client.Local.Failures);
    }

    [Fact]
    public async Task An_exception_in_mid_stream_ends_it_after_half_of_the_answer()
    {
        await using var client = await LocalClient.Start();
        var reply = await client.ConverseStream("[[tokens=64]] [[midstream=throttlingException]]");
        Assert.Equal(200, reply.Status);
        Assert.Equal(["messageStart", .. Enumerable.Repeat("contentBlockDelta", 4), "throttlingException"], reply.Events().Select(e => e.Name));
        var served = Assert.Single(client.Local.Recent);
        Assert.Equal((BedrockError.Throttling, false), (served.Error, served.Completed));
        Assert.Equal(32, served.Usage.Output);
    }

    [Theory]
    [InlineData("converse")]
    [InlineData("converse-stream")]
    public async Task A_reset_is_no_answer_that_could_be_taken_for_a_whole_one(string operation)
    {
        await using var client = await LocalClient.Start();
        await Assert.ThrowsAnyAsync<Exception>(() => client.Send(Nova + operation, LocalClient.Body("[[reset]] [[tokens=100]]")));
    }

    [Fact]
    public async Task A_malformed_stream_holds_bytes_that_are_no_frame()
    {
        await using var client = await LocalClient.Start();
        var bytes = (await client.ConverseStream("[[malformed]]")).Bytes;
        var (at, status) = (0, FrameStatus.Frame);
        while (status == FrameStatus.Frame)
        {
            status = EventStream.TryRead(bytes.AsSpan(at), out var frame);
            at += frame.Length;
        }
        Assert.Equal(FrameStatus.Broken, status);
        Assert.ThrowsAny<Exception>(() => client.Converse("[[malformed]]").GetAwaiter().GetResult().Json);
    }

    [Fact]
    public async Task An_answer_can_leave_out_its_usage()
    {
        await using var client = await LocalClient.Start();
        Assert.Null((await client.Converse("[[nousage]]")).Json["usage"]);
        Assert.DoesNotContain("metadata", (await client.ConverseStream("[[nousage]]")).Events().Select(e => e.Name));
        Assert.True(client.Local.Usage.Output > 0);
    }

    [Fact]
    public async Task A_model_out_of_tokens_throttles_until_the_next_minute()
    {
        var clock = new StoppedClock(new(2026, 1, 1, 0, 0, 5, TimeSpan.Zero));
        await using var client = await LocalClient.Start(new() { TokensPerMinute = 1_000, Time = clock });
        const string most = ""","inferenceConfig":{"maxTokens":900}""";
        Assert.Equal(200, (await client.Converse("[[tokens=100]]", more: most)).Status);
        // What was reserved and not used is given back: about 107 of 1,000 are gone, so 900 do not fit any more, and 800 do.
        Assert.Equal("ThrottlingException", (await client.Converse("[[tokens=100]]", more: most)).ErrorType);
        Assert.Equal(200, (await client.Converse("[[tokens=100]]", more: ""","inferenceConfig":{"maxTokens":800}""")).Status);
        clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(200, (await client.Converse("[[tokens=100]]", more: most)).Status);
    }
}
