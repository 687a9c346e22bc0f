using System.Text;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>The body of CountTokens: a Converse request as it is, or an InvokeModel request in base64.</summary>
static class CountTokensBody
{
    public static void Read(LocalCall call, ReadOnlySpan<byte> body)
    {
        try
        {
            var json = new JsonBody(body);
            json.Object("body");
            while (json.Member())
            {
                if (!json.Named("input"u8))
                {
                    json.Skip();
                    continue;
                }
                json.Object("input");
                while (json.Member())
                {
                    if (json.Named("converse"u8)) RequestReader.Read(call, json.Skip());
                    else if (json.Named("invokeModel"u8)) RequestReader.Read(call, Invoke(ref json));
                    else json.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw LocalRefusalException.Invalid("Malformed input request, please reformat your input and try again.");
        }
        if (call.InputTokens == 0) throw LocalRefusalException.Missing("input");
    }

    static byte[] Invoke(ref JsonBody json)
    {
        byte[] body = [];
        json.Object("input.invokeModel");
        while (json.Member())
        {
            if (json.Named("body"u8)) body = Decoded(json.Text("input.invokeModel.body"));
            else json.Skip();
        }
        return body;
    }

    static byte[] Decoded(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : throw LocalRefusalException.Invalid("The value at 'input.invokeModel.body' is not base64.");
    }
}
