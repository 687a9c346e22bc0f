using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Assay.Desk.Sending;
using Assay.Testing;

namespace Assay.Desk.Tests.Weekly;

/// <summary>Reports reach real local servers, once; what does not reach them waits.</summary>
public sealed class SendingTests
{
    static Folder Weeks()
    {
        Folder folder = new();
        folder.Write("logs.jsonl", SomeWeeks.Logs());
        return folder;
    }

    static Ended Weekly(Folder folder, string options, string environment = "ASSAY_WEBHOOK_SECRET=quiet") =>
        Cli.Bash(folder.Root, $"{environment} $assay weekly logs.jsonl --no-plan --outbox box {options}");

    static string[] Waiting(Folder folder) => Directory.GetFiles(folder.PathOf("box/pending"));
    static string[] Sent(Folder folder) => Directory.GetFiles(folder.PathOf("box/sent"));

    [Fact]
    public void A_webhook_gets_the_report_once_signed()
    {
        using var folder = Weeks();
        using WebServer server = new();
        var first = Weekly(folder, $"--webhook {server.Url}hook?token=hush").MustSucceed();
        var second = Weekly(folder, $"--webhook {server.Url}hook?token=hush").MustSucceed();
        var request = Assert.Single(server.Requests);
        Assert.Equal(WebhookDestination.Signature("quiet", request.Headers["x-assay-timestamp"], request.Body), request.Headers["x-assay-signature"]);
        Assert.Equal(32, request.Headers["Idempotency-Key"].Length);
        var body = JsonDocument.Parse(request.Body).RootElement;
        Assert.Equal(("assay.weekly", "weekly-2026-07-20"), (body.GetProperty("event").GetString(), body.GetProperty("report").GetString()));
        Assert.Equal("2026-07-20", body.GetProperty("content").GetProperty("week").GetProperty("from").GetString());
        Assert.Contains("sent already", second.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", first.Errors + second.Errors + first.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("quiet", AllOf(folder), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", AllOf(folder), StringComparison.Ordinal);
    }

    static string AllOf(Folder folder) => string.Concat(Directory.GetFiles(folder.PathOf("box"), "*.json", SearchOption.AllDirectories).Select(File.ReadAllText));

    [Fact]
    public void A_webhook_that_stumbles_is_tried_again_under_the_same_key()
    {
        using var folder = Weeks();
        using WebServer server = new(503, 429, 200);
        Weekly(folder, $"--webhook {server.Url}").MustSucceed();
        Assert.Equal(3, server.Requests.Count);
        Assert.Single(server.Requests.Select(r => r.Headers["Idempotency-Key"]).Distinct());
        Assert.Empty(Waiting(folder));
    }

