using Assay.Planning;
using Assay.Usage;

namespace Assay.Desk.Tests.Plans;

/// <summary>Plans made by hand: every kind of action there is, and nothing at all.</summary>
static class SomePlans
{
    const string Sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    const string Opus = "anthropic.claude-opus-4-5-20251101-v1:0";
    const string NovaPro = "amazon.nova-pro-v1:0";

    static readonly WorkloadKey Chat = new("111122223333", "ChatRole", "chat", Sonnet);
    static readonly WorkloadKey Titles = new("111122223333", "TitlesRole", "titles", Sonnet);
    static readonly WorkloadKey Audit = new("444455556666", "ContractAuditRole", "contract-audit", Opus);
    static readonly WorkloadKey Agent = new("444455556666", "OpsAgentRole", "ops-agent", Sonnet);
    static readonly WorkloadKey Tags = new("111122223333", "TaggingRole", "", NovaPro);

    // Fourteen days: a month is the period over 14 times 30, and no such figure ends.
    const decimal Days = 14m;

    static decimal Month(decimal usd) => usd * 30m / Days;

    public static Plan Rich { get; } = MakeRich();

    public static Plan Empty { get; } = new()
    {
        Book = "aws@2026-07-24", From = new(2026, 7, 1), To = new(2026, 7, 14), Days = 14, Requests = 312, Current = 81.234567m,
        Planned = 81.234567m, CurrentMonthly = Month(81.234567m), PlannedMonthly = Month(81.234567m), SavingMonthly = 0m, Actions = [],
        Workloads =
        [
            new()
            {
                Key = Chat, Name = "Customer chat", Requests = 312, Failed = 0, Tokens = 2_808_000, Cost = 81.234567m, Planned = 81.234567m,
                Urgency = Urgency.RealTime, Why = "answers are streamed", From = "on demand", To = "on demand",
            },
        ],
        Waterfall = [], SumOfAlone = 0m, OptimalGap = 0m,
        Notes = ["Prompts are not in these logs: what caching would save cannot be told. Turn on delivery of text to see it."],
    };

    static Plan MakeRich()
    {
        PlanAction[] actions =
        [
            Saved(Lever.Batch, Titles, "Nightly titles", "on demand, standard tier", "batch, one job a night", 640.123457m, 640.123457m,
                Confidence.High, Effort.Medium, 12_114, "A burst at 02:00 UTC each day, and its answers are read after 07:00 at the earliest.")
                with
            {
                Breaks = "Answers come within 24 hours instead of seconds.",
                Setup = "aws bedrock create-model-invocation-job --job-name titles --model-id anthropic.claude-sonnet-4-5-20250929-v1:0 "
                    + "--role-arn ROLE --input-data-config s3InputDataConfig={s3Uri=s3://BUCKET/in/}\n"
                    + "--output-data-config s3OutputDataConfig={s3Uri=s3://BUCKET/out/}",
            },
            Saved(Lever.Caching, Chat, "Customer chat", "nothing cached", "a cache point after the tools and the system prompt, 5 minutes",
                410.5m, 377.777777m, Confidence.High, Effort.Low, 8_021,
                "7,980 of the calls begin with the same 6,412 tokens, 41 seconds apart at the median.",
                ("reads", "92.4% of the prompt"), ("writes", "3.1%"), ("break-even", "21.7% hits")) with
            {
                Setup = "\"system\": [{\"text\": …}, {\"cachePoint\": {\"type\": \"default\"}}]",
            },
            Between(96.2m, 131.9m, Saved(Lever.Routing, Chat, "Customer chat", "Claude Sonnet 4.5", "Claude Haiku 4.5 for 40 % of the calls", 180m, 120.3m,
                Confidence.Medium, Effort.High, 8_021, "The trial named in the constraints covers 40 % of the calls.")) with
            {
                Quality = "keeps 97 % of the answers as good, above the floor of 95 % (400 blind-judged answers, June)",
                Breaks = "A conversation that changes model in the middle loses its cached prefix.",
            },
            Saved(Lever.Scope, Tags, "TaggingRole", "in region", "global profile", 12.34m, 12.34m, Confidence.High, Effort.Low, 4_400,
                "The global profile costs a tenth less."),
            Saved(Lever.Batch, Audit, "Contract audit [weekly]", "on demand", "batch, one job a week", 11.1m, 11.1m, Confidence.Low, Effort.Medium,
                96, "96 calls every Sunday; the constraints say that a day is soon enough."),
            Candidate(Lever.Routing, Agent, "Ops agent", "Claude Sonnet 4.5", "Nova Pro for the first call of each task", 220m, 3_004,
                "The first call picks a tool from four.") with
            {
                Quality = "nobody has measured it: try 300 calls and say what was kept under 'trials'",
            },
            Candidate(Lever.Batch, Chat, "Customer chat", "on demand", "batch", 300m, 8_021,
                "Nobody seems to wait on weekends.") with { Breaks = "Answers come within 24 hours." },
            Warned(WarningCause.Runaway, Agent, "Ops agent", 96.27m, 42,
                "One task called the model 42 times with the same tool and the same arguments.", "r-loop-0001"),
            Warned(WarningCause.Policy, Audit, "Contract audit [weekly]", 48.002m, 96, "Opus is used from a development account.", "r-17"),
            Warned(WarningCause.Throttling, Chat, "Customer chat", null, 311, "311 calls were throttled between 09:00 and 09:20 on weekdays."),
        ];
        var joint = actions.Sum(a => a.JointPeriodSaving);
        const decimal current = 2_804.987654321m;
        return new()
        {
            Book = "aws@2026-07-24", From = new(2026, 7, 1), To = new(2026, 7, 14), Days = 14, Requests = 28_112, Current = current,
            Planned = current - joint, CurrentMonthly = Month(current), PlannedMonthly = Month(current) - actions.Sum(a => a.JointSaving),
            SavingMonthly = actions.Sum(a => a.JointSaving), Actions = actions, Workloads = Workloads,
            Waterfall =
            [
                new(Lever.Batch, 2, 651.223457m, 651.223457m), new(Lever.Caching, 1, 410.5m, 377.777777m),
                new(Lever.Routing, 1, 180m, 120.3m), new(Lever.Scope, 1, 12.34m, 12.34m),
            ],
            SumOfAlone = 1_254.063457m,
            WhyTheyDiffer = "Routing and caching take from the same prompts: a prompt read from the cache has less left to save on a smaller model.",
            OptimalGap = 0.0041m,
            Unpriced = [("application inference profile 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123' is not "
                + "mapped; name its model with --profiles FILE", 212)],
            Notes =
            [
                "Batch jobs leave no invocation log: what runs on batch already is not in today's bill.",
                "No constraints say what may wait: workloads that are not plainly batch-eligible stay on demand.",
            ],
        };
    }

