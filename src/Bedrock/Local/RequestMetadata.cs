using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>The caller's own pairs, and the limits AWS puts on them.</summary>
static class RequestMetadata
{
    const int PairsMax = 16;
    const int LengthMax = 256;
    const int HeaderMax = 8_500;

    static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \t\r\n\v\f:_@$#=/+,-.");

    /// <summary>Reads the member <c>requestMetadata</c> the body stands on.</summary>
    public static Dictionary<string, string> Read(ref JsonBody json)
    {
        json.Object("requestMetadata");
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        while (json.Member())
        {
            var key = json.MemberName();
            json.Value();
            pairs[key] = json.Text("requestMetadata");
            if (key.Length is 0 or > LengthMax || pairs[key].Length > LengthMax || Odd(key) || Odd(pairs[key]))
                throw LocalRefusalException.Invalid("1 validation error detected: Value at 'requestMetadata' failed to satisfy constraint: "
                    + $"keys have 1 to {LengthMax} characters and values at most {LengthMax}, of [a-zA-Z0-9\\s:_@$#=/+,-.]");
        }
        if (pairs.Count is 0 or > PairsMax)
            throw LocalRefusalException.Invalid("1 validation error detected: Value at 'requestMetadata' failed to satisfy constraint: "
                + $"Member must have 1 to {PairsMax} pairs");
        return pairs;
    }

    /// <summary>Reads the header <c>X-Amzn-Bedrock-Request-Metadata</c>.</summary>
    public static Dictionary<string, string> Read(string header)
    {
        if (header.Length > HeaderMax)
            throw LocalRefusalException.Invalid($"X-Amzn-Bedrock-Request-Metadata is longer than {HeaderMax} characters.");
        try
        {
            var json = new JsonBody(Encoding.UTF8.GetBytes(header));
            return Read(ref json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw LocalRefusalException.Invalid("X-Amzn-Bedrock-Request-Metadata is not a JSON object of strings.");
        }
    }

    static bool Odd(string text) => text.AsSpan().ContainsAnyExcept(Allowed);
}
