using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Control.Budgets;
using Assay.Pricing;
using Microsoft.Win32.SafeHandles;

namespace Assay.Gateway.Host;

/// <summary>
/// The steps that budgets reached, a line each: written once a window, also over restarts. A line that cannot be written just now is
/// written with the next one: a full disk must not fail a call that only happened to reach a step.
/// </summary>
sealed class BudgetEvents : IDisposable
{
    readonly Lock gate = new();
    readonly HashSet<(string Budget, string Value, DateTime Window, decimal Step)> told = [];
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
                var one = json.RootElement;
                told.Add((one.GetProperty("budget").GetString()!, one.GetProperty("of").GetString()!,
                    one.GetProperty("window_start").GetDateTime(), Number(one.GetProperty("step").GetString()!)));
            }
            catch (Exception torn) when (torn is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // Somebody else's line.
            }
        }
    }

    static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Writes a step down, unless it was before.</summary>
    public void Tell(BudgetEvent reached)
    {
        lock (gate)
        {
            if (!told.Add((reached.Budget, reached.Value, reached.WindowStart, reached.Step))) return;
            using (var json = new Utf8JsonWriter(unwritten))
            {
                json.WriteStartObject();
                json.WriteString("time"u8, reached.Time);
                json.WriteString("budget"u8, reached.Budget);
                json.WriteString("of"u8, reached.Value);
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
