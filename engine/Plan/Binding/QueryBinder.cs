using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Turns queries into plans: WITH, set operations, VALUES, order and limits; SELECT has its own binder.
/// </summary>
internal sealed class QueryBinder(BindingContext context)
{
    /// <summary>The plan of a query, with the names of its columns.</summary>
    /// <param name="query">As parsed.</param>
    /// <param name="outer">The names of the query around; null at the top.</param>
    public BoundRelation Bind(Syntax.Query query, Scope? outer)
    {
        using BindingContext.Nesting nesting = context.Enter(query.Position);
        if (query.With is null) return BindBody(query, outer);
        Scope scope = new(outer);
        List<SharedQuery> shared = [];
        BindWith(query.With, scope, shared);
        BoundRelation body = BindBody(query, scope);
        return body with { Plan = SharedQuery.Around(body.Plan, shared) };
    }

    /// <summary>Puts the queries of a WITH into scope.</summary>
    /// <param name="with">The queries.</param>
    /// <param name="scope">Where they are found.</param>
    /// <param name="shared">Takes those that are computed once, which belong around the plan that uses them.</param>
    public void BindWith(Syntax.WithClause with, Scope scope, List<SharedQuery> shared)
    {
        foreach (Syntax.CommonTable table in with.Tables) BindCommonTable(table, with.IsRecursive, scope, shared);
    }

    private BoundRelation BindBody(Syntax.Query query, Scope? outer) => query switch
    {
        Syntax.SelectQuery select => new SelectBinder(context, this).Bind(select, outer),
        Syntax.SetOperationQuery set => Finish(BindSetOperation(set, outer), query, outer),
        Syntax.ValuesQuery values => Finish(BindValues(values, outer), query, outer),
        Syntax.StatementQuery statement when IsChange(statement) =>
            new WithChangeBinder(context, this).BindRows(statement.Statement, "A query"),
        _ => new DescribedRelation(context, this).Bind(((Syntax.StatementQuery)query).Statement, outer) ??
            throw new QueryException(
                SqlStates.FeatureNotSupported, "A statement cannot stand in place of a query here", query.Position),
    };

    // ---- WITH ------------------------------------------------------------------------------------------------------

    private static bool IsChange(Syntax.Query query) => query is Syntax.StatementQuery
    {
        Statement: Syntax.InsertStatement or Syntax.UpdateStatement or Syntax.DeleteStatement or Syntax.MergeStatement,
    };

