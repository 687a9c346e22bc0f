using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>A prompt laid out flat: the chunks of its blocks, or whole blocks where they have none, without cache points.</summary>
sealed class PromptPieces
{
    ulong[] hashes = new ulong[64];
    int[] bytes = new int[64], blocks = new int[64];

    public int Count { get; private set; }
    public ReadOnlySpan<ulong> Hashes => hashes.AsSpan(0, Count);
    public ReadOnlySpan<int> Bytes => bytes.AsSpan(0, Count);

    /// <summary>Which block of the prompt each piece is of.</summary>
    public ReadOnlySpan<int> Blocks => blocks.AsSpan(0, Count);

    public void Read(IReadOnlyList<PromptBlock> prompt)
    {
        Count = 0;
        for (var block = 0; block < prompt.Count; block++)
        {
            var said = prompt[block];
            if (said.Kind == BlockKind.CachePoint) continue;
            if (said.Chunks.Count == 0) Add(Fingerprint.Mix(said.Hash, (ulong)said.Kind), said.Bytes, block);
            else if (said.Chunks is TextChunk[] chunks)
                foreach (ref readonly var chunk in chunks.AsSpan()) Add(chunk.Hash, chunk.Bytes, block);
            else
                foreach (var chunk in said.Chunks) Add(chunk.Hash, chunk.Bytes, block);
        }
    }

    public long BytesBefore(int piece)
    {
        var sum = 0L;
        foreach (var length in bytes.AsSpan(0, piece)) sum += length;
        return sum;
    }

    void Add(ulong hash, int length, int block)
    {
        if (Count == hashes.Length)
        {
            Array.Resize(ref hashes, Count * 2);
            Array.Resize(ref bytes, Count * 2);
            Array.Resize(ref blocks, Count * 2);
        }
        (hashes[Count], bytes[Count], blocks[Count]) = (hash, length, block);
        Count++;
    }
}

/// <summary>Lengths of prompts, in what the log has (bytes) and what is charged (tokens).</summary>
static class PromptLength
{
    const int OtherMax = 6_000;

    public static long Bytes(IReadOnlyList<PromptBlock> prompt)
    {
        var sum = 0L;
        for (var i = 0; i < prompt.Count; i++) sum += Bytes(prompt[i]);
        return sum;
    }

    /// <summary>An image is long in the log, and to the model no longer than a page or two.</summary>
    public static int Bytes(PromptBlock block) => block.Kind == BlockKind.Other ? Math.Min(block.Bytes, OtherMax) : block.Bytes;

    /// <summary>
    /// Tokens a byte of these calls' prompts. Images and the like are long in the log and short to the model: calls with such do not count
    /// as long as there are others. A token of four bytes where nothing tells.
    /// </summary>
    public static double TokensPerByte(IReadOnlyList<UsageRecord> calls)
    {
        var (plain, any) = ((Tokens: 0L, Bytes: 0L), (Tokens: 0L, Bytes: 0L));
        foreach (var call in calls)
        {
            if (call.Tokens.Prompt == 0 || call.Content?.Prompt is not { Count: > 0 } prompt) continue;
            var (bytes, hasOther) = (0L, false);
            for (var i = 0; i < prompt.Count; i++)
            {
                bytes += Bytes(prompt[i]);
                hasOther |= prompt[i].Kind == BlockKind.Other;
            }
            any = (any.Tokens + call.Tokens.Prompt, any.Bytes + bytes);
            if (!hasOther) plain = (plain.Tokens + call.Tokens.Prompt, plain.Bytes + bytes);
        }
        var (said, length) = plain.Bytes > 0 ? plain : any;
        return length > 0 ? (double)said / length : 0.25;
    }
}
