using System.Data;
using System.Data.Common;
using Dapper;

namespace ColFrag.Clients.Tests.Provider;

/// <summary>
/// What programs expect of any ADO.NET provider, in terms of System.Data.Common only. Npgsql with PostgreSQL shows that
/// the expectations are right.
/// </summary>
static class ProviderScenarios
{
    private static readonly Dictionary<string, Func<DbDataSource, Task>> s_all = new()
    {
        [nameof(Scalars_and_parameters)] = Scalars_and_parameters,
        [nameof(Values_of_all_types_both_ways)] = Values_of_all_types_both_ways,
        [nameof(Nulls)] = Nulls,
        [nameof(Rows_and_results)] = Rows_and_results,
        [nameof(Affected_rows)] = Affected_rows,
        [nameof(Transactions)] = Transactions,
        [nameof(Savepoints)] = Savepoints,
        [nameof(Batches)] = Batches,
        [nameof(Errors)] = Errors,
        [nameof(Schema_of_results)] = Schema_of_results,
        [nameof(Data_tables)] = Data_tables,
        [nameof(Schema_collections)] = Schema_collections,
        [nameof(Dapper_maps)] = Dapper_maps,
        [nameof(Misuse)] = Misuse,
        [nameof(Many_rows_stream)] = Many_rows_stream,
    };

    public static IEnumerable<object[]> Names => s_all.Keys.Select(name => new object[] { name });

    public static Task RunAsync(string name, DbDataSource source) => s_all[name](source);

    private static async Task Scalars_and_parameters(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        Assert.Equal(ConnectionState.Open, connection.State);
        await using DbCommand command = Command(connection, "SELECT @a + 1, @b || '!'", ("a", 41), ("b", "x"));
        Assert.Equal(42, await command.ExecuteScalarAsync());
        command.Parameters["a"].Value = 1;
        Assert.Equal(2, command.ExecuteScalar());
        await using DbCommand tricky = Command(connection, "SELECT '@a', @b -- @c\n", ("b", "it's; DROP TABLE x"));
        await using DbDataReader reader = await tricky.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal("@a", reader.GetString(0));
        Assert.Equal("it's; DROP TABLE x", reader.GetString(1));
    }

