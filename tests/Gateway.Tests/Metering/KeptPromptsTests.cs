using System.Text;
using Assay.Gateway.Calls;
using static Assay.Gateway.Tests.RunningGateway;

namespace Assay.Gateway.Tests.Metering;

public class KeptPromptsTests
{
    [Fact]
    public async Task No_word_is_written_down_unless_it_is_asked_for()
    {
        await using var gateway = await RunningGateway.Start("journal: {prompts: no}\n");
        using var answer = await gateway.Converse(Lite, "my secret words");
        var line = Assert.Single(gateway.Journal());
        Assert.DoesNotContain("secret", line.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_prompts_the_line_has_the_body_sent_and_the_whole_answer()
    {
        await using var gateway = await RunningGateway.Start("journal: {prompts: yes}\n");
        var path = $"/model/{Uri.EscapeDataString(Lite)}/converse";
        using var answer = await gateway.Send(path, Request("[[tokens=20]] my secret words").Replace(",", ",\r\n", StringComparison.Ordinal));
        var line = Assert.Single(gateway.Journal());
        var sent = line.GetProperty("input").GetProperty("inputBodyJson");
        Assert.Contains("secret", sent.GetProperty("messages").ToString(), StringComparison.Ordinal);
        Assert.Equal("tester", sent.GetProperty("requestMetadata").GetProperty("key").GetString());
        Assert.Equal(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            line.GetProperty("output").GetProperty("outputBodyJson").GetRawText());
    }

    [Fact]
    public async Task A_stream_is_written_down_as_its_events_without_their_padding()
    {
        await using var gateway = await RunningGateway.Start("journal: {prompts: yes}\n");
        using var answer = await gateway.Send($"/model/{Uri.EscapeDataString(Lite)}/converse-stream", Request("[[tokens=20]] hello"));
        var events = Assert.Single(gateway.Journal()).GetProperty("output").GetProperty("outputBodyJson").EnumerateArray().ToList();
        Assert.True(events[0].TryGetProperty("messageStart", out _));
        Assert.Contains(events, e => e.TryGetProperty("contentBlockDelta", out var delta) && delta.TryGetProperty("delta", out _));
        Assert.True(events[^1].TryGetProperty("metadata", out var last) && last.TryGetProperty("usage", out _));
        Assert.DoesNotContain("\"p\":", string.Concat(events), StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_that_no_reader_would_take_are_left_out_and_named()
    {
        using var kept = new KeptBodies();
        kept.TakeRequest("{}"u8);
        kept.TakeAnswer(Encoding.UTF8.GetBytes($"\"{new string('x', KeptBodies.BytesMax)}\""));
        Assert.Equal((2, 0, "answer"), (kept.Sent.Length, kept.Answer.Length, kept.LeftOut));
    }

    [Fact]
    public void An_answer_that_is_no_json_is_left_out()
    {
        using var kept = new KeptBodies();
        kept.TakeRequest("{}"u8);
        kept.TakeAnswer("<html>"u8);
        Assert.Equal((0, null), (kept.Answer.Length, kept.LeftOut));
    }

    [Fact]
    public async Task The_line_says_how_long_the_call_took()
    {
        await using var gateway = await RunningGateway.Start("");
        using var answer = await gateway.Converse(Lite, "[[delay=50]] hello");
        Assert.True(Assert.Single(gateway.Journal()).GetProperty("output").GetProperty("outputBodyJson").GetProperty("metrics")
            .GetProperty("latencyMs").GetInt32() > 0);
    }
}
