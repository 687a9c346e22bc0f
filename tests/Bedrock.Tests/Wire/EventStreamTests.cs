using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Assay.Bedrock.Tests;

public class EventStreamTests
{
    static readonly Gen<string> Words = Gen.Char["abcXYZ019 \"\\é"].Array[0, 40].Select(c => new string(c));

    static readonly Gen<byte[]> Frames = Gen.OneOf(
        Gen.Select(Gen.OneOf(Gen.Const("messageStart"), Gen.Const("contentBlockDelta"), Gen.Const("metadata")), Gen.Byte.Array[0, 300]).Select((type, payload) =>
            Frame(o => EventStreamWriter.WriteEvent(o, Encoding.UTF8.GetBytes(type), payload))),
        Gen.Select(Gen.Byte.Array[0, 300], Gen.OneOf(Gen.Const(""), Gen.Const("abcdef"))).Select((json, padding) =>
            Frame(o => EventStreamWriter.WriteChunk(o, json, Encoding.UTF8.GetBytes(padding)))),
        Words.Select(message => Frame(o => EventStreamWriter.WriteException(o, BedrockError.Throttling, message))),
        Words.Select(message => Frame(o => EventStreamWriter.WriteError(o, "internal"u8, Encoding.UTF8.GetBytes(message)))));

