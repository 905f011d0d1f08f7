using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Text;

/// <summary>Dates and times as PostgreSQL prints them with DateStyle ISO, in UTF-8.</summary>
internal static class DateTimeText
{
    public const long MicrosecondsPerSecond = 1_000_000;
    public const long MicrosecondsPerDay = 86_400 * MicrosecondsPerSecond;

    /// <summary>YYYY-MM-DD, with BC where before year 1.</summary>
    public static void AppendDate(ref Utf8Writer target, int days)
    {
        if (AppendInfinity(ref target, days == int.MaxValue, days == int.MinValue)) return;
        (long year, int month, int day) = Calendar.FromDays(days);
        AppendYearMonthDay(ref target, year, month, day);
        if (year <= 0) target.Append(" BC"u8);
    }

    /// <summary>HH:MM:SS[.ffffff]</summary>
    public static void AppendTime(ref Utf8Writer target, long microseconds)
    {
        AppendClock(ref target, microseconds / MicrosecondsPerSecond);
        AppendFraction(ref target, microseconds % MicrosecondsPerSecond, 6);
    }

    /// <summary>HH:MM:SS[.ffffff]+HH[:MM[:SS]]</summary>
    public static void AppendTimeTz(ref Utf8Writer target, TimeWithZone time)
    {
        AppendTime(ref target, time.Microseconds);
        Span<byte> zone = stackalloc byte[12];
        target.Append(zone[..FormatOffset(zone, time.OffsetSeconds)]);
    }

    /// <summary>YYYY-MM-DD HH:MM:SS[.fff…] from a count of units since 1970, so many to a second.</summary>
    public static void AppendTimestamp(ref Utf8Writer target, long value, long unitsPerSecond) =>
        AppendTimestamp(ref target, value, unitsPerSecond, default);

    /// <summary>
    /// As above, with a zone's offset behind, in seconds east of Greenwich; the value is local already.
    /// </summary>
    public static void AppendTimestampTz(ref Utf8Writer target, long localMicroseconds, int offsetSeconds)
    {
        Span<byte> zone = stackalloc byte[12];
        int length = FormatOffset(zone, offsetSeconds);
        AppendTimestamp(ref target, localMicroseconds, MicrosecondsPerSecond, zone[..length]);
    }

    /// <summary>Appends what infinite dates and timestamps print, if it is one.</summary>
    public static bool AppendInfinity(ref Utf8Writer target, bool isPositive, bool isNegative)
    {
        if (isPositive) target.Append("infinity"u8);
        if (isNegative) target.Append("-infinity"u8);
        return isPositive || isNegative;
    }

    /// <summary>As PostgreSQL's intervalstyle "postgres": 1 year 2 mons 3 days 04:05:06.</summary>
    public static void AppendInterval(ref Utf8Writer target, Interval interval)
    {
        int start = target.Length;
        bool wasNegative = false;
        AppendUnit(ref target, start, interval.Months / 12, "year"u8, ref wasNegative);
        AppendUnit(ref target, start, interval.Months % 12, "mon"u8, ref wasNegative);
        AppendUnit(ref target, start, interval.Days, "day"u8, ref wasNegative);
        if (interval.Microseconds == 0 && target.Length > start) return;
        if (target.Length > start) target.Append((byte)' ');
        if (interval.Microseconds < 0) target.Append((byte)'-');
        else if (wasNegative) target.Append((byte)'+');
        UInt128 absolute = (UInt128)Int128.Abs(interval.Microseconds);
        AppendClock(ref target, (long)(absolute / MicrosecondsPerSecond));
        AppendFraction(ref target, (long)(absolute % MicrosecondsPerSecond), 6);
    }

    private static void AppendUnit(
        ref Utf8Writer target, int start, long count, scoped ReadOnlySpan<byte> unit, ref bool wasNegative)
    {
        if (count == 0) return;
        if (target.Length > start) target.Append((byte)' ');
        if (wasNegative && count > 0) target.Append((byte)'+');
        target.AppendInteger(count);
        target.Append((byte)' ');
        target.Append(unit);
        if (count != 1) target.Append((byte)'s');
        wasNegative = count < 0;
    }

    private static void AppendTimestamp(
        ref Utf8Writer target, long value, long unitsPerSecond, scoped ReadOnlySpan<byte> zone)
    {
        if (AppendInfinity(ref target, value == long.MaxValue, value == long.MinValue)) return;
        (long seconds, long fraction) = Math.DivRem(value, unitsPerSecond);
        if (fraction < 0)
        {
            seconds--;
            fraction += unitsPerSecond;
        }
        (long days, long clock) = Math.DivRem(seconds, 86_400);
        if (clock < 0)
        {
            days--;
            clock += 86_400;
        }
        (long year, int month, int day) = Calendar.FromDays(days);
        AppendYearMonthDay(ref target, year, month, day);
        target.Append((byte)' ');
        AppendClock(ref target, clock);
        AppendFraction(ref target, fraction, unitsPerSecond switch { 1 => 0, 1_000 => 3, 1_000_000 => 6, _ => 9 });
        target.Append(zone);
        if (year <= 0) target.Append(" BC"u8);
    }

    private static void AppendYearMonthDay(ref Utf8Writer target, long year, int month, int day)
    {
        target.AppendPadded(year > 0 ? year : 1 - year, 4);
        Span<byte> rest = target.Reserve(6);
        rest[0] = (byte)'-';
        rest[1] = (byte)('0' + (month / 10));
        rest[2] = (byte)('0' + (month % 10));
        rest[3] = (byte)'-';
        rest[4] = (byte)('0' + (day / 10));
        rest[5] = (byte)('0' + (day % 10));
        target.Advance(6);
    }

    private static void AppendClock(ref Utf8Writer target, long seconds)
    {
        target.AppendPadded(seconds / 3600, 2);
        target.Append((byte)':');
        target.AppendPadded(seconds / 60 % 60, 2);
        target.Append((byte)':');
        target.AppendPadded(seconds % 60, 2);
    }

    private static void AppendFraction(ref Utf8Writer target, long fraction, int digits)
    {
        if (fraction == 0) return;
        while (fraction % 10 == 0)
        {
            fraction /= 10;
            digits--;
        }
        target.Append((byte)'.');
        target.AppendPadded(fraction, digits);
    }

    private static int FormatOffset(Span<byte> target, int offsetSeconds)
    {
        target[0] = (byte)(offsetSeconds < 0 ? '-' : '+');
        int absolute = Math.Abs(offsetSeconds);
        int length = 1;
        length += TwoDigits(target[length..], absolute / 3600);
        int minutes = absolute / 60 % 60;
        int seconds = absolute % 60;
        if (minutes == 0 && seconds == 0) return length;
        target[length++] = (byte)':';
        length += TwoDigits(target[length..], minutes);
        if (seconds == 0) return length;
        target[length++] = (byte)':';
        return length + TwoDigits(target[length..], seconds);
    }

    private static int TwoDigits(Span<byte> target, int value)
    {
        target[0] = (byte)('0' + (value / 10));
        target[1] = (byte)('0' + (value % 10));
        return 2;
    }
}
