using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// Any aggregate through its kernel. Frames that are whole partitions take a state per partition; frames that begin
/// with their partition take one state that grows; others are put together from a tree of states, or row by row where
/// equal values must count once.
/// </summary>
internal sealed unsafe class KernelEvaluator : PickEvaluator
{
    private readonly WindowFunction _function;
    private readonly WindowFrames _frames;
    private readonly WindowRows _rows;
    private readonly CountedRows _counted;
    private readonly MemoryAccount _account;
    private readonly SessionInfo _session;
    private readonly IAggregateKernel _kernel;
    private readonly ColumnBuffer _results;
    private readonly ColumnVector _result;
    private readonly int _stride;

    public KernelEvaluator(
        WindowFunction function, WindowFrames frames, WindowRows rows, SessionInfo session, MemoryAccount account)
        : base(account)
    {
        _function = function;
        _frames = frames;
        _rows = rows;
        _account = account;
        _session = session;
        _kernel = function.Aggregate!.Kernel;
        _counted = new CountedRows(function, rows, account);
        _results = new ColumnBuffer(function.Type, account);
        _result = new ColumnVector(function.Type, account);
        _stride = (_kernel.StateSizeBytes + 15) & ~15;
    }

    protected override ColumnBuffer Source => _results;

    public override void Compute()
    {
        _results.Clear();
        _counted.Load();
        if (_rows.Count == 0) return;
        // States keep what they point at here until the morsel is done.
        using AggregateContext context = new(_session, _account);
        using ColumnParts arguments = new([.. _function.Arguments.Map(a => _rows[a])], _account);
        uint* picks = ResetPicks(_rows.Count);
        if (_frames.AreWhole) ComputeWhole(context, arguments, picks);
        else if (_frames.AreRunning) ComputeRunning(context, arguments, picks);
        else if (_function.IsDistinct) ComputeDistinct(context, arguments, picks);
        else ComputeFromTree(context, arguments, picks);
    }

    public override void Dispose()
    {
        base.Dispose();
        _counted.Dispose();
        _results.Dispose();
        _result.Dispose();
    }

