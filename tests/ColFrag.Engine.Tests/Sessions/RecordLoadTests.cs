using System.Data;
using System.Data.Common;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Rows of C# in and out: appender, bulk loads, single rows by key.</summary>
public sealed class RecordLoadTests : IDisposable
{
    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
    private readonly Connection _connection;

    public RecordLoadTests() => _connection = _database.Connect();

    public enum Level
    {
        Low,
        High,
    }

    private sealed record Reading(
        int Id, string? Name, decimal Price, DateTime At, bool IsGood, double? Score, Guid Key, Level Level,
        byte[] Raw);

    private sealed record Account(int Id, string Owner, decimal Balance);

    private sealed record Pair(int A, int B, string? Note);

    private sealed record Blob(string Key, byte[] Data);

    private const string Readings =
        "CREATE TABLE readings (id INTEGER, name VARCHAR, price DECIMAL(10, 2), at TIMESTAMP, is_good BOOLEAN, "
        + "score DOUBLE, key UUID, level VARCHAR, raw BLOB)";

    private static Reading Row(int i) => new(
        i, i % 3 == 0 ? null : $"näme {i}", i / 4m, new DateTime(2024, 1, 1).AddMinutes(i), i % 2 == 0,
        i % 5 == 0 ? null : i * 0.5, new Guid(i, 0, 0, new byte[8]), (Level)(i % 2), [(byte)i, 7]);

    [Fact]
    public async Task Records_go_in_and_come_out_unchanged()
    {
        await _connection.RunAsync(Readings);
        List<long> reports = [];
        List<Reading> rows = [.. Enumerable.Range(1, 70_000).Select(Row)];
        Assert.Equal(70_000, await _connection.CopyFromAsync("readings", rows, new Told(reports)));
        Assert.Equal([65_536L], reports);
        int next = 0;
        await foreach (Reading read in _connection.QueryAsync<Reading>("SELECT * FROM readings ORDER BY id"))
        {
            Reading expected = rows[next++];
            Assert.Equal(expected with { Raw = read.Raw }, read);
            Assert.Equal(expected.Raw, read.Raw);
        }
        Assert.Equal(70_000, next);
    }

    [Fact]
    public async Task Rows_that_arrive_one_by_one_go_in()
    {
        await _connection.RunAsync("CREATE TABLE pairs (a INTEGER, b BIGINT, note VARCHAR)");
        Assert.Equal(3, await _connection.CopyFromAsync("pairs", Arriving()));
        Assert.Equal(
            [new Pair(1, 10, null), new Pair(2, 20, "x"), new Pair(3, 30, "")],
            await ReadAsync<Pair>("SELECT * FROM pairs ORDER BY a"));

        static async IAsyncEnumerable<Pair> Arriving()
        {
            yield return new Pair(1, 10, null);
            await Task.Yield();
            yield return new Pair(2, 20, "x");
            yield return new Pair(3, 30, "");
        }
    }

    [Fact]
    public async Task Readers_and_data_tables_go_in_by_name()
    {
        await _connection.RunAsync("CREATE TABLE pairs (a INTEGER, b BIGINT, note VARCHAR)");
        using DataTable table = new();
        table.Columns.Add("NOTE", typeof(string));
        table.Columns.Add("A", typeof(long));
        table.Rows.Add("first", 1L);
        table.Rows.Add(DBNull.Value, 2L);
        Assert.Equal(2, await _connection.CopyFromAsync("pairs", table));
        await using DbDataReader reader = table.CreateDataReader();
        Assert.Equal(2, await _connection.CopyFromAsync("public.pairs", reader));
        Assert.Equal(
            ["1||first", "1||first", "2||", "2||"],
            (await _connection.QueryAsync("SELECT a, b, note FROM pairs ORDER BY a"))
                .Select(r => $"{r[0]}|{(r[1].IsNull ? "" : r[1])}|{(r[2].IsNull ? "" : r[2])}"));
        using DataTable wrong = new();
        wrong.Columns.Add("nosuch");
        QueryException error =
            await Assert.ThrowsAsync<QueryException>(() => _connection.CopyFromAsync("pairs", wrong));
        Assert.Equal(SqlStates.UndefinedColumn, error.SqlState);
    }

