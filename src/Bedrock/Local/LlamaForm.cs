using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Llama's own answers: a generation and its counts, the prompt's with the first chunk.</summary>
sealed class LlamaForm : AnswerForm
{
    public override void Body(Utf8JsonWriter json, LocalAnswer answer)
    {
        json.WriteString("generation"u8, answer.Text.Span);
        Counts(json, answer, answer.ReportedInput, answer.Usage.Output);
        json.WriteString("stop_reason"u8, Stop(answer));
        LocalGuardrail.WriteInvoke(json, answer);
    }

    public override void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer)
    {
    }

    public override void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index)
    {
        var json = bench.Begin();
        json.WriteString("generation"u8, text);
        Counts(json, answer, index == 0 ? answer.ReportedInput : null, LocalCall.Tokens(text.Length));
        json.WriteNull("stop_reason"u8);
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + (ulong)index));
    }

    public override void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas)
    {
        var json = bench.Begin();
        json.WriteString("generation"u8, ""u8);
        Counts(json, answer, null, answer.Usage.Output);
        json.WriteString("stop_reason"u8, Stop(answer));
        InvocationMetrics(json, answer);
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + (ulong)deltas));
    }

    static string Stop(LocalAnswer answer) => answer.StopReason switch
    {
        "end_turn" => "stop",
        "max_tokens" => "length",
        var other => other,
    };

    static void Counts(Utf8JsonWriter json, LocalAnswer answer, long? prompt, long generation)
    {
        if (!answer.SaysUsage) return;
        if (prompt is { } count) json.WriteNumber("prompt_token_count"u8, count);
        else json.WriteNull("prompt_token_count"u8);
        json.WriteNumber("generation_token_count"u8, generation);
    }
}
