using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Desk.Reports.Html;
using Assay.Desk.Sending;

namespace Assay.Desk.Commands;

/// <summary>Sends a document by mail and to web addresses, by way of an outbox. Secrets come from the environment and are never
/// printed.</summary>
sealed class SendOptions
{
    const string UserVariable = "ASSAY_SMTP_USER", PasswordVariable = "ASSAY_SMTP_PASSWORD", SecretVariable = "ASSAY_WEBHOOK_SECRET",
        SlackVariable = "ASSAY_SLACK_WEBHOOK", TeamsVariable = "ASSAY_TEAMS_WEBHOOK";

    const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    readonly Option<string[]> mailTo = new("--mail-to")
    {
        Description = "Send it by mail to this address; may be repeated. Needs --smtp and --mail-from.", HelpName = "ADDRESS",
        AllowMultipleArgumentsPerToken = false,
    };
    readonly Option<string?> mailFrom = new("--mail-from") { Description = "The address mail comes from.", HelpName = "ADDRESS" };
    readonly Option<string?> smtp = new("--smtp")
    {
        Description = $"The mail server; port 587 unless given. Its user and password come from {UserVariable} and {PasswordVariable}.",
        HelpName = "HOST[:PORT]",
    };
    readonly Option<string[]> webhook = new("--webhook")
    {
        Description = $"Post it as JSON, signed with the secret in {SecretVariable}; may be repeated.", HelpName = "URL",
        AllowMultipleArgumentsPerToken = false,
    };
    readonly Option<bool> slack = new("--slack") { Description = $"Post it to the Slack webhook in {SlackVariable}." };
    readonly Option<bool> teams = new("--teams") { Description = $"Post it to the Microsoft Teams webhook in {TeamsVariable}." };
    readonly Option<string?> outbox = new("--outbox")
    {
        Description = "Folder that keeps what could not be sent, and a record of what was; needed to send.", HelpName = "DIR",
    };
    readonly Option<bool> again = new("--send-again") { Description = "Send what was sent before too, where it has changed since." };

    public IReadOnlyList<Option> All => [mailTo, mailFrom, smtp, webhook, slack, teams, outbox, again];

    /// <summary>What was asked for; addresses are not looked at yet.</summary>
    public sealed record Request
    {
        public string[] MailTo { get; init; } = [];
        public string? MailFrom { get; init; }
        public string? Smtp { get; init; }
        public string[] Webhooks { get; init; } = [];
        public bool Slack { get; init; }
        public bool Teams { get; init; }
        public string? Outbox { get; init; }
        public bool Again { get; init; }

        public bool IsAsked => MailTo.Length > 0 || Webhooks.Length > 0 || Slack || Teams;
    }

    public Request Read(ParseResult parsed) => new()
    {
        MailTo = [.. (parsed.GetValue(mailTo) ?? []).SelectMany(a => a.Split(',', Trimmed))],
        MailFrom = parsed.GetValue(mailFrom), Smtp = parsed.GetValue(smtp), Webhooks = parsed.GetValue(webhook) ?? [],
        Slack = parsed.GetValue(slack), Teams = parsed.GetValue(teams), Outbox = parsed.GetValue(outbox), Again = parsed.GetValue(again),
    };

    /// <summary>One who gets it, and in which form.</summary>
    sealed record Receiver(IDestination Destination, string Form);

    /// <summary>Checks what was asked for before any work is done.</summary>
    /// <exception cref="InputException">Something is missing or no address.</exception>
    public static void Check(Request request)
    {
        if (!request.IsAsked) return;
        if (request.Outbox is null)
        {
            throw new InputException("sending needs --outbox DIR: the folder that keeps what could not be sent, and a record of what was, "
                + "so that "
                + "nothing is lost and nothing sent twice.");
        }
        using HttpClient unused = new();
        Receivers(request, unused, TimeProvider.System);
    }

    /// <summary>Sends a document, and before it what waits from earlier runs.</summary>
    /// <param name="report">What it is and of which days: sent once to each receiver.</param>
    /// <param name="read">Fingerprint of what it was made from: a report of other logs is another one.</param>
    /// <returns>An exit code: 3 where something could not be sent, which then waits in the outbox.</returns>
    public static async Task<int> Send(
        Request request, Document document, Action<Utf8JsonWriter> json, string report, string read, TimeProvider clock,
        CancellationToken cancel)
    {
        if (!request.IsAsked) return ExitCode.Fine;
        // A post that is sent on elsewhere arrives as a GET without the report, or where nobody said it may go.
        using HttpClientHandler handler = new() { AllowAutoRedirect = false };
        using HttpClient client = new(handler) { Timeout = Patience };
        var receivers = Receivers(request, client, clock);
        using Outbox box = new(request.Outbox!, clock);
        var made = clock.GetUtcNow();
        var content = Text(json);
        foreach (var receiver in receivers)
        {
            var message = Compose("");
            if (box.Sent(message.Key) is { } before)
            {
                if (!request.Again)
                {
                    Console.Error.WriteLine($"assay: {receiver.Destination.Name}: sent already on "
                        + $"{before.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} "
                        + "UTC; not sent again (--send-again does).");
                    continue;
                }
                message = Compose(Message.Digest(content));
                if (box.Sent(message.Key) is not null) continue;
            }
            box.Put(message);

            Message Compose(string again) => Message.Of($"{report} {read}", $"{document.Title}, {document.Period}", receiver.Destination,
                Body(receiver, again), made, again);
        }
        return await SendWaiting(box, receivers, cancel).ConfigureAwait(false);

        string Body(Receiver receiver, string again) => receiver switch
        {
            { Form: "slack" } => DocumentCards.Slack(document),
            { Form: "teams" } => DocumentCards.Teams(document),
            { Destination: MailDestination mail } => Mail(mail, request.MailFrom!, document, report, read, made, again),
            _ => $$"""{"event":"assay.{{report.Split('-')[0]}}","report":"{{report}}","content":{{content}}}""",
        };
    }

