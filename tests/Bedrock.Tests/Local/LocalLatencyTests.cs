namespace Assay.Bedrock.Tests;

public class LocalLatencyTests
{
    const string Target = "/model/amazon.nova-pro-v1%3A0/";
    readonly ManualClock clock = new();

    [Fact]
    public async Task A_model_takes_its_time_to_the_first_byte_and_for_each_delta()
    {
        await using var client = await LocalClient.Start(new() { Time = clock, Latency = _ => new(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(10)) });
        var stream = client.ConverseStream("[[tokens=20]] [[delay=50]]");
        List<double> waits = [];
        for (var i = 0; i < 4; i++) waits.Add((await clock.AdvanceToNextTimer(LocalClient.Cancel)).TotalMilliseconds);
        // 8 + 8 + 4 tokens, 10 ms each.
        Assert.Equal([350, 80, 80, 40], waits);
        Assert.Equal(550, (int)(await stream).Events()[^1].Json["metrics"]!["latencyMs"]!);

        var whole = client.Converse("[[tokens=20]]");
        Assert.Equal(500, (await clock.AdvanceToNextTimer(LocalClient.Cancel)).TotalMilliseconds);
        Assert.Equal(200, (await whole).Status);
    }

    [Fact]
    public async Task What_a_client_did_not_wait_for_is_billed_all_the_same()
    {
        var ended = new TaskCompletionSource<Served>();
        await using var client = await LocalClient.Start(new()
        {
            Time = clock, Latency = _ => new(TimeSpan.Zero, TimeSpan.FromMilliseconds(10)), OnServed = ended.SetResult,
        });
        var response = await client.Post(Target + "converse-stream", LocalClient.Body("[[tokens=200]]"));
        response.Dispose();
        var served = await ended.Task.WaitAsync(LocalClient.Cancel);
        Assert.False(served.Completed);
        Assert.Equal(200, served.Usage.Output);
    }

    [Fact]
    public async Task A_hanging_call_answers_no_byte_and_is_billed_nothing()
    {
        var ended = new TaskCompletionSource<Served>();
        await using var client = await LocalClient.Start(new() { OnServed = s => _ = s.Completed || ended.TrySetResult(s) });
        using var patience = new CancellationTokenSource();
        using var http = new HttpClient();
        using var content = new StringContent(LocalClient.Body("[[hang]]"));
        var call = http.PostAsync(AwsSigner.Address(client.Local.Address.ToString(), Target + "converse"), content, patience.Token);
        while (client.Local.InFlight == 0) await Task.Delay(1, LocalClient.Cancel);
        await client.Converse("another call is answered meanwhile");
        Assert.False(call.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var served = await ended.Task.WaitAsync(LocalClient.Cancel);
        Assert.Equal((0, default(LocalUsage)), (served.Status, served.Usage));
    }

    [Fact]
    public async Task A_stalled_stream_has_a_beginning_and_no_end()
    {
        await using var client = await LocalClient.Start();
        using var response = await client.Post(Target + "converse-stream", LocalClient.Body("[[stall]]"));
        await using var body = await response.Content.ReadAsStreamAsync(LocalClient.Cancel);
        Assert.True(await body.ReadAsync(new byte[100], LocalClient.Cancel) > 0);
        Assert.Empty(client.Local.Recent);
    }
}
