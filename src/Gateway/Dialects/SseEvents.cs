namespace Assay.Gateway.Dialects;

/// <summary>The data of one server-sent event, without the field's name.</summary>
/// <param name="bytesLost">
/// How many bytes of an event beyond <see cref="SseEvents.BytesMax"/> were not kept; then the data is only its head.
/// </param>
delegate void SseEvent(ReadOnlySpan<byte> data, long bytesLost);

/// <summary>
/// Finds the events of a stream of server-sent events as its bytes pass, in whatever chunks: lines end in LF, CRLF or CR, data may stand
/// on several lines. It keeps one event at a time and of that at most <see cref="BytesMax"/> bytes.
/// </summary>
/// <param name="terminal">The line that says that the stream is over, such as <c>data: [DONE]</c>.</param>
sealed class SseEvents(SseEvent heard, byte[] terminal)
{
    /// <summary>Events of answers are a few hundred bytes; a tool's whole input in one event may be long.</summary>
    public const int BytesMax = 1 << 20;

    byte[] kept = new byte[4096];
    int dataLength, lineLength;
    long lost, eventStart, position;
    bool isInEvent, isAfterReturn, hasData, isLineCut;

    /// <summary>How many bytes have passed.</summary>
    public long Position => position;

    /// <summary>
    /// Where the event begins that ends the stream, counted in bytes from its start; null as long as its line has not ended. What of it
    /// passed in an earlier chunk is no whole line, so a client cannot have understood it.
    /// </summary>
    public long? TerminalAt { get; private set; }

    public void Feed(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            if (isAfterReturn)
            {
                isAfterReturn = false;
                if (chunk[0] == (byte)'\n')
                {
                    // Of a CRLF the CR has ended the line.
                    position++;
                    chunk = chunk[1..];
                    continue;
                }
            }
            var end = chunk.IndexOfAny((byte)'\n', (byte)'\r');
            var part = end < 0 ? chunk : chunk[..end];
            if (part.Length > 0)
            {
                if (!isInEvent) (isInEvent, eventStart) = (true, position);
                Keep(part);
                position += part.Length;
            }
            if (end < 0) return;
            isAfterReturn = chunk[end] == (byte)'\r';
            position++;
            chunk = chunk[(end + 1)..];
            EndLine();
        }
    }

    /// <summary>The stream is over: an event that no empty line has ended is heard too.</summary>
    public void Complete()
    {
        if (lineLength > 0 || isLineCut) EndLine();
        EndEvent();
    }

    void Keep(ReadOnlySpan<byte> part)
    {
        var at = dataLength + lineLength;
        var room = Math.Min(part.Length, Math.Max(0, BytesMax - at));
        lost += part.Length - room;
        isLineCut |= room < part.Length;
        if (room == 0) return;
        if (at + room + 1 > kept.Length) Array.Resize(ref kept, Math.Min(Math.Max(at + room + 1, kept.Length * 2), BytesMax + 1));
        part[..room].CopyTo(kept.AsSpan(at));
        lineLength += room;
    }

    void EndLine()
    {
        var line = kept.AsSpan(dataLength, lineLength);
        if (line.IsEmpty && !isLineCut)
        {
            EndEvent();
            return;
        }
        if (TerminalAt is null && IsTerminal(line)) TerminalAt = eventStart;
        if (line.StartsWith("data:"u8))
        {
            var value = line["data:".Length..];
            if (value is [(byte)' ', ..]) value = value[1..];
            if (hasData && dataLength < BytesMax) kept[dataLength++] = (byte)'\n';
            // The data of the event grows at the front of what is kept; the line's own head goes.
            value = value[..Math.Min(value.Length, BytesMax - dataLength)];
            value.CopyTo(kept.AsSpan(dataLength));
            dataLength += value.Length;
            hasData = true;
        }
        (lineLength, isLineCut) = (0, false);
    }

    // A field's value may or may not have a space before it.
    bool IsTerminal(ReadOnlySpan<byte> line)
    {
        var colon = Array.IndexOf(terminal, (byte)':') + 1;
        return line.Length >= colon && line[..colon].SequenceEqual(terminal.AsSpan(0, colon))
            && line[colon..].Trim((byte)' ').SequenceEqual(terminal.AsSpan(colon).Trim((byte)' '));
    }

    void EndEvent()
    {
        if (hasData || lost > 0) heard(kept.AsSpan(0, dataLength), lost);
        (dataLength, lineLength, lost) = (0, 0, 0);
        (hasData, isInEvent) = (false, false);
    }
}
