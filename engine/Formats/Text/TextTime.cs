using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Text;

/// <summary>
/// Dates, times and timestamps of ISO 8601 and PostgreSQL from text: <c>2024-02-29</c>, <c>12:34:56.789</c>,
/// <c>2024-02-29 12:34:56.789</c>, with <c>T</c> between the two and a zone (<c>Z</c>, <c>+02</c>, <c>-03:30</c>)
/// behind. A text lies in memory as <see cref="TextNumber"/> asks.
/// </summary>
internal static unsafe class TextTime
{
    public const long MicrosecondsPerDay = 86_400_000_000;

    private const int FirstTableYear = 1900, TableYears = 200;

    /// <summary>Day number of the first of each month from 1900 to 2099, and one more.</summary>
    private static readonly int[] s_monthStarts = MakeMonthStarts();

    /// <summary>Days since 1970-01-01.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseDate(byte* text, int length, out int days)
    {
        if (length == 10 && TryParseIsoDate(text, out days)) return true;
        return TryParseAnyDate(text, length, out days);
    }

    /// <summary>Microseconds since midnight.</summary>
    public static bool TryParseTime(byte* text, int length, out long microseconds)
    {
        microseconds = 0;
        if (!TryParseClock(text, length, out long nanoseconds, out int used) || used != length) return false;
        microseconds = nanoseconds / 1_000;
        return true;
    }

    /// <summary>
    /// Microseconds since 1970-01-01, of the clock that the text shows; a zone is checked and left out.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseTimestamp(byte* text, int length, out long microseconds)
    {
        if (length == 19 && TryParseIsoDate(text, out int days) && TryParsePlainClock(text + 11, out int seconds) &&
            text[10] is (byte)' ' or (byte)'T')
        {
            microseconds = (days * MicrosecondsPerDay) + (seconds * 1_000_000L);
            return true;
        }
        bool isValid = TryParseTimestamp(text, length, out Int128 nanoseconds, out _, out _);
        return ToMicroseconds(isValid, nanoseconds, out microseconds);
    }

    /// <summary>Microseconds since 1970-01-01 UTC; a text without zone is taken as UTC.</summary>
    public static bool TryParseTimestampTz(byte* text, int length, out long microseconds)
    {
        bool isValid = TryParseTimestamp(text, length, out Int128 nanoseconds, out int offsetSeconds, out _);
        return ToMicroseconds(isValid, nanoseconds - ((Int128)offsetSeconds * 1_000_000_000), out microseconds);
    }

    /// <summary>
    /// A timestamp taken apart: its clock in nanoseconds since 1970-01-01, and the zone that stands behind.
    /// </summary>
    public static bool TryParseTimestamp(
        byte* text, int length, out Int128 nanoseconds, out int offsetSeconds, out bool hasZone)
    {
        nanoseconds = 0;
        offsetSeconds = 0;
        hasZone = false;
        int dateLength = 0;
        while (dateLength < length && text[dateLength] is not ((byte)' ' or (byte)'T')) dateLength++;
        if (!TryParseDate(text, dateLength, out int days) || days is int.MaxValue or int.MinValue) return false;
        nanoseconds = (Int128)days * MicrosecondsPerDay * 1_000;
        if (dateLength == length) return true;
        text += dateLength + 1;
        length -= dateLength + 1;
        if (!TryParseClock(text, length, out long clock, out int used)) return false;
        nanoseconds += clock;
        text += used;
        length -= used;
        if (length > 0 && *text == ' ')
        {
            text++;
            length--;
        }
        if (length == 0) return true;
        hasZone = true;
        return TryParseZone(text, length, out offsetSeconds);
    }

    /// <summary>The day number of a date that exists.</summary>
    public static bool TryMakeDate(long year, int month, int day, out int days)
    {
        days = 0;
        if (month is < 1 or > 12 || day < 1 || year is < -5_877_641 or > 5_881_580) return false;
        if (day > Calendar.DaysInMonth(year, month)) return false;
        long number = Calendar.ToDays(year, month, day);
        days = (int)number;
        return number is > int.MinValue and < int.MaxValue;
    }

