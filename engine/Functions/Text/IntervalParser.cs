using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Text;

/// <summary>
/// Reads intervals as PostgreSQL does: "1 year 2 mons -3 days 04:05:06.7 ago", ISO 8601 "P1Y2M3DT4H5M6S", SQL's "1-2"
/// and "3 04:05". Fractions of larger units flow into smaller ones: half a month is 15 days.
/// </summary>
internal ref struct IntervalParser
{
    private const double DaysPerMonth = 30;
    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private double _months;
    private double _days;
    private decimal _microseconds;

    private IntervalParser(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The unit of a bare number.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> text, out Interval interval, DateTimeUnit bareUnit = DateTimeUnit.Second)
    {
        IntervalParser parser = new(NumberText.Trim(text));
        bool isRead = parser._text is [(byte)'P' or (byte)'p', ..] ? parser.ReadIso() : parser.ReadVerbose(bareUnit);
        interval = default;
        return isRead && parser.TryAssemble(out interval);
    }

    private bool ReadVerbose(DateTimeUnit bareUnit)
    {
        bool isAgo = false;
        bool hasPart = false;
        if (_text is [(byte)'@', ..]) _at++;
        while (SkipSpaces())
        {
            if (isAgo) return false;
            if (Ascii.IsLetter(_text[_at]))
            {
                if (!hasPart || !Ascii.EqualsIgnoreCase(ReadWord(), "ago"u8)) return false;
                isAgo = true;
                continue;
            }
            if (!ReadPart(bareUnit)) return false;
            hasPart = true;
        }
        if (isAgo) (_months, _days, _microseconds) = (-_months, -_days, -_microseconds);
        return hasPart;
    }

    // A number with its unit, a clock time, or years-months.
    private bool ReadPart(DateTimeUnit bareUnit)
    {
        int start = _at;
        bool isNegative = _text[_at] == '-';
        if (_text[_at] is (byte)'-' or (byte)'+') _at++;
        int digits = _at;
        while (_at < _text.Length && Ascii.IsDigit(_text[_at])) _at++;
        byte next = _at < _text.Length ? _text[_at] : (byte)0;
        if (next == ':')
        {
            _at = digits;
            return ReadClock(isNegative);
        }
        if (next == '-' && _at > digits) return ReadYearMonth(digits, isNegative);
        if (next == '.')
        {
            _at++;
            while (_at < _text.Length && Ascii.IsDigit(_text[_at])) _at++;
        }
        if (!TryDecimal(_text[start.._at], out decimal value)) return false;
        if (!SkipSpaces() || !Ascii.IsLetter(_text[_at]))
        {
            // "3 04:05": the number before a clock time is days.
            bool isDays = _at < _text.Length && _text[_at..].Contains((byte)':');
            return Add(value, isDays ? DateTimeUnit.Day : bareUnit);
        }
        return DateTimeUnits.TryParse(ReadWord(), out DateTimeUnit unit) && Add(value, unit);
    }

    private bool ReadClock(bool isNegative)
    {
        if (!TryNumber(out decimal hours) || !Take(':') || !TryNumber(out decimal minutes) || minutes >= 60)
            return false;
        decimal seconds = 0;
        if (_at < _text.Length && _text[_at] == ':')
        {
            _at++;
            int start = _at;
            while (_at < _text.Length && (Ascii.IsDigit(_text[_at]) || _text[_at] == '.')) _at++;
            if (!TryDecimal(_text[start.._at], out seconds) || seconds >= 61) return false;
        }
        else if (_at < _text.Length && _text[_at] == '.')
        {
            // MM:SS.fff
            int start = _at;
            _at++;
            while (_at < _text.Length && Ascii.IsDigit(_text[_at])) _at++;
            if (!TryDecimal(_text[start.._at], out decimal fraction)) return false;
            (hours, minutes, seconds) = (0, hours, minutes + fraction);
        }
        decimal microseconds = ((((hours * 60) + minutes) * 60) + seconds) * 1_000_000m;
        _microseconds += isNegative ? -microseconds : microseconds;
        return true;
    }

    private bool ReadYearMonth(int digits, bool isNegative)
    {
        _at = digits;
        if (!TryNumber(out decimal years) || !Take('-') || !TryNumber(out decimal months) || months > 11) return false;
        // A date is no interval.
        if (_at < _text.Length && !Ascii.IsSpace(_text[_at])) return false;
        double total = (double)((years * 12) + months);
        _months += isNegative ? -total : total;
        return true;
    }

    private bool ReadIso()
    {
        _at = 1;
        bool isTime = false;
        bool hasPart = false;
        while (_at < _text.Length)
        {
            if (_text[_at] is (byte)'T' or (byte)'t')
            {
                if (isTime) return false;
                isTime = true;
                _at++;
                continue;
            }
            int start = _at;
            while (_at < _text.Length && !Ascii.IsLetter(_text[_at])) _at++;
            if (_at == _text.Length || !TryDecimal(_text[start.._at], out decimal value)) return false;
            DateTimeUnit? unit = ((char)(_text[_at++] & ~0x20), isTime) switch
            {
                ('Y', false) => DateTimeUnit.Year,
                ('M', false) => DateTimeUnit.Month,
                ('W', false) => DateTimeUnit.Week,
                ('D', false) => DateTimeUnit.Day,
                ('H', true) => DateTimeUnit.Hour,
                ('M', true) => DateTimeUnit.Minute,
                ('S', true) => DateTimeUnit.Second,
                _ => null,
            };
            if (unit is null || !Add(value, unit.Value)) return false;
            hasPart = true;
        }
        return hasPart;
    }

    private bool Add(decimal value, DateTimeUnit unit)
    {
        switch (unit)
        {
            case DateTimeUnit.Millennium: _months += (double)value * 12_000; break;
            case DateTimeUnit.Century: _months += (double)value * 1_200; break;
            case DateTimeUnit.Decade: _months += (double)value * 120; break;
            case DateTimeUnit.Year: _months += Math.Round((double)value * 12); break;
            case DateTimeUnit.Quarter: _months += (double)value * 3; break;
            case DateTimeUnit.Month: _months += (double)value; break;
            case DateTimeUnit.Week: _days += (double)value * 7; break;
            case DateTimeUnit.Day: _days += (double)value; break;
            case DateTimeUnit.Hour: return AddTime(value, 3_600_000_000m);
            case DateTimeUnit.Minute: return AddTime(value, 60_000_000m);
            case DateTimeUnit.Second: return AddTime(value, 1_000_000m);
            case DateTimeUnit.Millisecond: return AddTime(value, 1_000m);
            case DateTimeUnit.Microsecond: return AddTime(value, 1m);
            default: return false;
        }
        return true;
    }

    private bool AddTime(decimal value, decimal unit)
    {
        if (Math.Abs(value) > 1_000_000_000_000_000_000m) return false;
        _microseconds += value * unit;
        return true;
    }

    private readonly bool TryAssemble(out Interval interval)
    {
        interval = default;
        double months = Math.Truncate(_months);
        double allDays = _days + ((_months - months) * DaysPerMonth);
        double days = Math.Truncate(allDays + (allDays < 0 ? -1e-9 : 1e-9));
        double restOfDay = allDays - days;
        decimal microseconds = Math.Round(
            _microseconds + (Math.Abs(restOfDay) < 1e-9 ? 0 : Math.Round((decimal)restOfDay * 86_400_000_000m)),
            MidpointRounding.ToEven);
        if (Math.Abs(months) > int.MaxValue || Math.Abs(days) > int.MaxValue || Math.Abs(microseconds) > long.MaxValue)
            return false;
        interval = new Interval((int)months, (int)days, (long)microseconds);
        return true;
    }

    private bool SkipSpaces()
    {
        while (_at < _text.Length && (Ascii.IsSpace(_text[_at]) || _text[_at] == ',')) _at++;
        return _at < _text.Length;
    }

    private ReadOnlySpan<byte> ReadWord()
    {
        int start = _at;
        while (_at < _text.Length && Ascii.IsLetter(_text[_at])) _at++;
        return _text[start.._at];
    }

    private bool Take(char expected)
    {
        if (_at >= _text.Length || _text[_at] != expected) return false;
        _at++;
        return true;
    }

    private bool TryNumber(out decimal value)
    {
        int start = _at;
        while (_at < _text.Length && Ascii.IsDigit(_text[_at])) _at++;
        return TryDecimal(_text[start.._at], out value);
    }

    private static bool TryDecimal(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        // Twenty-eight digits are what decimal holds; no interval has more.
        return text.Length is > 0 and <= 28 &&
            System.Buffers.Text.Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length;
    }
}
