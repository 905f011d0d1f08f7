using System.Runtime.ExceptionServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Runs the changes of INSERT, UPDATE, DELETE and MERGE: the rows of the plan go into the transaction. Checks of
/// constraints are columns of the plan that the sinks look at.
/// </summary>
internal sealed class ChangeRunner(Session session, StatementScope scope, QueryEnvironment environment)
{
    /// <summary>How often rows that a worker lost are made again.</summary>
    private const int MaxTries = 4;

    /// <summary>How many rows were changed, and, where wanted, those rows.</summary>
    public async ValueTask<(long Count, List<Value[]>? Rows)> RunAsync(
        ChangeNode change, bool returnsRows, CancellationToken cancellationToken)
    {
        try
        {
            return await TryRunAsync(change, returnsRows, cancellationToken);
        }
        catch (WriteLostException lost)
        {
            ExceptionDispatchInfo.Throw(lost.Cause);
            throw;
        }
    }

    private async ValueTask<(long Count, List<Value[]>? Rows)> TryRunAsync(
        ChangeNode change, bool returnsRows, CancellationToken cancellationToken)
    {
        StoredTable table = (StoredTable)change.Table;
        List<Value[]>? returned = returnsRows ? [] : null;
        long count = change switch
        {
            Insert => await InsertAsync(change, table, returned, cancellationToken),
            Delete => await DeleteAsync(change, table, returned, cancellationToken),
            Update => await UpdateAsync(change, table, returned, cancellationToken),
            Merge merge => await MergeAsync(merge, table, returned, cancellationToken),
            _ => throw Invariant.Unreachable($"change {change.GetType().Name}"),
        };
        return (count, returned);
    }

    private async ValueTask<long> InsertAsync(
        ChangeNode insert, StoredTable table, List<Value[]>? returned, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await InsertOnceAsync(insert, table, returned, cancellationToken);
            }
            catch (WriteLostException) when (tries < MaxTries && TryBeginAgain(insert))
            {
                // The worker at fault is avoided for a while.
                returned?.Clear();
            }
        }
    }

    private async ValueTask<long> InsertOnceAsync(
        ChangeNode insert, StoredTable table, List<Value[]>? returned, CancellationToken cancellationToken)
    {
        await using TableWriter writer = scope.Transaction.BeginInsert(table.Snapshot.TableId);
        LogicalNode rows = WithChecks(insert, 0);
        IReadOnlyList<string> checks = ConstraintsOf(insert);
        bool isDone = returned is null && await session.Host.Runner.TryInsertAsync(
            rows, writer, checks, environment, cancellationToken);
        if (!isDone)
        {
            using InsertSink sink = new(writer, checks, returned);
            await RunAsync(rows, sink, cancellationToken);
        }
        long count = await scope.Transaction.FinishInsertAsync(writer, cancellationToken);
        RangeSkew.Tell(session, writer, scope.Transaction.GetTable(table.Snapshot.TableId));
        return count;
    }

    /// <summary>
    /// True where the plan can make its rows once more; what was read before then counts for nothing.
    /// </summary>
    private static bool TryBeginAgain(ChangeNode insert)
    {
        SourceTable[] sources = [.. insert.DescendantsAndSelf().OfType<SourceScan>().Select(s => s.Source)
            .OfType<SourceTable>()];
        // A pipe is read once; rejected rows are in their table already.
        if (sources.Any(s => s.Files is null || s.Source.LengthBytes is null || s.Source.Counters.RowsRejected > 0))
            return false;
        foreach (SourceTable source in sources) source.Source.Counters.Reset();
        return true;
    }

    private async ValueTask<long> DeleteAsync(
        ChangeNode delete, StoredTable table, List<Value[]>? returned, CancellationToken cancellationToken)
    {
        scope.Transaction.BeginChange(table.Snapshot.TableId);
        RowSet changed = new(table.Snapshot);
        using RowIdSink sink = new(null, changed, [], returned);
        await RunAsync(delete.Input, sink, cancellationToken);
        return scope.Transaction.Delete(table.Snapshot, changed.Ids());
    }

    // An update deletes the old rows and inserts the new ones, in one commit.
    private async ValueTask<long> UpdateAsync(
        ChangeNode update, StoredTable table, List<Value[]>? returned, CancellationToken cancellationToken)
    {
        scope.Transaction.BeginChange(table.Snapshot.TableId);
        await using TableWriter writer = scope.Transaction.BeginInsert(table.Snapshot.TableId);
        RowSet changed = new(table.Snapshot);
        using RowIdSink sink = new(writer, changed, ConstraintsOf(update), returned);
        await RunAsync(WithChecks(update, 1), sink, cancellationToken);
        long deleted = scope.Transaction.Delete(table.Snapshot, changed.Ids());
        await scope.Transaction.FinishInsertAsync(writer, cancellationToken);
        return deleted;
    }

    private async ValueTask<long> MergeAsync(
        Merge merge, StoredTable table, List<Value[]>? returned, CancellationToken cancellationToken)
    {
        scope.Transaction.BeginChange(table.Snapshot.TableId);
        await using TableWriter writer = scope.Transaction.BeginInsert(table.Snapshot.TableId);
        RowSet changed = new(table.Snapshot);
        using MergeSink sink = new(merge, writer, changed, ConstraintsOf(merge), returned);
        await RunAsync(WithChecks(merge, 2), sink, cancellationToken);
        scope.Transaction.Delete(table.Snapshot, changed.Ids());
        await scope.Transaction.FinishInsertAsync(writer, cancellationToken);
        return sink.Count;
    }

    private async Task RunAsync(LogicalNode plan, Sink sink, CancellationToken cancellationToken)
    {
        await scope.Catalog.PrepareAsync(cancellationToken);
        await session.Host.Runner.RunAsync(plan, sink, environment, cancellationToken);
    }

    private static IReadOnlyList<string> ConstraintsOf(ChangeNode change) => [.. change.Checks.Select(c => c.Name)];

    // The input's columns, then a column per CHECK.
    private static LogicalNode WithChecks(ChangeNode change, int firstColumn)
    {
        if (change.Checks.IsEmpty) return change.Input;
        PlanList<PlanColumn> input = change.Input.Output;
        Dictionary<PlanColumn, Expression> actual = [];
        for (int i = 0; i < change.CheckColumns.Count; i++)
            actual.Add(change.CheckColumns[i], new ColumnUse(input[firstColumn + i]));
        PlanColumnFactory columns = new();
        IEnumerable<NamedExpression> passed = input.Select(c => new NamedExpression(c, new ColumnUse(c)));
        IEnumerable<NamedExpression> checks = change.Checks.Select(c => new NamedExpression(
            columns.Create(c.Name, LogicalType.Boolean), PlanColumns.Substitute(c.Condition, actual)));
        return new Project(change.Input, passed.Concat(checks).ToPlanList());
    }
}
