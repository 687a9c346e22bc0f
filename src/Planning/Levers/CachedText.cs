using System.Globalization;
using Assay.Patterns.Caching;
using Assay.Patterns.Prompts;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What is known of a text that would be cached: its length, what it is recognised by, and what no book prices.</summary>
static class CachedText
{
    // A length known to a twentieth is known; one that may be a tenth off is no ground for high confidence.
    const double Known = .05, Doubtful = .1;

    // Of a fingerprint as people read it.
    const int Digits = 12;

    /// <summary>The calls that use the cache.</summary>
    public static IEnumerable<int> Using(WorkloadView view, CachingLever.CachedWay way) =>
        Enumerable.Range(0, view.Workload.Calls.Count).Where(i => way.Caching.Uses[i] is { } use && use.Read + use.Written > 0);

    // Where conversations are cached to their ends, the length of what they begin with matters little.
    public static bool IsOpen(CacheLayout layout) =>
        layout is { Kind: CacheLayoutKind.Static or CacheLayoutKind.Moved, Text: { } text } && Doubt(text) > Known;

    /// <summary>True where its length may be so far off that a saving on it is no certain one.</summary>
    public static bool IsDoubtful(SharedPrompt text) => Doubt(text) > Doubtful;

    static double Doubt(SharedPrompt text) => (text.TokensMost - text.TokensLeast) / 2.0 / Math.Max(1, text.Tokens);

    // A saving grows with the tokens it is made on; a text below the model's least is not cached at all.
    public static (decimal Low, decimal High)? Interval(WorkloadView view, SharedPrompt? text, decimal? saving, decimal? inOneCache)
    {
        if (saving is not { } apart || (text is null && inOneCache is null)) return null;
        var (low, high) = (Math.Min(apart, inOneCache ?? apart), Math.Max(apart, inOneCache ?? apart));
        if (text is null) return (low, high);
        var tokens = (decimal)Math.Max(1, text.Tokens);
        var least = text.TokensLeast < (view.Model.Facts?.CacheMinimum ?? 0) ? 0 : text.TokensLeast;
        return (Planner.Round(low * (low < 0m ? text.TokensMost : least) / tokens),
            Planner.Round(high * (high < 0m ? least : text.TokensMost) / tokens));
    }

    // By what a prefix is known again, here and in other plans, without a word of it.
    public static IEnumerable<(string, string)> Recognised(WorkloadView view, CacheLayout layout, CachingLever.CachedWay way)
    {
        if (layout.Text is { } text)
        {
            yield return ("the shared text, by its fingerprint",
                $"{Short(text.Key)}, {Say.Count(text.Tokens)} tokens, begins in {Name(text.From.Place)}");
            yield break;
        }
        if (Using(view, way).Select(i => (int?)i).FirstOrDefault() is not { } first) yield break;
        var points = new CachePrefix[CacheLayout.PointsMax];
        var call = view.Workload.Calls[first];
        if (layout.Prefixes(call, points) == 0) yield break;
        var end = CacheLayout.EndOf(call.Content!.Prompt!, points[0].Hash) is { } place ? $", ends in {Name(place)}" : "";
        yield return ("the first call's prefix, by its fingerprint",
            $"{Short(points[0].Hash)}, {Say.Count(points[0].Tokens)} tokens{end}");
    }

    static string Name(BlockPlace place) => place switch
    {
        BlockPlace.Tools => "the tools", BlockPlace.System => "the system prompt", BlockPlace.User => "a message of the user",
        _ => "a message of the model",
    };

    static string Short(ulong fingerprint) => fingerprint.ToString("x16", CultureInfo.InvariantCulture)[..Digits];

    /// <summary>What prompts share where the book cannot tell what caching it costs; null where it can, or nothing is shared.</summary>
    public static string? WithoutPrice(WorkloadView view)
    {
        if (!view.IsMovable || !view.Workload.HasPrompts || CachingLever.IsCachedNow(view)) return null;
        if (view.Model.Facts is not { CacheMinimum: > 0 } facts) return null;
        var kind = view.Workload.Calls.First(c => c.Kind.Mode == Mode.OnDemand).Kind;
        var card = view.Context.Book.CardFor(kind, ContextBand.Standard, DateOnly.FromDateTime(view.Workload.Last));
        if (card[Meter.Input] is null || (card[Meter.CacheRead] is not null && card[Meter.CacheWrite5m] is not null)) return null;
        var first = view.Shared.All.Where(s => s.StandsFirst && s.Tokens >= facts.CacheMinimum).MaxBy(s => s.Tokens * s.Calls.Count);
        if (first is null) return null;
        var lacks = card[Meter.CacheRead] is not null ? "writing to" : card[Meter.CacheWrite5m] is not null ? "reading from"
            : "reading from and writing to";
        return $"'{view.Workload.Name}': {Say.Calls(first.Calls.Count)} begin with the same {Say.Count(first.Tokens)} tokens. What caching "
            + $"them would save is not told: book '{view.Context.Book.Id}' has no price of {lacks} the cache for '{view.Model.Id}'.";
    }
}
