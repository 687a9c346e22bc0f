namespace Assay.Usage.Logs;

/// <summary>What a record counted: the top level and the body settled with each other, gross made net, lifetimes told apart.</summary>
sealed partial class RecordParser
{
    static LineCounts CountsOf(in Draft draft)
    {
        var counts = CountsOf(draft.Body);
        counts.At(Counted.Input) = draft.Input;
        counts.At(Counted.Output) = draft.Output;
        counts.At(Counted.CacheRead) = draft.CacheRead;
        counts.At(Counted.CacheWrite) = draft.CacheWrite;
        return counts;
    }

    internal static LineCounts CountsOf(in BodyUsage body)
    {
        var counts = LineCounts.Unsaid;
        counts.At(Counted.BodyInput) = body.Input;
        counts.At(Counted.BodyOutput) = body.Output;
        counts.At(Counted.BodyCacheRead) = body.CacheRead;
        counts.At(Counted.BodyCacheWrite) = body.CacheWrite;
        counts.At(Counted.Write5m) = body.Write5m;
        counts.At(Counted.Write30m) = body.Write30m;
        counts.At(Counted.Write1h) = body.Write1h;
        counts.At(Counted.GuardrailContent) = body.GuardrailContent;
        counts.At(Counted.GuardrailTopic) = body.GuardrailTopic;
        counts.At(Counted.GuardrailSensitive) = body.GuardrailSensitive;
        counts.At(Counted.GuardrailGrounding) = body.GuardrailGrounding;
        counts.At(Counted.GuardrailReasoning) = body.GuardrailReasoning;
        counts.At(Counted.GuardrailImages) = body.GuardrailImages;
        return counts;
    }

    // The top level wins where both speak; what only the body knows is taken from there.
    internal static TokenCounts TokensOf(in LineCounts said, ModelFacts? facts, FileReading reading) =>
        TokensOf(said, facts, facts is { GrossInput: true }, reading);

    /// <param name="isGross">Whether the input counts cached tokens too, which is the model's habit or that of whoever serves it.</param>
    internal static TokenCounts TokensOf(in LineCounts said, ModelFacts? facts, bool isGross, FileReading reading)
    {
        var input = Settle(said.Of(Counted.Input), said.Of(Counted.BodyInput), "input", reading);
        var output = Settle(said.Of(Counted.Output), said.Of(Counted.BodyOutput), "output", reading);
        var cacheRead = Settle(said.Of(Counted.CacheRead), said.Of(Counted.BodyCacheRead), "cache read", reading);
        long said5m = said.Of(Counted.Write5m), said30m = said.Of(Counted.Write30m), said1h = said.Of(Counted.Write1h);
        var detailed = (said5m & said30m & said1h) == -1 ? -1 : Math.Max(said5m, 0) + Math.Max(said30m, 0) + Math.Max(said1h, 0);
        var saidInBody = said.Of(Counted.BodyCacheWrite);
        var cacheWrite = Settle(said.Of(Counted.CacheWrite), saidInBody >= 0 ? saidInBody : detailed, "cache write", reading);
        if (isGross && cacheRead + cacheWrite is > 0 and var cached)
        {
            if (input < cached) reading.Differ(reading.Lines, $"input {input} is gross, yet smaller than its cache tokens {cached}");
            input = Math.Max(0, input - cached);
        }
        if (cacheWrite == 0) return new() { Input = input, Output = output, CacheRead = cacheRead };

        if (detailed > cacheWrite) reading.Differ(reading.Lines, $"cache write {cacheWrite} is smaller than its details {detailed}");
        var write1h = Math.Min(Math.Max(said1h, 0), cacheWrite);
        var write30m = Math.Min(Math.Max(said30m, 0), cacheWrite - write1h);
        var write5m = Math.Min(Math.Max(said5m, 0), cacheWrite - write1h - write30m);
        var unknown = cacheWrite - write1h - write30m - write5m;
        // A model with one lifetime leaves nothing to guess.
        if (unknown > 0 && facts?.CacheTtls is [var only])
        {
            if (only == "5m") write5m += unknown;
            else if (only == "30m") write30m += unknown;
            else if (only == "1h") write1h += unknown;
            unknown = 0;
        }
        return new()
        {
            Input = input, Output = output, CacheRead = cacheRead,
            CacheWrite5m = write5m, CacheWrite30m = write30m, CacheWrite1h = write1h, CacheWriteUnknown = unknown,
        };
    }

    static long Settle(long top, long body, string what, FileReading reading)
    {
        if (top >= 0 && body >= 0 && top != body)
            reading.Differ(reading.Lines, $"{what} tokens: {top} at the top level, {body} in the body; {top} used");
        return top >= 0 ? top : Math.Max(body, 0);
    }

    internal static MeteredAmount[]? AmountsOf(in LineCounts said, int images, FileReading reading)
    {
        if (said.Of(Counted.GuardrailImages) is > 0 and var unmetered)
            reading.Differ(reading.Lines, $"{unmetered} guardrail image units have no meter and are not charged");
        long any = images;
        for (var unit = Counted.GuardrailContent; unit <= Counted.GuardrailReasoning; unit++) any |= said.Of(unit);
        if (any == 0) return null;
        var amounts = new List<MeteredAmount>(6);
        Add(Meter.Image, images);
        Add(Meter.GuardrailContent, said.Of(Counted.GuardrailContent));
        Add(Meter.GuardrailTopic, said.Of(Counted.GuardrailTopic));
        Add(Meter.GuardrailSensitive, said.Of(Counted.GuardrailSensitive));
        Add(Meter.GuardrailGrounding, said.Of(Counted.GuardrailGrounding));
        Add(Meter.GuardrailReasoning, said.Of(Counted.GuardrailReasoning));
        return [.. amounts];

        void Add(Meter meter, long amount)
        {
            if (amount > 0) amounts.Add(new(meter, amount));
        }
    }
}
