using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Gives kept rows; a chunk of them is a morsel.</summary>
/// <param name="buffers">The rows, known when the first chunk is asked for.</param>
/// <param name="schema">What is given.</param>
internal sealed class RowsSource(Func<IReadOnlyList<RowBuffer>> buffers, Schema schema) : Source
{
    private const int MorselRows = 32 * Batch.MaxRows;
    private readonly Lock _lock = new();
    private int _buffer;
    private long _row;
    private long _skipped;
    private long _left = -1;

    /// <summary>Which columns of the kept rows are given; all of them where this is null.</summary>
    public IReadOnlyList<int>? Positions { get; init; }

    /// <summary>Which of how many rows are given; all of them where this is null.</summary>
    public Func<long, (long First, long Count)>? RangeOf { get; init; }

    public override int MaxLanes => (int)Math.Clamp(RowCount / MorselRows, 1, int.MaxValue);

    private long RowCount => buffers().Sum(b => b.Count);

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, schema);

    private bool TryTake(out RowBuffer rows, out long first, out long count)
    {
        lock (_lock)
        {
            if (_left < 0) (_skipped, _left) = RangeOf?.Invoke(RowCount) ?? (0, long.MaxValue);
            for (IReadOnlyList<RowBuffer> all = buffers(); _buffer < all.Count && _left > 0; _buffer++, _row = 0)
            {
                rows = all[_buffer];
                long skip = Math.Min(_skipped, rows.Count - _row);
                _row += skip;
                _skipped -= skip;
                if (_row >= rows.Count) continue;
                first = _row;
                count = Math.Min(Math.Min(MorselRows, rows.Count - _row), _left);
                _row += count;
                _left -= count;
                return true;
            }
        }
        (rows, first, count) = (null!, 0, 0);
        return false;
    }

    private sealed class Lane(RowsSource source, Schema schema) : SourceLane
    {
        private readonly Batch _output = new(schema);
        private RowBuffer? _rows;
        private long _first;
        private long _count;

        public override Flow Run(Operator first)
        {
            if (_count == 0 && !source.TryTake(out _rows!, out _first, out _count)) return Flow.Done;
            while (_count > 0)
            {
                int n = (int)Math.Min(Batch.MaxRows, _count);
                _rows!.Slice(_first, n, source.Positions, _output);
                _first += n;
                _count -= n;
                Flow flow = first.Push(_output);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        public override void Dispose() => _output.Dispose();
    }
}
