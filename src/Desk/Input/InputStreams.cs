using System.IO.Compression;

namespace Assay.Desk.Input;

/// <summary>A stream that is read once, from its start to its end.</summary>
abstract class ReadOnceStream : Stream
{
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A stream whose first bytes were looked at without taking them, and which counts what passes.</summary>
sealed class SniffedStream : ReadOnceStream
{
    readonly Stream inner;
    readonly byte[] head = new byte[64 * 1024];
    int headStart;
    readonly int headEnd;

    public SniffedStream(Stream inner)
    {
        this.inner = inner;
        int read;
        while (headEnd < 2 && (read = inner.Read(head, headEnd, head.Length - headEnd)) > 0) headEnd += read;
        IsGzip = headEnd >= 2 && head[0] == 0x1F && head[1] == 0x8B;
    }

    public bool IsGzip { get; }
    public long BytesRead { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (headStart < headEnd)
        {
            read = Math.Min(buffer.Length, headEnd - headStart);
            head.AsSpan(headStart, read).CopyTo(buffer);
            headStart += read;
        }
        else read = inner.Read(buffer);
        BytesRead += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>
/// Decompresses, and stops where a small file would unfold into more than any log does: a gzip bomb must not hang a report.
/// </summary>
sealed class GzipGuard(SniffedStream compressed) : ReadOnceStream
{
    // Deflate cannot unfold more than 1032 times; logs of identical lines stay below 150.
    const int RatioMax = 400;
    const long Allowance = 256L * 1024 * 1024;

    // Without it a file cut short at the end of a line would read as whole, and the rest of it be lost in silence.
    static GzipGuard() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    readonly BufferedStream source = new(compressed, 128 * 1024);
    GZipStream? gzip;
    long unfolded;

    public override int Read(Span<byte> buffer)
    {
        gzip ??= new GZipStream(source, CompressionMode.Decompress);
        int read;
        try
        {
            read = gzip.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw new InvalidDataException("the gzip data is cut short or damaged");
        }
        unfolded += read;
        if (unfolded > Allowance && unfolded / RatioMax > compressed.BytesRead)
            throw new InvalidDataException($"a gzip bomb: {compressed.BytesRead} bytes unfold into more than {unfolded}");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            gzip?.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
