using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Text;

/// <summary>What a text that names a moment says; parts that it does not mention are absent.</summary>
internal struct DateTimeParts
{
    /// <summary>Day number from 1970-01-01; meaningful where <see cref="HasDate"/>.</summary>
    public long Days;

    /// <summary>Time of day in nanoseconds, up to 24:00:00; meaningful where <see cref="HasTime"/>.</summary>
    public long Nanoseconds;

    /// <summary>Seconds east of Greenwich; meaningful where <see cref="HasOffset"/>.</summary>
    public int OffsetSeconds;

    public bool HasDate;
    public bool HasTime;
    public bool HasOffset;

    /// <summary>1 for infinity, -1 for -infinity, else 0.</summary>
    public int Infinity;

    /// <summary>A zone by name, as offset and length in the text; meaningful where the length is positive.</summary>
    public int ZoneStart;

    /// <summary>Length of the zone's name.</summary>
    public int ZoneLength;

    /// <summary>The text is no date because it names a month or a day that does not exist.</summary>
    public bool HasWrongField;

    /// <summary>now, today, tomorrow, yesterday: the moment is the session's.</summary>
    public RelativeMoment Relative;
}

/// <summary>Words for moments that the session decides.</summary>
internal enum RelativeMoment : byte
{
    /// <summary>The text names the moment itself.</summary>
    None,
    /// <summary>now</summary>
    Now,
    /// <summary>today</summary>
    Today,
    /// <summary>tomorrow</summary>
    Tomorrow,
    /// <summary>yesterday</summary>
    Yesterday,
}

