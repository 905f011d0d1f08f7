namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>
/// The random numbers of one column: <c>next = last * 16807 mod (2^31 - 1)</c> (Park and Miller, CACM 1988). Each row
/// owns a fixed number of them, used or not, so that any row can be reached by one exponentiation.
/// </summary>
internal struct RandomStream(long seed, int perRow = 1)
{
    private const long Multiplier = 16_807;
    private const long Modulus = int.MaxValue;

    private long _value = seed;
    private int _used;

    /// <summary>
    /// A number from low to high, both in. A width of 2^31 wraps to a negative one, as in the reference generator.
    /// </summary>
    public int Next(int low, int high)
    {
        _value = _value * Multiplier % Modulus;
        _used++;
        double width = unchecked(high - low + 1);
        return low + (int)((double)_value / Modulus * width);
    }

    /// <summary>A word of a list.</summary>
    public byte[] Next(WordList words) => words.ByWeight[Next(0, words.ByWeight.Length - 1)];

    /// <summary>Drops what the row did not use.</summary>
    public void EndRow()
    {
        Skip(perRow - _used);
        _used = 0;
    }

    /// <summary>Goes past rows; only between rows.</summary>
    public void SkipRows(long rows) => Skip(rows * perRow);

    private void Skip(long count)
    {
        long power = Multiplier;
        for (; count > 0; count >>= 1)
        {
            if ((count & 1) != 0) _value = _value * power % Modulus;
            power = power * power % Modulus;
        }
    }
}
