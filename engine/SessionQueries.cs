using System.Runtime.CompilerServices;
using ColFrag.Engine.Linq;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>Tables and results of a session as objects of C#.</summary>
public static class SessionQueries
{
    /// <summary>
    /// A table for LINQ. What is made of it runs in the database when it is enumerated; expressions that SQL has no
    /// counterpart for are refused with their text.
    /// </summary>
    /// <param name="session">Where it runs; it must be free while rows are read.</param>
    /// <param name="name">The table or view, with its schema if need be; the name of the type without it.</param>
    /// <typeparam name="T">
    /// A record, class or struct: its members are columns, by name, without regard to case and underscores.
    /// </typeparam>
    /// <example><code>
    /// var busy = from trip in connection.Table&lt;Trip>("trips")
    ///            group trip by trip.City into g
    ///            where g.Count() > 1000
    ///            select new { City = g.Key, Fare = g.Average(t => t.Fare) };
    /// </code></example>
    public static IQueryable<T> Table<T>(this ISession session, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Table<T>(LinqSource.Of(session), name);
    }

    /// <summary>Runs a query and streams its rows as objects; columns go to members by name.</summary>
    /// <param name="session">The session; it is busy until the last row is read or the loop is left.</param>
    /// <param name="sql">One statement.</param>
    /// <param name="parameters">C# values of $1, $2, …</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Errors.QueryException">The statement is wrong, or a member has no column.</exception>
    /// <example><code>
    /// await foreach (Trip trip in connection.QueryAsync&lt;Trip>("SELECT * FROM trips WHERE fare > $1", [10m]))
    /// </code></example>
    public static async IAsyncEnumerable<T> QueryAsync<T>(
        this ISession session, string sql, IReadOnlyList<object?>? parameters = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        Value[] values = [.. (parameters ?? []).Select(ClrValues.FromClr)];
        await using QueryResult result =
            await session.ExecuteAsync(sql, values, cancellationToken);
        await foreach (T row in result.RowsAsync<T>(cancellationToken)) yield return row;
    }

    /// <summary>The rows of a result as objects; columns go to members by name.</summary>
    public static async IAsyncEnumerable<T> RowsAsync<T>(
        this QueryResult result, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        Func<ResultBatch, int, T> build = RecordReader.For<T>(result.Schema);
        while (await result.ReadAsync(cancellationToken) is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++) yield return build(batch, row);
        }
    }

    /// <summary>A table of a source.</summary>
    internal static IQueryable<T> Table<T>(LinqSource source, string? name) => new LinqQuery<T>(
        new LinqProvider(source),
        name is null ? new QualifiedName(TableNameOf(typeof(T))) : Parser.ParseQualifiedName(name));

    private static string TableNameOf(Type type) =>
        type.GetCustomAttributes(typeof(System.ComponentModel.DataAnnotations.Schema.TableAttribute), true)
            is [System.ComponentModel.DataAnnotations.Schema.TableAttribute { Name: { } name }, ..]
            ? name
            : type.Name.ToLowerInvariant();
}
