using System.Globalization;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Output;

/// <summary>Text as UTF-8 in a growing buffer; values look as <see cref="ValueText"/> shows them.</summary>
internal sealed class TextOutput
{
    private byte[] _bytes = new byte[64 << 10];

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    public void Append(byte value)
    {
        if (Length == _bytes.Length) Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> text)
    {
        if (_bytes.Length - Length < text.Length) Grow(text.Length);
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Text of a string that may hold any character.</summary>
    public void Append(string text)
    {
        int max = System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_bytes.Length - Length < max) Grow(max);
        Length += System.Text.Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length));
    }

    public void Append(long value)
    {
        if (_bytes.Length - Length < 20) Grow(20);
        value.TryFormat(_bytes.AsSpan(Length), out int written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    public void Append(Int128 value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            Append((long)value);
            return;
        }
        if (_bytes.Length - Length < 40) Grow(40);
        value.TryFormat(_bytes.AsSpan(Length), out int written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>An unscaled integer with a decimal point.</summary>
    public void AppendDecimal(Int128 unscaled, int scale)
    {
        if (scale == 0 || unscaled < -(long.MaxValue / 2) || unscaled > long.MaxValue / 2)
        {
            Append(ValueText.FormatDecimal(unscaled, scale));
            return;
        }
        long value = (long)unscaled;
        if (value < 0)
        {
            Append((byte)'-');
            value = -value;
        }
        int start = Length;
        Append(value);
        int digits = Length - start;
        // At least one digit before the point: 7 with scale 2 is 0.07.
        int missing = Math.Max(0, scale + 1 - digits);
        if (_bytes.Length - Length < missing + 1) Grow(missing + 1);
        Span<byte> text = _bytes.AsSpan(start);
        text[..digits].CopyTo(text[missing..]);
        text[..missing].Fill((byte)'0');
        int whole = digits + missing - scale;
        text[whole..(digits + missing)].CopyTo(text[(whole + 1)..]);
        text[whole] = (byte)'.';
        Length = start + digits + missing + 1;
    }

    /// <summary>The shortest text that reads back as the same number.</summary>
    public void AppendDouble(double value)
    {
        // Fixed notation is the same here and there; the rest is rare.
        if (!(Math.Abs(value) is >= 1e-4 and < 1e15))
        {
            Append(ValueText.FormatDouble(value));
            return;
        }
        if (_bytes.Length - Length < 32) Grow(32);
        value.TryFormat(_bytes.AsSpan(Length), out int written, "R", CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Days since 1970-01-01 as YYYY-MM-DD.</summary>
    public void AppendDate(int days)
    {
        (long year, int month, int day) = Types.Calendar.FromDays(days);
        if (year is < 1 or > 9999)
        {
            Append(ValueText.FormatDate(days));
            return;
        }
        if (_bytes.Length - Length < 10) Grow(10);
        Span<byte> text = _bytes.AsSpan(Length, 10);
        TwoDigits(text, (int)year / 100);
        TwoDigits(text[2..], (int)year % 100);
        text[4] = (byte)'-';
        TwoDigits(text[5..], month);
        text[7] = (byte)'-';
        TwoDigits(text[8..], day);
        Length += 10;
    }

    /// <summary>Microseconds since midnight as HH:MM:SS[.ffffff].</summary>
    public void AppendTime(long microseconds)
    {
        AppendClock(microseconds / 1_000_000);
        AppendFraction(microseconds % 1_000_000, 6);
    }

    /// <summary>Units since 1970-01-01 as YYYY-MM-DD HH:MM:SS[.f…].</summary>
    public void AppendTimestamp(long value, long unitsPerSecond, int fractionDigits, byte separator = (byte)' ')
    {
        long day = Math.DivRem(value, unitsPerSecond * 86_400, out long rest);
        if (rest < 0)
        {
            day--;
            rest += unitsPerSecond * 86_400;
        }
        if (day is < -719_162 or > 2_932_896)
        {
            Append(ValueText.FormatTimestamp((Int128)value * (1_000_000_000 / unitsPerSecond)));
            return;
        }
        AppendDate((int)day);
        Append(separator);
        AppendClock(rest / unitsPerSecond);
        AppendFraction(rest % unitsPerSecond, fractionDigits);
    }

    /// <summary>Bytes as hexadecimal digits.</summary>
    public void AppendHex(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length * 2) Grow(bytes.Length * 2);
        Convert.TryToHexStringLower(bytes, _bytes.AsSpan(Length), out int written);
        Length += written;
    }

    private void AppendClock(long seconds)
    {
        if (_bytes.Length - Length < 8) Grow(8);
        Span<byte> text = _bytes.AsSpan(Length, 8);
        TwoDigits(text, (int)(seconds / 3600));
        text[2] = (byte)':';
        TwoDigits(text[3..], (int)(seconds / 60 % 60));
        text[5] = (byte)':';
        TwoDigits(text[6..], (int)(seconds % 60));
        Length += 8;
    }

    private void AppendFraction(long value, int digits)
    {
        if (value == 0) return;
        for (; value % 10 == 0; value /= 10) digits--;
        if (_bytes.Length - Length < digits + 1) Grow(digits + 1);
        _bytes[Length] = (byte)'.';
        for (int i = digits; i > 0; i--, value /= 10) _bytes[Length + i] = (byte)('0' + (value % 10));
        Length += digits + 1;
    }

    private static void TwoDigits(Span<byte> target, int value)
    {
        target[0] = (byte)('0' + (value / 10));
        target[1] = (byte)('0' + (value % 10));
    }

    private void Grow(int more) =>
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(Length + (long)more, _bytes.Length * 2L)));
}
