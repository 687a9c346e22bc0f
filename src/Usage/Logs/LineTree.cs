using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Assay.Usage.Logs;

/// <summary>The counts read from one line; -1 for those it does not say, 0 for units it does not add.</summary>
[InlineArray((int)Counted.Nothing + 1)]
struct LineCounts
{
    long first;

    public readonly long Of(Counted counted) => this[(int)counted];

    [UnscopedRef]
    public ref long At(Counted counted) => ref this[(int)counted];

    public static readonly LineCounts Unsaid = Make();

    static LineCounts Make()
    {
        LineCounts counts = default;
        for (var i = 0; i < (int)Counted.GuardrailContent; i++) counts[i] = -1;
        return counts;
    }
}

/// <summary>What the lines that end in one place have in common.</summary>
sealed class LineEnd(in UsageRecord record, bool hasBody)
{
    /// <summary>The record of one of them: all but its time, its id and its counts is theirs too.</summary>
    public readonly UsageRecord Record = record with { Amounts = null };

    /// <summary>True when a body told counts or units.</summary>
    public readonly bool HasBody = hasBody;
}

/// <summary>A piece of text and the value behind it.</summary>
readonly record struct LineStep(int Length, Varying Value, Counted Counted);

/// <summary>
/// Where lines part: what follows is told apart by the first bytes of its text, all at once, as names differ anywhere in them. However
/// many names stand at one place, they are one fork, which a processor foresees better than one fork a letter.
/// </summary>
sealed class LineFork
{
    /// <summary>The most bytes looked at.</summary>
    public const int WindowMax = 32;

    readonly List<LineStretch> ways = [];
    (ulong Key, LineStretch? Way)[] table = [];

    /// <summary>Bytes looked at: no more than the shortest text has.</summary>
    int window = WindowMax;
    Vector256<byte> mask = Vector256<byte>.AllBitsSet;

    /// <summary>
    /// The way whose text may stand at a place, readable for 32 bytes; null when there is none. Its text must be compared.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LineStretch? Toward(ref byte text)
    {
        var key = KeyOf(ref text);
        for (var at = (int)(key & (uint)(table.Length - 1)); ; at = (at + 1) & (table.Length - 1))
        {
            ref var entry = ref table[at];
            if (entry.Key == key || entry.Way is null) return entry.Way;
        }
    }

    /// <summary>The way of a text of so many bytes; a new and blank one when there is none.</summary>
    public LineStretch Way(ref byte text, int length)
    {
        Narrow(length);
        if (ways.Count > 0 && Toward(ref text) is { } way) return way;
        way = new();
        way.Fill(MemoryMarshal.CreateReadOnlySpan(ref text, Math.Min(length, window)), []);
        Add(way, length);
        return way;
    }

    public void Add(LineStretch way, int length)
    {
        Narrow(length);
        ways.Add(way);
        Index();
    }

    // Ways that a narrower look cannot tell apart are forgotten, and learned anew.
    void Narrow(int length)
    {
        if (length >= window) return;
        window = length;
        var bytes = new byte[WindowMax];
        bytes.AsSpan(0, window).Fill(0xFF);
        mask = Vector256.Create(bytes);
        if (ways.DistinctBy(w => KeyOf(ref w.Text)).Count() < ways.Count) ways.Clear();
        Index();
    }

