using System.Text;
using System.Text.Json;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>
/// Lays calls out as the files of a bucket, with what real buckets also hold: lines delivered twice, lines cut short, lines that
/// are something else, a body file, a permission check.
/// </summary>
sealed class SampleFiles
{
    const int LinesMax = 400;

    readonly SampleOptions options;
    readonly SeededRandom random;
    readonly List<LogFile> logs = [];
    readonly List<EstateFile> others = [];

    SampleFiles(SampleOptions options)
    {
        this.options = options;
        random = SeededRandom.For(options.Seed, "files");
    }

    // A line is a call to be written, or text that is not a record.
    readonly record struct Line(Call? Call, string Text, string What);

    sealed record LogFile(string Path, Place Place, DateTime Hour, List<Line> Lines)
    {
        public int Repeated { get; set; }
    }

    public static SampleOutcome LayOut(IReadOnlyList<Call> calls, SampleOptions options)
    {
        var files = new SampleFiles(options);
        files.AddLogs(calls);
        files.AddRedeliveries();
        files.AddBrokenLines();
        files.AddOthers(calls);
        files.logs.Sort((x, y) => string.CompareOrdinal(x.Path, y.Path));
        EstateFile[] all = [.. files.logs.Select(f => new EstateFile(f.Path, EstateFileKind.Log, stream => WriteLog(stream, f))),
            .. files.others];
        Array.Sort(all, (x, y) => string.CompareOrdinal(x.Path, y.Path));
        return new(all, files.Truth());
    }

    void AddLogs(IReadOnlyList<Call> calls)
    {
        var hours = calls.GroupBy(c => (c.Workload.Place, Hour: HourOf(c.Entry.Record.Time)))
            .OrderBy(g => g.Key.Hour).ThenBy(g => g.Key.Place.Name, StringComparer.Ordinal);
        foreach (var hour in hours)
        {
            foreach (var (delivered, part) in SampleLayout.Parts(hour.Key.Hour, hour, LinesMax))
                AddLog(hour.Key.Place, hour.Key.Hour, delivered, part.ConvertAll(c => new Line(c, "", "")));
        }
    }

    LogFile AddLog(Place place, DateTime hour, DateTime delivered, List<Line> lines)
    {
        var file = new LogFile(SampleLayout.Log(place, hour, delivered, random.Below(1000), random.NextBits()), place, hour, lines);
        logs.Add(file);
        return file;
    }

    /// <summary>Delivery is at least once: some files' first lines come again seven minutes after the hour.</summary>
    void AddRedeliveries()
    {
        for (var i = 0; i < 4; i++)
        {
            var first = Chosen(i, 4);
            var again = first.Lines.Take(45).ToList();
            AddLog(first.Place, first.Hour, first.Hour.AddMinutes(67), again).Repeated = again.Count;
        }
    }

    void AddBrokenLines()
    {
        string[] notJson =
        [
            "<html><head><title>503 Service Unavailable</title></head></html>",
            "2026-07-03T04:00:01Z WARN delivery retried, 3 records pending",
        ];
        string[] foreign =
        [
            """{"eventVersion":"1.09","eventSource":"bedrock.amazonaws.com","eventName":"ListFoundationModels","awsRegion":"us-east-1"}""",
            """{"version":"0","detail-type":"Scheduled Event","source":"aws.events","account":"111122223333","detail":{}}""",
            """{"level":"info","msg":"rotated","file":"bedrock.log"}""",
        ];
        for (var i = 0; i < 4; i++) Break(Chosen(i, 4), Truncated(i), "truncated");
        for (var i = 0; i < notJson.Length; i++) Break(Chosen(i, notJson.Length), notJson[i], "not JSON");
        for (var i = 0; i < foreign.Length; i++) Break(Chosen(i, foreign.Length), foreign[i], "foreign JSON");
    }

    void Break(LogFile file, string text, string what) =>
        file.Lines.Insert(random.Below(file.Lines.Count + 1), new(null, text, what));

    // Files of prod's first region have text and traffic at every hour; they are spread over the period.
    LogFile Chosen(int number, int count)
    {
        var prod = logs.FindAll(f => f.Place == SampleEstate.ProdEast && f.Repeated == 0 && f.Lines.Count > 1);
        if (prod.Count == 0) prod = logs;
        return prod[Math.Min(prod.Count - 1, (prod.Count * (2 * number + 1) / (2 * count)) + random.Below(3))];
    }

    /// <summary>A record that broke off: no other line tells it whole.</summary>
    string Truncated(int number)
    {
        var time = options.Start.AddDays(number % options.Days).ToDateTime(new(3, 0), DateTimeKind.Utc);
        const string model = "global.anthropic.claude-haiku-4-5-20251001-v1:0";
        var entry = new InvocationLogEntry
        {
            Record = new()
            {
                RequestId = random.NextRequestId(), Time = time, Region = SampleEstate.ProdEast.Region, Operation = "Converse",
                StopReason = "end_turn",
                Caller = new(SampleEstate.ProdEast.Account, "WriterRole", "", "", "", TagValues.None),
                Tokens = new() { Input = 840, Output = 120 },
                Model = ModelIdentity.Resolve(model, ModelCatalog.Empty, new Dictionary<string, MappedProfile>()),
            },
            IdentityArn = $"arn:aws:sts::{SampleEstate.ProdEast.Account}:assumed-role/WriterRole/lost", ModelId = model,
            InputBody = LogBody.Included, OutputBody = LogBody.Included,
            Content = new()
            {
                Messages = [new("user", [new LogPart.Words(Prose.Text(random, 200))])],
                Answer = [new LogPart.Words("Yes.")],
            },
        };
        using var stream = new MemoryStream();
        using (var writer = new InvocationLogWriter(stream)) writer.Write(entry);
        var line = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        return line[..(line.Length / 4 + random.Below(line.Length / 2))];
    }

