using Assay.Control.Budgets;
using Assay.Control.Policies;
using Assay.Gateway.Calls;
using Assay.Gateway.Settings;
using Assay.Pricing;
using Assay.Usage;
using System.Collections.Concurrent;
using System.Globalization;

namespace Assay.Gateway.Admission;

/// <summary>
/// Lets calls in: permitted, priced, below every ceiling, and with their money set aside. Each hop of a call comes through here, so
/// that a fallback is held to the same limits as the first choice.
/// </summary>
sealed class Admitter(GatewaySettings settings, PriceBook book, BudgetBook budgets, RateBook rateBook, Calibration calibration)
{
    // What soft budgets set aside: nine of ten calls cost no more.
    const double LikelyShare = 0.9;
    const long TokensOfImage = 1_600;
    const int RatesRemembered = 50_000;

    readonly SpenderRules spenders = new(settings.Policy);

    readonly ConcurrentDictionary<(ModelTarget Target, Tier Tier, bool IsGuarded, bool IsGrounded, int Day), CallRates> rates = new();

    /// <summary>Prices of a call on a day; worked out once.</summary>
    public CallRates RatesOf(ModelTarget target, Tier tier, bool isGuarded, DateTime time, bool isGrounded = false)
    {
        var day = DateOnly.FromDateTime(time);
        if (rates.Count > RatesRemembered) rates.Clear();
        return rates.GetOrAdd((target, tier, isGuarded, isGrounded, day.DayNumber), static (key, book) =>
            CallRates.Of(key.Target, key.Tier, key.IsGuarded, key.IsGrounded, DateOnly.FromDayNumber(key.Day), book), book);
    }

    /// <summary>Admits a call to a model, or says why not. What was set aside is in the passage.</summary>
    public Refusal? Admit(Passage call, ModelTarget target)
    {
        if (call.Purpose == Purpose.Guardrail) return AdmitGuardrail(call, target);
        var permission = call.Holder!.May(target, call.Guardrail, call.ClientTags);
        if (permission.Forbidden is { } forbidden) return Refusal.Forbidden("policy", Sentence(forbidden));
        (call.Target, call.Residency) = (target, permission.Residency);
        (call.ClampedTo, call.ClampedBy, call.Worst, call.Likely, call.Lease) = (null, "", null, null, default);
        if (call.Purpose == Purpose.CountTokens) return null;

        if (call.Facts.RunsAtServer)
            return Refusal.Forbidden("unpriced", "A call without a price is not let in: tools that run at the server have fees of "
                + "their own, and what they find is read as input without bound. Leave out the server's tools.");
        if (!target.IsKnown)
            return Refusal.Forbidden("unpriced", Refusal.Unknown(target.Id, book));
        var rates = RatesOf(target, call.Facts.Tier, call.Facts.HasGuardrail, call.Time, call.Facts.IsGrounded);
        if (rates.Unpriced is { } unpriced)
            return Refusal.Forbidden("unpriced", Sentence($"a call without a price is not let in: {unpriced}"));
        var said = call.Facts.MaxTokens;
        var most = said >= 1 ? said : OutputLimits.Of(target.Model.Id, settings.MaxTokensUnsaid);
        var size = CallSize.AtMost(call.Facts, call.Body.Length, most, target);
        var ceilings = CeilingsOf(call, permission).ToList();
        // A limit that was not said is only a limit once it is said; where nothing depends on it the server's own stands.
        long? clampedTo = said >= 1 || size.Output == 0 || !IsLimited(call, ceilings) ? null : most;
        foreach (var ceiling in ceilings)
        {
            var fitted = Fitting.Within(ceiling.Usd, rates, size, ceiling.MayClamp(call.IsLastResort), settings.TokensMin);
            if (!fitted.Fits) return OverTheCeiling(call, ceiling, rates.Cost(size));
            if (fitted.ClampedTo is not null) call.ClampedBy = $"ceiling '{ceiling.Name}'";
            (size, clampedTo) = (fitted.Size, fitted.ClampedTo ?? clampedTo);
        }
        return TakeRates(call, rates, size) ?? Reserve(call, rates, size, clampedTo);
    }

