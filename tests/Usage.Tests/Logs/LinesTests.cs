using System.Text;
using System.Text.Json;
using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>What stands around the records of a log: line ends, wrappers of CloudWatch, and things that are no records.</summary>
public sealed class LinesTests
{
    static string Numbered(int number) => Line(request: $"0a1b2c3d-4e5f-4a6b-8c7d-{number:x12}");
    static string Text(string json) => JsonSerializer.Serialize(json);
    static int[] Numbers(IEnumerable<UsageRecord> records) => [.. records.Select(r => (int)(r.RequestId.Key & 0xFFFF))];

    static void Reads(string text, params int[] numbers)
    {
        var (records, reading) = Read(text);
        Assert.Equal(numbers, Numbers(records));
        Assert.Equal((0, null), (reading.SkippedLines, reading.Stopped));
    }

    [Theory]
    [InlineData("\n", ""), InlineData("\n", "\n"), InlineData("\r\n", ""), InlineData("\r\n", "\r\n"), InlineData("\n\n \t\n\r\n", "\n\n")]
    public void Line_ends_empty_lines_and_a_last_line_without_end_are_all_the_same(string between, string end) =>
        Reads(Numbered(1) + between + Numbered(2) + end, 1, 2);

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Reads("\uFEFF" + Numbered(1) + "\n" + Numbered(2), 1, 2);

    [Theory, InlineData(""), InlineData("\n"), InlineData("\uFEFF"), InlineData(" \r\n\t\n")]
    public void Nothing_gives_nothing_and_no_fault(string text) => Reads(text);

    [Fact]
    public void Lines_are_numbered_from_one_empty_ones_included()
    {
        var (_, reading) = Read($"{Numbered(1)}\n\nnonsense\n{Numbered(2)}\n{{\"a\":1}}\n");
        Assert.Equal([3L, 5L], reading.FirstSkipped.Select(n => n.Line));
        Assert.Equal(5, reading.Lines);
    }

    [Fact]
    public void A_line_may_hold_an_array_of_records() => Reads($" [ {Numbered(1)} , {Numbered(2)} ] \n[]\n[{Numbered(3)}]", 1, 2, 3);

    [Fact]
    public void CloudWatch_wraps_a_record_as_text_as_JSON_alone_and_in_lists()
    {
        Reads($"{{\"timestamp\":1772600767000,\"message\":{Text(Numbered(1))},\"ingestionTime\":1}}", 1);
        Reads($"{{\"message\":{Numbered(1)},\"timestamp\":1772600767000}}", 1);
        Reads($"{{\"events\":[{{\"message\":{Text(Numbered(1))}}},{{\"message\":{Text(Numbered(2))}}}],\"nextForwardToken\":\"f/1\"}}", 1, 2);
        Reads($"{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"g\",\"logEvents\":[{{\"id\":\"1\",\"timestamp\":5,\"message\":{Text(Numbered(1))}}}]}}", 1);
        Reads($"{{\"Records\":[{Numbered(1)}]}}\n{{\"Records\":[]}}", 1);
        Reads($"[{{\"message\":{Text(Numbered(1))}}},{Numbered(2)}]", 1, 2);
        Reads($"{{\"message\":{Text($"[{Numbered(1)},{Numbered(2)}]")}}}", 1, 2);
    }

    [Fact]
    public void An_export_of_Logs_Insights_gave_no_record()
    {
        Reads($"{{\"@timestamp\":\"2026-03-04 05:06:07.000\",\"@message\":{Text(Numbered(1))}}}\n[{{\"@message\":{Numbered(2)}}}]", 1, 2);
        // A log long enough for its lines to be learnt.
        Reads(string.Concat(Enumerable.Range(1, 40).Select(i => $"{{\"@message\":{Numbered(i)}}}\n")), [.. Enumerable.Range(1, 40)]);
    }

