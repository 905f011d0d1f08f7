using ColFrag.Engine.Formats;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>RETURNING: the rows that a change gave back become the input of its projection.</summary>
internal static class Returned
{
    /// <summary>The projection over these rows instead of over the change.</summary>
    public static LogicalNode PlanOver(Project projection, ChangeNode change, IReadOnlyList<Value[]> rows)
    {
        Schema schema = new(change.Returned.Select(c => c.ToField()));
        PlanList<ScanColumn> columns = change.Returned.Select((c, i) => new ScanColumn(c, i)).ToPlanList();
        SourceTable source = new(new ValueSource(schema, () => rows), "rows that were changed");
        return projection with { Input = new SourceScan(source, columns, columns.Count, default) };
    }
}
