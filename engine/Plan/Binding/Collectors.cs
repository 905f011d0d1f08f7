using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>The aggregates of one SELECT: equal calls are computed once.</summary>
internal sealed class AggregateCollector
{
    private readonly List<NamedAggregate> _calls = [];
    private readonly List<(PlanColumn Column, Expression[] Arguments, int Position)> _groupings = [];

    public IReadOnlyList<NamedAggregate> Calls => _calls;

    /// <summary>GROUPING calls: their column and what they ask about.</summary>
    public IReadOnlyList<(PlanColumn Column, Expression[] Arguments, int Position)> Groupings => _groupings;

    /// <summary>True when the SELECT groups because of what was collected.</summary>
    public bool IsNeeded => _calls.Count > 0 || _groupings.Count > 0;

    /// <summary>True when an expression uses what is known only after grouping.</summary>
    public bool IsUsedBy(Expression expression) => PlanColumns.UsedBy(expression).Any(
        used => _calls.Exists(c => c.Column == used) || _groupings.Exists(g => g.Column == used));

    /// <summary>The column that has the call's value.</summary>
    public ColumnUse Add(AggregateCall call, PlanColumnFactory columns)
    {
        NamedAggregate? same = _calls.Find(c => c.Call.Equals(call));
        if (same is null)
            _calls.Add(same = new NamedAggregate(columns.Create(call.Function.Info.Name, call.Type), call));
        return new ColumnUse(same.Column);
    }

    /// <summary>The column that tells which of the expressions are not grouped by.</summary>
    public ColumnUse AddGrouping(Expression[] arguments, int position, PlanColumnFactory columns)
    {
        PlanColumn column = columns.Create("grouping", LogicalType.BigInt, false);
        _groupings.Add((column, arguments, position));
        return new ColumnUse(column);
    }
}

/// <summary>The window functions of one SELECT, and its WINDOW clause.</summary>
internal sealed class WindowCollector(Syntax.SyntaxList<Syntax.NamedWindow> windows)
{
    private readonly List<NamedWindow> _calls = [];

    public IReadOnlyList<NamedWindow> Calls => _calls;

    /// <summary>True when an expression uses the value of a window function.</summary>
    public bool IsUsedBy(Expression expression) =>
        PlanColumns.UsedBy(expression).Any(used => _calls.Exists(c => c.Column == used));

    /// <summary>The column that has the call's value.</summary>
    public ColumnUse Add(WindowCall call, string name, PlanColumnFactory columns)
    {
        NamedWindow? same = _calls.Find(c => c.Call.Equals(call));
        if (same is null) _calls.Add(same = new NamedWindow(columns.Create(name, call.Type), call));
        return new ColumnUse(same.Column);
    }

    /// <summary>Changes the expressions of all calls, after grouping gave them other columns.</summary>
    public PlanList<NamedWindow> Map(Func<Expression, Expression> change) =>
        _calls.Select(c => c with { Call = c.Call.Map(change) }).ToPlanList();

    /// <summary>What stands behind OVER, with named windows put in.</summary>
    public Syntax.WindowSpecification Resolve(Syntax.WindowSyntax syntax)
    {
        if (syntax is Syntax.WindowReference reference) return Resolve(reference.Name, windows.Count);
        return Resolve((Syntax.WindowSpecification)syntax, windows.Count);
    }

    // A window of the clause can build on those before it.
    private Syntax.WindowSpecification Resolve(Syntax.Identifier name, int before)
    {
        for (int i = 0; i < before; i++)
        {
            if (windows[i].Name.Equals(name)) return Resolve(windows[i].Specification, i);
        }
        throw new QueryException(SqlStates.UndefinedObject, $"Window does not exist: \"{name.Name}\"", name.Position);
    }

    private Syntax.WindowSpecification Resolve(Syntax.WindowSpecification own, int before)
    {
        if (own.BaseName is null) return own;
        Syntax.WindowSpecification basis = Resolve(own.BaseName, before);
        if (!own.PartitionBy.IsEmpty)
        {
            throw new QueryException(SqlStates.WindowingError,
                $"Cannot override PARTITION BY clause of window \"{own.BaseName.Name}\"", own.Position);
        }
        if (!own.OrderBy.IsEmpty && !basis.OrderBy.IsEmpty)
        {
            throw new QueryException(SqlStates.WindowingError,
                $"Cannot override ORDER BY clause of window \"{own.BaseName.Name}\"", own.Position);
        }
        if (basis.Frame is not null)
        {
            throw new QueryException(SqlStates.WindowingError,
                $"Cannot copy window \"{own.BaseName.Name}\" because it has a frame clause", own.Position);
        }
        return own with
        {
            BaseName = null,
            PartitionBy = basis.PartitionBy,
            OrderBy = own.OrderBy.IsEmpty ? basis.OrderBy : own.OrderBy,
        };
    }
}

