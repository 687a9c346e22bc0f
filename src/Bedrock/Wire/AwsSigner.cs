using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime.Internal.Auth;

namespace Assay.Bedrock;

/// <summary>Signs requests to AWS with Signature Version 4, or puts a Bedrock API key on them.</summary>
/// <remarks>
/// The canonical path encodes once more what the target has encoded already, so the request's address must have been made with
/// <see cref="UriCreationOptions.DangerousDisablePathAndQueryCanonicalization"/>: what is signed is then what is sent.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
/// </remarks>
public sealed class AwsSigner(string region, TimeProvider time, string service = "bedrock")
{
    const string Algorithm = "AWS4-HMAC-SHA256";

    static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    // A signing key serves its identity for a day. One is enough: a signer is of one region, and identities change rarely.
    SigningKey? lastKey;

    sealed record SigningKey(AwsIdentity.Keys Identity, string Day, byte[] Bytes);

    /// <summary>An address on which the path stays as it is written: <c>%3A</c> and <c>%2F</c> are neither decoded nor merged.</summary>
    public static Uri Address(string origin, string target) =>
        new(origin.TrimEnd('/') + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>Puts the proof of identity on a request and replaces one that is there. Later changes break the signature.</summary>
    /// <param name="body">The bytes the request will send, all of them.</param>
    public void Sign(HttpRequestMessage request, AwsIdentity identity, ReadOnlySpan<byte> body)
    {
        request.Headers.Remove("X-Amz-Date");
        request.Headers.Remove("X-Amz-Security-Token");
        if (identity is AwsIdentity.Bearer bearer)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer.Key);
            return;
        }
        var keys = (AwsIdentity.Keys)identity;
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", now);
        if (keys.SessionToken is { } token) request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", token);

        var (canonical, signedHeaders) = Canonical(request, body);
        var scope = $"{now[..8]}/{region}/{service}/aws4_request";
        var toSign = $"{Algorithm}\n{now}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Key(keys, now[..8]), Encoding.UTF8.GetBytes(toSign)));
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization",
            $"{Algorithm} Credential={keys.AccessKeyId}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}");
    }

    byte[] Key(AwsIdentity.Keys keys, string day)
    {
        if (lastKey is { } last && last.Day == day && last.Identity == keys) return last.Bytes;
        var bytes = AWS4Signer.ComposeSigningKey(keys.SecretKey, region, day, service);
        lastKey = new(keys, day, bytes);
        return bytes;
    }

    internal static (string Request, string SignedHeaders) Canonical(HttpRequestMessage request, ReadOnlySpan<byte> body)
    {
        var address = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        var headers = SignedHeaders(request, address);
        var names = string.Join(';', headers.Select(h => h.Name));
        var text = new StringBuilder(512).Append(request.Method.Method).Append('\n');
        AppendPath(text, address.AbsolutePath);
        text.Append('\n').Append(Query(address.Query)).Append('\n');
        foreach (var (name, value) in headers) text.Append(name).Append(':').Append(value).Append('\n');
        text.Append('\n').Append(names).Append('\n').Append(Hash(body));
        return (text.ToString(), names);
    }

    // Hop-by-hop and tracing headers may change on the way; what AWS acts on is signed.
    static List<(string Name, string Value)> SignedHeaders(HttpRequestMessage request, Uri address)
    {
        List<(string Name, string Value)> headers = [];
        headers.Add(("host", request.Headers.Host ?? (address.IsDefaultPort ? address.Host : $"{address.Host}:{address.Port}")));
        foreach (var header in request.Headers.NonValidated)
            if (header.Key.StartsWith("x-amz", StringComparison.OrdinalIgnoreCase)) Add(header.Key, header.Value);
        if (request.Content is { } content && content.Headers.NonValidated.TryGetValues("Content-Type", out var type))
            Add("content-type", type);
        headers.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return headers;

        void Add(string name, HeaderStringValues values) =>
            headers.Add((name.ToLowerInvariant(), string.Join(',', values.Select(Trimmed))));
    }

    // Runs of blanks count as one.
    static string Trimmed(string value)
    {
        value = value.Trim();
        while (value.Contains("  ", StringComparison.Ordinal)) value = value.Replace("  ", " ", StringComparison.Ordinal);
        return value;
    }

    static void AppendPath(StringBuilder text, string path)
    {
        foreach (var c in path)
        {
            if (c == '/' || Unreserved.Contains(c)) text.Append(c);
            else if (c < 0x80) text.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            else throw new ArgumentException($"The path '{path}' has a character outside ASCII; encode it before signing.", nameof(path));
        }
    }

    // The pairs stand encoded in the address already; only their order is canonical.
    static string Query(string query)
    {
        if (query.Length <= 1) return "";
        var pairs = query[1..].Split('&').Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=").ToArray();
        Array.Sort(pairs, (a, b) =>
        {
            var byName = Name(a).SequenceCompareTo(Name(b));
            return byName != 0 ? byName : string.CompareOrdinal(a, b);
        });
        return string.Join('&', pairs);

        static ReadOnlySpan<char> Name(string pair) => pair.AsSpan(0, pair.IndexOf('=', StringComparison.Ordinal));
    }

    static string Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }
}