    static async Task<int> SendWaiting(Outbox box, IReadOnlyList<Receiver> receivers, CancellationToken cancel)
    {
        var code = ExitCode.Fine;
        var waiting = box.Waiting;
        foreach (var damaged in box.Damaged) Console.Error.WriteLine($"assay: a damaged file of the outbox was set aside as '{damaged}'.");
        foreach (var message in waiting)
        {
            if (receivers.FirstOrDefault(r => r.Destination.Id == message.Destination) is not { Destination: var destination })
            {
                Console.Error.WriteLine($"assay: '{PlanWords.OneLine(message.Title)}' still waits for "
                    + $"{PlanWords.OneLine(message.Destination.Split(':')[0])}, which this run does not name.");
                continue;
            }
            string? reason;
            try
            {
                reason = await box.Send(message, destination, cancel).ConfigureAwait(false) switch
                {
                    Delivery.NotNow notNow => notNow.Reason,
                    Delivery.Refused refused => refused.Reason,
                    _ => null,
                };
            }
            // Whatever one receiver's answer or kept message does, the later ones get theirs.
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                reason = PlanWords.OneLine(fault.Message);
            }
            if (reason is null)
            {
                Console.Error.WriteLine($"assay: sent '{PlanWords.OneLine(message.Title)}': {destination.Name}.");
                continue;
            }
            code = ExitCode.OutsideFailed;
            Console.Error.WriteLine($"assay: not sent, {destination.Name}: {reason.TrimEnd('.')}. It waits in the outbox; run the command "
                + $"again.");
        }
        return code;
    }

    static string Mail(MailDestination mail, string from, Document document, string report, string read, DateTimeOffset made,
        string again)
    {
        using StringWriter text = new() { NewLine = "\n" }, page = new() { NewLine = "\n" };
        DocumentMarkdown.Write(document, text);
        DocumentHtml.Write(document, page);
        var book = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".xlsx");
        try
        {
            DocumentWorkbook.Write(document, book);
            // Readers of mail draw no pictures of a page; attached, it opens in a browser as it is.
            return mail.Compose(from, $"{document.Title}, {document.Period}: {document.Figures[0].Value}", text.ToString(),
                [($"{report}.html", Encoding.UTF8.GetBytes(page.ToString())), ($"{report}.xlsx", File.ReadAllBytes(book))],
                $"{report} {read}", made, again);
        }
        finally
        {
            File.Delete(book);
        }
    }

    static string Text(Action<Utf8JsonWriter> json)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream)) json(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static List<Receiver> Receivers(Request request, HttpClient client, TimeProvider clock)
    {
        List<Receiver> receivers = [];
        if (request.MailTo.Length > 0)
        {
            var server = Server(request);
            foreach (var to in request.MailTo) receivers.Add(new(new MailDestination(server, Address(to, "--mail-to")), "mail"));
        }
        foreach (var url in request.Webhooks)
        {
            var secret = Variable(SecretVariable)
                ?? throw new InputException($"--webhook needs a secret to sign with in {SecretVariable}; a report that is not signed is "
                    + $"not sent.");
            receivers.Add(new(new WebhookDestination("webhook", Web(url, "--webhook"), secret, client, clock), "json"));
        }
        if (request.Slack) receivers.Add(OfVariable("slack", SlackVariable));
        if (request.Teams) receivers.Add(OfVariable("teams", TeamsVariable));
        return [.. receivers.DistinctBy(r => r.Destination.Id)];

        Receiver OfVariable(string kind, string variable) => new(new WebhookDestination(kind, Web(Variable(variable)
            ?? throw new InputException($"--{kind} needs the address of the webhook in {variable}; it is a secret, and no option."),
            $"the address in {variable}"), null, client, clock), kind);
    }

    static MailServer Server(Request request)
    {
        if (request.Smtp is not { } smtp || request.MailFrom is not { } from)
            throw new InputException("--mail-to needs --smtp HOST[:PORT] and --mail-from ADDRESS, as in --smtp mail.example.com:587 "
                + "--mail-from finops@example.com.");
        Address(from, "--mail-from");
        var colon = smtp.LastIndexOf(':');
        var port = 587;
        if (colon > 0 && (!int.TryParse(smtp[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1
            or > 65535))
            throw new InputException($"--smtp '{smtp}' names no port; write it as --smtp mail.example.com:587.");
        var (user, password) = (Variable(UserVariable), Variable(PasswordVariable));
        if (user is null != password is null)
            throw new InputException($"{UserVariable} and {PasswordVariable} belong together; one of them is not set.");
        return new(colon > 0 ? smtp[..colon] : smtp, port, user, password);
    }

    static string Address(string text, string option) => MimeKit.MailboxAddress.TryParse(text, out var address)
        && address.Address.Contains('@', StringComparison.Ordinal)
        ? address.Address
        : throw new InputException($"{option} '{text}' is no mail address; write it as finops@example.com.");

    // Reports tell who spends what: on the way to another machine they are encrypted.
    static Uri Web(string text, string what) => Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        ? address
        : throw new InputException($"{what}{Place(address)} is no address to post to; accepted is https://…, and http:// on this machine.");

    // The rest of an address is a secret, and of a text that is no address nothing is known not to be.
    static string Place(Uri? address) => address is { Host.Length: > 0 }
        ? $" '{PlanWords.OneLine($"{address.Scheme}://{address.Host}")}'" : "";

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