    void Index()
    {
        table = new (ulong, LineStretch?)[BitOperations.RoundUpToPowerOf2((uint)(ways.Count * 2) + 2)];
        foreach (var way in ways)
        {
            var key = KeyOf(ref way.Text);
            var at = (int)(key & (uint)(table.Length - 1));
            while (table[at].Way is not null) at = (at + 1) & (table.Length - 1);
            table[at] = (key, way);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ulong KeyOf(ref byte text)
    {
        var words = (Vector256.LoadUnsafe(ref text) & mask).AsUInt64();
        unchecked
        {
            var mixed = ((words[0] ^ ulong.RotateLeft(words[2], 29)) * 0x9E37_79B9_7F4A_7C15UL)
                ^ ((words[1] ^ ulong.RotateLeft(words[3], 41)) * 0xC2B2_AE3D_27D4_EB4FUL);
            return mixed ^ (mixed >> 32);
        }
    }
}

/// <summary>
/// A stretch of lines without a fork: steps of text and value, one behind the other in memory. Behind the last of them the lines fork,
/// or one of them ends.
/// </summary>
sealed class LineStretch
{
    // Padded, so that the last vector of a comparison may reach past the end.
    byte[] text = new byte[Vector512<byte>.Count];
    LineStep[] steps = [];

    /// <summary>True while nothing is known of it.</summary>
    public bool IsBlank => steps.Length == 0;

    /// <summary>Of all but the last step the value always comes next.</summary>
    public ReadOnlySpan<LineStep> Steps => steps;

    /// <summary>What comes after the value of the last step; null when it has none.</summary>
    public LineStretch? AfterValue { get; set; }

    /// <summary>What a line says that ends behind the last text; null when none did.</summary>
    public LineEnd? End { get; set; }

    public ref byte Text => ref MemoryMarshal.GetArrayDataReference(text);
    public ReadOnlySpan<byte> TextAt(int start, int length) => text.AsSpan(start, length);

    /// <summary>Where the text goes on; null when it never did.</summary>
    public LineFork? Fork { get; set; }

    public void Fill(ReadOnlySpan<byte> with, ReadOnlySpan<LineStep> along) =>
        (text, steps) = ([.. with, .. new byte[Vector512<byte>.Count]], along.ToArray());

    /// <summary>Gives the last step, which had none, a value.</summary>
    public void Expect(Varying value, Counted counted)
    {
        steps[^1] = new(steps[^1].Length, value, counted);
        AfterValue = new();
    }

    /// <summary>
    /// Ends the stretch behind so much of the text of a step. What came behind hangs on it as before: the rest of the text by its first
    /// byte, the value and all after it as the value.
    /// </summary>
    public void Part(int step, int length)
    {
        var start = 0;
        for (var i = 0; i < step; i++) start += steps[i].Length;
        var parted = steps[step];
        var isInText = length < parted.Length;
        var rest = new LineStretch { Fork = Fork, AfterValue = AfterValue, End = End };
        rest.Fill(text.AsSpan((start + length)..^Vector512<byte>.Count),
            isInText ? [parted with { Length = parted.Length - length }, .. steps[(step + 1)..]] : steps[(step + 1)..]);
        (AfterValue, End, Fork) = (isInText ? null : rest, null, null);
        Fill(text.AsSpan(0, start + length),
            [.. steps.AsSpan(0, step), isInText ? new(length, Varying.None, default) : parted]);
        if (isInText) (Fork = new()).Add(rest, parted.Length - length);
    }
}

/// <summary>
/// The lines learned from, as a tree of the text they share. What stands before a value decides what it means, so two lines never
/// disagree about the value behind a text; if they did, the first would be believed.
/// </summary>
sealed class LineTree
{
    /// <summary>Bytes of text kept. A log of more different lines than fit is learned anew.</summary>
    public const int TextMax = 4 * 1024 * 1024;

    int textLength;

    public LineStretch Root { get; private set; } = new();

    /// <summary>Adds a line and the record it gave.</summary>
    public void Learn(LineLesson lesson, in UsageRecord record)
    {
        if (textLength + lesson.Text.Length > TextMax) (Root, textLength) = (new(), 0);
        if (EndOf(lesson) is { } last) last.End = new(record, lesson.Pieces.Any(p => p.IsOfBody));
    }

    // The stretch at whose end the line of a lesson ends: what is there is followed, what is not is added. Null when they disagree.
    LineStretch? EndOf(LineLesson lesson)
    {
        var (stretch, step, piece, taken) = (Root, 0, 0, 0);
        while (true)
        {
            if (stretch.IsBlank) return Fill(stretch, lesson, piece, taken);
            var known = TextOf(stretch, step);
            var told = lesson.TextOf(piece)[taken..];
            // Lines part where a name begins, not within it.
            var common = known.CommonPrefixLength(told);
            if (common < known.Length) common = lesson.NameBefore(piece, taken, common);
            var isLast = step == stretch.Steps.Length - 1;
            if (common < known.Length || ((common < told.Length || lesson.Pieces[piece].Value == Varying.None) && !isLast))
            {
                stretch.Part(step, common);
                isLast = true;
            }
            taken += common;
            if (common < told.Length)
            {
                stretch = (stretch.Fork ??= new()).Way(ref MemoryMarshal.GetReference(told[common..]), told.Length - common);
                step = 0;
                continue;
            }
            var value = lesson.Pieces[piece];
            if (value.Value == Varying.None) return stretch;
            if (stretch.Steps[step].Value == Varying.None) stretch.Expect(value.Value, value.Counted);
            else if (stretch.Steps[step] is var expected && (expected.Value, expected.Counted) != (value.Value, value.Counted)) return null;
            (piece, taken) = (piece + 1, 0);
            (stretch, step) = isLast ? (stretch.AfterValue!, 0) : (stretch, step + 1);
        }
    }

    // A new stretch takes all that is left of a lesson.
    LineStretch Fill(LineStretch stretch, LineLesson lesson, int piece, int taken)
    {
        var first = lesson.Pieces[piece];
        var text = lesson.Text.AsSpan(first.Start + taken);
        stretch.Fill(text, [.. lesson.Pieces.Skip(piece)
            .Select((p, i) => new LineStep(i == 0 ? p.Length - taken : p.Length, p.Value, p.Counted))]);
        textLength += text.Length;
        return stretch;
    }

    static ReadOnlySpan<byte> TextOf(LineStretch stretch, int step)
    {
        var start = 0;
        for (var i = 0; i < step; i++) start += stretch.Steps[i].Length;
        return stretch.TextAt(start, stretch.Steps[step].Length);
    }
}
