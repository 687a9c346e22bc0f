using System.Globalization;

namespace Assay.Bedrock;

/// <summary>
/// What a prompt or a script asks of Bedrock Local: <c>[[tokens=200]] [[tool=name {"a":1}]] [[stop=max_tokens]] [[delay=50]]
/// [[error=ThrottlingException]] [[midstream=modelStreamErrorException]] [[reset]] [[hang]] [[stall]] [[nousage]] [[malformed]]</c>.
/// </summary>
sealed class Steering
{
    public static readonly Steering None = new();

    // A directive longer than this is text that happens to hold brackets.
    const int LengthMax = 4_096;

    public int? Tokens { get; private set; }
    public string? ToolName { get; private set; }
    public string ToolInput { get; private set; } = "{}";
    public string? StopReason { get; private set; }
    public int DelayMs { get; private set; }
    public TimeSpan Delay => TimeSpan.FromMilliseconds(DelayMs);
    public BedrockError? Error { get; private set; }
    public BedrockError? MidStream { get; private set; }

    /// <summary>The connection is reset: in the middle of a stream, or before an answer.</summary>
    public bool Reset { get; private set; }

    /// <summary>No byte is ever answered.</summary>
    public bool Hang { get; private set; }

    /// <summary>A stream falls silent in its middle.</summary>
    public bool Stall { get; private set; }

    public bool NoUsage { get; private set; }

    /// <summary>The answer is cut-off JSON, or a stream goes on with bytes that are no frame.</summary>
    public bool Malformed { get; private set; }

    /// <summary>The steering of a text and of the faults that are due; <see cref="None"/> when nothing is asked.</summary>
    public static Steering Read(string? text, ReadOnlySpan<string> faults)
    {
        Steering? found = null;
        for (var rest = text.AsSpan(); rest.IndexOf("[[") is >= 0 and var at;)
        {
            rest = rest[(at + 2)..];
            var end = rest.IndexOf("]]");
            if (end < 0) break;
            if (end <= LengthMax) (found ??= new()).Apply(rest[..end].ToString());
        }
        foreach (var fault in faults) (found ??= new()).Apply(fault);
        return found ?? None;
    }

    void Apply(string directive)
    {
        var equals = directive.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (directive.Trim(), "") : (directive[..equals].Trim(), directive[(equals + 1)..].Trim());
        switch (name)
        {
            case "tokens": Tokens = Number(value, 1, 1_000_000); break;
            case "delay": DelayMs = Number(value, 0, 600_000) ?? 0; break;
            case "stop": StopReason = value; break;
            case "tool":
                var space = value.IndexOf(' ', StringComparison.Ordinal);
                ToolName = space < 0 ? value : value[..space];
                if (space >= 0) ToolInput = value[(space + 1)..].Trim();
                break;
            case "error": Error = BedrockError.Find(value) ?? BedrockError.InternalServer; break;
            case "midstream": MidStream = BedrockError.Find(value) ?? BedrockError.ModelStreamError; break;
            case "reset": Reset = true; break;
            case "hang": Hang = true; break;
            case "stall": Stall = true; break;
            case "nousage": NoUsage = true; break;
            case "malformed": Malformed = true; break;
        }
    }

    static int? Number(string value, int min, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, min, max) : null;
}
