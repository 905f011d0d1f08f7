using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Output;

namespace ColFrag.Engine.Formats.Text;

/// <summary>
/// A format of dates and times in strptime letters, as <c>dateformat = '%d/%m/%Y'</c> gives it. Letters:
/// <c>%Y %y %m %-m %d %-d %H %I %M %S %f %p %b %B %a %A %j %z %Z %n %t %%</c>; numbers may lack leading zeros.
/// </summary>
internal sealed unsafe class TimePattern
{
    private static readonly string[] s_months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
            "december"];

    private static readonly string[] s_days =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>Beside a letter: no leading zeros.</summary>
    private const byte Unpadded = 1;

    private readonly (char Letter, byte Literal)[] _parts;

    private TimePattern(string text, (char Letter, byte Literal)[] parts)
    {
        Text = text;
        _parts = parts;
        HasClock = parts.Any(p => p.Letter is 'H' or 'I');
        HasZone = parts.Any(p => p.Letter is 'z' or 'Z');
    }

    /// <summary>The format as written.</summary>
    public string Text { get; }

    /// <summary>True when it has an hour.</summary>
    public bool HasClock { get; }

    /// <summary>True when it has a zone.</summary>
    public bool HasZone { get; }

    /// <summary>Takes a format apart.</summary>
    /// <exception cref="QueryException">A letter is unknown.</exception>
    public static TimePattern Parse(string text)
    {
        List<(char, byte)> parts = [];
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                parts.Add(('\0', bytes[i]));
                continue;
            }
            bool isUnpadded = ++i < bytes.Length && bytes[i] == '-';
            if (isUnpadded) i++;
            char letter = i < bytes.Length ? (char)bytes[i] : '\0';
            switch (letter)
            {
                case '%': parts.Add(('\0', (byte)'%')); break;
                case 'n' or 't': parts.Add(('\0', (byte)' ')); break;
                case 'F': AddAll(parts, "Y-m-d"); break;
                case 'T': AddAll(parts, "H:M:S"); break;
                case 'D': AddAll(parts, "m/d/y"); break;
                case 'R': AddAll(parts, "H:M"); break;
                case 'h': parts.Add(('b', 0)); break;
                case 'u' or 'g': parts.Add(('f', 0)); break;
                case 'Y' or 'y' or 'm' or 'd' or 'e' or 'H' or 'I' or 'M' or 'S' or 'f' or 'p' or 'b' or 'B' or 'a'
                    or 'A' or 'j' or 'z' or 'Z':
                    parts.Add((letter == 'e' ? 'd' : letter, isUnpadded ? Unpadded : (byte)0));
                    break;
                default:
                    throw new QueryException(
                        SqlStates.InvalidParameterValue, $"Unknown letter in the time format '{text}': %{letter}",
                        hint: "Known are %Y %y %m %d %H %I %M %S %f %p %b %B %a %A %j %z %Z %F %T %D %R %%.");
            }
        }
        return new TimePattern(text, [.. parts]);
    }

    /// <summary>
    /// The moment as nanoseconds since 1970-01-01, in the clock of the text or, where it has a zone, UTC.
    /// </summary>
    public bool TryParse(byte* text, int length, out Int128 nanoseconds)
    {
        nanoseconds = 0;
        byte* p = text;
        byte* end = text + length;
        Moment moment = new() { Year = 1970, Month = 1, Day = 1 };
        foreach ((char letter, byte literal) in _parts)
        {
            if (letter == '\0')
            {
                if (p == end || *p != literal) return false;
                p++;
            }
            else if (!TryTake(letter, ref p, end, ref moment))
            {
                return false;
            }
        }
        return p == end && moment.TryCombine(out nanoseconds);
    }

    /// <summary>Appends a moment, given as nanoseconds since 1970-01-01.</summary>
    public void Append(TextOutput output, Int128 nanoseconds)
    {
        const long nanosecondsPerDay = 86_400_000_000_000;
        Int128 days = nanoseconds / nanosecondsPerDay;
        if (days * nanosecondsPerDay > nanoseconds) days--;
        long rest = (long)(nanoseconds - (days * nanosecondsPerDay));
        (long year, int month, int day) = Types.Calendar.FromDays((int)days);
        long seconds = rest / 1_000_000_000;
        int hour = (int)(seconds / 3600), weekday = (int)((((long)days + 3) % 7 + 7) % 7);
        foreach ((char letter, byte literal) in _parts)
        {
            bool isPadded = literal != Unpadded;
            switch (letter)
            {
                case '\0': output.Append(literal); break;
                case 'Y': AppendNumber(output, year, isPadded ? 4 : 1); break;
                case 'y': AppendNumber(output, ((year % 100) + 100) % 100, isPadded ? 2 : 1); break;
                case 'm': AppendNumber(output, month, isPadded ? 2 : 1); break;
                case 'd': AppendNumber(output, day, isPadded ? 2 : 1); break;
                case 'j':
                    AppendNumber(
                        output, (long)days - Types.Calendar.ToDays(year, 1, 1) + 1, isPadded ? 3 : 1);
                    break;
                case 'H': AppendNumber(output, hour, isPadded ? 2 : 1); break;
                case 'I': AppendNumber(output, ((hour + 11) % 12) + 1, isPadded ? 2 : 1); break;
                case 'M': AppendNumber(output, seconds / 60 % 60, isPadded ? 2 : 1); break;
                case 'S': AppendNumber(output, seconds % 60, isPadded ? 2 : 1); break;
                case 'f': AppendNumber(output, rest % 1_000_000_000 / 1_000, 6); break;
                case 'p': output.Append(hour < 12 ? "AM" : "PM"); break;
                case 'b': AppendName(output, s_months[month - 1], 3); break;
                case 'B': AppendName(output, s_months[month - 1], 0); break;
                case 'a': AppendName(output, s_days[weekday], 3); break;
                case 'A': AppendName(output, s_days[weekday], 0); break;
                case 'z': output.Append("+00"); break;
                default: output.Append("UTC"); break;
            }
        }
    }

    private static void AppendNumber(TextOutput output, long number, int digits) =>
        output.Append(number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0'));

    private static void AppendName(TextOutput output, string name, int letters) => output.Append(
        char.ToUpperInvariant(name[0]) + name[1..(letters == 0 ? name.Length : letters)]);

    private static void AddAll(List<(char, byte)> parts, string letters)
    {
        foreach (char c in letters) parts.Add(char.IsAsciiLetter(c) ? (c, (byte)0) : ('\0', (byte)c));
    }

    private static bool TryTake(char letter, ref byte* p, byte* end, ref Moment moment)
    {
        switch (letter)
        {
            case 'Y': return TryTakeNumber(ref p, end, 4, 4, out moment.Year);
            case 'y':
                if (!TryTakeNumber(ref p, end, 2, 2, out moment.Year)) return false;
                // As POSIX has it: 69 to 99 are of the last century.
                moment.Year += moment.Year >= 69 ? 1900 : 2000;
                return true;
            case 'm': return TryTakeNumber(ref p, end, 1, 2, out moment.Month);
            case 'd': return TryTakeNumber(ref p, end, 1, 2, out moment.Day);
            case 'j': return TryTakeNumber(ref p, end, 1, 3, out moment.DayOfYear)
                && moment.DayOfYear is >= 1 and <= 366;
            case 'H': return TryTakeNumber(ref p, end, 1, 2, out moment.Hour) && moment.Hour < 24;
            case 'I': return TryTakeNumber(ref p, end, 1, 2, out moment.Hour) && moment.Hour is >= 1 and <= 12;
            case 'M': return TryTakeNumber(ref p, end, 1, 2, out moment.Minute) && moment.Minute < 60;
            case 'S': return TryTakeNumber(ref p, end, 1, 2, out moment.Second) && moment.Second <= 60;
            case 'f': return TryTakeFraction(ref p, end, out moment.Nanoseconds);
            case 'p':
                if (end - p < 2 || (p[1] | 0x20) != 'm' || (*p | 0x20) is not ('a' or 'p')) return false;
                moment.Half = (*p | 0x20) == 'p' ? 2 : 1;
                p += 2;
                return true;
            case 'b': return TryTakeName(ref p, end, s_months, 3, out moment.Month);
            case 'B': return TryTakeName(ref p, end, s_months, 0, out moment.Month);
            case 'a': return TryTakeName(ref p, end, s_days, 3, out _);
            case 'A': return TryTakeName(ref p, end, s_days, 0, out _);
            default:
                int length = 0;
                while (p + length < end
                    && (char.IsAsciiLetterOrDigit((char)p[length])
                        || p[length] is (byte)'+' or (byte)'-' or (byte)':')) length++;
                bool isValid = length > 0 && TextTime.TryParseZone(p, length, out moment.OffsetSeconds);
                p += length;
                return isValid;
        }
    }

    private static bool TryTakeNumber(ref byte* p, byte* end, int minDigits, int maxDigits, out int value)
    {
        value = 0;
        int digits = 0;
        while (p < end && digits < maxDigits && (uint)(*p - '0') <= 9)
        {
            value = (value * 10) + *p++ - '0';
            digits++;
        }
        return digits >= minDigits;
    }

    private static bool TryTakeFraction(ref byte* p, byte* end, out long nanoseconds)
    {
        nanoseconds = 0;
        long unit = 100_000_000;
        byte* start = p;
        for (; p < end && (uint)(*p - '0') <= 9; p++, unit /= 10) nanoseconds += (*p - '0') * unit;
        return p > start;
    }

    private static bool TryTakeName(ref byte* p, byte* end, string[] names, int letters, out int number)
    {
        for (number = 1; number <= names.Length; number++)
        {
            string name = names[number - 1];
            int length = letters == 0 ? name.Length : letters;
            if (end - p < length) continue;
            if (!Ascii.EqualsIgnoreCase(new ReadOnlySpan<byte>(p, length), name.AsSpan(0, length))) continue;
            p += length;
            return true;
        }
        return false;
    }

    private struct Moment
    {
        public int Year, Month, Day, DayOfYear, Hour, Minute, Second, Half, OffsetSeconds;
        public long Nanoseconds;

        public readonly bool TryCombine(out Int128 nanoseconds)
        {
            nanoseconds = 0;
            if (!TextTime.TryMakeDate(Year, DayOfYear > 0 ? 1 : Month, DayOfYear > 0 ? 1 : Day, out int days))
                return false;
            if (DayOfYear > 0) days += DayOfYear - 1;
            int hour = Half == 0 ? Hour : (Hour % 12) + (Half == 2 ? 12 : 0);
            long seconds = (hour * 3600L) + (Minute * 60) + Second - OffsetSeconds;
            nanoseconds = (((Int128)days * 86_400) + seconds) * 1_000_000_000 + Nanoseconds;
            return true;
        }
    }
}
