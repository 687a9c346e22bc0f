using System.Collections.Concurrent;
using Assay.Usage;

namespace Assay.Pricing;

/// <summary>A source of prices: one dated file, or several of one date. Immutable.</summary>
/// <param name="Name">What it is, such as <c>aws-pricing-page</c>.</param>
/// <param name="Date">The day it was published or read.</param>
/// <param name="FillsGaps">True for sources that speak only where the others are silent.</param>
public sealed record PriceSource(string Name, DateOnly Date, bool FillsGaps, IReadOnlyList<Rate> Rates);

/// <summary>
/// Dated, immutable prices with their lineage. Sources are laid over each other by date: a rate in the earliest source that has it
/// has no start; a changed rate starts on the date of the first source that shows it, or on the date that source states; absence
/// from a later source ends nothing.
/// </summary>
public sealed class PriceBook
{
    readonly Dictionary<RateKey, Rate[]> timelines = [];
    readonly HashSet<(string Model, Meter Meter)> globalPriced = [];
    readonly HashSet<string> longBanded = [];
    readonly ConcurrentDictionary<CardKey, RateCard[]> cards = new();

    public PriceBook(string name, IEnumerable<PriceSource> sources)
    {
        Sources = [.. sources.OrderBy(s => s.FillsGaps).ThenBy(s => s.Date)];
        Name = name;
        Date = Sources.Count == 0
            ? DateOnly.MinValue
            : Sources.Where(s => !s.FillsGaps).Select(s => s.Date).DefaultIfEmpty(Sources.Max(s => s.Date)).Max();
        Id = $"{name}@{Date:yyyy-MM-dd}";
        foreach (var source in Sources) Lay(source);
        foreach (var key in timelines.Keys)
        {
            if (key.Scope == Scope.Global) globalPriced.Add((key.Model, key.Meter));
            if (key.Context == ContextBand.Long) longBanded.Add(key.Model);
        }
    }

    public string Name { get; }

    /// <summary>The date of the newest source that is not only filling gaps.</summary>
    public DateOnly Date { get; }

    /// <summary>Name and date, such as <c>aws@2026-07-24</c>: what every charge prints.</summary>
    public string Id { get; }

    /// <summary>The lineage, in the order in which it was laid.</summary>
    public IReadOnlyList<PriceSource> Sources { get; }

    /// <summary>Every rate with its effective dates, in a stable order.</summary>
    public IEnumerable<Rate> Rates => timelines.Values.SelectMany(t => t)
        .OrderBy(r => r.Key.Model, StringComparer.Ordinal).ThenBy(r => r.Key.Meter).ThenBy(r => r.Key.Mode).ThenBy(r => r.Key.Tier)
        .ThenBy(r => r.Key.Scope).ThenBy(r => r.Key.Context).ThenBy(r => r.Key.Term).ThenBy(r => r.Key.Region, StringComparer.Ordinal)
        .ThenBy(r => r.From);

    public bool Knows(string model) => timelines.Keys.Any(k => k.Model == model);

    /// <summary>True when the model has rates above 200,000 tokens of context anywhere in the book.</summary>
    public bool HasLongBand(string model) => longBanded.Contains(model);

    /// <summary>
    /// The rate in force on a day, or null. In-region and geographic calls have one price in every source, so one stands in for the
    /// other; a row that names no scope also serves <c>global.</c> calls of a model that has no global price.
    /// </summary>
    public Rate? Find(in RateKey key, DateOnly day)
    {
        if (Exact(key, day) is { } exact) return exact;
        return key.Scope switch
        {
            Scope.Geo => Exact(key with { Scope = Scope.InRegion }, day),
            Scope.InRegion => Exact(key with { Scope = Scope.Geo }, day),
            _ when !globalPriced.Contains((key.Model, key.Meter)) => Exact(key with { Scope = Scope.InRegion }, day),
            _ => null,
        };
    }

