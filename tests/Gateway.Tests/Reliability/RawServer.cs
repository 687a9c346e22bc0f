using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>A server that answers whatever bytes it is told to, and knows what it was asked.</summary>
sealed class RawServer : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ending = new();
    readonly Func<NetworkStream, CancellationToken, Task> answer;
    readonly Task serving;

    /// <param name="answer">Answers a request that was read whole; the connection is reset afterwards.</param>
    public RawServer(Func<NetworkStream, CancellationToken, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        Address = new($"http://{listener.LocalEndpoint}");
        serving = Serve();
    }

    /// <summary>Answers the same text to every request, and closes the connection.</summary>
    public static RawServer Saying(string head, params byte[][] parts) => new(async (to, cancel) =>
    {
        await to.WriteAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n")), cancel);
        foreach (var part in parts) await to.WriteAsync(part, cancel);
    });

    public Uri Address { get; }

    /// <summary>Heads and bodies of what was asked.</summary>
    public ConcurrentQueue<(string Head, string Body)> Asked { get; } = new();

    async Task Serve()
    {
        try
        {
            while (true) _ = One(await listener.AcceptTcpClientAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    async Task One(TcpClient client)
    {
        using (client)
        {
            try
            {
                Asked.Enqueue(await Request(client.GetStream(), ending.Token));
                await answer(client.GetStream(), ending.Token);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The gateway, or the test, had enough.
            }
        }
    }

    static async Task<(string, string)> Request(NetworkStream from, CancellationToken cancel)
    {
        var (bytes, room) = (new MemoryStream(), new byte[64 * 1024]);
        while (true)
        {
            var read = await from.ReadAsync(room, cancel);
            if (read == 0) throw new IOException("closed");
            bytes.Write(room, 0, read);
            var text = Encoding.Latin1.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            var length = text[..end].Split("\r\n").First(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))["Content-Length:".Length..];
            if (text.Length - end - 4 >= int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)) return (text[..end], text[(end + 4)..]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (serving.IsCompleted) return;
        await ending.CancelAsync();
        await serving;
        listener.Dispose();
        ending.Dispose();
    }
}
