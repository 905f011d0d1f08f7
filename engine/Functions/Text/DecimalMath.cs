using System.Globalization;

namespace ColFrag.Engine.Functions.Text;

/// <summary>Unscaled decimals as floating-point numbers.</summary>
internal static class DecimalMath
{
    private static readonly double[] s_powers = Build();

    /// <summary>The DOUBLE nearest to value / 10^scale.</summary>
    public static double ToDouble(Int128 value, int scale)
    {
        const long ExactLimit = 1L << 53;
        // Both operands are exact, so the quotient is correctly rounded (Clinger 1990).
        if (value <= ExactLimit && value >= -ExactLimit && scale <= 22) return (double)value / s_powers[scale];
        Span<byte> text = stackalloc byte[64];
        value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        text[length++] = (byte)'e';
        (-scale).TryFormat(text[length..], out int exponentLength, default, CultureInfo.InvariantCulture);
        return double.Parse(text[..(length + exponentLength)], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static double[] Build()
    {
        double[] powers = new double[23];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
