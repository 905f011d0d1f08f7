using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Text;

/// <summary>
/// Reads intervals as PostgreSQL does: "1 year 2 mons -3 days 04:05:06.7 ago", SQL's "1-2" and "3 04:05"; ISO 8601 has
/// a reader of its own. Fields are taken from the last to the first, for what stands behind a number says what it
/// counts, and no unit comes twice. Fractions of larger units flow into smaller ones: half a month is 15 days.
/// </summary>
internal ref struct IntervalParser
{
    // As many fields as PostgreSQL takes in a date or time.
    private const int MaxFields = 25;
    private readonly ReadOnlySpan<byte> _text;
    private readonly IntervalReadingRule _rule;
    private IntervalSum _sum;
    private DateTimeUnit? _unit;
    private uint _seen;

    private IntervalParser(ReadOnlySpan<byte> text, IntervalReadingRule rule)
    {
        _text = text;
        _rule = rule;
    }

    /// <summary>True where the text is an interval.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Interval interval) =>
        Read(text, IntervalReadingRule.Seconds, out interval) == IntervalReading.Read;

    /// <summary>The interval, or why there is none.</summary>
    public static IntervalReading Read(ReadOnlySpan<byte> text, IntervalReadingRule rule, out Interval interval)
    {
        interval = default;
        ReadOnlySpan<byte> trimmed = NumberText.Trim(text);
        if (trimmed is [(byte)'P' or (byte)'p', ..]) return IsoIntervalParser.Read(trimmed[1..], out interval);
        IntervalParser parser = new(trimmed, rule);
        IntervalReading reading = parser.ReadFields();
        return reading == IntervalReading.Read ? parser._sum.Finish(out interval) : reading;
    }

    private IntervalReading ReadFields()
    {
        Span<Range> fields = stackalloc Range[MaxFields];
        int count = Split(fields);
        if (count <= 0) return IntervalReading.Malformed;
        bool isAgo = Ascii.EqualsIgnoreCase(_text[fields[count - 1]], "ago"u8);
        for (int i = count - (isAgo ? 2 : 1); i >= 0; i--)
        {
            IntervalReading reading = ReadField(_text[fields[i]]);
            if (reading != IntervalReading.Read) return reading;
        }
        if (_seen == 0) return IntervalReading.Malformed;
        return isAgo && !_sum.TryNegate() ? IntervalReading.FieldOverflow : IntervalReading.Read;
    }

    // Words, and numbers with what belongs to them; -1 where there are too many.
    private readonly int Split(Span<Range> fields)
    {
        int count = 0;
        int at = _text is [(byte)'@', ..] ? 1 : 0;
        while (at < _text.Length)
        {
            if (Ascii.IsSpace(_text[at]) || _text[at] == ',')
            {
                at++;
                continue;
            }
            if (count == fields.Length) return -1;
            int start = at++;
            bool isWord = Ascii.IsLetter(_text[start]);
            bool isSign = _text[start] is (byte)'-' or (byte)'+';
            while (isSign && at < _text.Length && Ascii.IsSpace(_text[at])) at++;
            while (at < _text.Length && (isWord ? Ascii.IsLetter(_text[at]) : IsOfNumber(_text[at]))) at++;
            fields[count++] = start..at;
        }
        return count;
    }

    private static bool IsOfNumber(byte b) => Ascii.IsDigit(b) || b is (byte)'.' or (byte)':' or (byte)'-';

    private IntervalReading ReadField(ReadOnlySpan<byte> field)
    {
        if (Ascii.IsLetter(field[0]))
        {
            if (!DateTimeUnits.TryParse(field, out DateTimeUnit unit)) return IntervalReading.Malformed;
            _unit = unit;
            return IntervalReading.Read;
        }
        bool isNegative = field[0] == '-';
        ReadOnlySpan<byte> digits = field[0] is (byte)'-' or (byte)'+' ? NumberText.Trim(field[1..]) : field;
        if (digits.Contains((byte)':')) return ReadClock(digits, isNegative);
        int dash = digits.IndexOf((byte)'-');
        return dash < 0 ? ReadNumber(digits, isNegative) : ReadYearMonth(digits, dash, isNegative);
    }

    private IntervalReading ReadNumber(ReadOnlySpan<byte> digits, bool isNegative)
    {
        if (!IntervalNumber.TryRead(digits, isNegative, out IntervalNumber number)) return IntervalReading.Malformed;
        if (number.IsOverflown) return IntervalReading.FieldOverflow;
        DateTimeUnit unit = _unit ?? _rule.BareUnit;
        uint mask = number.Fraction != 0 && unit == DateTimeUnit.Second ? SecondParts : Bit(unit);
        // "3 hours" after a number that has no unit: that one counts days. Other units stay for it, and come twice.
        _unit = unit == DateTimeUnit.Hour ? DateTimeUnit.Day : unit;
        if (!IntervalSum.Takes(unit) || !See(mask)) return IntervalReading.Malformed;
        return _sum.TryAdd(number.Whole, number.Fraction, unit)
            ? IntervalReading.Read
            : IntervalReading.FieldOverflow;
    }

    private IntervalReading ReadYearMonth(ReadOnlySpan<byte> digits, int dash, bool isNegative)
    {
        if (!IntervalNumber.TryRead(digits[..dash], isNegative, out IntervalNumber years) || years.Fraction != 0 ||
            !IntervalNumber.TryRead(digits[(dash + 1)..], isNegative, out IntervalNumber months) ||
            months.Fraction != 0)
        {
            return IntervalReading.Malformed;
        }
        if (years.IsOverflown || months.IsOverflown || Math.Abs(months.Whole) > 11)
            return IntervalReading.FieldOverflow;
        _unit = DateTimeUnit.Month;
        if (!See(Bit(DateTimeUnit.Month))) return IntervalReading.Malformed;
        return _sum.TryAdd(years.Whole, 0, DateTimeUnit.Year) && _sum.TryAdd(months.Whole, 0, DateTimeUnit.Month)
            ? IntervalReading.Read
            : IntervalReading.FieldOverflow;
    }

    // hours:minutes[:seconds[.fraction]], or minutes:seconds.fraction
    private IntervalReading ReadClock(ReadOnlySpan<byte> digits, bool isNegative)
    {
        int first = digits.IndexOf((byte)':');
        ReadOnlySpan<byte> rest = digits[(first + 1)..];
        int second = rest.IndexOf((byte)':');
        if (!IntervalNumber.TryRead(digits[..first], false, out IntervalNumber hours) || hours.Fraction != 0 ||
            !IntervalNumber.TryRead(second < 0 ? rest : rest[..second], false, out IntervalNumber minutes))
        {
            return IntervalReading.Malformed;
        }
        IntervalNumber seconds = default;
        if (second >= 0 && (minutes.HasPoint || !IntervalNumber.TryRead(rest[(second + 1)..], false, out seconds)))
            return IntervalReading.Malformed;
        if (second < 0 && (minutes.HasPoint || _rule.IsMinuteToSecond))
            (hours, minutes, seconds) = (default, hours, minutes);
        _unit = DateTimeUnit.Day;
        if (!See(Bit(DateTimeUnit.Hour) | Bit(DateTimeUnit.Minute) | SecondParts)) return IntervalReading.Malformed;
        if (hours.IsOverflown || minutes.Whole > 59 || seconds.Whole > 60) return IntervalReading.FieldOverflow;
        int sign = isNegative ? -1 : 1;
        return _sum.TryAdd(sign * hours.Whole, 0, DateTimeUnit.Hour) &&
            _sum.TryAdd(sign * minutes.Whole, 0, DateTimeUnit.Minute) &&
            _sum.TryAdd(sign * seconds.Whole, sign * seconds.Fraction, DateTimeUnit.Second)
            ? IntervalReading.Read
            : IntervalReading.FieldOverflow;
    }

    private static uint SecondParts =>
        Bit(DateTimeUnit.Second) | Bit(DateTimeUnit.Millisecond) | Bit(DateTimeUnit.Microsecond);

    private static uint Bit(DateTimeUnit unit) => 1u << (int)unit;

    private bool See(uint mask)
    {
        if ((_seen & mask) != 0) return false;
        _seen |= mask;
        return true;
    }
}
