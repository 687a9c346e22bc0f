using System.Text;

namespace Assay.Desk.Tests.Input;

/// <summary>Input no one should give, and someone will: one clear line or a named count, the right exit code, an end.</summary>
public sealed class BadInputTests : IDisposable
{
    const string Good = "0.00108";

    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    static string Call(string id = "good") => LogText.Call(id, input: 1000, output: 500);

    Ended Report(params string[] paths) => folder.Run(["report", "--json", .. paths]);

    /// <summary>The report has the good call's cost, and its skipped files and lines name what was passed over.</summary>
    static void Rated(Ended ended, string total, int lines, params string[] reasons)
    {
        var report = ended.MustSucceed().Json;
        Assert.Equal(total, report.GetProperty("total").GetString());
        var skipped = report.GetProperty("skipped");
        Assert.Equal(lines, skipped.GetProperty("lines").GetInt32());
        var named = skipped.GetProperty("files").EnumerateArray().Concat(skipped.GetProperty("first").EnumerateArray())
            .Select(s => $"{s.GetProperty("path").GetString()}: {s.GetProperty("reason").GetString()}").ToList();
        Assert.All(reasons, reason => Assert.Contains(named, n => n.Contains(reason, StringComparison.Ordinal)));
        if (reasons.Length > 0) Assert.NotEmpty(ended.Errors);
    }

    [Fact]
    public void An_empty_folder()
    {
        Directory.CreateDirectory(folder.PathOf("empty"));
        Assert.Contains("'empty': no files", Report("empty").MustRefuse());
    }