    private void ComputeWhole(AggregateContext context, ColumnParts arguments, uint* picks)
    {
        int partitions = 0;
        for (int row = 0; row < _rows.Count; row++)
        {
            if (_rows.PartitionFirst[row] == row) partitions++;
            picks[row] = (uint)(partitions - 1);
        }
        using NativeLease lease = new((long)partitions * _stride, _account);
        byte* states = lease.Pointer;
        for (int p = 0; p < partitions; p++) _kernel.Initialize(states + ((long)p * _stride));
        byte** pointers = stackalloc byte*[Batch.MaxRows];
        for (int first = 0; first < _rows.Count; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, _rows.Count - first);
            for (int i = 0; i < count; i++)
            {
                bool counts = !_counted.AreChosen || _counted.CountsFromPartition(first + i);
                pointers[i] = counts ? states + ((long)picks[first + i] * _stride) : null;
            }
            _kernel.Update(arguments.Slice(first, count), pointers, count, context);
        }
        for (int first = 0; first < partitions; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, partitions - first);
            for (int i = 0; i < count; i++) pointers[i] = states + ((long)(first + i) * _stride);
            Finish(pointers, count, context);
        }
    }

    private void ComputeRunning(AggregateContext context, ColumnParts arguments, uint* picks)
    {
        using NativeLease lease = new(_stride, _account);
        byte* state = lease.Pointer;
        uint* rows = stackalloc uint[Batch.MaxRows];
        int next = 0;
        int done = -1;
        for (int row = 0; row < _rows.Count; row++)
        {
            bool isFirst = _rows.PartitionFirst[row] == row;
            if (isFirst)
            {
                _kernel.Initialize(state);
                next = row;
            }
            int end = _frames.End[row];
            if (isFirst || end != done)
            {
                while (next < end)
                {
                    int n = 0;
                    for (; next < end && n < Batch.MaxRows; next++)
                    {
                        if (!_counted.AreChosen || _counted.CountsFromPartition(next)) rows[n++] = (uint)next;
                    }
                    if (n > 0) _kernel.UpdateAll(arguments.Gather(rows, n), null, n, state, context);
                }
                done = end;
                Finish(&state, 1, context);
                if ((row & 1023) == 0) _rows.ThrowIfStopped();
            }
            picks[row] = (uint)(_results.Count - 1);
        }
    }

    private void ComputeDistinct(AggregateContext context, ColumnParts arguments, uint* picks)
    {
        using NativeLease lease = new(_stride, _account);
        byte* state = lease.Pointer;
        uint* rows = stackalloc uint[Batch.MaxRows];
        Span<(int First, int End)> ranges = stackalloc (int, int)[3];
        for (int row = 0; row < _rows.Count; row++)
        {
            _kernel.Initialize(state);
            int n = 0;
            int count = _frames.GetRanges(row, ranges);
            for (int r = 0; r < count; r++)
            {
                for (int other = ranges[r].First; other < ranges[r].End; other++)
                {
                    if (!_counted.PassesFilter(other) || IsSeen(other, ranges[..(r + 1)])) continue;
                    rows[n++] = (uint)other;
                    if (n < Batch.MaxRows) continue;
                    _kernel.UpdateAll(arguments.Gather(rows, n), null, n, state, context);
                    n = 0;
                }
            }
            if (n > 0) _kernel.UpdateAll(arguments.Gather(rows, n), null, n, state, context);
            Finish(&state, 1, context);
            picks[row] = (uint)row;
            if ((row & 255) == 0) _rows.ThrowIfStopped();
        }
    }

    /// <summary>True when an equal row of the frame comes before.</summary>
    private bool IsSeen(int row, ReadOnlySpan<(int First, int End)> ranges)
    {
        for (int previous = _counted.PreviousOf(row); previous >= ranges[0].First; previous =
            _counted.PreviousOf(previous))
        {
            foreach ((int first, int end) in ranges)
            {
                if (previous >= first && previous < end) return true;
            }
        }
        return false;
    }

    private void ComputeFromTree(AggregateContext context, ColumnParts arguments, uint* picks)
    {
        using StateTree tree = new(_kernel, arguments, _counted, _rows, context, _account);
        using NativeLease lease = new((long)Batch.MaxRows * _stride, _account);
        byte** states = stackalloc byte*[Batch.MaxRows];
        for (int i = 0; i < Batch.MaxRows; i++) states[i] = lease.Pointer + ((long)i * _stride);
        List<TreePart>[] parts = [.. Enumerable.Range(0, Batch.MaxRows).Select(_ => new List<TreePart>())];
        Span<(int First, int End)> ranges = stackalloc (int, int)[3];
        for (int first = 0; first < _rows.Count; first += Batch.MaxRows)
        {
            _rows.ThrowIfStopped();
            int n = 0;
            int count = Math.Min(Batch.MaxRows, _rows.Count - first);
            for (int row = first; row < first + count; row++)
            {
                if (row > first && HasSameFrame(row))
                {
                    picks[row] = picks[row - 1];
                    continue;
                }
                _kernel.Initialize(states[n]);
                parts[n].Clear();
                int rangeCount = _frames.GetRanges(row, ranges);
                foreach ((int from, int end) in ranges[..rangeCount]) tree.Split(from, end, parts[n]);
                picks[row] = (uint)(_results.Count + n++);
            }
            tree.Add(parts, states, n);
            Finish(states, n, context);
        }
    }

    private bool HasSameFrame(int row) => !_frames.HasExclusion &&
        _frames.First[row] == _frames.First[row - 1] && _frames.End[row] == _frames.End[row - 1];

    private void Finish(byte** states, int count, AggregateContext context)
    {
        _kernel.Finish(states, count, _result, context);
        _results.Append(_result, null, count);
    }
}
