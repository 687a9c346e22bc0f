using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Assay.Usage;

namespace Assay.Pricing;

/// <summary>A source of prices: one dated file, or several of one date. Immutable.</summary>
/// <param name="Name">What it is, such as <c>aws-pricing-page</c>.</param>
/// <param name="Date">The day it was published or read.</param>
/// <param name="FillsGaps">True for sources that speak only where the others are silent.</param>
public sealed record PriceSource(string Name, DateOnly Date, bool FillsGaps, IReadOnlyList<Rate> Rates)
{
    /// <summary>Precedence among sources that fill gaps: the lower is asked first.</summary>
    public int Order { get; init; }
}

/// <summary>One source states two prices for one key and one start. The dearer stands, so that no budget is set too low.</summary>
public sealed record PriceConflict(Rate Kept, Rate Dropped);

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
    readonly HashSet<string> models = new(StringComparer.Ordinal);
    readonly List<PriceConflict> conflicts = [];
    readonly ConcurrentDictionary<CardKey, RateCard[]> cards = new();

    // Readers intern models and regions, so the card of the call before is mostly found by two addresses. A race only costs a miss.
    const int RecentCards = 1024;
    readonly Resolved?[] recent = new Resolved?[RecentCards];
    readonly ConcurrentDictionary<ByAddress, Resolved> resolved = new();

    public PriceBook(string name, IEnumerable<PriceSource> sources)
    {
        Sources = [.. sources.OrderBy(s => s.FillsGaps).ThenBy(s => s.Order).ThenBy(s => s.Date)];
        Name = name;
        Date = Sources.Count == 0
            ? DateOnly.MinValue
            : Sources.Where(s => !s.FillsGaps).Select(s => s.Date).DefaultIfEmpty(Sources.Max(s => s.Date)).Max();
        Id = $"{name}@{Date:yyyy-MM-dd}";
        foreach (var source in Sources) Lay(source);
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

    /// <summary>Where a source contradicts itself.</summary>
    public IReadOnlyList<PriceConflict> Conflicts => conflicts;

    /// <summary>Every model it has a rate of, in no order.</summary>
    public IReadOnlyCollection<string> Models => models;

    public bool Knows(string model) => models.Contains(model);

    /// <summary>True when the model has rates above 200,000 tokens of context anywhere in the book.</summary>
    public bool HasLongBand(string model) => longBanded.Contains(model);

    /// <summary>
    /// The rate in force on a day, or null. A row that names no scope is written in_region and serves geographic calls too, and
    /// <c>global.</c> calls of a model that has no global price. Models sold by scope cost the same in region as in a geography; for
    /// the others the price of a geography says nothing of a call in the region.
    /// </summary>
    public Rate? Find(in RateKey key, DateOnly day)
    {
        if (Exact(key, day) is { } exact) return exact;
        return key.Scope switch
        {
            Scope.Geo => Exact(key with { Scope = Scope.InRegion }, day),
            Scope.InRegion => IsScoped(key) ? Exact(key with { Scope = Scope.Geo }, day) : null,
            _ when !IsScoped(key) => Exact(key with { Scope = Scope.InRegion }, day),
            _ => null,
        };
    }

    /// <summary>The rates of all meters for one kind of call, resolved once and remembered.</summary>
    public RateCard CardFor(CallKind kind, ContextBand context, DateOnly day)
    {
        var terms = ((int)kind.Mode << 24) | ((int)kind.Tier << 16) | ((int)context << 8) | (int)kind.Term;
        var mixed = unchecked(
            (RuntimeHelpers.GetHashCode(kind.Model) * 31) + (RuntimeHelpers.GetHashCode(kind.Region) * 17) + (terms >> 8) + terms);
        var slot = mixed & (RecentCards - 1);
        var hit = recent[slot];
        if (hit is null || !ReferenceEquals(hit.Model, kind.Model) || !ReferenceEquals(hit.Region, kind.Region) || hit.Terms != terms)
            recent[slot] = hit = Resolve(new(kind.Model, kind.Region, terms), kind, context);
        foreach (var card in hit.Segments)
            if (card.Holds(day)) return card;
        throw new InvalidOperationException($"No card of {hit} holds on {day}: the segments of a card must cover all days.");
    }

    Resolved Resolve(ByAddress at, CallKind kind, ContextBand context)
    {
        if (resolved.TryGetValue(at, out var known)) return known;
        var key = new CardKey(kind.Model.Id, kind.Model.Scope, kind.Region, kind.Mode, kind.Tier, context, kind.Term);
        var segments = cards.GetOrAdd(key, static (k, book) => book.Compile(k), this);
        return resolved.GetOrAdd(at, new Resolved(kind.Model, kind.Region, at.Terms, segments));
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

    Rate? Exact(in RateKey key, DateOnly day) =>
        On(timelines.GetValueOrDefault(key), day) ?? On(timelines.GetValueOrDefault(key with { Region = RateKey.EveryRegion }), day);

    void Lay(PriceSource source)
    {
        // What fills gaps is asked as a whole before any of it is laid: its own rows do not stand in each other's way.
        var groups = source.Rates.GroupBy(r => r.Key).Where(g => !source.FillsGaps || !IsServed(g.Key)).ToList();
        foreach (var group in groups)
        {
            var stated = Stated(group);
            timelines[group.Key] = timelines.TryGetValue(group.Key, out var known) ? Chain(known, stated, source.Date) : Ended(stated);
            models.Add(group.Key.Model);
            if (group.Key.Scope == Scope.Global) globalPriced.Add((group.Key.Model, group.Key.Meter));
            if (group.Key.Context == ContextBand.Long) longBanded.Add(group.Key.Model);
        }
    }

    // A gap is a key that Find would not answer on any day: neither by itself nor through the scope that stands in for it.
    bool IsServed(in RateKey key)
    {
        if (Has(key)) return true;
        return key.Scope switch
        {
            Scope.Geo => Has(key with { Scope = Scope.InRegion }),
            Scope.InRegion => IsScoped(key) && Has(key with { Scope = Scope.Geo }),
            _ => !IsScoped(key) && Has(key with { Scope = Scope.InRegion }),
        };
    }

    // A model with a global price is sold by scope.
    bool IsScoped(in RateKey key) => globalPriced.Contains((key.Model, key.Meter));

    bool Has(in RateKey key) => timelines.ContainsKey(key) || timelines.ContainsKey(key with { Region = RateKey.EveryRegion });

    // What one source says of one key, by start; a contradiction is kept to its dearer side and reported.
    List<Rate> Stated(IEnumerable<Rate> rates)
    {
        var stated = new List<Rate>();
        foreach (var sameStart in rates.GroupBy(r => r.From).OrderBy(g => g.Key ?? DateOnly.MinValue))
        {
            var kept = sameStart.MaxBy(r => r.UsdPerUnit)!;
            conflicts.AddRange(sameStart.Where(r => r.UsdPerUnit != kept.UsdPerUnit).Select(r => new PriceConflict(kept, r)));
            stated.Add(kept);
        }
        return stated;
    }

    // Appends what a later source says to what was known. A stated start stands; a price without one starts when it is first seen.
    static Rate[] Chain(Rate[] known, List<Rate> stated, DateOnly date)
    {
        List<Rate> chain = [.. known];
        for (var i = 0; i < stated.Count; i++)
        {
            var rate = stated[i];
            if (rate.From is null && i + 1 < stated.Count && stated[i + 1].From is { } next && next <= date)
            {
                // It tells of a past that ended before the source was read; earlier sources were there and know better.
                if (On(chain, next.AddDays(-1)) is null) chain.Insert(0, rate with { Until = next });
                continue;
            }
            var from = rate.From ?? date;
            if (rate.Until <= from || (On(chain, from) is { } current && current.UsdPerUnit == rate.UsdPerUnit)) continue;
            // A start in the past takes over from there; a price merely seen today leaves announced later ones alone.
            chain.RemoveAll(k => k.From >= from && (rate.From is not null || k.From == from));
            chain.Add(rate with { From = from });
        }
        return Ended(chain);
    }

    // Each rate ends where the next begins, or earlier if it says so.
    static Rate[] Ended(List<Rate> rates)
    {
        var ordered = rates.OrderBy(r => r.From ?? DateOnly.MinValue).ToArray();
        for (var i = 0; i + 1 < ordered.Length; i++)
        {
            var next = ordered[i + 1].From;
            if (ordered[i].Until is not { } until || until > next) ordered[i] = ordered[i] with { Until = next };
        }
        return ordered;
    }

    static Rate? On(IReadOnlyList<Rate>? timeline, DateOnly day)
    {
        foreach (var rate in timeline ?? [])
            if ((rate.From is null || rate.From <= day) && (rate.Until is null || day < rate.Until)) return rate;
        return null;
    }

    sealed record Resolved(ModelRef Model, string Region, int Terms, RateCard[] Segments);

    // By address: what the small table of recent cards has dropped is found again without building a string.
    readonly record struct ByAddress(ModelRef Model, string Region, int Terms)
    {
        public bool Equals(ByAddress other) =>
            ReferenceEquals(Model, other.Model) && ReferenceEquals(Region, other.Region) && Terms == other.Terms;

        public override int GetHashCode() =>
            unchecked((RuntimeHelpers.GetHashCode(Model) * 31) + (RuntimeHelpers.GetHashCode(Region) * 17) + Terms);
    }

    readonly record struct CardKey(string Model, Scope Scope, string Region, Mode Mode, Tier Tier, ContextBand Context, Term Term);
}

/// <summary>The rates of every meter for one kind of call over a span of days.</summary>
public sealed class RateCard(DateOnly from, DateOnly until, Rate?[] rates)
{
    /// <summary>First day it holds, and the first it no longer does; the ends of the calendar where there is none.</summary>
    public DateOnly From => from;
    public DateOnly Until => until;

    /// <summary>The rate of a meter, or null where the book has none.</summary>
    public Rate? this[Meter meter] => rates[(int)meter];

    internal bool Holds(DateOnly day) => from <= day && (day < until || until == DateOnly.MaxValue);
}
