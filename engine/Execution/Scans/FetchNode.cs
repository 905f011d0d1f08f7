using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>Columns of a few rows of a table that come by their numbers, in the order in which they come.</summary>
/// <param name="Input">Columns that the rows bring along, and last the number of each in the snapshot.</param>
/// <param name="Snapshot">The version that the numbers are of; all its segments can be read here.</param>
/// <param name="Sources">Per column given on, which of the input's it is; -1 for the next one that is fetched.</param>
/// <param name="Fetched">The columns fetched, by position in the table.</param>
/// <param name="Columns">The columns given on.</param>
internal sealed record FetchNode(
    PhysicalNode Input, TableSnapshot Snapshot, PlanList<int> Sources, PlanList<int> Fetched, Schema Columns)
    : StreamingNode(Input)
{
    /// <summary>The name of the table, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Of which fetched columns lengths are read instead of texts; those past its end are read as they are.
    /// </summary>
    public PlanList<TextMeasure> Measures { get; init; }

    public override Schema Output => Columns;

    public override string Describe() =>
        $"Fetch {Name} [{string.Join(", ", Fetched.Map(f => Snapshot.Definition.Columns[f].Name))}]";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(6);
        target.Write(Name);
        SnapshotBytes.Write(target, Snapshot);
        target.Write(Columns);
        target.Write(Sources);
        target.Write(Fetched);
        target.Write(Measures.Map(m => (int)m));
    }

    public static FetchNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(6);
        Schema given = source.Only(inputs).Output;
        string name = source.ReadString();
        TableSnapshot snapshot = source.Source.ReadNested(_ => SnapshotBytes.Read(source));
        Schema columns = source.ReadSchema();
        Schema table = snapshot.Definition.Schema;
        PlanList<int> sources = source.ReadPositions(given.Count, -1);
        PlanList<int> fetched = source.ReadPositions(table.Count);
        PlanList<TextMeasure> measures =
            source.ReadPositions((int)TextMeasure.Characters + 1).Map(m => (TextMeasure)m);
        source.Check(given.Count > 0 && given[^1].Type.Kind == TypeKind.BigInt, "numbers of rows");
        source.Check(
            sources.Count == columns.Count && sources.Count(s => s < 0) == fetched.Count &&
                measures.Count <= fetched.Count, "number of fetched columns");
        FetchNode node = new(inputs[0], snapshot, sources, fetched, columns) { Name = name, Measures = measures };
        int next = 0;
        for (int c = 0; c < columns.Count; c++)
        {
            LogicalType type = sources[c] >= 0 ? given[sources[c]].Type : node.TypeOf(next++);
            source.Check(columns[c].Type.Equals(type), "types of columns");
        }
        return node;
    }

    /// <summary>The type in which a column is fetched; a wrong one where lengths are read of what is no text.</summary>
    public LogicalType TypeOf(int fetched)
    {
        LogicalType stored = Snapshot.Definition.Columns[Fetched[fetched]].Type;
        if (MeasureOf(fetched) == TextMeasure.None) return stored;
        return stored.Kind == TypeKind.Varchar ? LogicalType.Integer : LogicalType.Null;
    }

    /// <summary>What is read of a fetched column.</summary>
    public TextMeasure MeasureOf(int fetched) => fetched < Measures.Count ? Measures[fetched] : TextMeasure.None;

    public override Operator Start(PipelineContext context, Operator next) => new FetchOperator(this, context, next);
}

/// <summary>Reads the rows of a batch vector by vector, in the order in which they lie in the table.</summary>
internal sealed unsafe class FetchOperator : Operator
{
    private const int MaxOpenSegments = 16;

    private readonly FetchNode _node;
    private readonly ImmutableArray<TableColumn?> _columns;
    private readonly ImmutableArray<GlobalDictionary?> _dictionaries;
    private readonly ImmutableArray<TextMeasure> _measures;
    private readonly Dictionary<int, SnapshotSegment> _segments;
    private readonly Batch _output;
    private readonly MemoryAccount _account;
    private readonly CancellationToken _cancellation;
    private readonly Arena _constants;
    private readonly Dictionary<int, SegmentScan> _scans = [];
    private ColumnBuffer[] _fetched = [];

    public FetchOperator(FetchNode node, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        _cancellation = context.Cancellation;
        _account = context.CreateAccount("fetch");
        _columns = [.. node.Fetched.Map(f => node.Snapshot.Definition.Columns[f])];
        _dictionaries = [.. _columns.Select(_ => (GlobalDictionary?)null)];
        _measures = [.. Enumerable.Range(0, _columns.Length).Select(node.MeasureOf)];
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
        CloseScans();
        _output.Dispose();
        _constants.Dispose();
    }

    /// <summary>Reads the columns of rows; the place of each row among what was read.</summary>
    private void Fetch(ColumnVector rowIds, int count, uint* places)
    {
        FreeFetched();
        _fetched = [.. Enumerable.Range(0, _columns.Length).Select(c => new ColumnBuffer(_node.TypeOf(c), _account))];
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
            int[] inSegment = new int[end - first];
            for (int i = first; i < end; i++) inSegment[i - first] = RowId.Split(rows[i].Id).Row;
            // Numbers may come from another process.
            if (!_segments.TryGetValue(segment, out SnapshotSegment? source) || inSegment[^1] >= source.RowCount)
                throw new CorruptDataException("number of a row", _node.Name, rows[end - 1].Id);
            if (source.IsRows) ReadRows(source, inSegment);
            else ReadFiles(source, inSegment);
            first = end;
        }
    }

    private void ReadFiles(SnapshotSegment segment, int[] rows)
    {
        SegmentScan scan = ScanOf(segment);
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
                using ColumnVector vector = new(_node.TypeOf(c), _account);
                scan.Read(c, block, firstRow, size, mask, vector);
                Append(c, vector, wanted);
            }
        }
    }

    /// <summary>A segment, open as long as its rows keep coming: what readers know of a block is read once.</summary>
    private SegmentScan ScanOf(SnapshotSegment segment)
    {
        if (_scans.TryGetValue(segment.Number, out SegmentScan? open)) return open;
        if (_scans.Count == MaxOpenSegments) CloseScans();
        SegmentScan scan = new(segment, _columns, _dictionaries, _measures, _constants);
        _scans.Add(segment.Number, scan);
        return scan;
    }

    private void CloseScans()
    {
        foreach (SegmentScan scan in _scans.Values) scan.Dispose();
        _scans.Clear();
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
