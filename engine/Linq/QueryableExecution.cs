using System.Linq.Expressions;
using System.Reflection;

namespace ColFrag.Engine.Linq;

/// <summary>Runs queries over <see cref="SessionQueries"/> and its relatives without blocking a thread.</summary>
public static class QueryableExecution
{
    /// <summary>The rows as they come: the end of what runs in the database.</summary>
    /// <exception cref="ArgumentException">The query is not one of ColFrag.</exception>
    public static IAsyncEnumerable<T> AsAsyncEnumerable<T>(this IQueryable<T> source) =>
        source as IAsyncEnumerable<T> ?? throw NotOurs(source);

    /// <summary>All rows.</summary>
    public static async Task<List<T>> ToListAsync<T>(
        this IQueryable<T> source, CancellationToken cancellationToken = default)
    {
        List<T> rows = [];
        await foreach (T row in source.AsAsyncEnumerable().WithCancellation(cancellationToken).ConfigureAwait(false))
            rows.Add(row);
        return rows;
    }

    /// <summary>The number of rows.</summary>
    public static Task<int> CountAsync<T>(this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, int>(Queryable.Count, source, cancellationToken);

    /// <summary>The number of rows.</summary>
    public static Task<long> LongCountAsync<T>(
        this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, long>(Queryable.LongCount, source, cancellationToken);

    /// <summary>True when there is a row.</summary>
    public static Task<bool> AnyAsync<T>(this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, bool>(Queryable.Any, source, cancellationToken);

    /// <summary>The first row.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static Task<T> FirstAsync<T>(this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, T>(Queryable.First, source, cancellationToken);

    /// <summary>The first row, or the default.</summary>
    public static Task<T?> FirstOrDefaultAsync<T>(
        this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, T?>(Queryable.FirstOrDefault, source, cancellationToken);

    /// <summary>The only row.</summary>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public static Task<T> SingleAsync<T>(this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, T>(Queryable.Single, source, cancellationToken);

    /// <summary>The only row, or the default.</summary>
    /// <exception cref="InvalidOperationException">There is more than one.</exception>
    public static Task<T?> SingleOrDefaultAsync<T>(
        this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, T?>(Queryable.SingleOrDefault, source, cancellationToken);

    /// <summary>The smallest value.</summary>
    /// <exception cref="InvalidOperationException">There is no row, and the type cannot be null.</exception>
    public static Task<T?> MinAsync<T>(this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, T?>(Queryable.Min, source, cancellationToken);

    /// <summary>The greatest value.</summary>
    /// <exception cref="InvalidOperationException">There is no row, and the type cannot be null.</exception>
    public static Task<T?> MaxAsync<T>(this IQueryable<T> source, CancellationToken cancellationToken = default) =>
        RunAsync<T, T?>(Queryable.Max, source, cancellationToken);

    /// <summary>
    /// Any query that ends in one value, written as for <see cref="Queryable"/>:
    /// <c>trips.RunAsync(q => q.Sum(t => t.Fare))</c>.
    /// </summary>
    public static Task<TResult> RunAsync<T, TResult>(
        this IQueryable<T> source, Expression<Func<IQueryable<T>, TResult>> end,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(end);
        Expression whole = new Replacement(end.Parameters[0], source.Expression).Visit(end.Body);
        return ProviderOf(source).ExecuteAsync<TResult>(whole, cancellationToken);
    }

    /// <summary>The SQL that the query becomes, with <c>$1</c>, <c>$2</c> and so on for its values.</summary>
    public static string ToSql<T>(this IQueryable<T> source) =>
        ProviderOf(source).ToSqlAsync(source.Expression, CancellationToken.None).GetAwaiter().GetResult();

    private static Task<TResult> RunAsync<T, TResult>(
        Func<IQueryable<T>, TResult> end, IQueryable<T> source, CancellationToken cancellationToken) =>
        ProviderOf(source).ExecuteAsync<TResult>(
            Expression.Call(end.GetMethodInfo(), source.Expression), cancellationToken);

    private static LinqProvider ProviderOf(IQueryable source) =>
        (source as ILinqQuery)?.Owner ?? throw NotOurs(source);

    private static ArgumentException NotOurs(IQueryable source) =>
        new($"The query is not one of ColFrag but of {source?.Provider.GetType()}.", nameof(source));

    private sealed class Replacement(ParameterExpression parameter, Expression value) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) =>
            node == parameter ? value : base.VisitParameter(node);
    }
}
