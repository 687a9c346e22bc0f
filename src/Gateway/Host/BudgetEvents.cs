using System.Globalization;
using System.Text.Json;
using Assay.Control.Budgets;
using Assay.Pricing;

namespace Assay.Gateway.Host;

/// <summary>The steps that budgets reached, a line each: written once a window, also over restarts.</summary>
sealed class BudgetEvents : IDisposable
{
    readonly Lock gate = new();
    readonly HashSet<(string Budget, string Value, DateTime Window, decimal Step)> told = [];
    readonly FileStream file;

    /// <exception cref="GatewayException">The file cannot be written.</exception>
    public BudgetEvents(string path)
    {
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            Read();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"'{path}' cannot be written: {fault.Message.TrimEnd('.')}.", isOutside: true);
        }
    }

    void Read()
    {
        using var text = new StreamReader(file, leaveOpen: true);
        while (text.ReadLine() is { } line)
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
                // A line that a crash cut short was not told; it is told again.
            }
        }
        file.Position = file.Length;
    }

    static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Writes a step down, unless it was before.</summary>
    public void Tell(BudgetEvent reached)
    {
        lock (gate)
        {
            if (!told.Add((reached.Budget, reached.Value, reached.WindowStart, reached.Step))) return;
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
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
            line.WriteByte((byte)'\n');
            file.Write(line.ToArray());
            file.Flush();
        }
    }

    public void Dispose() => file.Dispose();
}
