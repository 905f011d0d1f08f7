using System.Numerics;
using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// The distinct values of a chunk and a code for each value: integers that lie close together in their order, others in
/// the order in which they come.
/// </summary>
internal sealed class ValueDictionary
{
    /// <summary>More bytes than this are no dictionary: readers keep it in memory.</summary>
    private const int MaxBytes = 1 << 20;

    private const int FirstTableBits = 12;

    /// <summary>Integers of a narrower range are found in an array.</summary>
    private const int MaxDenseRange = 1 << 16;

    private readonly LeafValues _values;
    private readonly int[] _codes;
    private readonly List<int> _firsts = [];
    private readonly List<ulong> _hashes = [];
    private int[] _table = new int[1 << FirstTableBits];
    private int _shift = 64 - FirstTableBits;

    private ValueDictionary(LeafValues values, int[] codes)
    {
        _values = values;
        _codes = codes;
        PlainBytes = values.PlainBytes;
    }

    /// <summary>The code of each value.</summary>
    public ReadOnlySpan<int> Codes => _codes.AsSpan(0, _values.Count);

    /// <summary>Bytes of all values without a dictionary.</summary>
    public long PlainBytes { get; private set; }

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
        if (values.IsCoded)
        {
            ValueDictionary coded = new(values, values.Coded.Codes);
            if (coded.TryTake(values.Coded)) return coded;
            values.Expand();
        }
        ValueDictionary dictionary = new(values, new int[values.Count]);
        bool isFilled = values.Leaf.Physical switch
        {
            ParquetType.Int32 => dictionary.TryFillIntegers(MemoryMarshal.Cast<byte, int>(values.Bytes)),
            ParquetType.Int64 => dictionary.TryFillIntegers(MemoryMarshal.Cast<byte, long>(values.Bytes)),
            ParquetType.Float => dictionary.TryFill(MemoryMarshal.Cast<byte, uint>(values.Bytes)),
            ParquetType.Double => dictionary.TryFill(MemoryMarshal.Cast<byte, ulong>(values.Bytes)),
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

    // Texts that came as codes are distinct already.
    private bool TryTake(TextCodes coded)
    {
        long plainBytes = 0;
        foreach (int code in Codes) plainBytes += coded[code].Length + sizeof(int);
        PlainBytes = plainBytes;
        for (int code = 0; code < coded.EntryCount; code++)
        {
            _firsts.Add(coded.FirstOf(code));
            SizeBytes += coded[code].Length + sizeof(int);
            if (SizeBytes > MaxBytes) return false;
        }
        return true;
    }

    private unsafe bool TryFillIntegers<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        T min, max;
        fixed (T* first = values) (min, max) = Extremes.Find(first, values.Length);
        ulong range = ulong.CreateTruncating(max) - ulong.CreateTruncating(min);
        return range < MaxDenseRange && range < (ulong)values.Length * 2
            ? TryFillDense(values, min, (int)range + 1) : TryFill(values);
    }

    private bool TryFillDense<T>(ReadOnlySpan<T> values, T min, int range) where T : unmanaged, IBinaryInteger<T>
    {
        // First the index of the first value and one, then its code.
        int[] table = new int[range];
        for (int i = values.Length - 1; i >= 0; i--) table[int.CreateTruncating(values[i] - min)] = i + 1;
        for (int i = 0; i < table.Length; i++)
        {
            if (table[i] == 0) continue;
            _firsts.Add(table[i] - 1);
            table[i] = Count - 1;
        }
        SizeBytes = Count * _values.Leaf.Width;
        if (SizeBytes > MaxBytes || IsMostlyDistinct(values.Length)) return false;
        for (int i = 0; i < values.Length; i++) _codes[i] = table[int.CreateTruncating(values[i] - min)];
        return true;
    }

    // A dictionary of values most of which come once only adds codes to them.
    private bool IsMostlyDistinct(int valueCount) => Count > 1024 && Count > valueCount * 2L / 3;

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
        for (int i = 0; i < _values.Count; i++)
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

    private bool TryAdd(int slot, int index, ulong hash, int bytes)
    {
        _codes[index] = Count;
        _firsts.Add(index);
        _hashes.Add(hash);
        SizeBytes += bytes;
        if (SizeBytes > MaxBytes || IsMostlyDistinct(index + 1)) return false;
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
