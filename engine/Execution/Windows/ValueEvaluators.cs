using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>The rows of a column that are not NULL, and how many of them come before each row. For one lane.</summary>
internal sealed unsafe class NonNullRows(WindowRows rows, int column, MemoryAccount account) : IDisposable
{
    private readonly RowNumbers _rows = new(account);
    private readonly RowNumbers _before = new(account);

    /// <summary>Reads the morsel.</summary>
    public void Load()
    {
        ColumnBuffer values = rows[column];
        int count = rows.Count;
        int* list = _rows.Reset(count);
        int* before = _before.Reset(count + 1);
        int n = 0;
        for (int row = 0; row < count; row++)
        {
            before[row] = n;
            if (values.IsValid(row)) list[n++] = row;
        }
        before[count] = n;
    }

    /// <summary>How many rows before this one are not NULL.</summary>
    public int Before(int row) => _before[row];

    /// <summary>The row that so many of these rows come before.</summary>
    public int Row(int index) => _rows[index];

    public void Dispose()
    {
        _rows.Dispose();
        _before.Dispose();
    }
}

/// <summary>lag and lead: the value so many rows away in the partition, or the default.</summary>
internal sealed unsafe class NeighbourEvaluator : PickEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowRows _rows;
    private readonly NonNullRows? _nonNull;
    private readonly ColumnBuffer _both;
    private readonly MemoryAccount _account;

    public NeighbourEvaluator(WindowFunction function, WindowRows rows, MemoryAccount account) : base(account)
    {
        _function = function;
        _rows = rows;
        _account = account;
        _both = new ColumnBuffer(function.Type, account);
        foreach (int argument in function.Arguments) rows.Want(argument);
        if (function.IgnoresNulls) _nonNull = new NonNullRows(rows, function.Arguments[0], account);
    }

    // The values of all rows, then the defaults of all rows.
    protected override ColumnBuffer Source => _both;

    public override void Compute()
    {
        _nonNull?.Load();
        int count = _rows.Count;
        _both.Clear();
        Append(_rows[_function.Arguments[0]]);
        Append(_rows[_function.Arguments[2]]);
        ColumnBuffer offsets = _rows[_function.Arguments[1]];
        uint* picks = ResetPicks(count);
        for (int row = 0; row < count; row++)
        {
            if (!offsets.IsValid(row))
            {
                picks[row] = ColumnBuffer.NoRow;
                continue;
            }
            long offset = Math.Clamp(offsets.Element<long>(row), -int.MaxValue, int.MaxValue);
            int found = Find(row, _function.Kind == WindowFunctionKind.Lag ? -offset : offset);
            picks[row] = found >= 0 ? (uint)found : (uint)(count + row);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _both.Dispose();
        _nonNull?.Dispose();
    }

    private int Find(int row, long distance)
    {
        int first = _rows.PartitionFirst[row];
        int end = _rows.PartitionEnd[row];
        if (_nonNull is null || distance == 0)
        {
            long place = row + distance;
            return place >= first && place < end ? (int)place : -1;
        }
        long index = distance < 0 ? _nonNull.Before(row) + distance : _nonNull.Before(row + 1) + distance - 1;
        return index >= _nonNull.Before(first) && index < _nonNull.Before(end) ? _nonNull.Row((int)index) : -1;
    }

    private void Append(ColumnBuffer column)
    {
        using Vectors.ColumnVector part = new(column.Type, _account);
        for (int first = 0; first < _rows.Count; first += Vectors.Batch.MaxRows)
        {
            int n = Math.Min(Vectors.Batch.MaxRows, _rows.Count - first);
            column.Slice(first, n, part);
            _both.Append(part, null, n);
        }
    }
}

/// <summary>first_value, last_value and nth_value: a value of the frame by its place.</summary>
internal sealed unsafe class FrameValueEvaluator : PickEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowRows _rows;
    private readonly WindowFrames _frames;
    private readonly NonNullRows? _nonNull;

    public FrameValueEvaluator(WindowFunction function, WindowFrames frames, WindowRows rows, MemoryAccount account)
        : base(account)
    {
        _function = function;
        _rows = rows;
        _frames = frames;
        foreach (int argument in function.Arguments) rows.Want(argument);
        if (function.IgnoresNulls) _nonNull = new NonNullRows(rows, function.Arguments[0], account);
    }

    protected override ColumnBuffer Source => _rows[_function.Arguments[0]];

    public override void Compute()
    {
        _nonNull?.Load();
        uint* picks = ResetPicks(_rows.Count);
        Span<(int First, int End)> ranges = stackalloc (int, int)[3];
        for (int row = 0; row < _rows.Count; row++)
        {
            int n = _frames.GetRanges(row, ranges);
            int found = _function.Kind == WindowFunctionKind.LastValue
                ? Last(ranges[..n]) : PlaceOf(row) is { } place ? Nth(ranges[..n], place) : -1;
            picks[row] = found >= 0 ? (uint)found : ColumnBuffer.NoRow;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _nonNull?.Dispose();
    }

    /// <summary>The place in the frame, from 0; null where the argument is NULL.</summary>
    private long? PlaceOf(int row)
    {
        if (_function.Kind == WindowFunctionKind.FirstValue) return 0;
        ColumnBuffer places = _rows[_function.Arguments[1]];
        if (!places.IsValid(row)) return null;
        long place = places.Element<long>(row);
        return place > 0 ? place - 1 : throw new Errors.QueryException(
            "22016", "Argument of nth_value must be greater than zero");
    }

    private int Nth(ReadOnlySpan<(int First, int End)> ranges, long place)
    {
        foreach ((int first, int end) in ranges)
        {
            int from = _nonNull?.Before(first) ?? first;
            int length = (_nonNull?.Before(end) ?? end) - from;
            if (place < length) return _nonNull?.Row(from + (int)place) ?? from + (int)place;
            place -= length;
        }
        return -1;
    }

    private int Last(ReadOnlySpan<(int First, int End)> ranges)
    {
        for (int r = ranges.Length - 1; r >= 0; r--)
        {
            (int first, int end) = ranges[r];
            if (_nonNull is null)
            {
                if (end > first) return end - 1;
            }
            else if (_nonNull.Before(end) > _nonNull.Before(first))
            {
                return _nonNull.Row(_nonNull.Before(end) - 1);
            }
        }
        return -1;
    }
}
