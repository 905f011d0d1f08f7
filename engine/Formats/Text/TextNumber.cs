using System.Globalization;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Formats.Text;

/// <summary>
/// Numbers from text. A text lies in memory of which <see cref="ReadableBytes"/> bytes from its start, and as many past
/// its end, may be read; spaces around it are not accepted. Every method answers false rather than guess.
/// </summary>
internal static unsafe class TextNumber
{
    /// <summary>Bytes that are loaded at once, whatever the length of the text.</summary>
    public const int ReadableBytes = 8;

    private const ulong ZeroDigits = 0x3030303030303030;
    private const ulong AboveNine = 0x7676767676767676;
    private const ulong HighBits = 0x8080808080808080;

    private static readonly double[] s_powersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
            1e19, 1e20,
        1e21, 1e22,
    ];

    private static readonly Int128[] s_integerPowers = MakeIntegerPowers();

    /// <summary>10 to the power of 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent) => s_integerPowers[exponent];

    /// <summary>
    /// One to eight digits, all in one register: each byte becomes its digit, then neighbours are combined three times.
    /// Source: Lemire, "Quickly parsing eight digits" (2018).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseDigits(byte* text, int length, out uint value)
    {
        // Digits become 0 to 9; the shift puts zeros before them.
        ulong digits = (Unsafe.ReadUnaligned<ulong>(text) ^ ZeroDigits) << (64 - (8 * length));
        bool isValid = (((digits + AboveNine) | digits) & HighBits) == 0;
        digits = (digits * 10) + (digits >> 8);
        value = (uint)((((digits & 0x000000FF000000FF) * 0x000F424000000064) +
            (((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
        return isValid;
    }

    /// <summary>One to nineteen digits; they fit 64 bits without a sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseLongDigits(byte* text, int length, out ulong value)
    {
        if (length <= 8)
        {
            bool isShort = TryParseDigits(text, length, out uint all);
            value = all;
            return isShort;
        }
        return TryParseManyDigits(text, length, out value);
    }

    /// <summary>A 64-bit integer with an optional sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseInt64(byte* text, int length, out long value)
    {
        if ((uint)(length - 1) < 8 && *text >= '0')
        {
            bool isValid = TryParseDigits(text, length, out uint digits);
            value = digits;
            return isValid;
        }
        return TryParseLongInt64(text, length, out value);
    }

    /// <summary>A 128-bit integer with an optional sign.</summary>
    public static bool TryParseInt128(byte* text, int length, out Int128 value)
    {
        value = 0;
        bool isNegative = SkipSign(ref text, ref length);
        if (length == 0) return false;
        while (length > 1 && *text == '0')
        {
            text++;
            length--;
        }
        // 39 digits stay below 10^39, which is more than 2^127 and may be more than 2^128: the last step is checked.
        if (length > 39) return false;
        UInt128 sum = 0;
        while (length > 0)
        {
            int part = Math.Min(length, 16);
            if (!TryParseLongDigits(text, part, out ulong digits)) return false;
            UInt128 power = (UInt128)s_integerPowers[part];
            if (sum > (UInt128.MaxValue - digits) / power) return false;
            sum = (sum * power) + digits;
            text += part;
            length -= part;
        }
        UInt128 limit = (UInt128)Int128.MaxValue + (isNegative ? UInt128.One : 0);
        if (sum > limit) return false;
        value = isNegative ? -(Int128)sum : (Int128)sum;
        return true;
    }

    /// <summary>
    /// A decimal as an unscaled integer; digits past the scale are rounded half away from zero, exponents are accepted.
    /// </summary>
    public static bool TryParseDecimal(byte* text, int length, int precision, int scale, out Int128 value)
    {
        value = 0;
        bool isNegative = SkipSign(ref text, ref length);
        Int128 sum = 0;
        int digitCount = 0, fraction = 0, i = 0, roundingDigit = -1;
        bool hasPoint = false, isTooLong = false;
        for (; i < length; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit <= 9)
            {
                digitCount++;
                if (hasPoint) fraction++;
                if (sum == 0 && digit == 0) continue;
                if (isTooLong || sum >= s_integerPowers[37])
                {
                    // More digits than any decimal has: those after the point only round.
                    if (!hasPoint) return false;
                    if (!isTooLong) roundingDigit = (int)digit;
                    isTooLong = true;
                    fraction--;
                    continue;
                }
                sum = (sum * 10) + digit;
            }
            else if (text[i] == '.' && !hasPoint)
            {
                hasPoint = true;
            }
            else
            {
                break;
            }
        }
        if (digitCount == 0) return false;
        int exponent = 0;
        if (i < length && !TryParseExponent(text + i, length - i, out exponent)) return false;
        int shift = scale - fraction + exponent;
        if (shift > 0)
        {
            if (sum != 0 && (shift > 38 || sum > Int128.MaxValue / s_integerPowers[shift])) return false;
            sum = sum == 0 ? 0 : sum * s_integerPowers[shift];
        }
        else if (shift < 0)
        {
            if (shift < -38)
            {
                sum = 0;
            }
            else
            {
                (Int128 quotient, Int128 rest) = Int128.DivRem(sum, s_integerPowers[-shift]);
                sum = quotient + (rest * 2 >= s_integerPowers[-shift] ? 1 : 0);
            }
        }
        else if (roundingDigit >= 5)
        {
            sum++;
        }
        if (sum >= s_integerPowers[precision]) return false;
        value = isNegative ? -sum : sum;
        return true;
    }

    /// <summary>
    /// A double, the nearest to the text. Up to 19 digits whose integer and power of ten are both exact take one
    /// multiplication or division (Clinger, "How to Read Floating Point Numbers Accurately", 1990); others the base
    /// library.
    /// </summary>
    public static bool TryParseDouble(byte* text, int length, out double value)
    {
        byte* p = text;
        byte* end = text + length;
        bool isNegative = length > 0 && *p == '-';
        if (isNegative || (length > 0 && *p == '+')) p++;
        ulong mantissa = 0;
        byte* first = p;
        while (p < end && (uint)(*p - '0') <= 9) mantissa = (mantissa * 10) + (ulong)(*p++ - '0');
        int digits = (int)(p - first), exponent = 0;
        if (p < end && *p == '.')
        {
            byte* point = ++p;
            if (end - p >= 8 && TryParseDigits(p, 8, out uint eight))
            {
                mantissa = (mantissa * 100_000_000) + eight;
                p += 8;
            }
            while (p < end && (uint)(*p - '0') <= 9) mantissa = (mantissa * 10) + (ulong)(*p++ - '0');
            exponent = -(int)(p - point);
            digits -= exponent;
        }
        if (p < end || digits is 0 or > 19 || mantissa > 1UL << 53 || exponent < -22)
        {
            return TryParseAnyDouble(text, length, out value);
        }
        value = mantissa / s_powersOfTen[-exponent];
        if (isNegative) value = -value;
        return true;
    }

    /// <summary>
    /// The float nearest to the text, which need not be the float nearest to the double nearest to it.
    /// </summary>
    public static bool TryParseSingle(byte* text, int length, out float value)
    {
        value = 0;
        if (!TryParseDouble(text, length, out double wide)) return false;
        value = (float)wide;
        if (!double.IsFinite(wide)) return true;
        return float.TryParse(
            new ReadOnlySpan<byte>(text, length),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryParseAnyDouble(byte* text, int length, out double value)
    {
        value = 0;
        if (length == 0) return false;
        ReadOnlySpan<byte> span = new(text, length);
        byte last = span[^1];
        if (last is >= (byte)'0' and <= (byte)'9' or (byte)'.')
        {
            return double.TryParse(
                span, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
        }
        bool isNegative = SkipSign(ref text, ref length);
        span = new ReadOnlySpan<byte>(text, length);
        if (System.Text.Ascii.EqualsIgnoreCase(span, "inf"u8) || System.Text.Ascii.EqualsIgnoreCase(span, "infinity"u8))
        {
            value = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        if (!System.Text.Ascii.EqualsIgnoreCase(span, "nan"u8)) return false;
        value = double.NaN;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryParseLongInt64(byte* text, int length, out long value)
    {
        value = 0;
        bool isNegative = SkipSign(ref text, ref length);
        while (length > 19 && *text == '0')
        {
            text++;
            length--;
        }
        if (length is < 1 or > 19 || !TryParseLongDigits(text, length, out ulong digits)) return false;
        if (digits > (ulong)long.MaxValue + (isNegative ? 1UL : 0)) return false;
        value = isNegative ? (long)(0 - digits) : (long)digits;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryParseManyDigits(byte* text, int length, out ulong value)
    {
        int head = length > 16 ? length - 16 : length - 8;
        bool isValid = TryParseDigits(text, head, out uint first);
        value = first;
        for (text += head; head < length; head += 8, text += 8)
        {
            isValid &= TryParseDigits(text, 8, out uint next);
            value = (value * 100_000_000) + next;
        }
        return isValid;
    }

    private static bool TryParseExponent(byte* text, int length, out int exponent)
    {
        exponent = 0;
        if (length < 2 || (text[0] | 0x20) != 'e') return false;
        text++;
        length--;
        bool isNegative = SkipSign(ref text, ref length);
        if (length is < 1 or > 4 || !TryParseDigits(text, length, out uint digits)) return false;
        exponent = isNegative ? -(int)digits : (int)digits;
        return true;
    }

    private static bool SkipSign(ref byte* text, ref int length)
    {
        if (length == 0 || (*text != '-' && *text != '+')) return false;
        bool isNegative = *text == '-';
        text++;
        length--;
        return isNegative;
    }

    private static Int128[] MakeIntegerPowers()
    {
        Int128[] powers = new Int128[39];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
