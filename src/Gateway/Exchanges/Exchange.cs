using System.Buffers;
using System.Net.Http.Headers;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Exchanges;

/// <summary>
/// How a call in one language is put to a server that speaks the same or another, and how its answer comes back. One object serves
/// all calls; what belongs to one call is in its passage and its tap.
/// </summary>
abstract class Exchange
{
    /// <summary>The path at the server, encoded as it goes onto the wire.</summary>
    public abstract string Path(Passage call);

    /// <summary>Writes the body for the server: limits put in, owners stamped, the rest untouched.</summary>
    /// <returns>Why it cannot be put to this server; null where it can.</returns>
    public abstract Refusal? WriteRequest(Passage call, IHeaderDictionary client, IBufferWriter<byte> body);

    /// <summary>Headers the server is to see, besides what its signature needs.</summary>
    public abstract void WriteHeaders(Passage call, IHeaderDictionary client, HttpRequestHeaders server);

    /// <summary>Reads a whole answer for its counts and writes it as the client knows it.</summary>
    /// <returns>Why the answer cannot be given to the client, though it is paid; null where it can.</returns>
    public abstract Refusal? ReadWhole(
        Passage call, HttpResponseMessage response, CallBody body, Answer answer, IBufferWriter<byte> client);

    /// <summary>What an error of the server is to the client.</summary>
    /// <param name="code">The error's type, for the journal.</param>
    /// <returns>The status the client gets.</returns>
    public abstract int ReadError(
        Passage call, HttpResponseMessage response, CallBody body, IHeaderDictionary headers, IBufferWriter<byte> client, out string code);

    public abstract StreamTap Tap(Passage call);

    public abstract string StreamType { get; }

    /// <summary>Headers of the server's answer that the client is to see.</summary>
    public abstract void PassHeaders(HttpResponseMessage server, IHeaderDictionary client);

    /// <summary>The server's own id of the call.</summary>
    public abstract string RequestIdOf(HttpResponseMessage response);

    protected static string First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : "";
}
