namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Sorts the conditions of a join: equalities between the sides become keys, the rest stays a residual.
/// </summary>
internal static class JoinConditions
{
    /// <summary>Keys and residual of a condition over both sides.</summary>
    public static (PlanList<JoinKey> Keys, Expression? Residual) Split(
        Expression? condition, PlanList<PlanColumn> left, PlanList<PlanColumn> right)
    {
        if (condition is null) return (default, null);
        HashSet<PlanColumn> leftColumns = [.. left];
        HashSet<PlanColumn> rightColumns = [.. right];
        List<JoinKey> keys = [];
        List<Expression> rest = [];
        foreach (Expression conjunct in Conjunction.Split(condition))
        {
            if (KeyOf(conjunct, leftColumns, rightColumns) is { } key) keys.Add(key);
            else rest.Add(conjunct);
        }
        return (keys.ToPlanList(), rest.Count == 0 ? null : Conjunction.Of(rest));
    }

    private static JoinKey? KeyOf(Expression condition, HashSet<PlanColumn> left, HashSet<PlanColumn> right)
    {
        (Expression a, Expression b, bool nullsAreEqual) = condition switch
        {
            Comparison { Operator: ComparisonOperator.Equal, Collation: null } equal =>
                (equal.Left, equal.Right, false),
            IsDistinct { IsNegated: true } same => (same.Left, same.Right, true),
            _ => (condition, condition, false),
        };
        if (ReferenceEquals(a, b)) return null;
        if (IsOver(a, left) && IsOver(b, right)) return new JoinKey(a, b, nullsAreEqual);
        return IsOver(b, left) && IsOver(a, right) ? new JoinKey(b, a, nullsAreEqual) : null;
    }

    private static bool IsOver(Expression expression, HashSet<PlanColumn> columns)
    {
        HashSet<PlanColumn> uses = [.. PlanColumns.UsedBy(expression)];
        return uses.Count > 0 && uses.IsSubsetOf(columns);
    }
}
