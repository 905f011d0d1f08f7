using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;

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
    /// <exception cref="QueryException">42P10: the table has no primary key.</exception>
    /// <example><code>Account? mine = await connection.GetAsync&lt;Account>("accounts", 42);</code></example>
    public static async Task<T?> GetAsync<T>(
        this ISession session, string table, object key, ReadConsistency consistency = ReadConsistency.Default,
        CancellationToken cancellationToken = default)
    {
        KeyTable known = await TableOfAsync(session, table, cancellationToken);
        await using ConsistencyScope scope =
            await ConsistencyScope.BeginAsync(session, consistency, cancellationToken);
        await using QueryResult result =
            await known.Select.ExecuteAsync(known.KeyOf(key), cancellationToken);
        if (await result.ReadAsync(cancellationToken) is not { RowCount: > 0 } batch)
            return default;
        return known.ReaderOf<T>(result.Schema)(batch, 0);
    }

    /// <summary>Adds a row, or takes the place of the one with its key.</summary>
    /// <returns>A task that ends when the row is as durable as any commit.</returns>
    /// <exception cref="QueryException">42P10: the table has no primary key. 42703: a member has no column.</exception>
    public static async Task PutAsync<T>(
        this ISession session, string table, T row, CancellationToken cancellationToken = default)
    {
        KeyTable known = await TableOfAsync(session, table, cancellationToken);
        KeyTable.Put<T> put = await known.PutOfAsync<T>(session, cancellationToken);
        await using QueryResult result =
            await put.Statement.ExecuteAsync(put.ValuesOf(row), cancellationToken);
    }

    /// <summary>Takes the row with a key away.</summary>
    /// <returns>True when there was one.</returns>
    /// <exception cref="QueryException">42P10: the table has no primary key.</exception>
    public static async Task<bool> DeleteAsync(
        this ISession session, string table, object key, CancellationToken cancellationToken = default)
    {
        KeyTable known = await TableOfAsync(session, table, cancellationToken);
        await using QueryResult result =
            await known.Delete.ExecuteAsync(known.KeyOf(key), cancellationToken);
        return result.RowsAffected > 0;
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

    /// <summary>Sets what one read sees, and sets it back.</summary>
    private readonly struct ConsistencyScope(ISession session, bool isSet) : IAsyncDisposable
    {
        public static async ValueTask<ConsistencyScope> BeginAsync(
            ISession session, ReadConsistency wanted, CancellationToken cancellationToken)
        {
            if (wanted == ReadConsistency.Default) return default;
            string name = wanted == ReadConsistency.Strong ? "strong" : "session";
            await using QueryResult set = await session.ExecuteAsync(
                $"SET consistency = '{name}'", null, cancellationToken);
            return new ConsistencyScope(session, isSet: true);
        }

        public async ValueTask DisposeAsync()
        {
            if (!isSet) return;
            await using QueryResult reset =
                await session.ExecuteAsync("RESET consistency", null, CancellationToken.None);
        }
    }
}

/// <summary>What a read sees of the writes of others.</summary>
public enum ReadConsistency
{
    /// <summary>What the session's setting says.</summary>
    Default,

    /// <summary>All that this session wrote, and a recent state of the rest.</summary>
    Session,

    /// <summary>All that anybody wrote before the read began.</summary>
    Strong,
}
