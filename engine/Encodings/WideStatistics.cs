namespace ColFrag.Engine.Encodings;

/// <summary>What is known about a stream of 128-bit integers before it is encoded.</summary>
internal sealed unsafe class WideStatistics
{
    private readonly Int128* _values;

    /// <summary>Looks at values, which stay where they are while this is used.</summary>
    public WideStatistics(Int128* values, int count)
    {
        _values = values;
        Count = count;
        if (count == 0) return;
        (Min, Max) = (values[0], values[0]);
        for (int i = 1; i < count; i++)
        {
            if (values[i] < Min) Min = values[i];
            if (values[i] > Max) Max = values[i];
        }
    }

    /// <summary>The values.</summary>
    public ReadOnlySpan<Int128> Values => new(_values, Count);

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>The smallest value.</summary>
    public Int128 Min { get; }

    /// <summary>The largest value.</summary>
    public Int128 Max { get; }

    /// <summary>The largest offset from the smallest value.</summary>
    public UInt128 Range => (UInt128)Max - (UInt128)Min;
}
