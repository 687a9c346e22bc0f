using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>A sampled call: what a log will say of it, and its words, which are made only when they are written.</summary>
sealed record Call(Workload Workload, InvocationLogEntry Entry, Func<LogContent> Words)
{
    /// <summary>The session that ran away and that this call is part of; null for all others.</summary>
    public string? Runaway { get; init; }
}

/// <summary>Turns a described workload into calls of certain days. The same seed gives the same calls, workload by workload.</summary>
sealed class WorkloadSampler
{
    readonly Workload workload;
    readonly SampleOptions options;
    readonly SeededRandom random;
    readonly PromptWriter prompts;
    readonly CallMarks marks;
    DateTime prefixUsed = DateTime.MinValue;

    WorkloadSampler(Workload workload, SampleOptions options)
    {
        this.workload = workload;
        this.options = options;
        random = SeededRandom.For(options.Seed, workload.Name);
        prompts = new PromptWriter(workload, options.Seed);
        marks = new CallMarks(workload, options);
    }

    /// <summary>All calls of the workload, in order of time.</summary>
    public static List<Call> Sample(Workload workload, SampleOptions options)
    {
        var sampler = new WorkloadSampler(workload, options);
        var attempts = new List<Attempt>();
        for (var day = 0; day < options.Days; day++) sampler.AddDay(day, attempts);
        var end = options.Start.AddDays(options.Days).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        attempts.RemoveAll(a => a.Time >= end);
        attempts.Sort((x, y) => x.Time != y.Time ? x.Time.CompareTo(y.Time) : x.Number.CompareTo(y.Number));
        return attempts.ConvertAll(sampler.ToCall);
    }

    sealed class Session
    {
        public required string Id { get; init; }
        public required int Who { get; init; }
        public bool Runaway { get; init; }
        public Transcript? Transcript { get; init; }
        public long Cached { get; set; }
        public DateTime Used { get; set; } = DateTime.MinValue;
    }

    sealed record Attempt(int Number, DateTime Time, Session Session, int Turn, long Earlier, long Fresh, long Output)
    {
        public bool Failed { get; init; }
        public bool Blocked { get; init; }
        public bool Last { get; init; } = true;
    }

    void AddDay(int day, List<Attempt> attempts)
    {
        var date = options.Start.AddDays(day).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var mean = workload.StartsADay * options.Scale * workload.Arrivals.Weekdays[(int)date.DayOfWeek] * (.9 + .2 * random.NextShare());
        var factor = workload.Spike is { } spike && day == Math.Min(spike.Day, options.Days - 1) ? spike.Factor : 1;
        for (var left = random.Whole(mean); left > 0; left--) AddStart(date, factor, runaway: false, attempts);
        if (workload.Session is { RunawayEveryDays: > 0 and var every } && day % every == every / 2)
            AddStart(date, 1, runaway: true, attempts);
    }

    void AddStart(DateTime date, int factor, bool runaway, List<Attempt> attempts)
    {
        // Runaways start before the evening, so that a session ends within its day.
        var time = date.AddSeconds(runaway ? 9 * 3600 + random.Below(6 * 3600) : workload.Arrivals.SecondOfDay(random));
        if (workload.Session is { } shape) AddSession(shape, time, runaway, attempts);
        else AddSingle(time, factor, attempts);
    }

    void AddSingle(DateTime time, int factor, List<Attempt> attempts)
    {
        var session = new Session { Id = "", Who = random.Below(marks.Callers.Count) };
        var (fresh, output) = (workload.Input.Sample(random) * factor, workload.Output.Sample(random));
        if (workload.Failures is { } failures && random.Chance(failures.Share))
        {
            attempts.Add(new(attempts.Count, time, session, 0, 0, fresh, 0) { Failed = true });
            // The retry that succeeds comes some seconds after the failed attempt.
            time = time.AddSeconds(2 + random.Below(25));
        }
        var blocked = workload.Guardrail is { } guardrail && random.Chance(guardrail.BlockedShare);
        attempts.Add(new(attempts.Count, time, session, 0, 0, fresh, output) { Blocked = blocked });
    }

    void AddSession(SessionShape shape, DateTime time, bool runaway, List<Attempt> attempts)
    {
        var calls = (int)(runaway ? shape.RunawayCalls : shape.Calls).Sample(random);
        var id = $"s-{random.NextBits():x16}";
        var transcript = workload.Layout == PromptLayout.Tools ? new Transcript(SeededRandom.For(options.Seed, id), runaway) : null;
        var session = new Session { Id = id, Who = random.Below(marks.Callers.Count), Runaway = runaway, Transcript = transcript };
        var fresh = workload.Input.Sample(random);
        transcript?.Ask(fresh);
        long earlier = 0;
        for (var turn = 0; turn < calls; turn++)
        {
            var output = workload.Output.Sample(random);
            var growth = shape.Growth.Sample(random);
            // A loop repeats itself: the same small call, the same small answer.
            if (runaway && turn >= 3) (output, growth) = (64, 210);
            attempts.Add(new(attempts.Count, time, session, turn, earlier, fresh, output) { Last = turn == calls - 1 });
            transcript?.Step(turn, output, growth);
            earlier += fresh + output;
            fresh = growth;
            time = time.AddSeconds(1 + (runaway ? 4 + random.Below(9) : shape.GapSeconds.Sample(random)));
        }
    }

