using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>
/// MERGE: a join of the table and the source that keeps the rows without a partner that a clause is about; each row
/// gets the number of the first clause that fits it, and the values of that clause.
/// </content>
internal sealed partial class ChangeBinder
{
    /// <summary>MERGE</summary>
    public BoundRelation BindMerge(Syntax.MergeStatement statement)
    {
        ChangeTarget into = FindTarget(statement.Table);
        if (into.Views.Count > 0) throw NotThroughView("MERGE", into);
        IPlanTable table = into.Table;
        Scope? outer = OuterOf(statement.With);
        Scope scope = new(outer), sourceScope = new(outer);
        (LogicalNode target, PlanColumn rowId, PlanColumn[] old) = ScanWithIds(into, statement.Alias, scope);
        LogicalNode source = new FromBinder(context, queries).Bind([statement.Source], sourceScope);
        PlanColumn isThere = context.Columns.Create("in source", LogicalType.Boolean, false);
        source = new Project(
            source,
            [
                .. source.Output.Select(c => new NamedExpression(c, new ColumnUse(c))),
                new NamedExpression(isThere, new Constant(Value.Boolean(true))),
            ]);
        Scope targetScope = new(outer);
        targetScope.Tables.AddRange(scope.Tables);
        Expression condition = BindMergeCondition(statement, scope, sourceScope);
        (PlanList<JoinKey> keys, Expression? residual) = JoinConditions.Split(condition, target.Output, source.Output);
        LogicalNode plan = new Join(target, source, KindOf(statement), keys, residual, null);

        SubqueryCollector subqueries = new();
        // A row without a partner has the columns of one side only.
        MergeRow RowOf(Syntax.MergeMatch match) => new(
            into, sourceScope,
            new ExpressionBinder(
                context,
                match switch
                {
                    Syntax.MergeMatch.Matched => scope,
                    Syntax.MergeMatch.NotMatchedByTarget => sourceScope,
                    _ => targetScope,
                },
                new Clause("MERGE") { Subqueries = subqueries }),
            subqueries, old);
        CheckClauses(statement.Clauses);
        List<CaseBranch> choices = [];
        List<(MergeAction Action, Expression[]? Values)> effects = [];
        foreach (Syntax.MergeClause clause in statement.Clauses)
        {
            Expression fits = Presence(clause.Match, rowId, isThere);
            MergeRow row = RowOf(clause.Match);
            if (clause.Condition is not null) fits = Conjunction.Of([fits, row.Binder.BindCondition(clause.Condition)]);
            effects.Add(BindEffect(clause.Action, row));
            choices.Add(new CaseBranch(fits, new Constant(Value.Integer(LogicalType.Integer, effects.Count))));
        }
        plan = subqueries.Attach(plan);
        PlanColumn choice = context.Columns.Create("clause", LogicalType.Integer, false);
        plan = new Project(
            plan,
            [
                .. plan.Output.Select(c => new NamedExpression(c, new ColumnUse(c))),
                new NamedExpression(
                    choice, new Case(choices.ToPlanList(), new Constant(Value.Integer(LogicalType.Integer, 0)))),
            ]);
        return Returning(
            new Merge(ProjectEffects(plan, choice, rowId, effects, table), table)
            {
                Count = context.Columns.Create("count", LogicalType.BigInt, false),
                Checks = ChecksOf(table, out PlanList<PlanColumn> checkColumns),
                CheckColumns = checkColumns,
            },
            into, statement.Alias, statement.Returning);
    }

