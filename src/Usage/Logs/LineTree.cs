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

/// <summary>
/// The lines learned from, as a tree of the text they share. A node's text is compared as a whole; behind it stands a value, or the
/// text parts by its next byte, or the line ends.
/// </summary>
sealed class LineTree
{
    /// <summary>Bytes of text kept. A log of more different lines than fit is learned anew.</summary>
    public const int TextMax = 4 * 1024 * 1024;

    Node root = new();
    int textLength;

    public Node Root => root;

    public sealed class Node
    {
        // Padded, so that the last vector of a comparison may reach past the end.
        byte[] text = new byte[Vector256<byte>.Count];
        byte[]? places;
        Node?[] next = [];

        /// <summary>True while nothing is known of it.</summary>
        public bool IsBlank => Length == 0 && Value == Varying.None && places is null && End is null;

        public int Length { get; private set; }
        public ReadOnlySpan<byte> Text => text.AsSpan(0, Length);

        /// <summary>The value behind the text, and what comes after it.</summary>
        public Varying Value { get; set; }
        public Counted Counted { get; set; }
        public Node? AfterValue { get; set; }

        /// <summary>What a line that ends behind the text says; null when none did.</summary>
        public LineEnd? End { get; set; }

        /// <summary>True when the text stands at a place of a line. The line must be readable for 32 bytes beyond the text.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool StandsAt(ref byte line)
        {
            ref var own = ref MemoryMarshal.GetArrayDataReference(text);
            nuint at = 0;
            var left = Length;
            for (; left >= 32; at += 32, left -= 32)
                if (Vector256.LoadUnsafe(ref own, at) != Vector256.LoadUnsafe(ref line, at)) return false;
            if (left == 0) return true;
            var same = Vector256.Equals(Vector256.LoadUnsafe(ref own, at), Vector256.LoadUnsafe(ref line, at)).ExtractMostSignificantBits();
            return (~same << (32 - left)) == 0;
        }

        /// <summary>Where the text goes on with a byte, or null.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Node? With(byte following) => places is null ? null : next[places[following]];

        public void Fill(ReadOnlySpan<byte> with)
        {
            (text, Length) = ([.. with, .. new byte[Vector256<byte>.Count]], with.Length);
        }

        public void Add(byte following, Node node)
        {
            places ??= new byte[256];
            if (next.Length == 0) next = [null];
            places[following] = (byte)next.Length;
            next = [.. next, node];
        }

        /// <summary>Parts the text: the node keeps its beginning, and a new one below it gets the rest and all that hung on it.</summary>
        public void Part(int length)
        {
            var rest = new Node { places = places, next = next, Value = Value, Counted = Counted, AfterValue = AfterValue, End = End };
            rest.Fill(Text[length..]);
            (Value, Counted, AfterValue, End, places, next) = (Varying.None, default, null, null, null, []);
            Fill(Text[..length]);
            Add(rest.text[0], rest);
        }
    }

    /// <summary>Adds a line.</summary>
    public void Learn(LineLesson lesson, in UsageRecord record)
    {
        if (textLength + lesson.Text.Length > TextMax) (root, textLength) = (new(), 0);
        var node = root;
        for (var i = 0; i < lesson.Pieces.Count; i++)
        {
            var piece = lesson.Pieces[i];
            node = Along(node, lesson.Text.AsSpan(piece.Start, piece.Length));
            if (piece.Value == Varying.None)
            {
                node.End = new(record, lesson.Pieces.Any(p => p.IsOfBody));
                return;
            }
            // What stands before a value decides what it means, so two lines never disagree; if they did, the first would be believed.
            if (node.Value == Varying.None) (node.Value, node.Counted, node.AfterValue) = (piece.Value, piece.Counted, new());
            else if (node.Value != piece.Value || node.Counted != piece.Counted) return;
            node = node.AfterValue!;
        }
    }

    // The node at the end of some text: what is there is followed, what is not is added.
    Node Along(Node node, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            if (node.IsBlank) { node.Fill(text); textLength += text.Length; return node; }
            var common = node.Text.CommonPrefixLength(text);
            if (common < node.Length) node.Part(common);
            text = text[common..];
            if (text.IsEmpty) return node;
            if (node.With(text[0]) is { } next) { node = next; continue; }
            next = new();
            node.Add(text[0], next);
            node = next;
        }
    }
}
