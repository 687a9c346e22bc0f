using System.Buffers;

namespace Assay.Bedrock;

/// <summary>The operations of the runtime, by the names AWS writes into invocation logs.</summary>
public enum BedrockOperation : byte
{
    Converse,
    ConverseStream,
    InvokeModel,
    InvokeModelWithResponseStream,
    CountTokens,
    ApplyGuardrail,
}

/// <summary>Why a request target was refused.</summary>
public enum PathFault : byte
{
    None,
    /// <summary>It is not the path of an operation: 404, every other fault is a 400.</summary>
    UnknownRoute,
    TooLong,
    NotAscii,
    BadEscape,
    /// <summary>Decoding once leaves a percent sign, so somebody encoded twice.</summary>
    EncodedTwice,
    /// <summary>A segment is empty, <c>.</c> or <c>..</c>, however it was spelled.</summary>
    Traversal,
    BadCharacter,
}

/// <summary>What the target of a POST to the Bedrock runtime asks for.</summary>
/// <remarks>
/// It is read from the raw target, because a server's decoded path can no longer tell the slashes of an ARN from those of the route.
/// A target that is not plain is refused and never normalised: what is admitted here and what AWS executes must be one thing.
/// </remarks>
public readonly record struct BedrockPath(BedrockOperation Operation, string ModelId, string? GuardrailVersion = null)
{
    /// <summary>The longest model id AWS takes, in characters, decoded.</summary>
    public const int ModelIdMax = 2_048;

    // Every character of an id may come as three.
    const int TargetMax = 3 * ModelIdMax + 1_024;

    static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:/");

    static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>Reads a raw request target in origin form. A query is allowed and has no meaning.</summary>
    public static PathFault TryParse(ReadOnlySpan<char> target, out BedrockPath path)
    {
        path = default;
        Span<char> room = stackalloc char[ModelIdMax];
        var fault = TryParse(target, room, out var operation, out var length, out var version);
        if (fault == PathFault.None) path = new(operation, new(room[..length]), version.IsEmpty ? null : new(version));
        return fault;
    }

    /// <summary>Reads a raw request target without making a string.</summary>
    /// <param name="modelId">Room for <see cref="ModelIdMax"/> characters; the decoded id (or a guardrail's) is left at its start.</param>
    /// <param name="length">How long the id is.</param>
    /// <param name="guardrailVersion">The version, as it stands in the target; empty for models.</param>
    public static PathFault TryParse(
        ReadOnlySpan<char> target, Span<char> modelId, out BedrockOperation operation, out int length,
        out ReadOnlySpan<char> guardrailVersion)
    {
        operation = default;
        length = 0;
        guardrailVersion = default;
        if (target.Length > TargetMax) return PathFault.TooLong;
        if (target.ContainsAnyExceptInRange('\0', '\x7f')) return PathFault.NotAscii;
        if (target.ContainsAnyExceptInRange('!', '~')) return PathFault.BadCharacter;
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        var fault = Route(path, out operation, out var id, out guardrailVersion);
        return fault == PathFault.None ? Decode(id, modelId, out length) : fault;
    }

    /// <summary>The target of the same operation on another model, encoded as the AWS SDKs do.</summary>
    public string Write(string modelId) => Write(Operation, modelId, GuardrailVersion);

    /// <summary>The target of this path, encoded as the AWS SDKs do, without a query.</summary>
    public string Write() => Write(Operation, ModelId, GuardrailVersion);

    /// <summary>The target of an operation on a model (or on a guardrail's version), encoded as the AWS SDKs do.</summary>
    public static string Write(BedrockOperation operation, string modelId, string? guardrailVersion = null)
    {
        if (!IsPlain(modelId))
            throw new ArgumentException($"'{modelId}' is not a model id: letters, digits and '-._:/' are.", nameof(modelId));
        var tail = operation == BedrockOperation.ApplyGuardrail ? $"/version/{guardrailVersion}/apply" : "/" + Words(operation);
        var head = operation == BedrockOperation.ApplyGuardrail ? "/guardrail/" : "/model/";
        var reserved = 0;
        foreach (var c in modelId) if (!Unreserved.Contains(c)) reserved++;
        return string.Create(head.Length + modelId.Length + 2 * reserved + tail.Length, (head, modelId, tail), static (span, parts) =>
        {
            parts.head.CopyTo(span);
            var at = parts.head.Length;
            foreach (var c in parts.modelId)
            {
                if (Unreserved.Contains(c))
                {
                    span[at++] = c;
                    continue;
                }
                span[at++] = '%';
                ((int)c).TryFormat(span[at..], out var written, "X2");
                at += written;
            }
            parts.tail.CopyTo(span[at..]);
        });
    }

    /// <summary>The last segment of an operation on models: <c>converse-stream</c>.</summary>
    public static string Words(BedrockOperation operation) => operation switch
    {
        BedrockOperation.Converse => "converse",
        BedrockOperation.ConverseStream => "converse-stream",
        BedrockOperation.InvokeModel => "invoke",
        BedrockOperation.InvokeModelWithResponseStream => "invoke-with-response-stream",
        BedrockOperation.CountTokens => "count-tokens",
        _ => "apply",
    };

    /// <summary>What to answer to a target with this fault.</summary>
    public static string Explain(PathFault fault) => fault switch
    {
        PathFault.UnknownRoute => "This path is no operation. POST /model/{modelId}/converse, converse-stream, invoke, "
            + "invoke-with-response-stream or count-tokens, or /guardrail/{id}/version/{version}/apply.",
        PathFault.TooLong => $"The model id is longer than {ModelIdMax} characters.",
        PathFault.NotAscii => "The path has a character outside ASCII.",
        PathFault.BadEscape => "The path has a '%' that is not followed by two hexadecimal digits.",
        PathFault.EncodedTwice => "The model id is percent-encoded twice; encode it once.",
        PathFault.Traversal => "The path has a segment that is empty, '.' or '..'.",
        _ => "The path has a character that no model id has; letters, digits and '-._:/' are allowed, ':' and '/' also as %3A and %2F.",
    };

    // The last segment names the operation: an ARN with literal slashes stands before it.
    static PathFault Route(
        ReadOnlySpan<char> path, out BedrockOperation operation, out ReadOnlySpan<char> id, out ReadOnlySpan<char> version)
    {
        operation = default;
        id = version = default;
        var model = path.StartsWith("/model/", StringComparison.Ordinal);
        if (!model && !path.StartsWith("/guardrail/", StringComparison.Ordinal)) return PathFault.UnknownRoute;
        var last = path.LastIndexOf('/');
        var verb = path[(last + 1)..];
        if (model)
        {
            const int head = 6;
            if (OperationOf(verb) is not { } found) return PathFault.UnknownRoute;
            operation = found;
            if (last <= head) return PathFault.Traversal;
            id = path[(head + 1)..last];
            return PathFault.None;
        }
        if (verb is not "apply" || last == 0) return PathFault.UnknownRoute;
        operation = BedrockOperation.ApplyGuardrail;
        var rest = path["/guardrail/".Length..Math.Max("/guardrail/".Length, last)];
        var at = rest.LastIndexOf("/version/");
        if (at < 0) return PathFault.UnknownRoute;
        version = rest[(at + "/version/".Length)..];
        id = rest[..at];
        if (version.IsEmpty) return PathFault.Traversal;
        var isPlain = version is "DRAFT" || version.Length <= 8 && !version.ContainsAnyExceptInRange('0', '9');
        return isPlain ? PathFault.None : PathFault.BadCharacter;
    }

    static BedrockOperation? OperationOf(ReadOnlySpan<char> verb) => verb switch
    {
        "converse" => BedrockOperation.Converse,
        "converse-stream" => BedrockOperation.ConverseStream,
        "invoke" => BedrockOperation.InvokeModel,
        "invoke-with-response-stream" => BedrockOperation.InvokeModelWithResponseStream,
        "count-tokens" => BedrockOperation.CountTokens,
        _ => null,
    };

    static PathFault Decode(ReadOnlySpan<char> id, Span<char> into, out int length)
    {
        length = 0;
        for (var i = 0; i < id.Length; i++)
        {
            var c = id[i];
            if (c == '%')
            {
                if (i + 2 >= id.Length || !char.IsAsciiHexDigit(id[i + 1]) || !char.IsAsciiHexDigit(id[i + 2])) return PathFault.BadEscape;
                c = (char)(Digit(id[i + 1]) * 16 + Digit(id[i + 2]));
                i += 2;
                if (c == '%') return PathFault.EncodedTwice;
                if (c > '\x7f') return PathFault.NotAscii;
            }
            if (!Plain.Contains(c)) return PathFault.BadCharacter;
            if (length == ModelIdMax || length == into.Length) return PathFault.TooLong;
            into[length++] = c;
        }
        return HasTraversal(into[..length]) ? PathFault.Traversal : PathFault.None;
    }

    static bool IsPlain(ReadOnlySpan<char> id) => id.Length <= ModelIdMax && !id.ContainsAnyExcept(Plain) && !HasTraversal(id);

    static bool HasTraversal(ReadOnlySpan<char> id)
    {
        foreach (var range in id.Split('/'))
            if (id[range] is "" or "." or "..") return true;
        return false;
    }

    static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
