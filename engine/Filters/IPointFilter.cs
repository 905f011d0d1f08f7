namespace ColFrag.Engine.Filters;

/// <summary>A filter that only a few known values pass, so that a bloom filter can say that none is there.</summary>
internal interface IPointFilter
{
    /// <summary>
    /// True when one of the values may be there; also when the filter is no list of values after all.
    /// </summary>
    bool MayPass(IPointTest test);
}

/// <summary>Says which values may be there.</summary>
internal interface IPointTest
{
    /// <summary>False when the integer certainly is not there.</summary>
    bool MayContain(Int128 value);

    /// <summary>False when the text certainly is not there.</summary>
    bool MayContain(ReadOnlySpan<byte> text);
}
