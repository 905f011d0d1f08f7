using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>Columns of a few rows of a table that come by their numbers, in the order in which they come.</summary>
/// <param name="Input">Columns that the rows bring along, and last the number of each in the snapshot.</param>
/// <param name="Snapshot">The version that the numbers are of; all its segments are here.</param>
/// <param name="Sources">Per column given on, which of the input's it is; -1 for the next one that is fetched.</param>
/// <param name="Fetched">The columns fetched, by position in the table.</param>
/// <param name="Columns">The columns given on.</param>
internal sealed record FetchNode(
    PhysicalNode Input, TableSnapshot Snapshot, PlanList<int> Sources, PlanList<int> Fetched, Schema Columns)
    : StreamingNode(Input)
{
    /// <summary>The name of the table, for people.</summary>
    public string Name { get; init; } = "";

    public override Schema Output => Columns;

    public override string Describe() =>
        $"Fetch {Name} [{string.Join(", ", Fetched.Map(f => Snapshot.Definition.Columns[f].Name))}]";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override Operator Start(PipelineContext context, Operator next) => new FetchOperator(this, context, next);
}

/// <summary>Reads the rows of a batch vector by vector, in the order in which they lie in the table.</summary>
internal sealed unsafe class FetchOperator : Operator
{
    private readonly FetchNode _node;
    private readonly ImmutableArray<TableColumn?> _columns;
    private readonly ImmutableArray<GlobalDictionary?> _dictionaries;
    private readonly ImmutableArray<TextMeasure> _measures;
    private readonly Dictionary<int, SnapshotSegment> _segments;
    private readonly Batch _output;
    private readonly MemoryAccount _account;
    private readonly CancellationToken _cancellation;
    private readonly Arena _constants;
    private ColumnBuffer[] _fetched = [];

    public FetchOperator(FetchNode node, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        _cancellation = context.Cancellation;
        _account = context.CreateAccount("fetch");
        _columns = [.. node.Fetched.Map(f => node.Snapshot.Definition.Columns[f])];
        _dictionaries = [.. _columns.Select(_ => (GlobalDictionary?)null)];
        _measures = [.. _columns.Select(_ => TextMeasure.None)];
        _segments = node.Snapshot.Segments.ToDictionary(s => s.Number);
        _output = new Batch(node.Output);
        _constants = new Arena(_account, 256);
    }

    public override Flow Push(Batch batch)
    {
        // Rows stand side by side with what comes: those that do not count come along as one that does.
        RowCompactor compactor = new();
        ColumnVector[] columns = compactor.Compact(batch);
        int count = compactor.Count;
        if (count > 0)
        {
            uint* places = stackalloc uint[Batch.MaxRows];
            Fetch(columns[^1], count, places);
            int next = 0;
            for (int c = 0; c < _output.Columns.Length; c++)
            {
                int source = _node.Sources[c];
                if (source >= 0) _output.Columns[c].ShareFrom(columns[source]);
                else _fetched[next++].Gather(places, count, _output.Columns[c]);
            }
        }
        _output.Reset();
        _output.Count = count;
        Flow flow = count == 0 ? Flow.More : Next.Push(_output);
        compactor.Dispose();
        return flow;
    }

    public override void Dispose()
    {
        FreeFetched();
        _output.Dispose();
        _constants.Dispose();
    }

    /// <summary>Reads the columns of rows; the place of each row among what was read.</summary>
    private void Fetch(ColumnVector rowIds, int count, uint* places)
    {
        FreeFetched();
        _fetched = [.. _columns.Select(c => new ColumnBuffer(c!.Type, _account))];
        (long Id, int Row)[] rows = new (long, int)[count];
        for (int i = 0; i < count; i++) rows[i] = ((long)rowIds.GetInteger(i), i);
        Array.Sort(rows);
        for (int i = 0; i < count; i++) places[rows[i].Row] = (uint)i;
        int first = 0;
        while (first < count)
        {
            int segment = RowId.Split(rows[first].Id).SegmentNumber;
            int end = first;
            while (end < count && RowId.Split(rows[end].Id).SegmentNumber == segment) end++;
            int[] inSegment = [.. rows.AsSpan(first, end - first).ToArray().Select(r => RowId.Split(r.Id).Row)];
            if (_segments[segment].IsRows) ReadRows(_segments[segment], inSegment);
            else ReadFiles(_segments[segment], inSegment);
            first = end;
        }
    }

    private void ReadFiles(SnapshotSegment segment, int[] rows)
    {
        using SegmentScan scan = new(segment, _columns, _dictionaries, _measures, _constants);
        using RowMask mask = new();
        int first = 0;
        while (first < rows.Length)
        {
            _cancellation.ThrowIfCancellationRequested();
            (int block, int firstRow) = scan.VectorOf(rows[first]);
            int start = scan.FirstRowOf(block) + firstRow;
            int size = scan.RowsAt(block, firstRow);
            mask.ClearAll(size);
            List<int> wanted = [];
            for (; first < rows.Length && rows[first] < start + size; first++)
            {
                wanted.Add(rows[first] - start);
                mask[rows[first] - start] = true;
            }
            for (int c = 0; c < _columns.Length; c++)
            {
                using ColumnVector vector = new(_columns[c]!.Type, _account);
                scan.Read(c, block, firstRow, size, mask, vector);
                Append(c, vector, wanted);
            }
        }
    }

    private void ReadRows(SnapshotSegment segment, int[] rows)
    {
        using SegmentRowReader reader = new(segment, _columns.Select(c => c!));
        using Batch batch = reader.CreateBatch();
        int first = 0;
        while (first < rows.Length && reader.Read(batch))
        {
            _cancellation.ThrowIfCancellationRequested();
            List<int> wanted = [];
            for (; first < rows.Length && rows[first] < reader.FirstRow + batch.Count; first++)
                wanted.Add(rows[first] - reader.FirstRow);
            for (int c = 0; c < _columns.Length; c++) Append(c, batch.Columns[c], wanted);
        }
    }

    private void Append(int column, ColumnVector vector, List<int> rows)
    {
        fixed (int* wanted = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows))
        {
            _fetched[column].Append(vector, wanted, rows.Count);
        }
    }

    private void FreeFetched()
    {
        foreach (ColumnBuffer buffer in _fetched) buffer.Dispose();
        _fetched = [];
    }
}