/// <summary>A subquery of an expression on its way to become a join.</summary>
internal sealed record PendingSubquery(
    LogicalNode Plan, JoinKind Kind, Expression? Condition, PlanColumn? Mark, bool IsNullAware);

/// <summary>
/// The subqueries of the expressions of one clause. Each becomes a join beside the plan that the expressions run over:
/// a single join for a value, a mark join for EXISTS, IN, ANY and ALL.
/// </summary>
internal sealed class SubqueryCollector
{
    private readonly List<PendingSubquery> _pending = [];

    public int Count => _pending.Count;

    public void Add(PendingSubquery subquery) => _pending.Add(subquery);

    /// <summary>
    /// Joins them to a plan and forgets them; where the plan is of groups, their outer columns become its keys.
    /// </summary>
    public LogicalNode Attach(LogicalNode plan, GroupedColumns? grouped = null)
    {
        foreach (PendingSubquery pending in _pending)
        {
            PendingSubquery changed = grouped is null ? pending : pending with
            {
                Plan = pending.Plan.RewriteUp(n => n.MapExpressions(grouped.RewriteInside)),
                Condition = pending.Condition is null ? null : grouped.RewriteInside(pending.Condition),
            };
            grouped?.RequireGrouped(changed);
            plan = Join(plan, changed.Plan, changed);
        }
        _pending.Clear();
        return plan;
    }

    /// <summary>
    /// Joins those whose column one of the expressions uses, and what these need in turn; the others stay. What is
    /// grouped by or aggregated must be there before the groups are.
    /// </summary>
    public LogicalNode AttachUsedBy(LogicalNode plan, IEnumerable<Expression> expressions)
    {
        HashSet<PlanColumn> used = [.. expressions.SelectMany(PlanColumns.UsedBy)];
        SubqueryCollector needed = new();
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            PendingSubquery pending = _pending[i];
            if (!used.Contains(pending.Mark ?? pending.Plan.Output[0])) continue;
            if (pending.Condition is not null) used.UnionWith(PlanColumns.UsedBy(pending.Condition));
            needed._pending.Insert(0, pending);
            _pending.RemoveAt(i);
        }
        return needed.Attach(plan);
    }

    /// <summary>
    /// As <see cref="Attach(LogicalNode, GroupedColumns?)"/>, but marks that only filter become semi
    /// joins, or anti joins where negated.
    /// </summary>
    public LogicalNode Attach(LogicalNode plan, IReadOnlyList<(PlanColumn Mark, bool IsNegated)> filters)
    {
        foreach (PendingSubquery pending in _pending)
        {
            int filter = -1;
            for (int i = 0; i < filters.Count; i++)
            {
                if (filters[i].Mark == pending.Mark) filter = i;
            }
            PendingSubquery join = filter < 0 ? pending : pending with
            {
                Kind = filters[filter].IsNegated ? JoinKind.Anti : JoinKind.Semi,
                Mark = null,
                IsNullAware = pending.IsNullAware && filters[filter].IsNegated,
            };
            plan = Join(plan, join.Plan, join);
        }
        _pending.Clear();
        return plan;
    }

    /// <summary>
    /// Joins each to that side of an outer join whose columns it uses, so that the condition finds its value there.
    /// </summary>
    /// <exception cref="QueryException">0A000: one uses columns of both sides.</exception>
    public (LogicalNode Left, LogicalNode Right) AttachBeside(LogicalNode left, LogicalNode right, int position)
    {
        foreach (PendingSubquery pending in _pending)
        {
            HashSet<PlanColumn> used = [.. PlanColumns.FreeColumns(pending.Plan)];
            if (pending.Condition is not null) used.UnionWith(PlanColumns.UsedBy(pending.Condition));
            bool usesLeft = used.Overlaps(left.Output);
            if (usesLeft && used.Overlaps(right.Output))
            {
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    "A subquery in ON of an outer join cannot use columns of both tables", position,
                    "Compute it in a subquery in FROM.");
            }
            if (usesLeft) left = Join(left, pending.Plan, pending);
            else right = Join(right, pending.Plan, pending);
        }
        _pending.Clear();
        return (left, right);
    }

    /// <summary>Joins one subquery: dependent where it uses columns of the plan.</summary>
    public static LogicalNode Join(LogicalNode plan, LogicalNode inner, PendingSubquery pending)
    {
        if (PlanColumns.FreeColumns(inner).Overlaps(plan.Output))
        {
            return new DependentJoin(plan, inner, pending.Kind, pending.Condition, pending.Mark, pending.IsNullAware);
        }
        (PlanList<JoinKey> keys, Expression? residual) =
            JoinConditions.Split(pending.Condition, plan.Output, inner.Output);
        return new Join(plan, inner, pending.Kind, keys, residual, pending.Mark) { IsNullAware = pending.IsNullAware };
    }
}
