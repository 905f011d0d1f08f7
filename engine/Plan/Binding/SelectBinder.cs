using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Turns one SELECT into a plan, in SQL's order of evaluation: FROM, WHERE, GROUP BY, HAVING, window functions,
/// QUALIFY, the select list, DISTINCT, ORDER BY, LIMIT.
/// </summary>
internal sealed class SelectBinder(BindingContext context, QueryBinder queries)
{
    private readonly AggregateCollector _aggregates = new();
    private readonly SubqueryCollector _subqueries = new();
    private readonly UnnestCollector _unnests = new();
    private Scope _scope = null!;
    private LogicalNode _plan = null!;
    private WindowCollector _windows = null!;
    private ExpressionBinder _binder = null!;

    /// <summary>The plan of a SELECT, with the names of its columns.</summary>
    public BoundRelation Bind(Syntax.SelectQuery query, Scope? outer)
    {
        _scope = new Scope(outer);
        _windows = new WindowCollector(query.Windows);
        _plan = new FromBinder(context, queries).Bind(query.From, _scope);
        // A sample is drawn of what FROM gives.
        if (query.Sample is not null) _plan = FromBinder.BindSample(_plan, query.Sample, context);
        if (query.Where is not null)
        {
            foreach (Syntax.SelectItem item in query.Items) OfferAlias(item);
            _plan = BindWhere(StarExpansion.OverAll(query.Where, new StarExpansion(context, _scope)));
            _scope.NamedItems.Clear();
        }
        _binder = new ExpressionBinder(
            context, _scope, new Clause("SELECT")
            {
                Aggregates = _aggregates, Windows = _windows, Subqueries = _subqueries, Unnests = _unnests,
            });

        _scope.Aggregates = _aggregates;
        List<OutputItem> items = [.. new StarExpansion(context, _scope).Expand(query.Items).SelectMany(BindItems)];
        AddAliases(items);
        _scope.Aggregates = null;
        Grouping grouping = new GroupingBinder(context, _scope, _subqueries).Bind(query.GroupBy, items);
        _scope.Aggregates = _aggregates;
        Expression? having = query.Having is null ? null : BindClause("HAVING", query.Having, allowsWindows: false);
        Expression? qualify = query.Qualify is null ? null : BindClause("QUALIFY", query.Qualify, allowsWindows: true);
        List<SortItem> order = BindOrder(query, items);
        List<Expression> distinctOn = query.Distinct is null
            ? []
            : [.. query.Distinct.On.SelectMany(new StarExpansion(context, _scope).Expand)
                .Select(e => BindOrderExpression(e, items))];

        bool isGrouped = query.GroupBy is not null || having is not null || _aggregates.IsNeeded;
        RequireRows(grouping.Keys);
        GroupedColumns? grouped = isGrouped ? new GroupedColumns(context, _scope, grouping, _aggregates) : null;
        Func<Expression, Expression> change = grouped is null ? e => e : grouped.Rewrite;
        if (grouped is not null)
        {
            IEnumerable<Expression> overRows =
                grouping.Keys.Concat(_aggregates.Calls.SelectMany(c => c.Call.Expressions));
            _plan = _unnests.ApplyUsedBy(_subqueries.AttachUsedBy(_plan, overRows), overRows);
            _plan = grouped.Apply(_plan);
        }
        _plan = _subqueries.Attach(_plan, grouped);
        if (having is not null) _plan = new Filter(_plan, change(having));
        PlanList<NamedWindow> windows = _windows.Map(change);
        if (!windows.IsEmpty) _plan = new Window(_plan, windows);
        if (qualify is not null) _plan = new Filter(_plan, change(qualify));
        _plan = _unnests.Apply(_plan, change);
        for (int i = 0; i < items.Count; i++) items[i] = items[i] with { Expression = change(items[i].Expression) };
        for (int i = 0; i < order.Count; i++) order[i] = order[i] with { Key = order[i].Key.Map(change) };
        distinctOn = [.. distinctOn.Select(change)];
        return Finish(query, outer, items, order, distinctOn);
    }

    /// <summary>An ordinal or an alias can bring what only groups have into GROUP BY.</summary>
    private void RequireRows(IEnumerable<Expression> keys)
    {
        HashSet<PlanColumn> windows = [.. _windows.Calls.Select(c => c.Column)];
        HashSet<PlanColumn> groups =
            [.. _aggregates.Calls.Select(c => c.Column), .. _aggregates.Groupings.Select(g => g.Column)];
        foreach (Expression key in keys)
        {
            if (PlanColumns.Uses(key, groups))
            {
                throw new QueryException(
                    SqlStates.GroupingError, "Aggregate functions are not allowed in GROUP BY", key.Position);
            }
            if (PlanColumns.Uses(key, windows))
            {
                throw new QueryException(
                    SqlStates.WindowingError, "Window functions are not allowed in GROUP BY", key.Position);
            }
        }
    }

    // ---- WHERE -----------------------------------------------------------------------------------------------------

