using ColFrag.Engine.Files;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>What a user can see of memory, caches and spill files.</summary>
public sealed class MemoryRelationTests
{
    [Fact]
    public async Task Caches_tell_their_hits_and_memory_tells_who_has_it()
    {
        await using Database database = await Database.OpenAsync(":memory:", new DatabaseOptions { Threads = 2 });
        await using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t AS SELECT i, 'text ' || i % 100 AS t FROM range(100000) r(i)");
        for (int round = 0; round < 3; round++)
            await connection.RunAsync("SELECT sum(i), count(DISTINCT t) FROM t");
        Assert.Equal(
            ["blocks", "open files", "table dictionaries"],
            await RowsAsync(connection, "SELECT cache_name FROM colfrag_caches ORDER BY 1"));
        Assert.Equal(
            ["1"],
            await RowsAsync(
                connection, "SELECT count(*) FROM colfrag_caches WHERE cache_name = 'blocks' AND hits + misses > 0 " +
                "AND hit_rate BETWEEN 0 AND 1 AND bytes > 0 AND items > 0"));
        Assert.Equal(
            ["1"],
            await RowsAsync(
                connection, "SELECT count(*) FROM colfrag_memory t, colfrag_memory p, colfrag_memory l " +
                "WHERE t.name = 'total' AND p.name = 'peak' AND l.name = 'limit' AND t.bytes > 0 " +
                "AND p.bytes >= t.bytes AND l.bytes > p.bytes"));
    }

    [Fact]
    public async Task What_operators_spill_is_told_and_gone_afterwards()
    {
        MemoryFileSystem files = new(tracksCrashes: false);
        await using Database database = await Database.OpenAsync(files, "memory", new DatabaseOptions { Threads = 2 });
        await using Connection connection = database.Connect();
        await connection.RunAsync("SET spill_rows = 50");
        string[] plan = await RowsAsync(
            connection, "EXPLAIN ANALYZE SELECT a.i % 700 AS k, count(*) FROM range(5000) a(i) " +
            "JOIN range(5000) b(i) ON a.i = b.i GROUP BY ALL ORDER BY 2, 1");
        Assert.Equal(3, plan.Count(line => line.Contains(" bytes spilled", StringComparison.Ordinal)));
        Assert.Equal(
            ["0"],
            await RowsAsync(
                connection, "SELECT f.bytes FROM colfrag_memory w, colfrag_memory f " +
                "WHERE w.name = 'spilled since start' AND w.bytes > 0 AND f.name = 'spill files'"));
        Assert.Empty(files.List("spill"));
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];
}
