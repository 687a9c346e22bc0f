namespace Assay.Usage;

/// <summary>Which part of a prompt a block stands in. The model reads them in this order: tools, system, messages.</summary>
public enum BlockPlace : byte { Tools, System, User, Assistant }

/// <summary>What a block of a prompt is.</summary>
public enum BlockKind : byte
{
    Text,

    /// <summary>A tool on offer; its hash is of the whole definition.</summary>
    Tool,

    /// <summary>
    /// The model called a tool; <see cref="PromptBlock.Call"/> is the fingerprint of its name and arguments, without its id.
    /// </summary>
    ToolUse,
    ToolResult,

    /// <summary>Image, document, audio, video, or something this reader does not know.</summary>
    Other,

    /// <summary>Everything before it may be cached; <see cref="PromptBlock.Lifetime"/> says for how long.</summary>
    CachePoint,
}

/// <summary>
/// A stretch of a block's text. Text is cut where its own content says so, so that the same text gives the same chunks wherever it
/// stands, but for the two at its edges.
/// </summary>
/// <remarks>Kept in a word: there are ten of them in a prompt of 2 KB, and a plan holds millions of prompts.</remarks>
public readonly record struct TextChunk
{
    const int BytesBits = 16;

    readonly ulong word;

    /// <param name="hash">Its upper 48 bits are kept.</param>
    /// <param name="bytes">Less than 65,536.</param>
    public TextChunk(ulong hash, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)bytes, 1u << BytesBits, nameof(bytes));
        word = (hash & ~((1ul << BytesBits) - 1)) | (uint)bytes;
    }

    public ulong Hash => word >> BytesBits;
    public int Bytes => (int)(word & ((1ul << BytesBits) - 1));
}

/// <summary>
/// One block of a prompt, as fingerprints: no word of it is kept. Readers make one object of equal blocks, so that what many calls
/// repeat (a system prompt, the messages of a conversation) is kept once.
/// </summary>
/// <param name="Bytes">Length of its text as it stands in the log.</param>
/// <param name="Hash">Of the whole block.</param>
/// <param name="Chunks">Its text in pieces; empty where it has none.</param>
public sealed record PromptBlock(BlockPlace Place, BlockKind Kind, int Bytes, ulong Hash, IReadOnlyList<TextChunk> Chunks)
{
    /// <summary>Of a tool's name and arguments, for <see cref="BlockKind.ToolUse"/>; 0 otherwise.</summary>
    public ulong Call { get; init; }

    /// <summary>Of 255 bytes of its text, how many are no ASCII.</summary>
    public byte Foreign { get; init; }

    /// <summary>Of 255 bytes of its text, how many are figures and signs.</summary>
    public byte Dense { get; init; }

    /// <summary>For <see cref="BlockKind.CachePoint"/>: 5 minutes or 1 hour; zero otherwise.</summary>
    public TimeSpan Lifetime { get; init; }
}

/// <summary>What an answer looks like.</summary>
public enum AnswerForm : byte
{
    /// <summary>It is not in the log.</summary>
    Unknown,

    /// <summary>No text and no tool call.</summary>
    Empty,

    /// <summary>A word or a few without a sentence: a label.</summary>
    Label,

    /// <summary>A JSON object or array, fenced or not.</summary>
    Json,

    /// <summary>It calls a tool, whatever it says beside it.</summary>
    ToolUse,
    Prose,
}

/// <summary>The shape of an answer: lengths and fingerprints.</summary>
/// <param name="Bytes">Length of its text.</param>
/// <param name="Hash">Of its text without white space at the ends; 0 without text.</param>
/// <param name="Opening">Of its first words (24 bytes), by which a template or a preamble is recognised; 0 when shorter.</param>
/// <param name="Keys">Of the names of a JSON object's members, sorted; 0 where it is none.</param>
/// <param name="Calls">Fingerprints of the tools it calls with their arguments.</param>
public sealed record AnswerShape(AnswerForm Form, int Bytes, ulong Hash, ulong Opening, ulong Keys, IReadOnlyList<ulong> Calls)
{
    /// <summary>
    /// Of a short text with its scores left out (fractions, and numbers of at most three digits that are no part of a word): a label that
    /// comes with a confidence is the same label again. Of an object the id is left out, too, for it is the question's. Where one tool is
    /// called and nothing said, of its name and what it is called with. 0 for other texts.
    /// </summary>
    public ulong WithoutScores { get; init; }

    public static readonly AnswerShape Unknown = new(AnswerForm.Unknown, 0, 0, 0, 0, []);
}

/// <summary>
/// What a call said, as far as planning needs it: lengths and fingerprints of its blocks, never the words. Read only when a reader is
/// asked for it.
/// </summary>
public sealed record CallContent
{
    /// <summary>Tools, system and messages in the order the model reads them; null when the body is not in the log.</summary>
    public IReadOnlyList<PromptBlock>? Prompt { get; init; }

    public AnswerShape Answer { get; init; } = AnswerShape.Unknown;

    /// <summary>Most tokens the caller asked for; 0 when not said.</summary>
    public int MaxTokens { get; init; }

    public bool HasStopSequences { get; init; }

    /// <summary>Fingerprint of the session the caller names in its metadata; 0 when it names none.</summary>
    public ulong Session { get; init; }

    /// <summary>Where a cross-region profile computed the call: caches are kept there. Empty when not said.</summary>
    public string ServingRegion { get; init; } = "";

    /// <summary>How long the answer took, milliseconds; -1 when not said.</summary>
    public int LatencyMs { get; init; } = -1;
}