    /// <summary>Holds the calls that a request is taken apart into to its ceilings together; each is admitted by itself besides.</summary>
    /// <param name="bodies">Theirs, of which none has an answer to be clamped.</param>
    public Refusal? AdmitTogether(Passage whole, ModelTarget target, IEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        var permission = whole.Holder!.May(target, whole.Guardrail, whole.ClientTags);
        var rates = RatesOf(target, Tier.Standard, isGuarded: false, whole.Time);
        // What is forbidden or has no price is refused where its first part is admitted.
        if (permission.Forbidden is not null || rates.Unpriced is not null) return null;
        var ceilings = CeilingsOf(whole, permission).ToList();
        if (ceilings.Count == 0) return null;
        var worst = bodies.Sum(body =>
        {
            var facts = new CallFacts();
            return CallScan.Read(body.Span, facts) is null ? rates.Cost(CallSize.AtMost(facts, body.Length, maxTokens: 0, target)) : 0m;
        });
        return ceilings.Find(c => worst > c.Usd) is { } least ? OverTheCeiling(whole, least, worst) : null;
    }

    bool IsLimited(Passage call, List<Ceiling> ceilings) =>
        ceilings.Count > 0 || budgets.Headroom(call.Holder!.Budgets, call.Time) < decimal.MaxValue;

    // Rules on models do not concern a guardrail that is applied by itself: it asks none. Its money is held to the same limits.
    Refusal? AdmitGuardrail(Passage call, ModelTarget target)
    {
        call.Target = target;
        (call.ClampedTo, call.Worst, call.Likely, call.Lease) = (null, null, null, default);
        var rates = CallRates.OfGuardrail(target, call.Facts.IsGrounded, DateOnly.FromDateTime(call.Time), book);
        if (rates.Unpriced is { } unpriced)
            return Refusal.Forbidden("unpriced", Sentence($"a call without a price is not let in: {unpriced}"));
        var size = CallSize.OfGuardrail(call.Facts, call.Body.Length);
        foreach (var rule in settings.Ceilings)
            if (IsAbout(rule.Who, rule.Apps, call) && rates.Cost(size) > rule.Usd)
                return OverTheCeiling(call, Ceiling.Of(rule), rates.Cost(size));
        return TakeRates(call, rates, size) ?? Reserve(call, rates, size, clampedTo: null);
    }

    // Bedrock's own quotas count what a call may answer with, so these do; what it really was replaces it afterwards. A dearer model
    // that stands in for the first takes what it may cost more.
    Refusal? TakeRates(Passage call, CallRates rates, in CallSize size)
    {
        var likely = LikelySize(call, size);
        var (tokens, usd) = (likely.Input + size.Output, rates.Cost(likely));
        RateTake take;
        var admission = call.Taken is { } before ? rateBook.TryTakeMore(before, tokens, usd, out take)
            : rateBook.TryTake(call.Holder!.Rates, tokens, usd, out take);
        if (admission.IsAdmitted)
        {
            call.Taken = take;
            return null;
        }
        var what = admission.Meter switch
        {
            RateMeter.Requests => $"{admission.Limit:N0} requests",
            RateMeter.Tokens => $"{admission.Limit:N0} tokens",
            _ => Usd(admission.Limit),
        };
        var limit = $"Rate '{admission.Rule}'{(admission.Value is { Length: > 0 } of ? $" of '{of}'" : "")} is {what} a minute";
        return admission.RetryAfter is { } seconds
            ? new(RefusalKind.TooOften, "rate", $"{limit}, and it is used up. Try again in {seconds} s.", seconds)
            : Refusal.Forbidden("rate", $"{limit}; this call alone takes more.");
    }

