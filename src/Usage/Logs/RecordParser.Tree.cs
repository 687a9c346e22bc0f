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

    /// <summary>
    /// Reads the line at a place of a buffer that may hold several, and gives the place of the next; 0 when it must be looked at.
    /// </summary>
    public int TryKnown(ReadOnlySpan<byte> buffer, int start, int filled, FileReading reading, ref BatchWriter into)
    {
        LineValues values = new(LineCounts.Unsaid);
        var at = start;
        if (Walk(ref MemoryMarshal.GetReference(buffer), ref at, filled, ref values) is not { } line) return 0;
        if (at < filled && buffer[at] == (byte)'\r') at++;
        if (at >= filled || buffer[at] != (byte)'\n' || at - start > InvocationLogReader.LineMax) return 0;
        reading.Lines++;
        Put(line, values, reading, ref into);
        return at + 1;
    }

    bool TryTree(ReadOnlySpan<byte> buffer, int start, int end, FileReading reading, ref BatchWriter into)
    {
        LineValues values = new(LineCounts.Unsaid);
        var at = start;
        if (Walk(ref MemoryMarshal.GetReference(buffer), ref at, end, ref values) is not { } line || at != end) return false;
        Put(line, values, reading, ref into);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Put(LineEnd line, in LineValues values, FileReading reading, ref BatchWriter into)
    {
        into.Add(line.Record with
        {
            RequestId = values.RequestId, Time = values.Time, Tokens = TokensOf(values.Counts, line.Record.Model.Facts, reading),
            Amounts = line.HasBody ? AmountsOf(values.Counts, images: 0, reading) : null,
        });
        reading.Records++;
        Known++;
    }

    /// <summary>What a line says that its neighbours do not.</summary>
    struct LineValues(in LineCounts unsaid)
    {
        public LineCounts Counts = unsaid;
        public RequestId RequestId;
        public DateTime Time;
    }

    // How a line ends in the tree, and where; null when it leaves it, or when a value is not what the tree has there.
    LineEnd? Walk(ref byte origin, ref int place, int end, ref LineValues values)
    {
        var (stretch, at) = (tree.Root, place);
        while (true)
        {
            var steps = stretch.Steps;
            ref var text = ref stretch.Text;
            for (var i = 0; i < steps.Length; i++)
            {
                ref readonly var step = ref steps[i];
                if (end - at < step.Length || !Same(ref text, ref Unsafe.Add(ref origin, at), step.Length)) return null;
                at += step.Length;
                text = ref Unsafe.Add(ref text, step.Length);
                if (Pass(step, ref origin, ref at, end, ref values)) continue;
                // Behind the last text another kind of value may stand, or none.
                if (i < steps.Length - 1 || at < 0) return null;
                goto Fork;
            }
            if (stretch.AfterValue is { } after)
            {
                stretch = after;
                continue;
            }
        Fork:
            if (at < end && stretch.Fork is { } fork && fork.Toward(ref Unsafe.Add(ref origin, at)) is { } next)
            {
                stretch = next;
                continue;
            }
            place = at;
            return stretch.End;
        }
    }

    // True when a text stands at a place of a line. Both must be readable for 64 bytes beyond it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool Same(ref byte text, ref byte line, int length)
    {
        nuint at = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; length >= 64; at += 64, length -= 64)
                if (Vector512.LoadUnsafe(ref text, at) != Vector512.LoadUnsafe(ref line, at)) return false;
            var alike = Vector512.Equals(Vector512.LoadUnsafe(ref text, at), Vector512.LoadUnsafe(ref line, at));
            return BitOperations.TrailingZeroCount(~alike.ExtractMostSignificantBits()) >= length;
        }
        for (; length >= 32; at += 32, length -= 32)
            if (Vector256.LoadUnsafe(ref text, at) != Vector256.LoadUnsafe(ref line, at)) return false;
        var same = Vector256.Equals(Vector256.LoadUnsafe(ref text, at), Vector256.LoadUnsafe(ref line, at)).ExtractMostSignificantBits();
        return ((same + 1UL) & ((1UL << length) - 1)) == 0;
    }

    // Takes the value of a step. False when none of its kind stands there; the place is -1 when the line must be looked at.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool Pass(in LineStep step, ref byte origin, ref int at, int end, ref LineValues values)
    {
        switch (step.Value)
        {
            case Varying.Count:
                return Unsafe.Add(ref origin, at) is >= (byte)'0' and <= (byte)'9'
                    && TryCount(ref origin, ref at, end, out values.Counts.At(step.Counted));
            case Varying.Addend:
                if (Unsafe.Add(ref origin, at) is not (>= (byte)'0' and <= (byte)'9')
                    || !TryCount(ref origin, ref at, end, out var more)) return false;
                ref var sum = ref values.Counts.At(step.Counted);
                sum = Math.Max(sum, 0) + more;
                return true;
            case Varying.Word:
                return IsWord(Unsafe.Add(ref origin, at)) && SkipWord(ref origin, ref at, end);
            case Varying.Time:
                if (end - at <= PlainTime.Length || !clock.TryRead(ref Unsafe.Add(ref origin, at), out values.Time)) return Lost(ref at);
                at += PlainTime.Length;
                return true;
            case Varying.RequestId:
                return TryId(ref origin, ref at, end, out values.RequestId);
            case Varying.Session:
                at = SessionEnd(ref origin, at, end);
                return at >= 0;
            case Varying.Prose:
                var close = JsonScanner.ShortStringEnd(ref origin, at, end);
                if (close < 0) close = JsonScanner.StringEnd(ref origin, at, end, out _);
                // A string does not go on in the next line.
                if (close < 0 || JsonScanner.HasLineEnd(ref origin, at, close)) return Lost(ref at);
                at = close;
                return true;
            default:
                return false;
        }
    }

    static bool Lost(ref int at)
    {
        at = -1;
        return false;
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
            return at <= end || Lost(ref at);
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
        return count <= JsonScanner.CountMax || Lost(ref at);
    }

    // A quote or a bracket begins a value that is no word, and may end far behind.
    static bool IsWord(byte first) =>
        first is not ((byte)'"' or (byte)'{' or (byte)'[' or (byte)'}' or (byte)']' or (byte)',' or <= (byte)' ');

    static bool SkipWord(ref byte origin, ref int at, int end)
    {
        for (; at < end; at++)
        {
            var c = Unsafe.Add(ref origin, at);
            if (c is (byte)',' or (byte)'}' or (byte)']' or <= (byte)' ') return true;
            if (c is (byte)'"' or (byte)'{' or (byte)'[') return Lost(ref at);
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
        if (close <= at || escaped || JsonScanner.HasLineEnd(ref origin, at, close)) return Lost(ref at);
        id = RequestId.Parse(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref origin, at), close - at));
        at = close;
        return true;
    }

    // The quote behind the session of a role; -1 when an escape, a colon or the next line comes first: those are weighed readably.
    static int SessionEnd(ref byte origin, int at, int end)
    {
        for (; at < end; at += Vector256<byte>.Count)
        {
            var block = Vector256.LoadUnsafe(ref origin, (nuint)at);
            var found = (Vector256.Equals(block, Vector256.Create((byte)'"')) | Vector256.Equals(block, Vector256.Create((byte)'\\'))
                | Vector256.Equals(block, Vector256.Create((byte)':')) | Vector256.Equals(block, Vector256.Create((byte)'\n')))
                .ExtractMostSignificantBits();
            if (found == 0) continue;
            at += BitOperations.TrailingZeroCount(found);
            return at < end && Unsafe.Add(ref origin, at) == (byte)'"' ? at : -1;
        }
        return -1;
    }
}