    // As jq, the AWS CLI and people write it; an answer of 'aws logs filter-log-events' is one such object.
    [Theory]
    [InlineData("{0}\n{1}\n"), InlineData("{0}\r\n\r\n{1}"), InlineData("[\n{0},\n{1}\n]\n"), InlineData("\uFEFF[\n  {0}\n,\n{1}]")]
    [InlineData("{{\n \"events\": [\n{{\n\"message\":{2}\n}},\n{{ \"message\": {3} }}\n],\n\"nextToken\": null\n}}")]
    public void A_log_that_was_pretty_printed_gave_no_record(string form)
    {
        string[] pretty = [Pretty(Numbered(1)), Pretty(Numbered(2)), Text(Numbered(1)), Text(Numbered(2))];
        Reads(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, pretty), 1, 2);
    }

    [Fact]
    public void What_is_wrong_in_pretty_printed_JSON_is_named_by_the_line_its_value_begins_in()
    {
        var (records, reading) = Read($"{Pretty(Numbered(1))}\n{{\n  \"a\": \"{{\\\"\"\n}}\n{Pretty(Numbered(2))}\n{{\n \"open\": {{\n");
        Assert.Equal([1, 2], Numbers(records));
        var lines = Pretty(Numbered(1)).Split('\n').Length;
        Assert.Equal([lines + 1L, (2 * lines) + 4L], reading.FirstSkipped.Select(n => n.Line));
    }

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    static string Pretty(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json), Indented);

    [Fact]
    public void An_export_puts_the_time_before_each_record() =>
        Reads($"2026-03-04T05:06:07.123Z {Numbered(1)}\n2026-03-04T05:06:08.000Z\t{Numbered(2)}", 1, 2);

    [Fact]
    public void A_wrapped_record_says_the_same_as_a_bare_one()
    {
        foreach (var line in Forms)
            Assert.Equal(Words(Only(line)), Words(Only($"{{\"timestamp\":\"2026-01-01T00:00:00Z\",\"message\":{Text(line)}}}")));
    }

    [Fact]
    public void A_fault_inside_a_wrapped_record_is_named()
    {
        Assert.Contains("inputTokenCount is '-1'", Fault($"{{\"message\":{Text(Line("\"inputTokenCount\":-1"))}}}"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_bad_element_of_a_list_took_all_that_followed_with_it()
    {
        var (records, reading) = Read($"[{Numbered(1)},{{\"a\":1}},5,{Line("\"inputTokenCount\":-1")},{Numbered(2)}]\n"
            + $"{{\"logEvents\":[{{\"message\":\"Checking health of destination.\"}},{{\"message\":{Text(Numbered(3))}}}]}}");
        Assert.Equal([1, 2, 3], Numbers(records));
        // Every bad element is named; a line is counted once.
        Assert.Equal([1L, 1L, 1L, 2L], reading.FirstSkipped.Select(n => n.Line));
        Assert.Equal(2, reading.SkippedLines);
    }

    [Theory, InlineData("{0}{1}"), InlineData("{0} words")]
    public void What_stands_after_a_record_in_its_message_is_never_lost_silently(string message)
    {
        var (records, reading) = Read($"{{\"message\":{Text(message.Replace("{0}", Numbered(1)).Replace("{1}", Numbered(2)))}}}");
        Assert.Equal([1], Numbers(records));
        Assert.Equal("inside message: something stands after the record", Assert.Single(reading.FirstSkipped).Reason);
    }

    [Theory] // A deep line is 16 MB of opening brackets at most.
    [InlineData("{\"message\":"), InlineData("{\"events\":["), InlineData("[{\"events\":"), InlineData("{\"output\":{\"outputBodyJson\":{\"message\":{\"delta\":")]
    [InlineData("{\"output\":{\"outputBodyJson\":{\"trace\":{\"guardrail\":{\"a\":["), InlineData("{\"message\":{\"message\":")]
    public void A_line_of_endless_nesting_stopped_the_program(string opening)
    {
        var body = opening.LastIndexOf("{\"outputBodyJson\":", StringComparison.Ordinal);
        var (head, repeated) = body < 0 ? ("", opening) : (opening[..(body + 18)], opening[(body + 18)..]);
        Assert.NotEmpty(Fault(head + string.Concat(Enumerable.Repeat(repeated, 200_000))));
        var closing = new string([.. repeated.Where(c => c is '{' or '[').Reverse().Select(c => c == '{' ? '}' : ']')]);
        var nested = string.Concat(Enumerable.Repeat(repeated, 200_000)) + "null" + string.Concat(Enumerable.Repeat(closing, 200_000));
        if (body < 0) Fault(nested);
        else Assert.Equal(100, Only(Line(output: $"\"outputBodyJson\":{nested}")).Tokens.Input);
    }

    [Theory]
    [InlineData("{\"a\":1}", "JSON, but not a record of a model invocation log")]
    [InlineData("{}", "JSON, but not a record of a model invocation log")]
    [InlineData("{\"schemaType\":\"SomethingElse\",\"modelId\":\"x\",\"requestId\":\"y\"}", "JSON, but not a record of a model invocation log")]
    [InlineData("plain words", "this is not a JSON object")]
    [InlineData("\"text\"", "this is not a JSON object")]
    [InlineData("12", "this is not a JSON object")]
    [InlineData("{\"a\":1} {\"b\":2}", "JSON, but not a record of a model invocation log")]
    [InlineData("{\"a\"}", "a colon is missing")]
    [InlineData("{\"a\":}", "a value is missing")]
    [InlineData("{a:1}", "a member name is missing")]
    [InlineData("{\"a\":1 \"b\":2}", "a comma or a closing brace is missing")]
    [InlineData("{\"a\":1,}", "a member name is missing")]
    public void What_is_no_record_says_what_it_is(string line, string fault) => Assert.Equal(fault, Fault(line));

    [Fact]
    public void Something_after_a_record_is_named() => Assert.Equal("something stands after the record", Read(Line() + " x").Reading.FirstSkipped[0].Reason);

    [Theory]
    [InlineData("%PDF-1.7", "a PDF document"), InlineData("GIF89a", "a GIF image"), InlineData("PAR1xxxx", "a Parquet file"), InlineData("a\0b", "binary data")]
    public void A_file_that_is_no_log_is_named_once_not_line_by_line(string start, string name)
    {
        var (records, reading) = Read(start + "\n" + string.Concat(Enumerable.Repeat("garbage\n", 1000)));
        Assert.Empty(records);
        Assert.Equal((name, 0), (reading.Stopped, reading.SkippedLines));
    }

    [Fact]
    public void Photos_and_archives_are_known_by_their_first_bytes()
    {
        Assert.Equal("a JPEG image", ForeignContent.Name([0xFF, 0xD8, 0xFF, 0xE0]));
        Assert.StartsWith("UTF-16 text", ForeignContent.Name(Encoding.Unicode.GetPreamble()), StringComparison.Ordinal);
        Assert.StartsWith("UTF-16 text", ForeignContent.Name(Encoding.BigEndianUnicode.GetPreamble()), StringComparison.Ordinal);
        Assert.Equal("a PNG image", ForeignContent.Name([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10]));
        Assert.StartsWith("a zip archive", ForeignContent.Name([(byte)'P', (byte)'K', 3, 4])!, StringComparison.Ordinal);
        Assert.StartsWith("gzip inside gzip", ForeignContent.Name([0x1F, 0x8B, 8])!, StringComparison.Ordinal);
        Assert.Null(ForeignContent.Name("{\"a\":1}"u8));
        Assert.Null(ForeignContent.Name([]));
    }

    [Fact]
    public void Only_the_first_faults_are_kept_and_all_are_counted()
    {
        var (_, reading) = Read(string.Concat(Enumerable.Repeat("x\n", 1000)));
        Assert.Equal((1000, FileReading.NotesKept), (reading.SkippedLines, reading.FirstSkipped.Count));
    }

    [Fact]
    public void A_stream_that_breaks_gives_what_came_before_and_says_so()
    {
        var text = Encoding.UTF8.GetBytes(Numbered(1) + "\n" + Numbered(2)[..50]);
        var (records, reading) = Read(new BreakingStream(text), new InvocationLogReader(Options));
        Assert.Equal([1], Numbers(records));
        Assert.Equal("the archive is cut off after line 1", reading.Stopped);
        Assert.Equal("the file ends inside this line", Assert.Single(reading.FirstSkipped).Reason);
    }

    [Fact]
    public void A_cancelled_reading_stops() => Assert.Throws<OperationCanceledException>(() =>
        new InvocationLogReader(Options).Read(new MemoryStream(Encoding.UTF8.GetBytes(Line())), "a", _ => { }, new CancellationToken(canceled: true)));

    sealed class BreakingStream(byte[] text) : MemoryStream(text)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new InvalidDataException("the archive is cut off.");
    }
}