    static PlannedWorkload[] Workloads =>
    [
        Workload(Chat, "Customer chat", 8_021, 1_100m, 601.922223m, Urgency.RealTime, "answers are streamed, turns follow each other within a minute",
            300m),
        Workload(Titles, "Nightly titles", 12_114, 1_280.246914m, 640.123457m, Urgency.BatchEligible, "a burst at 02:00 UTC each day", null),
        Workload(Agent, "Ops agent", 3_004, 240.3m, 240.3m, Urgency.NearTime, "nobody seems to wait, and nothing shows that a day would do",
            110m),
        Workload(Tags, "TaggingRole", 4_400, 123.4m, 111.06m, Urgency.NearTime, "calls around the clock, none streamed", 61.7m),
        Workload(Audit, "Contract audit [weekly]", 96, 61.04074m, 49.94074m, Urgency.BatchEligible, "the constraints say so", null),
        Workload(Tags, "Marketing", 212, 0m, 0m, Urgency.RealTime, "nothing shows that it can wait", null) with
        {
            WithoutPrice = "application inference profile 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123' is not mapped",
        },
    ];

    static PlannedWorkload Workload(
        WorkloadKey key, string name, long requests, decimal cost, decimal planned, Urgency urgency, string why, decimal? wait) => new()
        {
            Key = key, Name = name, Requests = requests, Failed = 3, Cost = cost, Planned = planned, Urgency = urgency, Why = why,
            IfItMayWait = wait, Tokens = requests * 9_000, From = "on demand", To = cost == planned ? "on demand" : "as planned", Arrivals = "office hours",
        };

    static PlanAction Saved(
        Lever lever, WorkloadKey key, string name, string from, string to, decimal alone, decimal joint, Confidence confidence, Effort effort,
        long requests, string text, params (string, string)[] figures) =>
        Action(lever, ActionKind.Saving, key, name, from, to, requests, text, figures) with
        {
            PeriodSaving = alone, MonthlySaving = Month(alone), JointPeriodSaving = joint, JointSaving = Month(joint), Confidence = confidence,
            Effort = effort,
        };

    static PlanAction Candidate(
        Lever lever, WorkloadKey key, string name, string from, string to, decimal alone, long requests, string text) =>
        Action(lever, ActionKind.Candidate, key, name, from, to, requests, text) with
        {
            PeriodSaving = alone, MonthlySaving = Month(alone), Confidence = Confidence.Low, Effort = Effort.High,
        };

    static PlanAction Warned(WarningCause cause, WorkloadKey key, string name, decimal? stake, long requests, string text, params string[] examples)
    {
        var action = Action(Lever.Governance, ActionKind.Warning, key, name, "", "", requests, text);
        return action with
        {
            Warning = cause, Confidence = Confidence.High,
            Evidence = action.Evidence with { AtStake = stake, Examples = [.. examples.Select(RequestId.Parse)] },
        };
    }

    static PlanAction Between(decimal low, decimal high, PlanAction action) =>
        action with { Evidence = action.Evidence with { Interval = (low, high) } };

    static PlanAction Action(
        Lever lever, ActionKind kind, WorkloadKey key, string name, string from, string to, long requests, string text,
        params (string, string)[] figures) => new()
    {
        Lever = lever, Kind = kind, Workload = key, Name = name, From = from, To = to,
        Evidence = new(requests, new(2026, 7, 1, 2, 0, 4, DateTimeKind.Utc), new(2026, 7, 14, 2, 31, 59, DateTimeKind.Utc), text) { Figures = figures },
    };
}
