using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Control.Budgets;
using Assay.Pricing;
using Assay.Usage.Logs;
using Microsoft.Win32.SafeHandles;

namespace Assay.Gateway.Host;

/// <summary>
/// The steps that budgets reached, and the budgets that refused a call, a line each: written once a window, also over restarts. A line
/// that cannot be written just now is written with the next one: a full disk must not fail a call that only happened to reach a step.
/// </summary>
sealed class BudgetEvents : IDisposable
{
    readonly Lock gate = new();
    readonly HashSet<(string Budget, string Value, DateTime Window, decimal Step)> told = [];

    // When it was told last. Another limit is news.
    readonly Dictionary<(string Budget, string Value, string Reason, decimal Limit), DateTime> refused = [];
    readonly ArrayBufferWriter<byte> unwritten = new(1_024);
    readonly SafeFileHandle file;
    long length;

    /// <exception cref="GatewayException">The file cannot be written.</exception>
    public BudgetEvents(string path)
    {
        try
        {
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            Read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"'{path}' cannot be written: {fault.Message.TrimEnd('.')}.", isOutside: true);
        }
    }

    void Read()
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, bytes, 0);
        // What a crash cut short was not told: it is cut off, so that the next line begins a line.
        length = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        RandomAccess.SetLength(file, length);
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, (int)length).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                Remember(json.RootElement);
            }
            catch (Exception torn) when (torn is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // Somebody else's line.
            }
        }
    }

    void Remember(JsonElement line)
    {
        var (budget, of) = (line.GetProperty("budget").GetString()!, line.GetProperty("of").GetString()!);
        if (line.TryGetProperty("step", out var step)) told.Add((budget, of, line.GetProperty("window_start").GetDateTime(), Number(step)));
        else refused[(budget, of, line.GetProperty("reason").GetString()!, Number(line.GetProperty("limit_usd")))]
            = line.GetProperty("time").GetDateTime();
    }

    static decimal Number(JsonElement text) => decimal.Parse(text.GetString()!, CultureInfo.InvariantCulture);

    /// <summary>Writes a step down, unless it was before.</summary>
    public void Tell(BudgetEvent reached)
    {
        lock (gate)
        {
            if (!told.Add((reached.Budget, reached.Value, reached.WindowStart, reached.Step))) return;
            using (var json = new Utf8JsonWriter(unwritten, InvocationLogWriter.JsonOptions))
            {
                Begin(json, "step"u8, reached.Time, reached.Budget, reached.Value);
                json.WriteString("window_start"u8, reached.WindowStart);
                json.WriteString("step"u8, Usd.Plain(reached.Step));
                json.WriteString("spent_usd"u8, Usd.Plain(reached.Spent));
                json.WriteString("limit_usd"u8, Usd.Plain(reached.Limit));
                json.WriteEndObject();
            }
            unwritten.Write("\n"u8);
            Write();
        }
    }

    /// <summary>Writes down that a budget refused a call: the first of its window, for each reason.</summary>
    public void TellRefused(Control.Budgets.Admission full, DateTime time)
    {
        var reason = full.Until is null ? "dearer_than_budget" : "no_room";
        var of = (full.Budget!, full.Value!, reason, full.Limit);
        lock (gate)
        {
            // A rolling window is told of again once it holds nothing of what was told before.
            if (refused.TryGetValue(of, out var last) && full.WindowStart <= last) return;
            refused[of] = time;
            using (var json = new Utf8JsonWriter(unwritten, InvocationLogWriter.JsonOptions))
            {
                Begin(json, "refused"u8, time, full.Budget!, full.Value!);
                json.WriteString("reason"u8, reason);
                if (full.Owners.Count > 0)
                {
                    json.WriteStartArray("owners"u8);
                    foreach (var owner in full.Owners) json.WriteStringValue(owner);
                    json.WriteEndArray();
                }
                json.WriteString("window_start"u8, full.WindowStart);
                json.WriteString("window_end"u8, full.WindowEnd);
                json.WriteString("limit_usd"u8, Usd.Plain(full.Limit));
                json.WriteString("spent_usd"u8, Usd.Plain(full.Spent));
                json.WriteString("reserved_usd"u8, Usd.Plain(full.Reserved));
                json.WriteString("held_usd"u8, Usd.Plain(full.Held));
                json.WriteEndObject();
            }
            unwritten.Write("\n"u8);
            Write();
        }
    }

    static void Begin(Utf8JsonWriter json, ReadOnlySpan<byte> what, DateTime time, string budget, string of)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, time);
        json.WriteString("event"u8, what);
        json.WriteString("budget"u8, budget);
        json.WriteString("of"u8, of);
    }

    void Write()
    {
        try
        {
            RandomAccess.Write(file, unwritten.WrittenSpan, length);
            length += unwritten.WrittenCount;
            unwritten.ResetWrittenCount();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // Written with the next step, or at the end. The restart tells what then still is not.
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (unwritten.WrittenCount > 0) Write();
        }
        file.Dispose();
    }
}
