using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>Hands out the blocks of a table: shared by the lanes of a scan.</summary>
internal sealed class TableScanSource : Source
{
    /// <summary>How many rows there must be for each entry of a dictionary that is not there yet.</summary>
    private const double RowsPerEntry = 8;

    private readonly ImmutableArray<Morsel> _morsels;
    private readonly TableScanNode _node;
    private readonly ScanProgress? _progress;

    /// <summary>Of every segment the blocks that are not done yet; kept only where somebody wants to know.</summary>
    private readonly int[] _blocksLeft = [];

    private int _next = -1;

    public TableScanSource(TableScanNode node, QueryRun run)
    {
        _node = node;
        ImmutableArray<TableColumn> columns = node.Snapshot.Definition.Columns;
        ScanColumns = [.. node.Positions.Map(p => p == PlanTableColumn.RowId ? null : columns[p])];
        Measures = [.. Enumerable.Range(0, ScanColumns.Length).Select(node.MeasureOf)];
        int[] ids = [.. ScanColumns.Select(c => c?.Id ?? -1)];
        List<ScanFilter> filters = [];
        List<Expression> residual = [];
        using ExpressionSet binding = new(run.ExpressionScope);
        Expression[] conditions =
            [.. node.Filters.Select(binding.Bind).SelectMany(f => (IEnumerable<Expression>)Conjunction.Split(f))];
        foreach (Expression condition in ScanFilterBuilder.JoinRanges(conditions))
        {
            if (ScanFilterBuilder.TryBuild(condition, ids) is { } filter) filters.Add(filter);
            else residual.Add(condition);
        }
        Filters = [.. filters];
        Residual = residual.Count == 0 ? null : Conjunction.Of(residual);
        Runtime = run.Shared(node, () => new RuntimeFilters());
        WantedCodes wanted = run.Shared(node, () => new WantedCodes());
        Dictionaries = [.. node.Positions.Map(p => wanted.Contains(p) ? FindDictionary(columns[p].Id) : null)];
        _morsels = FindMorsels(node.Snapshot);
        if (run.Environment.Progress is not { } progress) return;
        _progress = progress;
        // A part of a table keeps the numbers of the whole.
        _blocksLeft = new int[node.Snapshot.Segments.Select(s => s.Number).DefaultIfEmpty(-1).Max() + 1];
        foreach (Morsel morsel in _morsels) _blocksLeft[morsel.Segment.Number]++;
        progress.Expect(node.Snapshot.Segments.Sum(s => (long)s.RowCount), node.Snapshot.Segments.Length);
    }

    /// <summary>The columns read; null for the identity of rows.</summary>
    public ImmutableArray<TableColumn?> ScanColumns { get; }

    /// <summary>For each column read the dictionary of all its codes; null where every segment has its own.</summary>
    public ImmutableArray<GlobalDictionary?> Dictionaries { get; }

    /// <summary>What is read of each column.</summary>
    public ImmutableArray<TextMeasure> Measures { get; }

    /// <summary>What is tested on encoded data.</summary>
    public ImmutableArray<ScanFilter> Filters { get; }

    /// <summary>What is left to expressions; null for nothing.</summary>
    public Expression? Residual { get; }

    /// <summary>What operators above find out.</summary>
    public RuntimeFilters Runtime { get; }

    public override int MaxLanes => Math.Max(1, _morsels.Length);

    public override SourceLane StartLane(PipelineContext context) => new TableScanLane(this, _node, context);

    /// <summary>The next block, or false after the last.</summary>
    public bool TryTake(out Morsel morsel)
    {
        int index = Interlocked.Increment(ref _next);
        morsel = index < _morsels.Length ? _morsels[index] : default;
        return index < _morsels.Length;
    }

    /// <summary>A block has been read, or will not be.</summary>
    public void Finish(in Morsel morsel, int rowCount)
    {
        if (_progress is null) return;
        bool isWhole = Interlocked.Decrement(ref _blocksLeft[morsel.Segment.Number]) == 0;
        _progress.Add(rowCount, isWhole ? 1 : 0);
    }

    private GlobalDictionary? FindDictionary(int columnId)
    {
        TableSnapshot snapshot = _node.Snapshot;
        SnapshotSegment[] segments = [.. snapshot.Segments.Where(s => !s.IsRows)];
        // The dictionary of an only segment is one for all rows.
        if (segments.Length < 2) return null;
        List<SegmentHandle> handles = [];
        try
        {
            foreach (SnapshotSegment segment in segments)
            {
                SegmentHandle handle = segment.OpenReader();
                handles.Add(handle);
                bool isText = handle.Reader.Contains(columnId) &&
                    handle.Reader.GetFooter(columnId).Column.Field.Type.Physical == PhysicalType.Utf8;
                if (!isText) return null;
            }
            double rows = _node.EstimatedRows >= 0 ? _node.EstimatedRows : snapshot.RowCount;
            return snapshot.Cache.Storage.Dictionaries.TryGet(
                [.. handles.Select(h => h.Reader)], columnId, (long)(rows / RowsPerEntry));
        }
        finally
        {
            foreach (SegmentHandle handle in handles) handle.Dispose();
        }
    }

    private static ImmutableArray<Morsel> FindMorsels(TableSnapshot snapshot)
    {
        ImmutableArray<Morsel>.Builder morsels = ImmutableArray.CreateBuilder<Morsel>();
        foreach (SnapshotSegment segment in snapshot.Segments)
        {
            if (segment.IsRows)
            {
                morsels.Add(new Morsel(segment, 0));
                continue;
            }
            using SegmentHandle handle = segment.OpenReader();
            for (int block = 0; block < handle.Reader.BlockCount; block++) morsels.Add(new Morsel(segment, block));
        }
        return morsels.ToImmutable();
    }

    /// <summary>A block of a segment; all of a segment that is rows.</summary>
    internal readonly record struct Morsel(SnapshotSegment Segment, int Block);
}
