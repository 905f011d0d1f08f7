using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

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

    public override string Describe() =>
        $"Scan {Name} [{string.Join(", ", Columns.Fields.Select(f => f.Name))}]" +
        (Filters.IsEmpty ? "" : $" where {string.Join(" AND ", Filters)}") + DescribeRanges();

    public override void Write(PlanWriter target)
    {
        target.Begin(5);
        target.Write(Name);
        SnapshotBytes.Write(target, Snapshot);
        target.Write(Columns);
        target.Write(Positions);
        target.Write(Filters);
    }

    public static TableScanNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(5);
        source.None(inputs);
        string name = source.ReadString();
        TableSnapshot snapshot = source.Source.ReadNested(_ => SnapshotBytes.Read(source));
        Schema columns = source.ReadSchema();
        Schema table = snapshot.Definition.Schema;
        PlanList<int> positions = source.ReadPositions(table.Count, PlanTableColumn.RowId);
        source.Check(positions.Count >= columns.Count, "number of columns");
        Schema read = new(positions.Select(
            p => p == PlanTableColumn.RowId ? new Field("row id", LogicalType.BigInt, false) : table[p]));
        source.CheckTypes(columns, [.. read.Fields.Take(columns.Count).Select(f => f.Type)]);
        PlanList<Expression> filters = source.ReadExpressions(read);
        source.Check(filters.All(f => f.Type.Kind == TypeKind.Boolean), "type of a condition");
        return new TableScanNode(snapshot, positions, columns, filters) { Name = name };
    }

    public override void LayOut(Pipeline current, PlanLayout layout) =>
        current.Begin(new TableScanSource(this, layout.Run), this);

    public override void WantCodes(int column, QueryRun run)
    {
        int position = Positions[column];
        if (position == PlanTableColumn.RowId || Columns[column].Type.Physical != PhysicalType.Utf8) return;
        run.Shared(this, () => new WantedCodes()).Add(position);
    }

    private string DescribeRanges()
    {
        if (Pruning is not { Prunes: true } pruning) return "";
        int all = Snapshot.State.Ranges.Length;
        return all == 1 ? "" : $" in {Snapshot.State.Ranges.Count(r => pruning.CanContain(r.Range))} of {all} ranges";
    }

    public override LiveFilter? TryAddFilter(int column, QueryRun run)
    {
        int position = Positions[column];
        if (position == PlanTableColumn.RowId || Columns[column].Type.IsNested) return null;
        return run.Shared(this, () => new RuntimeFilters()).Add(Snapshot.Definition.Columns[position].Id);
    }
}
