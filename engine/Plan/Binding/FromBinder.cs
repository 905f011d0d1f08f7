using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Turns FROM into a plan, and fills the scope with its tables.</summary>
internal sealed partial class FromBinder(BindingContext context, QueryBinder queries)
{
    /// <summary>The rows of all tables between the commas; one row without columns where there is no FROM.</summary>
    public LogicalNode Bind(Syntax.SyntaxList<Syntax.TableReference> references, Scope scope)
    {
        LogicalNode? plan = null;
        foreach (Syntax.TableReference reference in references)
        {
            // Later tables see earlier ones only by LATERAL and in arguments of functions.
            List<ScopeTable> tables = [];
            LogicalNode next = BindOne(reference, scope, tables);
            plan = plan is null ? next : Combine(plan, next, JoinKind.Inner, null);
            AddTables(scope, tables, reference.Position);
        }
        return plan ?? Values.OneRow;
    }

    private static void AddTables(Scope scope, List<ScopeTable> tables, int position)
    {
        foreach (ScopeTable table in tables)
        {
            if (table.Name is not null && scope.Tables.Exists(t => t.Name == table.Name && t.Schema == table.Schema))
            {
                throw new QueryException(
                    SqlStates.DuplicateAlias, $"Table name specified more than once: \"{table.Name}\"", position,
                    "Give one of them an alias.");
            }
            scope.Tables.Add(table);
        }
    }

    private static LogicalNode Combine(LogicalNode left, LogicalNode right, JoinKind kind, Expression? condition)
    {
        if (PlanColumns.FreeColumns(right).Overlaps(left.Output))
        {
            return new DependentJoin(left, right, kind, condition, null, false);
        }
        if (kind == JoinKind.Inner && condition is null)
        {
            if (ReferenceEquals(left, Values.OneRow)) return right;
            return new CrossJoin(left, right);
        }
        (PlanList<JoinKey> keys, Expression? residual) = JoinConditions.Split(condition, left.Output, right.Output);
        return new Join(left, right, kind, keys, residual, null);
    }

    private LogicalNode BindOne(Syntax.TableReference reference, Scope scope, List<ScopeTable> tables)
    {
        using BindingContext.Nesting nesting = context.Enter(reference.Position);
        LogicalNode plan = reference switch
        {
            Syntax.NamedTableReference named => BindNamed(named, scope, tables),
            Syntax.FileReference file => BindFile(file, tables),
            Syntax.FunctionReference function => BindFunctions(function, scope, tables),
            Syntax.SubqueryReference subquery => BindSubquery(subquery, scope, tables),
            Syntax.JoinReference join => BindJoin(join, scope, tables),
            Syntax.PivotReference pivot => BindRewritten(PivotRewrite.Pivot(pivot), pivot, scope, tables),
            _ => BindRewritten(
                PivotRewrite.Unpivot(Expanded((Syntax.UnpivotReference)reference, scope)), reference, scope, tables),
        };
        return reference.Sample is null ? plan : BindSample(plan, reference.Sample, context);
    }

    // Stars among the columns of UNPIVOT need the names of its source.
    private Syntax.UnpivotReference Expanded(Syntax.UnpivotReference reference, Scope scope)
    {
        bool hasStar = reference.Columns.Any(c => c.Expressions.Any(
            e => e is Syntax.StarSyntax or Syntax.ColumnsSyntax));
        if (!hasStar) return reference;
        List<ScopeTable> tables = [];
        BindOne(reference.Source, scope, tables);
        Scope source = new(null);
        source.Tables.AddRange(tables);
        StarExpansion stars = new(context, source);
        IEnumerable<Syntax.UnpivotColumn> columns = reference.Columns.SelectMany(column =>
            column.Expressions is [Syntax.StarSyntax or Syntax.ColumnsSyntax]
                ? stars.Expand([new Syntax.SelectItem(column.Expressions[0])]).Select(i => new Syntax.UnpivotColumn(
                    [new Syntax.ColumnSyntax(new Syntax.QualifiedName([i.Alias!]) { Range = column.Range })], null))
                : [column]);
        return reference with { Columns = [.. columns] };
    }

    private LogicalNode BindRewritten(
        Syntax.SelectQuery query, Syntax.TableReference reference, Scope scope, List<ScopeTable> tables)
    {
        Scope around = new(scope.Outer);
        scope.CopyCommonTablesTo(around);
        return AddRelation(queries.Bind(query, around), null, null, reference, tables);
    }

