namespace ColFrag.Engine.Tests.Execution;

/// <summary>More groups than a lane keeps; rows are put aside as they are where hardly two are alike.</summary>
public sealed class ManyGroupsTests
{
    // Nearly every row a group; groups that come back; first the one, then few groups; NULL among them.
    private static readonly string[] s_numbers =
        ["i", "i % 150000", "CASE WHEN i < 200000 THEN i ELSE i % 1000 END", "nullif(i % 130000, 77)"];

    private static readonly (string Keys, string By)[] s_keys =
    [
        ("k", "1"), ("'key ' || k", "1"), ("k::DOUBLE / 4", "1"), ("k, 'key ' || k", "1, 2"),
        ("k * 1000000007, i % 2, k", "1, 2, 3"), ("k::HUGEINT * 100000000000000", "1"),
    ];

    public static TheoryData<int, string> ThreadsAndLimits() => new()
    {
        { 1, "1GB" }, { 2, "1GB" }, { 8, "1GB" }, { 2, "24MB" },
    };

    [Theory]
    [MemberData(nameof(ThreadsAndLimits))]
    public async Task Every_row_is_in_the_group_of_its_key(int threads, string memory)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = threads });
        using Connection connection = database.Connect();
        await connection.RunAsync($"SET memory_limit = '{memory}'");
        foreach (string number in s_numbers)
        {
            foreach ((string keys, string by) in s_keys)
            {
                string rows = $"(SELECT {number} AS k, i FROM range(300000) r(i))";
                string groups = $"SELECT {keys}, count(*) AS n, sum(i) AS s, min(k) AS low, max(k) AS high, " +
                    $"min(i % 2) AS parity FROM {rows} GROUP BY {by}";
                // A group has the rows of one k, and no k, or k and parity, has two groups.
                string sql = "SELECT sum(n), sum(s), bool_and(low IS NOT DISTINCT FROM high), " +
                    "count(*) = count(DISTINCT (low, parity)) FROM (" + groups + ")";
                string[] row = [.. (await connection.QueryAsync(sql)).Single().Select(v => v.ToString())];
                Assert.Equal(["300000", "44999850000", "true", "true"], row);
            }
        }
    }
}
