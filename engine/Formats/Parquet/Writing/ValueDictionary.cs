using System.Numerics;
using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>The distinct values of a chunk, in the order in which they come, and a code for each value.</summary>
internal sealed class ValueDictionary
{
    /// <summary>More bytes than this are no dictionary: readers keep it in memory.</summary>
    private const int MaxBytes = 1 << 20;

    private const int FirstTableBits = 12;

    private readonly LeafValues _values;
    private readonly int[] _codes;
    private readonly List<int> _firsts = [];
    private readonly List<ulong> _hashes = [];
    private int[] _table = new int[1 << FirstTableBits];
    private int _shift = 64 - FirstTableBits;

    private ValueDictionary(LeafValues values)
    {
        _values = values;
        _codes = new int[values.Count];
    }

    /// <summary>The code of each value.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <summary>Number of distinct values.</summary>
    public int Count => _firsts.Count;

    /// <summary>Bytes of the dictionary page before compression.</summary>
    public int SizeBytes { get; private set; }

    /// <summary>The index of the first value that a code stands for.</summary>
    public int FirstOf(int code) => _firsts[code];

    /// <summary>Finds the distinct values; null where there are too many for a dictionary to be worth it.</summary>
    public static ValueDictionary? TryBuild(LeafValues values)
    {
        if (values.Count == 0 || values.Leaf.Physical == ParquetType.Boolean) return null;
        ValueDictionary dictionary = new(values);
        bool isFilled = values.Leaf.Width switch
        {
            4 => dictionary.TryFill(MemoryMarshal.Cast<byte, uint>(values.Bytes)),
            8 => dictionary.TryFill(MemoryMarshal.Cast<byte, ulong>(values.Bytes)),
            _ => dictionary.TryFillBytes(),
        };
        return isFilled ? dictionary : null;
    }

    /// <summary>The place of each code's value in the order of the column.</summary>
    public int[] FindRanks()
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        Array.Sort(order, (a, b) => ValueBounds.Compare(_values.Leaf, _values[_firsts[a]], _values[_firsts[b]]));
        int[] ranks = new int[order.Length];
        for (int i = 0; i < order.Length; i++) ranks[order[i]] = i;
        return ranks;
    }

    /// <summary>Appends the values, as PLAIN has them.</summary>
    public void Write(ByteWriter target)
    {
        foreach (int first in _firsts)
        {
            ReadOnlySpan<byte> value = _values[first];
            if (_values.IsBytes) target.WriteInt32(value.Length);
            target.WriteBytes(value);
        }
    }

    private bool TryFill<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0 && values[i] == values[i - 1])
            {
                _codes[i] = _codes[i - 1];
                continue;
            }
            ulong hash = Mix(ulong.CreateTruncating(values[i]));
            int slot = (int)(hash >> _shift);
            while (_table[slot] != 0 && values[_firsts[_table[slot] - 1]] != values[i])
            {
                slot = (slot + 1) & (_table.Length - 1);
            }
            if (_table[slot] != 0) _codes[i] = _table[slot] - 1;
            else if (!TryAdd(slot, i, hash, _values.Leaf.Width)) return false;
        }
        return true;
    }

    private bool TryFillBytes()
    {
        for (int i = 0; i < _codes.Length; i++)
        {
            ReadOnlySpan<byte> value = _values[i];
            if (i > 0 && value.SequenceEqual(_values[i - 1]))
            {
                _codes[i] = _codes[i - 1];
                continue;
            }
            ulong hash = XxHash64.Hash(value);
            int slot = (int)(hash >> _shift);
            while (_table[slot] != 0 && !IsSame(_table[slot] - 1, hash, value)) slot = (slot + 1) & (_table.Length - 1);
            if (_table[slot] != 0) _codes[i] = _table[slot] - 1;
            else if (!TryAdd(slot, i, hash, value.Length + (_values.IsBytes ? sizeof(int) : 0))) return false;
        }
        return true;
    }

    private bool IsSame(int code, ulong hash, ReadOnlySpan<byte> value) =>
        _hashes[code] == hash && value.SequenceEqual(_values[_firsts[code]]);

    // A dictionary of values most of which come once only adds codes to them.
    private bool TryAdd(int slot, int index, ulong hash, int bytes)
    {
        _codes[index] = Count;
        _firsts.Add(index);
        _hashes.Add(hash);
        SizeBytes += bytes;
        if (SizeBytes > MaxBytes || (Count > 1024 && Count > (index + 1) * 2L / 3)) return false;
        _table[slot] = Count;
        if (Count * 2 > _table.Length) Grow();
        return true;
    }

    private void Grow()
    {
        _table = new int[_table.Length * 2];
        _shift--;
        for (int code = 0; code < Count; code++)
        {
            int slot = (int)(_hashes[code] >> _shift);
            while (_table[slot] != 0) slot = (slot + 1) & (_table.Length - 1);
            _table[slot] = code + 1;
        }
    }

    private static ulong Mix(ulong value) => (value ^ (value >> 32)) * 0x9E3779B97F4A7C15;
}
