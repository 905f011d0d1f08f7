using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Turns INSERT, UPDATE, DELETE and MERGE into plans.</summary>
/// <param name="context">What the statement shares.</param>
/// <param name="queries">Binds its queries.</param>
/// <param name="around">The WITH queries that a change inside WITH may use; null elsewhere.</param>
/// <param name="shared">Those of them that are computed once.</param>
internal sealed partial class ChangeBinder(
    BindingContext context, QueryBinder queries, Scope? around = null, IReadOnlyList<SharedQuery>? shared = null)
{
    private readonly List<SharedQuery> _shared = [.. shared ?? []];

    /// <summary>One of the four, as it stands in a WITH query.</summary>
    public (PlanKind Kind, BoundRelation Relation, bool ReturnsRows) Bind(Syntax.Statement statement) =>
        statement switch
        {
            Syntax.InsertStatement insert => (PlanKind.Insert, BindInsert(insert), !insert.Returning.IsEmpty),
            Syntax.UpdateStatement update => (PlanKind.Update, BindUpdate(update), !update.Returning.IsEmpty),
            Syntax.DeleteStatement delete => (PlanKind.Delete, BindDelete(delete), !delete.Returning.IsEmpty),
            Syntax.MergeStatement merge => (PlanKind.Merge, BindMerge(merge), !merge.Returning.IsEmpty),
            _ => throw Invariant.Unreachable($"change {statement.GetType().Name}"),
        };

    // ---- INSERT ----------------------------------------------------------------------------------------------------

    /// <summary>INSERT, with its query or rows.</summary>
    public BoundRelation BindInsert(Syntax.InsertStatement statement)
    {
        ChangeTarget target = FindTarget(statement.Table);
        IPlanTable table = target.Table;
        Scope? outer = OuterOf(statement.With);
        int width = statement.Source is Syntax.ValuesQuery { Rows: [{ } first, ..] } ? first.Values.Count : 0;
        int[] targets = statement.IsByName ? [] : TargetsOf(target, [.. statement.Columns.Select(c => c.Last)], width);
        BoundRelation source = statement.Source switch
        {
            null => new BoundRelation(Values.OneRow, []),
            Syntax.ValuesQuery { With: null, Limit: null, OrderBy.IsEmpty: true } values =>
                BindRows(values, table, targets, outer),
            Syntax.Query query => BindSource(query, table, targets, outer),
        };
        if (statement.Source is null) targets = [];
        else if (statement.IsByName)
            targets =
            [.. source.Names.Select(n => target.ColumnOf(new Syntax.Identifier(n, n, true), statement.Position))];
        else targets = FitTargets(targets, source, statement);
        targets = KeepGiven(targets, table, statement);
        Insert insert = InsertOf(table, source.Plan, targets);
        if (statement.OnConflict is not null && target.Views.Count > 0) throw NotThroughView("ON CONFLICT", target);
        ChangeNode change = statement.OnConflict is { } conflict
            ? BindConflict(conflict, insert, target, statement.Alias)
            : insert;
        return Returning(change, target, statement.Alias, statement.Returning);
    }

    /// <summary>The insert of a plan's columns into these columns of a table; the others get their defaults.</summary>
    public Insert InsertOf(IPlanTable table, LogicalNode source, IReadOnlyList<int> targets)
    {
        PlanList<PlanColumn> given = source.Output;
        PlanColumn[] columns = [.. table.Columns.Select(c => context.Columns.Create(c.Name, c.Type, c.IsNullable))];
        Expression?[] values = new Expression?[columns.Length];
        for (int i = 0; i < targets.Count; i++)
        {
            if (targets[i] < 0) continue;
            PlanTableColumn column = table.Columns[targets[i]];
            if (column.GeneratedSql is not null)
            {
                throw new QueryException("428C9", $"Cannot insert into generated column: \"{column.Name}\"");
            }
            // A literal that stands directly in a VALUES or SELECT list takes the column's type.
            values[targets[i]] = context.AssignTo(new ColumnUse(given[i]), column);
        }
        for (int i = 0; i < values.Length; i++) values[i] ??= DefaultOf(table.Columns[i]);
        LogicalNode rows =
            new Project(source, columns.Select((c, i) => new NamedExpression(c, values[i]!)).ToPlanList());
        rows = AddGenerated(table, rows, columns);
        return new Insert(rows, table)
        {
            Count = context.Columns.Create("count", LogicalType.BigInt, false),
            Checks = ChecksOf(table, out PlanList<PlanColumn> checkColumns),
            CheckColumns = checkColumns,
        };
    }

    // Which of the given columns count: those of identity columns do not where the statement, or every row, says so,
    // and for a generated column there is nothing but DEFAULT.
    private static int[] KeepGiven(int[] targets, IPlanTable table, Syntax.InsertStatement statement)
    {
        int[] kept = [.. targets];
        for (int i = 0; i < kept.Length; i++)
        {
            PlanTableColumn column = table.Columns[kept[i]];
            if (column.Identity == IdentityKind.None && column.GeneratedSql is null) continue;
            bool isDefault = statement.Source is Syntax.ValuesQuery rows &&
                rows.Rows.All(r => i < r.Values.Count && r.Values[i] is Syntax.DefaultSyntax);
            if (column.GeneratedSql is not null)
            {
                if (!isDefault) throw GivenGenerated(column, statement.Position);
                kept[i] = -1;
                continue;
            }
            if (isDefault || statement.Overriding == Syntax.Overriding.System) continue;
            if (statement.Overriding == Syntax.Overriding.User) kept[i] = -1;
            else if (column.Identity == IdentityKind.Always) throw GivenIdentity(column, statement.Position);
        }
        return kept;
    }

    private static QueryException GivenGenerated(PlanTableColumn column, int position) => new(
        "428C9", $"Cannot insert a non-DEFAULT value into column \"{column.Name}\"", position,
        "It is a generated column.");

    private static QueryException GivenIdentity(PlanTableColumn column, int position) => new(
        "428C9", $"Cannot insert a non-DEFAULT value into column \"{column.Name}\"", position,
        "It is an identity column; use OVERRIDING SYSTEM VALUE to override.");

    private BoundRelation BindSource(Syntax.Query query, IPlanTable table, int[] targets, Scope? outer)
    {
        bool isAsTheyAre = query is Syntax.SelectQuery
        {
            With: null, Distinct: null, Items: [{ Expression: Syntax.StarSyntax star }],
            From: [Syntax.FileReference or Syntax.FunctionReference],
            GroupBy: null, Having: null, Qualify: null,
        } && star.Equals(new Syntax.StarSyntax { Range = star.Range });
        if (!isAsTheyAre || targets.Length == 0) return queries.Bind(query, outer);
        context.FilesTarget = new Schema(targets.Select(t => new Field(table.Columns[t].Name, table.Columns[t].Type)));
        try
        {
            return queries.Bind(query, outer);
        }
        finally
        {
            context.FilesTarget = null;
        }
    }

    // VALUES of an INSERT know the types of their columns, and DEFAULT may stand among them.
    private BoundRelation BindRows(Syntax.ValuesQuery query, IPlanTable table, int[] targets, Scope? outer)
    {
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, new Scope(outer), new Clause("VALUES") { Subqueries = subqueries });
        int width = query.Rows[0].Values.Count;
        if (width > targets.Length) throw TooMany(query.Rows[0].Values[targets.Length].Position);
        List<PlanList<Expression>> rows = new(query.Rows.Count);
        foreach (Syntax.ValuesRow row in query.Rows)
        {
            if (row.Values.Count != width)
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "VALUES lists must all be the same length", row.Position);
            }
            Expression[] cells = new Expression[width];
            for (int i = 0; i < width; i++)
            {
                PlanTableColumn column = table.Columns[targets[i]];
                cells[i] = row.Values[i] is Syntax.DefaultSyntax
                    ? DefaultOf(column)
                    : context.AssignTo(binder.Bind(row.Values[i]), column);
            }
            rows.Add(cells.ToPlanList());
        }
        PlanColumn[] columns =
            [.. Enumerable.Range(0, width).Select(
                i => context.Columns.Create($"column{i + 1}", table.Columns[targets[i]].Type))];
        LogicalNode around = subqueries.Attach(Values.OneRow);
        if (ReferenceEquals(around, Values.OneRow))
        {
            return new BoundRelation(
                new Values(columns.ToPlanList(), rows.ToPlanList()), [.. columns.Select(c => c.Name)]);
        }
        if (rows.Count > 1)
        {
            LogicalNode unnested = QueryBinder.Unnested(around, columns, rows, binder, query.Position);
            return new BoundRelation(unnested, [.. columns.Select(c => c.Name)]);
        }
        LogicalNode single =
            new Project(around, columns.Select((c, i) => new NamedExpression(c, rows[0][i])).ToPlanList());
        return new BoundRelation(single, [.. columns.Select(c => c.Name)]);
    }

    private static int[] FitTargets(int[] targets, BoundRelation source, Syntax.InsertStatement statement)
    {
        int given = source.Plan.Output.Count;
        if (given > targets.Length) throw TooMany(statement.Source!.Position);
        if (given < targets.Length && !statement.Columns.IsEmpty)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "INSERT has more target columns than expressions",
                statement.Columns[given].Position);
        }
        return targets[..given];
    }

    private static QueryException TooMany(int position) =>
        new(SqlStates.SyntaxError, "INSERT has more expressions than target columns", position);

    // Without names a row may leave generated columns out, or say DEFAULT in their places.
    private static int[] TargetsOf(ChangeTarget target, IReadOnlyList<Syntax.Identifier> columns, int width)
    {
        if (columns.Count == 0)
        {
            int[] all = [.. target.Columns];
            int[] plain = [.. all.Where(i => target.Table.Columns[i].GeneratedSql is null)];
            return width > plain.Length ? all : plain;
        }
        int[] targets = [.. columns.Select(c => target.ColumnOf(c, c.Position))];
        for (int i = 0; i < targets.Length; i++)
        {
            if (Array.IndexOf(targets, targets[i]) == i) continue;
            throw new QueryException(
                SqlStates.DuplicateColumn, $"Column specified more than once: \"{columns[i].Name}\"",
                columns[i].Position);
        }
        return targets;
    }

    /// <summary>The position of a column in a table.</summary>
    /// <exception cref="QueryException">42703: there is none of that name.</exception>
    public static int ColumnOf(IPlanTable table, Syntax.Identifier name, int position)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (ScopeTable.NamesMatch(name, table.Columns[i].Name)) return i;
        }
        string? near = Suggestion.Nearest(name.Name, table.Columns.Select(c => c.Name));
        throw new QueryException(
            SqlStates.UndefinedColumn, $"Column of \"{table.Name}\" does not exist: \"{name.Name}\"", position,
            near is null ? null : $"Did you mean \"{near}\"?");
    }

    private Expression DefaultOf(PlanTableColumn column)
    {
        if (column.DefaultSql is null) return new Constant(Value.Null(column.Type));
        ExpressionBinder binder = new(context, new Scope(null), new Clause("DEFAULT"));
        return context.AssignTo(binder.Bind(Parser.ParseExpression(column.DefaultSql)), column);
    }

    // Generated columns are computed in a projection above, over the values of the row.
    private LogicalNode AddGenerated(IPlanTable table, LogicalNode rows, PlanColumn[] columns)
    {
        if (table.Columns.All(c => c.GeneratedSql is null)) return rows;
        Expression[] values = GeneratedColumns.Bind(
            table.Name, table.Columns, [.. columns.Select(c => new ColumnUse(c))], context);
        return new Project(
            rows, columns.Select((c, i) => new NamedExpression(context.Columns.CreateLike(c), values[i])).ToPlanList());
    }

    private PlanList<NamedCheck> ChecksOf(IPlanTable table, out PlanList<PlanColumn> columns)
    {
        columns = default;
        if (table.Checks.Count == 0) return default;
        PlanColumn[] own = [.. table.Columns.Select(c => context.Columns.Create(c.Name, c.Type, c.IsNullable))];
        columns = own.ToPlanList();
        Scope scope = new(null);
        scope.Tables.Add(new ScopeTable(
            null, table.Name, [.. own.Select(c => new ScopeColumn(c.Name, new ColumnUse(c)))]));
        ExpressionBinder binder = new(context, scope, new Clause("CHECK"));
        return table.Checks.Select(
            c => new NamedCheck(c.Name, binder.BindCondition(Parser.ParseExpression(c.Sql)))).ToPlanList();
    }

    // ---- UPDATE and DELETE -----------------------------------------------------------------------------------------

    /// <summary>UPDATE</summary>
    public BoundRelation BindUpdate(Syntax.UpdateStatement statement)
    {
        ChangeTarget target = FindTarget(statement.Table);
        IPlanTable table = target.Table;
        Scope scope = new(OuterOf(statement.With));
        (LogicalNode plan, PlanColumn rowId, PlanColumn[] old) = ScanWithIds(target, statement.Alias, scope);
        plan = AddFrom(plan, statement.From, scope);
        plan = AddWhere(plan, statement.Where, scope);
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, scope, new Clause("UPDATE") { Subqueries = subqueries });
        ColumnAssignment[] assignments = [.. BindAssignments(statement.Assignments, target, binder, subqueries)];
        plan = subqueries.Attach(plan);
        PlanColumn[] columns = [.. old.Select(context.Columns.CreateLike)];
        Dictionary<int, Expression> changed = assignments.ToDictionary(a => a.TableColumn, a => a.Value);
        PlanColumn id = context.Columns.CreateLike(rowId);
        plan = new Project(
            plan,
            [
                new NamedExpression(id, new ColumnUse(rowId)),
                .. columns.Select((c, i) =>
                    new NamedExpression(c, changed.GetValueOrDefault(i) ?? new ColumnUse(old[i]))),
            ]);
        plan = Regenerate(table, plan, [id], columns);
        Update update = new(plan, table)
        {
            Count = context.Columns.Create("count", LogicalType.BigInt, false),
            ChangedColumns = changed.Keys.Order().ToPlanList(),
            Checks = ChecksOf(table, out PlanList<PlanColumn> checkColumns),
            CheckColumns = checkColumns,
        };
        return Returning(update, target, statement.Alias, statement.Returning);
    }

    /// <summary>DELETE</summary>
    public BoundRelation BindDelete(Syntax.DeleteStatement statement)
    {
        ChangeTarget target = FindTarget(statement.Table);
        Scope scope = new(OuterOf(statement.With));
        (LogicalNode plan, PlanColumn rowId, PlanColumn[] old) = ScanWithIds(target, statement.Alias, scope);
        plan = AddFrom(plan, statement.Using, scope);
        plan = AddWhere(plan, statement.Where, scope);
        IEnumerable<PlanColumn> kept = statement.Returning.IsEmpty ? [rowId] : [rowId, .. old];
        plan = new Project(plan,
            kept.Select(c => new NamedExpression(context.Columns.CreateLike(c), new ColumnUse(c))).ToPlanList());
        Delete delete = new(plan, target.Table) { Count = context.Columns.Create("count", LogicalType.BigInt, false) };
        return Returning(delete, target, statement.Alias, statement.Returning);
    }

    private (LogicalNode Plan, PlanColumn RowId, PlanColumn[] Columns) ScanWithIds(
        ChangeTarget target, Syntax.Identifier? alias, Scope scope)
    {
        IPlanTable table = target.Table;
        PlanColumn rowId = context.Columns.Create("rowid", LogicalType.BigInt, false);
        PlanColumn[] columns = [.. table.Columns.Select(c => context.Columns.Create(c.Name, c.Type, c.IsNullable))];
        PlanList<ScanColumn> scanned =
            [new ScanColumn(rowId, PlanTableColumn.RowId), .. columns.Select((c, i) => new ScanColumn(c, i))];
        (LogicalNode plan, ScopeTable names) =
            target.Restrict(new Scan(table, scanned, scanned.Count, default), columns);
        scope.Tables.Add(new ScopeTable(
            alias is null ? names.Schema : null, alias?.Name ?? names.Name,
            [
                .. names.Columns,
                .. context.ShowsRowIds
                    ? (ScopeColumn[])[new ScopeColumn("rowid", new ColumnUse(rowId)) { IsVisible = false }]
                    : [],
            ]));
        return (plan, rowId, columns);
    }

    private LogicalNode AddFrom(LogicalNode plan, Syntax.SyntaxList<Syntax.TableReference> references, Scope scope)
    {
        if (references.IsEmpty) return plan;
        ScopeTable target = scope.Tables[0];
        scope.Tables.Clear();
        LogicalNode others = new FromBinder(context, queries).Bind(references, scope);
        scope.Tables.Insert(0, target);
        return new CrossJoin(plan, others);
    }

    private LogicalNode AddWhere(LogicalNode plan, Syntax.SyntaxExpression? where, Scope scope)
    {
        if (where is null) return plan;
        SubqueryCollector subqueries = new();
        Expression condition =
            new ExpressionBinder(context, scope, new Clause("WHERE") { Subqueries = subqueries }).BindCondition(where);
        return new Filter(subqueries.Attach(plan), condition);
    }

    private IEnumerable<ColumnAssignment> BindAssignments(
        Syntax.SyntaxList<Syntax.Assignment> assignments, ChangeTarget into, ExpressionBinder binder,
        SubqueryCollector? subqueries)
    {
        HashSet<int> seen = [];
        foreach (Syntax.Assignment assignment in assignments)
        {
            Expression?[] values = ValuesOf(assignment, binder, subqueries);
            for (int i = 0; i < assignment.Targets.Count; i++)
            {
                Syntax.QualifiedName target = assignment.Targets[i];
                int column = into.ColumnOf(
                    target.Parts.Count > 1 && ScopeTable.NamesMatch(target.Parts[0], into.Name)
                    ? target.Parts[1] : target.Parts[0], target.Position);
                if (!seen.Add(column))
                {
                    throw new QueryException(
                        SqlStates.SyntaxError, $"Multiple assignments to same column: \"{target.Last.Name}\"",
                        target.Position);
                }
                PlanTableColumn definition = into.Table.Columns[column];
                if (definition.GeneratedSql is not null)
                {
                    // It is computed anew in any case.
                    if (values[i] is null) continue;
                    throw new QueryException(
                        "428C9", $"Cannot update generated column: \"{definition.Name}\"", target.Position);
                }
                if (definition.Identity == IdentityKind.Always && values[i] is not null)
                {
                    throw new QueryException(
                        "428C9", $"Column \"{definition.Name}\" can only be updated to DEFAULT", target.Position,
                        "It is an identity column.");
                }
                yield return new ColumnAssignment(
                    column, values[i] is { } value
                        ? context.AssignTo(value, definition)
                        : DefaultOf(definition));
            }
        }
    }

    // A null stands for DEFAULT.
    private Expression?[] ValuesOf(Syntax.Assignment assignment, ExpressionBinder binder, SubqueryCollector? subqueries)
    {
        int count = assignment.Targets.Count;
        switch (assignment.Value)
        {
            case Syntax.DefaultSyntax:
                return new Expression?[count];
            case Syntax.RowSyntax row when assignment.IsMultiple:
                if (row.Fields.Count != count) throw Mismatch(assignment);
                return [.. row.Fields.Select(f => f is Syntax.DefaultSyntax ? null : binder.Bind(f))];
            case Syntax.SubquerySyntax subquery when assignment.IsMultiple && subqueries is not null:
                LogicalNode inner = binder.BindQuery(subquery.Query).Plan;
                if (inner.Output.Count != count) throw Mismatch(assignment);
                subqueries.Add(new PendingSubquery(inner, JoinKind.Single, null, null, false));
                return [.. inner.Output.Select(c => new ColumnUse(c))];
            default:
                if (count != 1) throw Mismatch(assignment);
                return [binder.Bind(assignment.Value)];
        }
    }

    private static QueryException Mismatch(Syntax.Assignment assignment) =>
        new(SqlStates.SyntaxError, "Number of columns does not match number of values", assignment.Position);

    /// <summary>Computes generated columns anew behind the columns that pass.</summary>
    private LogicalNode Regenerate(IPlanTable table, LogicalNode rows, PlanColumn[] passed, PlanColumn[] columns)
    {
        if (table.Columns.All(c => c.GeneratedSql is null)) return rows;
        Project project = (Project)AddGenerated(table, rows, columns);
        IEnumerable<NamedExpression> kept =
            passed.Select(p => new NamedExpression(context.Columns.CreateLike(p), new ColumnUse(p)));
        return project with { Columns = [.. kept, .. project.Columns] };
    }

    // ---- RETURNING -------------------------------------------------------------------------------------------------

    private BoundRelation Returning(
        ChangeNode change, ChangeTarget target, Syntax.Identifier? alias, Syntax.SyntaxList<Syntax.SelectItem> items)
    {
        IPlanTable table = target.Table;
        change = change with { Input = SharedQuery.Around(change.Input, _shared) };
        if (items.IsEmpty) return new BoundRelation(change, [change.Count.Name]);
        PlanColumn[] returned = [.. table.Columns.Select(c => context.Columns.Create(c.Name, c.Type, c.IsNullable))];
        change = change with { Returned = returned.ToPlanList() };
        Scope scope = new(null);
        ScopeTable shown = target.Over(returned);
        scope.Tables.Add(shown with { Name = alias?.Name ?? shown.Name });
        ExpressionBinder binder = new(context, scope, new Clause("RETURNING"));
        List<NamedExpression> columns = [];
        List<string> names = [];
        foreach (Syntax.SelectItem item in new StarExpansion(context, scope).Expand(items))
        {
            Expression value = binder.Bind(item.Expression);
            if (context.IsUnknown(value)) value = context.To(value, LogicalType.Varchar);
            names.Add(item.Alias?.Spelling ?? SelectBinder.NameOf(item.Expression));
            columns.Add(new NamedExpression(context.Columns.Create(names[^1], value.Type), value));
        }
        return new BoundRelation(new Project(change, columns.ToPlanList()), names);
    }

    private Scope? OuterOf(Syntax.WithClause? with)
    {
        if (with is null) return around;
        Scope scope = new(around);
        queries.BindWith(with, scope, _shared);
        return scope;
    }

    /// <summary>The table that a change names, or the views over one that it names instead.</summary>
    private ChangeTarget FindTarget(Syntax.QualifiedName name)
    {
        List<ViewRelation> views = [];
        while (true)
        {
            string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
            if (context.Catalog.FindRelation(schema, name.Last.Name) is not ViewRelation view)
            {
                views.Reverse();
                return new ChangeTarget(FindWritable(name), views, context, queries);
            }
            views.Add(view);
            name = ChangeTarget.SourceOf(view) ?? throw new QueryException(
                SqlStates.ObjectNotInPrerequisiteState, $"View cannot be changed: \"{view.Name}\"", name.Position,
                "Only views of one table, without grouping, DISTINCT, LIMIT and the like, stand for it in changes.");
        }
    }

    private static QueryException NotThroughView(string what, ChangeTarget target) => new(
        SqlStates.FeatureNotSupported, $"{what} through a view is not supported: \"{target.Name}\"",
        hint: "Name the table.");

    /// <summary>The table that a change names.</summary>
    /// <exception cref="QueryException">42P01: there is none. 42809: it is no table, or cannot be written.</exception>
    public IPlanTable FindWritable(Syntax.QualifiedName name)
    {
        string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        switch (context.Catalog.FindRelation(schema, name.Last.Name))
        {
            case TableRelation { Table: { IsWritable: true } table }:
                return table;
            case TableRelation:
                throw new QueryException(
                    SqlStates.WrongObjectType, $"Table cannot be changed: \"{name.Last.Name}\"", name.Position);
            case not null:
                throw new QueryException(
                    SqlStates.WrongObjectType, $"Not a table: \"{name.Last.Name}\"", name.Position);
        }
        string? near = Suggestion.Nearest(name.Last.Name, context.Catalog.RelationNames);
        throw new QueryException(
            SqlStates.UndefinedTable,
            $"Relation does not exist: \"{string.Join('.', name.Parts.Select(p => p.Name))}\"",
            name.Position, near is null ? null : $"Did you mean \"{near}\"?");
    }
}