    private static async Task Values_of_all_types_both_ways(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await ReturnsAsync(connection, true);
        await ReturnsAsync(connection, (short)-7);
        await ReturnsAsync(connection, int.MaxValue);
        await ReturnsAsync(connection, long.MinValue + 1);
        await ReturnsAsync(connection, 1.5f);
        await ReturnsAsync(connection, -2.25);
        await ReturnsAsync(connection, 12345.6789m);
        await ReturnsAsync(connection, -0.01m);
        await ReturnsAsync(connection, "grün \\ 'x'");
        await ReturnsAsync(connection, new DateOnly(2024, 2, 29));
        await ReturnsAsync(connection, new TimeOnly(23, 59, 59, 999));
        await ReturnsAsync(connection, new DateTime(2001, 2, 3, 4, 5, 6, 789));
        await ReturnsAsync(connection, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        await ReturnsAsync(connection, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        await ReturnsAsync(connection, new byte[] { 0, 255, 16 });
        await ReturnsAsync(connection, TimeSpan.FromHours(25.5));
        await ReturnsAsync(connection, new[] { 1, 2, 3 });
    }

    private static async Task ReturnsAsync<T>(DbConnection connection, T value)
    {
        await using DbCommand command = Command(connection, "SELECT @v AS v", ("v", value));
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(value, await reader.GetFieldValueAsync<T>(0));
        Assert.False(Nullable.GetUnderlyingType(reader.GetFieldType(0)) is not null);
        Assert.False(reader.Read());
    }

    private static async Task Nulls(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = Command(
            connection, "SELECT CAST(@n AS integer) AS a, @n IS NULL AS b, CAST(NULL AS varchar) AS c",
                ("n", DBNull.Value));
        command.Parameters[0].DbType = DbType.Int32;
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.True(reader.IsDBNull(0));
        Assert.Equal(DBNull.Value, reader.GetValue(0));
        Assert.True(reader.GetBoolean(1));
        Assert.Equal(DBNull.Value, reader["c"]);
        Assert.ThrowsAny<Exception>(() => reader.GetInt32(0));
    }

    private static async Task Rows_and_results(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = Command(
            connection, "SELECT 1 AS a WHERE 1 = 0; SELECT 2 AS b, 3 AS c UNION ALL SELECT 4, 5 ORDER BY 1");
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        Assert.False(reader.HasRows);
        Assert.Equal(1, reader.FieldCount);
        Assert.False(await reader.ReadAsync());
        Assert.True(await reader.NextResultAsync());
        Assert.True(reader.HasRows);
        Assert.Equal(["b", "c"], Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        Assert.True(reader.Read());
        Assert.Equal([2, 3], [reader.GetInt32(0), reader.GetInt32(reader.GetOrdinal("C"))]);
        Assert.True(reader.Read());
        Assert.Throws<IndexOutOfRangeException>(() => reader.GetOrdinal("nosuch"));
        object[] values = new object[2];
        Assert.Equal(2, reader.GetValues(values));
        Assert.Equal([4, 5], values);
        Assert.False(reader.Read());
        Assert.False(reader.Read());
        Assert.False(reader.NextResult());
    }

    private static async Task Affected_rows(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE affected (id integer, name varchar)");
        try
        {
            Assert.Equal(3, await RunAsync(connection, "INSERT INTO affected VALUES (1, 'a'), (2, 'b'), (3, NULL)"));
            Assert.Equal(2, await RunAsync(connection, "UPDATE affected SET name = 'x' WHERE id < 3"));
            Assert.Equal(4, await RunAsync(
                connection, "DELETE FROM affected WHERE id = 1; " +
                "INSERT INTO affected VALUES (4, ''), (5, 'b'), (6, NULL)"));
            Assert.Equal(-1, await RunAsync(connection, "SELECT * FROM affected"));
        }
        finally
        {
            await RunAsync(connection, "DROP TABLE affected");
        }
    }

    private static async Task Transactions(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE moved (id integer)");
        try
        {
            await using (DbTransaction undone = await connection.BeginTransactionAsync())
            {
                Assert.Same(connection, undone.Connection);
                await RunAsync(connection, "INSERT INTO moved VALUES (1)");
                await undone.RollbackAsync();
            }
            await using (DbTransaction forgotten = await connection.BeginTransactionAsync())
            {
                await RunAsync(connection, "INSERT INTO moved VALUES (2)");
            }
            await using (DbTransaction kept = await connection.BeginTransactionAsync())
            {
                await RunAsync(connection, "INSERT INTO moved VALUES (3)");
                await using DbConnection other = await source.OpenConnectionAsync();
                Assert.Equal(0L, await Command(other, "SELECT count(*) FROM moved").ExecuteScalarAsync());
                await kept.CommitAsync();
                await Assert.ThrowsAnyAsync<InvalidOperationException>(() => kept.CommitAsync());
            }
            Assert.Equal(3, await Command(connection, "SELECT id FROM moved").ExecuteScalarAsync());
        }
        finally
        {
            await RunAsync(connection, "DROP TABLE moved");
        }
    }

    private static async Task Savepoints(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE saved (id integer)");
        try
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            Assert.True(transaction.SupportsSavepoints);
            await RunAsync(connection, "INSERT INTO saved VALUES (1)");
            await transaction.SaveAsync("here");
            await RunAsync(connection, "INSERT INTO saved VALUES (2)");
            await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(connection, "SELECT nosuch FROM saved"));
            await transaction.RollbackAsync("here");
            await RunAsync(connection, "INSERT INTO saved VALUES (3)");
            await transaction.SaveAsync("again");
            await transaction.ReleaseAsync("again");
            await transaction.CommitAsync();
            Assert.Equal(4L, await Command(connection, "SELECT sum(id) FROM saved").ExecuteScalarAsync());
        }
        finally
        {
            await RunAsync(connection, "DROP TABLE saved");
        }
    }

    private static async Task Batches(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        Assert.True(connection.CanCreateBatch);
        await using DbBatch batch = connection.CreateBatch();
        foreach (int number in new[] { 1, 2 })
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = "SELECT @n * 10";
            DbParameter parameter = source.CreateCommand().CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("n", number);
            command.Parameters.Add(parameter);
            batch.BatchCommands.Add(command);
        }
        await using DbDataReader reader = await batch.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(10, reader.GetInt32(0));
        Assert.True(await reader.NextResultAsync());
        Assert.True(await reader.ReadAsync());
        Assert.Equal(20, reader.GetInt32(0));
        Assert.False(await reader.NextResultAsync());
    }

