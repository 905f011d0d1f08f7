using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// Columns that come without NULLs: those that a table declares so, as far as they are followed. What steps say of
/// their columns is not asked, since it is written for people.
/// </summary>
internal static class NeverNull
{
    /// <summary>True when no row of a step has NULL in a column.</summary>
    public static bool Holds(PhysicalNode node, int column) => node switch
    {
        TableScanNode scan => scan.Positions[column] is var position &&
            (position == PlanTableColumn.RowId || !scan.Snapshot.Definition.Columns[position].IsNullable),
        FilterNode filter => Holds(filter.Input, column),
        ProjectNode project => project.Expressions[column] switch
        {
            ColumnReference reference => Holds(project.Input, reference.Index),
            Constant constant => !constant.Value.IsNull,
            _ => false,
        },
        HashJoinNode { Kind: JoinKind.Inner } join => column < join.Probe.Output.Count
            ? Holds(join.Probe, column) : Holds(join.Build, column - join.Probe.Output.Count),
        HashJoinNode { Kind: JoinKind.Semi or JoinKind.Anti } join => Holds(join.Probe, column),
        _ => false,
    };
}
