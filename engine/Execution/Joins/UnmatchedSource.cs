using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>The rows of the build side that found no partner, with NULLs in place of the probe side.</summary>
internal sealed unsafe class UnmatchedSource(HashJoinNode node, JoinTable table) : Source
{
    private const int MorselRows = 32 * Batch.MaxRows;
    private long _next = -MorselRows;

    public override int MaxLanes => (int)Math.Clamp(table.Rows.Count / MorselRows, 1, int.MaxValue);

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, node, table);

    private sealed class Lane : SourceLane
    {
        private readonly UnmatchedSource _source;
        private readonly JoinTable _table;
        private readonly int _probeCount;
        private readonly Batch _output;
        private long _row;
        private long _end;

        public Lane(UnmatchedSource source, HashJoinNode node, JoinTable table)
        {
            _source = source;
            _table = table;
            _probeCount = node.Probe.Output.Count;
            _output = new Batch(node.Columns);
        }

        public override Flow Run(Operator first)
        {
            if (_row >= _end)
            {
                _row = Interlocked.Add(ref _source._next, MorselRows);
                _end = Math.Min(_row + MorselRows, _table.Rows.Count);
                if (_row >= _end) return Flow.Done;
            }
            uint* rows = stackalloc uint[Batch.MaxRows];
            while (_row < _end)
            {
                int count = 0;
                for (; _row < _end && count < Batch.MaxRows; _row++)
                {
                    if (_table.Matched[_row] == 0) rows[count++] = (uint)_row;
                }
                if (count == 0) continue;
                for (int c = 0; c < _output.Columns.Length; c++)
                {
                    if (c < _probeCount) _output.Columns[c].SetAllNull(count);
                    else _table.Rows.Columns[c - _probeCount].Gather(rows, count, _output.Columns[c]);
                }
                _output.Reset();
                _output.Count = count;
                Flow flow = first.Push(_output);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        public override void Dispose() => _output.Dispose();
    }
}