    void AddOthers(IReadOnlyList<Call> calls)
    {
        foreach (var place in calls.Select(c => c.Workload.Place).Distinct().DistinctBy(p => p.Account))
            others.Add(new(SampleLayout.PermissionCheck(place), EstateFileKind.PermissionCheck,
                stream => stream.Write("Permissions check for Amazon Bedrock model invocation logging.\n"u8)));
        // Bodies on S3 are large and hold no money: two stand for all, to be skipped by whoever walks the folder.
        foreach (var call in calls.Where(c => c.Entry.InputBody == LogBody.OnS3).Take(2))
        {
            var record = call.Entry.Record;
            others.Add(new($"{SampleLayout.BodyFolder(call.Workload.Place, record.Time)}/{record.RequestId}_input.json.gz",
                EstateFileKind.Body,
                stream => WriteBody(stream, record, SeededRandom.For(options.Seed, record.RequestId.ToString()))));
        }
        others.Add(new("profiles.json", EstateFileKind.Profiles, WriteProfiles));
    }

    SampleTruth Truth()
    {
        var records = new List<UsageRecord>();
        var names = new List<string>();
        var runaways = new List<string>();
        var seen = new HashSet<RequestId>();
        var broken = new List<BrokenLine>();
        var duplicates = 0;
        foreach (var file in logs)
        {
            for (var i = 0; i < file.Lines.Count; i++)
            {
                if (file.Lines[i].Call is not { } call)
                {
                    broken.Add(new(file.Path, i + 1, file.Lines[i].What));
                    continue;
                }
                if (!seen.Add(call.Entry.Record.RequestId))
                {
                    duplicates++;
                    continue;
                }
                records.Add(call.Entry.Record);
                names.Add(call.Workload.Name);
                if (call.Runaway is { } session && !runaways.Contains(session)) runaways.Add(session);
            }
        }
        return new()
        {
            Records = records, WorkloadNames = names, BrokenLines = broken, Duplicates = duplicates, RunawaySessions = runaways,
            Workloads = [.. names.Zip(records).GroupBy(p => p.First, p => p.Second, StringComparer.Ordinal)
                .Select(g => Total(g.Key, [.. g]))],
            Failed = records.Count(r => r.Failed), Blocked = records.Count(IsBlocked), OtherFiles = [.. others.Select(o => o.Path)],
        };
    }

    static bool IsBlocked(UsageRecord record) => record.ErrorCode is null && record.Tokens.IsNone && record.Amounts is not null;

    static WorkloadTruth Total(string name, IReadOnlyList<UsageRecord> records)
    {
        var totals = new SortedDictionary<Meter, decimal>();
        foreach (var record in records)
        {
            Add(Meter.Input, record.Tokens.Input);
            Add(Meter.Output, record.Tokens.Output);
            Add(Meter.CacheRead, record.Tokens.CacheRead);
            Add(Meter.CacheWrite5m, record.Tokens.CacheWrite5m + record.Tokens.CacheWriteUnknown);
            Add(Meter.CacheWrite1h, record.Tokens.CacheWrite1h);
            foreach (var amount in record.Amounts ?? []) Add(amount.Meter, amount.Amount);
        }
        return new(name, records.Count, records.Count(r => r.Failed), records.Count(IsBlocked), totals,
            records.Sum(r => r.Tokens.CacheWriteUnknown));

        void Add(Meter meter, decimal amount)
        {
            if (amount != 0) totals[meter] = totals.GetValueOrDefault(meter) + amount;
        }
    }

    static void WriteLog(Stream stream, LogFile file) => SampleLayout.Zip(stream, zipped =>
    {
        using var writer = new InvocationLogWriter(zipped);
        foreach (var line in file.Lines)
        {
            if (line.Call is { } call)
            {
                writer.Write(call.Entry with { Content = call.Words() });
                continue;
            }
            writer.Flush();
            zipped.Write(Encoding.UTF8.GetBytes(line.Text + "\n"));
        }
    });

    static void WriteBody(Stream stream, UsageRecord record, SeededRandom random) => SampleLayout.Zip(stream, zipped =>
    {
        using var json = new Utf8JsonWriter(zipped);
        json.WriteStartObject();
        json.WriteString("prompt"u8, Prose.Text(random, record.Tokens.Prompt));
        json.WriteEndObject();
    });

    static void WriteProfiles(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        foreach (var (arn, profile) in SampleEstate.Profiles.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(arn);
            json.WriteString("model"u8, profile.Model);
            json.WriteString("app"u8, profile.App);
            json.WriteString("team"u8, profile.Team);
            json.WriteString("env"u8, profile.Env);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static DateTime HourOf(DateTime time) => time.Date.AddHours(time.Hour);
}

sealed record SampleOutcome(IReadOnlyList<EstateFile> Files, SampleTruth Truth);
