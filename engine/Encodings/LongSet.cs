using System.Numerics;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Encodings;

/// <summary>A set of integers by open addressing.</summary>
internal sealed class LongSet
{
    private long[] _values;

    private bool[] _isTaken;

    /// <summary>A set that expects so many values.</summary>
    public LongSet(int expected)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expected * 2));
        _values = new long[slots];
        _isTaken = new bool[slots];
    }

    /// <summary>Number of values.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a value; false when it is there already.</summary>
    public bool Add(long value)
    {
        int slot = Find(value);
        if (_isTaken[slot]) return false;
        _values[slot] = value;
        _isTaken[slot] = true;
        Count++;
        if (Count * 2 > _isTaken.Length) Grow();
        return true;
    }

    /// <summary>The values in order.</summary>
    public long[] ToSorted()
    {
        long[] sorted = new long[Count];
        int n = 0;
        for (int slot = 0; slot < _isTaken.Length; slot++)
        {
            if (_isTaken[slot]) sorted[n++] = _values[slot];
        }
        Array.Sort(sorted);
        return sorted;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(long value)
    {
        int mask = _isTaken.Length - 1;
        int slot = (int)(((ulong)value * 0x9E3779B97F4A7C15) >> 40) & mask;
        while (_isTaken[slot] && _values[slot] != value) slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        (long[] values, bool[] isTaken) = (_values, _isTaken);
        _values = new long[values.Length * 2];
        _isTaken = new bool[values.Length * 2];
        for (int old = 0; old < values.Length; old++)
        {
            if (!isTaken[old]) continue;
            int slot = Find(values[old]);
            (_values[slot], _isTaken[slot]) = (values[old], true);
        }
    }
}
