using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Usage.Logs;

/// <summary>
/// The fast way through a line: by the shape of a line before it (<see cref="LineShape"/>). Whatever is odd about a line sends it the
/// readable way, which gives the same record or names the fault; a test holds the two against each other.
/// </summary>
sealed partial class RecordParser
{
    const int ShapesMax = 8;

    // A log whose every line has a shape of its own gains nothing from learning them.
    const int LessonsMin = 32;

    // But it is asked again now and then: a log that begins with odd lines may still settle.
    const int LessonEvery = 64;

    readonly List<LineShape> shapes = [];
    readonly int[,] common = new int[ShapesMax, ShapesMax];
    Name? lastStopReason;
    long lessons, missed;
    int recent;

    // The lifetime named before the tokens of a cache detail.
    CacheLifetime lifetime;

    // The day of the previous timestamp, as text and as ticks.
    readonly byte[] lastDay = new byte[10];
    long lastDayTicks = -1;

    enum CacheLifetime : byte { Unknown, Minutes5, Minutes30, Hour1 }

    /// <summary>Lines read by a shape, of all read so far: the work this way saved.</summary>
    public long Shaped { get; private set; }

    void Remember(ReadOnlySpan<byte> buffer, int start, int end)
    {
        if (lessons > LessonsMin && Shaped < lessons * 4 && ++missed % LessonEvery != 0) return;
        lessons++;
        if (LineShape.Learn(buffer, start, end, tagKeys) is not { } shape) return;
        // The oldest that is not in use makes room.
        if (shapes.Count == ShapesMax) shapes.RemoveAt(recent == 0 ? 1 : 0);
        shapes.Add(shape);
        recent = shapes.Count - 1;
        for (var a = 0; a < shapes.Count; a++)
            for (var b = 0; b < shapes.Count; b++) common[a, b] = shapes[a].CommonWith(shapes[b]);
    }

    bool TryShapes(ReadOnlySpan<byte> buffer, int start, int end, FileReading reading, ref BatchWriter into)
    {
        if (shapes.Count == 0) return false;
        var draft = Draft.Blank;
        Array.Clear(tags);
        lifetime = CacheLifetime.Unknown;
        var (at, slot, tried) = (start, 0, recent);
        var left = (1 << shapes.Count) - 1;
        while (true)
        {
            left &= ~(1 << tried);
            if (Match(shapes[tried], buffer, ref at, ref slot, end, ref draft)) break;
            if (slot < 0) return false;
            // Another shape that begins the same way goes on where this one parted from the line.
            var next = -1;
            for (var i = 0; i < shapes.Count && next < 0; i++)
                if ((left & (1 << i)) != 0 && common[tried, i] >= slot) next = i;
            if (next < 0) return false;
            tried = next;
        }
        if (draft.IsForeign || !draft.HasTime || !draft.HasRequestId || draft.Model is null || draft.Region is null) return false;
        recent = tried;
        Shaped++;
        Put(in draft, reading, ref into);
        return true;
    }

