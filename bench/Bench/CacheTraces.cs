using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Assay.Bench;

/// <summary>A call of a recorded trace.</summary>
/// <param name="Blocks">Fingerprints of its prompt's full blocks, each of its own content.</param>
sealed record TraceCall(DateTime Time, string Model, long Input, ulong[] Blocks);

/// <summary>Calls that may read what each other wrote, in the order of their times.</summary>
/// <param name="IsSession">False for a stream of unrelated requests, and for a sub-agent.</param>
sealed record Trace(string Name, int BlockSize, TraceCall[] Calls, bool IsSession);

/// <summary>Reads the traces of a folder: cache_*.jsonl.gz, whether a line is a session or a request.</summary>
static class CacheTraces
{
    static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly Dictionary<string, List<Trace>> Known = [];

    public static List<Trace> All(BenchPlace place)
    {
        // A folder that was named and lacks the files is an error: other traces must not pass for them.
        var folder = place.Data == Path.Combine(place.Root, "artifacts", "bench")
            ? Path.Combine(place.Root, "..", "shared", "data", "planning") : place.Data;
        if (Known.TryGetValue(folder, out var known)) return known;
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "cache_*.jsonl.gz").Order(StringComparer.Ordinal).ToArray() : [];
        if (files.Length == 0)
            throw new FileNotFoundException($"'{folder}' holds no cache_*.jsonl.gz; --data names the folder that does.", folder);
        return Known[folder] = [.. files.SelectMany(Read).Where(t => t.Calls.Length > 0)];
    }

    /// <summary>The sessions, without streams and sub-agents.</summary>
    public static List<Trace> Sessions(BenchPlace place)
    {
        var all = All(place).Where(t => t.IsSession && t.Calls.Length > 1).ToList();
        return all.Count > 0 ? all : throw new InvalidDataException("No cache_*.jsonl.gz of the folder holds sessions.");
    }

    static List<Trace> Read(string path)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var traces = new List<Trace>();
        var stream = new List<TraceCall>();
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                if (json.RootElement.TryGetProperty("requests", out _)) AddSession(json.RootElement, traces);
                else stream.Add(StreamCall(json.RootElement));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
                or IndexOutOfRangeException or OverflowException)
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                    $"'{path}' line {number} is no trace: {e.Message}"), e);
            }
        }
        if (stream.Count > 0) traces.Add(new(Path.GetFileName(path), 512, [.. stream.OrderBy(c => c.Time)], false));
        return traces;
    }

    // A sub-agent begins with a prompt of its own: it is a trace by itself.
    static void AddSession(JsonElement session, List<Trace> traces)
    {
        var (name, size) = (session.GetProperty("id").GetString()!, session.GetProperty("block_size").GetInt32());
        var calls = new List<TraceCall>();
        foreach (var request in session.GetProperty("requests").EnumerateArray())
        {
            if (!request.TryGetProperty("requests", out var inner)) calls.Add(Call(request));
            else traces.Add(new(name + "/sub", size, [.. inner.EnumerateArray().Select(Call).OrderBy(c => c.Time)], false));
        }
        traces.Add(new(name, size, [.. calls.OrderBy(c => c.Time)], true));
    }

    static TraceCall Call(JsonElement request)
    {
        var blocks = new List<ulong>();
        foreach (var range in request.GetProperty("hash_ranges").EnumerateArray())
            for (var id = range[0].GetInt64(); id <= range[1].GetInt64(); id++) blocks.Add((ulong)id);
        return new(Start.AddTicks((long)Math.Round(request.GetProperty("t").GetDouble() * TimeSpan.TicksPerSecond)),
            request.GetProperty("model").GetString()!, request.GetProperty("in").GetInt64(), [.. blocks]);
    }

    static TraceCall StreamCall(JsonElement request) => new(
        Start.AddTicks((long)(request.GetProperty("timestamp").GetDouble() * TimeSpan.TicksPerMillisecond)), "",
        request.GetProperty("input_length").GetInt64(), [.. request.GetProperty("hash_ids").EnumerateArray().Select(i => i.GetUInt64())]);
}
