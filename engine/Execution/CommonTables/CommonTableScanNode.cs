using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>Some columns of the rows of a common table, which may be read many times.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Name">For people.</param>
/// <param name="Positions">The columns, by position in the table.</param>
/// <param name="Columns">The output.</param>
internal sealed record CommonTableScanNode(int Id, string Name, PlanList<int> Positions, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    public override string Describe() => $"Rows of {Name}";

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        CommonTable table = layout.CommonTables[Id];
        if (table.Sink is { } sink) current.Require(sink);
        current.Begin(new CommonTableSource(this, table), this);
    }
}

/// <summary>Hands out chunks of the kept rows.</summary>
internal sealed class CommonTableSource(CommonTableScanNode node, CommonTable table) : Source
{
    private const int MorselRows = 32 * Batch.MaxRows;
    private readonly Lock _lock = new();
    private int _buffer;
    private long _row;

    public override int MaxLanes => (int)Math.Clamp(table.Buffers().Sum(b => b.Count) / MorselRows, 1, int.MaxValue);

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, node);

    private bool TryTake(out RowBuffer rows, out long first, out long count)
    {
        lock (_lock)
        {
            IReadOnlyList<RowBuffer> buffers = table.Buffers();
            for (; _buffer < buffers.Count; _buffer++, _row = 0)
            {
                rows = buffers[_buffer];
                if (_row >= rows.Count) continue;
                first = _row;
                count = Math.Min(MorselRows, rows.Count - _row);
                _row += count;
                return true;
            }
        }
        (rows, first, count) = (null!, 0, 0);
        return false;
    }

    private sealed class Lane(CommonTableSource source, CommonTableScanNode node) : SourceLane
    {
        private readonly Batch _output = new(node.Columns);
        private RowBuffer? _rows;
        private long _first;
        private long _count;

        public override Flow Run(Operator first)
        {
            if (_count == 0 && !source.TryTake(out _rows!, out _first, out _count)) return Flow.Done;
            while (_count > 0)
            {
                int n = (int)Math.Min(Batch.MaxRows, _count);
                for (int c = 0; c < node.Positions.Count; c++)
                {
                    _rows!.Columns[node.Positions[c]].Slice(_first, n, _output.Columns[c]);
                }
                _output.Reset();
                _output.Count = n;
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
