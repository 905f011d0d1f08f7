using System.Buffers;
using System.Globalization;
using System.Text;

namespace ColFrag.Engine.Types;

/// <summary>The text form of values, as PostgreSQL prints them (ISO dates, shortest doubles, hex blobs).</summary>
public static class ValueText
{
    private const long DayNanoseconds = 86_400_000_000_000;
    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;
    private static readonly SearchValues<char> s_quoted = SearchValues.Create("{}()[],:='\"\\");

    /// <summary>The text form of a value that is not NULL.</summary>
    public static string Format(Value value) => Format(value, MomentText.Iso);

    /// <summary>The text form of a value that is not NULL, with dates and times as a session prints them.</summary>
    internal static string Format(Value value, MomentText moments) => value.Type.Kind switch
    {
        TypeKind.Boolean => value.AsBoolean ? "true" : "false",
        TypeKind.Decimal => FormatDecimal(value.AsInteger, value.Type.Scale),
        TypeKind.Real => FormatFloat((float)value.AsDouble),
        TypeKind.Double => FormatDouble(value.AsDouble),
        TypeKind.Time => FormatTime(value.AsInteger),
        TypeKind.TimeTz => TimeWithZone.Unpack((long)value.AsInteger).ToString(),
        TypeKind.Interval => FormatInterval(value.AsInterval),
        TypeKind.Varchar or TypeKind.Json or TypeKind.Bit => value.AsText,
        TypeKind.Blob => "\\x" + Convert.ToHexStringLower(value.AsBytes),
        TypeKind.Uuid => FormatUuid(value.AsInteger),
        TypeKind.Enum => value.Type.Labels[(int)value.AsInteger],
        TypeKind.List or TypeKind.Array =>
            "[" + string.Join(", ", value.Elements.Select(e => Nested(e, moments))) + "]",
        TypeKind.Struct => "{" + string.Join(", ", value.Elements.Select(
            (e, i) => $"'{value.Type.Fields[i].Name}': {Nested(e, moments)}")) + "}",
        TypeKind.Map => "{" + string.Join(", ", value.Elements.Select(
            e => $"{Nested(e.Elements[0], moments)}={Nested(e.Elements[1], moments)}")) + "}",
        TypeKind.Null => "NULL",
        _ => moments.TryFormat(value) ?? value.AsInteger.ToString(s_invariant),
    };

    private static string Nested(Value value, MomentText moments)
    {
        if (value.IsNull) return "NULL";
        string text = Format(value, moments);
        return value.Type.Kind is TypeKind.Varchar or TypeKind.Enum ? QuoteWhereNeeded(text) : text;
    }

    // A text inside of a nested value is quoted where it could be read as something else, as DuckDB does.
    private static string QuoteWhereNeeded(string text)
    {
        bool isPlain = text.Length > 0 && text.AsSpan().IndexOfAny(s_quoted) < 0 && !char.IsWhiteSpace(text[0]) &&
            !char.IsWhiteSpace(text[^1]) && !text.Equals("NULL", StringComparison.OrdinalIgnoreCase);
        if (isPlain) return text;
        string escaped =
            text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        return $"'{escaped}'";
    }

    /// <summary>An unscaled integer with a decimal point.</summary>
    public static string FormatDecimal(Int128 unscaled, int scale)
    {
        if (scale == 0) return unscaled.ToString(s_invariant);
        bool isNegative = unscaled < 0;
        string digits = (isNegative ? -unscaled : unscaled).ToString(s_invariant).PadLeft(scale + 1, '0');
        return $"{(isNegative ? "-" : "")}{digits.AsSpan(0, digits.Length - scale)}.{digits.AsSpan(digits.Length - scale)}";
    }

    /// <summary>The shortest text that reads back as the same DOUBLE.</summary>
    public static string FormatDouble(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        return Exponent(value.ToString("R", s_invariant), 15, value);
    }