    Call ToCall(Attempt attempt)
    {
        var (input, output) = Bodies(attempt);
        var id = random.NextRequestId();
        var guardrails = attempt.Failed ? [] : Guardrails(attempt);
        var silent = attempt.Failed || attempt.Blocked;
        var record = new UsageRecord
        {
            RequestId = id,
            Time = attempt.Time,
            Caller = marks.Callers[attempt.Session.Who],
            Region = workload.Place.Region,
            Model = marks.Model,
            // Tier and cache lifetime stand in the answer's body alone: without it the log cannot tell, nor may the truth.
            Tier = output == LogBody.Included && !attempt.Failed ? workload.Tier : Tier.Standard,
            Tokens = silent ? default : Tokens(attempt, lifetimeVisible: output == LogBody.Included),
            Amounts = GuardrailAssessment.Amounts(guardrails),
            Operation = workload.Operation,
            ErrorCode = attempt.Failed ? workload.Failures!.ErrorCode : null,
            StopReason = attempt.Failed || output != LogBody.Included ? null : StopReason(attempt),
        };
        var entry = new InvocationLogEntry
        {
            Record = record,
            IdentityArn = marks.Arns[attempt.Session.Who],
            ModelId = workload.ModelId,
            InferenceRegion = silent ? null : marks.ServedIn(random),
            Metadata = marks.Metadata(attempt.Session.Id),
            Shape = workload.Shape,
            InputBody = input,
            OutputBody = output,
            BodyFolder = input == LogBody.OnS3 ? SampleLayout.BodyAddress(workload.Place, attempt.Time) : "",
            LatencyMs = 180 + (int)attempt.Output * 9 + random.Below(240),
            Guardrails = guardrails,
        };
        // Each call's words come from its own id: they are the same whenever, and in whatever order, they are written.
        return new(workload, entry, () =>
            prompts.Words(SeededRandom.For(options.Seed, id.ToString()), attempt.Time, attempt.Fresh, attempt.Earlier,
            attempt.Output, attempt.Blocked, attempt.Session.Transcript, attempt.Turn, attempt.Last))
        {
            Runaway = attempt.Session.Runaway ? attempt.Session.Id : null,
        };
    }

    TokenCounts Tokens(Attempt attempt, bool lifetimeVisible)
    {
        long prefix = workload.PrefixTokens, rest = attempt.Earlier + attempt.Fresh;
        var (session, time) = (attempt.Session, attempt.Time);
        var lifetime = workload.CacheTtl == "1h" ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);
        long read = 0, written = 0, plain = prefix + rest;
        switch (workload.Cache)
        {
            case CacheUse.Prefix:
                (read, written, plain) = time - prefixUsed <= lifetime ? (prefix, 0L, rest) : (0L, prefix, rest);
                prefixUsed = time;
                break;
            case CacheUse.Conversation:
                // The cache point stands at the end of the last message; what follows it is the turn's own frame.
                read = time - session.Used <= lifetime ? session.Cached : 0;
                (written, plain) = (prefix + rest - 4 - read, 4);
                (session.Cached, session.Used) = (prefix + rest - 4, time);
                break;
            case CacheUse.EachPrompt:
                (written, plain) = (attempt.Fresh, prefix);
                break;
        }
        var tokens = new TokenCounts { Input = plain, Output = attempt.Output, CacheRead = read };
        if (!lifetimeVisible) return tokens with { CacheWriteUnknown = written };
        return workload.CacheTtl == "1h" ? tokens with { CacheWrite1h = written } : tokens with { CacheWrite5m = written };
    }

    (LogBody Input, LogBody Output) Bodies(Attempt attempt)
    {
        if (!workload.Place.TextDelivered) return (LogBody.LeftOut, LogBody.LeftOut);
        // Bodies above 100 KB go to S3, each by its own size. Vectors are a switch of their own, and here it is off.
        var large = Prose.Characters(workload.PrefixTokens + attempt.Earlier + attempt.Fresh) > 100_000;
        return (large ? LogBody.OnS3 : LogBody.Included, workload.Shape == LogShape.Embedding ? LogBody.LeftOut : LogBody.Included);
    }

    GuardrailAssessment[] Guardrails(Attempt attempt)
    {
        if (workload.Guardrail is not { } guardrail) return [];
        var asked = Assess(guardrail.Id, Prose.Characters(attempt.Fresh), onOutput: false, attempt.Blocked);
        return attempt.Blocked ? [asked] : [asked, Assess(guardrail.Id, Prose.Characters(attempt.Output), onOutput: true, blocked: false)];
    }

    GuardrailAssessment Assess(string id, int characters, bool onOutput, bool blocked)
    {
        var units = Math.Max(1, (characters + 999) / 1000);
        return new()
        {
            Guardrail = id, OnOutput = onOutput, Blocked = blocked, ContentUnits = units, TopicUnits = units, WordUnits = units,
            SensitiveUnits = units, Characters = characters, LatencyMs = 240 + random.Below(200),
        };
    }

    string? StopReason(Attempt attempt)
    {
        // What a guardrail says through InvokeModel has no stop reason.
        if (attempt.Blocked) return workload.Shape is LogShape.InvokeClaude ? null : "guardrail_intervened";
        return workload.Layout == PromptLayout.Tools && !attempt.Last ? "tool_use" : "end_turn";
    }
}
