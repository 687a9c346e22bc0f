using System.Text;

namespace Assay.Bedrock;

/// <summary>What a call is answered, before it has any form on the wire. Pure: the same call and options, the same answer.</summary>
sealed class LocalAnswer
{
    const int GuardrailUnitCharacters = 1_000;
    const int ToolOverhead = 12;
    const int ShortestAnswer = 24;
    const int LengthSpread = 105;

    static readonly byte[] BlockedText = Encoding.ASCII.GetBytes("Sorry, the model cannot answer this question.");

    public required LocalCall Call { get; init; }
    public required LocalUsage Usage { get; init; }
    public required string StopReason { get; init; }

    /// <summary>The answer's text, or the input of the tool it calls.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    public string? ToolName { get; init; }

    /// <summary>What the metrics say. Without a latency profile it is a nominal figure, so that bytes stay the same.</summary>
    public long LatencyMs { get; init; }
    public long FirstByteMs { get; init; }
    public string ServedTier { get; init; } = "default";
    public int InputUnits { get; init; }
    public int OutputUnits { get; init; }

    public string ToolId => $"tooluse_{Call.Fingerprint:x16}";
    public bool SaysUsage => !Call.Steering.NoUsage;

    /// <summary>The input count as the model reports it: some report gross, cached tokens included.</summary>
    public long ReportedInput => Call.Facts is { GrossInput: true } ? Usage.AllInput : Usage.Input;

    /// <param name="input">The input side of the usage, as the cache split it.</param>
    public static LocalAnswer Make(LocalCall call, LocalUsage input, BedrockLocalOptions options)
    {
        var steering = call.Steering;
        var units = call.Guardrail is null ? 0 : Units(call.GuardedCharacters);
        if (call.Blocked) return Finished(call, new(0, 0, 0, 0, 0), BlockedText, "guardrail_intervened", null, units, 0, options);

        if (call is { IsInvoke: true, Family: ModelFamily.TitanEmbedding })
            return Finished(call, input, default, "", null, units, 0, options);
        var most = call.MaxTokens ?? options.MaxTokensUnset;
        if (call.HasTools && steering.ToolName is { } tool)
        {
            var bytes = Encoding.UTF8.GetBytes(steering.ToolInput);
            var spent = Math.Min(most, LocalCall.Tokens(bytes.Length) + ToolOverhead);
            return Finished(call, input with { Output = spent }, bytes, steering.StopReason ?? "tool_use", tool, units, 0, options);
        }
        var wanted = steering.Tokens ?? ShortestAnswer + (int)(call.Fingerprint % LengthSpread);
        var tokens = Math.Min(wanted, most);
        var text = Prose.Piece(Prose.Mix(call.Fingerprint), tokens * 4);
        var stop = steering.StopReason ?? (wanted > most ? "max_tokens" : "end_turn");
        var outputUnits = call.Guardrail is null ? 0 : Units(text.Length);
        return Finished(call, input with { Output = tokens }, text, stop, null, units, outputUnits, options);
    }

    public static int Units(long characters) => (int)Math.Max(1, (characters + GuardrailUnitCharacters - 1) / GuardrailUnitCharacters);

    static LocalAnswer Finished(LocalCall call, LocalUsage usage, ReadOnlyMemory<byte> text, string stop, string? tool, int inputUnits,
        int outputUnits, BedrockLocalOptions options)
    {
        var latency = options.Latency?.Invoke(call.BareModel);
        return new()
        {
            Call = call,
            Usage = usage with { GuardrailUnits = inputUnits + outputUnits },
            Text = text,
            StopReason = stop,
            ToolName = tool,
            InputUnits = inputUnits,
            OutputUnits = outputUnits,
            LatencyMs = call.Steering.DelayMs + (latency?.Milliseconds(usage.Output) ?? 200 + 5 * usage.Output),
            FirstByteMs = call.Steering.DelayMs + (latency?.Milliseconds(0) ?? 200),
            ServedTier = options.ServedTier ?? call.Tier,
        };
    }
}
