using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Assay.Usage.Logs;

/// <summary>
/// Reads the times AWS writes, <c>2025-08-15T12:44:54Z</c>. Neighbours mostly share their day; only the time within it is read anew.
/// </summary>
struct PlainTime
{
    public const int Length = 20;

    const ulong Digits = 0x3030_3A30_303A_3030;

    ulong lastYearMonth;
    ushort lastDay;
    long lastDayTicks;

    /// <summary>The time of twenty bytes. False for any other spelling.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ref byte text, out DateTime time)
    {
        var yearMonth = Unsafe.ReadUnaligned<ulong>(ref text);
        var day = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref text, 8));
        if (lastDayTicks == 0 || yearMonth != lastYearMonth || day != lastDay) return TryReadDay(ref text, out time);
        time = default;
        if (Unsafe.Add(ref text, 10) != (byte)'T' || Unsafe.Add(ref text, 19) != (byte)'Z') return false;
        if (SecondOfDay(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, 11))) is not (>= 0 and var second)) return false;
        time = new DateTime(unchecked(lastDayTicks + (second * TimeSpan.TicksPerSecond)), DateTimeKind.Utc);
        return true;
    }

    // "HH:MM:SS" as one word; -1 when it is no time of a day.
    static long SecondOfDay(ulong text)
    {
        if (!BitConverter.IsLittleEndian) text = BinaryPrimitives.ReverseEndianness(text);
        unchecked
        {
            // Digits become their values and the colons nothing; adding 0x76 carries into the top bit of whatever is above nine.
            var values = text ^ Digits;
            if ((((values + 0x7676_7F76_767F_7676) | values) & 0x8080_8080_8080_8080) != 0) return -1;
            // Tens and ones stand side by side: the tens are multiplied into their neighbours.
            var pairs = (values * 10) + (values >> 8);
            long hour = (byte)pairs, minute = (byte)(pairs >> 24), second = (byte)(pairs >> 48);
            return hour <= 23 && minute <= 59 && second <= 59 ? (((hour * 60) + minute) * 60) + second : -1;
        }
    }

    bool TryReadDay(ref byte text, out DateTime time)
    {
        if (!TryParse(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref text, Length), out time)) return false;
        lastYearMonth = Unsafe.ReadUnaligned<ulong>(ref text);
        lastDay = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref text, 8));
        lastDayTicks = time.Date.Ticks;
        return true;
    }

    /// <summary>The same of a text of twenty bytes, digit by digit. Years from 2000 to 2099.</summary>
    public static bool TryParse(ReadOnlySpan<byte> t, out DateTime time)
    {
        time = default;
        int year = (TwoDigits(t, 0) * 100) + TwoDigits(t, 2), month = TwoDigits(t, 5), day = TwoDigits(t, 8);
        int hour = TwoDigits(t, 11), minute = TwoDigits(t, 14), second = TwoDigits(t, 17);
        if (t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':' || t[19] != 'Z') return false;
        if (year is < 2000 or > 2099 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return false;
        time = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
        return true;
    }

    static int TwoDigits(ReadOnlySpan<byte> text, int at)
    {
        int tens = text[at] - '0', ones = text[at + 1] - '0';
        return tens is < 0 or > 9 || ones is < 0 or > 9 ? -10_000 : (tens * 10) + ones;
    }
}
