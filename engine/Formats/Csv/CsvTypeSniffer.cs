using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Finds the type of one column from its texts: the narrowest of BOOLEAN, BIGINT, HUGEINT, DOUBLE, DATE, TIME,
/// TIMESTAMP and TIMESTAMPTZ that all of them are, else VARCHAR. Numbers with leading zeros are texts: postal codes and
/// part numbers.
/// </summary>
internal sealed unsafe class CsvTypeSniffer(CsvOptions options, bool findsNullTexts)
{
    /// <summary>
    /// Texts that people write where there is no value; they count as NULL only where they make a column typed.
    /// </summary>
    private static readonly string[] s_nullTexts = ["NA", "N/A", "n/a", "NULL", "null", "\\N", "#N/A", "None"];

    private static readonly string[] s_datePatterns =
    [
        "%d/%m/%Y", "%m/%d/%Y", "%Y.%m.%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y",
            "%d %b %Y", "%b %d, %Y",
    ];

    private static readonly string[] s_clockPatterns =
        [" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p"];

    private static readonly TimePattern[] s_dates = [.. s_datePatterns.Select(TimePattern.Parse)];

    private static readonly TimePattern[] s_timestamps =
        [.. s_datePatterns.SelectMany(d => s_clockPatterns.Select(c => TimePattern.Parse(d + c)))];

    private readonly List<TimePattern> _dates = [.. s_dates];
    private readonly List<TimePattern> _timestamps = [.. s_timestamps];
    // The caller's texts of NULL say nothing about the type.
    private readonly byte[][] _nullTexts =
        options.NullTexts is { } texts ? [.. texts.Where(t => t.Length > 0).Select(Encoding.UTF8.GetBytes)] : [];

    private readonly HashSet<string> _nullTextsSeen = new(StringComparer.Ordinal);
    private Candidates _candidates = AllowedBy(options);
    private bool _hasValues;

    [Flags]
    private enum Candidates
    {
        None = 0,
        Boolean = 1,
        BigInt = 2,
        HugeInt = 4,
        Double = 8,
        Date = 16,
        Time = 32,
        Timestamp = 64,
        TimestampTz = 128,
        DatePattern = 256,
        TimestampPattern = 512,
        All = 1023,
        Numbers = BigInt | HugeInt | Double,
    }

    /// <summary>The type of what was seen.</summary>
    public LogicalType Type => !_hasValues ? LogicalType.Varchar : _candidates switch
    {
        Candidates.None => LogicalType.Varchar,
        _ when Has(Candidates.Boolean) => LogicalType.Boolean,
        _ when Has(Candidates.BigInt) => LogicalType.BigInt,
        _ when Has(Candidates.HugeInt) => LogicalType.HugeInt,
        _ when Has(Candidates.Double) => LogicalType.Double,
        _ when Has(Candidates.Date) || Has(Candidates.DatePattern) => LogicalType.Date,
        _ when Has(Candidates.Time) => LogicalType.Time,
        _ when Has(Candidates.Timestamp) || Has(Candidates.TimestampPattern) => LogicalType.Timestamp,
        _ => LogicalType.TimestampTz,
    };

    /// <summary>The format that dates and timestamps have where it is not ISO.</summary>
    public TimePattern? Pattern => Type.Kind switch
    {
        TypeKind.Date when !Has(Candidates.Date) => _dates[0],
        TypeKind.Timestamp when !Has(Candidates.Timestamp) => _timestamps[0],
        _ => null,
    };

    /// <summary>Another format that fits as well, so that the choice should be said.</summary>
    public TimePattern? OtherPattern => Type.Kind switch
    {
        TypeKind.Date when !Has(Candidates.Date) && _dates.Count > 1 => _dates[1],
        TypeKind.Timestamp when !Has(Candidates.Timestamp) && _timestamps.Count > 1 => _timestamps[1],
        _ => null,
    };

    /// <summary>The texts to be taken as NULL.</summary>
    public ImmutableArray<string> NullTexts =>
        Type.Kind == TypeKind.Varchar ? [] : [.. _nullTextsSeen.Order(StringComparer.Ordinal)];

    /// <summary>True when values were seen that are not NULL.</summary>
    public bool HasValues => _hasValues;

    /// <summary>Looks at the texts of a vector.</summary>
    public void Add(ColumnVector texts)
    {
        for (int row = 0; row < texts.Count && (_candidates != Candidates.None || !_hasValues); row++)
        {
            if (!texts.IsValid(row)) continue;
            Utf8View view = texts.GetUtf8(row);
            Add(view.Pointer, view.Length);
        }
    }

    /// <summary>Looks at one text, behind which eight bytes can be read.</summary>
    public void Add(byte* text, int length)
    {
        if (IsGivenNull(text, length)) return;
        while (length > 0 && *text is (byte)' ' or (byte)'\t')
        {
            text++;
            length--;
        }
        while (length > 0 && text[length - 1] is (byte)' ' or (byte)'\t') length--;
        if (length == 0 || IsNullText(text, length)) return;
        _hasValues = true;
        byte first = *text;
        bool isNumeric = first is >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'+' or (byte)'.';
        if (!isNumeric && IsSpecialDouble(text, length)) _candidates &= Candidates.Double;
        else if (!isNumeric) _candidates &= Candidates.Boolean | Candidates.DatePattern | Candidates.TimestampPattern;
        else _candidates &= ~Candidates.Boolean;
        if (Has(Candidates.Boolean) && !IsBoolean(text, length)) _candidates &= ~Candidates.Boolean;
        if ((_candidates & Candidates.Numbers) != 0) AddNumberWithSeparators(text, length);
        if (Has(Candidates.Date) && !TextTime.TryParseDate(text, length, out _)) _candidates &= ~Candidates.Date;
        if (Has(Candidates.Time) && !TextTime.TryParseTime(text, length, out _)) _candidates &= ~Candidates.Time;
        if ((_candidates & (Candidates.Timestamp | Candidates.TimestampTz)) != 0) AddTimestamp(text, length);
        if (Has(Candidates.DatePattern)) Narrow(_dates, text, length, Candidates.DatePattern);
        if (Has(Candidates.TimestampPattern)) Narrow(_timestamps, text, length, Candidates.TimestampPattern);
    }

