using System.Text.Json;
using Assay.Gateway.Runaways;
using static Assay.Gateway.Tests.RunningGateway;

namespace Assay.Gateway.Tests.Runaways;

public class RunawayTests
{
    [Fact]
    public void The_same_request_for_a_tool_again_and_again_is_a_loop() =>
        Assert.Equal([0, 0, 0, 4, 5, 6], Enumerable.Range(1, 6).Select(n => ToolLoop.Times(Enumerable.Repeat(7ul, n).ToArray(), 4)));

    [Fact]
    public void Two_tools_that_take_turns_are_a_loop() =>
        Assert.Equal(4, ToolLoop.Times([1, 2, 1, 2, 1, 2, 1, 2], 4));

    [Fact]
    public void A_loop_after_long_work_is_seen_as_soon() =>
        Assert.InRange(Enumerable.Range(1, 12).First(n =>
            ToolLoop.Times([.. Enumerable.Range(100, 50).Select(i => (ulong)i), .. Enumerable.Repeat(7ul, n)], 8) > 0), 8, 12);

    [Fact]
    public void Arguments_that_change_are_no_loop() => Gen.Int[1, 200].Sample(count =>
        ToolLoop.Times([.. Enumerable.Range(0, count).Select(i => (ulong)i)], 2) == 0);

    [Fact]
    public void Who_asks_now_and_then_and_does_other_things_meanwhile_does_not_go_round() =>
        Assert.Equal(0, ToolLoop.Times([.. Enumerable.Range(0, 40).SelectMany(i => new[] { (ulong)(100 + i), 7ul })], 8));

    static string Agent(IEnumerable<string> arguments) => JsonSerializer.Serialize(new
    {
        messages = arguments.SelectMany((a, i) => new object[]
        {
            new { role = "assistant", content = new[] { new { toolUse = new { toolUseId = $"t{i}", name = "status", input = new { job = a } } } } },
            new { role = "user", content = new[] { new { toolResult = new { toolUseId = $"t{i}", content = new[] { new { text = "pending" } } } } } },
        }).Prepend(new { role = "user", content = new[] { new { text = "go on" } } }),
        inferenceConfig = new { maxTokens = 20 },
    });

    static readonly string Path = $"/model/{Uri.EscapeDataString(Lite)}/converse";

    [Fact]
    public async Task A_loop_is_stopped_with_an_error_that_no_client_tries_again()
    {
        await using var gateway = await RunningGateway.Start("runaways: {stop: yes, same_tool_use: 5}\n");
        using var fine = await gateway.Send(Path, Agent(["1", "2", "3", "1", "2", "3"]));
        using var loops = await gateway.Send(Path, Agent(["1", "2", "2", "2", "2", "2"]));
        Assert.Equal((200, 403), ((int)fine.StatusCode, (int)loops.StatusCode));
        Assert.Equal("AccessDeniedException", loops.Header("x-amzn-ErrorType"));
        Assert.Equal("runaway", loops.Header("x-assay-refused"));
        Assert.Contains("loop: the same tool asked for with the same arguments 5 times (limit 5)",
            await loops.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_whose_history_is_cut_short_is_seen_over_its_requests()
    {
        await using var gateway = await RunningGateway.Start("runaways: {same_tool_use: 4}\n");
        var warnings = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var body = Agent(["9"]).Replace("\"t0\"", $"\"use{i}\"", StringComparison.Ordinal);
            using var answer = await gateway.Send(Path, body, ("x-assay-session", "s"));
            warnings.Add(answer.Header("x-assay-warning"));
        }
        Assert.Equal(["", "", "", "loop", "loop"], warnings.Select(w => w.Split(':')[0]));
        Assert.StartsWith("loop", gateway.Journal()[^1].GetProperty("gateway").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_use_of_a_tool_that_stands_in_many_requests_is_no_loop()
    {
        await using var gateway = await RunningGateway.Start("runaways: {stop: yes, same_tool_use: 3}\n");
        for (var i = 0; i < 8; i++)
        {
            using var answer = await gateway.Send(Path, Agent(["9"]), ("x-assay-session", "s"));
            Assert.Equal((200, ""), ((int)answer.StatusCode, answer.Header("x-assay-warning")));
        }
    }

    [Fact]
    public async Task A_session_is_stopped_at_its_calls_and_a_retry_is_none()
    {
        await using var gateway = await RunningGateway.Start("runaways: {stop: yes, calls: 3}\n");
        var statuses = new List<int>();
        foreach (var id in (string[])["a", "a", "a", "b", "c", "d"])
        {
            using var answer = await gateway.Send(Path, Request("hello"), ("x-assay-session", "s"), ("amz-sdk-invocation-id", id));
            statuses.Add((int)answer.StatusCode);
        }
        Assert.Equal([200, 200, 200, 200, 200, 403], statuses);
        using var other = await gateway.Converse(Lite, "hello", "another");
        Assert.Equal(200, (int)other.StatusCode);
    }

    [Fact]
    public async Task An_agent_of_Anthropics_names_its_session_in_its_metadata()
    {
        await using var gateway = await RunningGateway.Start("runaways: {stop: yes, calls: 1}\n");
        string Body(string session) => JsonSerializer.Serialize(new
        {
            model = Lite, max_tokens = 20, messages = new[] { new { role = "user", content = "hello" } },
            metadata = new { user_id = $"user_1_account_2_session_{session}" },
        });
        using var first = await gateway.Send("/v1/messages", Body("a"));
        using var second = await gateway.Send("/v1/messages", Body("a"));
        using var other = await gateway.Send("/v1/messages", Body("b"));
        Assert.Equal([200, 403, 200], new[] { first, second, other }.Select(a => (int)a.StatusCode));
    }

    [Fact]
    public async Task A_session_is_stopped_at_its_dollars()
    {
        await using var gateway = await RunningGateway.Start("runaways: {stop: yes, usd: $0.001}\n");
        using var dear = await gateway.Converse(Opus, "[[tokens=200]] hello", "s");
        using var next = await gateway.Converse(Opus, "hello", "s");
        Assert.Equal((200, 403), ((int)dear.StatusCode, (int)next.StatusCode));
        Assert.Contains("in one session (limit $0.001)", await next.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_ten_times_the_ordinary_is_warned_of_and_stopped_only_as_a_habit()
    {
        await using var gateway = await RunningGateway.Start("runaways: {stop: yes}\n");
        for (var i = 0; i < 25; i++) (await gateway.Converse(Lite, "a short question", "s")).Dispose();
        var large = new string('x', 60_000);
        using var first = await gateway.Converse(Lite, large, "s");
        Assert.Equal(200, (int)first.StatusCode);
        Assert.StartsWith("size: about ", first.Header("x-assay-warning"), StringComparison.Ordinal);
        using var second = await gateway.Converse(Lite, large + large, "s");
        using var third = await gateway.Converse(Lite, large + large + large + large, "s");
        Assert.Equal((200, 403), ((int)second.StatusCode, (int)third.StatusCode));
    }
}
