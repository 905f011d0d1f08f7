using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>BACKUP TO: copies that open as they are.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-backup").FullName;

    private string Target => Path.Combine(_folder, "copy");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(":memory:")]
    [InlineData("data")]
    public async Task A_backup_has_all_tables_rows_in_files_and_in_the_journal_and_old_versions(string place)
    {
        using Database database = Database.Open(place == "data" ? Path.Combine(_folder, place) : place);
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE big AS SELECT i, 'name ' || i AS name FROM range(100000) r(i)");
        await connection.RunAsync("CREATE TABLE small (a INTEGER PRIMARY KEY, b VARCHAR DEFAULT 'none')");
        await connection.RunAsync("INSERT INTO small VALUES (1, 'one'), (2, 'two')");
        await connection.RunAsync("DELETE FROM big WHERE i % 10 = 0");
        await connection.RunAsync("CREATE TABLE twin CLONE big");
        await connection.RunAsync("DELETE FROM big WHERE i < 50000");
        await connection.RunAsync("CREATE VIEW v AS SELECT sum(i) AS s FROM big");
        string[] queries =
        [
            "SELECT * FROM v", "SELECT count(*), sum(i), min(name) FROM twin", "SELECT * FROM small ORDER BY a",
        ];
        string[][] expected = await AllAsync(connection, queries);
        await connection.RunAsync($"BACKUP TO '{Target}'");
        Assert.Empty(new FolderVerification(new LocalFileSystem(Target), MemoryBroker.Unlimited).Run().Damages);
        await connection.RunAsync("DROP TABLE twin");

        using Database copy = Database.Open(Target);
        using Connection other = copy.Connect();
        Assert.Equal(expected, await AllAsync(other, queries));
        Assert.Equal("23505", await other.FailAsync("INSERT INTO small VALUES (1, 'again')"));
        await other.RunAsync("INSERT INTO small (a) VALUES (3)");
        Assert.Equal(["3|none"], await other.RowsAsync("SELECT * FROM small WHERE a = 3"));
        Assert.Equal(["2"], await connection.RowsAsync("SELECT count(*) FROM small"));
    }

    [Fact]
    public async Task A_backup_made_while_others_write_is_one_state()
    {
        using Database database = Database.Open(Path.Combine(_folder, "data"));
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE a (i INTEGER)");
        await connection.RunAsync("CREATE TABLE b (i INTEGER)");
        using CancellationTokenSource stop = new();
        Task writer = Task.Run(async () =>
        {
            using Connection own = database.Connect();
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                await own.RunAsync("BEGIN");
                await own.RunAsync($"INSERT INTO a VALUES ({i})");
                await own.RunAsync($"INSERT INTO b VALUES ({i})");
                await own.RunAsync("COMMIT");
                if (i % 20 != 19) continue;
                await own.RunAsync("DELETE FROM a");
                await own.RunAsync("CHECKPOINT");
                await own.RunAsync("DELETE FROM b");
            }
        });
        for (int round = 0; round < 5; round++)
        {
            string target = $"{Target}{round}";
            await connection.RunAsync($"BACKUP TO '{target}'");
            using Database copy = Database.Open(target);
            using Connection other = copy.Connect();
            // Rows come in pairs; only between the two deletions has b more.
            Assert.Equal(["0"], await other.RowsAsync("SELECT count(*) FROM a WHERE i NOT IN (SELECT i FROM b)"));
        }
        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task A_backup_takes_the_place_of_nothing()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        Directory.CreateDirectory(Target);
        Assert.Equal("42710", await connection.FailAsync($"BACKUP TO '{Target}'"));
        await connection.RunAsync("BEGIN");
        Assert.Equal("25001", await connection.FailAsync($"BACKUP TO '{Target}2'"));
        Assert.Equal(["copy"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Checkpoint_leaves_nothing_in_the_journal()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (i INTEGER)");
        await connection.RunAsync("INSERT INTO t VALUES (1), (2)");
        await connection.RunAsync("CHECKPOINT");
        await using QueryResult result = await connection.ExecuteAsync("EXPLAIN STORAGE t");
        Assert.DoesNotContain(result.Notices, n => n.Contains("not in column files", StringComparison.Ordinal));
        Assert.Equal(["1", "2"], await connection.RowsAsync("SELECT i FROM t"));
    }

    private static async Task<string[][]> AllAsync(Connection connection, string[] queries)
    {
        List<string[]> rows = [];
        foreach (string query in queries) rows.Add(await connection.RowsAsync(query));
        return [.. rows];
    }
}
