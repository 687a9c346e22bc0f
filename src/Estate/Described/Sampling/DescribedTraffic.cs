using System.Text;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>
/// The calls of a described workload to one model of its mix, an hour at a time. Requests come each for itself (Poisson), so those to one
/// model do, too; a prefix is found cached when a call before it says so, or as often as the estate states.
/// </summary>
sealed class DescribedTraffic
{
    const string AnyAccount = "111122223333";
    const double DaysPerMonth = 30d;

    // An agent's calls follow each other at once: the bill counts the later ones as hits.
    const int GapSecondsMax = 3;

    // Prefixes of which the last use is remembered; with more of them hardly any is found again.
    const int VariantsMax = 1_000_000;

    readonly DescribedWorkload described;
    readonly SampleOptions options;
    readonly GuardrailPolicy? policy;
    readonly CallMarks marks;
    readonly Workload workload;
    readonly Draw draw;
    readonly SpreadShape input, output, laterCalls;
    readonly double meanCalls, requestsADay, charactersPerToken, weights;
    readonly double? hitRate;
    readonly TimeSpan? lifetime;
    readonly long prefix;
    readonly bool withText;
    readonly DateTime[] used;
    readonly List<Call> later = [];
    SeededRandom random;

    public DescribedTraffic(
        DescribedEstate estate, DescribedWorkload described, int model, decimal onDemand, SampleOptions options, bool withText)
    {
        (this.described, this.options, this.withText) = (described, options, withText);
        draw = Draw.Likely(estate.Ranges);
        var all = described.Models.Sum(m => m.Share.In(draw));
        var share = all > 0m ? onDemand * described.Models[model].Share.In(draw) / all : 0m;
        requestsADay = (double)(described.RequestsPerMonth.In(draw) * share) * options.Scale / DaysPerMonth;
        weights = described.Arrivals.HourWeights.Sum(w => (double)w);
        input = ExpectedUsage.InputOf(described, draw);
        output = SpreadShape.Of(described.OutputTokens, draw);
        var calls = described.CallsPerRequest;
        meanCalls = (double)calls.Mean.In(draw);
        // One call there is; what a spread says is how many more.
        laterCalls = SpreadShape.Of(new(calls.Mean.In(draw) - 1m, calls.P95 is { } most ? most.In(draw) - 1m : null), draw);
        var called = described.Models[model].Model;
        var variants = 1;
        if (described.Prefix is { } common)
        {
            prefix = (long)decimal.Round(common.Tokens.In(draw));
            variants = (int)Math.Clamp(decimal.Round(common.Variants.In(draw)), 1m, VariantsMax);
            hitRate = common.HitRate is { } stated ? (double)stated.In(draw) : null;
            if (common.IsCached && CacheHits.Obstacle(called, common.Tokens.In(draw), common.Lifetime) is null) lifetime = common.Lifetime;
        }
        policy = described.Guardrail is { } named ? estate.Guardrails.FirstOrDefault(g => g.Name == named) : null;
        charactersPerToken = (double)(policy?.CharactersPerToken.In(draw) ?? 0m);
        workload = Row(estate, described, called, model, (int)prefix, lifetime, withText);
        marks = new(workload, options);
        used = new DateTime[variants];
        random = SeededRandom.For(options.Seed, workload.Name);
    }

    public double CallsADay => weights > 0d ? requestsADay * Math.Max(0d, meanCalls) : 0d;

    /// <summary>Starts anew, with caches as warm as the traffic of the last hour leaves them.</summary>
    public void Begin(DateTime start)
    {
        random = SeededRandom.For(options.Seed, workload.Name);
        Array.Fill(used, DateTime.MinValue);
        later.Clear();
        if (lifetime is { } life && hitRate is null)
            for (var hour = -(int)Math.Ceiling(life.TotalHours); hour < 0; hour++) AddHour(start.AddHours(hour), []);
        later.Clear();
    }

    /// <summary>Adds the calls of an hour. Hours are asked for one after the other.</summary>
    public void AddHour(DateTime hour, List<Call> calls)
    {
        var end = hour.AddHours(1);
        calls.AddRange(later);
        later.Clear();
        if (weights <= 0d) return;
        var count = random.Arrivals(requestsADay * (double)described.Arrivals.HourWeights[hour.Hour] / weights);
        var times = new long[count];
        for (var i = 0; i < count; i++) times[i] = (long)(random.NextShare() * TimeSpan.TicksPerHour);
        Array.Sort(times);
        foreach (var ticks in times) AddRequest(hour.AddTicks(ticks), end, calls);
    }

    void AddRequest(DateTime time, DateTime end, List<Call> calls)
    {
        var variant = random.Below(used.Length);
        var count = meanCalls > 1d ? 1 + laterCalls.Sample(random) : random.Whole(meanCalls);
        var session = described.IsAgent ? $"s-{random.NextBits():x16}" : "";
        for (var turn = 0; turn < count; turn++)
        {
            (time < end ? calls : later).Add(Make(time, variant, session, isLast: turn == count - 1));
            time = time.AddSeconds(1 + random.Below(GapSecondsMax));
        }
    }

