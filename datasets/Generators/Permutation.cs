using System.Numerics;

namespace ColFrag.Datasets.Generators;

/// <summary>
/// The numbers below a size in random order, without a list of them: a Feistel network over the next power of four,
/// walked until it is in range (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
/// </summary>
internal sealed class Permutation
{
    private const int Rounds = 4;

    private readonly long _size;
    private readonly ulong _key;
    private readonly int _halfBits;
    private readonly ulong _halfMask;

    public Permutation(long size, int key)
    {
        _size = size;
        _key = (ulong)key << 48;
        _halfBits = (BitOperations.Log2((ulong)Math.Max(size - 1, 1)) / 2) + 1;
        _halfMask = (1UL << _halfBits) - 1;
    }

    /// <summary>The number at an index; each index has another one.</summary>
    public long this[long index]
    {
        get
        {
            do index = Step(index);
            while (index >= _size);
            return index;
        }
    }

    private long Step(long value)
    {
        ulong left = (ulong)value >> _halfBits, right = (ulong)value & _halfMask;
        for (ulong round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ (Scrambling.Mix(right ^ _key ^ (round << 40)) & _halfMask));
        }
        return (long)((left << _halfBits) | right);
    }
}
