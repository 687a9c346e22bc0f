using Assay.Gateway.Calls;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Gateway.Admission;

/// <summary>
/// The dearest that a token, a picture or a guardrail's text unit of a call can cost on a day: quotes of the Rater, never a price of
/// our own. Calls are mostly alike, so it is worked out once a kind and day.
/// </summary>
/// <param name="Input">USD a token read plainly, in a prompt of up to 200,000 tokens.</param>
/// <param name="InputLong">The same in a longer prompt.</param>
/// <param name="Cached">USD a token where the call writes to a cache: at its dearest, plain or written.</param>
/// <param name="Guardrail">USD a text unit of every policy that a guardrail may have.</param>
/// <param name="Unpriced">Why the call has no price; null where it has one.</param>
sealed record CallRates(
    decimal Input, decimal InputLong, decimal Cached, decimal CachedLong, decimal Output, decimal OutputLong, decimal Picture,
    decimal Guardrail, string? Unpriced)
{
    static readonly Meter[] Written = [Meter.CacheWrite5m, Meter.CacheWrite30m, Meter.CacheWrite1h];
    static readonly Meter[] Guards =
    [
        Meter.GuardrailContent, Meter.GuardrailTopic, Meter.GuardrailSensitive, Meter.GuardrailReasoning,
    ];
    static readonly Meter[] GroundedGuards = [.. Guards, Meter.GuardrailGrounding];

    /// <param name="tier">The tier asked for. A server may serve at the standard tier instead, so the dearer of both counts.</param>
    public static CallRates Of(ModelTarget target, Tier tier, bool isGuarded, bool isGrounded, DateOnly day, PriceBook book)
    {
        var kind = new CallKind(Caller.Nobody, target.Region, target.Model) { Mode = ModeOf(target.Model.Kind) };
        string? unpriced = null;
        var hasPicture = Quote(kind, Meter.Image, isLong: false) is { Rate: not null };
        var makesNoText = target.AnswersWithoutTokens || (hasPicture && Quote(kind, Meter.Output, isLong: false).Rate is null);
        var rates = new CallRates(
            Dearest(Meter.Input, isLong: false, !hasPicture), Dearest(Meter.Input, isLong: true, !hasPicture),
            Caching(isLong: false), Caching(isLong: true),
            makesNoText ? 0m : Dearest(Meter.Output, isLong: false, isNeeded: true),
            makesNoText ? 0m : Dearest(Meter.Output, isLong: true, isNeeded: true),
            hasPicture ? Dearest(Meter.Image, isLong: false, isNeeded: true) : 0m,
            isGuarded ? (isGrounded ? GroundedGuards : Guards).Sum(g => Dearest(g, isLong: false, isNeeded: true)) : 0m, null);
        return rates with { Unpriced = unpriced };

        MeterQuote Quote(CallKind of, Meter meter, bool isLong) => Rater.Quote(of, isLong, day, meter, book);

        decimal Dearest(Meter meter, bool isLong, bool isNeeded)
        {
            var most = 0m;
            foreach (var served in tier == Tier.Standard ? [Tier.Standard] : new[] { tier, Tier.Standard })
            {
                var quote = Quote(kind with { Tier = served }, meter, isLong);
                if (quote.Rate is { } rate) most = Math.Max(most, rate.UsdPerUnit);
                // A model that is sold in one tier alone is served in it.
                else if (isNeeded && served == tier) unpriced ??= quote.Reason;
            }
            return most;
        }

        decimal Caching(bool isLong) => Math.Max(Dearest(Meter.Input, isLong, !hasPicture),
            Written.Max(w => Dearest(w, isLong, isNeeded: false)));
    }

    /// <summary>A guardrail applied by itself: no model reads or writes, the text units alone cost.</summary>
    public static CallRates OfGuardrail(ModelTarget target, bool isGrounded, DateOnly day, PriceBook book)
    {
        var kind = new CallKind(Caller.Nobody, target.Region, target.Model);
        var quotes = (isGrounded ? GroundedGuards : Guards).Select(g => Rater.Quote(kind, isLong: false, day, g, book)).ToList();
        var unpriced = quotes.FirstOrDefault(q => q.Rate is null).Reason;
        return new(0m, 0m, 0m, 0m, 0m, 0m, 0m, quotes.Sum(q => q.Rate?.UsdPerUnit ?? 0m), unpriced);
    }

    static Mode ModeOf(ModelKind kind) => kind switch
    {
        ModelKind.Provisioned => Mode.Provisioned,
        ModelKind.Custom => Mode.Custom,
        _ => Mode.OnDemand,
    };

    /// <summary>What a call comes to at most, or is likely to come to.</summary>
    public decimal Cost(in CallSize size)
    {
        var isLong = size.Input > Rater.LongContextAbove;
        var input = size.WritesCache ? isLong ? Math.Max(Cached, CachedLong) : Cached : isLong ? Math.Max(Input, InputLong) : Input;
        var output = isLong ? Math.Max(Output, OutputLong) : Output;
        return (size.Input * input) + (size.Output * output) + (size.Pictures * Picture) + (size.GuardrailUnits * Guardrail);
    }

    /// <summary>The most tokens of an answer for which a call stays within an amount; below one where nothing is left.</summary>
    public long OutputWithin(decimal usd, in CallSize size)
    {
        var output = size.Input > Rater.LongContextAbove ? Math.Max(Output, OutputLong) : Output;
        // A guardrail reads the answer too; its units grow with it.
        var perToken = output + (size.GuardrailUnits > 0 ? Guardrail * CallSize.CharactersPerToken / CallSize.CharactersPerUnit : 0m);
        if (perToken == 0m) return long.MaxValue;
        var left = usd - Cost(size.WithOutput(0));
        return left < 0m ? 0 : (long)Math.Min(decimal.Floor(left / perToken / size.Choices) - 1, long.MaxValue / 2);
    }
}

