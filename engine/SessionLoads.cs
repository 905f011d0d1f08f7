using System.Data;
using System.Data.Common;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>Rows of C# into tables, many at a time.</summary>
public static class SessionLoads
{
    private const int ReportedRows = 65_536;

    /// <summary>Starts to add rows to a table.</summary>
    /// <exception cref="Errors.QueryException">The table does not exist, or a member has no column in it.</exception>
    public static async Task<Appender<T>> OpenAppenderAsync<T>(
        this ISession session, string table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        QualifiedName name = Parser.ParseQualifiedName(table);
        Schema schema = await SchemaOfAsync(session, name, cancellationToken);
        return new Appender<T>(session, name, RecordFeeds.Of<T>(schema), cancellationToken);
    }

    /// <summary>Adds all rows to a table, in one commit.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The table, with its schema if need be.</param>
    /// <param name="rows">The rows; members go to columns by name.</param>
    /// <param name="progress">Is told how many rows have been sent, every 65,536.</param>
    /// <param name="cancellationToken">Stops the load; no row is added then.</param>
    /// <returns>How many there were.</returns>
    public static async Task<long> CopyFromAsync<T>(
        this ISession session, string table, IEnumerable<T> rows, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        await using Appender<T> appender =
            await session.OpenAppenderAsync<T>(table, cancellationToken);
        foreach (T row in rows)
        {
            await appender.AppendAsync(row, cancellationToken);
            if (appender.RowCount % ReportedRows == 0) progress?.Report(appender.RowCount);
        }
        return await appender.CompleteAsync(cancellationToken);
    }

    /// <summary>Adds all rows to a table as they come, in one commit.</summary>
    /// <inheritdoc cref="CopyFromAsync{T}(ISession, string, IEnumerable{T}, IProgress{long}?, CancellationToken)"/>
    public static async Task<long> CopyFromAsync<T>(
        this ISession session, string table, IAsyncEnumerable<T> rows, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        await using Appender<T> appender =
            await session.OpenAppenderAsync<T>(table, cancellationToken);
        await foreach (T row in rows.WithCancellation(cancellationToken))
        {
            await appender.AppendAsync(row, cancellationToken);
            if (appender.RowCount % ReportedRows == 0) progress?.Report(appender.RowCount);
        }
        return await appender.CompleteAsync(cancellationToken);
    }

    /// <summary>
    /// Adds what another database's reader has to a table, in one commit: columns by name, or by place where no name is
    /// the table's.
    /// </summary>
    /// <inheritdoc cref="CopyFromAsync{T}(ISession, string, IEnumerable{T}, IProgress{long}?, CancellationToken)"/>
    public static async Task<long> CopyFromAsync(
        this ISession session, string table, DbDataReader rows, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(rows);
        QualifiedName name = Parser.ParseQualifiedName(table);
        Schema schema = await SchemaOfAsync(session, name, cancellationToken);
        await using Appender<DbDataReader> appender =
            new(session, name, RecordFeeds.Of(rows, schema), cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            await appender.AppendAsync(rows, cancellationToken);
            if (appender.RowCount % ReportedRows == 0) progress?.Report(appender.RowCount);
        }
        return await appender.CompleteAsync(cancellationToken);
    }

    /// <summary>Adds the rows of a data table to a table, in one commit.</summary>
    /// <inheritdoc cref="CopyFromAsync(ISession, string, DbDataReader, IProgress{long}?, CancellationToken)"/>
    public static async Task<long> CopyFromAsync(
        this ISession session, string table, DataTable rows, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        await using DataTableReader reader = rows.CreateDataReader();
        return await session.CopyFromAsync(table, reader, progress, cancellationToken);
    }

    /// <summary>Adds the rows of an Arrow IPC stream or file to a table, in one commit.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<long> CopyFromArrowAsync(
        this ISession session, string table, Stream arrow, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        QualifiedName name = Parser.ParseQualifiedName(table);
        Stream? before = session.CopyInput;
        session.CopyInput = arrow;
        try
        {
            await using QueryResult result = await session.ExecuteAsync(
                $"COPY {name} FROM STDIN (FORMAT arrow)", null, cancellationToken);
            return result.RowsAffected;
        }
        finally
        {
            session.CopyInput = before;
        }
    }

    /// <summary>Writes the rows of a query as an Arrow IPC stream, which any Arrow library reads.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<long> CopyToArrowAsync(
        this ISession session, string query, Stream arrow, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        // Parsed here, so that whatever stands in the text stays inside the parentheses.
        string inner = SqlWriter.Write(Parser.ParseQuery(query));
        Stream? before = session.CopyOutput;
        session.CopyOutput = arrow;
        try
        {
            await using QueryResult result = await session.ExecuteAsync(
                $"COPY ({inner}) TO STDOUT (FORMAT arrow)", null, cancellationToken);
            return result.RowsAffected;
        }
        finally
        {
            session.CopyOutput = before;
        }
    }

    /// <summary>The columns of a table.</summary>
    internal static async Task<Schema> SchemaOfAsync(
        ISession session, QualifiedName table, CancellationToken cancellationToken)
    {
        SelectQuery all = new()
        {
            Items = [new SelectItem(new StarSyntax())], From = [new NamedTableReference(table)],
        };
        await using IPreparedStatement statement =
            await session.PrepareAsync(SqlWriter.Write(all), null, cancellationToken);
        return statement.Schema;
    }
}