    /// <summary><c>Z</c>, <c>+02</c>, <c>-0330</c>, <c>+05:45</c>, <c>UTC</c>.</summary>
    public static bool TryParseZone(byte* text, int length, out int offsetSeconds)
    {
        offsetSeconds = 0;
        if (length == 1) return (*text | 0x20) == 'z';
        if (System.Text.Ascii.EqualsIgnoreCase(new ReadOnlySpan<byte>(text, length), "utc"u8)) return true;
        if (*text is not ((byte)'+' or (byte)'-')) return false;
        bool isNegative = *text == '-';
        text++;
        length--;
        if (length is not (1 or 2 or 4 or 5)) return false;
        int hourDigits = Math.Min(length, 2);
        if (!TextNumber.TryParseDigits(text, hourDigits, out uint hours)) return false;
        uint minutes = 0;
        if (length == 5 && text[2] != ':') return false;
        if (length >= 4 && !TextNumber.TryParseDigits(text + length - 2, 2, out minutes)) return false;
        if (hours > 18 || minutes > 59) return false;
        offsetSeconds = (int)((hours * 3600) + (minutes * 60));
        if (isNegative) offsetSeconds = -offsetSeconds;
        return true;
    }

    /// <summary>Hours and minutes, then seconds and a fraction if there are any; says how many bytes it used.</summary>
    public static bool TryParseClock(byte* text, int length, out long nanoseconds, out int used)
    {
        nanoseconds = 0;
        used = 0;
        int at = 0;
        if (!TryTakeTwo(text, length, ref at, out uint hours) || at >= length || text[at++] != ':') return false;
        if (!TryTakeTwo(text, length, ref at, out uint minutes)) return false;
        uint seconds = 0;
        long fraction = 0;
        if (at < length && text[at] == ':')
        {
            at++;
            if (!TryTakeTwo(text, length, ref at, out seconds)) return false;
            if (at < length && text[at] is (byte)'.' or (byte)',')
            {
                int start = ++at;
                long unit = 100_000_000;
                for (; at < length && (uint)(text[at] - '0') <= 9; at++, unit /= 10)
                    fraction += (text[at] - '0') * unit;
                if (at == start) return false;
            }
        }
        // 24:00:00 is the end of a day; a leap second is the first of the next minute, as in PostgreSQL.
        if (hours > 24 || minutes > 59 || seconds > 60) return false;
        long total = (hours * 3600L) + (minutes * 60) + seconds;
        if (hours == 24 && (total > 86_400 || fraction != 0)) return false;
        nanoseconds = (total * 1_000_000_000) + fraction;
        used = at;
        return true;
    }

    /// <summary>YYYY-MM-DD: all digits in two registers, the day number from a table of months.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParseIsoDate(byte* text, out int days)
    {
        // 2024-02- xor 0000-00-: digits become 0 to 9, dashes 0; the addition carries into the high bit where not so.
        ulong head = Unsafe.ReadUnaligned<ulong>(text) ^ 0x2D30_302D_3030_3030;
        uint tail = Unsafe.ReadUnaligned<ushort>(text + 8) ^ 0x3030u;
        bool isValid = (((head + 0x7F76_767F_7676_7676) | head) & 0x8080_8080_8080_8080) == 0 &
            (((tail + 0x7676) | tail) & 0x8080) == 0;
        uint year = (uint)(((head & 0xFF) * 1000) + ((head >> 8 & 0xFF) * 100) + ((head >> 16 & 0xFF) * 10)
            + (head >> 24 & 0xFF));
        uint month = (uint)(((head >> 40 & 0xFF) * 10) + (head >> 48 & 0xFF)) - 1;
        uint day = ((tail & 0xFF) * 10) + (tail >> 8) - 1;
        uint index = ((year - FirstTableYear) * 12) + month;
        days = 0;
        if (!isValid | month > 11 | index >= TableYears * 12) return false;
        // In range: index was just checked, and the table has one entry more.
        ref int start = ref Unsafe.Add(
            ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(s_monthStarts), (nint)index);
        days = start + (int)day;
        return day < (uint)(Unsafe.Add(ref start, 1) - start);
    }