    /// <summary>TABLESAMPLE and USING SAMPLE.</summary>
    public static LogicalNode BindSample(LogicalNode plan, Syntax.SampleClause sample, BindingContext context)
    {
        ExpressionBinder binder = new(context, new Scope(null), new Clause("TABLESAMPLE"));
        Value size =
            ConstantEvaluator.TryEvaluate(context.To(binder.Bind(sample.Size), LogicalType.Double), context.Session) ??
            throw new QueryException(
                SqlStates.FeatureNotSupported, "Size of a sample must be a constant", sample.Position);
        if (size.IsNull || size.AsDouble < 0 || (sample.IsPercent && size.AsDouble > 100))
        {
            throw new QueryException("2202H", "Sample percentage must be between 0 and 100", sample.Position);
        }
        Value? seed = sample.Seed is null
            ? null
            : ConstantEvaluator.TryEvaluate(context.To(binder.Bind(sample.Seed), LogicalType.BigInt), context.Session);
        SampleMethod method = sample.Method switch
        {
            Syntax.SampleMethod.Bernoulli when sample.IsPercent => SampleMethod.Bernoulli,
            Syntax.SampleMethod.Bernoulli => throw new QueryException(
                SqlStates.InvalidParameterValue, "BERNOULLI takes a percentage, not a number of rows",
                sample.Position, "RESERVOIR draws so many rows."),
            // So many rows are drawn one by one, whatever blocks they lie in.
            Syntax.SampleMethod.System when sample.IsPercent => SampleMethod.System,
            Syntax.SampleMethod.System or Syntax.SampleMethod.Reservoir => SampleMethod.Reservoir,
            _ => sample.IsPercent ? SampleMethod.System : SampleMethod.Reservoir,
        };
        context.IsVolatile = true;
        return new TableSample(plan, method, size.AsDouble, seed is null ? null : (long)seed.AsInteger);
    }

    // ---- Tables, views, WITH queries, files ------------------------------------------------------------------------

    private LogicalNode BindNamed(Syntax.NamedTableReference reference, Scope scope, List<ScopeTable> tables)
    {
        Syntax.Identifier last = reference.Name.Last;
        string? schema = reference.Name.Parts.Count > 1
            ? reference.Name.Parts[reference.Name.Parts.Count - 2].Name
            : null;
        if (schema is null && scope.FindCommonTable(last) is { } common)
        {
            return AddRelation(common.Bind(), null, last.Name, reference, tables);
        }
        if (schema == "recurring" && scope.FindCommonTable(new Syntax.Identifier(QueryBinder.Recurring(last.Name)))
            is { } all)
        {
            return AddRelation(all.Bind(), null, last.Name, reference, tables);
        }
        CatalogRelation? relation = context.Catalog.FindRelation(schema, last.Name);
        if (reference.AsOf is not null && relation is not (null or TableRelation))
        {
            throw new QueryException(
                SqlStates.WrongObjectType, $"Only tables have versions: \"{last.Name}\"", reference.AsOf.Position);
        }
        switch (relation)
        {
            case TableRelation { Table: var table }:
                if (reference.AsOf is not null) table = BindMoment(table, reference.AsOf);
                LogicalNode plan = AddRelation(ScanOf(table), table.SchemaName, table.Name, reference, tables);
                return context.ShowsRowIds ? WithRowId(plan, tables) : plan;
            case ViewRelation view:
                BoundRelation body = queries.Bind(view.Query, null);
                string[] names = [.. view.Columns, .. body.Names.Skip(view.Columns.Count)];
                return AddRelation(body with { Names = names }, view.SchemaName, view.Name, reference, tables);
            case SystemRelation system:
                LogicalNode rows = AddRelation(
                    ScanOf(system.Source), system.SchemaName, system.Name, reference, tables);
                if (system.Oid == 0) return rows;
                // Clients find comments by the number of the relation that an object stands in.
                Constant number = new(Value.Integer(LogicalType.UInteger, system.Oid));
                tables[^1] = tables[^1] with
                {
                    Columns = [.. tables[^1].Columns, new ScopeColumn("tableoid", number) { IsVisible = false }],
                };
                return rows;
        }
        string? near = Suggestion.Nearest(last.Name, context.Catalog.RelationNames);
        throw new QueryException(
            SqlStates.UndefinedTable,
            $"Relation does not exist: \"{string.Join('.', reference.Name.Parts.Select(p => p.Name))}\"",
            reference.Name.Position, near is null ? null : $"Did you mean \"{near}\"?");
    }

