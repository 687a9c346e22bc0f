using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Assay.Desk.Input;

namespace Assay.Desk.Sending;

/// <summary>
/// A folder that keeps what is to be sent until it was, and a record of what was. A message is written before the first attempt and
/// moved after the last, so a crash loses nothing; the record by its key keeps a second run from sending it again.
/// </summary>
/// <remarks>
/// Between a receiver's yes and the record of it lies a moment in which a crash leaves the message to be sent again, under the same key:
/// as <c>Idempotency-Key</c>, and as <c>Message-ID</c> of a mail, it lets the receiver drop it.
/// </remarks>
sealed class Outbox : IDisposable
{
    const string Aside = ".damaged";

    readonly string pending, sent;
    readonly FileStream held;
    readonly TimeProvider clock;

    /// <summary>Pauses between attempts of one run.</summary>
    public IReadOnlyList<TimeSpan> Pauses { get; init; } = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    // A receiver that asks for more is tried in the next run.
    static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(20);

    /// <exception cref="InputException">The folder cannot be used, or another run uses it.</exception>
    public Outbox(string folder, TimeProvider clock)
    {
        this.clock = clock;
        (pending, sent) = (Path.Combine(folder, "pending"), Path.Combine(folder, "sent"));
        try
        {
            // What is kept is for those who may read the bill.
            if (!Directory.Exists(folder) && !OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(pending);
            Directory.CreateDirectory(sent);
            held = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the outbox '{folder}' cannot be used: {LogFiles.Reason(fault)}. Nothing was sent. "
                + "--outbox takes a folder you may write to, and one run uses it at a time.");
        }
    }

    public void Dispose() => held.Dispose();

    /// <summary>Files that could not be read and were set aside, by their new names.</summary>
    public List<string> Damaged { get; } = [];

    /// <summary>When a message was sent; null when it was not. A record that is damaged still says that it was.</summary>
    public SentRecord? Sent(string key)
    {
        var file = Path.Combine(sent, key + ".json");
        if (File.Exists(file) && Read(file, OutboxJson.Default.SentRecord, r => r.Key == key) is { } record) return record;
        return File.Exists(file + Aside) ? new(key, "", "", File.GetLastWriteTimeUtc(file + Aside), 1, "", "") : null;
    }

    /// <summary>Keeps a message until it was sent. One that waits already under the key is replaced: the newer report is the
    /// better.</summary>
    public void Put(Message message) =>
        Write(PathOf(message.Key), JsonSerializer.SerializeToUtf8Bytes(message, OutboxJson.Default.Message));

    /// <summary>What waits, the oldest first. Damaged files are set aside.</summary>
    public IReadOnlyList<Message> Waiting =>
        [.. Directory.GetFiles(pending, "*.json")
            // The name is what the file is deleted by once it was sent.
            .Select(f => Read(f, OutboxJson.Default.Message, m => m is { Destination: not null, Title: not null, Body: not null }
                && m.Key == Path.GetFileNameWithoutExtension(f)))
            .OfType<Message>().OrderBy(m => m.Made).ThenBy(m => m.Key, StringComparer.Ordinal)];

    T? Read<T>(string file, JsonTypeInfo<T> type, Func<T, bool> isWhole) where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), type) is { } read && isWhole(read)) return read;
        }
        catch (JsonException fault)
        {
            _ = fault;
        }
        File.Move(file, file + Aside, overwrite: true);
        Damaged.Add(file + Aside);
        return null;
    }

    /// <summary>Tries to send a message, several times where that may help.</summary>
    public async Task<Delivery> Send(Message message, IDestination destination, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var delivery = await destination.Deliver(message, cancel).ConfigureAwait(false);
            if (delivery is Delivery.Done done)
            {
                SentRecord record = new(message.Key, message.Destination, message.Title, clock.GetUtcNow(), attempt + 1,
                    Message.Digest(message.Body), done.Answer);
                Write(Path.Combine(sent, message.Key + ".json"),
                    JsonSerializer.SerializeToUtf8Bytes(record, OutboxJson.Default.SentRecord));
                File.Delete(PathOf(message.Key));
                return delivery;
            }
            if (delivery is not Delivery.NotNow notNow || attempt >= Pauses.Count) return delivery;
            var pause = notNow.After is { } asked && asked > Pauses[attempt] ? asked : Pauses[attempt];
            if (pause > PauseMax) return delivery;
            await Task.Delay(pause, clock, cancel).ConfigureAwait(false);
        }
    }

    string PathOf(string key) => Path.Combine(pending, key + ".json");

    // Whole or not at all, and on the disk before anybody is told of it.
    static void Write(string path, byte[] content)
    {
        var making = path + ".new";
        using (FileStream file = new(making, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(making, path, overwrite: true);
    }
}

/// <summary>That a message was sent.</summary>
/// <param name="Content">Digest of what was sent.</param>
sealed record SentRecord(string Key, string Destination, string Title, DateTimeOffset At, int Attempts, string Content, string Answer);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(Message))]
[System.Text.Json.Serialization.JsonSerializable(typeof(SentRecord))]
sealed partial class OutboxJson : System.Text.Json.Serialization.JsonSerializerContext;
