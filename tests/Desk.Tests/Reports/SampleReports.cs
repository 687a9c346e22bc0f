using System.Globalization;
using System.Text;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Desk.Tests.Reports;

/// <summary>Reports for tests of how a report looks: believable, and adding up by construction.</summary>
static class SampleReports
{
    /// <summary>One workload on one day: who, what model, and how much of each meter at what rate.</summary>
    sealed record Line(
        string Model, string App, string Team, string Env, string Principal, string Account, DateOnly Day, long Requests,
        IReadOnlyList<(Meter Meter, decimal Quantity, decimal Cost, decimal CostMax)> Meters)
    {
        public decimal Cost => Meters.Sum(m => m.Cost);
        public decimal CostMax => Meters.Sum(m => m.CostMax);
    }

    sealed record Workload(
        string Model, string App, string Team, string Env, string Principal, string Account, int Daily, int Input, int Output, int CacheRead,
        int CacheWrite, decimal InputRate, decimal OutputRate)
    {
        public bool Weekends { get; init; }
        public int SpikeDay { get; init; }
    }

    const string Sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    const string Haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
    const string Opus = "anthropic.claude-opus-4-5-20251101-v1:0";
    static readonly DateOnly First = new(2026, 5, 1);

    static readonly Workload[] Workloads =
    [
        new(Sonnet, "support-assistant", "customer-care", "prod", "SupportAssistantRole", "111122223333", 3100, 6400, 420, 0, 0, 3.30m, 16.50m),
        new(Sonnet, "contract-review", "legal", "prod", "ContractReviewRole", "111122223333", 240, 18200, 2100, 41000, 9200, 3.30m, 16.50m) { SpikeDay = 19 },
        new(Opus, "code-agent", "platform", "dev", "DeveloperSandbox", "444455556666", 160, 21500, 1800, 64000, 11800, 5.50m, 27.50m),
        new(Haiku, "search-rewrite", "storefront", "prod", "SearchRewriteRole", "111122223333", 14800, 610, 45, 0, 0, 1.10m, 5.50m) { Weekends = true },
        new("amazon.nova-pro-v1:0", "catalogue-copy", "storefront", "prod", "CatalogueBatchRole", "111122223333", 2200, 1900, 640, 0, 0, 0.80m, 3.20m),
        new("amazon.nova-micro-v1:0", "ticket-triage", "customer-care", "prod", "TriageRole", "111122223333", 9100, 820, 4, 0, 0, 0.035m, 0.14m) { Weekends = true },
        new(Sonnet, "", "", "", "analytics-notebook", "777788889999", 130, 26000, 900, 0, 0, 3.30m, 16.50m),
        new("meta.llama3-3-70b-instruct-v1:0", "claims-summary", "claims", "staging", "ClaimsSummaryRole", "444455556666", 510, 5200, 380, 0, 0, 0.72m, 0.72m),
        new("amazon.titan-embed-text-v2:0", "knowledge-index", "platform", "prod", "IndexerRole", "111122223333", 5200, 450, 0, 0, 0, 0.02m, 0m) { Weekends = true },
        .. Enumerable.Range(1, 11).Select(i => new Workload(Haiku, $"prototype-{i:00}", "labs", "dev", $"LabsRole{i:00}", "777788889999", 14 * i, 1400, 210, 0, 0, 1.10m, 5.50m)),
    ];

    /// <summary>A month of a company with the everyday sins: an uncached prompt, a large model in development, a spike, untagged calls.</summary>
    public static Report Month() => Of([.. Lines()]) with
    {
        Failed = 1284,
        RequestsUnpriced = 342,
        Unpriced =
        [
            ("Book 'aws@2026-07-24' has no price for 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2c3d4e5f6' in 'us-east-1'. Map the profile with '--profiles FILE'.", 297),
            ("Book 'aws@2026-07-24' has no price for meter 'output' of 'deepseek.v3-v1:0' in 'eu-west-3'.", 45),
        ],
        Errors = [("ThrottlingException", 1101), ("ModelTimeoutException", 140), ("ValidationException", 43)],
        Refused = [],
        Norms = Norms(),
        NotVisible = ["batch jobs", "provisioned and reserved capacity", "custom-model training, storage and import", "knowledge bases and vector stores", "CloudWatch"],
        Reading = Reading(62, 3),
    };

    /// <summary>Nothing was found.</summary>
    public static Report Empty() => Of([]) with { Reading = Reading(2, 2) };

    /// <summary>A report in which every text that can come from a log tries to be markup.</summary>
    public static Report Hostile(string text)
    {
        var line = new Line(text, text, text, text, text, text, First, 3, [(Meter.Input, 10m, 0.0000033m, 0.0000033m)]);
        return Of([line]) with
        {
            Book = text,
            Groups = new([text, text], [new([text, text], 0.0000033m, 0.0000033m, 3)]),
            Top = [new(RequestId.Parse(text), new DateTime(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc), text, text, text, new() { Input = 10 }, 0.0000033m)],
            Unpriced = [(text, 1)],
            RequestsUnpriced = 1,
            Failed = 1,
            Errors = [(text, 1)],
            Refused = [],
            Tags = [new(text, 0.5, 0.0000016m)],
            Norms = [new(text, text, 0.4, 0.3, 0.5, "share", 0.0000033m, text), new(text, text, null, 3, 8, text, null, text)],
            Highlights = [new(text, text, 0.0000033m)],
            NotVisible = [text],
            Reading = Reading(1, 1, text),
        };
    }

