using System.Buffers;
using Assay.Usage.Logs;

namespace Assay.Gateway.Calls;

/// <summary>
/// Bytes that grow as they are written, from a pool, with readable room behind them. It takes nothing from the pool before the first
/// byte: of a thousand streams most wait, and what waits should weigh nothing. Given back when disposed.
/// </summary>
sealed class CallBody(int atFirst = 0) : IBufferWriter<byte>, IDisposable
{
    // With the padding a whole number of the pool's sizes.
    const int SmallestSize = (4 * 1024) - ServedUsage.Padding;

    static readonly byte[] Nothing = new byte[ServedUsage.Padding];

    byte[] bytes = Nothing;

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
        var least = ReferenceEquals(bytes, Nothing) ? Math.Max(atFirst, SmallestSize) + ServedUsage.Padding : bytes.Length * 2;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, least));
        Span.CopyTo(larger);
        GiveBack();
        bytes = larger;
    }

    void GiveBack()
    {
        if (!ReferenceEquals(bytes, Nothing)) ArrayPool<byte>.Shared.Return(bytes);
        bytes = Nothing;
    }

    /// <summary>Forgets the bytes and gives their room back; it can be written to again.</summary>
    public void Dispose()
    {
        GiveBack();
        Length = 0;
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
