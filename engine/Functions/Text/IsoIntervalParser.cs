using System.Buffers.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Text;

/// <summary>
/// Reads what stands behind the P of ISO 8601: fields with designators (<c>1Y2M3DT4H5M6S</c>), the alternative form
/// (<c>0002-10-15T10:30:20</c>) and its short one (<c>00021015T103020</c>), where time may begin with T alone.
/// </summary>
internal ref struct IsoIntervalParser
{
    // PostgreSQL's limit of a field in this form.
    private const double Limit = 1e15;
    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private bool _isTime;
    private bool _hasField;
    private IntervalSum _sum;

    private IsoIntervalParser(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The interval, or why there is none.</summary>
    public static IntervalReading Read(ReadOnlySpan<byte> text, out Interval interval)
    {
        interval = default;
        IsoIntervalParser parser = new(text);
        IntervalReading reading = text.IsEmpty ? IntervalReading.Malformed : IntervalReading.Read;
        while (reading == IntervalReading.Read && parser._at < text.Length)
        {
            if (parser._text[parser._at] is (byte)'T' or (byte)'t')
            {
                parser.BeginTime();
                continue;
            }
            reading = parser.ReadField();
        }
        return reading == IntervalReading.Read ? parser._sum.Finish(out interval) : reading;
    }

    private void BeginTime()
    {
        _at++;
        _isTime = true;
        _hasField = false;
    }

    private IntervalReading ReadField()
    {
        int start = _at;
        IntervalReading reading = ReadNumber(out long whole, out double fraction);
        if (reading != IntervalReading.Read) return reading;
        char designator = _at < _text.Length ? (char)(_text[_at] & ~0x20) : '\0';
        if (designator is >= 'A' and <= 'Z' && !(designator == 'T' && !_isTime))
        {
            _at++;
            _hasField = true;
            DateTimeUnit? unit = UnitOf(designator);
            if (unit is null) return IntervalReading.Malformed;
            return Add(whole, fraction, unit.Value);
        }
        if (_hasField) return IntervalReading.Malformed;
        bool isAtEnd = _at == _text.Length || (!_isTime && designator == 'T');
        int width = isAtEnd ? DigitsFrom(start) : 0;
        if (width == 8 && !_isTime) return AddDigits(whole, fraction);
        if (width == 6 && _isTime) return AddDigits(whole, fraction);
        return ReadRest(whole, fraction);
    }

    private readonly DateTimeUnit? UnitOf(char designator) => (designator, _isTime) switch
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

    // YYYYMMDD and HHMMSS
    private IntervalReading AddDigits(long whole, double fraction)
    {
        (DateTimeUnit first, DateTimeUnit second, DateTimeUnit third) = Units;
        IntervalReading reading = Add(whole / 10_000, 0, first);
        if (reading == IntervalReading.Read) reading = Add(whole / 100 % 100, 0, second);
        return reading == IntervalReading.Read ? Add(whole % 100, fraction, third) : reading;
    }

    // YYYY-MM-DD and HH:MM:SS, with or without what follows the first field.
    private IntervalReading ReadRest(long whole, double fraction)
    {
        (DateTimeUnit first, DateTimeUnit second, DateTimeUnit third) = Units;
        byte separator = _isTime ? (byte)':' : (byte)'-';
        IntervalReading reading = Add(whole, fraction, first);
        foreach (DateTimeUnit unit in (ReadOnlySpan<DateTimeUnit>)[second, third])
        {
            if (reading != IntervalReading.Read || IsAtEnd()) return reading;
            if (_text[_at++] != separator) return IntervalReading.Malformed;
            reading = ReadNumber(out whole, out fraction);
            if (reading == IntervalReading.Read) reading = Add(whole, fraction, unit);
        }
        return reading != IntervalReading.Read || IsAtEnd() ? reading : IntervalReading.Malformed;
    }

    private readonly bool IsAtEnd() =>
        _at == _text.Length || (!_isTime && _text[_at] is (byte)'T' or (byte)'t');

    private readonly (DateTimeUnit First, DateTimeUnit Second, DateTimeUnit Third) Units => _isTime
        ? (DateTimeUnit.Hour, DateTimeUnit.Minute, DateTimeUnit.Second)
        : (DateTimeUnit.Year, DateTimeUnit.Month, DateTimeUnit.Day);

    private IntervalReading Add(long whole, double fraction, DateTimeUnit unit) =>
        _sum.TryAdd(whole, fraction, unit) ? IntervalReading.Read : IntervalReading.FieldOverflow;

    private readonly int DigitsFrom(int start)
    {
        if (_text[start] == '-') start++;
        int end = start;
        while (end < _text.Length && Ascii.IsDigit(_text[end])) end++;
        return end - start;
    }

    private IntervalReading ReadNumber(out long whole, out double fraction)
    {
        (whole, fraction) = (0, 0);
        ReadOnlySpan<byte> rest = _text[_at..];
        if (rest.IsEmpty || !(Ascii.IsDigit(rest[0]) || rest[0] is (byte)'-' or (byte)'.') ||
            !Utf8Parser.TryParse(rest, out double value, out int consumed))
        {
            return IntervalReading.Malformed;
        }
        _at += consumed;
        if (!(Math.Abs(value) <= Limit)) return IntervalReading.FieldOverflow;
        whole = (long)value;
        fraction = value - whole;
        return IntervalReading.Read;
    }
}
