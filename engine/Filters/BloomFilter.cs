namespace ColFrag.Engine.Filters;

/// <summary>A split block bloom filter over 64-bit hashes.</summary>
internal sealed class BloomFilter
{
    /// <summary>Room for this many keys at ten bits each.</summary>
    public BloomFilter(long keyCount) => KeyCount = keyCount;

    /// <summary>The number of keys it was made for.</summary>
    public long KeyCount { get; }

    /// <summary>Adds a hash.</summary>
    public void Add(ulong hash) => throw new NotImplementedException();

    /// <summary>False when the hash was certainly not added.</summary>
    public bool MayContain(ulong hash) => throw new NotImplementedException();
}