    /// <summary>The rates of all meters of one kind of call, resolved once and remembered.</summary>
    public RateCard CardFor(ModelRef model, string region, Mode mode, Tier tier, ContextBand context, Term term, DateOnly day)
    {
        var key = new CardKey(model.Id, model.Scope, region, mode, tier, context, term);
        var segments = cards.GetOrAdd(key, static (k, book) => book.Compile(k), this);
        foreach (var card in segments)
            if (card.Holds(day)) return card;
        throw new InvalidOperationException($"No card of {key} holds on {day}: the segments of a card must cover all days.");
    }

    // One card for each span of days in which no rate of the key changes.
    RateCard[] Compile(CardKey key)
    {
        var starts = new SortedSet<DateOnly> { DateOnly.MinValue };
        foreach (var meter in Enum.GetValues<Meter>())
            foreach (var scope in Enum.GetValues<Scope>())
                foreach (var region in (string[])[key.Region, RateKey.EveryRegion])
                    foreach (var rate in timelines.GetValueOrDefault(Rated(meter, key) with { Scope = scope, Region = region }) ?? [])
                    {
                        if (rate.From is { } from) starts.Add(from);
                        if (rate.Until is { } until) starts.Add(until);
                    }
        var days = starts.ToArray();
        return [.. days.Select((day, i) => new RateCard(day, i + 1 < days.Length ? days[i + 1] : DateOnly.MaxValue,
            [.. Enum.GetValues<Meter>().Select(meter => Find(Rated(meter, key), day))]))];
    }

    // Guardrails are charged whatever the model, the mode or the tier of the call.
    static RateKey Rated(Meter meter, CardKey key) => meter.IsGuardrail()
        ? new("", meter, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, key.Region, Term.None)
        : new(key.Model, meter, key.Mode, key.Tier, key.Scope, key.Context, key.Region, key.Term);

    Rate? Exact(in RateKey key, DateOnly day)
    {
        var rate = On(timelines.GetValueOrDefault(key), day);
        return rate ?? On(timelines.GetValueOrDefault(key with { Region = RateKey.EveryRegion }), day);

        static Rate? On(Rate[]? timeline, DateOnly day)
        {
            foreach (var rate in timeline ?? [])
                if ((rate.From is null || rate.From <= day) && (rate.Until is null || day < rate.Until)) return rate;
            return null;
        }
    }

    void Lay(PriceSource source)
    {
        foreach (var group in source.Rates.GroupBy(r => r.Key))
        {
            if (!timelines.TryGetValue(group.Key, out var timeline))
            {
                timelines[group.Key] = Chain([], [.. group], source.Date, isFirst: true);
                continue;
            }
            if (source.FillsGaps) continue;
            timelines[group.Key] = Chain(timeline, [.. group], source.Date, isFirst: false);
        }
    }

    // Appends what a source says of one key to what was known. Rates with a stated start keep it.
    static Rate[] Chain(Rate[] known, Rate[] stated, DateOnly date, bool isFirst)
    {
        List<Rate> chain = [.. known];
        foreach (var rate in stated.OrderBy(r => r.From ?? DateOnly.MinValue))
        {
            var isKnown = chain.Any(k => k.SourceRate == rate.SourceRate && k.SourceUnit == rate.SourceUnit
                && (rate.From is null || k.From == rate.From));
            if (isKnown) continue;
            var from = rate.From ?? (isFirst ? null : date);
            // A source may state a start in the past: what was known yields from that day.
            chain.RemoveAll(k => k.From is { } start && from is { } at && start >= at);
            if (chain.Count > 0 && from is null) continue;
            if (chain.Count > 0 && (chain[^1].Until is null || chain[^1].Until > from)) chain[^1] = chain[^1] with { Until = from };
            chain.Add(rate with { From = from });
        }
        return [.. chain];
    }

    readonly record struct CardKey(string Model, Scope Scope, string Region, Mode Mode, Tier Tier, ContextBand Context, Term Term);
}

/// <summary>The rates of every meter for one kind of call over a span of days.</summary>
public sealed class RateCard(DateOnly from, DateOnly until, Rate?[] rates)
{
    /// <summary>The rate of a meter, or null where the book has none.</summary>
    public Rate? this[Meter meter] => rates[(int)meter];

    internal bool Holds(DateOnly day) => from <= day && (day < until || until == DateOnly.MaxValue);
}
