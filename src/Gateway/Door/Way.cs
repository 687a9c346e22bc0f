using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;

namespace Assay.Gateway.Door;

/// <summary>What a path asks for.</summary>
/// <param name="Model">As the path names it; empty where the body does.</param>
sealed record Way(
    Dialect Dialect, Purpose Purpose, BedrockOperation Operation, string Path, string Model = "", string GuardrailVersion = "")
{
    static readonly Dictionary<string, Way> Fixed = new[]
    {
        new Way(Dialect.OpenAi, Purpose.Answer, BedrockOperation.Converse, "/v1/chat/completions"),
        new Way(Dialect.OpenAi, Purpose.Embedding, BedrockOperation.InvokeModel, "/v1/embeddings"),
        new Way(Dialect.Anthropic, Purpose.Answer, BedrockOperation.Converse, "/v1/messages"),
        new Way(Dialect.Anthropic, Purpose.CountTokens, BedrockOperation.CountTokens, "/v1/messages/count_tokens"),
    }.ToDictionary(w => w.Path, StringComparer.Ordinal);

    /// <summary>In whose words whatever is wrong with a request is said.</summary>
    public static Dialect DialectOf(string target) => target.StartsWith("/v1/messages", StringComparison.Ordinal) ? Dialect.Anthropic
        : target.StartsWith("/v1/", StringComparison.Ordinal) ? Dialect.OpenAi : Dialect.Bedrock;

    /// <summary>Reads a raw request target.</summary>
    /// <param name="dialect">In whose words a refusal is written.</param>
    /// <returns>Null, and why, where it is no path of a call.</returns>
    public static Way? Of(string target, string method, out Dialect dialect, out Refusal? refusal)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        (dialect, refusal) = (DialectOf(target), null);
        if (method != "POST") refusal = new(RefusalKind.NotFound, "path", $"'{method}' is not for this path; POST is.");
        else if (Fixed.TryGetValue(path, out var way)) return way;
        else if (dialect != Dialect.Bedrock)
            refusal = new(RefusalKind.NotFound, "path", $"This path is no operation; accepted: POST {string.Join(", ", Fixed.Keys)}.");
        else if (BedrockPath.TryParse(target, out var native) is var fault and not PathFault.None)
            refusal = fault == PathFault.UnknownRoute ? new(RefusalKind.NotFound, "path", BedrockPath.Explain(fault))
                : Refusal.Wrong(BedrockPath.Explain(fault));
        else
            return new(Dialect.Bedrock, native.Operation switch
            {
                BedrockOperation.CountTokens => Purpose.CountTokens,
                BedrockOperation.ApplyGuardrail => Purpose.Guardrail,
                _ => Purpose.Answer,
            }, native.Operation, path, native.ModelId, native.GuardrailVersion ?? "");
        return null;
    }
}
