using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Consistency, acknowledgement and progress of single statements.</summary>
public sealed class StatementOptionsTests
{
    private sealed record Account(int Id, string Owner, byte[]? Picture);

    private const string Create = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner VARCHAR, picture BLOB)";

    public static TheoryData<WriteAcknowledgement> Levels => [.. Enum.GetValues<WriteAcknowledgement>()];

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task A_row_of_a_mebibyte_survives_a_power_cut_at_every_level(WriteAcknowledgement level)
    {
        MemoryFileSystem files = new();
        byte[] picture = new byte[1 << 20];
        new Random(7).NextBytes(picture);
        Database database = await OpenAsync(files);
        Connection connection = database.Connect();
        await connection.RunAsync(Create);
        await connection.PutAsync("accounts", new Account(1, "Ada", picture), level);
        await connection.PutAsync("accounts", new Account(2, "Bob", null), level);
        Assert.True(await connection.DeleteAsync("accounts", 2, level));
        MemoryFileSystem after = files.Crash();
        await Assert.ThrowsAnyAsync<Exception>(() => connection.RunAsync("INSERT INTO accounts VALUES (3, '', NULL)"));
        await using Database again = await OpenAsync(after);
        using Connection reader = again.Connect();
        Account? ada = await reader.GetAsync<Account>("accounts", 1, ReadConsistency.Strong);
        Assert.Equal(picture, ada!.Picture);
        Assert.Null(await reader.GetAsync<Account>("accounts", 2));
    }

    [Fact]
    public async Task A_call_leaves_the_choice_of_the_session_alone()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(Create);
        await connection.RunAsync("SET consistency = 'strong'");
        await connection.RunAsync("SET acknowledgement = 'quorum'");
        Assert.Null(await connection.GetAsync<Account>("accounts", 1, ReadConsistency.Session));
        await connection.PutAsync("accounts", new Account(1, "Ada", null), WriteAcknowledgement.One);
        Assert.Equal("strong", await ShowAsync(connection, "consistency"));
        Assert.Equal("quorum", await ShowAsync(connection, "acknowledgement"));
        Assert.Same(StatementOptions.Default, connection.Options);
    }

    [Fact]
    public async Task A_level_that_is_none_is_refused()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => connection.RunAsync("SET acknowledgement = 'memory'"));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
        Assert.Contains("safe, all, quorum, one, journal", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inside_a_transaction_block_nothing_can_be_chosen_for_one_statement()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(Create);
        await connection.RunAsync("BEGIN");
        await connection.PutAsync("accounts", new Account(1, "Ada", null));
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => connection.GetAsync<Account>("accounts", 1, ReadConsistency.Strong));
        Assert.Equal(SqlStates.ActiveSqlTransaction, error.SqlState);
        Assert.Contains("before BEGIN", error.Hint, StringComparison.Ordinal);
        await connection.RunAsync("ROLLBACK");
        await connection.RunAsync("BEGIN");
        error = await Assert.ThrowsAsync<QueryException>(
            () => connection.PutAsync("accounts", new Account(1, "Ada", null), WriteAcknowledgement.All));
        Assert.Equal(SqlStates.ActiveSqlTransaction, error.SqlState);
    }

    [Fact]
    public async Task A_query_tells_how_far_it_is()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE numbers AS SELECT x, x % 10 AS y FROM generate_series(1, 300000) AS t(x)");
        Reports reports = new();
        await ReadAsync(connection, "SELECT y, sum(x) FROM numbers GROUP BY y", reports);
        Assert.Equal(300_000, reports.All[^1].RowsRead);
        Assert.Equal(300_000, reports.All[^1].RowsTotal);
        Assert.Equal(reports.All[^1].PiecesTotal, reports.All[^1].PiecesRead);
        Assert.Equal(1, reports.All[^1].Fraction);
        // A block is 65,536 rows, so there are five steps; a statement over two scans counts both.
        Assert.True(reports.All.Count >= 5, $"{reports.All.Count} reports");
        AssertGrows(reports);
        reports.All.Clear();
        await ReadAsync(
            connection, "SELECT count(*) FROM numbers a JOIN numbers b ON a.x = b.x WHERE b.y % 3 = 1", reports);
        Assert.Equal(600_000, reports.All[^1].RowsTotal);
        Assert.Equal(600_000, reports.All[^1].RowsRead);
        AssertGrows(reports);
    }

    [Fact]
    public async Task A_change_tells_how_far_it_is_too()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE numbers AS SELECT x FROM generate_series(1, 200000) AS t(x)");
        await connection.RunAsync("CREATE TABLE copies (x BIGINT)");
        Reports reports = new();
        await ReadAsync(connection, "INSERT INTO copies SELECT x FROM numbers", reports);
        Assert.Equal(200_000, reports.All[^1].RowsRead);
        Assert.Equal(1, reports.All[^1].Fraction);
    }

    [Fact]
    public async Task Who_is_told_and_fails_ends_the_statement_alone()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE numbers AS SELECT x FROM generate_series(1, 200000) AS t(x)");
        await Assert.ThrowsAsync<NotSupportedException>(
            () => ReadAsync(connection, "SELECT sum(x % 7) FROM numbers", new Broken()));
        Assert.Equal("200000", (await connection.QueryAsync("SELECT count(x % 7) FROM numbers"))[0][0].ToString());
    }

    private static Task<Database> OpenAsync(MemoryFileSystem files) =>
        Database.OpenAsync(files, "accounts", new DatabaseOptions { Threads = 2 });

    private static async Task<string> ShowAsync(Connection connection, string setting) =>
        (await connection.QueryAsync($"SHOW {setting}"))[0][0].AsText;

    private static async Task ReadAsync(Connection connection, string sql, IProgress<StatementProgress> progress)
    {
        await using QueryResult result =
            await connection.ExecuteAsync(sql, null, new StatementOptions { Progress = progress });
        while (await result.ReadAsync() is not null)
        {
        }
    }

    private static void AssertGrows(Reports reports)
    {
        for (int i = 1; i < reports.All.Count; i++)
        {
            Assert.True(reports.All[i].RowsRead >= reports.All[i - 1].RowsRead);
            Assert.True(reports.All[i].PiecesRead >= reports.All[i - 1].PiecesRead);
        }
    }

    private sealed class Reports : IProgress<StatementProgress>
    {
        public List<StatementProgress> All { get; } = [];

        public void Report(StatementProgress value) => All.Add(value);
    }

    private sealed class Broken : IProgress<StatementProgress>
    {
        public void Report(StatementProgress value) => throw new NotSupportedException("Not now");
    }
}
