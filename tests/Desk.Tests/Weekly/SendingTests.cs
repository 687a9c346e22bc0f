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

    [Fact]
    public async Task A_goodbye_without_an_answer_takes_back_no_delivery()
    {
        using AnsweringServer server = new(async (lines, write) =>
        {
            await write("220 here\r\n");
            var isData = false;
            while (await lines() is { } line)
            {
                if (isData) { if (line == ".") { isData = false; await write("250 kept\r\n"); } }
                else if (line == "DATA") { isData = true; await write("354 go on\r\n"); }
                else if (line != "QUIT") await write("250 fine\r\n");
            }
        });
        MailDestination destination = new(new("127.0.0.1", server.Port, null, null), "lead@example.com", TimeSpan.FromMilliseconds(500));
        var wire = destination.Compose("assay@example.com", "A week", "Text", [], "weekly", DateTimeOffset.UnixEpoch, "");
        var message = Message.Of("weekly", "A week", destination, wire, DateTimeOffset.UnixEpoch);
        Assert.Equal("kept", Assert.IsType<Delivery.Done>(await destination.Deliver(message, TestContext.Current.CancellationToken)).Answer);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nbroken", "")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=bogus\r\nContent-Length: 2\r\n\r\nok", "")]
    [InlineData("HTTP/1.1 400 Bad\r\nContent-Type: text/plain; charset=bogus\r\nContent-Length: 9\r\n\r\nno\u001b[2Jway", "400 Bad: no [2Jway")]
    [InlineData("HTTP/1.1 400 Bad\r\nContent-Length: 500\r\n\r\nbroken", "400 Bad: broken")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://else.example/hush\r\nContent-Length: 0\r\n\r\n", "302 Found: it points to else.example")]
    public void The_status_alone_decides_whatever_the_body(string answer, string said)
    {
        using var folder = Weeks();
        using AnsweringServer server = new(async (lines, write) =>
        {
            while (await lines() is { Length: > 0 }) { }
            await write(answer);
        });
        var ended = Weekly(folder, $"--webhook http://127.0.0.1:{server.Port}/");
        Assert.Equal(1, server.Connections);
        Assert.Equal(said.Length == 0 ? 0 : 3, ended.Exit);
        Assert.Contains(said, ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(said.Length == 0 ? 0 : 1, Waiting(folder).Length);
    }

    [Fact]
    public void A_report_of_other_logs_replaces_none_that_waits()
    {
        using var folder = Weeks();
        var port = FreePort();
        Assert.Equal(3, Weekly(folder, $"--webhook http://127.0.0.1:{port}/").Exit);
        folder.Write("logs.jsonl", SomeWeeks.Logs().Replace("111122223333", "999988887777", StringComparison.Ordinal));
        Assert.Equal(3, Weekly(folder, $"--webhook http://127.0.0.1:{port}/").Exit);
        Assert.Equal(3, Weekly(folder, $"--webhook http://127.0.0.1:{port}/").Exit);
        Assert.Equal(2, Waiting(folder).Length);
    }

    [Fact]
    public void Damaged_files_are_set_aside_and_the_rest_is_sent()
    {
        using var folder = Weeks();
        using WebServer server = new();
        Weekly(folder, $"--webhook {server.Url}").MustSucceed();
        File.WriteAllText(Assert.Single(Sent(folder)), "{");
        File.WriteAllText(folder.PathOf("box/pending/0000.json"), "{\"Key\":");
        File.WriteAllText(folder.PathOf("box/pending/0001.json"), "{}");
        var ended = Weekly(folder, $"--webhook {server.Url} --webhook {server.Url}other").MustSucceed();
        Assert.Equal(3, ended.ErrorLines.Count(l => l.Contains("damaged", StringComparison.Ordinal)));
        // The damaged record still says that the first was sent.
        Assert.Equal(["/", "/other"], server.Requests.Select(r => r.Path));
        Assert.All(Waiting(folder), f => Assert.EndsWith(".damaged", f, StringComparison.Ordinal));
        Assert.DoesNotContain("set aside", Weekly(folder, $"--webhook {server.Url}").MustSucceed().Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_message_that_makes_no_mail_starves_nobody()
    {
        using var folder = Weeks();
        using WebServer server = new();
        folder.Write("box/pending/0000.json", """{"Key":"0000","Destination":"mail:lead@example.com","Title":"Old","Made":"2026-01-01T00:00:00Z","Body":""}""");
        var ended = Weekly(folder, $"--webhook {server.Url} --mail-to lead@example.com --mail-from a@example.com --smtp 127.0.0.1:{FreePort()}");
        Assert.Equal(3, ended.Exit);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("--webhook https//hooks.example.com/hush", "X=1 ASSAY_WEBHOOK_SECRET=s")]
    [InlineData("--webhook http://hooks.example.com/hush?token=hush", "ASSAY_WEBHOOK_SECRET=s")]
    [InlineData("--webhook http://hush:hush@hooks.example.com/", "ASSAY_WEBHOOK_SECRET=s")]
    [InlineData("--slack", "ASSAY_SLACK_WEBHOOK=htps://hooks.example.com/services/hush")]
    public void A_mistyped_address_is_not_repeated(string options, string environment)
    {
        using var folder = Weeks();
        var said = Weekly(folder, options, environment).MustRefuse();
        Assert.Contains("no address to post to", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_in_names_reach_no_terminal()
    {
        using var folder = Weeks();
        var logs = SomeWeeks.Logs().Replace("role/", "role/\\u001b[2J\\u009b", StringComparison.Ordinal);
        folder.Write("logs.jsonl", logs.Replace("user/", "user/\\u001b[2J\\u009b", StringComparison.Ordinal));
        var ended = Cli.Bash(folder.Root, "$assay weekly logs.jsonl --no-plan --out out").MustSucceed();
        Assert.Contains("[2J", ended.Output, StringComparison.Ordinal);
        foreach (var text in Directory.GetFiles(folder.PathOf("out"), "*.md").Select(File.ReadAllText).Append(ended.Output))
            Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
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

    /// <summary>A server that says on each connection what the test has it say, then closes it.</summary>
    sealed class AnsweringServer : IDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);
        int connections;

        public int Port { get; }
        public int Connections => connections;

        public AnsweringServer(Func<Func<Task<string?>>, Func<string, Task>, Task> talk)
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    TcpClient client;
                    try { client = await listener.AcceptTcpClientAsync(); }
                    catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException) { return; }
                    Interlocked.Increment(ref connections);
                    _ = Task.Run(async () =>
                    {
                        using var held = client;
                        using StreamReader reader = new(client.GetStream(), Encoding.Latin1);
                        try
                        {
                            await talk(() => reader.ReadLineAsync(), t => client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(t)).AsTask());
                            // What came is read to its end: a connection closed before is reset, and the answer lost.
                            client.Client.Shutdown(SocketShutdown.Send);
                            while (await reader.ReadLineAsync() is not null) { }
                        }
                        catch (IOException gone) { _ = gone; }
                    });
                }
            });
        }

        public void Dispose() => listener.Dispose();
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