    // As in DuckDB the rows of a table have numbers, which only those see who ask for them.
    private LogicalNode WithRowId(LogicalNode plan, List<ScopeTable> tables)
    {
        ScopeTable table = tables[^1];
        if (plan is not Scan scan || table.Columns.Any(c => c.Name.Equals("rowid", StringComparison.OrdinalIgnoreCase)))
            return plan;
        PlanColumn id = context.Columns.Create("rowid", LogicalType.BigInt, false);
        tables[^1] = table with
        {
            Columns = [.. table.Columns, new ScopeColumn("rowid", new ColumnUse(id)) { IsVisible = false }],
        };
        return scan with
        {
            Columns = [.. scan.Columns, new ScanColumn(id, PlanTableColumn.RowId)], OutputCount = scan.OutputCount + 1,
        };
    }

    private IPlanTable BindMoment(IPlanTable table, Syntax.AsOfClause clause)
    {
        ExpressionBinder binder = new(context, new Scope(null), new Clause("AS OF"));
        LogicalType type = clause.IsVersion ? LogicalType.BigInt : LogicalType.TimestampTz;
        Value value = ConstantEvaluator.TryEvaluate(context.To(binder.Bind(clause.Value), type), context.Session) ??
            throw new QueryException(SqlStates.FeatureNotSupported, "AS OF needs a constant", clause.Position);
        long number = value.IsNull
            ? throw new QueryException(SqlStates.InvalidParameterValue, "AS OF must not be NULL", clause.Position)
            : (long)value.AsInteger;
        try
        {
            return clause.IsVersion
                ? context.Catalog.FindTableAsOf(table, number, null)
                : context.Catalog.FindTableAsOf(table, null, DateTime.UnixEpoch.AddMicroseconds(number));
        }
        catch (QueryException error)
        {
            throw error.At(clause.Position);
        }
    }

    /// <summary>A scan of all columns of a table.</summary>
    public BoundRelation ScanOf(IPlanTable table)
    {
        PlanList<ScanColumn> columns = table.Columns
            .Select((c, i) => new ScanColumn(
                context.Columns.Create(c.Name, c.Type, c.IsNullable, c.Collation?.ToLowerInvariant()), i)).ToPlanList();
        return new BoundRelation(
            new Scan(table, columns, columns.Count, default), [.. table.Columns.Select(c => c.Name)]);
    }

    /// <summary>A scan of all columns of a source.</summary>
    public BoundRelation ScanOf(IPlanSource source)
    {
        PlanList<ScanColumn> columns = source.Schema.Fields
            .Select((f, i) => new ScanColumn(context.Columns.Create(f.Name, f.Type, f.IsNullable), i)).ToPlanList();
        return new BoundRelation(
            new SourceScan(source, columns, columns.Count, default), [.. source.Schema.Fields.Select(f => f.Name)]);
    }

    private LogicalNode BindFile(Syntax.FileReference file, List<ScopeTable> tables)
    {
        string path = file.Path;
        string name = System.IO.Path.GetFileNameWithoutExtension(path);
        try
        {
            return AddRelation(ScanOf(context.Catalog.BindFiles(path, context.FilesTarget)), null, name, file, tables);
        }
        catch (QueryException error)
        {
            throw error.At(file.Position);
        }
    }

    private LogicalNode BindSubquery(Syntax.SubqueryReference reference, Scope scope, List<ScopeTable> tables)
    {
        // Without LATERAL the query sees what surrounds the SELECT, and its WITH queries, but not the tables beside it.
        Scope? visible = scope;
        if (!reference.IsLateral)
        {
            Scope around = new(scope.Outer);
            scope.CopyCommonTablesTo(around);
            visible = around;
        }
        return AddRelation(queries.Bind(reference.Query, visible), null, null, reference, tables);
    }

    private static LogicalNode AddRelation(
        BoundRelation relation, string? schema, string? name, Syntax.TableReference reference, List<ScopeTable> tables)
    {
        if (reference.Alias is { } alias)
        {
            relation = QueryBinder.Rename(relation, alias.Columns, alias);
            (schema, name) = (null, alias.Name.Name);
        }
        tables.Add(new ScopeTable(schema, name, relation.ScopeColumns()));
        return relation.Plan;
    }

