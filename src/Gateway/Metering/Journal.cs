using System.Buffers;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Assay.Gateway.Metering;

/// <summary>When a file of the journal is closed, and how certainly a line is kept.</summary>
/// <param name="BytesMax">A file that has grown beyond is closed and packed.</param>
/// <param name="Sync">Whether every group of lines is forced onto the disk: it then survives a loss of power too, not only of the
/// process.</param>
sealed record JournalOptions(long BytesMax = 256L * 1024 * 1024, bool Sync = false);

/// <summary>
/// The invocation log of what went through: lines of JSON as AWS writes them, in files of a folder. A line is with the operating
/// system before its answer ends, so that it is there whatever becomes of the process. Lines that arrive together are written
/// together: who comes first writes, who comes meanwhile is written next.
/// </summary>
/// <remarks>
/// Lines that cannot be written (a full disk) stay in memory and are tried again, and <see cref="IsStuck"/> says so: no further calls
/// are let in then, so memory holds no more than the calls that were on their way.
/// </remarks>
sealed class Journal : IAsyncDisposable
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    readonly Lock gate = new();
    readonly string folder;
    readonly JournalOptions options;
    readonly TimeProvider time;
    readonly JournalPacker packer;
    readonly CancellationTokenSource closing = new();

    // Two buffers: one takes lines while the other is written.
    ArrayBufferWriter<byte> waiting = new(64 * 1024);
    ArrayBufferWriter<byte> writing = new(64 * 1024);
    TaskCompletionSource? waitingWritten;
    bool isWriting;

    SafeFileHandle file;
    long length;
    DateOnly day;

    /// <exception cref="GatewayException">The folder cannot be written to.</exception>
    public Journal(string folder, JournalOptions options, TimeProvider time)
    {
        (this.folder, this.options, this.time) = (folder, options, time);
        try
        {
            Directory.CreateDirectory(folder);
            packer = new(folder);
            file = OpenNext();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"the journal cannot be written to '{folder}': {fault.Message.TrimEnd('.')}. Free the disk or the "
                + "folder, or give another one with --data DIR.", isOutside: true);
        }
        packer.Begin(Path);
    }

    /// <summary>The file that is written to.</summary>
    public string Path { get; private set; } = "";

    /// <summary>Why lines cannot be written just now; null while they can.</summary>
    public string? IsStuck { get; private set; }

    /// <summary>Lines written since the start.</summary>
    public long Lines => Interlocked.Read(ref lines);

    long lines;

    /// <summary>Puts a line, its line feed included, into the journal. When the task ends the line outlives the process.</summary>
    public Task Append(ReadOnlySpan<byte> line)
    {
        TaskCompletionSource? mine = null;
        lock (gate)
        {
            waiting.Write(line);
            if (isWriting) mine = waitingWritten ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            else isWriting = true;
        }
        Interlocked.Increment(ref lines);
        return mine is null ? Lead() : mine.Task;
    }

    // Writes what is waiting, its own line among it; what came meanwhile is somebody else's to write, so that no call waits for all.
    Task Lead()
    {
        var written = Take();
        if (!TryWrite()) return Insist(written);
        Done(written);
        return Task.CompletedTask;
    }

    TaskCompletionSource? Take()
    {
        lock (gate)
        {
            (waiting, writing) = (writing, waiting);
            var written = waitingWritten;
            waitingWritten = null;
            return written;
        }
    }

    void Done(TaskCompletionSource? written)
    {
        writing.ResetWrittenCount();
        written?.TrySetResult();
        lock (gate)
        {
            if (waiting.WrittenCount == 0) { isWriting = false; return; }
        }
        ThreadPool.UnsafeQueueUserWorkItem(static journal => _ = journal.Lead(), this, preferLocal: false);
    }

    async Task Insist(TaskCompletionSource? written)
    {
        do await Task.Delay(RetryAfter, time, closing.Token).ConfigureAwait(false);
        while (!TryWrite());
        Done(written);
    }

    // A write that failed half-way is repeated from its beginning at the same place.
    bool TryWrite()
    {
        try
        {
            if (length >= options.BytesMax || DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) != day) Rotate();
            RandomAccess.Write(file, writing.WrittenSpan, length);
            if (options.Sync) RandomAccess.FlushToDisk(file);
            length += writing.WrittenCount;
            IsStuck = null;
            return true;
        }
        // A file that may not grow any further is told of as an argument out of range.
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            IsStuck = fault.Message;
            return false;
        }
    }

    void Rotate()
    {
        if (length == 0)
        {
            day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            return;
        }
        var (closed, path) = (file, Path);
        file = OpenNext();
        closed.Dispose();
        packer.Pack(path);
    }

    // Where no new file can be opened all is as it was: the lines written stay where they are.
    SafeFileHandle OpenNext()
    {
        var now = time.GetUtcNow().UtcDateTime;
        for (var number = 1; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd'T'HHmmss}-{number:000}.jsonl");
            var path = System.IO.Path.Combine(folder, name);
            if (File.Exists(path) || File.Exists(path + JournalPacker.Packed)) continue;
            var opened = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            (Path, length, day) = (path, 0, DateOnly.FromDateTime(now));
            return opened;
        }
    }

    bool IsWriting
    {
        get
        {
            lock (gate) return isWriting;
        }
    }

    /// <summary>Lines that never reached the disk when the journal was closed; empty as a rule.</summary>
    public ReadOnlyMemory<byte> Unwritten
    {
        get
        {
            lock (gate) return IsStuck is null ? default : (byte[])[.. writing.WrittenSpan, .. waiting.WrittenSpan];
        }
    }

    /// <summary>Ends when what was put in is written; where it cannot be, it is <see cref="Unwritten"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        while (IsStuck is null && IsWriting) await Task.Delay(1).ConfigureAwait(false);
        await closing.CancelAsync().ConfigureAwait(false);
        await packer.DisposeAsync().ConfigureAwait(false);
        file.Dispose();
        // A run without a call leaves nothing behind.
        if (length == 0) File.Delete(Path);
        closing.Dispose();
    }
}
