using System.Net.Sockets;
using System.Text;
using Assay.Desk.Reports;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Assay.Desk.Sending;

/// <summary>Where mail is handed in.</summary>
/// <param name="User">With a password; null where the server asks for none.</param>
sealed record MailServer(string Host, int Port, string? User, string? Password)
{
    const int ImplicitTls = 465;

    public bool IsHere => Host is "localhost" or "127.0.0.1" or "::1";

    public SecureSocketOptions Security => Port == ImplicitTls ? SecureSocketOptions.SslOnConnect
        // A password is not for everybody on the way.
        : User is not null && !IsHere ? SecureSocketOptions.StartTls : SecureSocketOptions.StartTlsWhenAvailable;
}

/// <summary>One reader of mail. Each gets a mail of his own, so that one who is refused keeps it from nobody, and nobody gets it
/// twice.</summary>
sealed class MailDestination(MailServer server, string to, TimeSpan? patience = null) : IDestination
{
    readonly int patienceMs = (int)(patience ?? TimeSpan.FromSeconds(20)).TotalMilliseconds;

    public string Id => $"mail:{to}";
    public string Name => $"mail to {to} by {server.Host}:{server.Port}";

    /// <summary>A mail as it goes over the wire. Its id is the message's key, so that a copy can be told.</summary>
    public string Compose(string from, string subject, string text, IReadOnlyList<(string Name, byte[] Content)> attached, string report,
        DateTimeOffset made, string again)
    {
        var key = Message.Of(report, subject, this, "", made, again).Key;
        MimeMessage mail = new();
        mail.From.Add(MailboxAddress.Parse(from));
        mail.To.Add(MailboxAddress.Parse(to));
        mail.Subject = subject;
        mail.Date = made;
        mail.MessageId = $"{key}@assay";
        mail.Headers.Add("X-Assay-Key", key);
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        BodyBuilder body = new() { TextBody = text };
        foreach (var (name, content) in attached) body.Attachments.Add(name, content);
        mail.Body = body.ToMessageBody();
        using MemoryStream wire = new();
        mail.WriteTo(wire);
        return Encoding.Latin1.GetString(wire.ToArray());
    }

    public async Task<Delivery> Deliver(Message message, CancellationToken cancel)
    {
        using MemoryStream wire = new(Encoding.Latin1.GetBytes(message.Body));
        var mail = await MimeMessage.LoadAsync(wire, cancel).ConfigureAwait(false);
        using SmtpClient client = new() { Timeout = patienceMs };
        try
        {
            await client.ConnectAsync(server.Host, server.Port, server.Security, cancel).ConfigureAwait(false);
            if (server is { User: { } user, Password: { } password }) await client.AuthenticateAsync(user, password, cancel)
                .ConfigureAwait(false);
            var answer = await client.SendAsync(mail, cancel).ConfigureAwait(false);
            // It has it: what the server says to a goodbye changes nothing.
            try { await client.DisconnectAsync(true, cancel).ConfigureAwait(false); }
            catch (Exception fault) when (fault is IOException or MailKit.ProtocolException or MailKit.CommandException
                or MailKit.ServiceNotConnectedException or SocketException or TimeoutException or OperationCanceledException)
            {
                _ = fault;
            }
            return new Delivery.Done(PlanWords.OneLine(answer));
        }
        catch (SmtpCommandException refused)
        {
            var reason = PlanWords.OneLine($"{(int)refused.StatusCode} {refused.Message}");
            return (int)refused.StatusCode is >= 400 and < 500 ? new Delivery.NotNow(reason) : new Delivery.Refused(reason);
        }
        catch (AuthenticationException)
        {
            return new Delivery.Refused("the server did not accept ASSAY_SMTP_USER and ASSAY_SMTP_PASSWORD");
        }
        catch (Exception fault) when (fault is SslHandshakeException or NotSupportedException)
        {
            return new Delivery.Refused("the connection cannot be made secure");
        }
        catch (Exception fault) when (fault is IOException or SocketException or SmtpProtocolException or TimeoutException
            or MailKit.ServiceNotConnectedException)
        {
            return new Delivery.NotNow(PlanWords.OneLine(fault.Message).TrimEnd('.'));
        }
    }
}
