using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Linq;

/// <summary>
/// Runs LINQ queries: the expression becomes a syntax tree of the parser's, with every value as a parameter, and takes
/// the way of any statement from there.
/// </summary>
internal sealed class LinqProvider(LinqSource source) : IQueryProvider
{
    private static readonly MethodInfo s_createQuery = typeof(LinqProvider).GetMethods()
        .Single(m => m.Name == nameof(CreateQuery) && m.IsGenericMethod);

    public IQueryable<TElement> CreateQuery<TElement>(Expression expression) =>
        new LinqQuery<TElement>(this, expression);

    public IQueryable CreateQuery(Expression expression)
    {
        Type element = expression.Type.GetInterfaces().Prepend(expression.Type)
            .First(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IQueryable<>))
            .GetGenericArguments()[0];
        return (IQueryable)s_createQuery.MakeGenericMethod(element).Invoke(this, [expression])!;
    }

    public TResult Execute<TResult>(Expression expression) =>
        ExecuteAsync<TResult>(expression, CancellationToken.None).GetAwaiter().GetResult();

    public object? Execute(Expression expression) => Execute<object?>(expression);

    /// <summary>The one value of a query such as <c>Count</c> or <c>First</c>.</summary>
    public async Task<TResult> ExecuteAsync<TResult>(Expression expression, CancellationToken cancellationToken)
    {
        // The first row decides; a second one only matters where Single asks for it.
        TResult? found = default;
        int count = 0;
        TranslatedQuery? query = null;
        await foreach (TResult row in RunAsync<TResult>(expression, q => query = q, cancellationToken)
            .ConfigureAwait(false))
        {
            if (count++ == 0) found = row;
            if (count > 1 || query!.Kind is not (ResultKind.Single or ResultKind.SingleOrDefault)) break;
        }
        // The words are those of LINQ to Objects.
        string element = query!.HasCondition ? "matching element" : "element";
        return (query.Kind, count) switch
        {
            (ResultKind.Single or ResultKind.SingleOrDefault, > 1) =>
                throw new InvalidOperationException($"Sequence contains more than one {element}"),
            (ResultKind.First or ResultKind.Single, 0) => throw new InvalidOperationException(
                $"Sequence contains no {element}{(query.HasCondition ? "" : "s")}"),
            _ => found!,
        };
    }

    /// <summary>The rows of a query as they come.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(Expression expression, CancellationToken cancellationToken) =>
        RunAsync<T>(expression, static _ => { }, cancellationToken);

    /// <summary>The SQL of a query, for people.</summary>
    public async Task<string> ToSqlAsync(Expression expression, CancellationToken cancellationToken)
    {
        ISession session = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            TranslatedQuery query = await TranslateAsync(expression, session, cancellationToken).ConfigureAwait(false);
            return SqlWriter.Write(query.Statement);
        }
        catch (ColFragException error)
        {
            throw source.Explain(error);
        }
        finally
        {
            await source.CloseAsync(session).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<T> RunAsync<T>(
        Expression expression, Action<TranslatedQuery> started,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ISession session = await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        QueryResult? result = null;
        try
        {
            Func<ResultBatch, int, T> build;
            try
            {
                TranslatedQuery query =
                    await TranslateAsync(expression, session, cancellationToken).ConfigureAwait(false);
                started(query);
                result = await StartAsync(session, query, cancellationToken).ConfigureAwait(false);
                build = query.BuilderOf<T>(result.Schema);
            }
            catch (ColFragException error)
            {
                throw source.Explain(error);
            }
            while (await ReadAsync(result, cancellationToken).ConfigureAwait(false) is { } batch)
            {
                for (int row = 0; row < batch.RowCount; row++) yield return Build(build, batch, row);
            }
        }
        finally
        {
            if (result is not null) await result.DisposeAsync().ConfigureAwait(false);
            await source.CloseAsync(session).ConfigureAwait(false);
        }
    }

    private T Build<T>(Func<ResultBatch, int, T> build, ResultBatch batch, int row)
    {
        try
        {
            return build(batch, row);
        }
        catch (ColFragException error)
        {
            throw source.Explain(error);
        }
    }

    private async ValueTask<ResultBatch?> ReadAsync(QueryResult result, CancellationToken cancellationToken)
    {
        try
        {
            return await result.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ColFragException error)
        {
            throw source.Explain(error);
        }
    }

    private static Task<QueryResult> StartAsync(
        ISession session, TranslatedQuery query, CancellationToken cancellationToken) =>
        session is IStatementSession direct
            ? direct.ExecuteAsync(query.Statement, query.Parameters, cancellationToken)
            : session.ExecuteAsync(SqlWriter.Write(query.Statement), query.Parameters, cancellationToken);

    private static async Task<TranslatedQuery> TranslateAsync(
        Expression expression, ISession session, CancellationToken cancellationToken)
    {
        Expression known = LocalValues.Evaluate(expression);
        Dictionary<QualifiedName, Schema> tables = [];
        foreach (QualifiedName table in TableFinder.Find(known))
        {
            SelectQuery all = new()
            {
                Items = [new SelectItem(new StarSyntax())], From = [new NamedTableReference(table)],
            };
            await using IPreparedStatement statement = await session.PrepareAsync(
                SqlWriter.Write(all), cancellationToken: cancellationToken).ConfigureAwait(false);
            tables.TryAdd(table, statement.Schema);
        }
        return new LinqTranslator(tables).Translate(known);
    }

    /// <summary>Collects the tables of an expression.</summary>
    private sealed class TableFinder : ExpressionVisitor
    {
        private readonly HashSet<QualifiedName> _found = [];

        public static IEnumerable<QualifiedName> Find(Expression expression)
        {
            TableFinder finder = new();
            finder.Visit(expression);
            return finder._found;
        }

        protected override Expression VisitConstant(ConstantExpression node)
        {
            if (node.Value is ILinqQuery { Table: { } table }) _found.Add(table);
            return node;
        }
    }
}
