using System.Collections.Concurrent;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Gateway.Metering;

/// <summary>What calls came to: the record a reader of the journal will find, and its price by the same Rater. Pure but for what it
/// remembers.</summary>
sealed class CallMeter(PriceBook book, Calibration calibration)
{
    // Where no count ever came: text has about four bytes a token, and an estimate must not be too low.
    const int BytesPerToken = 3;
    const int KindsRemembered = 20_000;
    const double UnreadShare = 0.9;

    // What is worked out for a kind of call (its rates) is found again by its address.
    readonly ConcurrentDictionary<(Caller, ModelTarget, BedrockOperation, Mode, Tier), CallKind> kinds = new();

    /// <summary>A call that was answered, in whole or in part.</summary>
    public Metered Of(Passage call, Answer answer)
    {
        var target = call.Target!;
        var usage = answer.Usage;
        var amounts = usage.Amounts();
        // What makes pictures is charged by the picture; a guess of tokens would have no price.
        var isCounted = usage.HasTokens || amounts?.Any(a => a.Meter == Meter.Image) == true
            || call.Purpose is Purpose.Guardrail or Purpose.CountTokens;
        var counts = isCounted ? CountsFrom.Served : CountsFrom.Estimated;
        var tokens = call.Purpose == Purpose.CountTokens ? default
            : counts == CountsFrom.Served ? WithLifetimes(usage.Tokens(target.Model.Facts, target.IsGross), call) : Estimate(call, answer);
        // Anthropic counts at the beginning too, one token of an answer that has not begun: of a stream that broke off, what came counts.
        if (!answer.IsWhole && counts == CountsFrom.Served && AtLeast(call, answer) is var came && came > tokens.Output)
            (tokens, counts) = (tokens with { Output = came }, CountsFrom.Estimated);
        var record = Record(call, usage.Tier, usage.IsReserved) with
        {
            Tokens = tokens, Amounts = amounts, StopReason = usage.StopReason, ErrorCode = answer.Failure,
        };
        if (counts == CountsFrom.Served && !tokens.IsNone && answer.Failure is null)
            calibration.Learn(target, call.Holder!.Key.Name, call.WordBytes, tokens.Prompt, tokens.Output);
        var metered = Rate(record, counts);
        if (call.Shadow is not { Model: var shadow } || tokens.IsNone) return metered;
        var beside = Rate(record with { Model = shadow.Model, Region = shadow.Region }, counts);
        return metered with { ShadowCost = beside.Unpriced is null ? beside.Cost : null };
    }

    /// <summary>A call that was refused or failed: nothing in it can be charged.</summary>
    public Metered OfFailure(Passage call, string errorCode) =>
        new(Record(call, Tier.Standard, isReserved: false) with { ErrorCode = errorCode }, 0m, null, CountsFrom.None);

    Metered Rate(UsageRecord record, CountsFrom counts)
    {
        var charges = ArrayOf();
        var count = Rater.Rate(record, book, charges);
        decimal cost = 0m;
        string? unpriced = null;
        for (var i = 0; i < count; i++)
        {
            if (charges[i].Rate is not null) cost += charges[i].Cost;
            // The hours of purchased units are paid whatever is called; the tokens cost nothing more.
            else if (charges[i].Unpriced != UnpricedCause.CoveredByModelUnits) unpriced ??= Rater.Reason(record, charges[i], book);
        }
        return new(record, cost, unpriced, counts);
    }

    [ThreadStatic]
    static Charge[]? room;

    static Charge[] ArrayOf() => room ??= new Charge[Rater.ChargesMax];

    UsageRecord Record(Passage call, Tier tier, bool isReserved)
    {
        var target = call.Target!;
        var mode = target.Model.Kind switch
        {
            ModelKind.Provisioned => Mode.Provisioned,
            ModelKind.Custom => Mode.Custom,
            _ => isReserved ? Mode.Reserved : Mode.OnDemand,
        };
        // Names of models come from clients; what is remembered of them must end somewhere.
        if (kinds.Count > KindsRemembered) kinds.Clear();
        var kind = kinds.GetOrAdd((call.Holder!.Caller, target, call.Operation, mode, tier), static key =>
            new(key.Item1, key.Item2.Region, key.Item2.Model, key.Item3.ToString()) { Mode = key.Item4, Tier = key.Item5 });
        return new(kind) { RequestId = RequestId.OfGuid(KeyOf(call.Id)), Time = call.Time };
    }

    /// <summary>The number by which the ledger knows a GUID.</summary>
    public static UInt128 KeyOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    // A server may not say how long a cache entry lives; whoever saw the request knows, where it asked for one lifetime alone.
    static TokenCounts WithLifetimes(TokenCounts tokens, Passage call) => tokens.CacheWriteUnknown == 0 || call.Facts.CachesAnHour
        ? tokens
        : tokens with { CacheWrite5m = tokens.CacheWrite5m + tokens.CacheWriteUnknown, CacheWriteUnknown = 0 };

    TokenCounts Estimate(Passage call, Answer answer)
    {
        if (!call.MayBeBilled && !answer.IsWhole && answer.StreamedBytes == 0 && answer.Failure is not null) return default;
        var habits = calibration.Of(call.Target!, call.Holder!.Key.Name);
        var input = habits.Input(share: 0.5, call.WordBytes);
        // What a server may have answered and nobody read is as long as such answers are.
        var output = AtLeast(call, answer);
        if (call.MayBeBilled) output = Math.Max(output, habits.Output(UnreadShare, call.Size.Output));
        return new() { Input = Math.Clamp(input, 1, Math.Max(1, call.Size.Input)), Output = Math.Min(output, call.Size.Output) };
    }

    static long AtLeast(Passage call, Answer answer) =>
        Math.Min((answer.StreamedBytes + BytesPerToken - 1) / BytesPerToken, call.Size.Output);
}