    // ---- Joins -----------------------------------------------------------------------------------------------------

    private LogicalNode BindJoin(Syntax.JoinReference reference, Scope scope, List<ScopeTable> tables)
    {
        List<ScopeTable> leftTables = [];
        List<ScopeTable> rightTables = [];
        LogicalNode left = BindOne(reference.Left, scope, leftTables);
        // The right side may refer to the left one by LATERAL.
        Scope beside = new(scope.Outer);
        scope.CopyCommonTablesTo(beside);
        beside.Tables.AddRange(scope.Tables);
        beside.Tables.AddRange(leftTables);
        LogicalNode right = BindOne(reference.Right, beside, rightTables);
        if (reference.Kind == Syntax.JoinKind.Positional)
        {
            tables.AddRange(leftTables);
            tables.AddRange(rightTables);
            return BindPositional(left, right);
        }
        JoinKind kind = reference.Kind switch
        {
            Syntax.JoinKind.Left => JoinKind.Left,
            Syntax.JoinKind.Right => JoinKind.Right,
            Syntax.JoinKind.Full => JoinKind.Full,
            Syntax.JoinKind.Semi => JoinKind.Semi,
            Syntax.JoinKind.Anti => JoinKind.Anti,
            _ => JoinKind.Inner,
        };
        Syntax.Identifier[] merged = reference.IsNatural ? CommonNames(leftTables, rightTables) : [.. reference.Using];
        Expression? condition = null;
        SubqueryCollector subqueries = new();
        if (merged.Length > 0)
        {
            condition = BindUsing(merged, kind, leftTables, rightTables, reference);
        }
        else if (reference.On is not null)
        {
            Scope both = new(scope.Outer);
            scope.CopyCommonTablesTo(both);
            AddTables(both, leftTables, reference.Position);
            AddTables(both, rightTables, reference.Position);
            condition = new ExpressionBinder(
                context, both, new Clause("JOIN/ON") { Subqueries = subqueries })
                .BindCondition(reference.On);
        }
        LogicalNode plan = reference.IsAsOf
            ? BindAsOf(left, right, kind, condition, reference)
            : CombineWithSubqueries(left, right, kind, condition, subqueries, reference);
        tables.AddRange(leftTables);
        if (kind is not (JoinKind.Semi or JoinKind.Anti)) tables.AddRange(rightTables);
        if (reference.Alias is { } alias)
        {
            ScopeColumn[] columns = [.. tables.SelectMany(t => t.Columns).Where(c => c.IsVisible)];
            for (int i = 0; i < alias.Columns.Count && i < columns.Length; i++)
                columns[i] = columns[i] with { Name = alias.Columns[i].Spelling };
            tables.Clear();
            tables.Add(new ScopeTable(null, alias.Name.Name, columns));
        }
        return plan;
    }

    // Both sides are numbered as they come; the shorter one is filled up with NULLs.
    private Join BindPositional(LogicalNode left, LogicalNode right)
    {
        (LogicalNode numberedLeft, PlanColumn leftNumber) = Numbered(left);
        (LogicalNode numberedRight, PlanColumn rightNumber) = Numbered(right);
        JoinKey key = new(new ColumnUse(leftNumber), new ColumnUse(rightNumber));
        return new Join(numberedLeft, numberedRight, JoinKind.Full, [key], null, null);
    }

    private (LogicalNode Plan, PlanColumn Number) Numbered(LogicalNode plan, string name = "row_number")
    {
        PlanColumn number = context.Columns.Create(name, LogicalType.BigInt, false);
        WindowCall call =
            new(WindowFunctionKind.RowNumber, null, default, default, default, Frame.Whole, LogicalType.BigInt);
        return (new Window(plan, [new NamedWindow(number, call)]), number);
    }

    private static LogicalNode CombineWithSubqueries(
        LogicalNode left, LogicalNode right, JoinKind kind, Expression? condition, SubqueryCollector subqueries,
        Syntax.JoinReference reference)
    {
        if (kind != JoinKind.Inner)
        {
            (left, right) = subqueries.AttachBeside(left, right, reference.Position);
            return Combine(left, right, kind, condition);
        }
        LogicalNode crossed = Combine(left, right, JoinKind.Inner, null);
        LogicalNode attached = subqueries.Attach(crossed);
        if (!ReferenceEquals(attached, crossed)) return new Filter(attached, condition!);
        return Combine(left, right, kind, condition);
    }

