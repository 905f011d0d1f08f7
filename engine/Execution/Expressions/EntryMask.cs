using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// A condition on one text column: decided once per entry where the column comes as dictionary codes, then looked up by
/// code. Codes that pass side by side, as those of a comparison in a sorted dictionary do, are compared as a range.
/// </summary>
internal sealed unsafe class EntryMask : MaskExpression
{
    // A dictionary up to this size is always decided whole; a larger one when half as many rows have been seen.
    private const int EagerEntries = 4096;
    private readonly MaskExpression _condition;
    private readonly int _column;
    private readonly Batch _entries;
    private readonly ColumnVector _slice;
    private readonly RowMask _passing = new();
    private readonly MemoryAccount _account;
    private NativeBuffer? _table;
    private VectorDictionary? _dictionary;
    private bool _isDecided;
    private bool _cannotDecide;
    private bool _nullPasses;
    private long _seenRows;
    private int _passCount;
    private int _firstPass;
    private int _lastPass;

    public EntryMask(MaskExpression condition, int column, LogicalType type, MemoryAccount account)
    {
        _condition = condition;
        _column = column;
        _account = account;
        _slice = new ColumnVector(type, account);
        _entries = new Batch(new ColumnVector[column + 1]);
        _entries.Columns[column] = _slice;
    }

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector vector = batch.Columns[_column];
        if (vector.Shape != VectorShape.Dictionary || !IsDecided(vector.Dictionary!, mask))
        {
            _condition.AndInto(batch, mask);
            return;
        }
        if (!vector.HasNulls)
        {
            LookUp(vector, mask);
            return;
        }
        _passing.CopyFrom(mask);
        _passing.And(vector.Validity);
        if (_nullPasses) Bitmap.AndNot(mask.Words, vector.Validity, mask.Count);
        else mask.ClearAll(mask.Count);
        LookUp(vector, _passing);
        Bitmap.Or(mask.Words, _passing.Words, mask.Count);
    }

    public override void Dispose()
    {
        _slice.Dispose();
        _passing.Dispose();
        _table?.Release();
    }

    private bool IsDecided(VectorDictionary dictionary, RowMask mask)
    {
        if (!ReferenceEquals(dictionary, _dictionary))
        {
            _dictionary = dictionary;
            _isDecided = _cannotDecide = false;
            _seenRows = 0;
        }
        if (_isDecided || _cannotDecide) return _isDecided;
        _seenRows += mask.CountSet();
        if (dictionary.Count <= EagerEntries || _seenRows >= dictionary.Count / 2) Decide(dictionary);
        return _isDecided;
    }

    private void Decide(VectorDictionary dictionary)
    {
        int count = dictionary.Count;
        if (_table is null || _table.Length < count + 64)
        {
            _table?.Release();
            _table = NativeBuffer.AllocateZeroed(count + 64, _account);
        }
        _passCount = 0;
        _firstPass = count;
        _lastPass = -1;
        try
        {
            for (int first = 0; first < count; first += Batch.MaxRows) Decide(dictionary, first);
            _slice.SetAllNull(1);
            _entries.Count = 1;
            _passing.SetAll(1);
            _condition.AndInto(_entries, _passing);
            _nullPasses = !_passing.IsEmpty;
            _isDecided = true;
        }
        catch (QueryException)
        {
            // An entry that no row has must not fail the query: go row by row, where the error belongs.
            _cannotDecide = true;
        }
    }

    private void Decide(VectorDictionary dictionary, int first)
    {
        int count = Math.Min(Batch.MaxRows, dictionary.Count - first);
        Utf8View* values = (Utf8View*)dictionary.Values.Data;
        _slice.ResetBorrowed(VectorShape.Flat, PhysicalType.Utf8, (byte*)(values + first), null, count);
        _entries.Count = count;
        _passing.SetAll(count);
        _condition.AndInto(_entries, _passing);
        Bitmap.ToBytes(_passing.Words, count, _table!.Pointer + first);
        for (int i = 0; i < count; i++)
        {
            if (!_passing[i]) continue;
            _passCount++;
            _firstPass = Math.Min(_firstPass, first + i);
            _lastPass = first + i;
        }
    }

    private void LookUp(ColumnVector vector, RowMask mask)
    {
        if (_passCount == _dictionary!.Count) return;
        if (_passCount == 0)
        {
            mask.ClearAll(mask.Count);
            return;
        }
        switch (vector.Lane)
        {
            case PhysicalType.UInt8: LookUp(vector.Data, mask); break;
            case PhysicalType.UInt16: LookUp((ushort*)vector.Data, mask); break;
            default: LookUp((uint*)vector.Data, mask); break;
        }
    }

    private void LookUp<T>(T* codes, RowMask mask)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IUnsignedNumber<T>
    {
        if (_passCount == _lastPass - _firstPass + 1)
        {
            T span = T.CreateTruncating(_lastPass - _firstPass);
            Comparison.RangeMask(codes, T.CreateTruncating(_firstPass), span, mask.Count, mask.Words, and: true);
            return;
        }
        byte* passes = stackalloc byte[Batch.MaxRows];
        Gather.Codes(_table!.Pointer, _dictionary!.Count, codes, mask.Count, passes);
        Comparison.Mask<byte, IsNotEqual<byte>>(passes, 0, mask.Count, mask.Words, and: true);
    }
}