    /// <summary>HH:MM:SS before the end of the day.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParsePlainClock(byte* text, out int seconds)
    {
        ulong clock = Unsafe.ReadUnaligned<ulong>(text) ^ 0x3030_3A30_303A_3030;
        bool isValid = (((clock + 0x7676_7F76_767F_7676) | clock) & 0x8080_8080_8080_8080) == 0;
        uint hour = (uint)(((clock & 0xFF) * 10) + (clock >> 8 & 0xFF));
        uint minute = (uint)(((clock >> 24 & 0xFF) * 10) + (clock >> 32 & 0xFF));
        uint second = (uint)(((clock >> 48 & 0xFF) * 10) + (clock >> 56));
        seconds = (int)((hour * 3600) + (minute * 60) + second);
        return isValid & hour < 24 & minute < 60 & second < 60;
    }

    // [-]Y…-M-D with one or two digits of month and day, - or / between, an optional BC; infinity.
    private static bool TryParseAnyDate(byte* text, int length, out int days)
    {
        days = 0;
        ReadOnlySpan<byte> span = new(text, length);
        if (length > 3 && System.Text.Ascii.EqualsIgnoreCase(span[^3..], " bc"u8))
            return TryParseBefore(text, length - 3, out days);
        if (System.Text.Ascii.EqualsIgnoreCase(span, "infinity"u8)) days = int.MaxValue;
        if (System.Text.Ascii.EqualsIgnoreCase(span, "-infinity"u8)) days = int.MinValue;
        if (days != 0) return true;
        return TrySplit(text, length, out long year, out uint month, out uint day)
            && TryMakeDate(year, (int)month, (int)day, out days);
    }

    private static bool TryParseBefore(byte* text, int length, out int days)
    {
        days = 0;
        return TrySplit(text, length, out long year, out uint month, out uint day) && year > 0 &&
            TryMakeDate(1 - year, (int)month, (int)day, out days);
    }

    private static bool TrySplit(byte* text, int length, out long year, out uint month, out uint day)
    {
        year = 0;
        month = day = 0;
        int sign = 1, at = 0;
        if (length > 0 && *text == '-')
        {
            sign = -1;
            at = 1;
        }
        int start = at;
        while (at < length && (uint)(text[at] - '0') <= 9 && at - start < 7) year = (year * 10) + text[at++] - '0';
        if (at - start < 4 || at >= length || text[at] is not ((byte)'-' or (byte)'/')) return false;
        byte separator = text[at++];
        if (!TryTakeTwo(text, length, ref at, out month) || at >= length || text[at++] != separator) return false;
        if (!TryTakeTwo(text, length, ref at, out day) || at != length) return false;
        year *= sign;
        return true;
    }

    /// <summary>One or two digits.</summary>
    private static bool TryTakeTwo(byte* text, int length, ref int at, out uint value)
    {
        value = 0;
        int start = at;
        while (at < length && at < start + 2 && (uint)(text[at] - '0') <= 9) value = (value * 10) + text[at++] - '0';
        return at > start;
    }

    private static bool ToMicroseconds(bool isValid, Int128 nanoseconds, out long microseconds)
    {
        microseconds = 0;
        if (!isValid) return false;
        // Towards earlier times, so that the fraction of a second before 1970 keeps its digits.
        Int128 whole = nanoseconds >= 0 ? nanoseconds / 1_000 : (nanoseconds - 999) / 1_000;
        if (whole <= long.MinValue || whole >= long.MaxValue) return false;
        microseconds = (long)whole;
        return true;
    }

    private static int[] MakeMonthStarts()
    {
        int[] starts = new int[(TableYears * 12) + 1];
        for (int i = 0; i < starts.Length; i++)
            starts[i] = (int)Calendar.ToDays(FirstTableYear + (i / 12), (i % 12) + 1, 1);
        return starts;
    }
}