    Refusal? Reserve(Passage call, CallRates rates, CallSize size, long? clampedTo)
    {
        var holder = call.Holder!;
        // Others take from the same budgets meanwhile: what was left a moment ago may be gone.
        for (var tries = 0; ; tries++)
        {
            var worst = rates.Cost(size);
            var likely = Math.Min(worst, rates.Cost(LikelySize(call, size)));
            var admission = budgets.TryReserve(holder.Budgets, worst, likely, call.Time, out var lease);
            if (admission.IsAdmitted)
            {
                (call.ClampedTo, call.Size, call.Worst, call.Likely, call.Lease) = (clampedTo, size, worst, likely, lease);
                return null;
            }
            var fitted = tries < 3 && settings.ClampsToBudgets
                ? Fitting.Within(budgets.Headroom(holder.Budgets, call.Time), rates, size, mayClamp: true, settings.TokensMin)
                : default;
            if (!fitted.Fits) return Refusal.Forbidden("budget", OverTheBudget(admission, worst)) with { Budget = admission };
            if (fitted.ClampedTo is not null) call.ClampedBy = "budget";
            (size, clampedTo) = (fitted.Size, fitted.ClampedTo ?? clampedTo);
        }
    }

    CallSize LikelySize(Passage call, in CallSize worst)
    {
        var habits = calibration.Of(call.Target!, call.Holder!.Key.Name);
        var output = habits.Output(LikelyShare, worst.Output / worst.Choices) * worst.Choices;
        var input = Math.Min(worst.Input, habits.Input(LikelyShare, call.WordBytes) + (call.Facts.Images * TokensOfImage));
        return (worst with { Input = input }).WithOutput(output);
    }

    /// <summary>Models that a ceiling names instead of one that is too dear; empty where it names none.</summary>
    public IReadOnlyList<string> Cheaper(Passage call) => settings.Ceilings
        .Where(c => c.Over.Contains(OverCeiling.Downgrade) && IsAbout(c.Who, c.Apps, call)).SelectMany(c => c.To).ToList();

    IEnumerable<Ceiling> CeilingsOf(Passage call, Permission permission)
    {
        if (permission.RequestUsdMax is { } limit) yield return Ceiling.Of(limit);
        foreach (var rule in settings.Ceilings)
            if (IsAbout(rule.Who, rule.Apps, call)) yield return Ceiling.Of(rule);
    }

    bool IsAbout(Who who, IReadOnlyList<string> apps, Passage call) => spenders.IsAbout(who, apps, call.Holder!.Spender);

    static Refusal OverTheCeiling(Passage call, Ceiling ceiling, decimal worst) => Refusal.Forbidden("ceiling",
        $"The call may cost up to {Usd(worst)}, above the ceiling '{ceiling.Name}' of {Usd(ceiling.Usd)} a request. "
        + $"Ask for fewer tokens (maxTokens), send less, or choose a cheaper model than '{call.Target!.Id}'.");

    static string OverTheBudget(in Control.Budgets.Admission admission, decimal worst) =>
        $"Budget '{admission.Budget}'{(admission.Value is { Length: > 0 } of ? $" of '{of}'" : "")} has {Usd(admission.Headroom)} left of "
        + $"{Usd(admission.Limit)}, and the call may cost up to {Usd(worst)} ({Usd(admission.Spent)} spent, "
        + $"{Usd(admission.Reserved + admission.Held)} set aside). "
        + (admission.Until is { } until ? string.Create(
            CultureInfo.InvariantCulture, $"There is room again at {until:yyyy-MM-dd'T'HH:mm:ss'Z'}.")
            : "It is dearer than the whole budget.");

    static string Usd(decimal amount) => "$" + Pricing.Usd.Plain(decimal.Round(amount, 6, MidpointRounding.ToPositiveInfinity));

    static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..].TrimEnd('.') + ".";
}

/// <summary>The most tokens a model of a family answers with, where that is less than what a call that does not say is given.</summary>
static class OutputLimits
{
    public static int Of(string model, int otherwise) => Math.Min(otherwise, model switch
    {
        _ when model.StartsWith("meta.llama3-", StringComparison.Ordinal) => 2_048,
        _ when model.StartsWith("amazon.titan-text-premier", StringComparison.Ordinal) => 3_072,
        _ when model.StartsWith("cohere.command", StringComparison.Ordinal) => 4_000,
        _ => otherwise,
    });
}
