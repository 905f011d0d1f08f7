using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Engine;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>
/// Where columns lie on different workers, conditions are tested where theirs are, and of the others only the rows that
/// pass are read.
/// </summary>
public sealed partial class PositionalGatherTests
{
    private const string Create =
        "CREATE TABLE sales (city VARCHAR, day INTEGER, amount BIGINT, note VARCHAR) WITH " +
        "(distributed_by = hash(city), ranges = 3, column_groups = ((city, day), (amount), (note)), " +
        "placement = spread)";

    private static readonly DistributionSettings s_always = new(0) { LentWeight = 1e12 };

    private static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count)
        .Select(i => $"city{i % 97},{i % 31},{i},note {i * 7919 % 100_003} of {i % 1009}");

    [Theory]
    [InlineData("SELECT note FROM sales WHERE city = 'city5' AND amount < 500 ORDER BY note")]
    [InlineData("SELECT * FROM sales WHERE day = 3 AND amount % 5 = 2 AND note LIKE '%7%' ORDER BY amount")]
    [InlineData("SELECT note, amount FROM sales WHERE (day = 3 OR amount = 77) AND city > 'city5' ORDER BY amount")]
    [InlineData("SELECT length(note), count(*) FROM sales WHERE day = 30 GROUP BY 1 ORDER BY 1")]
    [InlineData("SELECT sum(amount) FROM sales WHERE day = 30 AND note > 'note 5'")]
    [InlineData("SELECT count(*) FROM sales WHERE day = 30 AND amount > 2000")]
    [InlineData("SELECT day, amount, note, day FROM sales WHERE day < 2 ORDER BY amount DESC LIMIT 5")]
    [InlineData("SELECT a.note, b.amount FROM sales a JOIN sales b ON a.amount = b.amount + 1 WHERE a.day = 1 " +
        "AND b.note LIKE '%1' ORDER BY 2")]
    [InlineData("SELECT note FROM sales WHERE day = 99")]
    public async Task Rows_are_those_that_one_process_finds(string query)
    {
        string[] changes =
        [
            "DELETE FROM sales WHERE amount % 11 = 3", "UPDATE sales SET note = 'new ' || amount WHERE day = 30",
            "INSERT INTO sales VALUES ('city5', 30, 3, 'late'), ('city6', 3, 7, 'later 7'), ('city7', NULL, NULL, '')",
        ];
        using Database database = Database.Open(":memory:");
        using Connection local = database.Connect();
        await local.RunAsync(Create);
        local.CopyInput = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', Lines(3_000)) + "\n"));
        await local.RunAsync("COPY sales FROM STDIN (FORMAT csv)");
        await using TestCluster cluster = await StartAsync(s_always);
        Assert.Contains("Fetch sales", await ExplainAsync(cluster, "EXPLAIN " + query), StringComparison.Ordinal);
        await AssertSameAsync();
        foreach (string change in changes) await local.RunAsync(change);
        await cluster.RunAsync(changes);
        await AssertSameAsync();
        await cluster.KillAsync(cluster.Workers[2]);
        await AssertSameAsync();
        Assert.All(cluster.Workers, w => Assert.Empty(w.LentFolders));

        async Task AssertSameAsync()
        {
            List<object?[]> expected = await ResultRows.ReadAsync(local, query);
            ResultRows.AssertSame(expected, ResultRows.Of(await cluster.QueryAsync(query)), isOrdered: true);
        }
    }

    [Fact]
    public async Task Rows_of_the_own_transaction_are_found_besides_those_on_workers()
    {
        await using TestCluster cluster = await StartAsync(s_always);
        using Connection connection = cluster.Connect();
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("INSERT INTO sales VALUES ('city5', 77, 3, 'mine')");
        await connection.RunAsync("UPDATE sales SET day = 77 WHERE amount = 5");
        Assert.Equal(
            ["3|mine", "5|note 39595 of 5"],
            (await connection.QueryAsync("SELECT amount, note FROM sales WHERE day = 77 ORDER BY amount"))
            .Select(r => $"{r[0]}|{r[1]}"));
        await connection.RunAsync("ROLLBACK");
    }

    [Fact]
    public async Task Few_rows_are_sent_in_place_of_column_files_and_many_are_not()
    {
        await using TestCluster cluster = await StartAsync(new DistributionSettings(0), rows: 60_000);
        const string Few = "SELECT min(note) FROM sales WHERE city = 'city5' AND day = 3";
        string explained = await ExplainAsync(cluster, "EXPLAIN ANALYZE " + Few);
        Assert.Contains("to where their segments are", explained, StringComparison.Ordinal);
        (long sent, long lent) = Exchanged(explained);
        Assert.Equal(0, lent);
        const string Many = "SELECT min(note), max(city), sum(amount) FROM sales WHERE day < 30";
        explained = await ExplainAsync(cluster, "EXPLAIN ANALYZE " + Many);
        Assert.DoesNotContain("Fetch sales", explained, StringComparison.Ordinal);
        (long none, lent) = Exchanged(explained);
        Assert.Equal(0, none);
        Assert.True(sent * 10 < lent, $"{sent} bytes of rows were sent, {lent} of files lent");
    }

    [Fact]
    public async Task EXPLAIN_FRAGMENTS_tells_which_groups_are_read_for_rows_that_pass()
    {
        await using TestCluster cluster = await StartAsync(s_always);
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync(
            "EXPLAIN FRAGMENTS SELECT sum(amount) FROM sales WHERE city = 'city5'");
        Value[][] read = [.. rows.Where(r => r[8].AsBoolean)];
        Assert.Equal(["0", "1"], read.Select(r => r[3].ToString()));
        Assert.StartsWith("only rows that pass, by their positions", read[1][9].ToString(), StringComparison.Ordinal);
        // Each is read by a worker that has it.
        Assert.All(read, r => Assert.Contains(r[7].ToString(), r[6].ToString(), StringComparison.Ordinal));
    }

    private static (long Sent, long Lent) Exchanged(string explained)
    {
        Match line = ExchangedLine().Match(explained);
        Assert.True(line.Success, explained);
        return (long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture),
            long.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"Exchanged: \d+ bytes to the coordinator, (\d+) to workers, (\d+) of column files lent")]
    private static partial Regex ExchangedLine();

    private static async Task<TestCluster> StartAsync(DistributionSettings settings, int rows = 3_000)
    {
        TestCluster cluster = await TestCluster.StartAsync(6, distribution: settings);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(rows));
        return cluster;
    }

    private static async Task<string> ExplainAsync(TestCluster cluster, string query) =>
        string.Join('\n', (await cluster.QueryAsync(query)).Select(r => r[0].AsText));
}
