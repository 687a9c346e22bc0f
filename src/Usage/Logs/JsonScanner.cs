using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Assay.Usage.Logs;

/// <summary>
/// Walks the structure of one JSON value and skips what nobody asked for at the speed of a memory scan. It finds members, strings
/// and numbers; it does not check what it skips beyond where strings and brackets end, because most of a log is prose that carries
/// no money. Faults are a state, not an exception: a file of a million broken lines must cost no more than a good one.
/// </summary>
/// <remarks>
/// The buffer must be readable for <see cref="Padding"/> bytes beyond <c>end</c>: strings are searched a vector at a time and the
/// last vector may reach past the line.
/// </remarks>
ref struct JsonScanner
{
    /// <summary>Bytes a caller must keep readable after the end of the text.</summary>
    public const int Padding = 64;

    readonly ref byte origin;
    readonly int end;
    int position;

    /// <param name="buffer">Holds the text and the padding after it.</param>
    public JsonScanner(ReadOnlySpan<byte> buffer, int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end + Padding, buffer.Length);
        origin = ref MemoryMarshal.GetReference(buffer);
        position = start;
        this.end = end;
    }

    JsonScanner(ref byte origin, int start, int end)
    {
        this.origin = ref origin;
        position = start;
        this.end = end;
    }

    /// <summary>The same walk from here, as if the text ended at a place.</summary>
    public readonly JsonScanner UpTo(int place) => new(ref origin, position, Math.Min(place, end));

    /// <summary>What is wrong with the text; null while it makes sense.</summary>
    public string? Fault { get; private set; }

    public int Position => position;

    /// <summary>The first byte of the next token, without taking it; 0 at the end.</summary>
    public byte Peek()
    {
        var at = position;
        while (at < end && At(at) <= (byte)' ') at++;
        position = at;
        return at < end ? At(at) : (byte)0;
    }

    public bool AtEnd => Peek() == 0 && position >= end;

    /// <summary>Steps into an object. False, with a fault, when there is none.</summary>
    public bool EnterObject() => Take((byte)'{', "an object");

    /// <summary>Steps into an array. False, with a fault, when there is none.</summary>
    public bool EnterArray() => Take((byte)'[', "an array");

    /// <summary>
    /// Moves to the next member of the object entered and gives its name; false at the closing brace (taken) or at a fault.
    /// The caller must take or skip the value before asking again.
    /// </summary>
    public bool NextMember(scoped ref bool first, out ReadOnlySpan<byte> name)
    {
        name = default;
        var c = Peek();
        if (c == (byte)'}') { position++; return false; }
        if (!first)
        {
            if (c != (byte)',') { Broken("a comma or a closing brace is missing"); return false; }
            position++;
            c = Peek();
        }
        first = false;
        if (c != (byte)'"') { Broken("a member name is missing"); return false; }
        if (!TakeString(out name, out var escaped)) return false;
        if (escaped) name = Unescape(name);
        if (Peek() != (byte)':') { Broken("a colon is missing"); return false; }
        position++;
        return Fault is null;
    }

    /// <summary>Moves to the next element of the array entered; false at the closing bracket (taken) or at a fault.</summary>
    public bool NextElement(scoped ref bool first)
    {
        var c = Peek();
        if (c == (byte)']') { position++; return false; }
        if (!first)
        {
            if (c != (byte)',') { Broken("a comma or a closing bracket is missing"); return false; }
            position++;
        }
        first = false;
        return Peek() != 0 || Broken("the text ends inside an array");
    }

    /// <summary>Takes a string value, raw: between the quotes, escapes as they stand.</summary>
    public bool TakeString(out ReadOnlySpan<byte> raw, out bool escaped)
    {
        raw = default;
        escaped = false;
        if (Peek() != (byte)'"') return Broken("a string is missing");
        var start = ++position;
        if (!ToStringEnd(out escaped)) return false;
        raw = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref origin, start), position - start);
        position++;
        return true;
    }

    /// <summary>Takes a string value with its escapes resolved; null values and other kinds give an empty span and are skipped.</summary>
    public bool TakeText(out ReadOnlySpan<byte> text)
    {
        if (Peek() != (byte)'"') { text = default; return Skip(); }
        if (!TakeString(out text, out var escaped)) return false;
        if (escaped) text = Unescape(text);
        return true;
    }

    /// <summary>
    /// Takes a count: a whole number from 0 to <see cref="CountMax"/>. <c>null</c> gives -1, as if the member were not there.
    /// Anything else is a fault that names the member.
    /// </summary>
    public bool TakeCount(string member, out long count)
    {
        count = -1;
        var c = Peek();
        var start = position;
        if (IsDigit(c))
        {
            long value = 0;
            while (position < end && IsDigit(At(position)) && value <= CountMax)
            {
                value = (value * 10) + (At(position) - '0');
                position++;
            }
            if (position < end && IsScalarEnd(At(position)) && value <= CountMax) { count = value; return true; }
            position = start;
        }
        if (!Skip()) return false;
        // What stands behind the end is of another line: whether the figure is whole cannot be known.
        if (position >= end) return Broken($"{member} is cut off");
        var text = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref origin, start), Math.Min(position - start, 40));
        if (text.SequenceEqual("null"u8)) return true;
        return Fail($"{member} is '{Encoding.UTF8.GetString(text)}', not a count from 0 to {CountMax}");
    }

    /// <summary>No call has a trillion tokens; a larger count is a fault of the log.</summary>
    public const long CountMax = 1_000_000_000_000;

    /// <summary>Skips one value of any kind.</summary>
    public bool Skip()
    {
        switch (Peek())
        {
            case (byte)'"':
                position++;
                if (!ToStringEnd(out _)) return false;
                position++;
                return true;
            case (byte)'{' or (byte)'[':
                return SkipContainer();
            case 0:
                return Broken("the text ends where a value is expected");
            default:
                var start = position;
                while (position < end && !IsScalarEnd(At(position))) position++;
                return position > start || Broken("a value is missing");
        }
    }

    /// <summary>Skips one value of any kind and gives it as it stands, a string with its quotes.</summary>
    public bool TakeRaw(out ReadOnlySpan<byte> raw)
    {
        Peek();
        var start = position;
        var good = Skip();
        raw = good ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref origin, start), position - start) : default;
        return good;
    }

    /// <summary>Declares the text wrong for what it says. Always false, so that it can be returned.</summary>
    public bool Fail(string what)
    {
        Fault ??= what;
        return false;
    }

    // Whatever is missing at the end of the text, the reason is that the text ends.
    bool Broken(string what) => Fail(position >= end ? "the line ends before the record does" : what);

    static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';
    static bool IsScalarEnd(byte c) => c is (byte)',' or (byte)'}' or (byte)']' or <= (byte)' ';

    bool Take(byte bracket, string what)
    {
        if (Peek() != bracket) return Broken($"{what} is missing");
        position++;
        return true;
    }

    // From the first byte of a string to its closing quote, sixty-four bytes at a step. A quote counts unless an odd number of
    // backslashes stands before it; that is worked out for all bytes of a step at once, because prose is full of escapes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool ToStringEnd(out bool escaped)
    {
        var at = StringEnd(ref origin, position, end, out escaped);
        position = at < 0 ? end : at;
        return at >= 0 || Broken("a string is not closed");
    }

    /// <summary>The same for a string of at most 32 bytes without escapes, which most values are; -1 for any other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShortStringEnd(ref byte origin, int at, int end)
    {
        var block = Vector256.LoadUnsafe(ref origin, (nuint)at);
        var quotes = Vector256.Equals(block, Vector256.Create((byte)'"')).ExtractMostSignificantBits();
        var backslashes = Vector256.Equals(block, Vector256.Create((byte)'\\')).ExtractMostSignificantBits();
        // The lowest set bit of both together must be a quote's.
        var length = BitOperations.TrailingZeroCount(quotes);
        return quotes != 0 && BitOperations.TrailingZeroCount(backslashes) > length && at + length < end ? at + length : -1;
    }

    /// <summary>The place of the quote that closes a string, or -1 when there is none before <paramref name="end"/>.</summary>
    /// <param name="at">The first byte of the string's text.</param>
    public static int StringEnd(ref byte origin, int at, int end, out bool escaped)
    {
        const ulong oddBits = 0xAAAA_AAAA_AAAA_AAAA;
        ulong anyBackslash = 0, nextIsEscaped = 0;
        for (; at < end; at += 64)
        {
            var low = Vector256.LoadUnsafe(ref origin, (nuint)at);
            var high = Vector256.LoadUnsafe(ref origin, (nuint)at + 32);
            var quotes = Where((byte)'"', low, high);
            var backslashes = Where((byte)'\\', low, high);
            if ((backslashes | nextIsEscaped) != 0)
            {
                unchecked
                {
                    // Of each run of backslashes every second one is itself escaped; subtraction carries through a run.
                    var starts = backslashes & ~nextIsEscaped;
                    var codes = ((starts << 1 | oddBits) - starts) ^ oddBits;
                    quotes &= ~(codes ^ (backslashes | nextIsEscaped));
                    nextIsEscaped = (codes & backslashes) >> 63;
                }
            }
            if (quotes == 0) { anyBackslash |= backslashes; continue; }
            var length = BitOperations.TrailingZeroCount(quotes);
            anyBackslash |= backslashes & ((1UL << length) - 1);
            escaped = anyBackslash != 0;
            return at + length < end ? at + length : -1;
        }
        escaped = anyBackslash != 0;
        return -1;
    }

    /// <summary>True when a line ends within a stretch of text.</summary>
    public static bool HasLineEnd(ref byte origin, int from, int to) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref origin, from), to - from).Contains((byte)'\n');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Where(byte wanted, Vector256<byte> low, Vector256<byte> high)
    {
        var all = Vector256.Create(wanted);
        return Vector256.Equals(low, all).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(high, all).ExtractMostSignificantBits() << 32);
    }

    // Brackets are found a vector at a time; '{' and '[' differ in one bit, as do '}' and ']'.
    bool SkipContainer()
    {
        var depth = 0;
        var at = position;
        while (at < end)
        {
            var block = Vector256.LoadUnsafe(ref origin, (nuint)at);
            var folded = block | Vector256.Create((byte)0x20);
            var mask = (Vector256.Equals(block, Vector256.Create((byte)'"')) | Vector256.Equals(folded, Vector256.Create((byte)'{'))
                | Vector256.Equals(folded, Vector256.Create((byte)'}'))).ExtractMostSignificantBits();
            if (mask == 0) { at += Vector256<byte>.Count; continue; }
            at += BitOperations.TrailingZeroCount(mask);
            if (at >= end) break;
            var c = At(at);
            if (c == (byte)'"')
            {
                position = at + 1;
                if (!ToStringEnd(out _)) return false;
                at = position + 1;
                continue;
            }
            at++;
            if ((c | 0x20) == '{') { depth++; continue; }
            if (--depth == 0) { position = at; return true; }
        }
        position = end;
        return Broken("brackets are not closed");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly byte At(int index) => Unsafe.Add(ref origin, index);

    /// <summary>Resolves the escapes of a raw string. Rare: names and ids of AWS hold none.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> raw)
    {
        var quoted = new byte[raw.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        raw.CopyTo(quoted.AsSpan(1));
        try
        {
            var reader = new System.Text.Json.Utf8JsonReader(quoted);
            reader.Read();
            var text = new byte[quoted.Length];
            return text[..reader.CopyString(text)];
        }
        catch (Exception broken) when (broken is System.Text.Json.JsonException or InvalidOperationException)
        {
            return raw.ToArray();
        }
    }
}