    private static async Task Errors(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        DbException error = await Assert.ThrowsAnyAsync<DbException>(() => RunAsync(connection, "SELECT nosuch"));
        Assert.Equal("42703", error.SqlState);
        Assert.False(error.IsTransient);
        error = await Assert.ThrowsAnyAsync<DbException>(
            () => RunAsync(connection, "SELECT 1 / (x - x) FROM (VALUES (1)) v(x)"));
        Assert.Equal("22012", error.SqlState);
        Assert.Equal(1, await Command(connection, "SELECT 1").ExecuteScalarAsync());
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Command(connection, "SELECT 1").ExecuteScalarAsync(cancelled.Token));
    }

    private static async Task Schema_of_results(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command =
            Command(connection, "SELECT 1 AS a, 'x' AS b, 2.50 AS c, 1.5::double precision AS d");
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        IReadOnlyList<DbColumn> columns = await reader.GetColumnSchemaAsync();
        Assert.Equal(["a", "b", "c", "d"], columns.Select(c => c.ColumnName));
        Assert.Equal([typeof(int), typeof(string), typeof(decimal), typeof(double)], columns.Select(c => c.DataType));
        Assert.Equal([0, 1, 2, 3], columns.Select(c => c.ColumnOrdinal));
        DataTable table = (await reader.GetSchemaTableAsync())!;
        Assert.Equal(4, table.Rows.Count);
        Assert.Equal("c", table.Rows[2][SchemaTableColumn.ColumnName]);
        Assert.Equal(typeof(decimal), table.Rows[2][SchemaTableColumn.DataType]);
    }

    private static async Task Data_tables(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = Command(
            connection, "SELECT * FROM (VALUES (1, 'a', 1.5), (2, NULL, NULL)) AS v(id, name, price) ORDER BY id");
        using DataTable table = new();
        await using (DbDataReader reader = await command.ExecuteReaderAsync()) table.Load(reader);
        Assert.Equal(2, table.Rows.Count);
        Assert.Equal([1, "a", 1.5m], table.Rows[0].ItemArray);
        Assert.Equal([2, DBNull.Value, DBNull.Value], table.Rows[1].ItemArray);
    }

    private static async Task Schema_collections(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE described (id integer, name varchar)");
        try
        {
            Assert.NotEmpty(connection.GetSchema().Rows);
            using DataTable tables = connection.GetSchema("Tables", [null, "public", "described"]);
            Assert.Equal("described", Assert.Single(tables.Rows.Cast<DataRow>())["table_name"]);
            using DataTable columns = connection.GetSchema("Columns", [null, null, "described"]);
            // No provider promises an order.
            Assert.Equal(["id", "name"], columns.Rows.Cast<DataRow>()
                .OrderBy(r => Convert.ToInt32(r["ordinal_position"], null)).Select(r => r["column_name"]));
            Assert.NotEmpty(connection.GetSchema("DataTypes").Rows);
            Assert.NotEmpty(connection.GetSchema("ReservedWords").Rows);
            Assert.Single(connection.GetSchema("DataSourceInformation").Rows);
            Assert.ThrowsAny<ArgumentException>(() => connection.GetSchema("nosuch"));
        }
        finally
        {
            await RunAsync(connection, "DROP TABLE described");
        }
    }

    private sealed record Person(int Id, string? Name);

    private static async Task Dapper_maps(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("CREATE TABLE person (id integer, name varchar)");
        try
        {
            Assert.Equal(2, await connection.ExecuteAsync(
                "INSERT INTO person VALUES (@Id, @Name)", new[] { new Person(1, "Ada"), new Person(2, null) }));
            IEnumerable<Person> people = await connection.QueryAsync<Person>(
                "SELECT id AS Id, name AS Name FROM person WHERE id >= @least ORDER BY id", new { least = 1 });
            Assert.Equal([new Person(1, "Ada"), new Person(2, null)], people);
            Assert.Equal(2L, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM person"));
            await using SqlMapper.GridReader grid =
                await connection.QueryMultipleAsync("SELECT 1; SELECT name FROM person ORDER BY id");
            Assert.Equal(1, await grid.ReadSingleAsync<int>());
            Assert.Equal(["Ada", null], await grid.ReadAsync<string?>());
        }
        finally
        {
            await connection.ExecuteAsync("DROP TABLE person");
        }
    }

    private static async Task Misuse(DbDataSource source)
    {
        await using DbConnection connection = source.CreateConnection();
        await using DbCommand command = Command(connection, "SELECT 1");
        await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());
        await connection.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
        await using (DbDataReader reader = await command.ExecuteReaderAsync())
        {
            Assert.Throws<InvalidOperationException>(() => reader.GetValue(0));
            await using DbCommand second = Command(connection, "SELECT 2");
            await Assert.ThrowsAnyAsync<Exception>(() => second.ExecuteScalarAsync());
        }
        Assert.Equal(1, await command.ExecuteScalarAsync());
        connection.Close();
        Assert.Equal(ConnectionState.Closed, connection.State);
        connection.Close();
    }

    private static async Task Many_rows_stream(DbDataSource source)
    {
        await using DbConnection connection = await source.OpenConnectionAsync();
        await using DbCommand command = Command(connection, "SELECT x FROM generate_series(1, 100000) AS t(x)");
        long sum = 0;
        await using (DbDataReader reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) sum += Convert.ToInt64(reader.GetValue(0));
        }
        Assert.Equal(100_000L * 100_001 / 2, sum);
        // A reader that is closed early leaves the connection usable.
        await using (DbDataReader early = await command.ExecuteReaderAsync()) Assert.True(await early.ReadAsync());
        Assert.Equal(7, await Command(connection, "SELECT 7").ExecuteScalarAsync());
    }

    private static async Task<int> RunAsync(DbConnection connection, string sql)
    {
        await using DbCommand command = Command(connection, sql);
        return await command.ExecuteNonQueryAsync();
    }

    private static DbCommand Command(
        DbConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