/// <summary>
/// Reads dates and times as PostgreSQL does: ISO 8601 first of all, then month names and slashes in any common order;
/// where it is open which number is the day, DateStyle says it.
/// </summary>
internal static class DateTimeParser
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Reads a text; false when it is no date or time, or one that does not exist (30 February).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, DateOrder order, out DateTimeParts parts)
    {
        parts = default;
        return TryParseIso(NumberText.Trim(text), ref parts) || new FreeForm(text, order).TryParse(out parts);
    }

    /// <summary>YYYY-MM-DD, the form that data has; about three nanoseconds a digit.</summary>
    public static bool TryParseIsoDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-') return false;
        if (!TryDigits(text, 0, 4, out int year) || !TryDigits(text, 5, 2, out int month)
            || !TryDigits(text, 8, 2, out int day)) return false;
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > Calendar.DaysInMonth(year, month)) return false;
        days = (int)Calendar.ToDays(year, month, day);
        return true;
    }

    /// <summary>Reads HH:MM[:SS[.fraction]] at a place and moves past it; 24:00:00 is allowed.</summary>
    public static bool TryParseClock(ReadOnlySpan<byte> text, ref int at, out long nanoseconds)
    {
        nanoseconds = 0;
        int i = at;
        if (!TryNumber(text, ref i, 2, out int hour) || i >= text.Length || text[i++] != ':') return false;
        if (!TryNumber(text, ref i, 2, out int minute) || minute > 59) return false;
        int second = 0;
        long fraction = 0;
        if (i < text.Length && text[i] == ':')
        {
            i++;
            if (!TryNumber(text, ref i, 2, out second) || second > 60) return false;
            if (i < text.Length && text[i] is (byte)'.' or (byte)',' && !TryFraction(text, ref i, out fraction))
                return false;
        }
        nanoseconds = (((((hour * 60L) + minute) * 60) + second) * NanosecondsPerSecond) + fraction;
        if (nanoseconds > 86_400 * NanosecondsPerSecond) return false;
        at = i;
        return true;
    }

    /// <summary>Reads Z, +HH, +HHMM, +HH:MM[:SS] at a place and moves past it.</summary>
    public static bool TryParseOffset(ReadOnlySpan<byte> text, ref int at, out int seconds)
    {
        seconds = 0;
        if (at >= text.Length) return false;
        if (text[at] is (byte)'Z' or (byte)'z')
        {
            at++;
            return true;
        }
        if (text[at] is not ((byte)'+' or (byte)'-')) return false;
        bool isWest = text[at] == '-';
        int i = at + 1;
        int start = i;
        if (!TryNumber(text, ref i, 4, out int hours)) return false;
        int minutes = 0;
        int rest = 0;
        if (i - start > 2) (hours, minutes) = (hours / 100, hours % 100);
        else if (i < text.Length && text[i] == ':')
        {
            i++;
            if (!TryNumber(text, ref i, 2, out minutes)) return false;
            if (i < text.Length && text[i] == ':')
            {
                i++;
                if (!TryNumber(text, ref i, 2, out rest)) return false;
            }
        }
        if (hours > 15 || minutes > 59 || rest > 59) return false;
        seconds = (((hours * 60) + minutes) * 60) + rest;
        if (isWest) seconds = -seconds;
        at = i;
        return true;
    }

    /// <summary>Reads a point and digits as nanoseconds, rounding beyond the ninth.</summary>
    private static bool TryFraction(ReadOnlySpan<byte> text, ref int at, out long nanoseconds)
    {
        nanoseconds = 0;
        int i = at + 1;
        int digits = 0;
        bool roundsUp = false;
        for (; i < text.Length && Ascii.IsDigit(text[i]); i++)
        {
            if (digits < 9) nanoseconds = (nanoseconds * 10) + (text[i] - '0');
            if (digits == 9) roundsUp = text[i] >= '5';
            digits++;
        }
        for (; digits < 9; digits++) nanoseconds *= 10;
        if (roundsUp) nanoseconds++;
        at = i;
        return true;
    }

    private static bool TryParseIso(ReadOnlySpan<byte> text, ref DateTimeParts parts)
    {
        if (text.Length < 10 || !TryParseIsoDate(text[..10], out int days)) return false;
        DateTimeParts found = new() { Days = days, HasDate = true };
        int i = 10;
        if (i < text.Length)
        {
            if (text[i] is not ((byte)' ' or (byte)'T' or (byte)'t')) return false;
            i++;
            if (!TryParseClock(text, ref i, out found.Nanoseconds)) return false;
            found.HasTime = true;
            if (i < text.Length)
            {
                if (!TryParseOffset(text, ref i, out found.OffsetSeconds)) return false;
                found.HasOffset = true;
            }
        }
        if (i != text.Length) return false;
        parts = found;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        for (int i = start; i < start + count; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit > 9) return false;
            value = (value * 10) + (int)digit;
        }
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, ref int at, int maxDigits, out int value)
    {
        value = 0;
        int start = at;
        while (at < text.Length && Ascii.IsDigit(text[at]) && at - start < maxDigits)
            value = (value * 10) + (text[at++] - '0');
        return at > start;
    }

    /// <summary>Reads words, numbers and clock times in the orders that people write them.</summary>
    private ref struct FreeForm(ReadOnlySpan<byte> text, DateOrder order)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;
        private long _year;
        private int _month;
        private int _day;
        private int _yearDigits;
        private bool _hasYear;
        private bool _isBeforeChrist;
        private DateTimeParts _parts;

        public bool TryParse(out DateTimeParts parts)
        {
            parts = default;
            while (SkipSeparators())
            {
                byte b = _text[_at];
                bool isRead = Ascii.IsDigit(b) ? ReadNumeric() : Ascii.IsLetter(b) ? ReadWord() : ReadSigned();
                if (!isRead) return false;
            }
            if (_month != 0 || _day != 0 || _hasYear)
            {
                if (_parts.HasDate) return false;
                if (!Assemble())
                {
                    parts.HasWrongField = _hasYear && _month != 0 && _day != 0;
                    return false;
                }
            }
            parts = _parts;
            if (parts.Infinity != 0 && (parts.HasDate || parts.HasTime || parts.HasOffset)) return false;
            return parts.HasDate || parts.HasTime || parts.Infinity != 0 || parts.Relative != RelativeMoment.None;
        }

        private bool SkipSeparators()
        {
            while (_at < _text.Length && (Ascii.IsSpace(_text[_at]) || _text[_at] == ',')) _at++;
            // DuckDB writes years before the first as (BC).
            if (_at + 4 <= _text.Length && Ascii.EqualsIgnoreCase(_text.Slice(_at, 4), "(bc)"u8))
            {
                _isBeforeChrist = true;
                _at += 4;
                return SkipSeparators();
            }
            return _at < _text.Length;
        }

        private bool ReadNumeric()
        {
            int start = _at;
            int digits = 0;
            while (start + digits < _text.Length && Ascii.IsDigit(_text[start + digits])) digits++;
            byte next = start + digits < _text.Length ? _text[start + digits] : (byte)0;
            if (next == ':' && digits <= 2) return ReadClock();
            if (next is (byte)'-' or (byte)'/' or (byte)'.' && !_parts.HasDate && _month == 0) return ReadDashed(next);
            if (digits > 10) return false;
            TryNumber(_text, ref _at, 10, out int value);
            if (digits == 8 && !_hasYear && _month == 0)
            {
                (_year, _month, _day, _hasYear, _yearDigits) =
                    (value / 10_000, value / 100 % 100, value % 100, true, 4);
                return ReadCompactTime();
            }
            if (digits == 6 && _hasYear && !_parts.HasTime) return SetCompactTime(value);
            if (digits >= 3 || (_day != 0 && !_hasYear))
            {
                if (_hasYear) return false;
                (_year, _hasYear, _yearDigits) = (value, true, digits);
                return true;
            }
            if (_day != 0) return false;
            _day = value;
            // 1st, 2nd: the ending says nothing.
            if (_at + 1 < _text.Length && Ascii.IsLetter(_text[_at]) && IsOrdinalEnding(_text.Slice(_at, 2))) _at += 2;
            return true;
        }

        private static bool IsOrdinalEnding(ReadOnlySpan<byte> ending) =>
            Ascii.EqualsIgnoreCase(ending, "st"u8) || Ascii.EqualsIgnoreCase(ending, "nd"u8) ||
            Ascii.EqualsIgnoreCase(ending, "rd"u8) || Ascii.EqualsIgnoreCase(ending, "th"u8);

        private bool ReadCompactTime()
        {
            if (_at >= _text.Length || _text[_at] is not ((byte)'T' or (byte)'t')) return true;
            int digits = 0;
            while (_at + 1 + digits < _text.Length && Ascii.IsDigit(_text[_at + 1 + digits])) digits++;
            if (digits != 6) return digits == 0;
            _at++;
            TryNumber(_text, ref _at, 6, out int value);
            return SetCompactTime(value);
        }

        private bool SetCompactTime(int value)
        {
            (int hour, int minute, int second) = (value / 10_000, value / 100 % 100, value % 100);
            if (hour > 24 || minute > 59 || second > 59 || _parts.HasTime) return false;
            _parts.Nanoseconds = ((((hour * 60L) + minute) * 60) + second) * NanosecondsPerSecond;
            _parts.HasTime = true;
            return ReadOffset();
        }

        private bool ReadClock()
        {
            if (_parts.HasTime || !TryParseClock(_text, ref _at, out _parts.Nanoseconds)) return false;
            _parts.HasTime = true;
            return ReadOffset();
        }

        private bool ReadOffset()
        {
            if (_at >= _text.Length || _text[_at] is not ((byte)'+' or (byte)'-')) return true;
            if (_parts.HasOffset || !TryParseOffset(_text, ref _at, out _parts.OffsetSeconds)) return false;
            _parts.HasOffset = true;
            return true;
        }

        // 2024-1-5, 1/5/2024, 5-Jan-2024, 2024.1.5
        private bool ReadDashed(byte separator)
        {
            int start = _at;
            if (!TryNumber(_text, ref _at, 7, out int first)) return false;
            int firstDigits = _at - start;
            _at++;
            if (_at < _text.Length && Ascii.IsLetter(_text[_at]))
            {
                if (!ReadMonthName() || _at >= _text.Length || _text[_at] != separator) return false;
                _at++;
                start = _at;
                if (!TryNumber(_text, ref _at, 7, out int last)) return false;
                if (IsYear(firstDigits)) (_year, _yearDigits, _day) = (first, firstDigits, last);
                else (_day, _year, _yearDigits) = (first, last, _at - start);
                _hasYear = true;
                return true;
            }
            if (!TryNumber(_text, ref _at, 3, out int second)) return false;
            if (_at >= _text.Length || _text[_at] != separator) return false;
            _at++;
            start = _at;
            if (!TryNumber(_text, ref _at, 7, out int third)) return false;
            if (IsYear(firstDigits)) (_year, _yearDigits, _month, _day) = (first, firstDigits, second, third);
            else (_month, _day, _year, _yearDigits) = order == DateOrder.DayFirst
                ? (second, first, third, _at - start)
                : (first, second, third, _at - start);
            _hasYear = true;
            // The T of 2024-1-5T10:00 stands between digits.
            if (_at + 1 < _text.Length && _text[_at] is (byte)'T' or (byte)'t' && Ascii.IsDigit(_text[_at + 1])) _at++;
            return true;
        }

        private readonly bool IsYear(int digits) => digits >= 3 || order == DateOrder.YearFirst;

        private bool ReadMonthName()
        {
            int start = _at;
            while (_at < _text.Length && Ascii.IsLetter(_text[_at])) _at++;
            int month = CalendarNames.ParseMonth(_text[start.._at]);
            if (month == 0 || _month != 0) return false;
            _month = month;
            return true;
        }

        private bool ReadWord()
        {
            int start = _at;
            while (_at < _text.Length && (Ascii.IsLetter(_text[_at]) || _text[_at] is (byte)'/' or (byte)'_')) _at++;
            ReadOnlySpan<byte> word = _text[start.._at];
            if (CalendarNames.ParseMonth(word) is > 0 and int month)
            {
                if (_month != 0)
                {
                    // 1/5 was read as month and day; with a month's name it was the day.
                    return false;
                }
                _month = month;
                return true;
            }
            if (CalendarNames.ParseWeekday(word) >= 0) return true;
            if (Ascii.EqualsIgnoreCase(word, "bc"u8)) return _isBeforeChrist = true;
            if (Ascii.EqualsIgnoreCase(word, "ad"u8)) return true;
            if (Ascii.EqualsIgnoreCase(word, "am"u8) || Ascii.EqualsIgnoreCase(word, "pm"u8))
                return ApplyHalfDay(word[0] is (byte)'p' or (byte)'P');
            if (Ascii.EqualsIgnoreCase(word, "t"u8)) return _hasYear;
            if (Ascii.EqualsIgnoreCase(word, "epoch"u8)) return _parts.HasDate = _parts.HasTime = true;
            if (Ascii.EqualsIgnoreCase(word, "infinity"u8)) return SetInfinity(1);
            if (Ascii.EqualsIgnoreCase(word, "now"u8)) return SetRelative(RelativeMoment.Now);
            if (Ascii.EqualsIgnoreCase(word, "today"u8)) return SetRelative(RelativeMoment.Today);
            if (Ascii.EqualsIgnoreCase(word, "tomorrow"u8)) return SetRelative(RelativeMoment.Tomorrow);
            if (Ascii.EqualsIgnoreCase(word, "yesterday"u8)) return SetRelative(RelativeMoment.Yesterday);
            if (Ascii.EqualsIgnoreCase(word, "z"u8)) return _parts.HasOffset = true;
            if (!_parts.HasTime || _parts.HasOffset || _parts.ZoneLength > 0) return false;
            (_parts.ZoneStart, _parts.ZoneLength) = (start, word.Length);
            return true;
        }

        private bool ReadSigned()
        {
            if (_text[_at] is not ((byte)'-' or (byte)'+')) return false;
            if (Ascii.EqualsIgnoreCase(_text[_at..], "-infinity"u8))
            {
                _at = _text.Length;
                return SetInfinity(-1);
            }
            return _parts.HasTime && ReadOffset();
        }

        private bool SetInfinity(int sign)
        {
            _parts.Infinity = sign;
            return true;
        }

        private bool SetRelative(RelativeMoment moment)
        {
            _parts.Relative = moment;
            return true;
        }

        private bool ApplyHalfDay(bool isAfternoon)
        {
            const long HalfDay = 12 * 3600 * NanosecondsPerSecond;
            if (!_parts.HasTime || _parts.Nanoseconds >= HalfDay + (3600 * NanosecondsPerSecond)) return false;
            if (isAfternoon && _parts.Nanoseconds < HalfDay) _parts.Nanoseconds += HalfDay;
            if (!isAfternoon && _parts.Nanoseconds >= HalfDay) _parts.Nanoseconds -= HalfDay;
            return true;
        }

        private bool Assemble()
        {
            if (!_hasYear || _month is < 1 or > 12) return false;
            // Two digits mean 1970 to 2069, as in PostgreSQL.
            if (_yearDigits <= 2 && !_isBeforeChrist) _year += _year < 70 ? 2000 : 1900;
            if (_year == 0) return false;
            if (_isBeforeChrist) _year = 1 - _year;
            if (_day < 1 || _day > Calendar.DaysInMonth(_year, _month)) return false;
            _parts.Days = Calendar.ToDays(_year, _month, _day);
            return _parts.HasDate = true;
        }
    }
}
