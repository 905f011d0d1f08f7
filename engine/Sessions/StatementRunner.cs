using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>Runs a bound statement: queries stream, changes count, definitions write the catalog.</summary>
internal sealed class StatementRunner(
    Session session, StatementScope scope, StatementBinder binder, QueryEnvironment environment, bool isReadOnly)
{
    /// <summary>Where the operators of the statement are kept, if it is a query; null where they are not.</summary>
    public KeptOperators? Kept { get; init; }

    /// <summary>
    /// The result. Handed over is true where the result still needs the scope and ends it itself.
    /// </summary>
    public async ValueTask<(QueryResult Result, bool IsHandedOver)> RunAsync(
        BoundStatement statement, CancellationToken cancellationToken)
    {
        if (isReadOnly && !OnlyReads(statement))
            throw new QueryException(SqlStates.ReadOnlyTransaction, "Cannot change data in a read-only transaction");
        if (statement is not BoundExplain)
        {
            for (int i = 0; i < statement.Changes.Count; i++)
            {
                InnerChange inner = statement.Changes[i];
                inner.Rows.AddRange((await RowsOfAsync(inner.Change, cancellationToken)).Rows ?? []);
            }
        }
        switch (statement)
        {
            case BoundQuery { Kind: PlanKind.Select, Changes.IsEmpty: true } query:
                return (await SelectAsync(query, cancellationToken), true);
            case BoundQuery { Kind: PlanKind.Select } query:
                List<Value[]> rows = await ReadAllAsync(query.Plan, cancellationToken);
                return (new ValuesResult(query.Schema, rows, $"SELECT {rows.Count}"), false);
            case BoundQuery change:
                return (await ChangeAsync(change, cancellationToken), false);
            case BoundExplain explain:
                return (await ExplainAsync(explain, cancellationToken), false);
            case BoundCreateTable create:
                return (await CreateTableAsync(create, cancellationToken), false);
            case BoundCreateView view:
                return (TableStatements.CreateView(view, scope.Transaction), false);
            case BoundCopyFrom copy:
                return (await new CopyStatements(session, scope, binder, this).CopyFromAsync(
                    copy, cancellationToken), false);
            case BoundCopyTo copy:
                return (await new CopyStatements(session, scope, binder, this).CopyToAsync(
                    copy, environment, cancellationToken), false);
            case BoundTruncate truncate:
                foreach (IPlanTable table in truncate.Tables)
                {
                    long id = ((StoredTable)table).Snapshot.TableId;
                    scope.Transaction.Truncate(id);
                    if (truncate.RestartsIdentity) SequenceStatements.RestartOf(scope.Transaction, id);
                }
                return (new OutcomeResult("TRUNCATE TABLE"), false);
            case BoundUtility { Statement: ExportDatabaseStatement export }:
                return (await new DatabaseFiles(scope.Transaction, RunInsideAsync)
                    .ExportAsync(export, cancellationToken), false);
            case BoundUtility { Statement: ImportDatabaseStatement import }:
                return (await new DatabaseFiles(scope.Transaction, RunInsideAsync)
                    .ImportAsync(import, cancellationToken), false);
            case BoundUtility { Statement: ExplainFragmentsStatement fragments }:
                return (await new FragmentReport(session, environment, this).ExplainAsync(
                    binder.Bind(fragments.Statement), fragments.Statement.Position, cancellationToken), false);
            case BoundUtility utility:
                QueryResult result = await new UtilityStatements(session, scope, binder, this)
                    .RunAsync(utility.Statement, cancellationToken);
                return (result, false);
            default:
                throw Invariant.Unreachable($"statement {statement.GetType().Name}");
        }
    }

    private static bool OnlyReads(BoundStatement statement) => statement.Changes.IsEmpty && statement switch
    {
        BoundQuery query => query.Kind == PlanKind.Select,
        BoundUtility utility => !DefinitionStatements.IsOne(utility.Statement)
            && utility.Statement is not (GrantStatement or ImportDatabaseStatement),
        _ => statement is BoundExplain or BoundCopyTo,
    };

    /// <summary>Runs a plan that changes a table; its result says how many rows, or has those of RETURNING.</summary>
    public async ValueTask<QueryResult> ChangeAsync(BoundQuery change, CancellationToken cancellationToken)
    {
        (long count, List<Value[]>? rows) = await RowsOfAsync(change, cancellationToken);
        string tag = change.Kind switch
        {
            PlanKind.Insert => $"INSERT 0 {count}",
            PlanKind.Update => $"UPDATE {count}",
            PlanKind.Delete => $"DELETE {count}",
            PlanKind.Merge => $"MERGE {count}",
            _ => $"COPY {count}",
        };
        return rows is null
            ? new OutcomeResult(tag, count, session.TakeNotices())
            : new ValuesResult(change.Schema, rows, tag, count);
    }

    /// <summary>Changes a table; the number of its rows that changed, and what RETURNING makes of them.</summary>
    private async ValueTask<(long Count, List<Value[]>? Rows)> RowsOfAsync(
        BoundQuery change, CancellationToken cancellationToken)
    {
        // RETURNING is a projection over the change.
        Project? returning = change.Plan as Project;
        ChangeNode node = (ChangeNode)(returning is null ? change.Plan : returning.Input);
        ChangeRunner runner = new(session, scope, environment);
        (long count, List<Value[]>? rows) =
            await runner.RunAsync(node, returning is not null, cancellationToken);
        if (returning is null) return (count, null);
        LogicalNode shown = Returned.PlanOver(returning, node, rows!);
        return (count, await ReadAllAsync(shown, cancellationToken));
    }

    /// <summary>All rows of a small plan.</summary>
    public async ValueTask<List<Value[]>> ReadAllAsync(LogicalNode plan, CancellationToken cancellationToken)
    {
        await scope.Catalog.PrepareAsync(cancellationToken);
        await using RunningPlan running =
            await session.Host.Runner.StartAsync(plan, environment, cancellationToken);
        List<Value[]> rows = [];
        ResultBatch shown = new(plan.Output.Count);
        while (await running.ReadAsync(cancellationToken) is { } batch)
        {
            shown.Show(batch);
            for (int r = 0; r < shown.RowCount; r++)
            {
                Value[] row = new Value[shown.ColumnCount];
                for (int c = 0; c < row.Length; c++) row[c] = shown.GetValue(c, r);
                rows.Add(row);
            }
        }
        return rows;
    }

    private async ValueTask<QueryResult> SelectAsync(BoundQuery query, CancellationToken cancellationToken)
    {
        await scope.Catalog.PrepareAsync(cancellationToken);
        QueryEnvironment rows = environment with { Kept = Kept, KeepsShapes = session.Options.KeepsShapes };
        RunningPlan plan = await session.Host.Runner.StartAsync(query.Plan, rows, cancellationToken);
        return new StreamResult(query.Schema, plan, EndAsync, session.TakeNotices());
    }

    private async ValueTask EndAsync(bool succeeded)
    {
        if (succeeded)
        {
            await scope.CommitAsync(CancellationToken.None);
            return;
        }
        session.FailBlock();
        await scope.DisposeAsync();
    }

    /// <summary>A statement that is part of this one.</summary>
    private async ValueTask<QueryResult> RunInsideAsync(Statement statement, CancellationToken cancellationToken)
    {
        await using StatementScope inside = new(session, scope.Transaction, isOwn: false);
        StatementBinder own = new(inside.Catalog, inside.Info, null);
        StatementRunner runner = new(session, inside, own, environment, isReadOnly);
        (QueryResult result, _) =
            await runner.RunAsync(own.Bind(statement), cancellationToken);
        await inside.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>CREATE TABLE, and what fills it.</summary>
    public async ValueTask<QueryResult> CreateTableAsync(BoundCreateTable create, CancellationToken cancellationToken)
    {
        bool isNew = TableStatements.CreateTable(create, scope.Transaction, session);
        if (!isNew)
            return new OutcomeResult(
                create.Source is null ? "CREATE TABLE" : "CREATE TABLE AS", notices: session.TakeNotices());
        if (create.Source is null) return new OutcomeResult("CREATE TABLE", notices: session.TakeNotices());
        StoredTable table = new(
            scope.Transaction.FindTable(create.Table.SchemaName, create.Table.Name)!, create.Table.SchemaName,
            create.Table.Name);
        QueryResult filled =
            await ChangeAsync(binder.BindFill(create.Source, table), cancellationToken);
        return new OutcomeResult($"SELECT {filled.RowsAffected}", filled.RowsAffected, session.TakeNotices());
    }

    private async ValueTask<QueryResult> ExplainAsync(BoundExplain explain, CancellationToken cancellationToken)
    {
        LogicalNode plan = explain.Statement switch
        {
            BoundQuery query => query.Plan,
            BoundCreateTable { Source: { } source } => source,
            BoundCopyTo copy => copy.Query,
            _ => throw new QueryException(SqlStates.FeatureNotSupported, "EXPLAIN works on queries and changes"),
        };
        if (plan is ChangeNode change) plan = change.Input;
        if (explain.IsAnalyze) await scope.Catalog.PrepareAsync(cancellationToken);
        IReadOnlyList<string> lines = await session.Host.Runner
            .ExplainAsync(plan, explain, environment with { IsMeasured = explain.IsAnalyze }, cancellationToken);
        return new ValuesResult(
            UtilityStatements.ExplainSchema, [.. lines.Select(l => new[] { Value.Text(l) })], "EXPLAIN");
    }
}
