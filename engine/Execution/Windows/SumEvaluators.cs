using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Aggregate;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// count, and sum and avg of integers and decimals, over any frame: the difference of two sums from the morsel's first
/// row on. Integers wrap around, so the difference is right whatever the sums are.
/// </summary>
internal sealed unsafe class ExactSumEvaluator : NumberEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowFrames _frames;
    private readonly WindowRows _rows;
    private readonly CountedRows _counted;
    private readonly MemoryAccount _account;
    private readonly RowNumbers _counts;
    private readonly AverageAsDecimal _average;
    private readonly bool _isCount;
    private NativeBuffer? _sums;

    public ExactSumEvaluator(WindowFunction function, WindowFrames frames, WindowRows rows, MemoryAccount account)
        : base(function.Type, account)
    {
        _function = function;
        _frames = frames;
        _rows = rows;
        _account = account;
        _counted = new CountedRows(function, rows, account);
        _counts = new RowNumbers(account);
        _isCount = function.Aggregate!.Shape is AggregateShape.Count or AggregateShape.CountStar;
        if (function.Aggregate.Shape == AggregateShape.Avg) _average =
            new(function.Aggregate.ArgumentTypes[0].Scale, function.Type.Scale);
    }

    private Int128* Sums => (Int128*)_sums!.Pointer;

    /// <summary>True where sums are exact: what this class can do.</summary>
    public static bool CanCompute(WindowFunction function) =>
        function.Aggregate is { } aggregate && aggregate.Shape switch
    {
        AggregateShape.CountStar or AggregateShape.Count => true,
        AggregateShape.Sum or AggregateShape.Avg =>
            aggregate.ArgumentTypes is [var type] && (type.IsInteger || type.Kind == TypeKind.Decimal),
        _ => false,
    };

    public override void Compute()
    {
        _counted.Load();
        AddUp();
        Reset(_rows.Count);
        (Int128 min, Int128 max) = IntegerRange.Of(_function.Type);
        Span<(int First, int End)> ranges = stackalloc (int, int)[3];
        for (int row = 0; row < _rows.Count; row++)
        {
            int n = _frames.GetRanges(row, ranges);
            long count = 0;
            Int128 sum = 0;
            foreach ((int first, int end) in ranges[..n])
            {
                count += _counts[end] - _counts[first];
                if (!_isCount) sum = unchecked(sum + Sums[end] - Sums[first]);
            }
            if (_isCount) SetInteger(row, count);
            else if (count == 0) SetNull(row);
            else if (_function.Aggregate!.Shape == AggregateShape.Avg) SetInteger(
                row, _average.Of(new ExactSum { Sum = sum, Count = count }));
            else if (sum < min || sum > max) throw ArithmeticErrors.OutOfRange(_function.Type, -1);
            else SetInteger(row, sum);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _counted.Dispose();
        _counts.Dispose();
        _sums?.Release();
        _sums = null;
    }

    private void AddUp()
    {
        int total = _rows.Count;
        int* counts = _counts.Reset(total + 1);
        counts[0] = 0;
        if (_function.Arguments.IsEmpty)
        {
            for (int row = 0; row < total; row++) counts[row + 1] = counts[row] + (_counted.PassesFilter(row) ? 1 : 0);
            return;
        }
        ReserveSums(total);
        ColumnBuffer values = _rows[_function.Arguments[0]];
        using ColumnVector part = new(values.Type, _account);
        for (int first = 0; first < total; first += Batch.MaxRows)
        {
            int n = Math.Min(Batch.MaxRows, total - first);
            values.Slice(first, n, part);
            for (int i = 0; i < n; i++)
            {
                int row = first + i;
                bool counts1 = part.IsValid(i) && (!_counted.AreChosen || _counted.CountsFromPartition(row));
                counts[row + 1] = counts[row] + (counts1 ? 1 : 0);
                if (!_isCount) Sums[row + 1] = unchecked(Sums[row] + (counts1 ? part.GetInteger(i) : 0));
            }
        }
    }

    private void ReserveSums(int total)
    {
        if (_isCount) return;
        long bytes = (total + 1) * 16L;
        if (_sums is null || _sums.Length < bytes)
        {
            _sums?.Release();
            _sums = null;
            _sums = NativeBuffer.Allocate(bytes, _account);
        }
        Sums[0] = 0;
    }
}

/// <summary>
/// sum and avg of floats. While frames begin with their partition one sum with its running error goes along; a sum that
/// was subtracted from again would lose digits, so other frames are left to the general way.
/// </summary>
internal sealed unsafe class FloatSumEvaluator : NumberEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowFrames _frames;
    private readonly WindowRows _rows;
    private readonly CountedRows _counted;
    private readonly MemoryAccount _account;
    private readonly KernelEvaluator _general;
    private bool _isRunning;

    public FloatSumEvaluator(
        WindowFunction function, WindowFrames frames, WindowRows rows, KernelEvaluator general, MemoryAccount account)
        : base(function.Type, account)
    {
        _function = function;
        _frames = frames;
        _rows = rows;
        _account = account;
        _general = general;
        _counted = new CountedRows(function, rows, account);
    }

    public override void Compute()
    {
        _isRunning = _frames.AreRunning && !_frames.AreWhole;
        if (!_isRunning)
        {
            _general.Compute();
            return;
        }
        _counted.Load();
        Reset(_rows.Count);
        ColumnBuffer values = _rows[_function.Arguments[0]];
        bool isAverage = _function.Aggregate!.Shape == AggregateShape.Avg;
        FloatSum sum = default;
        using ColumnVector part = new(values.Type, _account);
        int loaded = 0;
        int loadedEnd = 0;
        for (int row = 0, next = 0; row < _rows.Count; row++)
        {
            if (_rows.PartitionFirst[row] == row)
            {
                sum = default;
                next = row;
            }
            for (; next < _frames.End[row]; next++)
            {
                if (next >= loadedEnd || next < loaded)
                {
                    loaded = next - (next % Batch.MaxRows);
                    loadedEnd = Math.Min(loaded + Batch.MaxRows, _rows.Count);
                    values.Slice(loaded, loadedEnd - loaded, part);
                }
                if (!part.IsValid(next - loaded) || (_counted.AreChosen &&
                    !_counted.CountsFromPartition(next))) continue;
                sum.Add(part.GetDouble(next - loaded));
                sum.Count++;
            }
            if (sum.Count == 0) SetNull(row);
            else SetDouble(row, isAverage ? sum.Value / sum.Count : sum.Value);
        }
    }

    public override void Give(int first, int count, ColumnVector target)
    {
        if (_isRunning) base.Give(first, count, target);
        else _general.Give(first, count, target);
    }

    public override void Dispose()
    {
        base.Dispose();
        _counted.Dispose();
        _general.Dispose();
    }
}
