using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Assay.Bedrock;

/// <summary>A request's whole body, in one borrowed array.</summary>
readonly struct RequestBytes : IDisposable
{
    /// <summary>The longest body Bedrock takes.</summary>
    public const int LengthMax = 25_000_000;

    readonly byte[] rented;
    readonly int length;

    RequestBytes(byte[] rented, int length) => (this.rented, this.length) = (rented, length);

    public ReadOnlySpan<byte> Span => rented.AsSpan(0, length);

    /// <exception cref="LocalRefusalException">The body is longer than Bedrock takes.</exception>
    public static async ValueTask<RequestBytes> Read(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > LengthMax) throw TooLong();
        var rented = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? 16 * 1024));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancel).ConfigureAwait(false);
                if (length + read.Buffer.Length > LengthMax) throw TooLong();
                var needed = length + (int)read.Buffer.Length;
                if (needed > rented.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, rented.Length * 2));
                    rented.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(rented);
                    rented = larger;
                }
                read.Buffer.CopyTo(rented.AsSpan(length));
                length = needed;
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return new(rented, length);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
    }

    public void Dispose()
    {
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    static LocalRefusalException TooLong() => new(BedrockError.RequestTooLarge, $"The request body is longer than {LengthMax} bytes.");
}
