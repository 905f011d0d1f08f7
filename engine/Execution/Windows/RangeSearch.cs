using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// Finds the rows at a distance in the one ordering value: RANGE x PRECEDING and FOLLOWING. Numbers are compared as
/// 128-bit integers or doubles, times as microseconds, whatever their unit is. For one lane.
/// </summary>
internal sealed unsafe class RangeSearch : IDisposable
{
    private readonly WindowRows _rows;
    private readonly MemoryAccount _account;
    private readonly SortColumn _key;
    private readonly LogicalType _type;
    private readonly WindowFrameEnd _frameEnd;
    private readonly bool _isEnd;
    private readonly bool _isFloat;
    private readonly bool _movesUp;
    private NativeBuffer? _keys;
    private NativeBuffer? _offsets;
    private Int128 _bound;
    private double _floatBound;
    private int _hint;

    /// <summary>A search for one end of frames.</summary>
    public RangeSearch(WindowFrameEnd frameEnd, bool isEnd, WindowRows rows, MemoryAccount account)
    {
        _rows = rows;
        _account = account;
        _key = rows.OrderKey;
        _type = rows.TypeOf(_key.Column);
        _frameEnd = frameEnd;
        _isEnd = isEnd;
        _isFloat = _type.IsFloat;
        _movesUp = (frameEnd.Kind == Plan.FrameEndKind.Following) != _key.IsDescending;
        rows.Want(_key.Column);
        rows.Want(frameEnd.Offset);
    }

    private Int128* Integers => (Int128*)_keys!.Pointer;

    private double* Floats => (double*)_keys!.Pointer;

    private bool IsByInterval => _rows.TypeOf(_frameEnd.Offset).Kind == TypeKind.Interval;

    /// <summary>Reads the ordering values and the distances of the morsel.</summary>
    public void Load()
    {
        Reserve(ref _keys);
        Reserve(ref _offsets);
        using ColumnVector part = new(_type, _account);
        using ColumnVector distances = new(_rows.TypeOf(_frameEnd.Offset), _account);
        for (int first = 0; first < _rows.Count; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, _rows.Count - first);
            _rows[_key.Column].Slice(first, count, part);
            _rows[_frameEnd.Offset].Slice(first, count, distances);
            for (int i = 0; i < count; i++)
            {
                if (!distances.IsValid(i)) throw WindowFrames.WrongOffset(_isEnd, "null");
                bool isThere = part.IsValid(i);
                if (_isFloat) Floats[first + i] = isThere ? part.GetDouble(i) : 0;
                else Integers[first + i] = isThere ? KeyOf(part, i) : 0;
                LoadOffset(first + i, distances, i);
            }
        }
    }

    /// <summary>The first row of the row's frame, or the one behind its last.</summary>
    public int Find(int row, PeerRanges peers)
    {
        ColumnBuffer column = _rows[_key.Column];
        // NULL is at no distance from anything but NULL.
        if (!column.IsValid(row)) return _isEnd ? peers.End[row] : peers.First[row];
        (int first, int end) = ValuesAround(column, row);
        if (_isFloat)
        {
            double offset = ((double*)_offsets!.Pointer)[row];
            _floatBound = _movesUp ? Floats[row] + offset : Floats[row] - offset;
        }
        else
        {
            _bound = Move(row);
        }
        return Search(first, end);
    }

    public void Dispose()
    {
        _keys?.Release();
        _offsets?.Release();
        _keys = _offsets = null;
    }

    private void Reserve(ref NativeBuffer? buffer)
    {
        long bytes = Math.Max(_rows.Count, 1) * 16L;
        if (buffer is not null && buffer.Length >= bytes) return;
        buffer?.Release();
        buffer = null;
        buffer = NativeBuffer.Allocate(bytes, _account);
    }

    private void LoadOffset(int row, ColumnVector distances, int index)
    {
        bool isNegative;
        byte* offsets = _offsets!.Pointer;
        if (_isFloat)
        {
            double offset = ((double*)offsets)[row] = distances.GetDouble(index);
            isNegative = !(offset >= 0);
        }
        else if (IsByInterval)
        {
            Interval offset = ((Interval*)offsets)[row] = distances.GetValue(index).AsInterval;
            isNegative = offset.Span < 0;
        }
        else
        {
            Int128 offset = ((Int128*)offsets)[row] = distances.GetInteger(index);
            isNegative = offset < 0;
        }
        if (isNegative) throw WindowFrames.WrongOffset(_isEnd, "negative");
    }

    /// <summary>The rows of the partition that are not NULL: NULLs lie at one end.</summary>
    private (int First, int End) ValuesAround(ColumnBuffer column, int row)
    {
        int first = _rows.PartitionFirst[row];
        int end = _rows.PartitionEnd[row];
        if (!column.HasNulls) return (first, end);
        int low = first;
        int high = end;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            bool isBehind = _key.NullsFirst ? column.IsValid(middle) : !column.IsValid(middle);
            if (isBehind) high = middle;
            else low = middle + 1;
        }
        return _key.NullsFirst ? (low, end) : (first, low);
    }

    /// <summary>
    /// The first row at or behind the bound, or behind all that are at it; begins where the last search ended.
    /// </summary>
    private int Search(int low, int high)
    {
        // Neighbours have bounds close by, mostly.
        const int Steps = 8;
        int hint = Math.Clamp(_hint, low, high);
        for (int step = 0; step < Steps; step++)
        {
            if (hint > low && !IsBefore(hint - 1)) high = --hint;
            else if (hint < high && IsBefore(hint)) low = ++hint;
            else return _hint = hint;
        }
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (IsBefore(middle)) low = middle + 1;
            else high = middle;
        }
        return _hint = low;
    }

    private bool IsBefore(int row)
    {
        int order = _isFloat ? ValueComparison.CompareFloats(Floats[row], _floatBound)
            : Integers[row].CompareTo(_bound);
        if (_key.IsDescending) order = -order;
        return _isEnd ? order <= 0 : order < 0;
    }

    private Int128 KeyOf(ColumnVector vector, int row) => _type.Kind switch
    {
        TypeKind.Interval => vector.GetValue(row).AsInterval.Span,
        TypeKind.Date => vector.GetInteger(row) * 86_400_000_000,
        TypeKind.TimestampSeconds => vector.GetInteger(row) * 1_000_000,
        TypeKind.TimestampMilliseconds => vector.GetInteger(row) * 1_000,
        _ => vector.GetInteger(row),
    };

    private Int128 Move(int row)
    {
        Int128 from = Integers[row];
        if (!IsByInterval)
        {
            Int128 distance = ((Int128*)_offsets!.Pointer)[row] * (_type.Kind == TypeKind.Date ? 86_400_000_000 : 1);
            Int128 moved = unchecked(_movesUp ? from + distance : from - distance);
            if (_movesUp) return moved < from ? Int128.MaxValue : moved;
            return moved > from ? Int128.MinValue : moved;
        }
        Interval step = ((Interval*)_offsets!.Pointer)[row];
        if (!_movesUp) step = new Interval(-step.Months, -step.Days, -step.Microseconds);
        if (_type.Kind is TypeKind.Interval or TypeKind.Time) return from + step.Span;
        bool isNanoseconds = _type.Kind == TypeKind.TimestampNanoseconds;
        return SeriesSteps.Add(isNanoseconds ? _type : LogicalType.Timestamp, from, step);
    }
}
