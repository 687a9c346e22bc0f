using System.Text;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects;

public sealed class SseEventsTests
{
    static List<string> Heard(string stream, bool isCut = false)
    {
        List<string> heard = [];
        SseEvents events = new((data, lost) => heard.Add($"{Encoding.UTF8.GetString(data)}|{lost}"), Bytes("data: [DONE]"));
        foreach (var b in isCut ? Bytes(stream) : []) events.Feed([b]);
        if (!isCut) events.Feed(Bytes(stream));
        events.Complete();
        return heard;
    }

    [Theory]
    [InlineData("data: a\n\n", "a|0")]
    [InlineData("data:a\ndata:  b\ndata\n\n", "a\n b|0")]
    [InlineData(":x\nevent: e\nid: 1\ndata: a\nretry: 5\r\n\r\n", "a|0")]
    [InlineData("data: a", "a|0")]
    [InlineData("data: a\r\rdata: b\r\n\r\n\n\ndata: c\n", "a|0", "b|0", "c|0")]
    [InlineData("data: \n\n", "|0")]
    [InlineData("event: ping\n\n\n")]
    public void Fields_and_lines_are_read_as_the_standard_says(string stream, params string[] events)
    {
        Assert.Equal(events, Heard(stream));
        Assert.Equal(events, Heard(stream, isCut: true));
    }

    [Fact]
    public void Of_an_event_too_long_the_head_is_kept_and_the_rest_counted()
    {
        var heard = Heard($"data: {new string('x', SseEvents.BytesMax)}\ndata: more\n\ndata: next\n\n");
        Assert.Equal(2, heard.Count);
        // The six bytes of the field's name are room for the head of the next line; what it says is lost.
        Assert.StartsWith("xxx", heard[0]);
        Assert.EndsWith($"|{"data: ".Length + "more".Length}", heard[0]);
        Assert.Equal("next|0", heard[1]);
    }
}
