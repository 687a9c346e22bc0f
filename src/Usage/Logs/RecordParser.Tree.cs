using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Usage.Logs;

/// <summary>
/// The fast way through a line: along the tree of the lines before it (<see cref="LineTree"/>). Whatever is odd about a line sends it
/// the readable way, which gives the same record or names the fault; a test holds the two against each other.
/// </summary>
sealed partial class RecordParser
{
    // A log whose every line is new gains nothing from learning them.
    const int LessonsMin = 512;

    // But it is asked again now and then: a log that begins with odd lines may still settle.
    const int LessonEvery = 64;

    readonly LineTree tree = new();
    readonly HashSet<string> tagNames = [.. options.TagKeys];
    PlainTime clock;
    UsageRecord lastRecord;
    long lessons, missed;

    /// <summary>Lines read by the tree, of all read so far: the work this way saved.</summary>
    public long Known { get; private set; }

    void Remember(ReadOnlySpan<byte> buffer, int start, int end)
    {
        if (lessons > LessonsMin && Known < lessons * 4 && ++missed % LessonEvery != 0) return;
        lessons++;
        if (LineLesson.Of(buffer, start, end, tagNames) is { } lesson) tree.Learn(lesson, lastRecord);
    }

    bool TryTree(ReadOnlySpan<byte> buffer, int start, int end, FileReading reading, ref BatchWriter into)
    {
        var counts = LineCounts.Unsaid;
        RequestId id = default;
        DateTime time = default;
        if (Walk(ref MemoryMarshal.GetReference(buffer), start, end, ref counts, ref id, ref time) is not { } line) return false;
        into.Add(line.Record with
        {
            RequestId = id, Time = time, Tokens = TokensOf(counts, line.Record.Model.Facts, reading),
            Amounts = line.HasBody ? AmountsOf(counts, images: 0, reading) : null,
        });
        reading.Records++;
        Known++;
        return true;
    }

    // Where a line ends in the tree; null when it leaves it, or when a value is not what the tree has there.
    LineEnd? Walk(ref byte origin, int at, int end, ref LineCounts counts, ref RequestId id, ref DateTime time)
    {
        var node = tree.Root;
        while (true)
        {
            if (end - at < node.Length || !node.StandsAt(ref Unsafe.Add(ref origin, at))) return null;
            at += node.Length;
            switch (node.Value)
            {
                case Varying.Count or Varying.Addend when Unsafe.Add(ref origin, at) is >= (byte)'0' and <= (byte)'9':
                    if (!TryCount(ref origin, ref at, end, out var count)) return null;
                    ref var counted = ref counts[(int)node.Counted];
                    counted = node.Value == Varying.Addend ? Math.Max(counted, 0) + count : count;
                    node = node.AfterValue!;
                    continue;
                case Varying.Word when IsWord(Unsafe.Add(ref origin, at)):
                    if (!SkipWord(ref origin, ref at, end)) return null;
                    node = node.AfterValue!;
                    continue;
                case Varying.Time:
                    if (end - at <= PlainTime.Length || !clock.TryRead(ref Unsafe.Add(ref origin, at), out time)) return null;
                    at += PlainTime.Length;
                    node = node.AfterValue!;
                    continue;
                case Varying.RequestId:
                    if (!TryId(ref origin, ref at, end, out id)) return null;
                    node = node.AfterValue!;
                    continue;
                case Varying.Session:
                    if ((at = SessionEnd(ref origin, at, end)) < 0) return null;
                    node = node.AfterValue!;
                    continue;
                case Varying.Prose:
                    var close = JsonScanner.ShortStringEnd(ref origin, at, end);
                    if (close < 0) close = JsonScanner.StringEnd(ref origin, at, end, out _);
                    if ((at = close) < 0) return null;
                    node = node.AfterValue!;
                    continue;
            }
            if (at == end) return node.End;
            if (node.With(Unsafe.Add(ref origin, at)) is not { } next) return null;
            node = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool TryCount(ref byte origin, ref int at, int end, out long count)
    {
        unchecked
        {
            // Eight bytes at once: digits become their values, and the first that is none ends the number.
            var values = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref origin, at)) ^ 0x3030_3030_3030_3030;
            var others = ((values + 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
            if (others == 0 || !BitConverter.IsLittleEndian) return TryLongCount(ref origin, ref at, end, out count);
            var digits = BitOperations.TrailingZeroCount(others) >> 3;
            at += digits;
            values <<= 64 - (digits << 3);
            values = (values * 10) + (values >> 8);
            count = (long)((((values & 0x0000_00FF_0000_00FF) * (100 + (1_000_000UL << 32)))
                + (((values >> 16) & 0x0000_00FF_0000_00FF) * (1 + (10_000UL << 32)))) >> 32);
            return digits > 0 && at <= end;
        }
    }

    static bool TryLongCount(ref byte origin, ref int at, int end, out long count)
    {
        const int digitsMax = 18;
        count = 0;
        var start = at;
        while (at < end && Unsafe.Add(ref origin, at) is >= (byte)'0' and <= (byte)'9' and var digit && at - start < digitsMax)
        {
            count = (count * 10) + (digit - '0');
            at++;
        }
        return at > start && count <= JsonScanner.CountMax;
    }

    // A quote or a bracket begins a value that is no word, and may end far behind.
    static bool IsWord(byte first) => first is not ((byte)'"' or (byte)'{' or (byte)'[' or (byte)'}' or (byte)']' or (byte)',' or <= (byte)' ');

    static bool SkipWord(ref byte origin, ref int at, int end)
    {
        for (; at < end; at++)
        {
            var c = Unsafe.Add(ref origin, at);
            if (c is (byte)',' or (byte)'}' or (byte)']' or <= (byte)' ') return true;
            if (c is (byte)'"' or (byte)'{' or (byte)'[') return false;
        }
        return true;
    }

    static bool TryId(ref byte origin, ref int at, int end, out RequestId id)
    {
        if (end - at > RequestId.GuidLength && RequestId.TryGuid(ref Unsafe.Add(ref origin, at), out id))
        {
            at += RequestId.GuidLength;
            return true;
        }
        id = default;
        var close = JsonScanner.StringEnd(ref origin, at, end, out var escaped);
        if (close <= at || escaped) return false;
        id = RequestId.Parse(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref origin, at), close - at));
        at = close;
        return true;
    }

    // The quote behind the session of a role; -1 when an escape or a colon comes first, which only the readable way can weigh.
    static int SessionEnd(ref byte origin, int at, int end)
    {
        for (; at < end; at += Vector256<byte>.Count)
        {
            var block = Vector256.LoadUnsafe(ref origin, (nuint)at);
            var found = (Vector256.Equals(block, Vector256.Create((byte)'"')) | Vector256.Equals(block, Vector256.Create((byte)'\\'))
                | Vector256.Equals(block, Vector256.Create((byte)':'))).ExtractMostSignificantBits();
            if (found == 0) continue;
            at += BitOperations.TrailingZeroCount(found);
            return at < end && Unsafe.Add(ref origin, at) == (byte)'"' ? at : -1;
        }
        return -1;
    }
}
