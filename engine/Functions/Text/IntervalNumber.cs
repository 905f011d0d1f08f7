using System.Buffers.Text;

namespace ColFrag.Engine.Functions.Text;

/// <summary>A number of a field: its whole part and its fraction, of one sign.</summary>
internal readonly record struct IntervalNumber(long Whole, double Fraction, bool HasPoint, bool IsOverflown)
{
    /// <summary>Reads digits, a point and digits, where one side may be missing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, bool isNegative, out IntervalNumber number)
    {
        number = default;
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : text[point..];
        if (whole.IsEmpty && fraction.Length < 2) return false;
        if (whole.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        if (fraction.Length > 1 && fraction[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        // The one number that has no positive counterpart is read with its sign.
        long value = 0;
        bool isOverflown = false;
        foreach (byte digit in whole)
        {
            Int128 next = ((Int128)value * 10) + (isNegative ? -(digit - '0') : digit - '0');
            isOverflown |= next < long.MinValue || next > long.MaxValue;
            if (isOverflown) break;
            value = (long)next;
        }
        double part = 0;
        if (fraction.Length > 1 && !Utf8Parser.TryParse(fraction, out part, out _)) return false;
        number = new IntervalNumber(value, isNegative ? -part : part, point >= 0, isOverflown);
        return true;
    }
}
