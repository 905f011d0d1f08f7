namespace ColFrag.Engine.Plan.Binding;

/// <summary>A query of WITH that is computed once, however often it is used.</summary>
internal sealed record SharedQuery(int Id, string Name, LogicalNode Definition)
{
    /// <summary>A plan with the shared queries that it refers to, the earlier around the later.</summary>
    public static LogicalNode Around(LogicalNode plan, IReadOnlyList<SharedQuery> shared)
    {
        for (int i = shared.Count - 1; i >= 0; i--)
        {
            (int id, string name, LogicalNode definition) = shared[i];
            plan = CommonTableUse.TryInline(plan, id, definition) ?? new MaterializedCte(id, name, definition, plan);
        }
        return plan;
    }
}
