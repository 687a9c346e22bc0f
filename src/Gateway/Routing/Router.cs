using System.Collections.Concurrent;
using System.Globalization;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Settings;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Gateway.Routing;

/// <summary>
/// Chooses the models of a call: the first rule that fits says which, a session stays with its tier, and a warm cache is not left for
/// less than it is worth. What a key may not use, or has no price, is passed over here; admission has the last word on every hop.
/// </summary>
sealed class Router(
    GatewaySettings settings, ModelTable models, Admitter admitter, Calibration calibration, PriceBook book, SessionRoutes sessions)
{
    const int PricesRemembered = 10_000;

    // Tokens of an answer where no answers were seen yet.
    const long OutputUnseen = 500;

    readonly RouteMatch rules = new(settings);
    readonly ConcurrentDictionary<(ModelTarget Target, Tier Tier, bool IsLong, int Day), TokenPrices?> prices = new();

    public Route Choose(Passage call)
    {
        var asked = models.Find(call.Asked, call.Dialect);
        ShadowChoice? shadow = null;
        // A guardrail has no model; vectors of another model are no use.
        if (call.Purpose is Purpose.Answer or Purpose.CountTokens && !(asked.Count > 0 && asked[0].AnswersWithoutTokens))
        {
            foreach (var rule in rules.Of(call.Holder!))
            {
                if (!RouteMatch.Fits(rule, call) || Choose(rule, call, asked) is not { } route) continue;
                if (!rule.IsShadow) return route with { Shadow = Beside(shadow, route.Targets) };
                shadow ??= Shadow(rule, call, asked, route);
            }
        }
        return new(asked, "as asked", Beside(shadow, asked));
    }

    // A trial that comes to the same has nothing to tell.
    static ShadowChoice? Beside(ShadowChoice? shadow, IReadOnlyList<ModelTarget> chosen) =>
        shadow is not null && chosen.Count > 0 && ReferenceEquals(shadow.Model, chosen[0]) ? null : shadow;

    ShadowChoice? Shadow(RouteRule rule, Passage call, IReadOnlyList<ModelTarget> asked, in Route route)
    {
        var instead = route.Targets[0];
        if (asked.Count == 0) return new(rule.Name, instead, route.Decision, null);
        var guess = GuessOf(call, asked[0], instead);
        return new(rule.Name, instead, route.Decision, Cost(call, asked[0], null, guess, out _) - Cost(call, instead, null, guess, out _));
    }

    /// <returns>Null where none of the rule's models can be asked for this.</returns>
    Route? Choose(RouteRule rule, Passage call, IReadOnlyList<ModelTarget> asked)
    {
        List<ModelTarget> targets = [];
        string why;
        var easiest = 0;
        if (rule.To == RouteRule.ByDifficulty)
        {
            var looks = Difficulty.LookAt(call.Facts, call.Body.Span);
            var wanted = Difficulty.TierOf(Difficulty.Points(looks), rule.Tiers.Count);
            why = Difficulty.Explain(looks, wanted, rule.Tiers.Count);
            easiest = Stay(rule, call, wanted, ref why);
            Add(targets, rule.Tiers[easiest], call, asked);
            var isFirst = targets.Count > 0;
            // Where the tier cannot be had, what was asked for, then harder tiers: an easier one might not do.
            AddReal(targets, asked);
            for (var tier = easiest + 1; tier < rule.Tiers.Count; tier++) Add(targets, rule.Tiers[tier], call, asked);
            for (var tier = easiest - 1; tier >= 0; tier--) Add(targets, rule.Tiers[tier], call, asked);
            if (!isFirst) why = $"{why}, whose model '{rule.Tiers[easiest]}' cannot be used";
        }
        else
        {
            Add(targets, rule.To, call, asked);
            if (targets.Count == 0) return null;
            why = "";
            AddReal(targets, asked);
        }
        if (targets.Count == 0) return null;
        if (!rule.IsShadow) KeepWarm(rule, call, targets, easiest, ref why);
        return new(targets, $"{rule.Name}: {targets[0].Id}{(why.Length > 0 ? $" ({why})" : "")}", null);
    }

    int Stay(RouteRule rule, Passage call, int wanted, ref string why)
    {
        if (!rule.IsSticky || call.Session.Length == 0 || call.Purpose != Purpose.Answer) return wanted;
        var tier = sessions.Tiers.Of((rule.Name, call.Holder!.Key.Name, call.Session)).Raise(wanted, out var before);
        if (tier > wanted) why += "; its session stays with the harder tier";
        else if (before >= 0 && before < wanted) why += "; its session goes up";
        return tier;
    }

    void Add(List<ModelTarget> targets, string name, Passage call, IReadOnlyList<ModelTarget> asked)
    {
        foreach (var target in models.Find(name, call.Dialect))
            if (!targets.Contains(target) && CanServe(target, call, asked)) targets.Add(target);
    }

    static void AddReal(List<ModelTarget> targets, IReadOnlyList<ModelTarget> asked)
    {
        foreach (var target in asked)
            if (target.IsKnown && !targets.Contains(target)) targets.Add(target);
    }

    bool CanServe(ModelTarget target, Passage call, IReadOnlyList<ModelTarget> asked)
    {
        if (!target.IsKnown || Exchanges.Exchanges.For(call.Dialect, target.Upstream.Kind, call.Purpose) is null) return false;
        // A body of InvokeModel is in its family's own words.
        if (call.Operation is BedrockOperation.InvokeModel or BedrockOperation.InvokeModelWithResponseStream
            && !(asked.Count > 0 && FamilyOf(asked[0]).SequenceEqual(FamilyOf(target)))) return false;
        if (target.Model.Facts is { ContextLimit: > 0 and var context } && HabitsOf(call, target).Input(0.5, call.WordBytes) > context)
            return false;
        return call.Holder!.May(target, call.Guardrail, call.ClientTags).Forbidden is null
            && admitter.RatesOf(target, call.Facts.Tier, call.Facts.HasGuardrail, call.Time).Unpriced is null;
    }

    // 'anthropic.claude', 'amazon.nova', 'meta.llama3'.
    static ReadOnlySpan<char> FamilyOf(ModelTarget target)
    {
        var dash = target.Model.Id.IndexOf('-', StringComparison.Ordinal);
        return target.Model.Id.AsSpan(0, Math.Max(dash, 0));
    }

    // A cheaper model that must read everything anew can be dearer than the one that has it in its cache.
    void KeepWarm(RouteRule rule, Passage call, List<ModelTarget> targets, int easiest, ref string why)
    {
        if (sessions.Caches.Find(SessionRoutes.CacheOf(call)) is not { } warmth) return;
        List<ModelTarget> warm = [.. warmth.Models(call.Time).Select(w => Now(w, call)).OfType<ModelTarget>()];
        if (warm.Count == 0) return;
        var guess = GuessOf(call, [.. warm, targets[0]]);
        if (warmth.TokensPerByte > 0) guess = guess with { Input = (long)(call.WordBytes * warmth.TokensPerByte) };
        if (Cost(call, targets[0], warmth, guess, out _) is not { } moving) return;
        (ModelTarget Target, decimal Cost, long Cached)? best = null;
        foreach (var target in warm)
            if (!ReferenceEquals(target, targets[0]) && IsGoodEnough(rule, target, easiest, call) && CanServe(target, call, targets)
                && Cost(call, target, warmth, guess, out var cached) is { } staying && staying < (best?.Cost ?? moving))
                best = (target, staying, cached);
        if (best is not { } kept) return;
        var left = targets[0].Id;
        targets.Remove(kept.Target);
        targets.Insert(0, kept.Target);
        var saved = Usd.Plain(decimal.Round(moving - kept.Cost, 6));
        var stays = string.Create(CultureInfo.InvariantCulture, $"stays: with {kept.Cached:N0} cached tokens ${saved} cheaper than {left}");
        why = why.Length == 0 ? stays : $"{why}; {stays}";
    }

    // What was remembered before the configuration changed is looked up as it is now.
    ModelTarget? Now(WarmModel warm, Passage call) =>
        models.Find(warm.Id, call.Dialect) is [var target, ..] && target.LoggedId == warm.LoggedId ? target : null;

    // By difficulty, a warm cache keeps a call with a harder tier, never with an easier one.
    bool IsGoodEnough(RouteRule rule, ModelTarget target, int easiest, Passage call)
    {
        if (rule.To != RouteRule.ByDifficulty) return true;
        for (var tier = easiest; tier < rule.Tiers.Count; tier++)
            if (models.Find(rule.Tiers[tier], call.Dialect).Contains(target)) return true;
        return false;
    }

    decimal? Cost(Passage call, ModelTarget target, CacheWarmth? warmth, in Guess guess, out long cached)
    {
        var caches = call.Facts.CachePoints > 0 || target.IsGross;
        cached = caches && warmth is not null ? Math.Min(warmth.Of(target, call.Time), guess.Input) : 0;
        return PricesOf(target, call, guess.Input > Rater.LongContextAbove)
            ?.Cost(guess.Input, cached, guess.Output, writes: call.Facts.CachePoints > 0);
    }

    /// <summary>Tokens of a call, as far as they can be foretold.</summary>
    readonly record struct Guess(long Input, long Output);

    // Two models are compared on the same tokens: a guess about one and knowledge of the other would favour one of them.
    Guess GuessOf(Passage call, params ReadOnlySpan<ModelTarget> targets)
    {
        var habits = HabitsOf(call, targets[0]);
        foreach (var target in targets)
            if (HabitsOf(call, target) is { IsKnown: true } known) { habits = known; break; }
        var most = call.Facts.MaxTokens >= 1 ? call.Facts.MaxTokens : settings.MaxTokensUnsaid;
        return new(habits.Input(0.5, call.WordBytes), habits.IsKnown ? habits.Output(0.5, most) : Math.Min(most, OutputUnseen));
    }

    Habits HabitsOf(Passage call, ModelTarget target) => calibration.Of(target, call.Holder!.Key.Name);

    TokenPrices? PricesOf(ModelTarget target, Passage call, bool isLong)
    {
        if (prices.Count > PricesRemembered) prices.Clear();
        return prices.GetOrAdd((target, call.Facts.Tier, isLong, DateOnly.FromDateTime(call.Time).DayNumber),
            static (key, book) => TokenPrices.Of(key.Target, key.Tier, key.IsLong, DateOnly.FromDayNumber(key.Day), book), book);
    }

    /// <summary>Remembers what a call left in a cache.</summary>
    public void Learn(Passage call, in UsageRecord record)
    {
        var tokens = record.Tokens;
        if (settings.Routes.Count == 0 || call.Purpose != Purpose.Answer || tokens.IsNone) return;
        var place = SessionRoutes.CacheOf(call);
        var warmth = tokens.Prompt > tokens.Input ? sessions.Caches.Of(place) : sessions.Caches.Find(place);
        warmth?.Learn(call.Target!, tokens, call.WordBytes, call.Facts.CachesAnHour, call.Time);
    }
}