    [Fact]
    public async Task An_appender_that_is_not_completed_leaves_nothing()
    {
        await _connection.RunAsync("CREATE TABLE pairs (a INTEGER, b BIGINT, note VARCHAR)");
        await using (Appender<Pair> appender = await _connection.OpenAppenderAsync<Pair>("pairs"))
        {
            for (int i = 0; i < 5_000; i++) await appender.AppendAsync(new Pair(i, i, null));
            Assert.Equal(5_000, appender.RowCount);
        }
        Assert.Empty(await ReadAsync<Pair>("SELECT * FROM pairs"));
        await using (Appender<(int, long, string?)> tuples =
            await _connection.OpenAppenderAsync<(int, long, string?)>("pairs"))
        {
            await tuples.AppendAsync((1, 2, "t"));
            Assert.Equal(1, await tuples.CompleteAsync());
        }
        Assert.Equal([new Pair(1, 2, "t")], await ReadAsync<Pair>("SELECT * FROM pairs"));
    }

    [Fact]
    public async Task A_row_that_does_not_fit_is_named_and_nothing_is_added()
    {
        await _connection.RunAsync("CREATE TABLE small (a SMALLINT NOT NULL, b BIGINT, note VARCHAR)");
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => _connection.CopyFromAsync("small", [new Pair(1, 1, ""), new Pair(70_000, 1, "")]));
        Assert.Equal(SqlStates.NumericOutOfRange, error.SqlState);
        Assert.Contains("\"a\"", error.Message, StringComparison.Ordinal);
        using DataTable nulls = new();
        nulls.Columns.Add("a", typeof(int));
        nulls.Rows.Add(DBNull.Value);
        error = await Assert.ThrowsAsync<QueryException>(() => _connection.CopyFromAsync("small", nulls));
        Assert.Equal(SqlStates.NotNullViolation, error.SqlState);
        Assert.Equal("0", (await _connection.QueryAsync("SELECT count(*) FROM small"))[0][0].ToString());
    }

    [Fact]
    public async Task A_cancelled_load_adds_nothing()
    {
        await _connection.RunAsync("CREATE TABLE pairs (a INTEGER, b BIGINT, note VARCHAR)");
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _connection.CopyFromAsync("pairs", Stopping(stop), null, stop.Token));
        Assert.Empty(await ReadAsync<Pair>("SELECT * FROM pairs"));

        static IEnumerable<Pair> Stopping(CancellationTokenSource stop)
        {
            for (int i = 0; i < 100_000; i++)
            {
                if (i == 5_000) stop.Cancel();
                stop.Token.ThrowIfCancellationRequested();
                yield return new Pair(i, i, null);
            }
        }
    }

    [Fact]
    public async Task Arrow_streams_go_out_and_in()
    {
        await _connection.RunAsync("CREATE TABLE pairs (a INTEGER, b BIGINT, note VARCHAR)");
        await _connection.RunAsync("INSERT INTO pairs VALUES (1, 2, 'x'), (3, 4, NULL)");
        using MemoryStream arrow = new();
        Assert.Equal(2, await _connection.CopyToArrowAsync("SELECT * FROM pairs ORDER BY a", arrow));
        arrow.Position = 0;
        Assert.Equal(2, await _connection.CopyFromArrowAsync("pairs", arrow));
        Assert.Equal(4, (await ReadAsync<Pair>("SELECT * FROM pairs")).Count);
    }

    [Fact]
    public async Task Single_rows_by_key()
    {
        await _connection.RunAsync(
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner VARCHAR, balance DECIMAL(12, 2))");
        Assert.Null(await _connection.GetAsync<Account>("accounts", 1));
        await _connection.PutAsync("accounts", new Account(1, "Ada", 10m));
        await _connection.PutAsync("accounts", new Account(2, "Bob", 20m));
        await _connection.PutAsync("accounts", new Account(1, "Ada", 12.5m));
        Assert.Equal(new Account(1, "Ada", 12.5m), await _connection.GetAsync<Account>("accounts", 1));
        Assert.Equal(
            new Account(2, "Bob", 20m),
            await _connection.GetAsync<Account>("accounts", 2, ReadConsistency.Strong));
        Assert.True(await _connection.DeleteAsync("accounts", 1));
        Assert.False(await _connection.DeleteAsync("accounts", 1));
        Assert.Null(await _connection.GetAsync<Account>("accounts", 1));
    }

    [Fact]
    public async Task Keys_of_several_columns_are_tuples()
    {
        await _connection.RunAsync("CREATE TABLE pairs (a INTEGER, b INTEGER, note VARCHAR, PRIMARY KEY (a, b))");
        await _connection.PutAsync("pairs", new Pair(1, 2, "x"));
        Assert.Equal(new Pair(1, 2, "x"), await _connection.GetAsync<Pair>("pairs", (1, 2)));
        Assert.Null(await _connection.GetAsync<Pair>("pairs", (2, 1)));
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => _connection.GetAsync<Pair>("pairs", 1));
        Assert.Contains("a, b", error.Message, StringComparison.Ordinal);
        await _connection.RunAsync("CREATE TABLE keyless (a INTEGER)");
        error = await Assert.ThrowsAsync<QueryException>(() => _connection.DeleteAsync("keyless", 1));
        Assert.Equal(SqlStates.InvalidColumnReference, error.SqlState);
        error = await Assert.ThrowsAsync<QueryException>(() => _connection.DeleteAsync("nosuch", 1));
        Assert.Equal(SqlStates.UndefinedTable, error.SqlState);
    }

    [Fact]
    public async Task A_value_of_a_mebibyte_is_kept_under_a_key()
    {
        await _connection.RunAsync("CREATE TABLE blobs (key VARCHAR PRIMARY KEY, data BLOB)");
        byte[] data = new byte[1 << 20];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 31);
        await _connection.PutAsync("blobs", new Blob("big", data));
        Blob? read = await _connection.GetAsync<Blob>("blobs", "big");
        Assert.Equal(data, read!.Data);
    }

    [Fact]
    public async Task Batches_show_typed_columns_as_spans()
    {
        await using QueryResult result = await _connection.ExecuteAsync(
            "SELECT x::integer AS x, x * 0.5::double AS y, 'n' || x AS z FROM generate_series(1, 5000) AS t(x)");
        (long sum, double halves, int rows) = (0, 0.0, 0);
        while (await result.ReadAsync() is { } batch)
        {
            foreach (int x in batch.GetValues<int>(0)) sum += x;
            foreach (double y in batch.GetValues<double>(1)) halves += y;
            Assert.Equal((byte)'n', batch.GetUtf8(2, 0)[0]);
            rows += batch.RowCount;
        }
        Assert.Equal((5_000, 12_502_500, 6_251_250.0), (rows, sum, halves));
    }

    [Fact]
    public async Task A_prepared_statement_runs_often()
    {
        await using IPreparedStatement statement =
            await _connection.PrepareAsync("SELECT $1 * 2 AS twice", [LogicalType.Integer]);
        Assert.Equal("twice", statement.Schema[0].Name);
        for (int i = 0; i < 3; i++)
        {
            await using QueryResult result =
                await statement.ExecuteAsync([Value.Integer(LogicalType.Integer, i)]);
            Assert.Equal(2 * i, (await result.ReadAsync())!.GetValues<int>(0)[0]);
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private async Task<List<T>> ReadAsync<T>(string sql)
    {
        List<T> rows = [];
        await foreach (T row in _connection.QueryAsync<T>(sql)) rows.Add(row);
        return rows;
    }

    private sealed class Told(List<long> reports) : IProgress<long>
    {
        public void Report(long value) => reports.Add(value);
    }
}
