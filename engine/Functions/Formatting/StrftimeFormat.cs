using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;
using Ascii = ColFrag.Engine.Functions.Text.Ascii;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>
/// strftime's formats, as DuckDB has them: %Y %m %d %H %M %S %f and the like, for printing and for reading.
/// </summary>
internal static class StrftimeFormat
{
    /// <summary>Prints a moment.</summary>
    /// <exception cref="QueryException">22023: an unknown specifier.</exception>
    public static void Append(ref Utf8Writer target, in ClockParts parts, ReadOnlySpan<byte> format)
    {
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                target.Append(format[i]);
                continue;
            }
            if (++i >= format.Length) throw Wrong("%");
            bool isBare = format[i] == '-' && i + 1 < format.Length;
            if (isBare) i++;
            AppendOne(ref target, parts, (char)format[i], isBare);
        }
    }

    private static void AppendOne(ref Utf8Writer target, in ClockParts parts, char specifier, bool isBare)
    {
        int Width(int width) => isBare ? 1 : width;
        int hour12 = parts.Hour % 12 == 0 ? 12 : parts.Hour % 12;
        int dayOfWeek = DateTimeMath.DayOfWeek(parts.Days);
        int dayOfYear = DateTimeMath.DayOfYear(parts.Days);
        switch (specifier)
        {
            case 'a': target.Append(CalendarNames.Weekday(dayOfWeek)[..3]); break;
            case 'A': target.Append(CalendarNames.Weekday(dayOfWeek)); break;
            case 'w': target.AppendPadded(dayOfWeek, 1); break;
            case 'u': target.AppendPadded(dayOfWeek == 0 ? 7 : dayOfWeek, 1); break;
            case 'd': target.AppendPadded(parts.Day, Width(2)); break;
            case 'b' or 'h': target.Append(CalendarNames.Month(parts.Month)[..3]); break;
            case 'B': target.Append(CalendarNames.Month(parts.Month)); break;
            case 'm': target.AppendPadded(parts.Month, Width(2)); break;
            case 'y': target.AppendPadded(Moments.FloorMod(parts.Year, 100), Width(2)); break;
            case 'Y':
                if (parts.Year < 0) target.Append((byte)'-');
                target.AppendPadded(Math.Abs(parts.Year), 4);
                break;
            case 'G': target.AppendPadded(DateTimeMath.IsoYear(parts.Days), 4); break;
            case 'V': target.AppendPadded(DateTimeMath.IsoWeek(parts.Days), 2); break;
            case 'U': target.AppendPadded((dayOfYear + 6 - dayOfWeek) / 7, 2); break;
            case 'W': target.AppendPadded((dayOfYear + 6 - ((dayOfWeek + 6) % 7)) / 7, 2); break;
            case 'H': target.AppendPadded(parts.Hour, Width(2)); break;
            case 'I': target.AppendPadded(hour12, Width(2)); break;
            case 'p': target.Append(parts.Hour < 12 ? "AM"u8 : "PM"u8); break;
            case 'M': target.AppendPadded(parts.Minute, Width(2)); break;
            case 'S': target.AppendPadded(parts.Second, Width(2)); break;
            case 'f': target.AppendPadded(parts.Microsecond, 6); break;
            case 'n': target.AppendPadded(parts.Microsecond * 1000L, 9); break;
            case 'g': target.AppendPadded(parts.Microsecond / 1000, 3); break;
            case 'j': target.AppendPadded(dayOfYear, Width(3)); break;
            case 'z': AppendOffset(ref target, parts.Offset); break;
            case 'Z': target.Append(parts.Zone); break;
            case 's':
                target.AppendInteger(Moments.FloorDivide(parts.Microseconds, 1_000_000) - parts.Offset);
                break;
            case 'c' or 'x' or 'X' or 'T' or 'D' or 'F' or 'R':
                Append(ref target, parts, Combined(specifier));
                break;
            case '%': target.Append((byte)'%'); break;
            default: throw Wrong("%" + specifier);
        }
    }

    private static ReadOnlySpan<byte> Combined(char specifier) => specifier switch
    {
        'c' => "%Y-%m-%d %H:%M:%S"u8,
        'x' or 'F' => "%Y-%m-%d"u8,
        'D' => "%m/%d/%y"u8,
        'R' => "%H:%M"u8,
        _ => "%H:%M:%S"u8,
    };

    private static void AppendOffset(ref Utf8Writer target, int seconds)
    {
        target.Append((byte)(seconds < 0 ? '-' : '+'));
        int minutes = Math.Abs(seconds) / 60;
        target.AppendPadded(minutes / 60, 2);
        if (minutes % 60 == 0) return;
        target.Append((byte)':');
        target.AppendPadded(minutes % 60, 2);
    }

    /// <summary>Reads a text; false where it does not have the format or names no date or time.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> format, out ClockParts parts, out bool hasOffset)
    {
        parts = new ClockParts { Year = 1900, Month = 1, Day = 1, Zone = "" };
        Reading reading = new(text);
        bool isRead = Read(ref reading, format, ref parts) && Finish(ref reading, ref parts);
        hasOffset = reading.HasOffset;
        return isRead && reading.Rest.IsEmpty;
    }

    private static bool Read(ref Reading reading, ReadOnlySpan<byte> format, ref ClockParts parts)
    {
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] == '%')
            {
                if (++i >= format.Length) throw Wrong("%");
                if (format[i] == '-' && i + 1 < format.Length) i++;
                if (!ReadOne(ref reading, (char)format[i], ref parts)) return false;
            }
            else if (Ascii.IsSpace(format[i]))
            {
                reading.SkipSpaces();
            }
            else if (!reading.Take(format[i]))
            {
                return false;
            }
        }
        return true;
    }

    private static bool ReadOne(ref Reading reading, char specifier, ref ClockParts parts)
    {
        int number;
        switch (specifier)
        {
            case 'd': return reading.Number(2, 1, 31, out parts.Day);
            case 'm': return reading.Number(2, 1, 12, out parts.Month);
            case 'H': return reading.Number(2, 0, 23, out parts.Hour);
            case 'M': return reading.Number(2, 0, 59, out parts.Minute);
            case 'S': return reading.Number(2, 0, 59, out parts.Second);
            case 'j': return reading.Number(3, 1, 366, out reading.DayOfYear);
            case 'y':
                if (!reading.Number(2, 0, 99, out number)) return false;
                parts.Year = number < 69 ? 2000 + number : 1900 + number;
                return true;
            case 'Y':
                bool isNegative = reading.Take((byte)'-');
                if (!reading.Number(isNegative ? 6 : 4, 0, 999_999, out number)) return false;
                parts.Year = isNegative ? -number : number;
                return true;
            case 'I':
                reading.HasHour12 = true;
                return reading.Number(2, 1, 12, out parts.Hour);
            case 'p':
                reading.IsAfternoon = reading.TakeWord("PM"u8);
                return reading.IsAfternoon || reading.TakeWord("AM"u8);
            case 'f' or 'n' or 'g': return reading.Fraction(out parts.Microsecond);
            case 'b' or 'h' or 'B':
                parts.Month = CalendarNames.ParseMonth(reading.Word());
                return parts.Month > 0;
            case 'a' or 'A': return CalendarNames.ParseWeekday(reading.Word()) >= 0;
            case 'z': return reading.Offset(out parts.Offset);
            case 'Z':
                parts.Zone = Encoding.UTF8.GetString(reading.ZoneName());
                return parts.Zone.Length > 0;
            case '%': return reading.Take((byte)'%');
            case 'c' or 'x' or 'X' or 'T' or 'D' or 'F' or 'R': return Read(
                ref reading, Combined(specifier), ref parts);
            default: throw Wrong("%" + specifier);
        }
    }

    private static bool Finish(ref Reading reading, ref ClockParts parts)
    {
        if (reading.HasHour12) parts.Hour = (parts.Hour % 12) + (reading.IsAfternoon ? 12 : 0);
        if (reading.DayOfYear > 0)
        {
            if (reading.DayOfYear > (Calendar.IsLeapYear(parts.Year) ? 366 : 365)) return false;
            (_, parts.Month, parts.Day) = Calendar.FromDays(Calendar.ToDays(parts.Year, 1, 1) + reading.DayOfYear - 1);
        }
        return parts.Day <= Calendar.DaysInMonth(parts.Year, parts.Month);
    }

    private static QueryException Wrong(string specifier) => new(
        SqlStates.InvalidParameterValue, $"Unknown format specifier: {specifier}",
        hint: "Formats have %Y %m %d %H %M %S %f %j %a %A %b %B %p %z %Z and %%.");

    /// <summary>What is left of a text being read.</summary>
    private ref struct Reading(ReadOnlySpan<byte> text)
    {
        public ReadOnlySpan<byte> Rest = text;
        public int DayOfYear;
        public bool HasHour12;
        public bool IsAfternoon;
        public bool HasOffset;

        public bool Take(byte b)
        {
            if (Rest.IsEmpty || Rest[0] != b) return false;
            Rest = Rest[1..];
            return true;
        }

        public void SkipSpaces() => Rest = Rest.TrimStart(" \t\n\r"u8);

        public bool TakeWord(ReadOnlySpan<byte> word)
        {
            if (!Ascii.StartsWithIgnoreCase(Rest, word)) return false;
            Rest = Rest[word.Length..];
            return true;
        }

        public ReadOnlySpan<byte> Word()
        {
            int length = 0;
            while (length < Rest.Length && Ascii.IsLetter(Rest[length])) length++;
            ReadOnlySpan<byte> word = Rest[..length];
            Rest = Rest[length..];
            return word;
        }

        public ReadOnlySpan<byte> ZoneName()
        {
            int length = 0;
            while (length < Rest.Length &&
                (Ascii.IsLetter(Rest[length]) || Ascii.IsDigit(Rest[length]) ||
                    Rest[length] is (byte)'/' or (byte)'_' or (byte)'+' or (byte)'-')) length++;
            ReadOnlySpan<byte> word = Rest[..length];
            Rest = Rest[length..];
            return word;
        }

        public bool Number(int maxDigits, int min, int max, out int number)
        {
            number = 0;
            int digits = 0;
            for (; digits < maxDigits && digits < Rest.Length && Ascii.IsDigit(Rest[digits]); digits++) number =
                (number * 10) + (Rest[digits] - '0');
            Rest = Rest[digits..];
            return digits > 0 && number >= min && number <= max;
        }

        public bool Fraction(out int microseconds)
        {
            microseconds = 0;
            int digits = 0;
            for (; digits < 9 && digits < Rest.Length && Ascii.IsDigit(Rest[digits]); digits++)
            {
                if (digits < 6) microseconds = (microseconds * 10) + (Rest[digits] - '0');
            }
            for (int i = digits; i < 6; i++) microseconds *= 10;
            Rest = Rest[digits..];
            return digits > 0;
        }

        public bool Offset(out int seconds)
        {
            int at = 0;
            bool isRead = DateTimeParser.TryParseOffset(Rest, ref at, out seconds);
            Rest = Rest[at..];
            HasOffset = true;
            return isRead;
        }
    }
}
