using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// The step from rows to groups: makes the Aggregate node and moves expressions above it, where keys and aggregates are
/// columns and columns of FROM no longer exist.
/// </summary>
internal sealed class GroupedColumns
{
    private readonly BindingContext _context;
    private readonly AggregateCollector _aggregates;
    private readonly Grouping _grouping;
    private readonly HashSet<PlanColumn> _inputColumns = [];
    private readonly PlanColumn[] _keyColumns;
    private readonly PlanColumn? _groupingId;

    public GroupedColumns(BindingContext context, Scope scope, Grouping grouping, AggregateCollector aggregates)
    {
        _context = context;
        _grouping = grouping;
        _aggregates = aggregates;
        foreach (ScopeColumn column in scope.Tables.SelectMany(t => t.Columns))
            _inputColumns.UnionWith(PlanColumns.UsedBy(column.Expression));
        _keyColumns = [.. grouping.Keys.Select(k => context.Columns.Create(
            k is ColumnUse use ? use.Column.Name : "key", k.Type.Kind == TypeKind.Null ? LogicalType.Varchar
                : k.Type))];
        if (aggregates.Groupings.Count > 0)
            _groupingId = context.Columns.Create("grouping_id", LogicalType.BigInt, false);
    }

    /// <summary>Groups the rows of a plan; GROUPING calls become columns of a projection above.</summary>
    public LogicalNode Apply(LogicalNode plan)
    {
        PlanList<NamedExpression> keys = _grouping.Keys
            .Select((k, i) => new NamedExpression(_keyColumns[i], _context.To(k, _keyColumns[i].Type))).ToPlanList();
        PlanList<PlanList<int>> sets = _grouping.Sets.Select(s => s.ToPlanList()).ToPlanList();
        LogicalNode aggregate = new Aggregate(plan, keys, sets, _aggregates.Calls.ToPlanList(), _groupingId);
        if (_groupingId is null) return aggregate;
        IEnumerable<NamedExpression> passed = aggregate.Output.Select(c => new NamedExpression(c, new ColumnUse(c)));
        IEnumerable<NamedExpression> asked =
            _aggregates.Groupings.Select(g => new NamedExpression(g.Column, GroupingBits(g.Arguments, g.Position)));
        return new Project(aggregate, passed.Concat(asked).ToPlanList());
    }

    /// <summary>An expression over FROM as one over groups.</summary>
    /// <exception cref="QueryException">42803: it uses a column that is neither grouped by nor aggregated.</exception>
    public Expression Rewrite(Expression expression)
    {
        Expression changed = RewriteInside(expression);
        foreach (Expression part in changed.DescendantsAndSelf())
        {
            if (part is not ColumnUse use || !_inputColumns.Contains(use.Column)) continue;
            throw new QueryException(
                SqlStates.GroupingError,
                $"Column must appear in the GROUP BY clause or be used in an aggregate function: \"{use.Column.Name}\"",
                part.Position >= 0 ? part.Position : expression.Position,
                $"Add it to GROUP BY, or write any_value({use.Column.Name}).");
        }
        return changed;
    }

    /// <summary>The same without the check: for subqueries, whose own columns stay.</summary>
    public Expression RewriteInside(Expression expression)
    {
        for (int i = 0; i < _keyColumns.Length; i++)
        {
            if (_grouping.Keys[i].Equals(expression))
                return new ColumnUse(_keyColumns[i]) { Position = expression.Position };
        }
        return expression.MapChildren(RewriteInside);
    }

    /// <summary>Looks at what a subquery uses of the rows around it, which are groups now.</summary>
    /// <exception cref="QueryException">42803: a column that is not grouped by.</exception>
    public void RequireGrouped(PendingSubquery subquery)
    {
        IEnumerable<PlanColumn> used = PlanColumns.FreeColumns(subquery.Plan)
            .Concat(subquery.Condition is null ? [] : PlanColumns.UsedBy(subquery.Condition));
        if (used.FirstOrDefault(_inputColumns.Contains) is not { } column) return;
        throw new QueryException(
            SqlStates.GroupingError, $"Subquery uses ungrouped column \"{column.Name}\" from outer query",
            hint: "Add it to GROUP BY.");
    }

    // Bit i of the id is 1 where key i is not in the row's set; GROUPING's first argument is its highest bit.
    private Expression GroupingBits(Expression[] arguments, int position)
    {
        Expression result = new Constant(Value.BigInt(0));
        foreach (Expression argument in arguments)
        {
            int key = -1;
            for (int i = 0; i < _grouping.Keys.Count; i++)
            {
                if (_grouping.Keys[i].Equals(argument)) key = i;
            }
            if (key < 0)
            {
                throw new QueryException(
                    SqlStates.GroupingError,
                    "Arguments to GROUPING must be grouping expressions of the associated query level", position);
            }
            Expression shifted = BigInt(ArithmeticOperator.Divide, new ColumnUse(_groupingId!), 1L << key);
            Expression bit = BigInt(ArithmeticOperator.Modulo, shifted, 2);
            result = new Arithmetic(
                ArithmeticOperator.Add, BigInt(ArithmeticOperator.Multiply, result, 2), bit, LogicalType.BigInt);
        }
        return result;
    }

    private static Arithmetic BigInt(ArithmeticOperator op, Expression left, long right) =>
        new(op, left, new Constant(Value.BigInt(right)), LogicalType.BigInt);
}
