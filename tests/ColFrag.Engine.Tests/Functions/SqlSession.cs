using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>A database in memory that answers in text, NULL as "NULL".</summary>
internal sealed class SqlSession : IDisposable
{
    public SqlSession()
    {
        Database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
        Connection = Database.Connect();
    }

    public Database Database { get; }

    public Connection Connection { get; }

    /// <summary>The only value of a query.</summary>
    public string Text(string sql) => Rows(sql).Single().Single();

    /// <summary>All rows of a query.</summary>
    public string[][] Rows(string sql) =>
        [.. Connection.QueryAsync(sql).GetAwaiter().GetResult().Select(row =>
            row.Select(value => value.ToString()).ToArray())];

    /// <summary>The type of a query's first column.</summary>
    public LogicalType TypeOf(string sql)
    {
        using QueryResultHolder holder = new(Connection.ExecuteAsync(sql).GetAwaiter().GetResult());
        return holder.Result.Schema[0].Type;
    }

    /// <summary>Runs a statement.</summary>
    public void Run(string sql) => Connection.RunAsync(sql).GetAwaiter().GetResult();

    public void Dispose()
    {
        Connection.Dispose();
        Database.Dispose();
    }

    private sealed class QueryResultHolder(QueryResult result) : IDisposable
    {
        public QueryResult Result => result;

        public void Dispose() => result.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
