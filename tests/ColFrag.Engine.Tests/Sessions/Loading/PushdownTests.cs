namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>What a scan of files passes over, and that it misses no row by it.</summary>
public sealed class PushdownTests
{
    [Fact]
    public async Task Row_groups_are_passed_over_by_their_bounds()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync(
            "COPY (SELECT i, i / 10.0::DOUBLE AS f, 'k' || lpad(i::VARCHAR, 8, '0') AS k, " +
            "CASE WHEN i >= 20480 THEN i END AS n " +
            $"FROM range(40960) t(i)) TO '{path}' (FORMAT parquet, row_group_size 4096)");
        (string Condition, string Groups)[] cases =
        [
            ("i = 5000", "1/10"), ("i < 4096", "1/10"), ("i BETWEEN 4000 AND 4200", "2/10"),
                ("i IN (1, 40000)", "2/10"),
            ("i > 50000", "0/10"), ("k = 'k00020000'", "1/10"), ("k LIKE 'k0001%'", "3/10"), ("n IS NULL", "5/10"),
            ("n IS NOT NULL", "5/10"), ("f < 1", "1/10"), ("i + 0 = 5000", "10/10"), ("i = 5000 OR i = 9000", "2/10"),
        ];
        await folder.RunAsync($"CREATE TABLE t AS SELECT * FROM '{path}'");
        foreach ((string condition, string groups) in cases)
        {
            string plan =
                string.Join('\n', await folder.RowsAsync($"EXPLAIN SELECT count(*) FROM '{path}' WHERE {condition}"));
            Assert.True(plan.Contains($"row groups {groups}", StringComparison.Ordinal), $"{condition}: {plan}");
            Assert.Equal(
                await folder.RowsAsync($"SELECT count(*), sum(i) FROM t WHERE {condition}"),
                await folder.RowsAsync($"SELECT count(*), sum(i) FROM '{path}' WHERE {condition}"));
        }
    }

    [Fact]
    public async Task NaN_is_found_though_no_bound_tells_of_it()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync(
            $"COPY (SELECT CASE WHEN i = 7 THEN 'NaN'::DOUBLE ELSE i END AS f FROM range(100) t(i)) TO '{path}'");
        Assert.Equal(["1"], await folder.RowsAsync($"SELECT count(*) FROM '{path}' WHERE f > 1000"));
    }

    [Fact]
    public async Task Files_are_passed_over_by_their_folders()
    {
        await using LoadFolder folder = new();
        for (int month = 1; month <= 12; month++) folder.Write($"s/month={month}/a.csv", $"v\n{month * 10}\n");
        string pattern = folder.PathOf("s/*/*.csv");
        string plan =
            string.Join('\n', await folder.RowsAsync($"EXPLAIN SELECT sum(v) FROM '{pattern}' WHERE month > 9"));
        Assert.Contains("files 3/12", plan, StringComparison.Ordinal);
        Assert.Equal(["330"], await folder.RowsAsync($"SELECT sum(v) FROM '{pattern}' WHERE month > 9"));
    }
}