    private static Syntax.Identifier[] CommonNames(List<ScopeTable> left, List<ScopeTable> right)
    {
        HashSet<string> names = new(
            right.SelectMany(t => t.Columns).Where(c => c.IsVisible).Select(c => c.Name),
            StringComparer.OrdinalIgnoreCase);
        return
        [
            .. left.SelectMany(t => t.Columns).Where(c => c.IsVisible && names.Contains(c.Name))
                .Select(c => new Syntax.Identifier(c.Name, c.Name, true)),
        ];
    }

    // Both columns of a USING pair become one visible column, in front; each is still found by its table's name.
    private Expression BindUsing(
        Syntax.Identifier[] names, JoinKind kind, List<ScopeTable> left, List<ScopeTable> right,
        Syntax.JoinReference reference)
    {
        List<Expression> conditions = [];
        List<ScopeColumn> merged = [];
        Scope leftScope = new(null);
        leftScope.Tables.AddRange(left);
        Scope rightScope = new(null);
        rightScope.Tables.AddRange(right);
        ExpressionBinder binder = new(context, leftScope, new Clause("USING"));
        foreach (Syntax.Identifier name in names)
        {
            Expression a = FindMerged(leftScope, name, "left", reference);
            Expression b = FindMerged(rightScope, name, "right", reference);
            // The last column of ASOF … USING is the one whose nearest value counts.
            bool isNearest = reference.IsAsOf && ReferenceEquals(name, names[^1]);
            conditions.Add(isNearest
                ? binder.AtLeast(a, b, reference.Position)
                : binder.Equality(a, b, reference.Position));
            Expression value = kind switch
            {
                JoinKind.Right => b,
                JoinKind.Full => binder.Coalesce([a, b]),
                _ => a,
            };
            ScopeColumn shown = left.SelectMany(t => t.Columns)
                .First(c => c.IsVisible && ScopeTable.NamesMatch(name, c.Name));
            merged.Add(new ScopeColumn(shown.Name, value));
        }
        Hide(left, names);
        Hide(right, names);
        left.Insert(0, new ScopeTable(null, reference.UsingAlias?.Name, merged));
        return Conjunction.Of(conditions);
    }

    private static Expression FindMerged(
        Scope side, Syntax.Identifier name, string which, Syntax.JoinReference reference)
    {
        Syntax.QualifiedName qualified = new([name]) { Range = name.Range };
        return side.Find(qualified, out _) ?? throw new QueryException(
            SqlStates.UndefinedColumn, $"Column of USING does not exist in {which} table: \"{name.Name}\"",
            name.Position >= 0 ? name.Position : reference.Position);
    }

    private static void Hide(List<ScopeTable> tables, Syntax.Identifier[] names)
    {
        for (int i = 0; i < tables.Count; i++)
        {
            tables[i] = tables[i] with
            {
                Columns =
                [
                    .. tables[i].Columns.Select(
                        c => names.Any(n => ScopeTable.NamesMatch(n, c.Name)) ? c with { IsVisible = false } : c),
                ],
            };
        }
    }

    private static Join BindAsOf(
        LogicalNode left, LogicalNode right, JoinKind kind, Expression? condition, Syntax.JoinReference reference)
    {
        if (kind is not (JoinKind.Inner or JoinKind.Left))
        {
            throw new QueryException(SqlStates.FeatureNotSupported, "ASOF JOIN is INNER or LEFT", reference.Position);
        }
        (PlanList<JoinKey> keys, Expression? residual) = JoinConditions.Split(condition, left.Output, right.Output);
        Expression[] rest = residual is null ? [] : [.. Conjunction.Split(residual)];
        int nearest = Array.FindIndex(
            rest, e => e is Comparison { Operator: not (ComparisonOperator.Equal or ComparisonOperator.NotEqual) });
        if (nearest < 0)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "ASOF JOIN needs one inequality between the tables", reference.Position);
        }
        Comparison comparison = (Comparison)rest[nearest];
        AsOfKey key = PlanColumns.UsesOnly(comparison.Left, left.OutputSet())
            ? new AsOfKey(comparison.Left, comparison.Operator, comparison.Right)
            : new AsOfKey(comparison.Right, comparison.Operator.Mirror(), comparison.Left);
        Expression[] others = [.. rest.Where((_, i) => i != nearest)];
        return new Join(left, right, kind, keys, others.Length == 0 ? null : Conjunction.Of(others), null)
            { AsOf = key };
    }
}
