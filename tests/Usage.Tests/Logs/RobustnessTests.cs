using System.Text;
using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>Cut, mutated and monstrous logs: named, never a crash, never a wrong figure, and the neighbours are read.</summary>
public sealed class RobustnessTests
{
    [Fact]
    public void A_record_cut_at_any_byte_gives_no_record_and_says_why()
    {
        var reader = new InvocationLogReader(Options);
        foreach (var form in Forms)
        {
            var bytes = Encoding.UTF8.GetBytes(form);
            for (var length = 1; length < bytes.Length; length++)
            {
                var (records, reading) = Read(new MemoryStream(bytes, 0, length), reader);
                Assert.Empty(records);
                Assert.Equal("the line ends before the record does", Assert.Single(reading.FirstSkipped).Reason);
            }
        }
    }

    [Fact]
    public void A_wrapped_record_cut_at_any_byte_gives_no_record()
    {
        var reader = new InvocationLogReader(Options);
        var bytes = Encoding.UTF8.GetBytes($"{{\"logEvents\":[{{\"message\":{System.Text.Json.JsonSerializer.Serialize(Line())}}}]}}");
        for (var length = 1; length < bytes.Length; length++)
        {
            var (records, reading) = Read(new MemoryStream(bytes, 0, length), reader);
            Assert.Empty(records);
            Assert.Equal(1, reading.SkippedLines);
        }
    }

    [Fact]
    public void Changed_bytes_never_throw_and_never_pass_in_silence() =>
        Gen.Select(Gen.Int[0, Forms.Count - 1], Gen.Select(Gen.Int[0, 1_000_000], Gen.OneOf(Gen.Byte, Gen.Int[0, 9].Select(i => (byte)"{}[]\",:\\0-"[i]))).Array[1, 8])
            .Sample((form, changes) =>
            {
                var bytes = Encoding.UTF8.GetBytes(Forms[form] + "\n" + Line());
                foreach (var (at, value) in changes) bytes[at % (bytes.Length - Line().Length)] = value;
                var (records, reading) = Read(bytes);
                return reading.Stopped is not null || (records.Count >= 1 && records.Count + reading.SkippedLines >= 2)
                    || (records.Count == 0 && reading.SkippedLines >= 1);
            }, iter: 4_000);

    [Fact]
    public void A_log_is_read_the_same_whatever_pieces_it_arrives_in()
    {
        var prose = new string('p', 300_000);
        var text = "\uFEFF" + string.Join("\r\n", Forms) + "\n\nnonsense\n" + Line(extra: $"\"note\":\"{prose}\"") + "\n"
            + Line("\"inputTokenCount\":-1") + "\n[" + Line() + "," + Line() + "]\n" + string.Join('\n', Forms) + "\n" + Line()[..80];
        var bytes = Encoding.UTF8.GetBytes(text);
        var whole = Words(Read(bytes));
        Gen.OneOf(Gen.Int[1, 3], Gen.Int[1, 70], Gen.Int[1, 200_000]).Array[1, 8].Sample(sizes =>
            Words(Read(new Pieces(bytes, sizes), new InvocationLogReader(Options))) == whole, iter: 60);
        Assert.Equal(whole, Words(Read(new Pieces(bytes, [1]), new InvocationLogReader(Options))));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(1000)]
    public void A_photo_is_a_photo_whatever_pieces_it_arrives_in(int size)
    {
        byte[] photo = [0xFF, 0xD8, 0xFF, 0xE0, .. Enumerable.Range(0, 4000).Select(i => (byte)(i * 7 % 256))];
        var (_, reading) = Read(new Pieces(photo, [size]), new InvocationLogReader(Options));
        Assert.Equal(("a JPEG image", 0), (reading.Stopped, reading.SkippedLines));
    }

    [Fact]
    public void One_reader_reads_many_files_each_as_if_alone()
    {
        var reader = new InvocationLogReader(Options);
        var huge = Encoding.UTF8.GetBytes(Line(extra: $"\"note\":\"{new string('p', 1_000_000)}\""));
        foreach (var form in (byte[][])[.. Forms.Select(Encoding.UTF8.GetBytes), huge, .. Forms.Select(Encoding.UTF8.GetBytes)])
            Assert.Equal(Words(Read(form)), Words(Read(new MemoryStream(form), reader)));
    }

    static byte[] A_line_of(int length)
    {
        var line = Line(extra: "\"note\":\"\"");
        var padded = line.Insert(line.Length - 2, new string('p', length - line.Length));
        return Encoding.UTF8.GetBytes(padded);
    }

    [Theory]
    [InlineData(0, 1, true), InlineData(0, 70_000, true), InlineData(0, int.MaxValue, true)]
    [InlineData(1, 1, false), InlineData(1, 70_000, false), InlineData(1, int.MaxValue, false)]
    public void The_longest_line_read_has_16_MB_whatever_pieces_it_arrives_in(int beyond, int pieces, bool isRead)
    {
        byte[] bytes = [.. A_line_of(InvocationLogReader.LineMax + beyond), (byte)'\n', .. Encoding.UTF8.GetBytes(Line())];
        // Single bytes are costly: only around the end of the line.
        var (records, reading) = Read(new Pieces(bytes, pieces == 1 ? [InvocationLogReader.LineMax - 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] : [pieces]), new InvocationLogReader(Options));
        Assert.Equal(isRead ? 2 : 1, records.Count);
        Assert.Equal(isRead ? [] : ["the line is longer than 16 MB"], reading.FirstSkipped.Select(n => n.Reason));
    }

    [Fact]
    public void A_line_of_100_MB_is_named_takes_little_memory_and_its_neighbours_are_read()
    {
        var reader = new InvocationLogReader(Options);
        var log = new Monster(Encoding.UTF8.GetBytes(Line() + "\n{\"a\":\""), 100 * 1024 * 1024, Encoding.UTF8.GetBytes("\"}\n" + Line()));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (records, reading) = Read(log, reader);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 48L * 1024 * 1024);
        Assert.Equal(2, records.Count);
        Assert.Equal(new LineNote("a.json", 2, "the line is longer than 16 MB"), Assert.Single(reading.FirstSkipped));
    }

    [Fact]
    public void A_log_that_is_one_endless_line_is_one_named_line()
    {
        var (records, reading) = Read(new Monster([], 40 * 1024 * 1024, []), new InvocationLogReader(Options));
        Assert.Empty(records);
        Assert.Equal((1, "the line is longer than 16 MB"), (reading.Lines, Assert.Single(reading.FirstSkipped).Reason));
    }

    /// <summary>Gives its bytes in pieces of the given sizes, over and over.</summary>
    sealed class Pieces(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        int next;
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, sizes[next++ % sizes.Length]));
    }

    /// <summary>A start, a great many letters without a line end, an end.</summary>
    sealed class Monster(byte[] start, int letters, byte[] end) : MemoryStream
    {
        long at;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, start.Length + (long)letters + end.Length - at);
            for (var i = 0; i < read; i++, at++)
            {
                buffer[offset + i] = at < start.Length ? start[at] : at < start.Length + letters ? (byte)'x' : end[at - start.Length - letters];
            }
            return read;
        }
    }
}
