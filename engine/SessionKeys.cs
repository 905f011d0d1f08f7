using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>
/// Single rows of tables that have a primary key. A key of several columns is given as a tuple, in the key's order.
/// What is prepared for a table is kept with the session.
/// </summary>
public static class SessionKeys
{
    private static readonly ConditionalWeakTable<ISession, Dictionary<string, KeyTable>> s_tables = [];

    /// <summary>The row with a key; the default where there is none.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The table, with its schema if need be.</param>
    /// <param name="key">The key; a tuple for several columns.</param>
    /// <param name="consistency">What is seen: the session's choice unless told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="QueryException">
    /// 42P10: the table has no primary key. 25001: a transaction block is open, which sees its own snapshot.
    /// </exception>
    /// <example><code>Account? mine = await connection.GetAsync&lt;Account>("accounts", 42);</code></example>
    public static async Task<T?> GetAsync<T>(
        this ISession session, string table, object key, ReadConsistency consistency = ReadConsistency.Default,
        CancellationToken cancellationToken = default)
    {
        KeyTable known = await TableOfAsync(session, table, cancellationToken);
        await using QueryResult result = await RunAsync(
            session, known.Select, known.KeyOf(key), consistency, WriteAcknowledgement.Default, cancellationToken);
        if (await result.ReadAsync(cancellationToken) is not { RowCount: > 0 } batch)
            return default;
        return known.ReaderOf<T>(result.Schema)(batch, 0);
    }

    /// <summary>Adds a row, or takes the place of the one with its key.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The table, with its schema if need be.</param>
    /// <param name="row">The row; members go to columns by name.</param>
    /// <param name="acknowledgement">How durable it is when the task ends: the session's choice unless told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="QueryException">
    /// 42P10: the table has no primary key. 42703: a member has no column. 25001: a transaction block is open, whose
    /// acknowledgement holds.
    /// </exception>
    /// <exception cref="ClusterException">57P03: too few workers can be reached; nothing was written.</exception>
    public static async Task PutAsync<T>(
        this ISession session, string table, T row,
        WriteAcknowledgement acknowledgement = WriteAcknowledgement.Default,
        CancellationToken cancellationToken = default)
    {
        KeyTable known = await TableOfAsync(session, table, cancellationToken);
        KeyTable.Put<T> put = await known.PutOfAsync<T>(session, cancellationToken);
        await using QueryResult result = await RunAsync(
            session, put.Statement, put.ValuesOf(row), ReadConsistency.Default, acknowledgement, cancellationToken);
    }

    /// <summary>Takes the row with a key away.</summary>
    /// <returns>True when there was one.</returns>
    /// <inheritdoc cref="PutAsync{T}"/>
    /// <param name="session">The session.</param>
    /// <param name="table">The table, with its schema if need be.</param>
    /// <param name="key">The key; a tuple for several columns.</param>
    /// <param name="acknowledgement">How durable that is when the task ends: the session's choice unless told.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<bool> DeleteAsync(
        this ISession session, string table, object key,
        WriteAcknowledgement acknowledgement = WriteAcknowledgement.Default,
        CancellationToken cancellationToken = default)
    {
        KeyTable known = await TableOfAsync(session, table, cancellationToken);
        await using QueryResult result = await RunAsync(
            session, known.Delete, known.KeyOf(key), ReadConsistency.Default, acknowledgement, cancellationToken);
        return result.RowsAffected > 0;
    }

    /// <summary>Runs a statement about one row; what the call leaves open is as the session has it.</summary>
    private static Task<QueryResult> RunAsync(
        ISession session, IPreparedStatement statement, Value[] values, ReadConsistency consistency,
        WriteAcknowledgement acknowledgement, CancellationToken cancellationToken)
    {
        if (consistency == ReadConsistency.Default && acknowledgement == WriteAcknowledgement.Default)
            return statement.ExecuteAsync(values, cancellationToken);
        StatementOptions options = session.Options;
        if (consistency != ReadConsistency.Default) options = options with { Consistency = consistency };
        if (acknowledgement != WriteAcknowledgement.Default)
            options = options with { Acknowledgement = acknowledgement };
        return session.ExecuteAsync(statement, values, options, cancellationToken);
    }

    private static async ValueTask<KeyTable> TableOfAsync(
        ISession session, string table, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        Dictionary<string, KeyTable> known = s_tables.GetOrCreateValue(session);
        if (known.TryGetValue(table, out KeyTable? found)) return found;
        found = await KeyTable.OpenAsync(session, Parser.ParseQualifiedName(table), cancellationToken);
        known[table] = found;
        return found;
    }
}
