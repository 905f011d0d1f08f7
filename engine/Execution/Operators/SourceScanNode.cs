using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>The rows of files or of a relation that the system makes; a piece is a morsel.</summary>
/// <param name="Table">The source, bound with its arguments.</param>
/// <param name="Positions">Positions in the source of the columns read: first the ones given on, then those that only
/// filters use.</param>
/// <param name="Columns">The columns given on.</param>
/// <param name="Filters">Conditions over the columns read; all must be true.</param>
internal sealed record SourceScanNode(
    SourceTable Table, PlanList<int> Positions, Schema Columns, PlanList<Expression> Filters)
    : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    /// <summary>The pieces that can have rows.</summary>
    public PiecePruning Pieces => field ??= PiecePruning.Find(Table.Source, [.. Positions], Filters);

    public override string Describe() =>
        $"Scan {Table.Description}{(Filters.IsEmpty ? "" : $" where {string.Join(" AND ", Filters)}")}" +
        Pieces.Describe();

    public override void LayOut(Pipeline current, PlanLayout layout) =>
        current.Begin(
            new PieceSource(this, new KnownPieces(Pieces.Kept), layout.Run.Environment.Progress), this);
}

/// <summary>Hands out the pieces.</summary>
internal sealed class PieceSource : Source
{
    private readonly SourceScanNode _node;
    private readonly IPieceFeed _pieces;
    private readonly ScanProgress? _progress;

    /// <param name="node">What is read.</param>
    /// <param name="pieces">The pieces that are.</param>
    /// <param name="progress">Is told how far it is; null for nobody.</param>
    public PieceSource(SourceScanNode node, IPieceFeed pieces, ScanProgress? progress)
    {
        _node = node;
        _pieces = pieces;
        _progress = progress;
        progress?.Expect(node.Pieces.Kept.Sum(RowsOf), node.Pieces.Kept.Length);
    }

    public override int MaxLanes => _pieces.MaxLanes;

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, _node, context);

    // Rows of a piece that says so; of others it is known only that they are read.
    private long RowsOf(int piece) => (_node.Table.Source as IPieceStatistics)?.RowCount(piece) ?? 0;

    private sealed class Lane : SourceLane
    {
        private readonly PieceSource _source;
        private readonly ITableSource _table;
        private readonly int[] _positions;
        private readonly CancellationToken _cancellation;
        private readonly MemoryAccount _account;
        private readonly MaskExpression? _filter;
        private readonly Batch _read;
        private readonly Batch _output;
        private readonly ScanFilter[] _filters;

        /// <summary>The columns that the filter needs; null where all are read at once.</summary>
        private readonly bool[]? _isFirst;

        private IPieceReader? _piece;
        private int _pieceNumber;

        public Lane(PieceSource source, SourceScanNode node, PipelineContext context)
        {
            _source = source;
            _table = node.Table.Source;
            _positions = [.. node.Positions];
            _cancellation = context.Cancellation;
            _account = context.Run.VectorAccount;
            _filter = node.Filters.IsEmpty ? null : context.CompileMask(Conjunction.Of(node.Filters));
            _read = new Batch([.. _positions.Select(p => new ColumnVector(_table.Schema[p].Type, _account))]);
            _output = new Batch(_read.Columns[..node.Columns.Count]);
            _filters = node.Pieces.Filters;
            bool[] isFirst = new bool[_positions.Length];
            foreach (ColumnReference used in node.Filters.SelectMany(f => f.DescendantsAndSelf())
                .OfType<ColumnReference>()) isFirst[used.Index] = true;
            _isFirst = _filter is not null && isFirst.Contains(false) ? isFirst : null;
        }

        public override Flow Run(Operator first)
        {
            if (_piece is null)
            {
                if (!_source._pieces.TryTake(out _pieceNumber, out Signal? wait))
                    return wait is null ? Flow.Done : Flow.Blocked(wait);
                _piece = Open(_pieceNumber);
            }
            // A few batches, then whoever runs the lane looks at the time.
            for (int i = 0; i < 8; i++)
            {
                IStagedReader? staged = _isFirst is null ? null : _piece as IStagedReader;
                bool hasRows = staged is null
                    ? _piece.Read(_read, _cancellation)
                    : staged.ReadFirst(_read, _isFirst!, _cancellation);
                if (!hasRows)
                {
                    _piece.Dispose();
                    _piece = null;
                    _source._progress?.Add(_source.RowsOf(_pieceNumber), 1);
                    return Flow.More;
                }
                if (_filter is not null)
                {
                    _filter.AndInto(_read, _read.BeginMask());
                    if (_read.Mask.IsEmpty) continue;
                }
                staged?.ReadRest(_read, _isFirst!);
                _output.TakeRows(_read);
                Flow flow = first.Push(_output);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        private IPieceReader Open(int piece) => _filters.Length > 0 && _table is IFilteringSource filtering
            ? filtering.OpenPiece(piece, _positions, _filters, _account)
            : _table.OpenPiece(piece, _positions, _account);

        public override void Dispose()
        {
            _piece?.Dispose();
            _output.Columns = [];
            _output.Dispose();
            _read.Dispose();
        }
    }
}
