using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Sessions;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Files of temporary tables need not outlive a crash, so that nobody waits for the disk.</summary>
public sealed class TemporaryFilesTests
{
    private const string Rows = "SELECT i, 'name ' || i AS name FROM range(200000) r(i)";

    [Fact]
    public async Task Only_tables_that_outlive_the_session_wait_for_the_disk()
    {
        MemoryFileSystem files = new();
        await using Database database = await Database.OpenAsync(files, "memory", new DatabaseOptions());
        using Connection connection = database.Connect();
        int flushes = 0;
        files.Fault = call =>
        {
            bool isOfTables = call.Path.StartsWith("tables", StringComparison.Ordinal);
            if (isOfTables && call.Action is FileAction.Flush or FileAction.FlushFolder) flushes++;
            return FileFault.None;
        };
        await connection.RunAsync($"CREATE TEMP TABLE soon_gone AS {Rows}");
        Assert.Equal(0, Interlocked.Exchange(ref flushes, 0));
        Assert.Equal(["200000|199999"], await connection.RowsAsync("SELECT count(*), max(i) FROM soon_gone"));
        await connection.RunAsync($"CREATE TABLE kept AS {Rows}");
        Assert.True(flushes > 0);
    }

    [Fact]
    public async Task After_a_crash_temporary_tables_are_gone_and_others_are_whole()
    {
        MemoryFileSystem files = new();
        Database database = await Database.OpenAsync(files, "memory", new DatabaseOptions());
        Connection connection = database.Connect();
        await connection.RunAsync($"CREATE TABLE kept AS {Rows}");
        await connection.RunAsync($"CREATE TEMP TABLE soon_gone AS {Rows}");
        MemoryFileSystem after = files.Crash();
        await using (Database next = await Database.OpenAsync(after, "memory", new DatabaseOptions()))
        {
            using Connection other = next.Connect();
            Assert.Equal(["200000|199999"], await other.RowsAsync("SELECT count(*), max(i) FROM kept"));
            Assert.DoesNotContain(
                await other.RowsAsync("SELECT schema_name FROM information_schema.schemata"), TemporarySchema.IsOne);
            await other.RunAsync($"CREATE TEMP TABLE soon_gone AS {Rows}");
            Assert.Equal(["200000"], await other.RowsAsync("SELECT count(*) FROM soon_gone"));
        }
        await Assert.ThrowsAnyAsync<ColFragException>(() => connection.RunAsync("INSERT INTO kept VALUES (1, 'x')"));
    }

    [Theory]
    [InlineData("CREATE TABLE kept CLONE soon_gone")]
    [InlineData("ALTER TABLE soon_gone SET SCHEMA public")]
    public async Task A_temporary_table_does_not_become_one_that_stays(string statement)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TEMP TABLE soon_gone AS SELECT 1 AS a");
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync(statement));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        Assert.Contains("CREATE TABLE", error.Hint, StringComparison.Ordinal);
        await connection.RunAsync("CREATE TEMP TABLE again CLONE soon_gone");
        Assert.Equal(["1"], await connection.RowsAsync("SELECT a FROM again"));
    }
}