/// <summary>How large a call is, or may become.</summary>
/// <param name="Input">Tokens read.</param>
/// <param name="Output">Tokens of all answers.</param>
/// <param name="GuardrailUnits">Text units of prompt and answers; 0 without a guardrail.</param>
readonly record struct CallSize(
    long Input, long Output, int Choices, int Pictures, long GuardrailUnits, long InputUnits, bool WritesCache)
{
    /// <summary>A token of an answer is rarely longer; used to bound what a guardrail reads of it.</summary>
    public const int CharactersPerToken = 16;
    public const int CharactersPerUnit = 1_000;

    // What servers add around messages and tools: role marks, the instructions that describe tools.
    const int TokensPerCall = 1_024;
    const int TokensPerMessage = 16;
    const int TokensPerTool = 64;
    const int TokensPerTypedTool = 2_048;
    const int TokensPerImage = 8_192;
    const long ContextUnknown = 1_000_000;

    /// <summary>
    /// The most a call can be. Every tokenizer in use works on bytes, so a text has at most as many tokens as bytes; what has no such
    /// bound (a document, a film, what lies elsewhere) may fill the model's context.
    /// </summary>
    /// <param name="maxTokens">The most tokens of one answer.</param>
    public static CallSize AtMost(CallFacts facts, int bodyLength, long maxTokens, ModelTarget target)
    {
        var context = target.Model.Facts is { ContextLimit: > 0 and var known } ? known : ContextUnknown;
        var text = bodyLength - facts.MediaBytes + TokensPerCall + ((long)facts.Messages * TokensPerMessage)
            + ((long)facts.Tools * TokensPerTool) + ((long)facts.TypedTools * TokensPerTypedTool) + ((long)facts.Images * TokensPerImage);
        var input = facts.Unbounded > 0 || text > context ? context : text;
        return Of(facts, bodyLength, input, maxTokens, target);
    }

    /// <summary>The most that a guardrail applied by itself can read.</summary>
    public static CallSize OfGuardrail(CallFacts facts, int bodyLength)
    {
        var units = Units(bodyLength - facts.MediaBytes) + facts.Images;
        return new(0, 0, 1, 0, units, units, WritesCache: false);
    }

    static CallSize Of(CallFacts facts, int bodyLength, long input, long perAnswer, ModelTarget target)
    {
        var output = target.AnswersWithoutTokens ? 0 : Math.Min(perAnswer, long.MaxValue / 4_096) * facts.Choices;
        // Models of the OpenAI family cache by themselves.
        var writes = facts.CachePoints > 0 || target.Model.Facts is { GrossInput: true };
        var units = facts.HasGuardrail ? Units(bodyLength - facts.MediaBytes) + facts.Images : 0;
        return new CallSize(input, output, facts.Choices, facts.Pictures, units, units, writes).WithOutput(output);
    }

    /// <summary>The same call with another number of tokens in its answers.</summary>
    public CallSize WithOutput(long output) => this with
    {
        Output = output,
        GuardrailUnits = InputUnits == 0 ? 0 : InputUnits + (output == 0 ? Choices : Units(output * CharactersPerToken) + Choices),
    };

    static long Units(long characters) => (characters / CharactersPerUnit) + 1;
}
