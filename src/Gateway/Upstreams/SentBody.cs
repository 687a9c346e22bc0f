using System.Net;

namespace Assay.Gateway.Upstreams;

/// <summary>A request's body that knows whether a server began to get it: what was not sent nobody bills.</summary>
sealed class SentBody(ReadOnlyMemory<byte> bytes) : HttpContent
{
    public bool IsBegun { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsBegun = true;
        return stream.WriteAsync(bytes, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
