namespace ColFrag.Datasets.Generators;

/// <summary>
/// Random numbers that are functions of a row and a purpose, not of what was drawn before: any row can be made alone.
/// The bits are those of the finalizer of DuckDB's integer hash, so that a test can make the same rows there.
/// </summary>
/// <param name="purposes">How many purposes a row may have.</param>
internal readonly struct Scrambling(int purposes)
{
    private const ulong Multiplier = 0xD6E8_FEB8_6659_FD93;
    private const long Seed = 1_000_000_007;

    /// <summary>64 scrambled bits.</summary>
    public static ulong Mix(ulong x)
    {
        x ^= x >> 32;
        x *= Multiplier;
        x ^= x >> 32;
        x *= Multiplier;
        return x ^ (x >> 32);
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits(long row, int purpose) => Mix((ulong)((row * purposes) + purpose + Seed));

    /// <summary>A number from 0 to below 1.</summary>
    public double Unit(long row, int purpose) => (Bits(row, purpose) >> 11) / 9_007_199_254_740_992.0;

    /// <summary>A number from 0 to below the count, all as likely.</summary>
    public int Below(long row, int purpose, long count) => (int)(Bits(row, purpose) % (ulong)count);

    /// <summary>A number from 1 to below the limit, half as likely where twice as large (Zipf).</summary>
    public int Zipf(long row, int purpose, int limit) => (int)Math.Pow(limit, Unit(row, purpose));

    /// <summary>63 random bits: a number that is not negative.</summary>
    public long Positive(long row, int purpose) => (long)(Bits(row, purpose) >> 1);

    /// <summary>Any 32-bit number.</summary>
    public int Int32(long row, int purpose) => (int)((long)(uint)Bits(row, purpose) + int.MinValue);
}