    Call Make(DateTime time, int variant, string session, bool isLast)
    {
        var (asked, answered) = (Math.Max(1L, input.Sample(random)), (long)output.Sample(random));
        var common = Math.Min(prefix, asked);
        var tokens = Tokens(time, variant, asked, answered, common);
        var isVector = workload.Shape == LogShape.Embedding;
        var id = random.NextRequestId();
        var guardrails = Guardrails(asked, answered);
        var second = new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        var isLarge = Prose.Characters(asked) > 100_000;
        var entry = new InvocationLogEntry
        {
            Record = new()
            {
                RequestId = id, Time = second, Caller = marks.Callers[0], Region = workload.Place.Region, Model = marks.Model,
                Tier = isVector ? Tier.Standard : workload.Tier, Tokens = tokens, Amounts = GuardrailAssessment.Amounts(guardrails),
                Operation = workload.Operation, StopReason = isVector ? null : isLast ? "end_turn" : "tool_use",
            },
            IdentityArn = marks.Arns[0], ModelId = workload.ModelId, InferenceRegion = marks.ServedIn(random),
            Metadata = marks.Metadata(session), Shape = workload.Shape,
            InputBody = !withText ? LogBody.LeftOut : isLarge ? LogBody.OnS3 : LogBody.Included,
            OutputBody = isVector ? LogBody.LeftOut : withText ? LogBody.Included : LogBody.WithoutText,
            BodyFolder = withText && isLarge ? SampleLayout.BodyAddress(workload.Place, second) : "",
            LatencyMs = 180 + (int)Math.Min(answered * 9, 600_000) + random.Below(240), Guardrails = guardrails,
        };
        return new(workload, entry, () =>
        {
            var words = SeededRandom.For(options.Seed, id.ToString());
            // The prefix is the variant's own, and the same in all its calls.
            var prompt = new PromptWriter(workload with { Name = $"{described.Name}/{variant}" }, options.Seed);
            var content = prompt.Words(words, second, asked - common, 0, answered, blocked: false, null, 0, isLast);
            return isLast ? content : content with { Answer = [.. content.Answer, Transcript.LookUp(words)] };
        });
    }

    TokenCounts Tokens(DateTime time, int variant, long asked, long answered, long common)
    {
        if (lifetime is not { } life) return new() { Input = asked, Output = answered };
        var isHit = hitRate is { } stated ? random.Chance(stated) : time - used[variant] <= life;
        // A session's later calls may have been made before this one of another: the latest counts.
        if (time > used[variant]) used[variant] = time;
        var tokens = new TokenCounts { Input = asked - common, Output = answered };
        return isHit ? tokens with { CacheRead = common }
            : life.TotalHours >= 1d ? tokens with { CacheWrite1h = common } : tokens with { CacheWrite5m = common };
    }

    GuardrailAssessment[] Guardrails(long asked, long answered)
    {
        if (policy is null) return [];
        var assessments = new List<GuardrailAssessment>(2);
        if (policy.OnInput) assessments.Add(Assess(asked, onOutput: false));
        if (policy.OnOutput) assessments.Add(Assess(answered, onOutput: true));
        return [.. assessments];
    }

    GuardrailAssessment Assess(long tokens, bool onOutput)
    {
        var characters = tokens * charactersPerToken;
        var units = (int)Math.Ceiling(characters / 1_000d);
        return new()
        {
            Guardrail = workload.Guardrail!.Id, OnOutput = onOutput, Characters = (int)characters, LatencyMs = 240 + random.Below(200),
            ContentUnits = Of(Meter.GuardrailContent), TopicUnits = Of(Meter.GuardrailTopic), SensitiveUnits = Of(Meter.GuardrailSensitive),
            GroundingUnits = Of(Meter.GuardrailGrounding), ReasoningUnits = Of(Meter.GuardrailReasoning),
        };

        int Of(Meter meter) => policy!.Policies.Contains(meter) ? units : 0;
    }

    // The workload as a row of the sampler: what its calls say of themselves. Their number and sizes are this class's own.
    static Workload Row(
        DescribedEstate estate, DescribedWorkload described, ModelRef model, int number, int prefix, TimeSpan? lifetime, bool withText)
    {
        var region = described.Region ?? estate.Region;
        // The account becomes a folder, whatever an estate calls it.
        var account = described.Account.Length > 0
            ? string.Concat(described.Account.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')) : AnyAccount;
        var isVector = described.OutputTokens.Mean.Likely <= 0m;
        return new()
        {
            Name = described.Models.Count == 1 ? described.Name : $"{described.Name}/{number}",
            Place = new($"{account}/{region}", account, region, withText), Principals = [RoleOf(described.Name)],
            ModelId = model.Scope switch
            {
                Scope.Global => "global." + model.Id,
                Scope.Geo => Geographies.ProfileOf(region) + model.Id,
                _ => model.Id,
            },
            App = described.App, Team = described.Team, Env = described.Env, Tier = described.Tier,
            Operation = isVector ? "InvokeModel" : "Converse", Shape = isVector ? LogShape.Embedding : LogShape.Converse,
            StartsADay = 0, Input = Quantiles.Always(0), Output = Quantiles.Always((double)described.OutputTokens.Mean.Likely),
            PrefixTokens = prefix, Cache = lifetime is null ? CacheUse.None : CacheUse.Prefix,
            CacheTtl = lifetime is { } life ? CacheHits.NameOf(life) : "5m",
            Guardrail = described.Guardrail is { } named ? new(named, 0) : null,
        };
    }

    // support-agent is SupportAgentRole: a role's name holds letters and digits.
    static string RoleOf(string name)
    {
        var role = new StringBuilder();
        var isStart = true;
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter)) role.Append(isStart ? char.ToUpperInvariant(letter) : letter);
            isStart = !char.IsAsciiLetterOrDigit(letter);
        }
        return (role.Length == 0 ? "Workload" : role.ToString()) + "Role";
    }
}
