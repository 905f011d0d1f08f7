namespace ColFrag.Engine.Plan;

/// <summary>
/// A node that changes a table. It gives either one row with the number of changed rows (<see cref="Count"/>), or, with
/// RETURNING, every changed row: the table's columns after an insert or update, before a delete.
/// </summary>
internal abstract record ChangeNode(LogicalNode Input, IPlanTable Table) : UnaryNode(Input)
{
    /// <summary>The BIGINT column of the number of rows, where nothing is returned.</summary>
    public required PlanColumn Count { get; init; }

    /// <summary>The changed rows, a column per column of the table; empty without RETURNING.</summary>
    public PlanList<PlanColumn> Returned { get; init; }

    /// <summary>CHECK constraints by name, over <see cref="CheckColumns"/>; FALSE is 23514.</summary>
    public PlanList<NamedCheck> Checks { get; init; }

    /// <summary>The columns of the table as the checks see them, in order.</summary>
    public PlanList<PlanColumn> CheckColumns { get; init; }

    public sealed override PlanList<PlanColumn> Output => Returned.IsEmpty ? [Count] : Returned;
}

/// <summary>A CHECK constraint.</summary>
internal sealed record NamedCheck(string Name, Expression Condition);

/// <summary>Adds rows. The input has every column of the table, in order, defaults filled in, types cast.</summary>
internal sealed record Insert(LogicalNode Input, IPlanTable Table) : ChangeNode(Input, Table)
{
    public override string Describe() => $"Insert into {Table.Name}";
}

/// <summary>A column of a table and its new value.</summary>
internal sealed record ColumnAssignment(int TableColumn, Expression Value);

/// <summary>
/// Replaces rows. The input has the row id, then every column of the table with its new value. A row that comes twice
/// is changed once.
/// </summary>
internal sealed record Update(LogicalNode Input, IPlanTable Table) : ChangeNode(Input, Table)
{
    /// <summary>Positions of the columns that may have changed.</summary>
    public PlanList<int> ChangedColumns { get; init; }

    public override string Describe() => $"Update {Table.Name}";
}

/// <summary>Removes rows. The input has the row id, and with RETURNING every column of the table.</summary>
internal sealed record Delete(LogicalNode Input, IPlanTable Table) : ChangeNode(Input, Table)
{
    public override string Describe() => $"Delete from {Table.Name}";
}

/// <summary>What MERGE does with one row.</summary>
internal enum MergeAction : byte
{
    /// <summary>Nothing.</summary>
    Nothing = 0,
    /// <summary>Adds a row.</summary>
    Insert = 1,
    /// <summary>Replaces the target row.</summary>
    Update = 2,
    /// <summary>Removes the target row.</summary>
    Delete = 3,
}

/// <summary>
/// MERGE, and INSERT … ON CONFLICT. The input has an INTEGER column with the number of a <see cref="MergeAction"/>, the
/// row id (NULL for inserts), and every column of the table with its new value. A target row that would change twice is
/// an error (21000).
/// </summary>
internal sealed record Merge(LogicalNode Input, IPlanTable Table) : ChangeNode(Input, Table)
{
    /// <summary>
    /// Keys, as positions in the table, of which a statement may add each value once only: those of ON CONFLICT.
    /// </summary>
    public PlanList<PlanList<int>> AddedOnce { get; init; }

    /// <summary>True when adding such a key twice is an error (21000); false when the second row is left out.</summary>
    public bool RefusesSecond { get; init; }

    public override string Describe() => $"Merge into {Table.Name}";
}
