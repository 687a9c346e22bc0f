using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Assay.Bedrock;

/// <summary>HTTP/1.1 and HTTP/2 on one port without TLS, told apart by a connection's first bytes.</summary>
/// <remarks>
/// The AWS SDK for JavaScript speaks HTTP/2 to the Bedrock runtime from the first byte, also to an <c>http:</c> address; all others speak
/// HTTP/1.1 there (https://github.com/aws/aws-sdk-js-v3/issues/7041). Kestrel chooses by what TLS has negotiated, and without TLS always
/// HTTP/1.1, so a connection that opens with HTTP/2's preface is given the result of a negotiation it did not have.
/// </remarks>
public static class CleartextHttp2
{
    // A connection that says nothing for this long is closed; Kestrel's own limits begin after the choice.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Lets an endpoint without TLS serve both versions.</summary>
    public static void UseCleartextHttp2(this ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        // Requests say 'http', as they should, on a connection Kestrel takes for TLS.
        listen.KestrelServerOptions.AllowAlternateSchemes = true;
        listen.Use(next => connection => Choose(connection, next));
    }

    static async Task Choose(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            patience.CancelAfter(Patience);
            if (await StartsWithPreface(connection, patience.Token).ConfigureAwait(false))
            {
                connection.Features.Set<ITlsConnectionFeature>(Negotiated.Http2);
                connection.Features.Set<ITlsApplicationProtocolFeature>(Negotiated.Http2);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It closed, or said nothing: there is nobody to serve.
            return;
        }
        await next(connection).ConfigureAwait(false);
    }

    static async ValueTask<bool> StartsWithPreface(ConnectionContext connection, CancellationToken cancel)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancel).ConfigureAwait(false);
            var isDecided = read.Buffer.Length >= 4 || read.IsCompleted;
            var isHttp2 = read.Buffer.Length >= 4 && IsPreface(read.Buffer.Slice(0, 4));
            // Nothing is consumed: whoever serves the connection reads the same bytes again.
            input.AdvanceTo(read.Buffer.Start, isDecided ? read.Buffer.Start : read.Buffer.End);
            if (isDecided) return isHttp2;
        }
    }

    // No method of HTTP/1.1 is called so (RFC 9113, 3.4).
    static bool IsPreface(ReadOnlySequence<byte> start)
    {
        Span<byte> bytes = stackalloc byte[4];
        start.CopyTo(bytes);
        return bytes.SequenceEqual("PRI "u8);
    }

    sealed class Negotiated : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public static readonly Negotiated Http2 = new();
        public X509Certificate2? ClientCertificate { get => null; set { } }
        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
            Task.FromResult<X509Certificate2?>(null);
    }
}