    /// <summary>The shortest text that reads back as the same REAL.</summary>
    public static string FormatFloat(float value)
    {
        if (float.IsNaN(value)) return "NaN";
        if (float.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        return Exponent(value.ToString("R", s_invariant), 6, value);
    }

    // PostgreSQL prints fixed notation for exponents from -4 up to the precision, as %.15g does, else d.ddde+XX.
    private static string Exponent(string shortest, int precision, double value)
    {
        if (value == 0) return double.IsNegative(value) ? "-0" : "0";
        int exponent = ExponentOf(shortest);
        string digits = DigitsOf(shortest, out bool isNegative);
        StringBuilder text = new(isNegative ? "-" : "");
        if (exponent < -4 || exponent >= precision)
        {
            text.Append(digits[0]);
            if (digits.Length > 1) text.Append('.').Append(digits, 1, digits.Length - 1);
            return text.Append('e').Append(exponent < 0 ? '-' : '+').Append(
                Math.Abs(exponent).ToString("00", s_invariant)).ToString();
        }
        if (exponent < 0) return text.Append("0.").Append('0', -exponent - 1).Append(digits).ToString();
        if (digits.Length <= exponent + 1)
            return text.Append(digits).Append('0', exponent + 1 - digits.Length).ToString();
        return text.Append(digits, 0, exponent + 1).Append('.').Append(
            digits, exponent + 1, digits.Length - exponent - 1).ToString();
    }

    // The power of ten of the first digit that is not 0. Asking a longer form for it would be wrong: the digits of
    // 1e-07 are
    // 9.9999999999999995e-08.
    private static int ExponentOf(string shortest)
    {
        string number = shortest.TrimStart('-');
        int mark = number.IndexOf('E', StringComparison.Ordinal);
        int power = mark < 0 ? 0 : int.Parse(number.AsSpan(mark + 1), s_invariant);
        string mantissa = mark < 0 ? number : number[..mark];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int first = mantissa.AsSpan().IndexOfAnyInRange('1', '9');
        if (point < 0) point = mantissa.Length;
        return power + (first < point ? point - first - 1 : point - first);
    }

    private static string DigitsOf(string shortest, out bool isNegative)
    {
        isNegative = shortest[0] == '-';
        StringBuilder digits = new();
        foreach (char c in shortest)
        {
            if (c == 'E') break;
            if (char.IsAsciiDigit(c)) digits.Append(c);
        }
        string text = digits.ToString().TrimStart('0').TrimEnd('0');
        return text.Length == 0 ? "0" : text;
    }

    /// <summary>Days since 1970-01-01 as YYYY-MM-DD, with BC where before year 1.</summary>
    public static string FormatDate(int days)
    {
        if (days == int.MaxValue) return "infinity";
        if (days == int.MinValue) return "-infinity";
        (long year, int month, int day) = Calendar.FromDays(days);
        return year > 0 ? $"{year:0000}-{month:00}-{day:00}" : $"{1 - year:0000}-{month:00}-{day:00} BC";
    }

    /// <summary>Microseconds since midnight as HH:MM:SS[.ffffff].</summary>
    public static string FormatTime(Int128 microseconds)
    {
        long seconds = (long)(microseconds / 1_000_000);
        string text = $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}";
        return text + Fraction((long)(microseconds % 1_000_000), 6);
    }

    /// <summary>
    /// Nanoseconds since 1970-01-01 as YYYY-MM-DD HH:MM:SS[.fffffffff], with a zone behind it where one is given.
    /// </summary>
    public static string FormatTimestamp(Int128 nanoseconds, string zone = "")
    {
        if (nanoseconds == (Int128)long.MaxValue * 1000) return "infinity";
        if (nanoseconds == (Int128)long.MinValue * 1000) return "-infinity";
        long days = DaysOf(nanoseconds);
        long rest = (long)(nanoseconds - ((Int128)days * DayNanoseconds));
        (long year, int month, int day) = Calendar.FromDays(days);
        long seconds = rest / 1_000_000_000;
        string text = year > 0 ? $"{year:0000}-{month:00}-{day:00}" : $"{1 - year:0000}-{month:00}-{day:00}";
        text += $" {seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}{Fraction(rest % 1_000_000_000, 9)}";
        return year > 0 ? text + zone : text + zone + " BC";
    }

    /// <summary>The day of a moment in nanoseconds, both counted from 1970-01-01.</summary>
    internal static long DaysOf(Int128 nanoseconds)
    {
        Int128 days = nanoseconds / DayNanoseconds;
        return (long)(nanoseconds < days * DayNanoseconds ? days - 1 : days);
    }

    private static string Fraction(long value, int digits) =>
        value == 0 ? "" : "." + value.ToString(s_invariant).PadLeft(digits, '0').TrimEnd('0');

    /// <summary>As PostgreSQL's intervalstyle 'postgres': 1 year 2 mons 3 days 04:05:06.</summary>
    public static string FormatInterval(Interval interval)
    {
        List<string> parts = [];
        // What follows a negative part says that it is not negative.
        bool wasNegative = false;
        void Add(long count, string unit)
        {
            if (count == 0) return;
            parts.Add($"{(wasNegative && count > 0 ? "+" : "")}{count} {unit}{(count is 1 ? "" : "s")}");
            wasNegative = count < 0;
        }
        Add(interval.Months / 12, "year");
        Add(interval.Months % 12, "mon");
        Add(interval.Days, "day");
        if (interval.Microseconds != 0 || parts.Count == 0)
        {
            string sign = interval.Microseconds < 0 ? "-" : wasNegative ? "+" : "";
            Int128 absolute = Int128.Abs(interval.Microseconds);
            parts.Add(sign + FormatTime(absolute));
        }
        return string.Join(' ', parts);
    }

    /// <summary>The ordered 128-bit form of a UUID as 8-4-4-4-12 hex digits.</summary>
    public static string FormatUuid(Int128 ordered)
    {
        UInt128 bits = (UInt128)ordered ^ (UInt128.One << 127);
        string hex = bits.ToString("x32", s_invariant);
        return $"{hex.AsSpan(0, 8)}-{hex.AsSpan(8, 4)}-{hex.AsSpan(12, 4)}-{hex.AsSpan(16, 4)}-{hex.AsSpan(20)}";
    }
}