    [Fact]
    public void A_webhook_that_is_down_loses_nothing_and_says_one_line()
    {
        using var folder = Weeks();
        var port = FreePort();
        var ended = Weekly(folder, $"--webhook http://127.0.0.1:{port}/");
        Assert.Equal(3, ended.Exit);
        Assert.Contains("Spend", ended.Output, StringComparison.Ordinal);
        Assert.Contains("not sent, webhook at 127.0.0.1: Connection refused", Assert.Single(ended.ErrorLines, l => l.Contains("not sent", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Single(Waiting(folder));
        using WebServer server = new([200], port);
        Weekly(folder, $"--webhook http://127.0.0.1:{port}/").MustSucceed();
        Assert.Single(server.Requests);
        Assert.Empty(Waiting(folder));
        Assert.Single(Sent(folder));
    }

    [Fact]
    public void A_webhook_that_refuses_is_not_pestered()
    {
        using var folder = Weeks();
        using WebServer server = new(403, 403, 403);
        Assert.Equal(3, Weekly(folder, $"--webhook {server.Url}").Exit);
        Assert.Single(server.Requests);
        Assert.Single(Waiting(folder));
    }

    [Fact]
    public void What_changed_since_is_sent_again_only_when_asked()
    {
        using var folder = Weeks();
        using WebServer server = new();
        Weekly(folder, $"--webhook {server.Url}").MustSucceed();
        Weekly(folder, $"--webhook {server.Url} --budget 100").MustSucceed();
        Assert.Single(server.Requests);
        Weekly(folder, $"--webhook {server.Url} --budget 100 --send-again").MustSucceed();
        Weekly(folder, $"--webhook {server.Url} --budget 100 --send-again").MustSucceed();
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void Killed_between_two_moments_nothing_is_lost()
    {
        using var folder = Weeks();
        using WebServer server = new(TimeSpan.FromSeconds(30));
        // The server does not answer: the message was written before the first attempt, and is there after a kill.
        Cli.Bash(folder.Root, $"""
            ASSAY_WEBHOOK_SECRET=quiet $assay weekly logs.jsonl --no-plan --outbox box --webhook {server.Url} & pid=$!
            until ls box/pending/*.json >/dev/null 2>&1; do sleep 0.1; done
            kill -9 $pid
            """);
        Assert.Single(Waiting(folder));
        Assert.Empty(Sent(folder));
        var key = Path.GetFileNameWithoutExtension(Waiting(folder)[0]);
        server.Answer();
        Weekly(folder, $"--webhook {server.Url}").MustSucceed();
        Assert.Equal(key, Path.GetFileNameWithoutExtension(Assert.Single(Sent(folder))));
        Assert.All(server.Requests, r => Assert.Equal(key, r.Headers["Idempotency-Key"]));
    }

    [Fact]
    public void Slack_and_teams_get_their_forms()
    {
        using var folder = Weeks();
        using WebServer server = new();
        Weekly(folder, "--slack --teams", $"ASSAY_SLACK_WEBHOOK={server.Url}services/T0/secret ASSAY_TEAMS_WEBHOOK={server.Url}workflows/secret").MustSucceed();
        Golden.Matches(string.Join("\n\n", server.Requests.OrderBy(r => r.Path, StringComparer.Ordinal).Select(r => $"{r.Path}\n{r.Body}")));
        Assert.DoesNotContain("secret", AllOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_arrives_with_its_attachments_once()
    {
        using var folder = Weeks();
        using MailServerOfPython server = new();
        var options = $"--mail-to lead@example.com --mail-to finops@example.com --mail-from assay@example.com --smtp 127.0.0.1:{server.Port}";
        Weekly(folder, options).MustSucceed();
        Weekly(folder, options).MustSucceed();
        var mails = server.Mails();
        Assert.Equal(["finops@example.com", "lead@example.com"], mails.Select(m => m.To.Mailboxes.Single().Address).Order(StringComparer.Ordinal));
        Assert.All(mails, m =>
        {
            Assert.Equal("Amazon Bedrock, the week, 20–26 July 2026: $5.18", m.Subject);
            Assert.Contains("What changed, and why", m.TextBody, StringComparison.Ordinal);
            Assert.Equal(["weekly-2026-07-20.html", "weekly-2026-07-20.xlsx"], m.Attachments.Select(a => a.ContentDisposition!.FileName));
            Assert.Equal($"{m.Headers["X-Assay-Key"]}@assay", m.MessageId);
        });
    }

    [Fact]
    public void One_refused_reader_keeps_it_from_nobody_else()
    {
        using var folder = Weeks();
        using MailServerOfPython server = new("nobody@example.com");
        var options = $"--mail-to nobody@example.com --mail-to lead@example.com --mail-from assay@example.com --smtp 127.0.0.1:{server.Port}";
        var first = Weekly(folder, options);
        Assert.Equal(3, first.Exit);
        Assert.Contains("not sent, mail to nobody@example.com", Assert.Single(first.ErrorLines, l => l.Contains("not sent", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(3, Weekly(folder, options).Exit);
        Assert.Equal("lead@example.com", Assert.Single(server.Mails()).To.Mailboxes.Single().Address);
        Assert.Single(Waiting(folder));
    }

    [Fact]
    public void A_mail_server_that_is_down_loses_nothing()
    {
        using var folder = Weeks();
        var ended = Weekly(folder, $"--mail-to lead@example.com --mail-from assay@example.com --smtp 127.0.0.1:{FreePort()}");
        Assert.Equal(3, ended.Exit);
        Assert.Single(ended.ErrorLines, l => l.Contains("not sent, mail to lead@example.com", StringComparison.Ordinal));
        Assert.Single(Waiting(folder));
    }

    [Theory]
    [InlineData("--webhook http://example.com/x", "ASSAY_WEBHOOK_SECRET=s", "accepted is https")]
    [InlineData("--webhook https://example.com/x", "X=1", "needs a secret")]
    [InlineData("--slack", "X=1", "ASSAY_SLACK_WEBHOOK")]
    [InlineData("--mail-to lead@example.com", "X=1", "--smtp HOST")]
    [InlineData("--mail-to lead --mail-from a@example.com --smtp h", "X=1", "no mail address")]
    [InlineData("--mail-to l@example.com --mail-from a@example.com --smtp h:x", "X=1", "no port")]
    [InlineData("--mail-to l@example.com --mail-from a@example.com --smtp h", "ASSAY_SMTP_USER=u", "belong together")]
    public void What_cannot_be_sent_is_refused_before_any_work(string options, string environment, string said)
    {
        using var folder = Weeks();
        Assert.Contains(said, Weekly(folder, options, environment).MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sending_without_an_outbox_is_refused()
    {
        using var folder = Weeks();
        Assert.Contains("--outbox DIR", Cli.Bash(folder.Root, "ASSAY_SLACK_WEBHOOK=https://x.example $assay weekly logs.jsonl --slack").MustRefuse(), StringComparison.Ordinal);
    }

    static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A web server of the platform that keeps what it is sent and answers as told, the last answer for ever.</summary>
    sealed class WebServer : IDisposable
    {
        public sealed record Got(string Path, Dictionary<string, string> Headers, string Body);

        readonly HttpListener listener = new();
        readonly Queue<int> answers;
        readonly TaskCompletionSource gate = new();

        public ConcurrentQueue<Got> Requests { get; } = new();
        public string Url { get; }

        public WebServer(params int[] answers) : this(answers, FreePort()) { }

        /// <summary>Answers only once <see cref="Answer"/> was called.</summary>
        public WebServer(TimeSpan silent) : this([200], FreePort(), isSilent: silent > TimeSpan.Zero) { }

        public WebServer(int[] answers, int port, bool isSilent = false)
        {
            this.answers = new(answers.Length == 0 ? [200] : answers);
            Url = $"http://127.0.0.1:{port}/";
            listener.Prefixes.Add(Url);
            listener.Start();
            if (!isSilent) gate.SetResult();
            _ = Task.Run(Serve);
        }

        public void Answer() => gate.TrySetResult();

        async Task Serve()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try { context = await listener.GetContextAsync(); }
                catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException) { return; }
                using StreamReader body = new(context.Request.InputStream, Encoding.UTF8);
                Requests.Enqueue(new(context.Request.Url!.AbsolutePath,
                    context.Request.Headers.AllKeys.ToDictionary(k => k!, k => context.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase), await body.ReadToEndAsync()));
                _ = Task.Run(async () =>
                {
                    await gate.Task;
                    lock (answers) context.Response.StatusCode = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
                    try { context.Response.Close(); }
                    catch (HttpListenerException) { _ = context; }
                });
            }
        }

        public void Dispose() => listener.Close();
    }

    /// <summary>A real mail server, Debian's python3-aiosmtpd. Skips where it is not installed.</summary>
    sealed class MailServerOfPython : IDisposable
    {
        const string Script = """
            import sys, time
            from aiosmtpd.controller import Controller
            class Handler:
                n = 0
                async def handle_RCPT(self, server, session, envelope, address, options):
                    if address in sys.argv[3:]: return '550 no such mailbox'
                    envelope.rcpt_tos.append(address)
                    return '250 OK'
                async def handle_DATA(self, server, session, envelope):
                    Handler.n += 1
                    open(f'{sys.argv[2]}/{Handler.n}.eml', 'wb').write(envelope.content)
                    return '250 kept'
            controller = Controller(Handler(), hostname='127.0.0.1', port=int(sys.argv[1]))
            controller.start()
            print('ready', flush=True)
            sys.stdin.read()
            controller.stop()
            """;

        readonly DirectoryInfo kept = Directory.CreateTempSubdirectory("assay-mail-");
        readonly Process process;

        public int Port { get; } = FreePort();

        public MailServerOfPython(params string[] refused)
        {
            const string python = "/usr/bin/python3";
            Assert.SkipUnless(File.Exists(python), "needs python3-aiosmtpd");
            process = Process.Start(new ProcessStartInfo(python, ["-c", Script, $"{Port}", kept.FullName, .. refused])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            if (process.StandardOutput.ReadLine() != "ready") Assert.Skip("needs python3-aiosmtpd, as Debian has it");
        }

        public IReadOnlyList<MimeKit.MimeMessage> Mails() => [.. kept.GetFiles("*.eml").Select(f => MimeKit.MimeMessage.Load(f.FullName))];

        public void Dispose()
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(5_000)) process.Kill();
            process.Dispose();
            kept.Delete(recursive: true);
        }
    }
}
