using System.Buffers;
using Assay.Usage.Logs;

namespace Assay.Gateway.Calls;

/// <summary>Bytes that grow as they are written, from a pool, with readable room behind them. Given back when disposed.</summary>
sealed class CallBody(int atFirst = CallBody.SmallestSize) : IBufferWriter<byte>, IDisposable
{
    const int SmallestSize = 4 * 1024;

    byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(atFirst, SmallestSize) + ServedUsage.Padding);

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);
    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    /// <summary>The bytes and the room that readers may look into behind them.</summary>
    public ReadOnlySpan<byte> Padded => bytes.AsSpan(0, Length + ServedUsage.Padding);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var wanted = Length + Math.Max(sizeHint, 1) + ServedUsage.Padding;
        if (wanted > bytes.Length) Grow(wanted);
        return bytes.AsMemory(Length, bytes.Length - ServedUsage.Padding - Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Drops bytes from the front.</summary>
    public void Drop(int count)
    {
        bytes.AsSpan(count, Length - count).CopyTo(bytes);
        Length -= count;
    }

    public void Clear() => Length = 0;

    void Grow(int wanted)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, bytes.Length * 2));
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }

    public void Dispose()
    {
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        (bytes, Length) = ([], 0);
    }
}

/// <summary>Pieces of a body to be put in another's place, in the order of the body; what is not touched passes as it came.</summary>
sealed class BodyEdits
{
    readonly List<(Stretch Place, ReadOnlyMemory<byte> Text)> edits = [];

    public bool IsEmpty => edits.Count == 0;

    public void Replace(Stretch place, ReadOnlyMemory<byte> text) => edits.Add((place, text));
    public void Insert(int at, ReadOnlyMemory<byte> text) => edits.Add((new(at, 0), text));

    public void Apply(ReadOnlySpan<byte> body, IBufferWriter<byte> into)
    {
        edits.Sort(static (a, b) => a.Place.Start.CompareTo(b.Place.Start));
        var at = 0;
        foreach (var (place, text) in edits)
        {
            into.Write(body[at..place.Start]);
            into.Write(text.Span);
            at = place.End;
        }
        into.Write(body[at..]);
    }
}