    [Fact]
    public void A_folder_of_photos()
    {
        folder.Write("photos/a.jpg", [0xFF, 0xD8, 0xFF, 0xE0, .. Enumerable.Repeat((byte)10, 5000)]);
        folder.Write("photos/b.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. new byte[5000]]);
        var line = Report("photos").MustRefuse();
        Assert.Contains("2 files, none of them a log", line);
        Assert.Contains("a JPEG image", line);
        folder.Write("photos/log.jsonl", Call());
        Rated(Report("photos"), Good, 0, "photos/a.jpg: a JPEG image", "photos/b.png: a PNG image");
    }

    [Fact]
    public void A_gzip_file_without_a_byte()
    {
        folder.Write("logs/a.json.gz", []);
        Assert.Contains("empty", Report("logs").MustRefuse());
        folder.Write("logs/b.json.gz", LogText.Gzip(Call()));
        Rated(Report("logs"), Good, 0, "logs/a.json.gz: empty");
    }

    [Fact]
    public void A_gzip_file_cut_short()
    {
        var calls = string.Concat(Enumerable.Range(0, 2000).Select(i => Call($"r-{i}")));
        var whole = LogText.Gzip(calls);
        folder.Write("cut.json.gz", whole[..(whole.Length / 2)]);
        var ended = Report("cut.json.gz").MustSucceed();
        Assert.InRange(ended.Json.GetProperty("requests").GetInt32(), 500, 1500);
        Assert.Contains("cut.json.gz: the gzip data is cut short", ended.Errors);
    }

    [Fact]
    public void A_gzip_file_cut_short_at_the_end_of_a_line_is_not_taken_for_whole()
    {
        using MemoryStream bytes = new();
        using (System.IO.Compression.GZipStream zip = new(bytes, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            zip.Write(Encoding.UTF8.GetBytes(Call()));
            zip.Flush();
            var written = (int)bytes.Length;
            zip.Write(Encoding.UTF8.GetBytes(Call("lost")));
            zip.Flush();
            folder.Write("cut.json.gz", bytes.ToArray()[..written]);
        }
        Rated(Report("cut.json.gz"), Good, 0, "cut.json.gz: the gzip data is cut short or damaged after line 1");
    }

    [Fact]
    public void A_gzip_file_with_damaged_bytes_beside_a_sound_one()
    {
        var bytes = LogText.Gzip(string.Concat(Enumerable.Range(0, 500).Select(i => Call($"r-{i}"))));
        for (var i = 40; i < 60; i++) bytes[i] ^= 0x5A;
        folder.Write("logs/a.json.gz", bytes);
        folder.Write("logs/b.json.gz", LogText.Gzip(Call()));
        var ended = Report("logs").MustSucceed();
        Assert.Contains("logs/a.json.gz: the gzip data is cut short or damaged", ended.Errors);
        Assert.True(decimal.Parse(ended.Json.GetProperty("total").GetString()!) >= 0.00108m);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("                                ")]
    [InlineData("\n")]
    [InlineData("{}\n")]
    [InlineData("""{"timestamp":"2026-07-01T10:00:00Z","requestId":"bomb","modelId":"m","region":"us-east-1"}""" + "\n")]
    public void A_gzip_bomb_of_two_gigabytes(string unfolded)
    {
        folder.Write("logs/a.json.gz", LogText.Bomb(unfolded, 2L * 1024 * 1024 * 1024));
        folder.Write("logs/b.json.gz", LogText.Gzip(Call()));
        var ended = Report("logs").MustSucceed();
        Assert.Equal(Good, ended.Json.GetProperty("total").GetString());
        Assert.Contains("logs/a.json.gz", ended.Errors);
    }

    [Fact]
    public void A_hundred_megabytes_on_one_line()
    {
        using (StreamWriter text = new(folder.PathOf("long.jsonl")))
        {
            text.Write("{\"timestamp\":\"2026-07-01T10:00:00Z\",\"input\":{\"inputBodyJson\":\"");
            var megabyte = new string('a', 1024 * 1024);
            for (var i = 0; i < 100; i++) text.Write(megabyte);
            text.Write("\"}}\n" + Call());
        }
        Rated(Report("long.jsonl"), Good, 1, "long.jsonl: the line is longer than 16 MB");
    }

    [Fact]
    public void A_hundred_megabytes_on_the_only_line()
    {
        File.WriteAllBytes(folder.PathOf("long.jsonl"), [.. Enumerable.Repeat((byte)'{', 100 * 1024 * 1024)]);
        Assert.Contains("the line is longer than 16 MB", Report("long.jsonl").MustRefuse());
    }

    [Fact]
    public void Text_that_is_not_utf8()
    {
        var bad = Encoding.UTF8.GetBytes(LogText.Call("bad", input: 1, output: 1, tags: """{"app":"XX"}"""));
        var at = bad.AsSpan().IndexOf("XX"u8);
        bad[at] = 0xC3;
        bad[at + 1] = 0x28;
        folder.Write("a.jsonl", [.. bad, .. Encoding.UTF8.GetBytes(Call())]);
        Rated(Report("a.jsonl"), Good, 1, "not UTF-8");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("0.5")]
    [InlineData("\"7\"")]
    [InlineData("1000000000001", Skip = "the reader says 'a value is missing'")]
    [InlineData("9223372036854775807", Skip = "the reader says 'a value is missing'")]
    [InlineData("9223372036854775808", Skip = "the reader overflows on a count of nineteen digits")]
    [InlineData("99999999999999999999999999999999999999999999999999", Skip = "the reader overflows on a count of nineteen digits")]
    public void A_count_that_is_none(string count)
    {
        folder.Write("a.jsonl", Call("bad").Replace(":1000", ":" + count, StringComparison.Ordinal) + Call());
        Rated(Report("a.jsonl"), Good, 1, "inputTokenCount is '");
    }

    [Fact]
    public void The_largest_counts_there_can_be_are_added_without_overflow()
    {
        const long most = 1_000_000_000_000;
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 50).Select(i =>
            LogText.Call($"r-{i}", LogText.Sonnet, input: most, output: most, cacheRead: most, cacheWrite: most))));
        var ended = Report("a.jsonl").MustSucceed();
        Assert.True(decimal.Parse(ended.Json.GetProperty("total").GetString()!) > 0);
        folder.Run("report", "a.jsonl").MustSucceed();
        folder.Run("report", "a.jsonl", "--html", "a.html").MustSucceed();
        folder.Run("explain", "r-7", "a.jsonl").MustSucceed();
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("1999-12-31T23:59:59Z")]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("yesterday")]
    public void A_time_that_cannot_be(string time)
    {
        folder.Write("a.jsonl", LogText.Call("bad", input: 5, output: 5, time: time) + Call());
        Rated(Report("a.jsonl"), Good, 1, $"timestamp '{time}'");
    }

    [Fact]
    public void Lines_that_are_no_records()
    {
        folder.Write("a.jsonl", "null\n[]\n{}\n\n   \n<html>\n{\"a\":\n" + Call().TrimEnd() + "garbage\n" + Call());
        var ended = Report("a.jsonl").MustSucceed();
        Assert.Equal(Good, ended.Json.GetProperty("total").GetString());
        Assert.InRange(ended.Json.GetProperty("skipped").GetProperty("lines").GetInt32(), 5, 6);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e30")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("")]
    [InlineData("99999999999999999999999999999999999999")]
    public void A_book_with_a_price_that_is_none(string price)
    {
        folder.Write("a.jsonl", Call());
        folder.Write("mine.csv", "sku,model,meter,mode,tier,scope,context,regions,term,unit,rate,from,until,source\n"
            + $"x,{LogText.Llama},input,on_demand,standard,in_region,standard,us-east-1,none,1M tokens,{price},,,me\n");
        foreach (var command in (string[])["report", "rate"])
        {
            var line = folder.Run(command, "a.jsonl", "--book", "mine.csv").MustRefuse();
            Assert.Contains("mine.csv:2", line);
            Assert.Contains($"'{price}'", line);
        }
    }

    [Theory]
    [InlineData("", "mine.csv:1")]
    [InlineData("\n\n", "mine.csv:1")]
    [InlineData("sku,model,rate\nx,y,1\n", "mine.csv:1")]
    [InlineData("sku,model,meter,mode,tier,scope,context,regions,term,unit,rate,from,until,source\nx,y,input\n", "mine.csv:2")]
    [InlineData("\0\u0001\u0002", "mine.csv:1")]
    public void A_book_that_is_none(string text, string place)
    {
        folder.Write("a.jsonl", Call());
        folder.Write("mine.csv", text);
        Assert.Contains(place, folder.Run("rate", "a.jsonl", "--book", "mine.csv").MustRefuse());
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("[1]", "not a map")]
    [InlineData("{\"arn\":", "is not JSON")]
    [InlineData("{\"arn\":\"model\"}", "names no model")]
    [InlineData("{\"arn\":{\"app\":\"x\"}}", "names no model")]
    public void A_map_of_profiles_that_is_none(string text, string answer)
    {
        folder.Write("a.jsonl", Call());
        folder.Write("profiles.json", text);
        Assert.Contains(answer, folder.Run("report", "a.jsonl", "--profiles", "profiles.json").MustRefuse());
        Assert.Contains("missing.json", folder.Run("report", "a.jsonl", "--profiles", "missing.json").MustRefuse());
    }

    [Fact]
    public void Profiles_that_lead_to_each_other_are_refused()
    {
        const string other = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/other";
        folder.Write("a.jsonl", LogText.Call("r", LogText.Profile, input: 5, output: 5) + Call());
        folder.Write("profiles.json", $$$"""{"{{{LogText.Profile}}}":{"model":"{{{other}}}"},"{{{other}}}":{"model":"{{{LogText.Profile}}}"}}""");
        Assert.Contains("leads back to itself", folder.Run("report", "a.jsonl", "--profiles", "profiles.json").MustRefuse());
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[")]
    [InlineData("{\"message\":", Skip = "the reader follows wrappers until its stack overflows")]
    [InlineData("{\"Records\":[", Skip = "the reader follows wrappers until its stack overflows")]
    public void A_line_nested_a_hundred_thousand_deep(string opening)
    {
        folder.Write("a.jsonl", string.Concat(Enumerable.Repeat(opening, 100_000)) + "\n" + Call());
        Rated(Report("a.jsonl"), Good, 1, "a.jsonl: ");
    }

    [Fact]
    public void A_file_nobody_may_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are those of Unix");
        folder.Write("logs/secret.jsonl", Call("secret"));
        folder.Write("logs/open.jsonl", Call());
        Cli.Bash(folder.Root, "chmod 000 logs/secret.jsonl");
        Assert.SkipWhen(CanRead(folder.PathOf("logs/secret.jsonl")), "this user may read every file");
        Rated(Report("logs"), Good, 0, "logs/secret.jsonl: no permission");

        static bool CanRead(string path)
        {
            try { File.OpenRead(path).Dispose(); return true; }
            catch (UnauthorizedAccessException) { return false; }
        }
    }

    [Fact]
    public void A_folder_where_a_file_is_expected()
    {
        folder.Write("a.jsonl", Call());
        Directory.CreateDirectory(folder.PathOf("mine.csv"));
        folder.Run("rate", "a.jsonl", "--book", "mine.csv").MustRefuse();
        folder.Run("report", "a.jsonl", "--profiles", "mine.csv").MustRefuse();
        folder.Run("prices", "import", "mine.csv").MustRefuse();
        Assert.Contains("cannot write 'mine.csv'", folder.Run("report", "a.jsonl", "--html", "mine.csv").MustRefuse());
        Assert.Contains("cannot write 'no/such/page.html'", folder.Run("report", "a.jsonl", "--html", "no/such/page.html").MustRefuse());
    }

    [Fact]
    public void A_link_that_leads_nowhere()
    {
        File.CreateSymbolicLink(folder.PathOf("link.jsonl"), "gone.jsonl");
        Assert.Contains("a link to a file that is not there", Report("link.jsonl").MustRefuse());
    }

    [Fact]
    public void Links_that_lead_round_in_a_circle()
    {
        folder.Write("logs/a.jsonl", Call());
        Directory.CreateSymbolicLink(folder.PathOf("logs/again"), "../logs");
        File.CreateSymbolicLink(folder.PathOf("logs/b.jsonl"), "c.jsonl");
        File.CreateSymbolicLink(folder.PathOf("logs/c.jsonl"), "b.jsonl");
        Rated(Report("logs"), Good, 0, "logs/again: a link to a folder", "logs/b.jsonl: ", "logs/c.jsonl: ");
    }

    [Fact]
    public void A_link_to_a_log_is_read()
    {
        folder.Write("a.jsonl", Call());
        File.CreateSymbolicLink(folder.PathOf("link.jsonl"), "a.jsonl");
        Rated(Report("link.jsonl"), Good, 0);
    }

    [Fact]
    public void A_named_pipe_without_a_writer_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "named pipes in folders are those of Unix");
        folder.Write("logs/a.jsonl", Call());
        Rated(Cli.Bash(folder.Root, "mkfifo logs/pipe && $assay report logs --json"), Good, 0, "logs/pipe: ");
        Assert.Contains("pipe", Report("logs/pipe").MustRefuse());
    }

    [Fact]
    public void A_pipe_of_the_shell_is_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "process substitution is of Unix shells");
        folder.Write("a.jsonl", Call());
        Rated(Cli.Bash(folder.Root, "$assay report <(cat a.jsonl) --json"), Good, 0);
    }

    [Fact]
    public void A_reader_that_has_read_enough()
    {
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 5000).Select(i => Call($"r-{i}"))));
        var ended = Cli.Bash(folder.Root, "set -o pipefail; $assay rate a.jsonl | head -1; echo ${PIPESTATUS[0]}");
        Assert.Equal("0", ended.Output.Split('\n')[1]);
        Assert.Equal("", ended.Errors);
        foreach (var form in (string[])["", "--json", "--csv", "--markdown"])
            Assert.Equal("", Cli.Bash(folder.Root, $"$assay report a.jsonl {form} | true").Errors);
    }

    [Fact]
    public void A_disk_that_is_full()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no /dev/full on this system");
        folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 1000).Select(i => Call($"r-{i}"))));
        foreach (var command in (string[])["rate a.jsonl", "report a.jsonl", "report a.jsonl --json", "report a.jsonl --csv", "explain r-1 a.jsonl", "prices list"])
        {
            var ended = Cli.Bash(folder.Root, $"$assay {command} > /dev/full");
            Assert.Equal(3, ended.Exit);
            Assert.Contains("No space left", Assert.Single(ended.ErrorLines));
        }
        Assert.Contains("cannot write '/dev/full'", folder.Run("report", "a.jsonl", "--html", "/dev/full").MustRefuse());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Interrupted_while_it_waits_for_input(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are those of Unix");
        var process = Cli.Start(folder.Root, "rate", "-");
        process.StandardInput.Write(Call());
        process.StandardInput.Flush();
        Thread.Sleep(3000);
        Assert.False(process.HasExited);
        using (var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", process.Id.ToString()])) kill.WaitForExit();
        Assert.True(process.WaitForExit(10_000), "still running ten seconds after the signal");
        Assert.Equal(130, process.ExitCode);
        var errors = process.StandardError.ReadToEnd();
        Assert.Contains("interrupted", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        process.Dispose();
    }
}