    /// <summary>One application with a charge on each of the given days.</summary>
    public static Report OfDays(params IEnumerable<(DateOnly Day, decimal Cost)> days) =>
        Of([.. days.Select(d => new Line(Haiku, "app", "team", "prod", "Role", "111122223333", d.Day, 1, [(Meter.Input, 1m, d.Cost, d.Cost)]))]);

    static IEnumerable<Line> Lines()
    {
        for (var i = 0; i < 31; i++)
        {
            var day = First.AddDays(i);
            foreach (var (w, number) in Workloads.Select((w, n) => (w, n)))
            {
                var quiet = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday && !w.Weekends;
                // A wave in place of chance: the same numbers every time, and no two days alike.
                var wave = 100 + (((i * 37) + (number * 53)) % 31) - 15;
                var requests = Math.Max(1, w.Daily * wave / (quiet ? 700 : 100)) * (w.SpikeDay == day.Day ? 8 : 1);
                List<(Meter, decimal, decimal, decimal)> meters = [];
                void Add(Meter meter, long each, decimal perMillion, decimal maxPerMillion)
                {
                    if (each > 0) meters.Add((meter, requests * each, requests * each * perMillion / 1_000_000m, requests * each * maxPerMillion / 1_000_000m));
                }
                Add(Meter.Input, w.Input, w.InputRate, w.InputRate);
                Add(Meter.Output, w.Output, w.OutputRate, w.OutputRate);
                Add(Meter.CacheRead, w.CacheRead, w.InputRate / 10m, w.InputRate / 10m);
                Add(Meter.CacheWrite5m, w.CacheWrite, w.InputRate * 1.25m, w.InputRate * 2m);
                if (w.App == "support-assistant") meters.Add((Meter.GuardrailContent, requests * 3m, requests * 3m * 0.15m / 1000m, requests * 3m * 0.15m / 1000m));
                yield return new(w.Model, w.App, w.Team, w.Env, w.Principal, w.Account, day, requests, meters);
            }
        }
    }

    static Report Of(IReadOnlyList<Line> lines)
    {
        var total = lines.Sum(l => l.Cost);
        var days = lines.Select(l => l.Day).ToList();
        var meters = Meters(lines);
        return new()
        {
            Book = "aws@2026-07-24",
            From = days.Count > 0 ? days.Min() : null,
            To = days.Count > 0 ? days.Max() : null,
            Days = days.Count > 0 ? days.Max().DayNumber - days.Min().DayNumber + 1 : 1,
            Total = total,
            TotalMax = lines.Sum(l => l.CostMax),
            Requests = lines.Sum(l => l.Requests),
            Failed = 0,
            ByModel = By(lines, l => l.Model),
            ByApp = By(lines, l => l.App),
            ByTeam = By(lines, l => l.Team),
            ByEnv = By(lines, l => l.Env),
            ByPrincipal = By(lines, l => l.Principal),
            ByAccount = By(lines, l => l.Account),
            ByMeter = [.. meters.Select(m => new Group(m.Meter.Name(), m.Cost, m.CostMax, m.Requests)).OrderByDescending(g => g.Cost)],
            ByMode = By(lines, _ => "on_demand"),
            ByDay = [.. By(lines, l => l.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).OrderBy(g => g.Key, StringComparer.Ordinal)],
            Meters = meters,
            Top = Top(lines),
            Unpriced = [],
            RequestsUnpriced = 0,
            Errors = [],
            Refused = [],
            Tags = [Tag("app", l => l.App), Tag("team", l => l.Team), Tag("env", l => l.Env)],
            Norms = [],
            Highlights = Highlights(lines),
            NotVisible = [],
            Reading = new(),
        };

        TagCoverage Tag(string key, Func<Line, string> of)
        {
            var untagged = lines.Where(l => of(l).Length == 0).Sum(l => l.Cost);
            return new(key, total == 0m ? 0 : (double)((total - untagged) / total), untagged);
        }
    }

    static IReadOnlyList<Group> By(IEnumerable<Line> lines, Func<Line, string> of) =>
        [.. lines.GroupBy(of).Select(g => new Group(g.Key, g.Sum(l => l.Cost), g.Sum(l => l.CostMax), g.Sum(l => l.Requests)))
            .OrderByDescending(g => g.Cost).ThenBy(g => g.Key, StringComparer.Ordinal)];

    static IReadOnlyList<MeterSum> Meters(IEnumerable<Line> lines) =>
        [.. lines.SelectMany(l => l.Meters.Select(m => (Line: l, Sum: m))).GroupBy(m => m.Sum.Meter).OrderBy(g => g.Key)
            .Select(g => new MeterSum(g.Key, g.Sum(m => m.Sum.Quantity), g.Sum(m => m.Sum.Cost), g.Sum(m => m.Sum.CostMax),
                g.Key == Meter.Output ? 18_940m : 0m, g.Sum(m => m.Line.Requests)))];

