using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Values of any type by the number of the distinct value: numbers of 128 bits, intervals, lists, structs. Values are
/// told apart by bytes that equal values share; the first of each is kept.
/// </summary>
internal sealed unsafe class ValueKeyEncoder(LogicalType type, MemoryAccount account) : KeyEncoder(type)
{
    private readonly TextTable _seen = new(account);
    private readonly ColumnBuffer _values = new(type, account);
    private readonly NativeBuffer _numbers = NativeBuffer.Allocate(Batch.MaxRows * sizeof(uint), account);
    private readonly KeyBytes _bytes = new();
    private int _bits = 1;

    public override int Bits => _bits;

    public override bool FlagsNulls => false;

    public override bool Prepare(ColumnVector vector, int count)
    {
        uint* numbers = (uint*)_numbers.Pointer;
        int rows = vector.IsConstant ? Math.Min(count, 1) : count;
        for (int i = 0; i < rows; i++) numbers[i] = vector.IsValid(i) ? Add(vector, i) : 0;
        int bits = System.Numerics.BitOperations.Log2((uint)_seen.Count) + 1;
        if (bits <= _bits) return false;
        _bits = Math.Min(bits + 1, 32);
        return true;
    }

    public override void Translate(ulong* codes, ulong* flags, int count)
    {
    }

    public override void Encode(ColumnVector vector, int count, ulong* codes, ulong* flags)
    {
        uint* numbers = (uint*)_numbers.Pointer;
        for (int i = 0; i < count; i++) codes[i] = numbers[vector.IsConstant ? 0 : i];
    }

    public override void Decode(ulong* codes, ulong* flags, int count, ColumnVector target)
    {
        uint* rows = stackalloc uint[Batch.MaxRows];
        for (int i = 0; i < count; i++) rows[i] = codes[i] == 0 ? ColumnBuffer.NoRow : (uint)codes[i] - 1;
        _values.GatherOrNull(rows, count, target);
    }

    public override void Reset(bool appends)
    {
        _seen.Reset();
        _values.Clear();
    }

    public override void Dispose()
    {
        _seen.Dispose();
        _values.Dispose();
        _numbers.Release();
    }

    private uint Add(ColumnVector vector, int row)
    {
        _bytes.Clear();
        _bytes.Add(vector, row);
        int before = _seen.Count;
        uint number;
        fixed (byte* bytes = _bytes.Written) number = _seen.Add(new Utf8View(bytes, _bytes.Written.Length));
        if (_seen.Count > before) _values.Append(vector, &row, 1);
        return number;
    }
}
