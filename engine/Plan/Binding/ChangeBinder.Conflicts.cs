using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>
/// ON CONFLICT. The new rows meet those of the table by the key; a row that finds nobody is added, another one is left
/// out or changes the row it met. So that few new rows cost little, they are the side of the join that is kept, and the
/// scan of the table tests their keys.
/// </content>
internal sealed partial class ChangeBinder
{
    private Merge BindConflict(
        Syntax.OnConflictClause clause, Insert insert, ChangeTarget target, Syntax.Identifier? alias)
    {
        IReadOnlyList<int>[] keys = KeysOf(clause, insert.Table);
        bool isLeftOut = clause.Action == Syntax.ConflictAction.Nothing;
        return new Merge(isLeftOut ? PassUnknown(insert, target, keys)
                : PassOrChange(clause, insert, target, keys[0], alias),
            insert.Table)
        {
            Count = insert.Count,
            Checks = insert.Checks,
            CheckColumns = insert.CheckColumns,
            AddedOnce = keys.Select(k => k.ToPlanList()).ToPlanList(),
            RefusesSecond = !isLeftOut,
        };
    }

    /// <summary>The keys that the clause is about: the one it names, or all.</summary>
    private static IReadOnlyList<int>[] KeysOf(Syntax.OnConflictClause clause, IPlanTable table)
    {
        if (clause.TargetWhere is { } partial)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "ON CONFLICT for a part of a key is not supported", partial.Position);
        }
        if (clause.Constraint is { } constraint)
        {
            bool isPrimary = Syntax.ConflictAction.Replace != clause.Action && table.UniqueKeys.Count > 0 &&
                ScopeTable.NamesMatch(constraint, $"{table.Name}_pkey");
            return isPrimary ? [table.UniqueKeys[0]] : throw new QueryException(
                SqlStates.UndefinedObject, $"Constraint does not exist: \"{constraint.Name}\"", constraint.Position,
                "Name the columns of the key instead.");
        }
        int[] target = [.. clause.Target.Select(t => t is Syntax.ColumnSyntax column
            ? ColumnOf(table, column.Name.Last, t.Position)
            : throw new QueryException(
                SqlStates.InvalidColumnReference, "ON CONFLICT takes columns of a key", t.Position))];
        bool isAny = target.Length == 0;
        IReadOnlyList<int>[] keys =
            [.. table.UniqueKeys.Where(k => isAny || k.Order().SequenceEqual(target.Order()))];
        if (keys.Length == 0)
        {
            throw new QueryException(
                SqlStates.InvalidColumnReference,
                "There is no unique constraint matching the ON CONFLICT specification", clause.Position);
        }
        if (keys.Length > 1 && clause.Action == Syntax.ConflictAction.Update)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "ON CONFLICT DO UPDATE needs the columns of a key", clause.Position,
                "The table has several keys: write ON CONFLICT (columns).");
        }
        return clause.Action == Syntax.ConflictAction.Nothing ? keys : keys[..1];
    }

    /// <summary>DO NOTHING: the rows whose keys are not there.</summary>
    private LogicalNode PassUnknown(Insert insert, ChangeTarget target, IReadOnlyList<int>[] keys)
    {
        LogicalNode rows = insert.Input;
        PlanList<PlanColumn> columns = rows.Output;
        foreach (IReadOnlyList<int> key in keys)
        {
            (LogicalNode met, PlanColumn rowId, _) = Meet(target, rows, columns, key, new Scope(null), null);
            rows = new Project(
                new Filter(met, new IsNull(new ColumnUse(rowId), false)),
                columns.Select(c => new NamedExpression(c, new ColumnUse(c))).ToPlanList());
        }
        return new Project(
            rows,
            [
                ActionColumn(new Constant(ActionValue(MergeAction.Insert))),
                new NamedExpression(
                    context.Columns.Create("rowid", LogicalType.BigInt), new Constant(Value.Null(LogicalType.BigInt))),
                .. columns.Select(c => new NamedExpression(context.Columns.CreateLike(c), new ColumnUse(c))),
            ]);
    }

    /// <summary>DO UPDATE: rows to add, and changed ones where a row met another.</summary>
    private LogicalNode PassOrChange(
        Syntax.OnConflictClause clause, Insert insert, ChangeTarget target, IReadOnlyList<int> key,
        Syntax.Identifier? alias)
    {
        IPlanTable table = insert.Table;
        PlanList<PlanColumn> given = insert.Input.Output;
        Scope scope = new(null);
        (LogicalNode plan, PlanColumn rowId, PlanColumn[] old) = Meet(target, insert.Input, given, key, scope, alias);
        scope.Tables.Add(new ScopeTable(
            null, "excluded",
            [.. given.Select((c, i) =>
                new ScopeColumn(table.Columns[i].Name, new ColumnUse(c)) { IsVisible = false })]));
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, scope, new Clause("ON CONFLICT") { Subqueries = subqueries });
        ColumnAssignment[] assignments = clause.Action == Syntax.ConflictAction.Replace
            ? [.. given.Select((c, i) => new ColumnAssignment(i, new ColumnUse(c)))]
            : [.. BindAssignments(clause.Assignments, target, binder, subqueries)];
        Expression? condition = clause.Where is null ? null : binder.BindCondition(clause.Where);
        plan = subqueries.Attach(plan);
        IsNull isNew = new(new ColumnUse(rowId), false);
        if (condition is not null) plan = new Filter(plan, new Disjunction([isNew, condition]));
        Dictionary<int, Expression> changed = assignments.ToDictionary(a => a.TableColumn, a => a.Value);
        PlanColumn[] columns =
            [.. old.Select((c, i) => context.Columns.Create(c.Name, c.Type, table.Columns[i].IsNullable))];
        NamedExpression action = ActionColumn(new Case(
            [new CaseBranch(isNew, new Constant(ActionValue(MergeAction.Insert)))],
            new Constant(ActionValue(MergeAction.Update))));
        PlanColumn id = context.Columns.Create("rowid", LogicalType.BigInt);
        plan = new Project(
            plan,
            [
                action, new NamedExpression(id, new ColumnUse(rowId)),
                .. columns.Select((c, i) => new NamedExpression(c, new Case(
                    [new CaseBranch(isNew, new ColumnUse(given[i]))],
                    changed.GetValueOrDefault(i) ?? new ColumnUse(old[i])))),
            ]);
        return Regenerate(table, plan, [action.Column, id], columns);
    }

    /// <summary>Every new row with the row of the table that has its key, or with NULLs.</summary>
    private (LogicalNode Plan, PlanColumn RowId, PlanColumn[] Old) Meet(
        ChangeTarget target, LogicalNode rows, PlanList<PlanColumn> given, IReadOnlyList<int> key, Scope scope,
        Syntax.Identifier? alias)
    {
        (LogicalNode scan, PlanColumn rowId, PlanColumn[] old) = ScanWithIds(target, alias, scope);
        PlanList<JoinKey> keys =
            key.Select(k => new JoinKey(new ColumnUse(old[k]), new ColumnUse(given[k]))).ToPlanList();
        return (new Join(scan, rows, JoinKind.Right, keys, null, null), rowId, old);
    }

    private NamedExpression ActionColumn(Expression action) =>
        new(context.Columns.Create("action", LogicalType.Integer, false), action);

    private static Value ActionValue(MergeAction action) => Value.Integer(LogicalType.Integer, (int)action);
}
