namespace ColFrag.Engine.Functions.Text;

/// <summary>10^0 to 10^38, and rounding by them.</summary>
internal static class PowersOfTen
{
    private static readonly Int128[] s_powers = Build();

    /// <summary>10 to the power, 0 to 38.</summary>
    public static Int128 Get(int exponent) => s_powers[exponent];

    /// <summary>10 to the power, 0 to 18, in 64 bits.</summary>
    public static long GetInt64(int exponent) => (long)s_powers[exponent];

    /// <summary>Divides by a power of ten, half away from zero as PostgreSQL's numeric does.</summary>
    public static Int128 DivideRounded(Int128 value, int exponent)
    {
        if (exponent == 0) return value;
        if (exponent > 38) return 0;
        return DivideRounded(value, s_powers[exponent]);
    }

    /// <summary>Divides by a positive number, half away from zero.</summary>
    public static Int128 DivideRounded(Int128 value, Int128 divisor)
    {
        (Int128 quotient, Int128 rest) = Int128.DivRem(value, divisor);
        UInt128 absolute = rest < 0 ? (UInt128)(-rest) : (UInt128)rest;
        // rest and divisor stay below 2^127, so twice the rest fits unsigned.
        if (absolute * 2 >= (UInt128)divisor) quotient += value < 0 ? -1 : 1;
        return quotient;
    }

    /// <summary>Multiplies by a power of ten; false when the product is not below 10^38.</summary>
    public static bool TryScaleUp(Int128 value, int exponent, out Int128 scaled)
    {
        scaled = value;
        if (exponent == 0 || value == 0) return true;
        if (exponent > 38) return false;
        Int128 limit = s_powers[38] / s_powers[exponent];
        if (value >= limit || value <= -limit) return false;
        scaled = value * s_powers[exponent];
        return true;
    }

    private static Int128[] Build()
    {
        Int128[] powers = new Int128[39];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
