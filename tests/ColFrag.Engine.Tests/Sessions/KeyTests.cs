using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>PRIMARY KEY and UNIQUE: no two rows that are seen together have the same key.</summary>
public sealed class KeyTests : IDisposable
{
    private readonly Database _database = Database.Open(":memory:");
    private readonly Connection _connection;

    public KeyTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task A_key_that_is_there_is_refused_and_nothing_of_the_statement_stays()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR)");
        await _connection.RunAsync("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => _connection.RunAsync("INSERT INTO t VALUES (3, 'c'), (2, 'd')"));
        Assert.Equal(SqlStates.UniqueViolation, error.SqlState);
        Assert.Contains("PRIMARY KEY (id)", error.Message, StringComparison.Ordinal);
        Assert.Equal("Key (id)=(2) already exists.", error.Hint);
        Assert.Equal(["1|a", "2|b"], await _connection.RowsAsync("SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task A_key_that_comes_twice_in_one_statement_is_refused()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY)");
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES (5), (6), (5)"));
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t SELECT i % 99999 FROM range(100000) r(i)"));
        Assert.Equal(["0"], await _connection.RowsAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Keys_are_found_in_encoded_segments_and_in_the_journal()
    {
        await _connection.RunAsync("CREATE TABLE t (id BIGINT PRIMARY KEY, v INTEGER)");
        await _connection.RunAsync("INSERT INTO t SELECT i * 3, i FROM range(200000) r(i)");
        await _connection.RunAsync("INSERT INTO t VALUES (1, 0)");
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES (299997, 0)"));
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES (1, 0)"));
        await _connection.RunAsync("CHECKPOINT");
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES (1, 0)"));
        await _connection.RunAsync("INSERT INTO t VALUES (299998, 0)");
        Assert.Equal(["200002"], await _connection.RowsAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Keys_of_several_columns_and_of_text_compare_all_of_them()
    {
        await _connection.RunAsync("CREATE TABLE t (a VARCHAR, b DATE, c INTEGER, PRIMARY KEY (a, b))");
        await _connection.RunAsync(
            "INSERT INTO t VALUES ('x', '2020-01-01', 1), ('x', '2020-01-02', 2), ('y', '2020-01-01', 3)");
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES ('x', '2020-01-02', 9)"));
        await _connection.RunAsync("INSERT INTO t VALUES ('y', '2020-01-02', 4)");
        Assert.Equal(["4"], await _connection.RowsAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Nulls_in_a_unique_key_are_equal_to_nothing()
    {
        await _connection.RunAsync("CREATE TABLE t (a INTEGER UNIQUE, b INTEGER)");
        await _connection.RunAsync("INSERT INTO t VALUES (NULL, 1), (NULL, 2), (3, 3)");
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES (3, 4)"));
        await _connection.RunAsync("CREATE TABLE p (a INTEGER PRIMARY KEY)");
        Assert.Equal(SqlStates.NotNullViolation, await _connection.FailAsync("INSERT INTO p VALUES (NULL)"));
        Assert.Equal(["3"], await _connection.RowsAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_deleted_or_replaced_key_can_be_used_again()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER)");
        await _connection.RunAsync("INSERT INTO t SELECT i, i FROM range(10) r(i)");
        await _connection.RunAsync("DELETE FROM t WHERE id = 4");
        await _connection.RunAsync("INSERT INTO t VALUES (4, 44)");
        await _connection.RunAsync("UPDATE t SET id = id + 1");
        await _connection.RunAsync("UPDATE t SET id = 0 WHERE id = 10");
        Assert.Equal("23505", await _connection.FailAsync("UPDATE t SET id = 1 WHERE id = 2"));
        Assert.Equal(["10|0|9"], await _connection.RowsAsync("SELECT count(*), min(id), max(id) FROM t"));
    }

    [Fact]
    public async Task A_transaction_sees_its_own_keys()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY)");
        await _connection.RunAsync("BEGIN");
        await _connection.RunAsync("INSERT INTO t VALUES (1)");
        await _connection.RunAsync("SAVEPOINT s");
        Assert.Equal("23505", await _connection.FailAsync("INSERT INTO t VALUES (1)"));
        await _connection.RunAsync("ROLLBACK TO s");
        await _connection.RunAsync("INSERT INTO t VALUES (2)");
        await _connection.RunAsync("COMMIT");
        Assert.Equal(["1", "2"], await _connection.RowsAsync("SELECT id FROM t ORDER BY 1"));
    }

    [Fact]
    public async Task Of_two_transactions_that_add_one_key_the_later_one_fails()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, who VARCHAR)");
        using Connection other = _database.Connect();
        await _connection.RunAsync("BEGIN");
        await other.RunAsync("BEGIN");
        await _connection.RunAsync("INSERT INTO t VALUES (7, 'first')");
        await other.RunAsync("INSERT INTO t VALUES (7, 'second')");
        await _connection.RunAsync("COMMIT");
        Assert.Equal("23505", await other.FailAsync("COMMIT"));
        Assert.Equal(["7|first"], await _connection.RowsAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task Many_sessions_that_add_the_same_keys_add_each_once()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, session INTEGER)");
        int[] added = await Task.WhenAll(Enumerable.Range(0, 8).Select(session => Task.Run(async () =>
        {
            using Connection connection = _database.Connect();
            int count = 0;
            for (int key = 0; key < 20; key++)
            {
                try
                {
                    await connection.RunAsync($"INSERT INTO t VALUES ({key}, {session})");
                    count++;
                }
                catch (QueryException error) when (error.SqlState == SqlStates.UniqueViolation)
                {
                    // Another session was first.
                }
            }
            return count;
        })));
        Assert.Equal(20, added.Sum());
        Assert.Equal(["20|20"], await _connection.RowsAsync("SELECT count(*), count(DISTINCT id) FROM t"));
    }

    [Fact]
    public async Task Single_statements_of_many_sessions_that_change_one_row_all_take_effect()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
        await _connection.RunAsync("INSERT INTO t VALUES (1, 0)");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using Connection connection = _database.Connect();
            for (int i = 0; i < 10; i++) await connection.RunAsync("UPDATE t SET n = n + 1 WHERE id = 1");
        })));
        Assert.Equal(["1|40"], await _connection.RowsAsync("SELECT * FROM t"));
    }
}
