using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>The rows of a version of a table that pass all filters; a block is a morsel.</summary>
/// <param name="Snapshot">The version.</param>
/// <param name="Positions">
/// Columns read, by position in the table: first the ones given on, then those that only filters use;
/// <see cref="PlanTableColumn.RowId"/> for the identity of the row.
/// </param>
/// <param name="Columns">The columns given on.</param>
/// <param name="Filters">Conditions over the columns read; all must be true.</param>
internal sealed record TableScanNode(
    TableSnapshot Snapshot, PlanList<int> Positions, Schema Columns, PlanList<Expression> Filters) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    /// <summary>The name of the table, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Which hash ranges the snapshot was narrowed to; null where it was not decided here.</summary>
    public RangePruning? Pruning { get; init; }

    /// <summary>
    /// True where a step above relies on all rows of a hash range being read by one task. Nothing that travels.
    /// </summary>
    public bool KeepsRanges { get; init; }

    /// <summary>
    /// Of which columns lengths are read instead of texts, by position; those past its end are read as they are.
    /// </summary>
    public PlanList<TextMeasure> Measures { get; init; }

    /// <summary>Which of the columns given on is a stored column, by its position in the table; -1 for none.</summary>
    public int IndexOf(int position)
    {
        for (int c = 0; c < Columns.Count; c++)
        {
            if (Positions[c] == position && MeasureOf(c) == TextMeasure.None) return c;
        }
        return -1;
    }

    /// <summary>What is read of a column.</summary>
    public TextMeasure MeasureOf(int column) => column < Measures.Count ? Measures[column] : TextMeasure.None;

    public override string Describe() =>
        $"Scan {Name} [{string.Join(", ", Columns.Fields.Select(f => f.Name))}]" +
        (Filters.IsEmpty ? "" : $" where {string.Join(" AND ", Filters)}") + DescribeRanges();

    public override void Write(PlanWriter target)
    {
        target.Begin(6);
        target.Write(Name);
        SnapshotBytes.Write(target, Snapshot);
        target.Write(Columns);
        target.Write(Positions);
        target.Write(Filters);
        target.Write(Measures.Map(m => (int)m));
    }

    public static TableScanNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        int fields = source.Begin(5);
        source.None(inputs);
        string name = source.ReadString();
        TableSnapshot snapshot = source.Source.ReadNested(_ => SnapshotBytes.Read(source));
        Schema columns = source.ReadSchema();
        Schema table = snapshot.Definition.Schema;
        PlanList<int> positions = source.ReadPositions(table.Count, PlanTableColumn.RowId);
        source.Check(positions.Count >= columns.Count, "number of columns");
        Schema read = new(positions.Select(
            p => p == PlanTableColumn.RowId ? new Field("row id", LogicalType.BigInt, false) : table[p]));
        PlanList<Expression> filters = source.ReadExpressions(read);
        source.Check(filters.All(f => f.Type.Kind == TypeKind.Boolean), "type of a condition");
        PlanList<TextMeasure> measures =
            fields > 5 ? source.ReadPositions((int)TextMeasure.Characters + 1).Map(m => (TextMeasure)m) : default;
        TableScanNode scan = new(snapshot, positions, columns, filters) { Name = name, Measures = measures };
        source.Check(measures.Count <= columns.Count, "number of measures");
        for (int c = 0; c < columns.Count; c++)
            source.Check(columns[c].Type.Equals(scan.TypeOf(c, read[c].Type)), "types of columns");
        source.Check(
            filters.All(f => f.DescendantsAndSelf().OfType<ColumnReference>().All(
                r => scan.MeasureOf(r.Index) == TextMeasure.None)), "a condition on a length");
        return scan;
    }

    public override void LayOut(Pipeline current, PlanLayout layout) =>
        current.Begin(new TableScanSource(this, layout.Run), this);

    public override void WantCodes(int column, QueryRun run)
    {
        int position = Positions[column];
        if (position == PlanTableColumn.RowId || Columns[column].Type.Physical != PhysicalType.Utf8) return;
        run.Shared(this, () => new WantedCodes()).Add(position);
    }

    /// <summary>
    /// The type in which a stored column is read; a wrong one where lengths are read of what is no text.
    /// </summary>
    private LogicalType TypeOf(int column, LogicalType stored) => MeasureOf(column) == TextMeasure.None
        ? stored : stored.Kind == TypeKind.Varchar ? LogicalType.Integer : LogicalType.Null;

    private string DescribeRanges()
    {
        if (Pruning is not { Prunes: true } pruning) return "";
        int all = Snapshot.State.Ranges.Length;
        return all == 1 ? "" : $" in {Snapshot.State.Ranges.Count(r => pruning.CanContain(r.Range))} of {all} ranges";
    }

    public override LiveFilter? TryAddFilter(int column, QueryRun run)
    {
        int position = Positions[column];
        bool isStored = position != PlanTableColumn.RowId && MeasureOf(column) == TextMeasure.None;
        if (!isStored || Columns[column].Type.IsNested) return null;
        return run.Shared(this, () => new RuntimeFilters()).Add(Snapshot.Definition.Columns[position].Id);
    }
}
