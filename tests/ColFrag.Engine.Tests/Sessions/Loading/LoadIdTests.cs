using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>Loads that have a name: each is in at most once, whoever sends it and however often.</summary>
public sealed class LoadIdTests
{
    [Fact]
    public async Task A_load_that_is_sent_again_is_answered_as_before_and_loads_nothing()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("a.csv", "id\n1\n2\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER)");
        string copy = $"COPY t FROM '{path}' WITH (load_id 'day 1')";
        Assert.Equal(2, await folder.RunAsync(copy));
        Assert.Equal(2, await folder.RunAsync(copy));
        Assert.Contains("Load day 1 is in already", Assert.Single(await folder.NoticesAsync(copy)),
            StringComparison.Ordinal);
        Assert.Equal(
            2,
            await folder.CopyAsync("COPY t FROM STDIN (FORMAT csv, load_id 'day 1')", Encoding.UTF8.GetBytes("9\n")));
        Assert.Equal(2, await folder.RunAsync($"COPY t FROM '{path}' (load_id 'day 2')"));
        Assert.Equal(["1", "1", "2", "2"], await folder.RowsAsync("SELECT id FROM t ORDER BY id"));
        Assert.Equal(
            ["day 1|done|2", "day 1|repeated|0", "day 1|repeated|0", "day 1|repeated|0", "day 2|done|2"],
            await folder.RowsAsync("SELECT load_id, state, rows_loaded FROM colfrag_loads"));
    }

    [Fact]
    public async Task A_load_that_failed_or_was_rolled_back_can_be_sent_again()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("a.csv", "id\n1\nx\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER)");
        string copy = $"COPY t FROM '{path}' (load_id 'x')";
        await folder.FailsAsync(copy);
        folder.Write("a.csv", "id\n1\n");
        await folder.RunAsync("BEGIN");
        await folder.RunAsync("SAVEPOINT s");
        Assert.Equal(1, await folder.RunAsync(copy));
        Assert.Equal(1, await folder.RunAsync(copy));
        Assert.Equal(["1"], await folder.RowsAsync("SELECT * FROM t"));
        await folder.RunAsync("ROLLBACK TO s");
        Assert.Equal(1, await folder.RunAsync(copy));
        await folder.RunAsync("ROLLBACK");
        Assert.Empty(await folder.RowsAsync("SELECT * FROM t"));
        await folder.RunAsync(copy);
        await folder.RunAsync(copy);
        Assert.Equal(["1"], await folder.RowsAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task Of_two_sessions_with_one_load_one_commits()
    {
        await using LoadFolder folder = new();
        string path = folder.Write("a.csv", "id\n1\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER)");
        using Connection other = folder.Another();
        string copy = $"COPY t FROM '{path}' (load_id 'x')";
        await other.RunAsync("BEGIN");
        await other.RunAsync(copy);
        await folder.RunAsync(copy);
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => other.RunAsync("COMMIT"));
        Assert.Equal(SqlStates.SerializationFailure, error.SqlState);
        Assert.Equal(1, await other.RunAsync(copy));
        Assert.Equal(["1"], await folder.RowsAsync("SELECT * FROM t"));
    }

    [Fact]
    public async Task Parts_of_a_load_are_in_when_the_whole_is_and_other_tables_know_nothing_of_it()
    {
        await using LoadFolder folder = new();
        string a = folder.Write("a.csv", "id\n1\n"), b = folder.Write("b.csv", "id\n2\n");
        await folder.RunAsync("CREATE TABLE t (id INTEGER)");
        await folder.RunAsync("CREATE TABLE u (id INTEGER)");
        await folder.RunAsync($"COPY t FROM ['{a}', '{b}'] (load_id 'job')");
        Assert.Equal(0, await folder.RunAsync($"COPY t FROM '{a}' (load_id 'job/a.csv')"));
        Assert.Equal(1, await folder.RunAsync($"COPY u FROM '{a}' (load_id 'job/a.csv')"));
        Assert.Equal(1, await folder.RunAsync($"COPY u FROM '{b}' (load_id 'job/b.csv')"));
        Assert.Equal(1, await folder.RunAsync($"COPY u FROM '{b}' (load_id 'job/b.csv')"));
        Assert.Equal(["2|2"], await folder.RowsAsync("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM u)"));
        await folder.RunAsync("DROP TABLE u");
        await folder.RunAsync("CREATE TABLE u (id INTEGER)");
        Assert.Equal(1, await folder.RunAsync($"COPY u FROM '{a}' (load_id 'job/a.csv')"));
        await folder.FailsAsync($"COPY t FROM '{a}' (load_id '')");
    }

    [Fact]
    public async Task What_is_loaded_is_known_after_the_database_was_closed()
    {
        string data = Directory.CreateTempSubdirectory("colfrag-loads").FullName;
        try
        {
            for (int run = 0; run < 2; run++)
            {
                await using LoadFolder folder = new(await Database.OpenAsync(data));
                string path = folder.Write("a.csv", "id\n1\n");
                await folder.RunAsync("CREATE TABLE IF NOT EXISTS t (id INTEGER)");
                await folder.RunAsync($"COPY t FROM '{path}' (load_id 'x')");
                Assert.Equal(["1"], await folder.RowsAsync("SELECT * FROM t"));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
