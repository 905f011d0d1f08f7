using System.Buffers.Text;
using System.Globalization;

namespace ColFrag.Engine.Functions.Text;

/// <summary>Numbers as PostgreSQL prints and reads them, in UTF-8.</summary>
internal static class NumberText
{
    public static void Append(ref Utf8Writer target, Int128 value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            target.AppendInteger((long)value);
            return;
        }
        value.TryFormat(target.Reserve(40), out int written, default, CultureInfo.InvariantCulture);
        target.Advance(written);
    }

    /// <summary>An unscaled integer with a decimal point.</summary>
    public static void AppendDecimal(ref Utf8Writer target, Int128 unscaled, int scale)
    {
        if (scale == 0)
        {
            Append(ref target, unscaled);
            return;
        }
        if (unscaled < 0) target.Append((byte)'-');
        UInt128 absolute = unscaled < 0 ? (UInt128)(-unscaled) : (UInt128)unscaled;
        (UInt128 whole, UInt128 fraction) = UInt128.DivRem(absolute, (UInt128)PowersOfTen.Get(scale));
        Append(ref target, (Int128)whole);
        target.Append((byte)'.');
        Span<byte> digits = target.Reserve(scale)[..scale];
        for (int i = scale - 1; i >= 0; i--)
        {
            digits[i] = (byte)('0' + (int)(fraction % 10));
            fraction /= 10;
        }
        target.Advance(scale);
    }

    /// <summary>The shortest text that reads back as the same DOUBLE.</summary>
    public static void Append(ref Utf8Writer target, double value)
    {
        Span<byte> shortest = stackalloc byte[32];
        if (AppendSpecial(ref target, value)) return;
        value.TryFormat(shortest, out int length, default, CultureInfo.InvariantCulture);
        AppendDigits(ref target, shortest[..length], 15);
    }

    /// <summary>The shortest text that reads back as the same REAL.</summary>
    public static void Append(ref Utf8Writer target, float value)
    {
        Span<byte> shortest = stackalloc byte[32];
        if (AppendSpecial(ref target, value)) return;
        value.TryFormat(shortest, out int length, default, CultureInfo.InvariantCulture);
        AppendDigits(ref target, shortest[..length], 6);
    }

    /// <summary>Reads an integer with an optional sign; spaces around it are allowed.</summary>
    public static bool TryParseInteger(ReadOnlySpan<byte> text, out Int128 value)
    {
        text = Trim(text);
        value = 0;
        bool isNegative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.Length == 0) return false;
        if (text.Length <= 18)
        {
            long small = 0;
            foreach (byte b in text)
            {
                uint digit = (uint)(b - '0');
                if (digit > 9) return false;
                small = (small * 10) + digit;
            }
            value = isNegative ? -small : small;
            return true;
        }
        UInt128 limit = (UInt128)Int128.MaxValue + (isNegative ? 1u : 0u);
        UInt128 large = 0;
        foreach (byte b in text)
        {
            uint digit = (uint)(b - '0');
            if (digit > 9 || large > (limit - digit) / 10) return false;
            large = (large * 10) + digit;
        }
        value = isNegative ? (Int128)(~large + 1) : (Int128)large;
        return true;
    }

    /// <summary>
    /// Reads a number with point and exponent as an unscaled integer of the scale, rounded half away from zero. The
    /// result may be at most 10^38 - 1; <paramref name="isOverflow"/> tells too large from not a number.
    /// </summary>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, int scale, out Int128 value, out bool isOverflow)
    {
        value = 0;
        isOverflow = false;
        text = Trim(text);
        bool isNegative = text.Length > 0 && text[0] == '-';
        int i = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        int firstDigit = i;
        int digitCount = 0;
        int point = -1;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.' && point < 0) point = digitCount;
            else if ((uint)(text[i] - '0') <= 9) digitCount++;
            else break;
        }
        ReadOnlySpan<byte> mantissa = text[firstDigit..i];
        if (digitCount == 0 || !TryParseExponent(text[i..], out int exponent)) return false;
        // The digits before position `keep` make the result; the next one rounds.
        long keep = (long)(point < 0 ? digitCount : point) + exponent + scale;
        int seen = 0;
        bool roundsUp = false;
        foreach (byte b in mantissa)
        {
            if (b == '.') continue;
            int digit = b - '0';
            if (seen == keep) roundsUp = digit >= 5;
            if (seen++ >= keep) break;
            if (!TryAppendDigit(ref value, digit))
            {
                isOverflow = true;
                return false;
            }
        }
        for (; seen < keep && value != 0; seen++)
        {
            if (TryAppendDigit(ref value, 0)) continue;
            isOverflow = true;
            return false;
        }
        if (roundsUp) value++;
        isOverflow = value >= PowersOfTen.Get(38);
        if (isNegative) value = -value;
        return !isOverflow;
    }

    /// <summary>Reads a DOUBLE; <paramref name="isOverflow"/> when a number is too large for one.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value, out bool isOverflow)
    {
        isOverflow = false;
        text = Trim(text);
        if (Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length && IsPlainNumber(text))
        {
            isOverflow = double.IsInfinity(value);
            return !isOverflow;
        }
        bool isNegative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<byte> word = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(word, "infinity"u8) || Ascii.EqualsIgnoreCase(word, "inf"u8))
        {
            value = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        value = double.NaN;
        return Ascii.EqualsIgnoreCase(word, "nan"u8);
    }

    /// <summary>The text without spaces, tabs and line ends around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && text[start] is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r')) start++;
        while (end > start && text[end - 1] is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r')) end--;
        return text[start..end];
    }

    // Utf8Parser also takes "nan" and "∞" in forms that PostgreSQL does not.
    private static bool IsPlainNumber(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (b is not ((>= (byte)'0' and <= (byte)'9') or (byte)'.' or (byte)'-' or (byte)'+' or (byte)'e'
                or (byte)'E')) return false;
        }
        return true;
    }

    private static bool TryAppendDigit(ref Int128 value, int digit)
    {
        if (value >= PowersOfTen.Get(37)) return false;
        value = (value * 10) + digit;
        return true;
    }

    private static bool TryParseExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty) return true;
        if ((text[0] | 0x20) != 'e' || !TryParseInteger(text[1..], out Int128 value)
            || text[1..].ContainsAny(" \t\r\n"u8)) return false;
        exponent = (int)Int128.Clamp(value, -100_000, 100_000);
        return true;
    }

    private static bool AppendSpecial(ref Utf8Writer target, double value)
    {
        if (double.IsNaN(value)) target.Append("NaN"u8);
        else if (double.IsInfinity(value)) target.Append(value > 0 ? "Infinity"u8 : "-Infinity"u8);
        else if (value == 0) target.Append(double.IsNegative(value) ? "-0"u8 : "0"u8);
        else return false;
        return true;
    }

    // From .NET's shortest form (123.5, 1E+16, 1.5E-05) to C's %g: fixed notation for exponents from -4 up to the
    // precision.
    private static void AppendDigits(ref Utf8Writer target, scoped ReadOnlySpan<byte> shortest, int precision)
    {
        Span<byte> digits = stackalloc byte[32];
        int count = 0;
        int pointAfter = -1;
        int exponent = 0;
        for (int i = 0; i < shortest.Length; i++)
        {
            byte b = shortest[i];
            if (b == '-') target.Append(b);
            else if (b == '.') pointAfter = count;
            else if (b == 'E')
            {
                _ = Utf8Parser.TryParse(shortest[(i + 1)..], out exponent, out _);
                break;
            }
            else digits[count++] = b;
        }
        // Leading zeros of 0.00123 move the exponent; trailing ones say nothing.
        exponent += (pointAfter < 0 ? count : pointAfter) - 1;
        int zeros = 0;
        while (zeros < count - 1 && digits[zeros] == '0') zeros++;
        exponent -= zeros;
        while (count > zeros + 1 && digits[count - 1] == '0') count--;
        digits = digits[zeros..count];
        if (exponent < -4 || exponent >= precision)
        {
            target.Append(digits[0]);
            if (digits.Length > 1) target.Append((byte)'.');
            target.Append(digits[1..]);
            target.Append(exponent < 0 ? "e-"u8 : "e+"u8);
            target.AppendPadded(Math.Abs(exponent), 2);
        }
        else if (exponent < 0)
        {
            target.Append("0."u8);
            target.AppendRepeated((byte)'0', -exponent - 1);
            target.Append(digits);
        }
        else if (digits.Length <= exponent + 1)
        {
            target.Append(digits);
            target.AppendRepeated((byte)'0', exponent + 1 - digits.Length);
        }
        else
        {
            target.Append(digits[..(exponent + 1)]);
            target.Append((byte)'.');
            target.Append(digits[(exponent + 1)..]);
        }
    }
}
