using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Encodings;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>EXPLAIN STORAGE and EXPLAIN DISTRIBUTION.</summary>
public sealed class ExplainStorageTests
{
    [Fact]
    public async Task Storage_tells_of_every_column_what_it_takes_and_why()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT, one INTEGER, name VARCHAR)");
        await connection.RunAsync(
            "INSERT INTO t SELECT i, 7, 'name ' || i % 5 FROM range(100000) r(i)");
        await connection.RunAsync("CHECKPOINT");
        await connection.RunAsync("ALTER TABLE t ADD COLUMN late DATE");
        string[] lines = await connection.RowsAsync("EXPLAIN STORAGE t");
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("id|BIGINT|100000|0|", lines[0]);
        Assert.EndsWith("|ascending: only the steps are stored", lines[0]);
        Assert.EndsWith("|one value", lines[1]);
        Assert.Contains("5 distinct texts, stored once", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("|added after the rows: nothing is stored", lines[3]);
        Assert.StartsWith("(all columns)|NULL|100000|", lines[4]);
        long bytes = long.Parse(lines[4].Split('|')[5], CultureInfo.InvariantCulture);
        Assert.Equal(bytes, lines[..4].Sum(
            l => long.Parse(l.Split('|')[5], CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public async Task Storage_shows_which_columns_are_compressed_besides_and_they_read_alike(string codec)
    {
        if (!GeneralCompressor.IsAvailable(codec == "zstd" ? GeneralCompression.Zstd : GeneralCompression.Lz4)) return;
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(
            $"CREATE TABLE t (a VARCHAR, b VARCHAR COMPRESSION {codec}, c VARCHAR USING COMPRESSION 'none') " +
            $"WITH (compression = '{codec}')");
        const string text = "md5((i % 500)::text) || md5((i % 501)::text)";
        await connection.RunAsync($"INSERT INTO t SELECT {text}, {text}, {text} FROM range(150000) r(i)");
        await connection.RunAsync("CHECKPOINT");
        string[] lines = await connection.RowsAsync("EXPLAIN STORAGE t");
        Assert.Contains($" > {codec} x", lines[0], StringComparison.Ordinal);
        Assert.Contains($" > {codec} x", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain(codec, lines[2], StringComparison.Ordinal);
        Assert.InRange(Number(lines[0], 5), 1, Number(lines[2], 5) - 1);
        Assert.Equal(Number(lines[0], 5), Number(lines[1], 5));
        Assert.Equal(["150000"], await connection.RowsAsync("SELECT count(*) FROM t WHERE a = b AND b = c"));
    }

    [Fact]
    public async Task Compressions_are_kept_copied_with_like_and_refused_where_unknown()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER COMPRESSION none, b INTEGER COMPRESSION default)");
        await connection.RunAsync("CREATE TABLE u (LIKE t INCLUDING ALL)");
        await connection.RunAsync("ALTER TABLE u ADD COLUMN c VARCHAR COMPRESSION none");
        await connection.RunAsync("CREATE TABLE v (LIKE t)");
        TableColumn[] Columns(string table)
        {
            CatalogSnapshot catalog = database.Store.Tables.Follower.Newest;
            return [.. catalog.GetDefinition(catalog.Find(NameSpace.Relation, "public", table)!.Value.Id).Columns];
        }
        Assert.Equal(["none", ""], Columns("t").Select(c => c.Compression));
        Assert.Equal(["none", "", "none"], Columns("u").Select(c => c.Compression));
        Assert.Equal(["", ""], Columns("v").Select(c => c.Compression));
        Assert.Equal("22023", await connection.FailAsync("CREATE TABLE w (a INTEGER COMPRESSION pglz)"));
        Assert.Equal("22023", await connection.FailAsync("CREATE TABLE w (a INTEGER) WITH (compression = 'gzip')"));
    }

    [Fact]
    public async Task Storage_says_which_order_would_shrink_a_table()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT, shop INTEGER)");
        await connection.RunAsync("INSERT INTO t SELECT i, hash(i) % 50 FROM range(100000) r(i)");
        await connection.RunAsync("CHECKPOINT");
        await using QueryResult result = await connection.ExecuteAsync("EXPLAIN STORAGE t");
        Assert.Contains(result.Notices, n => n.StartsWith("ORDER BY (shop) would shrink", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Storage_of_rows_in_the_journal_says_so()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT)");
        await connection.RunAsync("INSERT INTO t VALUES (1), (2)");
        await using QueryResult result = await connection.ExecuteAsync("EXPLAIN STORAGE t");
        Assert.Contains("2 rows are not in column files yet; CHECKPOINT writes them there.", result.Notices);
    }

    [Fact]
    public async Task Distribution_by_a_hash_spreads_rows_and_counts_those_that_would_move()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT, shop INTEGER)");
        await connection.RunAsync("INSERT INTO t SELECT i, i % 3 FROM range(100000) r(i)");
        await connection.RunAsync("DELETE FROM t WHERE id < 10");
        string[] lines = await connection.RowsAsync("EXPLAIN (ranges 8) DISTRIBUTION t BY hash(id)");
        Assert.Equal(8, lines.Length);
        long[] rows = [.. lines.Select(l => Number(l, 3))];
        Assert.Equal(99_990, rows.Sum());
        Assert.All(rows, r => Assert.InRange(r, 12_000, 13_000));
        // One range today, so that only the first of eight keeps its rows.
        Assert.Equal(99_990 - rows[0], lines.Sum(l => Number(l, 6)));
    }

    [Fact]
    public async Task Distribution_by_a_key_of_few_values_warns_of_skew()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (shop INTEGER)");
        await connection.RunAsync("INSERT INTO t SELECT 5 FROM range(1000)");
        await using QueryResult result =
            await connection.ExecuteAsync("EXPLAIN (ranges 8) DISTRIBUTION t BY hash(shop)");
        Assert.Contains(
            result.Notices, n => n.StartsWith("Warning: the largest range has 8.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Distribution_by_range_cuts_at_quantiles()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT)");
        await connection.RunAsync("INSERT INTO t SELECT i * i FROM range(40000) r(i)");
        string[] lines = await connection.RowsAsync("EXPLAIN (ranges 4) DISTRIBUTION t BY range(id)");
        Assert.Equal(["10000", "10000", "10000", "10000"], lines.Select(l => l.Split('|')[3]));
    }

    [Fact]
    public async Task Distribution_of_an_unknown_column_is_refused()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT)");
        Assert.Equal("42703", await connection.FailAsync("EXPLAIN DISTRIBUTION t BY hash(shop)"));
    }

    private static long Number(string line, int field) =>
        long.Parse(line.Split('|')[field], CultureInfo.InvariantCulture);
}
