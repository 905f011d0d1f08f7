using System.Text.Json;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>What EXPLAIN tells about a plan, and EXPLAIN ANALYZE about a run.</summary>
public sealed class ExplainTests
{
    private const string Query =
        "SELECT g, count(*) FROM (SELECT range % 7 AS g FROM range(10000) WHERE range < 9000 UNION ALL SELECT 100) t " +
        "JOIN (VALUES (1), (2), (100)) v(x) ON g = x GROUP BY g ORDER BY g";

    [Fact]
    public async Task Analyze_counts_the_rows_that_leave_each_step()
    {
        using JsonDocument plan = await JsonAsync($"EXPLAIN (ANALYZE, FORMAT JSON) {Query}");
        JsonElement root = plan.RootElement[0].GetProperty("Plan");
        Assert.Equal(3, root.GetProperty("Actual Rows").GetInt64());
        JsonElement[] nodes = [.. Descendants(root)];
        JsonElement join = Assert.Single(nodes, n => n.GetProperty("Node Type").GetString() == "HashJoin");
        // 9,000 numbers have 1,286 with remainder 1 and as many with remainder 2; one row says 100.
        Assert.Equal((2 * 1286) + 1, join.GetProperty("Actual Rows").GetInt64());
        JsonElement union = Assert.Single(nodes, n => n.GetProperty("Node Type").GetString() == "UnionAll");
        Assert.Equal(9001, union.GetProperty("Actual Rows").GetInt64());
        Assert.All(nodes, n => Assert.True(n.GetProperty("Actual Time").GetDouble() >= 0));
    }

    [Fact]
    public async Task A_plan_that_was_not_run_has_estimates_only()
    {
        using JsonDocument plan = await JsonAsync("EXPLAIN (FORMAT JSON) SELECT * FROM range(1000)");
        JsonElement root = plan.RootElement[0].GetProperty("Plan");
        Assert.Equal(1000, root.GetProperty("Plan Rows").GetInt64());
        Assert.False(root.TryGetProperty("Actual Rows", out _));
    }

    [Fact]
    public async Task Lines_tell_rows_and_time_of_each_step()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        IReadOnlyList<Types.Value[]> lines = await connection.QueryAsync($"EXPLAIN ANALYZE {Query}");
        Assert.All(lines, line => Assert.Matches(@"\(rows \d+, \d+\.\d+ ms", $"{line[0]}"));
        Assert.Contains(lines, line => $"{line[0]}".Contains("Hash join inner", StringComparison.Ordinal));
    }

    private static IEnumerable<JsonElement> Descendants(JsonElement node) =>
        !node.TryGetProperty("Plans", out JsonElement inputs)
            ? [node] : inputs.EnumerateArray().SelectMany(Descendants).Prepend(node);

    private static async Task<JsonDocument> JsonAsync(string sql)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        IReadOnlyList<Types.Value[]> lines = await connection.QueryAsync(sql);
        return JsonDocument.Parse(string.Join('\n', lines.Select(l => $"{l[0]}")));
    }
}
