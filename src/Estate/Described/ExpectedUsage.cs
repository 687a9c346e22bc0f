using Assay.Usage;

namespace Assay.Estate;

/// <summary>The terms on which calls are bought.</summary>
/// <param name="Scope">Where they may be computed; null as each model is named.</param>
/// <param name="CacheLifetime">How long the shared prefix is cached; null when it is not.</param>
/// <param name="WritesAsInput">
/// True to count what is written to the cache as plain input: for books that price reading from the cache and not writing to it.
/// </param>
public readonly record struct WorkloadTerms(
    Mode Mode, Tier Tier = Tier.Standard, Scope? Scope = null, TimeSpan? CacheLifetime = null, bool WritesAsInput = false)
{
    /// <summary>Models of the mix, by id, that are not cached although the others are; null for none.</summary>
    public IReadOnlyList<string>? NotCached { get; init; }
}

/// <summary>
/// A described workload on given terms as the usage of a month that is to be expected of it: a record for each model and context band.
/// Made once and asked for many draws: the kinds of its calls are the same objects every time, so that their rates are found again.
/// </summary>
public sealed class ExpectedUsage
{
    /// <summary>Prompts above this many tokens fall into the long band.</summary>
    const decimal LongContextAbove = 200_000m;

    readonly DescribedWorkload workload;
    readonly WorkloadTerms terms;
    readonly DateTime time;
    readonly (CallKind Standard, CallKind? Long)[] kinds;
    readonly bool sharesVary;

    /// <param name="day">The day whose prices count.</param>
    /// <param name="models">Shared by all of an estate that is priced, so that rates are looked up once.</param>
    public ExpectedUsage(
        DescribedEstate estate, DescribedWorkload workload, WorkloadTerms terms, DateOnly day, ScopedModels? models = null)
    {
        this.workload = workload;
        this.terms = terms;
        sharesVary = workload.Models.Any(m => m.Share.Range >= 0);
        time = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        Region = workload.Region ?? estate.Region;
        var caller = new Caller(workload.Account, "", workload.App, workload.Team, workload.Env, TagValues.None);
        kinds = [.. workload.Models.Select(m =>
        {
            var scope = terms.Scope ?? m.Model.Scope;
            var standard = new CallKind(caller, Region, models?.In(m.Model, scope) ?? m.Model with { Scope = scope })
            {
                Mode = terms.Mode, Tier = terms.Tier, Context = ContextBand.Standard,
            };
            return (standard, m.Model.Facts is { HasLongBand: true } ? standard with { Context = ContextBand.Long } : null);
        })];
    }

    public string Region { get; }

    /// <summary>The most records one month gives.</summary>
    public int RecordsMax => kinds.Length * 2;

    /// <summary>The model of each kind of call, its scope as the terms have it.</summary>
    public IEnumerable<ModelRef> Models => kinds.Select(k => k.Standard.Model);

    /// <summary>Model calls of a month, whatever their terms.</summary>
    public static decimal Calls(DescribedWorkload workload, Draw draw) =>
        workload.RequestsPerMonth.In(draw) * workload.CallsPerRequest.Mean.In(draw);

    /// <summary>How large the prompts are: none is smaller than the prefix they share.</summary>
    public static SpreadShape InputOf(DescribedWorkload workload, Draw draw) =>
        SpreadShape.Of(workload.InputTokens, draw, workload.Prefix is { } prefix ? prefix.Tokens.In(draw) : 0m);

    /// <summary>The records of a month.</summary>
    /// <param name="share">Share of the workload's calls that is bought on these terms.</param>
    public IReadOnlyList<UsageRecord> Of(Draw draw, decimal share = 1m)
    {
        var records = new UsageRecord[RecordsMax];
        return records[..Of(draw, share, records)];
    }

    /// <summary>Fills a span of at least <see cref="RecordsMax"/> with the records of a month and gives their number.</summary>
    public int Of(Draw draw, decimal share, Span<UsageRecord> into)
    {
        var count = 0;
        for (var i = 0; i < kinds.Length; i++) count += OfModel(i, draw, share, into[count..]);
        return count;
    }