    private void BindCommonTable(
        Syntax.CommonTable table, bool mayRecurse, Scope scope, List<SharedQuery> materialized)
    {
        string name = table.Name.Name;
        if (scope.HasCommonTable(name))
        {
            throw new QueryException(
                SqlStates.DuplicateAlias, $"WITH query name specified more than once: \"{name}\"", table.Name.Position);
        }
        if (mayRecurse && table.Query is Syntax.SetOperationQuery { Operator: Syntax.SetOperator.Union } union
            && RefersTo(union.Right, table.Name))
        {
            BoundRelation recursive = BindMarked(table, union, scope);
            AddMaterialized(table, recursive, scope, materialized);
            return;
        }
        if (!table.Key.IsEmpty)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "USING KEY needs a recursive query", table.Key[0].Position,
                "Write WITH RECURSIVE, and refer to the table in the second SELECT.");
        }
        if (IsChange(table.Query))
        {
            new WithChangeBinder(context, this).Bind(table, scope, CopyOf(scope), materialized);
            return;
        }
        if (table.Materialization == Syntax.Materialization.Always)
        {
            BoundRelation once = Rename(Bind(table.Query, scope), table.Columns, table.Name);
            AddMaterialized(table, once, scope, materialized);
            return;
        }
        // Bound once here so that errors surface even when nobody refers to it, then anew for each reference.
        Scope around = CopyOf(scope);
        BoundRelation bound = Rename(Bind(table.Query, around), table.Columns, table.Name);
        if (CommonTableUse.DiffersEachTime(bound.Plan))
        {
            AddMaterialized(table, bound, scope, materialized);
            return;
        }
        scope.AddCommonTable(
            name, new CommonTableBinding(name, () => Rename(Bind(table.Query, around), table.Columns, table.Name)));
    }

    private static Scope CopyOf(Scope scope)
    {
        // A later table of the same WITH may hide an earlier one of the same name; this one keeps seeing what it saw.
        Scope copy = new(scope.Outer);
        copy.Tables.AddRange(scope.Tables);
        scope.CopyCommonTablesTo(copy);
        return copy;
    }

    private void AddMaterialized(
        Syntax.CommonTable table, BoundRelation definition, Scope scope, List<SharedQuery> materialized)
    {
        int id = context.NextCte();
        materialized.Add(new SharedQuery(id, table.Name.Name, definition.Plan));
        scope.AddCommonTable(table.Name.Name, new CommonTableBinding(
            table.Name.Name, () => ReferenceTo(id, table.Name.Name, definition.Plan.Output, definition.Names)));
    }

    private BoundRelation ReferenceTo(int id, string name, PlanList<PlanColumn> columns, IReadOnlyList<string> names)
    {
        PlanList<ScanColumn> own =
            columns.Select((c, i) => new ScanColumn(context.Columns.CreateLike(c), i)).ToPlanList();
        return new BoundRelation(new CteReference(id, name, own), names);
    }

    // The columns of SEARCH and CYCLE are no part of what the step's * shows.
    private BoundRelation BindMarked(Syntax.CommonTable table, Syntax.SetOperationQuery union, Scope scope)
    {
        if (table.Search is null && table.Cycle is null) return BindRecursive(table, union, scope, int.MaxValue);
        IReadOnlyList<string> names = Rename(Bind(union.Left, scope), table.Columns, table.Name).Names;
        Syntax.CommonTable marked = RecursionMarks.Rewrite(table, names);
        return BindRecursive(marked, (Syntax.SetOperationQuery)marked.Query, scope, names.Count);
    }

    private BoundRelation BindRecursive(
        Syntax.CommonTable table, Syntax.SetOperationQuery union, Scope scope, int visibleCount)
    {
        if (!union.OrderBy.IsEmpty || union.Limit is not null)
        {
            throw new QueryException(SqlStates.FeatureNotSupported,
                "ORDER BY and LIMIT are not allowed in a recursive query", union.Position);
        }
        BoundRelation anchor = Rename(Bind(union.Left, scope), table.Columns, table.Name);
        int id = context.NextCte();
        Scope inner = new(scope);
        PlanList<PlanColumn> columns = anchor.Plan.Output.Map(c => context.Columns.Create(c.Name, OwnType(c.Type)));
        inner.AddCommonTable(table.Name.Name, new CommonTableBinding(
            table.Name.Name, () => ReferenceTo(id, table.Name.Name, columns, anchor.Names) with
            {
                VisibleCount = visibleCount,
            }));
        PlanList<int> key = table.Key.Select(k => KeyColumn(k, anchor.Names)).ToPlanList();
        int allId = key.IsEmpty ? -1 : context.NextCte();
        if (!key.IsEmpty)
        {
            // The newest rows of all keys, as DuckDB calls them.
            inner.AddCommonTable(Recurring(table.Name.Name), new CommonTableBinding(
                table.Name.Name, () => ReferenceTo(allId, table.Name.Name, columns, anchor.Names)));
        }
        BoundRelation step = Bind(union.Right, inner);
        if (step.Plan.Output.Count != columns.Count)
        {
            throw new QueryException(SqlStates.SyntaxError,
                "Both terms of a recursive query must have the same number of columns", union.Position);
        }
        LogicalType[] types = [.. columns.Select(c => c.Type)];
        return new BoundRelation(
            new RecursiveCte(
                id, table.Name.Name, CastColumns(anchor.Plan, types), CastColumns(step.Plan, types), union.IsAll,
                columns)
            {
                Key = key, AllCteId = allId,
            },
            anchor.Names);
    }

    /// <summary>The name among WITH queries of the rows of all rounds so far, which SQL calls recurring.t.</summary>
    public static string Recurring(string name) => $"recurring.{name}";

    private static int KeyColumn(Syntax.Identifier column, IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (ScopeTable.NamesMatch(column, names[i])) return i;
        }
        throw new QueryException(
            SqlStates.UndefinedColumn, $"Column does not exist in the recursive query: \"{column.Name}\"",
            column.Position, $"Its columns are {string.Join(", ", names)}.");
    }

    private static LogicalType OwnType(LogicalType type) => type.Kind == TypeKind.Null ? LogicalType.Varchar : type;

    private static bool RefersTo(Syntax.SyntaxNode node, Syntax.Identifier name) => node.DescendantsAndSelf().Any(
        n => n is Syntax.NamedTableReference reference && reference.Name.Last.Equals(name)
            && (reference.Name.Parts.Count == 1 || IsRecurring(reference.Name)));

    private static bool IsRecurring(Syntax.QualifiedName name) =>
        name.Parts.Count == 2 && name.Parts[0].Name == "recurring";

    // ---- VALUES and set operations ---------------------------------------------------------------------------------

    private BoundRelation BindValues(Syntax.ValuesQuery query, Scope? outer)
    {
        int width = query.Rows[0].Values.Count;
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, new Scope(outer), new Clause("VALUES") { Subqueries = subqueries });
        Expression[][] rows = new Expression[query.Rows.Count][];
        for (int r = 0; r < rows.Length; r++)
        {
            Syntax.ValuesRow row = query.Rows[r];
            if (row.Values.Count != width)
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "VALUES lists must all be the same length", row.Position);
            }
            rows[r] = [.. row.Values.Select(binder.Bind)];
        }
        PlanColumn[] columns = new PlanColumn[width];
        for (int c = 0; c < width; c++)
        {
            Expression[] cells = [.. rows.Select(row => row[c])];
            LogicalType type = context.CommonType(cells, "VALUES");
            for (int r = 0; r < rows.Length; r++) rows[r][c] = context.To(rows[r][c], type);
            columns[c] = context.Columns.Create($"column{c + 1}", type);
        }
        LogicalNode plan = subqueries.Attach(Values.OneRow);
        if (ReferenceEquals(plan, Values.OneRow))
        {
            plan = new Values(columns.ToPlanList(), rows.Select(r => r.ToPlanList()).ToPlanList());
        }
        else if (rows.Length == 1)
        {
            plan = new Project(plan, columns.Select((c, i) => new NamedExpression(c, rows[0][i])).ToPlanList());
        }
        else
        {
            plan = Unnested(plan, columns, [.. rows.Select(r => r.ToPlanList())], binder, query.Position);
        }
        return new BoundRelation(plan, [.. columns.Select(c => c.Name)]);
    }

    /// <summary>
    /// Rows of VALUES over a plan of one row that has what their subqueries give: a list per column, unnested side by
    /// side, keeps their order.
    /// </summary>
    public static LogicalNode Unnested(
        LogicalNode around, PlanColumn[] columns, IReadOnlyList<PlanList<Expression>> rows, ExpressionBinder binder,
        int position)
    {
        IEnumerable<NamedExpression> lists = columns.Select((column, i) => new NamedExpression(
            column, binder.ListOf([.. rows.Select(row => row[i])], position)));
        LogicalNode plan = new Unnest(around, lists.ToPlanList(), null, false);
        return new Project(plan, columns.Select(c => new NamedExpression(c, new ColumnUse(c))).ToPlanList());
    }

    private BoundRelation BindSetOperation(Syntax.SetOperationQuery query, Scope? outer)
    {
        BoundRelation left = Bind(query.Left, outer);
        BoundRelation right = Bind(query.Right, outer);
        if (query.IsByName) (left, right) = AlignByName(left, right);
        int width = left.Plan.Output.Count;
        if (right.Plan.Output.Count != width)
        {
            throw new QueryException(
                SqlStates.SyntaxError,
                $"Each {query.Operator.ToString().ToUpperInvariant()} query must have the same number of columns: {width} and {right.Plan.Output.Count}",
                query.Position);
        }
        LogicalType[] types = new LogicalType[width];
        for (int i = 0; i < width; i++)
        {
            PlanColumn a = left.Plan.Output[i];
            PlanColumn b = right.Plan.Output[i];
            types[i] = TypeCoercion.CommonType(a.Type, b.Type) ?? LiteralMeets(left.Plan, right.Plan, i)
                ?? throw new QueryException(
                SqlStates.DatatypeMismatch,
                $"{query.Operator.ToString().ToUpperInvariant()} types {a.Type} and {b.Type} cannot be matched",
                query.Position);
            types[i] = OwnType(types[i]);
        }
        PlanList<PlanColumn> columns = types.Select((t, i) => context.Columns.Create(left.Names[i], t)).ToPlanList();
        SetOperationKind kind = query.Operator switch
        {
            Syntax.SetOperator.Union => SetOperationKind.Union,
            Syntax.SetOperator.Intersect => SetOperationKind.Intersect,
            _ => SetOperationKind.Except,
        };
        PlanList<LogicalNode> operands = [CastColumns(left.Plan, types), CastColumns(right.Plan, types)];
        return new BoundRelation(new SetOperation(kind, query.IsAll, operands, columns), left.Names);
    }

    // A bare string in one arm takes the type of the other arm, as in PostgreSQL.
    private static LogicalType? LiteralMeets(LogicalNode left, LogicalNode right, int column)
    {
        if (IsTextLiteral(left, column)) return right.Output[column].Type;
        return IsTextLiteral(right, column) ? left.Output[column].Type : null;
    }

    private static bool IsTextLiteral(LogicalNode plan, int column) =>
        (plan is Project project && project.Columns[column].Expression is Constant { Type.Kind: TypeKind.Varchar }) ||
        (plan is Values values && values.Rows.All(row => row[column] is Constant { Value.IsNull: true }));

    private (BoundRelation Left, BoundRelation Right) AlignByName(BoundRelation left, BoundRelation right)
    {
        List<string> names = [.. left.Names];
        names.AddRange(right.Names.Where(n => !left.Names.Contains(n, StringComparer.OrdinalIgnoreCase)));
        return (Reorder(left, right, names), Reorder(right, left, names));
    }

    private BoundRelation Reorder(BoundRelation relation, BoundRelation other, List<string> names)
    {
        List<NamedExpression> columns = [];
        foreach (string name in names)
        {
            int index = IndexOf(relation.Names, name);
            Expression value = index >= 0
                ? new ColumnUse(relation.Plan.Output[index])
                : new Constant(Value.Null(other.Plan.Output[IndexOf(other.Names, name)].Type));
            columns.Add(new NamedExpression(context.Columns.Create(name, value.Type), value));
        }
        return new BoundRelation(new Project(relation.Plan, columns.ToPlanList()), names);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i].Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }

    /// <summary>The plan with its columns in these types.</summary>
    public LogicalNode CastColumns(LogicalNode plan, IReadOnlyList<LogicalType> types)
    {
        PlanList<PlanColumn> output = plan.Output;
        if (output.Select(c => c.Type).SequenceEqual(types)) return plan;
        PlanList<NamedExpression> columns = output.Select((c, i) => new NamedExpression(
            context.Columns.Create(c.Name, types[i], c.IsNullable),
            c.Type.Equals(types[i]) ? new ColumnUse(c) : new Cast(new ColumnUse(c), types[i]))).ToPlanList();
        return new Project(plan, columns);
    }

    // ---- ORDER BY and LIMIT of set operations and VALUES -----------------------------------------------------------

    private BoundRelation Finish(BoundRelation relation, Syntax.Query query, Scope? outer)
    {
        LogicalNode plan = relation.Plan;
        if (!query.OrderBy.IsEmpty)
        {
            Scope scope = new(outer);
            scope.Tables.Add(new ScopeTable(null, null, relation.ScopeColumns()));
            ExpressionBinder binder = new(context, scope, new Clause("ORDER BY"));
            List<SortKey> keys = [];
            foreach (Syntax.OrderItem item in query.OrderBy)
            {
                switch (item.Expression)
                {
                    case Syntax.AllColumnsSyntax:
                        keys.AddRange(plan.Output.Select(
                            c => ExpressionBinder.MakeSortKey(new ColumnUse(c), item, context)));
                        break;
                    case Syntax.IntegerLiteral literal:
                        keys.Add(ExpressionBinder.MakeSortKey(
                            new ColumnUse(Ordinal(plan.Output, literal, "ORDER BY")), item, context));
                        break;
                    default:
                        keys.Add(binder.BindSortKey(item));
                        break;
                }
            }
            plan = new Sort(plan, keys.ToPlanList());
        }
        return relation with { Plan = BindLimit(plan, query.Limit, outer) };
    }

    /// <summary>The output column that a number in ORDER BY or GROUP BY means.</summary>
    public static PlanColumn Ordinal(PlanList<PlanColumn> columns, Syntax.IntegerLiteral literal, string place) =>
        literal.Value >= 1 && literal.Value <= columns.Count
            ? columns[(int)literal.Value - 1]
            : throw new QueryException(
                SqlStates.InvalidColumnReference, $"{place} position {literal.Value} is not in select list",
                literal.Position);

    /// <summary>Puts LIMIT and OFFSET on top; FETCH … WITH TIES takes the sort below with it.</summary>
    public LogicalNode BindLimit(LogicalNode plan, Syntax.LimitClause? limit, Scope? outer)
    {
        if (limit is null) return plan;
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, new Scope(outer), new Clause("LIMIT") { Subqueries = subqueries });
        Expression? count = limit.Count is null ? null : LimitValue(binder, limit.Count, limit.IsPercent);
        Expression? offset = limit.Offset is null ? null : LimitValue(binder, limit.Offset, false);
        if (subqueries.Count > 0) return BindLimitByNumbers(plan, limit, subqueries, count, offset);
        if (limit.WithTies)
        {
            if (plan is not Sort sort || count is null)
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "WITH TIES cannot be specified without ORDER BY clause", limit.Position);
            }
            return new TopN(sort.Input, sort.Keys, count, offset, true);
        }
        return count is null && offset is null ? plan : new Limit(plan, count, offset) { IsPercent = limit.IsPercent };
    }

    // A limit that a query gives is only known once rows flow: they are numbered and compared with it.
    private LogicalNode BindLimitByNumbers(
        LogicalNode plan, Syntax.LimitClause limit, SubqueryCollector subqueries, Expression? count, Expression? offset)
    {
        if (limit.WithTies || limit.IsPercent)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "A query cannot give a limit that is a percentage or has ties",
                limit.Position);
        }
        PlanList<PlanColumn> output = plan.Output;
        PlanList<SortKey> keys = (plan as Sort)?.Keys ?? default;
        PlanColumn number = context.Columns.Create("row_number", LogicalType.BigInt, false);
        WindowCall numbering =
            new(WindowFunctionKind.RowNumber, null, default, default, keys, Frame.Whole, LogicalType.BigInt);
        LogicalNode numbered =
            subqueries.Attach(new Window((plan as Sort)?.Input ?? plan, [new NamedWindow(number, numbering)]));
        Expression first = offset is null ? new Constant(Value.BigInt(0)) : ZeroForNull(offset);
        List<Expression> conditions = [new Comparison(ComparisonOperator.Greater, new ColumnUse(number), first)];
        if (count is not null)
        {
            Expression last = new Arithmetic(ArithmeticOperator.Add, first, count, LogicalType.BigInt);
            Comparison isBefore = new(ComparisonOperator.LessOrEqual, new ColumnUse(number), last);
            conditions.Add(Disjunction.Of([new IsNull(count, false), isBefore]));
        }
        LogicalNode kept = new Project(
            new Filter(numbered, Conjunction.Of(conditions)),
            output.Select(c => new NamedExpression(c, new ColumnUse(c))).ToPlanList());
        return keys.IsEmpty ? kept : new Sort(kept, keys);
    }

    private static Case ZeroForNull(Expression value) =>
        new([new CaseBranch(new IsNull(value, true), value)], new Constant(Value.BigInt(0)));

    private Expression LimitValue(ExpressionBinder binder, Syntax.SyntaxExpression syntax, bool isPercent)
    {
        // A query of one expression and no table is that expression.
        bool isExpression = syntax is Syntax.SubquerySyntax
        {
            Query: Syntax.SelectQuery
            {
                From.IsEmpty: true, With: null, Where: null, GroupBy: null, Having: null, Limit: null, Qualify: null,
                Distinct: null, Sample: null,
            },
        };
        if (isExpression && ((Syntax.SubquerySyntax)syntax).Query is Syntax.SelectQuery { Items: [var only] } &&
            only.Expression is not (Syntax.StarSyntax or Syntax.ColumnsSyntax))
        {
            syntax = only.Expression;
        }
        Expression bound = context.To(binder.Bind(syntax), isPercent ? LogicalType.Double : LogicalType.BigInt);
        bool isQuery = syntax.DescendantsAndSelf().OfType<Syntax.SubquerySyntax>().Any();
        if (!isQuery && bound.DescendantsAndSelf().OfType<ColumnUse>().FirstOrDefault() is { } column)
        {
            throw new QueryException(
                SqlStates.InvalidColumnReference, $"Argument of LIMIT must not contain variables: {column}",
                syntax.Position);
        }
        Value? value = ConstantEvaluator.TryEvaluate(bound, context.Session);
        if (value is { IsNull: false } && (isPercent ? value.AsDouble < 0 : value.AsInteger < 0))
        {
            throw new QueryException("2201W", "LIMIT and OFFSET must not be negative", syntax.Position);
        }
        return value is null ? bound : new Constant(value);
    }

    /// <summary>Gives columns the names of an alias list; fewer names than columns leave the rest.</summary>
    public static BoundRelation Rename(
        BoundRelation relation, Syntax.SyntaxList<Syntax.Identifier> names, Syntax.SyntaxNode place)
    {
        if (names.Count > relation.Names.Count)
        {
            throw new QueryException(
                SqlStates.InvalidColumnReference,
                $"Table has {relation.Names.Count} columns available but {names.Count} columns specified",
                place.Position);
        }
        return names.IsEmpty
            ? relation
            : relation with { Names = [.. names.Select(n => n.Spelling), .. relation.Names.Skip(names.Count)] };
    }
}
