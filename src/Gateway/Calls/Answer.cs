using System.Buffers;
using Assay.Usage.Logs;

namespace Assay.Gateway.Calls;

/// <summary>What is seen of an answer while it passes: the counts, who served it, whether it came to its end.</summary>
sealed class Answer
{
    public ServedUsage Usage { get; } = new();

    /// <summary>The model that a prompt router or a server chose, where it says so.</summary>
    public string? ServedModel { get; set; }

    /// <summary>The last event came, or the whole body.</summary>
    public bool IsWhole { get; set; }

    /// <summary>The exception that ended a stream, by the name Bedrock gives it.</summary>
    public string? Failure { get; set; }

    /// <summary>Bytes of text that reached the client: what the call cost at least, where no count ever came.</summary>
    public long StreamedBytes { get; set; }
}

/// <summary>
/// Takes a stream's bytes as they come and gives on what a client may have: everything at once, except for the end, which waits until
/// the call is in the journal.
/// </summary>
abstract class StreamTap : IDisposable
{
    public Answer Answer { get; } = new();

    /// <summary>Takes the events too, where the journal is to have them.</summary>
    public KeptBodies? Kept { get; set; }

    /// <summary>Takes bytes, in whatever pieces, and writes what can be passed on.</summary>
    /// <exception cref="InvalidDataException">The bytes are no stream of this kind.</exception>
    public abstract void Feed(ReadOnlySpan<byte> bytes, IBufferWriter<byte> client);

    /// <summary>Writes the end that was held back.</summary>
    public abstract void Finish(IBufferWriter<byte> client);

    /// <summary>Writes an end of the gateway's own: the stream broke off, or may not be finished.</summary>
    public abstract void Break(string message, IBufferWriter<byte> client);

    public abstract void Dispose();
}
