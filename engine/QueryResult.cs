using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>What a statement gave: columns and rows in batches, or only an outcome.</summary>
public abstract class QueryResult : IAsyncDisposable
{
    /// <summary>The columns; empty where the statement returns no rows.</summary>
    public abstract Schema Schema { get; }

    /// <summary>
    /// PostgreSQL's command tag, such as <c>INSERT 0 3</c> or <c>CREATE TABLE</c>; complete after the last batch.
    /// </summary>
    public abstract string CommandTag { get; }

    /// <summary>Rows inserted, updated, deleted or copied; -1 where the statement changes none.</summary>
    public virtual long RowsAffected => -1;

    /// <summary>Remarks that are no errors, for the user to see.</summary>
    public virtual IReadOnlyList<string> Notices => [];

    /// <summary>
    /// The next rows, or null after the last. A batch is valid until the next call; its owner is the result.
    /// </summary>
    public abstract ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops the statement if it still runs and frees its memory.</summary>
    public abstract ValueTask DisposeAsync();
}