    // The published test vectors of the encoding: empty_message, payload_no_headers, payload_one_str_header.
    [Theory]
    [InlineData("00000010 00000000 05c248eb 7d98c8ff", "", "")]
    [InlineData("0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936", "", "{'foo':'bar'}")]
    [InlineData("0000003d 00000020 07fd8396 0c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e "
        + "7b27666f6f273a27626172277d 8d9c08b1", "content-type", "{'foo':'bar'}")]
    public void The_published_frames_are_read_and_written(string hex, string header, string payload)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", ""));
        Assert.Equal(FrameStatus.Frame, EventStream.TryRead(bytes, out var frame));
        Assert.Equal(payload, Text(frame.Payload));
        List<string> names = [];
        foreach (var one in frame.Headers) names.Add(Text(one.Name));
        Assert.Equal(header, string.Join(' ', names));
        Assert.Equal(bytes, Frame(o => EventStreamWriter.Write(o, bytes.AsSpan(12, bytes.Length - 16 - payload.Length), Encoding.UTF8.GetBytes(payload))));
    }

    [Fact]
    public void An_event_has_the_headers_of_AWS_in_the_order_of_AWS()
    {
        var bytes = Frame(o => EventStreamWriter.WriteEvent(o, "contentBlockDelta"u8, "{\"p\":\"ab\"}"u8));
        Assert.Equal(FrameStatus.Frame, EventStream.TryRead(bytes, out var frame));
        Assert.Equal("contentBlockDelta", Text(frame.EventType));
        Assert.Equal("application/json", Text(frame.ContentType));
        Assert.Equal("{\"p\":\"ab\"}", Text(frame.Payload));
        Assert.True(frame.IsEvent);
        Assert.False(frame.IsFailure);
        List<string> names = [];
        foreach (var header in frame.Headers) names.Add(Text(header.Name));
        Assert.Equal([":event-type", ":content-type", ":message-type"], names);
        Assert.Equal(bytes.Length, BinaryPrimitives.ReadInt32BigEndian(bytes));
    }

    [Fact]
    public void A_chunk_carries_its_json_in_base64()
    {
        var bytes = Frame(o => EventStreamWriter.WriteChunk(o, "{\"a\":1}"u8, "xyz"u8));
        EventStream.TryRead(bytes, out var frame);
        Assert.Equal("chunk", Text(frame.EventType));
        Assert.Equal("{\"bytes\":\"eyJhIjoxfQ==\",\"p\":\"xyz\"}", Text(frame.Payload));
    }

    [Fact]
    public void An_exception_in_the_stream_is_a_failure_with_its_name_and_message()
    {
        var bytes = Frame(o => EventStreamWriter.WriteException(o, BedrockError.ModelStreamError, "the model \"broke\""));
        EventStream.TryRead(bytes, out var frame);
        Assert.Equal("exception", Text(frame.MessageType));
        Assert.Equal("modelStreamErrorException", Text(frame.ExceptionType));
        Assert.Same(BedrockError.ModelStreamError, BedrockError.Find(frame.ExceptionType));
        Assert.Equal("the model \"broke\"", BedrockError.Read(null, frame.Payload).Message);
        Assert.True(frame.IsFailure);
    }

    [Fact]
    public void An_error_that_is_not_modelled_says_its_code_in_a_header()
    {
        var bytes = Frame(o => EventStreamWriter.WriteError(o, "InternalError"u8, "sorry"u8));
        EventStream.TryRead(bytes, out var frame);
        Assert.Equal(("error", "InternalError", "sorry"), (Text(frame.MessageType), Text(frame.ErrorCode), Text(frame.ErrorMessage)));
    }

    [Fact]
    public void Every_type_of_header_is_read()
    {
        byte[] headers =
        [
            1, (byte)'a', 0, 1, (byte)'b', 1, 1, (byte)'c', 2, 0xff, 1, (byte)'d', 3, 0x80, 0, 1, (byte)'e', 4, 0, 0, 1, 0,
            1, (byte)'f', 5, 0, 0, 0, 0, 0, 0, 0, 9, 1, (byte)'g', 6, 0, 2, 8, 9, 1, (byte)'h', 7, 0, 1, (byte)'x',
            1, (byte)'i', 8, 0, 0, 0, 0, 0, 0, 4, 0, 1, (byte)'j', 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        ];
        var bytes = Frame(o => EventStreamWriter.Write(o, headers, "p"u8));
        Assert.Equal(FrameStatus.Frame, EventStream.TryRead(bytes, out var frame));
        List<string> seen = [];
        foreach (var header in frame.Headers) seen.Add($"{Text(header.Name)} {header.Type} {header.Number} {Convert.ToHexString(header.Value)}");
        Assert.Equal(
        [
            "a True 1 ", "b False 0 ", "c Byte -1 FF", "d Int16 -32768 8000", "e Int32 256 00000100", "f Int64 9 0000000000000009",
            "g Bytes  0809", "h String  78", "i Timestamp 1024 0000000000000400", "j Uuid  000102030405060708090A0B0C0D0E0F",
        ], seen);
    }

    [Fact]
    public void A_header_that_stands_twice_breaks_the_frame()
    {
        var bytes = Frame(o => EventStreamWriter.Write(o, [1, (byte)'a', 0, 1, (byte)'b', 0, 1, (byte)'a', 1], default));
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(bytes, out var frame));
        Assert.Contains("twice", frame.Fault);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 1, 97 })]
    [InlineData(new byte[] { 1, 97, 10 })]
    [InlineData(new byte[] { 1, 97, 7, 0 })]
    [InlineData(new byte[] { 1, 97, 7, 0, 9, 1 })]
    [InlineData(new byte[] { 200, 97, 7 })]
    public void A_header_that_is_cut_off_breaks_the_frame(byte[] headers) =>
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(Frame(o => EventStreamWriter.Write(o, headers, default)), out _));

    [Fact]
    public void Lengths_beyond_the_caps_are_refused_before_a_byte_of_them_is_waited_for()
    {
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(Prelude(uint.MaxValue, 0), out _));
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(Prelude(0, 0), out _));
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(Prelude(100, 85), out _));
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(Prelude(300_000, 128 * 1024 + 1), out _));
        Assert.Equal(FrameStatus.Broken, EventStream.TryRead(Prelude(24 * 1024 * 1024 + 17, 0), out _));
        Assert.Equal(FrameStatus.NeedsMore, EventStream.TryRead(Prelude(24 * 1024 * 1024 + 16, 0), out var frame));
        Assert.Equal(24 * 1024 * 1024 + 16, frame.Length);
    }

    [Fact]
    public void Any_split_of_the_bytes_gives_the_same_frames() =>
        Gen.Select(Frames.Array[1, 8], Gen.Int[1, 100].Array[1, 50]).Sample((frames, steps) =>
        {
            var stream = frames.SelectMany(f => f).ToArray();
            List<byte[]> read = [];
            var (start, end, step) = (0, 0, 0);
            while (start < stream.Length)
            {
                var status = EventStream.TryRead(stream.AsSpan(start..end), out var frame);
                Assert.NotEqual(FrameStatus.Broken, status);
                if (status == FrameStatus.Frame)
                {
                    read.Add(frame.Bytes.ToArray());
                    start += frame.Length;
                }
                else
                {
                    Assert.True(end < stream.Length, "a whole stream needs no more bytes");
                    end = Math.Min(stream.Length, end + steps[step++ % steps.Length]);
                }
            }
            Assert.Equal(frames, read);
        });

    [Fact]
    public void A_damaged_byte_is_always_noticed() =>
        Gen.Select(Frames, Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).Sample((frame, at, flip) =>
        {
            frame[at % frame.Length] ^= flip;
            Assert.NotEqual(FrameStatus.Frame, EventStream.TryRead(frame, out _));
        });

    [Fact]
    public void Bytes_that_only_look_right_never_throw_and_never_read_past_the_end() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 50], Gen.Int[-40, 40]).Sample((headers, payload, lie) =>
        {
            // The checksums are right and the lengths lie, which a random change almost never makes.
            var frame = Frame(o => EventStreamWriter.Write(o, headers, payload));
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), Math.Max(0, headers.Length + lie));
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), System.IO.Hashing.Crc32.HashToUInt32(frame.AsSpan(..8)));
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(frame.Length - 4), System.IO.Hashing.Crc32.HashToUInt32(frame.AsSpan(..^4)));
            if (EventStream.TryRead(frame, out var read) != FrameStatus.Frame) return;
            var sum = 0;
            foreach (var header in read.Headers) sum += header.Name.Length + header.Value.Length;
            Assert.True(sum <= frame.Length);
            Assert.Equal(frame.Length - 16 - Math.Max(0, headers.Length + lie), read.Payload.Length);
        });

    [Fact]
    public void Reading_a_frame_allocates_nothing()
    {
        var bytes = Frame(o => EventStreamWriter.WriteEvent(o, "metadata"u8, new byte[500]));
        EventStream.TryRead(bytes, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) EventStream.TryRead(bytes, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    static byte[] Frame(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    static byte[] Prelude(uint total, uint headers)
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, total);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), headers);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(..8)));
        return bytes;
    }

    static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