    // Walks a line along a shape from a slot. Stops where the shared text differs (slot and place say where), or with slot -1 where a
    // value is not what the shape has there.
    bool Match(LineShape shape, ReadOnlySpan<byte> buffer, ref int at, ref int slot, int end, ref Draft draft)
    {
        var values = shape.Values;
        ref var origin = ref MemoryMarshal.GetReference(buffer);
        for (; slot < values.Length; slot++)
        {
            ref readonly var value = ref values[slot];
            if (end - at < value.TextLength || !shape.HasTextAt(value, ref origin, at)) return false;
            at += value.TextLength;
            var good = value.IsString ? MatchString(value.Field, buffer, ref at, end, ref draft)
                : value.Field == Field.None ? MatchBareWord(buffer, ref at, end)
                : MatchCount(value.Field, buffer, ref at, end, ref draft);
            if (good) continue;
            slot = -1;
            return false;
        }
        var tail = shape.Tail;
        return end - at == tail.Length && buffer.Slice(at, tail.Length).SequenceEqual(tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool MatchString(Field field, ReadOnlySpan<byte> buffer, ref int at, int end, ref Draft draft)
    {
        ref var origin = ref MemoryMarshal.GetReference(buffer);
        var close = JsonScanner.ShortStringEnd(ref origin, at, end);
        var escaped = false;
        if (close < 0) close = JsonScanner.StringEnd(ref origin, at, end, out escaped);
        if (close < 0 || (field != Field.None && (escaped || !Take(field, buffer[at..close], ref draft)))) return false;
        at = close;
        return true;
    }

    // A number, a true, a false or a null that nobody asked for. Nothing at all is a fault, and a quote or a bracket may begin what
    // ends far behind: both are weighed member by member.
    static bool MatchBareWord(ReadOnlySpan<byte> buffer, ref int at, int end)
    {
        var start = at;
        for (; at < end && buffer[at] is not ((byte)',' or (byte)'}' or (byte)']' or <= (byte)' '); at++)
            if (buffer[at] is (byte)'"' or (byte)'{' or (byte)'[') return false;
        return at > start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool MatchCount(Field field, ReadOnlySpan<byte> buffer, ref int at, int end, ref Draft draft)
    {
        const int digitsMax = 18;
        long count = 0;
        var start = at;
        while (at < end && buffer[at] is >= (byte)'0' and <= (byte)'9' && at - start < digitsMax)
            count = (count * 10) + (buffer[at++] - '0');
        return at > start && count <= JsonScanner.CountMax && Take(field, count, ref draft);
    }

    bool Take(Field field, ReadOnlySpan<byte> text, ref Draft draft)
    {
        switch (field)
        {
            case Field.Time: return TakeTime(text, ref draft);
            case Field.RequestId:
                SetRequestId(text, ref draft);
                return true;
            case Field.SchemaType: return text.SequenceEqual("ModelInvocationLog"u8);
            case Field.Account: return Named(text, ref lastAccount, ref draft.Account);
            case Field.Identity: return Named(PrincipalOf(text), ref lastPrincipal, ref draft.Principal);
            case Field.Region: return Named(text, ref lastRegion, ref draft.Region);
            case Field.Operation: return Named(text, ref lastOperation, ref draft.Operation);
            case Field.Model: return Named(text, ref lastModel, ref draft.Model);
            case Field.ErrorCode: return Named(text, ref lastErrorCode, ref draft.ErrorCode);
            case Field.App: return Named(text, ref lastApp, ref draft.App);
            case Field.Application: return Named(text, ref lastApp, ref draft.Application);
            case Field.Team: return Named(text, ref lastTeam, ref draft.Team);
            case Field.Env: return Named(text, ref lastEnv, ref draft.Env);
            case Field.Environment: return Named(text, ref lastEnv, ref draft.Environment);
            case Field.CacheTtl:
                lifetime = text.SequenceEqual("5m"u8) ? CacheLifetime.Minutes5 : text.SequenceEqual("1h"u8) ? CacheLifetime.Hour1
                    : text.SequenceEqual("30m"u8) ? CacheLifetime.Minutes30 : CacheLifetime.Unknown;
                return true;
            case Field.StopReason:
                if (!names.TryGet(text, ref lastStopReason, out var reason)) return false;
                draft.Body.StopReason = reason;
                return true;
            case Field.ServiceTier:
                if (text.SequenceEqual("flex"u8)) draft.Body.Tier = Tier.Flex;
                else if (text.SequenceEqual("priority"u8)) draft.Body.Tier = Tier.Priority;
                else if (text.SequenceEqual("reserved"u8)) draft.Body.IsReserved = true;
                return true;
            case Field.Latency:
                if (text.SequenceEqual("optimized"u8)) draft.Body.Tier = Tier.LatencyOptimized;
                return true;
            default:
                var tag = field - Field.FirstTag;
                return Named(text, ref lastTags[tag], ref tags[tag]);
        }
    }

    bool Named(ReadOnlySpan<byte> text, ref Name? last, ref Name? into)
    {
        // An empty name says nothing, as it does to ReadName.
        if (text.IsEmpty) return true;
        if (!names.TryGet(text, ref last, out var name)) return false;
        into = name;
        return true;
    }

    bool Take(Field field, long count, ref Draft draft)
    {
        switch (field)
        {
            case Field.Input: draft.Input = count; return true;
            case Field.Output: draft.Output = count; return true;
            case Field.CacheRead: draft.CacheRead = count; return true;
            case Field.CacheWrite: draft.CacheWrite = count; return true;
            case Field.BodyInput: draft.Body.Input = count; return true;
            case Field.BodyOutput: draft.Body.Output = count; return true;
            case Field.BodyCacheRead: draft.Body.CacheRead = count; return true;
            case Field.BodyCacheWrite: draft.Body.CacheWrite = count; return true;
            case Field.CacheTtlTokens: return AddDetail(count, ref draft.Body);
            case Field.Write5m: draft.Body.Write5m = count; return true;
            case Field.Write30m: draft.Body.Write30m = count; return true;
            case Field.Write1h: draft.Body.Write1h = count; return true;
            case Field.GuardrailContent: draft.Body.GuardrailContent += count; return true;
            case Field.GuardrailTopic: draft.Body.GuardrailTopic += count; return true;
            case Field.GuardrailSensitive: draft.Body.GuardrailSensitive += count; return true;
            case Field.GuardrailGrounding: draft.Body.GuardrailGrounding += count; return true;
            case Field.GuardrailReasoning: draft.Body.GuardrailReasoning += count; return true;
            case Field.GuardrailImages: draft.Body.GuardrailImages += count; return true;
            default: return false;
        }
    }

    bool AddDetail(long tokens, ref BodyUsage body)
    {
        if (lifetime == CacheLifetime.Minutes5) body.Write5m = Math.Max(body.Write5m, 0) + tokens;
        else if (lifetime == CacheLifetime.Minutes30) body.Write30m = Math.Max(body.Write30m, 0) + tokens;
        else if (lifetime == CacheLifetime.Hour1) body.Write1h = Math.Max(body.Write1h, 0) + tokens;
        return true;
    }

    // Neighbours mostly share their day; only the time within it is read anew.
    bool TakeTime(ReadOnlySpan<byte> text, ref Draft draft)
    {
        if (text.Length != 20 || text[19] != (byte)'Z' || text[10] != (byte)'T') return false;
        if (lastDayTicks < 0 || !text[..10].SequenceEqual(lastDay))
        {
            if (!TryPlainTime(text, out var time)) return false;
            text[..10].CopyTo(lastDay);
            lastDayTicks = time.Date.Ticks;
            draft.Time = time;
            return draft.HasTime = true;
        }
        if (text[13] != (byte)':' || text[16] != (byte)':') return false;
        int hour = TwoDigits(text, 11), minute = TwoDigits(text, 14), second = TwoDigits(text, 17);
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return false;
        draft.Time = new DateTime(lastDayTicks + ((((hour * 60L) + minute) * 60L) + second) * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        return draft.HasTime = true;
    }
}
