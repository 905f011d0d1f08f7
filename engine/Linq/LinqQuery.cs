using System.Collections;
using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <summary>A query of a provider, of whatever elements.</summary>
internal interface ILinqQuery : IQueryable
{
    /// <summary>The table, where the query is one; null for what was made of others.</summary>
    QualifiedName? Table { get; }

    /// <summary>Where it runs.</summary>
    LinqProvider Owner { get; }
}

/// <summary>A query that runs when it is enumerated, each time anew, and streams its rows.</summary>
internal sealed class LinqQuery<T> : IOrderedQueryable<T>, IAsyncEnumerable<T>, ILinqQuery
{
    /// <summary>A table.</summary>
    public LinqQuery(LinqProvider owner, QualifiedName table)
    {
        Owner = owner;
        Table = table;
        Expression = Expression.Constant(this);
    }

    /// <summary>What operators made.</summary>
    public LinqQuery(LinqProvider owner, Expression expression)
    {
        Owner = owner;
        Expression = expression;
    }

    public LinqProvider Owner { get; }

    public QualifiedName? Table { get; }

    public Type ElementType => typeof(T);

    public Expression Expression { get; }

    public IQueryProvider Provider => Owner;

    public IEnumerator<T> GetEnumerator()
    {
        IAsyncEnumerator<T> rows = GetAsyncEnumerator();
        try
        {
            while (rows.MoveNextAsync().AsTask().GetAwaiter().GetResult()) yield return rows.Current;
        }
        finally
        {
            rows.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        Owner.StreamAsync<T>(Expression, cancellationToken).GetAsyncEnumerator(cancellationToken);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => Table?.ToString() ?? Expression.ToString();
}