    static IReadOnlyList<TopRequest> Top(IEnumerable<Line> lines) =>
        [.. lines.OrderByDescending(l => l.Cost / l.Requests).ThenByDescending(l => l.Cost).Take(10).Select((l, i) => new TopRequest(
            RequestId.Parse($"85b25dcd-78a7-4ad2-9cfa-1{i:000}cd6034d8"), l.Day.ToDateTime(new TimeOnly(9 + i, 17, 3 + i), DateTimeKind.Utc), l.Model, l.App, l.Principal,
            new() { Input = 21_500 - (i * 340), Output = 4_100 - (i * 77), CacheRead = i % 3 == 0 ? 0 : 64_000, CacheWriteUnknown = i % 3 == 0 ? 0 : 11_800 },
            decimal.Round(l.Cost / l.Requests, 9) * (4 - (i * 0.2m))))];

    static IReadOnlyList<Highlight> Highlights(IReadOnlyList<Line> lines)
    {
        decimal Cost(Func<Line, bool> which) => lines.Where(which).Sum(l => l.Cost);
        if (lines.Count < 100) return [];
        return
        [
            new("uncached", "support-assistant on claude-sonnet-4-5 sends 6,400 input tokens a call and caches none",
                lines.Where(l => l.App == "support-assistant").Sum(l => l.Meters.Where(m => m.Meter == Meter.Input).Sum(m => m.Cost))),
            new("large_in_dev", "Development calls large models", Cost(l => l is { Env: "dev", Model: Opus })),
            new("spike", "contract-review on claude-sonnet-4-5 cost 8.2× its middle day on 2026-05-19", Cost(l => l.App == "contract-review" && l.Day.Day == 19) * 7m / 8m),
            new("untagged", "5.9% of the spend names no application", Cost(l => l.App.Length == 0)),
            new("open_interval", "Cache lifetimes are not in these records: the total may be higher than shown", lines.Sum(l => l.CostMax - l.Cost)),
            new("failures", "0.1% of calls failed, most with ThrottlingException", 0m),
        ];
    }

    static IReadOnlyList<Norm> Norms() =>
    [
        new("modes_in_use", "Billing modes in use", 2, 3, 5, "modes", null, "caching, on_demand"),
        new("batch_share", "Tokens on batch", null, 0.30, 0.50, "share", 4_286.55m, "batch jobs leave no invocation log; at stake: on-demand spend on models with a batch price"),
        new("routing_small", "Requests on small models (Nova, Haiku)", 0.874, 0.50, 0.60, "share", 701.43m, "classed by output price; at stake: their spend"),
        new("routing_middle", "Requests on middle models (Sonnet)", 0.121, 0.30, 0.40, "share", 3_275.54m, "classed by output price; at stake: their spend"),
        new("routing_large", "Requests on large models (Opus)", 0.005, 0.00, 0.10, "share", 1_011.31m, "classed by output price; at stake: their spend"),
        new("cache_hit_rate", "Input tokens read from cache", 0.236, 0.60, 1.00, "share", 3_016.27m, "on models that cache; at stake: input paid in full"),
        new("provisioned_utilisation", "Use of provisioned units", null, 0.70, 1.00, "share", null, "model units stand in the bill, not in the log"),
        new("agent_calls", "Model calls an agent request", null, 3, 8, "calls", null, "a log does not join the calls of one request"),
        new("guardrails_share", "Guardrails on top of inference", 0.011, 0.05, 0.15, "share", 31.23m, "units are read from response bodies; calls logged without bodies show none"),
        new("large_models_in_dev", "Development spend on large models", 0.928, 0.00, 0.00, "share", 1_011.31m, "the guide keeps development on Haiku and Nova"),
        new("tagged_share", "Spend tagged with app, team and environment", 0.941, 1.00, 1.00, "share", 292.69m, "at stake: spend nobody can be asked about"),
    ];

    // Read for real from lines made up, because how a reading went is the reader's to say.
    static ReadingSummary Reading(int files, int skippedFiles, string? text = null)
    {
        var summary = new ReadingSummary { Files = files, Duplicates = 2_310 };
        const string broken = "{\"timestamp\": \"2026-05-04T10:00:00Z\", \"requestId\": \"85b25dcd\nnot json at all\n";
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(broken));
        var path = text ?? "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/05/04/10/20260504T100000000Z_5f2c.json.gz";
        summary.Add(new InvocationLogReader(LogReaderOptions.For(ModelCatalog.Empty)).Read(stream, path, _ => { }, CancellationToken.None));
        for (var i = summary.SkippedFiles.Count; i < skippedFiles; i++) summary.SkippedFiles.Add(new(text ?? $"AWSLogs/photos/IMG_{2041 + i}.jpeg", text ?? "not an invocation log: it starts like a JPEG picture"));
        summary.Records = 1_012_934;
        return summary;
    }
}
