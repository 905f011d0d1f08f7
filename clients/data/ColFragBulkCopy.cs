using System.Data;
using System.Data.Common;
using ColFrag.Engine;

namespace ColFrag.Data;

/// <summary>
/// Many rows into one table, in one commit: from a reader, a data table, objects or Arrow. They travel column by
/// column.
/// </summary>
/// <example><code>
/// ColFragBulkCopy copy = new(connection) { DestinationTableName = "trips" };
/// await copy.WriteToServerAsync(reader);
/// </code></example>
public sealed class ColFragBulkCopy(ColFragConnection connection)
{
    /// <summary>The table, with its schema if need be.</summary>
    public string DestinationTableName { get; set; } = "";

    /// <summary>Is told how many rows have been sent, every 65,536.</summary>
    public IProgress<long>? Progress { get; set; }

    /// <summary>Copies what a reader has left; columns go by name, or by place where no name is the table's.</summary>
    /// <returns>How many rows there were.</returns>
    /// <exception cref="ColFragException">A value does not fit; no row was added.</exception>
    public Task<long> WriteToServerAsync(DbDataReader rows, CancellationToken cancellationToken = default) => RunAsync(
        session => session.CopyFromAsync(DestinationTableName, rows, Progress, cancellationToken));

    /// <summary>Copies the rows of a data table.</summary>
    /// <inheritdoc cref="WriteToServerAsync(DbDataReader, CancellationToken)"/>
    public Task<long> WriteToServerAsync(DataTable rows, CancellationToken cancellationToken = default) => RunAsync(
        session => session.CopyFromAsync(DestinationTableName, rows, Progress, cancellationToken));

    /// <summary>Copies objects; members go to columns by name.</summary>
    /// <inheritdoc cref="WriteToServerAsync(DbDataReader, CancellationToken)"/>
    public Task<long> WriteToServerAsync<T>(IEnumerable<T> rows, CancellationToken cancellationToken = default) =>
        RunAsync(session => session.CopyFromAsync(DestinationTableName, rows, Progress, cancellationToken));

    /// <summary>Copies objects as they come; members go to columns by name.</summary>
    /// <inheritdoc cref="WriteToServerAsync(DbDataReader, CancellationToken)"/>
    public Task<long> WriteToServerAsync<T>(
        IAsyncEnumerable<T> rows, CancellationToken cancellationToken = default) =>
        RunAsync(session => session.CopyFromAsync(DestinationTableName, rows, Progress, cancellationToken));

    /// <summary>Copies the rows of an Arrow IPC stream or file.</summary>
    /// <inheritdoc cref="WriteToServerAsync(DbDataReader, CancellationToken)"/>
    public Task<long> WriteArrowToServerAsync(Stream arrow, CancellationToken cancellationToken = default) =>
        RunAsync(session => session.CopyFromArrowAsync(DestinationTableName, arrow, cancellationToken));

    /// <summary>Copies what a reader has left, and waits for it.</summary>
    /// <inheritdoc cref="WriteToServerAsync(DbDataReader, CancellationToken)"/>
    public long WriteToServer(DbDataReader rows) => WriteToServerAsync(rows).GetAwaiter().GetResult();

    /// <summary>Copies the rows of a data table, and waits for it.</summary>
    /// <inheritdoc cref="WriteToServerAsync(DbDataReader, CancellationToken)"/>
    public long WriteToServer(DataTable rows) => WriteToServerAsync(rows).GetAwaiter().GetResult();

    private async Task<long> RunAsync(Func<ISession, Task<long>> load)
    {
        if (DestinationTableName.Length == 0)
            throw new InvalidOperationException("DestinationTableName says into which table rows are copied.");
        return await connection.UseSessionAsync(load).ConfigureAwait(false);
    }
}
