using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// A column that some node of a plan makes. It is one object wherever the plan uses it, so expressions stay right while
/// rules move nodes; positions are worked out at the end, by <see cref="ColumnResolution"/>.
/// </summary>
/// <param name="id">Unique within the plan; for people and for a fixed order.</param>
/// <param name="name">The name that a result shows.</param>
/// <param name="type">The type.</param>
/// <param name="isNullable">False when no row has NULL.</param>
internal sealed class PlanColumn(int id, string name, LogicalType type, bool isNullable = true)
{
    public int Id => id;

    public string Name => name;

    public LogicalType Type => type;

    public bool IsNullable => isNullable;

    /// <summary>The collation of its texts; null or empty for the order of bytes.</summary>
    public string? Collation { get; init; }

    /// <summary>As a column of a schema.</summary>
    public Field ToField() => new(name, type, isNullable);

    /// <inheritdoc/>
    public override string ToString() => $"{name}#{id}";
}

/// <summary>Numbers the columns and common tables of one statement.</summary>
internal sealed class PlanColumnFactory
{
    private int _next;
    private int _nextCte;

    /// <summary>A new number for a common table.</summary>
    public int CreateCteId() => _nextCte++;

    /// <summary>Leaves out the numbers that a plan uses already.</summary>
    public void SkipNumbersOf(LogicalNode plan)
    {
        foreach (LogicalNode node in plan.DescendantsAndSelf())
        {
            int cte = node switch
                {
                    MaterializedCte m => m.CteId, RecursiveCte r => Math.Max(r.CteId, r.AllCteId),
                    CteReference r => r.CteId, _ => -1,
                };
            _nextCte = Math.Max(_nextCte, cte + 1);
            foreach (PlanColumn column in node.Output) _next = Math.Max(_next, column.Id + 1);
        }
    }

    /// <summary>A new column.</summary>
    public PlanColumn Create(string name, LogicalType type, bool isNullable = true, string? collation = null) =>
        new(_next++, name, type, isNullable) { Collation = collation };

    /// <summary>A new column that looks like another one.</summary>
    public PlanColumn CreateLike(PlanColumn column) =>
        new(_next++, column.Name, column.Type, column.IsNullable) { Collation = column.Collation };
}