    /// <summary>The records of one model of the mix, by its place there; the number written.</summary>
    public int OfModel(int model, Draw draw, decimal share, Span<UsageRecord> into)
    {
        var ofModel = share * ShareOf(model, draw);
        var calls = Calls(workload, draw) * ofModel;
        if (calls <= 0m) return 0;
        var input = InputOf(workload, draw);
        var output = workload.OutputTokens.Mean.In(draw);
        var hits = HitsOf(model, draw, ofModel, out var prefix);
        var (standard, @long) = kinds[model];
        var (callsLong, tokensLong) = @long is null ? (0m, 0m)
            : (input.ShareAbove(LongContextAbove), input.AmountShareAbove(LongContextAbove));
        // Tokens are whole; each counter of the whole is rounded once, and what a band or the cache takes is taken from it.
        var all = Counted(calls * input.Mean, calls * output, calls * Math.Min(prefix, input.Mean), hits);
        if (callsLong <= 0m)
        {
            into[0] = Record(standard, all);
            return 1;
        }
        var (inLong, outLong) = (calls * input.Mean * tokensLong, calls * output * callsLong);
        var above = Counted(inLong, outLong, Math.Min(calls * callsLong * prefix, inLong), hits);
        into[0] = Record(@long!, above);
        if (callsLong >= 1m) return 1;
        into[1] = Record(standard, Minus(all, above));
        return 2;
    }

    // Shares drawn from ranges each go their own way; the traffic they divide stays as it is.
    decimal ShareOf(int model, Draw draw)
    {
        var own = workload.Models[model].Share.In(draw);
        if (!sharesVary) return own;
        var all = workload.Models.Sum(m => m.Share.In(draw));
        return all > 0m ? own / all : 0m;
    }

    // Of the calls on these terms; 0 and no prefix where nothing is cached.
    decimal HitsOf(int model, Draw draw, decimal share, out decimal prefix)
    {
        prefix = 0m;
        if (terms.CacheLifetime is not { } lifetime || workload.Prefix is not { } common) return 0m;
        var tokens = common.Tokens.In(draw);
        if (CacheHits.Obstacle(workload.Models[model].Model, tokens, lifetime) is not null) return 0m;
        if (terms.NotCached?.Contains(workload.Models[model].Model.Id) == true) return 0m;
        prefix = tokens;
        return CacheHits.Share(workload, share, lifetime, draw);
    }

    TokenCounts Counted(decimal input, decimal output, decimal prefix, decimal hits)
    {
        var (inAll, common) = (Whole(input), Whole(prefix));
        var read = Math.Min(Whole(prefix * hits), common);
        var written = terms.WritesAsInput ? 0L : common - read;
        var counts = new TokenCounts { Input = Math.Max(0L, inAll - read - written), Output = Whole(output), CacheRead = read };
        return terms.CacheLifetime switch
        {
            null => counts,
            { TotalHours: >= 1d } => counts with { CacheWrite1h = written },
            { TotalMinutes: > 5d } => counts with { CacheWrite30m = written },
            _ => counts with { CacheWrite5m = written },
        };
    }

    static TokenCounts Minus(TokenCounts all, TokenCounts part) => new()
    {
        Input = Math.Max(0L, all.Input - part.Input), Output = Math.Max(0L, all.Output - part.Output),
        CacheRead = Math.Max(0L, all.CacheRead - part.CacheRead),
        CacheWrite5m = Math.Max(0L, all.CacheWrite5m - part.CacheWrite5m),
        CacheWrite30m = Math.Max(0L, all.CacheWrite30m - part.CacheWrite30m),
        CacheWrite1h = Math.Max(0L, all.CacheWrite1h - part.CacheWrite1h),
    };

    UsageRecord Record(CallKind kind, TokenCounts tokens) => new(kind) { Time = time, Tokens = tokens };

    static long Whole(decimal tokens) => (long)decimal.Round(tokens, MidpointRounding.ToEven);
}