    private bool Has(Candidates candidate) => (_candidates & candidate) != 0;

    private bool IsGivenNull(byte* text, int length)
    {
        foreach (byte[] nullText in _nullTexts)
        {
            if (nullText.AsSpan().SequenceEqual(new ReadOnlySpan<byte>(text, length))) return true;
        }
        return false;
    }

    private bool IsNullText(byte* text, int length)
    {
        if (!findsNullTexts || length > 4) return false;
        ReadOnlySpan<byte> span = new(text, length);
        foreach (string nullText in s_nullTexts)
        {
            if (!Ascii.Equals(span, nullText)) continue;
            _nullTextsSeen.Add(nullText);
            return true;
        }
        return false;
    }

    private static bool IsSpecialDouble(byte* text, int length) =>
        (*text | 0x20) is 'n' or 'i' && TextNumber.TryParseDouble(text, length, out _);

    private static bool IsBoolean(byte* text, int length)
    {
        ReadOnlySpan<byte> span = new(text, length);
        return Ascii.EqualsIgnoreCase(span, "true"u8)
            || Ascii.EqualsIgnoreCase(span, "false"u8);
    }

    private static Candidates AllowedBy(CsvOptions options)
    {
        if (options.TypeCandidates is not { } types) return Candidates.All;
        Candidates allowed = Candidates.None;
        foreach (string name in types)
        {
            LogicalType type = TypeText.Parse(name);
            allowed |= type.Kind switch
            {
                TypeKind.Boolean => Candidates.Boolean,
                TypeKind.HugeInt => Candidates.HugeInt,
                TypeKind.Date => Candidates.Date | Candidates.DatePattern,
                TypeKind.Time => Candidates.Time,
                TypeKind.TimestampTz => Candidates.TimestampTz,
                _ when type.IsTimestamp => Candidates.Timestamp | Candidates.TimestampPattern,
                _ when type.IsInteger => Candidates.BigInt,
                _ when type.IsNumeric => Candidates.Double,
                _ => Candidates.None,
            };
        }
        return allowed;
    }

    private void AddNumberWithSeparators(byte* text, int length)
    {
        if (options.ThousandsSeparator == '\0')
        {
            AddNumber(text, length);
            return;
        }
        Span<byte> digits = stackalloc byte[128];
        digits.Clear();
        int count = 0;
        for (int i = 0; i < length && count < digits.Length - TextNumber.ReadableBytes; i++)
        {
            if (text[i] != options.ThousandsSeparator) digits[count++] = text[i];
        }
        fixed (byte* p = digits) AddNumber(p, count);
    }

    private void AddNumber(byte* text, int length)
    {
        byte* digits = text;
        int count = length;
        if (*digits is (byte)'-' or (byte)'+')
        {
            digits++;
            count--;
        }
        bool hasLeadingZero = count > 1 && digits[0] == '0' && digits[1] is >= (byte)'0' and <= (byte)'9';
        if (hasLeadingZero) _candidates &= ~Candidates.Numbers;
        if (Has(Candidates.BigInt) && !TextNumber.TryParseInt64(text, length, out _)) _candidates &= ~Candidates.BigInt;
        if (Has(Candidates.HugeInt) && !TextNumber.TryParseInt128(text, length, out _))
            _candidates &= ~Candidates.HugeInt;
        if (Has(Candidates.Double) && !IsDouble(text, length)) _candidates &= ~Candidates.Double;
    }

    private bool IsDouble(byte* text, int length)
    {
        if (options.DecimalSeparator == '.') return TextNumber.TryParseDouble(text, length, out _);
        Span<byte> point = stackalloc byte[128];
        if (length > point.Length - TextNumber.ReadableBytes) return false;
        for (int i = 0; i < length; i++)
            point[i] = text[i] == options.DecimalSeparator ? (byte)'.' : text[i] == '.' ? (byte)'?' : text[i];
        fixed (byte* p = point) return TextNumber.TryParseDouble(p, length, out _);
    }

    private void AddTimestamp(byte* text, int length)
    {
        bool isTimestamp = TextTime.TryParseTimestamp(text, length, out _, out _, out bool hasZone);
        if (!isTimestamp) _candidates &= ~(Candidates.Timestamp | Candidates.TimestampTz);
        else _candidates &= hasZone ? ~Candidates.Timestamp : ~Candidates.TimestampTz;
    }

    private void Narrow(List<TimePattern> patterns, byte* text, int length, Candidates candidate)
    {
        for (int i = patterns.Count - 1; i >= 0; i--)
        {
            if (!patterns[i].TryParse(text, length, out _)) patterns.RemoveAt(i);
        }
        if (patterns.Count == 0) _candidates &= ~candidate;
    }
}
