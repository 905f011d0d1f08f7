using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// min and max while frames only move forward: a queue of rows of which each is better than all behind it, so that the
/// front is the answer and every row enters and leaves once. Other frames are left to the general way.
/// </summary>
internal sealed unsafe class ExtremeEvaluator : PickEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowFrames _frames;
    private readonly WindowRows _rows;
    private readonly CountedRows _counted;
    private readonly KernelEvaluator _general;
    private readonly ElementOrder _order;
    private readonly RowNumbers _queue;
    private bool _isSliding;

    public ExtremeEvaluator(
        WindowFunction function, WindowFrames frames, WindowRows rows, KernelEvaluator general, MemoryAccount account)
        : base(account)
    {
        _function = function;
        _frames = frames;
        _rows = rows;
        _general = general;
        _counted = new CountedRows(function, rows, account);
        _order = new ElementOrder(rows.TypeOf(function.Arguments[0]));
        _queue = new RowNumbers(account);
    }

    protected override ColumnBuffer Source => _rows[_function.Arguments[0]];

    public override void Compute()
    {
        _isSliding = _frames.AreSliding;
        if (!_isSliding)
        {
            _general.Compute();
            return;
        }
        bool isMax = _function.Aggregate!.Shape == AggregateShape.Max;
        ColumnBuffer values = Source;
        uint* picks = ResetPicks(_rows.Count);
        int* queue = _queue.Reset(_rows.Count);
        for (int row = 0, next = 0, head = 0, tail = 0; row < _rows.Count; row++)
        {
            if (_rows.PartitionFirst[row] == row)
            {
                next = row;
                head = tail = 0;
            }
            for (; next < _frames.End[row]; next++)
            {
                if (!values.IsValid(next) || !_counted.PassesFilter(next)) continue;
                while (tail > head && !IsBetter(values, queue[tail - 1], next, isMax)) tail--;
                queue[tail++] = next;
            }
            while (tail > head && queue[head] < _frames.First[row]) head++;
            picks[row] = tail > head ? (uint)queue[head] : ColumnBuffer.NoRow;
        }
    }

    public override void Give(int first, int count, ColumnVector target)
    {
        if (_isSliding) base.Give(first, count, target);
        else _general.Give(first, count, target);
    }

    public override void Dispose()
    {
        base.Dispose();
        _counted.Dispose();
        _general.Dispose();
        _order.Dispose();
        _queue.Dispose();
    }

    private bool IsBetter(ColumnBuffer values, int left, int right, bool isMax)
    {
        int order = _order.Compare(values, (uint)left, values, (uint)right);
        return isMax ? order > 0 : order < 0;
    }
}
