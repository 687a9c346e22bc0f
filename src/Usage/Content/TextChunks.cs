namespace Assay.Usage;

/// <summary>
/// Cuts text where its own content says so: behind any 32 bytes whose rolling hash begins with zeros. A cut depends on nothing but
/// those bytes (and on the shortest and longest length), so equal texts get equal chunks wherever they stand, but for the edges.
/// </summary>
static class TextChunks
{
    /// <summary>Shorter chunks say little; what is left at the end of a text may be shorter.</summary>
    public const int BytesMin = 48;

    /// <summary>Longest near the beginning of a text; deep inside a long one chunks grow.</summary>
    public const int BytesMax = 1024;

    // The rolling hash is 32 bits wide and moves one bit a byte: it knows the last 32 bytes.
    const int Window = 32;
    const int Bits = 7;

    // The deeper, the coarser. Each further test asks for the zeros of the one before and more, so that its cuts are among those.
    const int Deep = 16 * 1024, Deeper = 128 * 1024;

    static readonly uint[] Gear = MakeGear();

    /// <summary>The chunks of a text, in order; they add up to it.</summary>
    public static TextChunk[] Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return [];
        Span<int> few = stackalloc int[128];
        var ends = few;
        var count = 0;
        for (var start = 0; start < text.Length; count++)
        {
            if (count == ends.Length)
            {
                var more = new int[ends.Length * 4];
                ends.CopyTo(more);
                ends = more;
            }
            start = ends[count] = End(text, start);
        }
        var chunks = new TextChunk[count];
        var from = 0;
        for (var i = 0; i < count; i++)
        {
            chunks[i] = new(Fingerprint.Of(text[from..ends[i]]), ends[i] - from);
            from = ends[i];
        }
        return chunks;
    }

    static int End(ReadOnlySpan<byte> text, int start)
    {
        var coarser = start < Deep ? 0 : start < Deeper ? 2 : 4;
        var mask = uint.MaxValue << (32 - Bits - coarser);
        var last = (int)Math.Min(text.Length, (long)start + (BytesMax << coarser));
        var at = start + BytesMin - Window;
        var tested = Math.Min(start + BytesMin, last);
        var hash = 0u;
        var gear = Gear.AsSpan(0, 256);
        unchecked
        {
            for (; at < tested; at++) hash = (hash << 1) + gear[text[at]];
            foreach (var c in text[tested..last])
            {
                if ((hash & mask) == 0) return at;
                hash = (hash << 1) + gear[c];
                at++;
            }
        }
        return last;
    }

    // Any fixed numbers without pattern do; these are those of SplitMix64.
    static uint[] MakeGear()
    {
        var gear = new uint[256];
        var state = 0x4153_5341_595F_4D31UL;
        unchecked
        {
            for (var i = 0; i < gear.Length; i++)
            {
                state += 0x9E37_79B9_7F4A_7C15UL;
                var mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
                mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EBUL;
                gear[i] = (uint)(mixed >> 32);
            }
        }
        return gear;
    }
}
