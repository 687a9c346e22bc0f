using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Assay.Desk.Reports;

namespace Assay.Desk.Sending;

/// <summary>
/// A web address that takes JSON. With a secret, each request is signed: <c>x-assay-signature: sha256=…</c> is the HMAC of the timestamp in
/// <c>x-assay-timestamp</c>, a dot and the body, in hexadecimal.
/// </summary>
/// <param name="kind">webhook, slack or teams.</param>
/// <param name="secret">Null where the address itself is the secret.</param>
sealed class WebhookDestination(string kind, Uri address, string? secret, HttpClient client, TimeProvider clock) : IDestination
{
    const int AnswerMax = 200;
    const int AnswerBytes = 2048;

    static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(5);

    public string Id => $"{kind}:{Message.Digest(address.AbsoluteUri)}";

    // Paths and queries hold tokens; the host is no secret.
    public string Name => $"{kind} at {address.Host}";

    /// <summary>What a body sent at a time is signed with.</summary>
    public static string Signature(string secret, string timestamp, string body) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret),
            Encoding.UTF8.GetBytes($"{timestamp}.{body}")));

    public async Task<Delivery> Deliver(Message message, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(HttpMethod.Post,
            address) { Content = new StringContent(message.Body, Encoding.UTF8, "application/json") };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Assay", null));
        request.Headers.Add("Idempotency-Key", message.Key);
        if (secret is not null)
        {
            var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
            request.Headers.Add("x-assay-timestamp", timestamp);
            request.Headers.Add("x-assay-signature", Signature(secret, timestamp, message.Body));
        }
        try
        {
            // The status alone decides: a body that breaks off takes back no yes.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
            var answer = PlanWords.OneLine($"{(int)response.StatusCode} {response.ReasonPhrase}");
            if (response.IsSuccessStatusCode) return new Delivery.Done(answer);
            if ((int)response.StatusCode is >= 300 and < 400) return new Delivery.Refused(answer + Elsewhere(response.Headers.Location));
            var said = PlanWords.OneLine(await Said(response.Content, cancel).ConfigureAwait(false));
            if (said.Length > 0) answer += $": {(said.Length > AnswerMax ? said[..AnswerMax] + "…" : said)}";
            return (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                ? new Delivery.NotNow(answer, response.Headers.RetryAfter is { } after
                    ? after.Delta ?? (after.Date is { } date ? date - clock.GetUtcNow() : null) : null)
                : new Delivery.Refused(answer);
        }
        catch (HttpRequestException fault)
        {
            return new Delivery.NotNow(PlanWords.OneLine(fault.InnerException?.Message ?? fault.Message));
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Delivery.NotNow("no answer in time");
        }
    }

    // Where it points to may hold a token; the host is no secret.
    string Elsewhere(Uri? location) => location is null ? "" : ": it points to "
        + (Uri.TryCreate(address, location, out var target) && target.Host.Length > 0 ? target.Host : "another address")
        + ", and a report goes only to the address given";

    /// <summary>The beginning of what a server says to its refusal, as far as it comes; read as UTF-8, whatever it claims to be.</summary>
    static async Task<string> Said(HttpContent content, CancellationToken cancel)
    {
        var bytes = new byte[AnswerBytes];
        var read = 0;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(BodyPatience);
        try
        {
            using var body = await content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            while (read < bytes.Length && await body.ReadAsync(bytes.AsMemory(read), patience.Token).ConfigureAwait(false) is > 0 and var n)
                read += n;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException
            || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            _ = fault;
        }
        return Encoding.UTF8.GetString(bytes, 0, read);
    }
}
