namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// The lists that a select list unnests. Those of one SELECT run side by side; a list of what another one gives runs
/// after it.
/// </summary>
internal sealed class UnnestCollector
{
    private readonly List<NamedExpression> _lists = [];

    /// <summary>How many lists there are.</summary>
    public int Count => _lists.Count;

    /// <summary>Forgets the lists behind the first ones, of an expression that was bound in vain.</summary>
    public void ShrinkTo(int count) => _lists.RemoveRange(count, _lists.Count - count);

    /// <summary>The column that has the elements.</summary>
    public ColumnUse Add(Expression list, PlanColumnFactory columns)
    {
        NamedExpression added = new(columns.Create("unnest", list.Type.Element!), list);
        _lists.Add(added);
        return new ColumnUse(added.Column);
    }

    /// <summary>Unnests what one of the expressions uses, before rows are grouped.</summary>
    public LogicalNode ApplyUsedBy(LogicalNode plan, IEnumerable<Expression> expressions)
    {
        HashSet<PlanColumn> used = [.. expressions.SelectMany(PlanColumns.UsedBy)];
        UnnestCollector needed = new();
        for (int i = _lists.Count - 1; i >= 0; i--)
        {
            if (!used.Contains(_lists[i].Column)) continue;
            used.UnionWith(PlanColumns.UsedBy(_lists[i].Expression));
            needed._lists.Insert(0, _lists[i]);
            _lists.RemoveAt(i);
        }
        return needed.Apply(plan, e => e);
    }

    /// <summary>Unnests what is left; <paramref name="change"/> moves the lists above the grouping.</summary>
    public LogicalNode Apply(LogicalNode plan, Func<Expression, Expression> change)
    {
        while (_lists.Count > 0)
        {
            HashSet<PlanColumn> open = [.. _lists.Select(l => l.Column)];
            NamedExpression[] ready = [.. _lists.Where(l => !PlanColumns.Uses(l.Expression, open))];
            _lists.RemoveAll(ready.Contains);
            plan = new Unnest(plan, ready.Select(l => l.Map(change)).ToPlanList(), null, false);
        }
        return plan;
    }
}
