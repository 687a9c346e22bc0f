namespace Assay.Usage.Logs;

/// <summary>
/// What an answer says about money, read while it passes: a whole body, or the events of a stream one by one, in the spelling of any
/// vendor. A log reader reads logged bodies by the same code, so whoever meters a call here and whoever reads its log line later
/// count alike.
/// </summary>
/// <remarks>Not safe for several threads. Made once and reset for each answer.</remarks>
public sealed class ServedUsage
{
    /// <summary>Bytes that must be readable after the end of a text, whatever they hold.</summary>
    public const int Padding = JsonScanner.Padding;

    readonly NameTable names = new();
    FileReading faults = new("answer");
    BodyUsage body = BodyUsage.Unsaid;

    public void Reset()
    {
        body = BodyUsage.Unsaid;
        if (faults.Differences > 0) faults = new("answer");
    }

    /// <summary>Reads an answer or an event. What it says replaces what was said before; what it does not say stays.</summary>
    /// <param name="padded">The text, and <see cref="Padding"/> bytes after it.</param>
    /// <returns>False where the text is no JSON; what could be read until there counts.</returns>
    public bool Read(ReadOnlySpan<byte> padded, int start, int length)
    {
        var json = new JsonScanner(padded, start, start + length);
        return BodyReader.Read(ref json, ref body, names);
    }

    /// <summary>Reads the answer of ApplyGuardrail, whose units stand elsewhere than those of a model's answer.</summary>
    /// <inheritdoc cref="Read" path="/param"/>
    public bool ReadGuardrail(ReadOnlySpan<byte> padded, int start, int length)
    {
        var json = new JsonScanner(padded, start, start + length);
        return BodyReader.ReadGuardrail(ref json, ref body);
    }

    /// <summary>Counts that stand outside the body, as headers do; used where the body says none. -1 for not said.</summary>
    public void Say(long input, long output, long cacheRead, long cacheWrite)
    {
        if (body.Input < 0) body.Input = input;
        if (body.Output < 0) body.Output = output;
        if (body.CacheRead < 0) body.CacheRead = cacheRead;
        if (body.CacheWrite < 0) body.CacheWrite = cacheWrite;
    }

    /// <summary>The tier that served, as headers say it; used where the body says none.</summary>
    public void SayTier(string serviceTier, string latency)
    {
        if (body.Tier != Tier.Standard || body.IsReserved) return;
        if (serviceTier == "flex") body.Tier = Tier.Flex;
        else if (serviceTier == "priority") body.Tier = Tier.Priority;
        else if (serviceTier == "reserved") body.IsReserved = true;
        else if (latency == "optimized") body.Tier = Tier.LatencyOptimized;
    }

    /// <summary>Whether the answer said how much was read or written.</summary>
    public bool HasTokens => body.Input >= 0 || body.Output >= 0;

    /// <summary>The tier that served.</summary>
    public Tier Tier => body.Tier;

    /// <summary>Served from reserved tokens per minute: the hours are charged, not the tokens.</summary>
    public bool IsReserved => body.IsReserved;

    public string? StopReason => body.StopReason?.Text;

    /// <param name="isGross">Whether the input of this answer counts cached tokens too.</param>
    public TokenCounts Tokens(ModelFacts? facts, bool isGross) =>
        RecordParser.TokensOf(RecordParser.CountsOf(body), facts, isGross, faults);

    /// <summary>Pictures made and guardrail units; null when there are none.</summary>
    public MeteredAmount[]? Amounts() => RecordParser.AmountsOf(RecordParser.CountsOf(body), body.Images, faults);
}