    private static void CheckClauses(Syntax.SyntaxList<Syntax.MergeClause> clauses)
    {
        HashSet<Syntax.MergeMatch> ended = [];
        foreach (Syntax.MergeClause clause in clauses)
        {
            if (clause.Match == Syntax.MergeMatch.NotMatchedByTarget
                && clause.Action is Syntax.MergeUpdateAction or Syntax.MergeDeleteAction)
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "WHEN NOT MATCHED has no row to update or delete", clause.Position,
                    "Write WHEN MATCHED, or WHEN NOT MATCHED BY SOURCE.");
            }
            if (ended.Contains(clause.Match))
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "Unreachable WHEN clause specified after unconditional WHEN clause",
                    clause.Position);
            }
            if (clause.Condition is null) ended.Add(clause.Match);
        }
    }

    private static JoinKind KindOf(Syntax.MergeStatement statement)
    {
        bool addsRows = statement.Clauses.Any(c => c.Match == Syntax.MergeMatch.NotMatchedByTarget);
        bool changesRest = statement.Clauses.Any(c => c.Match == Syntax.MergeMatch.NotMatchedBySource);
        return (addsRows, changesRest) switch
        {
            (true, true) => JoinKind.Full,
            (true, false) => JoinKind.Right,
            (false, true) => JoinKind.Left,
            _ => JoinKind.Inner,
        };
    }

    /// <summary>ON or USING; afterwards the scope has the tables of both sides.</summary>
    private Expression BindMergeCondition(Syntax.MergeStatement statement, Scope scope, Scope sourceScope)
    {
        List<Expression> equalities = [];
        ExpressionBinder binder = new(context, scope, new Clause("MERGE ON"));
        foreach (Syntax.Identifier name in statement.Using)
        {
            Syntax.QualifiedName column = new([name]) { Range = name.Range };
            Expression left = scope.Find(column, out _) ?? throw scope.NotFound(column);
            Expression right = sourceScope.Find(column, out _) ?? throw sourceScope.NotFound(column);
            equalities.Add(binder.Equality(left, right, name.Position));
        }
        scope.Tables.AddRange(sourceScope.Tables);
        return statement.On is null
            ? Conjunction.Of(equalities)
            : binder.BindCondition(statement.On);
    }

    private static Expression Presence(Syntax.MergeMatch match, PlanColumn rowId, PlanColumn isThere)
    {
        IsNull inTable = new(new ColumnUse(rowId), true), inSource = new(new ColumnUse(isThere), true);
        return match switch
        {
            Syntax.MergeMatch.Matched => Conjunction.Of([inTable, inSource]),
            Syntax.MergeMatch.NotMatchedByTarget => new IsNull(new ColumnUse(rowId), false),
            _ => new IsNull(new ColumnUse(isThere), false),
        };
    }

    private (MergeAction Action, Expression[]? Values) BindEffect(Syntax.MergeAction action, MergeRow row)
    {
        switch (action)
        {
            case Syntax.MergeInsertAction insert:
                return (MergeAction.Insert, BindMergeInsert(insert, row));
            case Syntax.MergeUpdateAction update:
                Expression[] values = [.. row.Old.Select(c => new ColumnUse(c))];
                IEnumerable<ColumnAssignment> assignments = update.Assignments.IsEmpty
                    ? FromSource(row, update.IsByName)
                    : BindAssignments(update.Assignments, row.Target, row.Binder, row.Subqueries);
                foreach (ColumnAssignment assignment in assignments) values[assignment.TableColumn] = assignment.Value;
                return (MergeAction.Update, values);
            case Syntax.MergeDeleteAction:
                return (MergeAction.Delete, [.. row.Old.Select(c => new ColumnUse(c))]);
            default:
                return (MergeAction.Nothing, null);
        }
    }

    private Expression[] BindMergeInsert(Syntax.MergeInsertAction insert, MergeRow row)
    {
        IPlanTable table = row.Table;
        Expression?[] values = new Expression?[table.Columns.Count];
        if (insert.Values is { } given)
        {
            int[] targets = TargetsOf(row.Target, [.. insert.Columns.Select(c => c.Last)], given.Values.Count);
            if (given.Values.Count > targets.Length) throw TooMany(given.Values[targets.Length].Position);
            if (given.Values.Count < targets.Length && !insert.Columns.IsEmpty)
            {
                throw new QueryException(
                    SqlStates.SyntaxError, "INSERT has more target columns than expressions",
                    insert.Columns[given.Values.Count].Position);
            }
            for (int i = 0; i < given.Values.Count; i++)
            {
                PlanTableColumn column = table.Columns[targets[i]];
                bool isDefault = given.Values[i] is Syntax.DefaultSyntax;
                if (column.GeneratedSql is not null && !isDefault)
                    throw GivenGenerated(column, given.Values[i].Position);
                if (column.Identity == IdentityKind.Always && !isDefault
                    && insert.Overriding == Syntax.Overriding.None)
                {
                    throw GivenIdentity(column, given.Values[i].Position);
                }
                isDefault |= column.Identity != IdentityKind.None && insert.Overriding == Syntax.Overriding.User;
                values[targets[i]] = isDefault
                    ? DefaultOf(column) : context.AssignTo(row.Binder.Bind(given.Values[i]), column);
            }
        }
        else if (!insert.IsDefaultValues)
        {
            foreach (ColumnAssignment assignment in FromSource(row, insert.IsByName))
            {
                values[assignment.TableColumn] = assignment.Value;
            }
        }
        return [.. values.Select((v, i) => v ?? DefaultOf(table.Columns[i]))];
    }

    /// <summary>The source's columns for those of the table, by position or by name.</summary>
    private IEnumerable<ColumnAssignment> FromSource(MergeRow row, bool isByName)
    {
        ScopeColumn[] source = [.. row.SourceScope.VisibleColumns];
        int[] targets = isByName ? [] : TargetsOf(row.Target, [], 0);
        if (!isByName && source.Length > targets.Length)
        {
            throw new QueryException(SqlStates.SyntaxError, "The source of MERGE has more columns than the table");
        }
        for (int i = 0; i < source.Length; i++)
        {
            int target = isByName
                ? ColumnOf(row.Table, new Syntax.Identifier(source[i].Name, source[i].Name, true), -1) : targets[i];
            PlanTableColumn column = row.Table.Columns[target];
            yield return new ColumnAssignment(target, context.AssignTo(source[i].Expression, column));
        }
    }

    /// <summary>The rows that a clause changes, as <see cref="Merge"/> wants them.</summary>
    private LogicalNode ProjectEffects(
        LogicalNode plan, PlanColumn choice, PlanColumn rowId, List<(MergeAction Action, Expression[]? Values)> effects,
        IPlanTable table)
    {
        int[] working = [.. Enumerable.Range(0, effects.Count).Where(i => effects[i].Action != MergeAction.Nothing)];
        Constant Number(int effect) => new(Value.Integer(LogicalType.Integer, effect + 1));
        plan = new Filter(plan,
            new InList(new ColumnUse(choice), working.Select(w => (Expression)Number(w)).ToPlanList(), false));
        Expression Choose(Func<int, Expression> result, LogicalType type) => new Case(
            working.Select(w => new CaseBranch(
                new Comparison(ComparisonOperator.Equal, new ColumnUse(choice), Number(w)), result(w))).ToPlanList(),
            new Constant(Value.Null(type)));
        NamedExpression action =
            ActionColumn(Choose(w => new Constant(ActionValue(effects[w].Action)), LogicalType.Integer));
        PlanColumn id = context.Columns.Create("rowid", LogicalType.BigInt);
        PlanColumn[] columns =
            [.. table.Columns.Select(c => context.Columns.Create(c.Name, c.Type, c.IsNullable))];
        plan = new Project(
            plan,
            [
                action,
                new NamedExpression(id, Choose(
                    w => effects[w].Action == MergeAction.Insert
                        ? new Constant(Value.Null(LogicalType.BigInt)) : new ColumnUse(rowId),
                    LogicalType.BigInt)),
                .. columns.Select((c, i) => new NamedExpression(c, Choose(w => effects[w].Values![i], c.Type))),
            ]);
        return Regenerate(table, plan, [action.Column, id], columns);
    }

    /// <summary>What the clauses of one MERGE are bound with.</summary>
    private sealed record MergeRow(
        ChangeTarget Target, Scope SourceScope, ExpressionBinder Binder, SubqueryCollector Subqueries, PlanColumn[] Old)
    {
        /// <summary>The table.</summary>
        public IPlanTable Table => Target.Table;
    }
}