    // EXISTS and IN that stand alone between ANDs become semi and anti joins at once; others leave a mark.
    private LogicalNode BindWhere(Syntax.SyntaxExpression where)
    {
        IEnumerable<Syntax.SyntaxExpression> conjuncts =
            where is Syntax.LogicalSyntax { Operator: Syntax.LogicalOperator.And } and ? and.Operands : [where];
        LogicalNode plan = _plan;
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, _scope, new Clause("WHERE") { Subqueries = subqueries });
        List<Expression> conditions = [];
        List<(PlanColumn Mark, bool IsNegated)> existence = [];
        foreach (Syntax.SyntaxExpression conjunct in conjuncts)
        {
            Expression condition = binder.BindCondition(conjunct);
            (Expression core, bool isNegated) = condition is Not not ? (not.Operand, true) : (condition, false);
            bool isMark = conjunct is Syntax.ExistsSyntax or Syntax.InQuerySyntax
                or Syntax.NotSyntax { Operand: Syntax.ExistsSyntax or Syntax.InQuerySyntax { IsNegated: false } };
            if (isMark && core is ColumnUse mark) existence.Add((mark.Column, isNegated));
            else conditions.Add(condition);
        }
        plan = subqueries.Attach(plan, existence);
        return conditions.Count == 0 ? plan : new Filter(plan, Conjunction.Of(conditions));
    }

    // ---- The select list -------------------------------------------------------------------------------------------

    private IEnumerable<OutputItem> BindItems(Syntax.SelectItem item) =>
        item.Expression is Syntax.CallSyntax { Over: null, Arguments.IsEmpty: false } call &&
        call.Function.Last.Name.Equals("unnest", StringComparison.OrdinalIgnoreCase)
            ? new UnnestedItem(context, _binder, _unnests).Bind(item, call)
            : [BindItem(item)];

    private OutputItem BindItem(Syntax.SelectItem item)
    {
        Expression bound = _binder.Bind(item.Expression);
        if (context.IsUnknown(bound) && bound is not Constant { Value.IsNull: true })
            bound = context.To(bound, LogicalType.Varchar);
        OfferAlias(item);
        return new OutputItem(item.Alias?.Spelling ?? NameOf(item.Expression), bound, item.Expression, item.Alias);
    }

    // DuckDB lets later items and WHERE use aliases of the list.
    private void OfferAlias(Syntax.SelectItem item)
    {
        if (item.Alias is not null && item.Expression is not BoundSyntax)
            _scope.NamedItems.TryAdd(item.Alias.Name, item.Expression);
    }

    // DuckDB lets WHERE, GROUP BY and others of the same SELECT use aliases of the list; real columns win.
    private void AddAliases(List<OutputItem> items)
    {
        foreach (OutputItem item in items)
        {
            if (item.Alias is not null) _scope.Aliases.TryAdd(item.Alias.Name, item.Expression);
        }
    }

    /// <summary>The name that PostgreSQL gives a column without an alias.</summary>
    public static string NameOf(Syntax.SyntaxExpression expression) => expression switch
    {
        Syntax.ColumnSyntax column => column.Name.Last.Spelling,
        Syntax.FieldSyntax field => field.Field.Spelling,
        Syntax.CallSyntax call => call.Function.Last.Name.ToLowerInvariant(),
        Syntax.CastSyntax cast when NameOf(cast.Operand) is var inner and not "?column?" => inner,
        Syntax.CastSyntax { Type: Syntax.SimpleTypeName type } => type.Name.Last.Name,
        Syntax.CaseSyntax { Otherwise: Syntax.ColumnSyntax column } => column.Name.Last.Spelling,
        Syntax.CaseSyntax => "case",
        Syntax.SubquerySyntax { Query: Syntax.SelectQuery { Items: [var only] } } =>
            only.Alias?.Spelling ?? NameOf(only.Expression),
        Syntax.ExistsSyntax => "exists",
        Syntax.ListSyntax or Syntax.ListSubquerySyntax => "array",
        Syntax.RowSyntax => "row",
        Syntax.TypedLiteral { Type: Syntax.SimpleTypeName type } => type.Name.Last.Name,
        Syntax.IntervalSyntax => "interval",
        Syntax.BooleanLiteral => "bool",
        Syntax.SpecialValueSyntax special => System.Text.RegularExpressions.Regex.Replace(
            special.Value.ToString(), "(?<!^)([A-Z])", "_$1").ToLowerInvariant(),
        Syntax.CollateSyntax collate => NameOf(collate.Operand),
        Syntax.SubscriptSyntax subscript => NameOf(subscript.Operand),
        _ => "?column?",
    };

    private Expression BindClause(string name, Syntax.SyntaxExpression syntax, bool allowsWindows)
    {
        Clause clause = new(name)
        {
            Aggregates = _aggregates,
            Windows = allowsWindows ? _windows : null,
            Subqueries = _subqueries,
        };
        return new ExpressionBinder(context, _scope, clause).BindCondition(syntax);
    }

    // ---- ORDER BY --------------------------------------------------------------------------------------------------

    private List<SortItem> BindOrder(Syntax.SelectQuery query, List<OutputItem> items)
    {
        List<SortItem> order = [];
        StarExpansion stars = new(context, _scope);
        foreach (Syntax.OrderItem item in query.OrderBy)
        {
            if (item.Expression is Syntax.AllColumnsSyntax)
            {
                order.AddRange(items.Select(
                    i => new SortItem(ExpressionBinder.MakeSortKey(i.Expression, item, context), item.Position)));
                continue;
            }
            foreach (Syntax.SyntaxExpression expression in stars.Expand(item.Expression))
            {
                Expression bound = BindOrderExpression(expression, items);
                order.Add(new SortItem(ExpressionBinder.MakeSortKey(bound, item, context), item.Position));
            }
        }
        return order;
    }

    // A number is a position; a name alone is an alias of the list first, then a column; all else is over the input.
    private Expression BindOrderExpression(Syntax.SyntaxExpression syntax, List<OutputItem> items)
    {
        switch (syntax)
        {
            case Syntax.IntegerLiteral literal when literal.Value >= 1 && literal.Value <= items.Count:
                return items[(int)literal.Value - 1].Expression;
            case Syntax.IntegerLiteral literal:
                throw new QueryException(
                    SqlStates.InvalidColumnReference, $"ORDER BY position {literal.Value} is not in select list",
                    syntax.Position);
            case Syntax.CollateSyntax { Operand: Syntax.ColumnSyntax } or Syntax.ColumnSyntax { Name.Parts.Count: 1 }:
                Syntax.Identifier name = syntax is Syntax.ColumnSyntax column
                    ? column.Name.Last
                    : ((Syntax.ColumnSyntax)((Syntax.CollateSyntax)syntax).Operand).Name.Last;
                List<OutputItem> named = [.. items.Where(i => ScopeTable.NamesMatch(name, i.Name))];
                if (named.Select(i => i.Expression).Distinct().Count() > 1)
                {
                    throw new QueryException(
                        SqlStates.AmbiguousColumn, $"ORDER BY \"{name.Name}\" is ambiguous", syntax.Position);
                }
                if (named.Count > 0 && syntax is Syntax.ColumnSyntax) return named[0].Expression;
                break;
        }
        Clause clause = new("ORDER BY") { Aggregates = _aggregates, Windows = _windows, Subqueries = _subqueries };
        return new ExpressionBinder(context, _scope, clause).Bind(syntax);
    }

    // ---- The top of the plan ---------------------------------------------------------------------------------------

    private BoundRelation Finish(
        Syntax.SelectQuery query, Scope? outer, List<OutputItem> items, List<SortItem> order,
        List<Expression> distinctOn)
    {
        List<NamedExpression> columns = [.. items.Select(i => new NamedExpression(
            context.Columns.Create(
                i.Name, i.Expression.Type, IsNullable(i.Expression), context.CollationOf(i.Expression)),
            i.Expression))];
        int visible = columns.Count;
        List<SortKey> keys = [.. order.Select(o => o.Key.Map(e => ColumnFor(e, columns)))];
        List<Expression> on = [.. distinctOn.Select(e => ColumnFor(e, columns))];
        if (query.Distinct is not null && query.Distinct.On.IsEmpty && columns.Count > visible)
        {
            int hidden = keys.FindIndex(
                k => k.Expression is ColumnUse use && columns.FindIndex(c => c.Column == use.Column) >= visible);
            throw new QueryException(
                SqlStates.InvalidColumnReference,
                "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                order[Math.Max(hidden, 0)].Position);
        }
        LogicalNode plan = new Project(_plan, columns.ToPlanList());
        if (query.Distinct is not null)
        {
            plan = new Distinct(plan, on.ToPlanList(), distinctOn.Count > 0 ? keys.ToPlanList() : default);
        }
        if (keys.Count > 0) plan = new Sort(plan, keys.ToPlanList());
        plan = queries.BindLimit(plan, query.Limit, outer);
        if (columns.Count > visible)
        {
            plan = new Project(plan,
                columns.Take(visible).Select(c => new NamedExpression(c.Column, new ColumnUse(c.Column))).ToPlanList());
        }
        return new BoundRelation(plan, [.. items.Select(i => i.Name)]);
    }

    private static bool IsNullable(Expression expression) => expression switch
    {
        ColumnUse use => use.Column.IsNullable,
        Constant constant => constant.Value.IsNull,
        _ => true,
    };

    // The output column that has the value, added behind the visible ones where there is none yet.
    private ColumnUse ColumnFor(Expression expression, List<NamedExpression> columns)
    {
        int index = columns.FindIndex(c => c.Expression.Equals(expression));
        if (index < 0)
        {
            index = columns.Count;
            columns.Add(new NamedExpression(context.Columns.Create("order", expression.Type), expression));
        }
        return new ColumnUse(columns[index].Column);
    }

    private sealed record SortItem(SortKey Key, int Position);
}

/// <summary>One column of a select list after binding.</summary>
internal sealed record OutputItem(
    string Name, Expression Expression, Syntax.SyntaxExpression Syntax, Syntax.Identifier? Alias);
