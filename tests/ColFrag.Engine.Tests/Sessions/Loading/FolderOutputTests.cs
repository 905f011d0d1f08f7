using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>COPY TO that writes a folder: parted by values, and by the size of files.</summary>
public sealed class FolderOutputTests
{
    [Theory]
    [InlineData("parquet", "parquet")]
    [InlineData("csv", "csv")]
    [InlineData("json", "json")]
    [InlineData("arrow", "arrow")]
    [InlineData("csv, compression gzip", "csv.gz")]
    public async Task Parts_are_read_again_as_the_same_rows(string format, string extension)
    {
        await using LoadFolder folder = new();
        await folder.RunAsync(
            "CREATE TABLE t AS SELECT i, i % 3 AS month, " +
            "CASE WHEN i % 5 = 0 THEN NULL ELSE 'a/b ' || i % 2 END AS kind FROM range(5000) r(i)");
        string path = folder.PathOf("out");
        Assert.Equal(5000, await folder.RunAsync($"COPY t TO '{path}' (FORMAT {format}, PARTITION_BY (month, kind))"));
        Assert.Equal(9, Directory.GetFiles(path, $"*.{extension}", SearchOption.AllDirectories).Length);
        Assert.True(Directory.Exists(Path.Combine(path, "month=0", "kind=a%2Fb%201")));
        string read = $"'{path}/**/*.{extension}'";
        string[] columns = await folder.RowsAsync(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {read})");
        Assert.Equal(["i|BIGINT", "month|BIGINT", "kind|VARCHAR"], columns);
        const string Sums = "SELECT count(*), sum(i), sum(i * month), count(kind), sum(i * length(kind)) FROM ";
        Assert.Equal(await folder.RowsAsync(Sums + "t"), await folder.RowsAsync(Sums + read));
        Assert.Equal(
            await folder.RowsAsync("SELECT sum(i) FROM t WHERE month = 1 AND kind = 'a/b 1'"),
            await folder.RowsAsync($"SELECT sum(i) FROM {read} WHERE month = 1 AND kind = 'a/b 1'"));
    }

    [Theory]
    [InlineData("parquet", "INTERVAL '-1 hour'")]
    [InlineData("parquet", "INTERVAL '1 microsecond'")]
    [InlineData("parquet", "INTERVAL '2000 hours'")]
    [InlineData("arrow", "INTERVAL '3000000 hours'")]
    public async Task Intervals_that_a_format_does_not_have_are_errors_and_no_other_intervals(
        string format, string interval)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("i." + format);
        ColFragException error =
            await folder.FailsAsync($"COPY (SELECT {interval} AS i) TO '{path}' (FORMAT {format})");
        Assert.Equal(SqlStates.DatetimeOverflow, error.SqlState);
        await folder.RunAsync($"COPY (SELECT INTERVAL '1 month 2 days 1000 hours' AS i) TO '{path}' (FORMAT {format})");
        Assert.Equal(["1 mon 2 days 1000:00:00"], await folder.RowsAsync($"SELECT i FROM '{path}'"));
    }

    [Fact]
    public async Task Files_end_when_they_are_long_enough()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("out");
        await folder.RunAsync($"COPY (FROM range(100000) r(i)) TO '{path}' (FORMAT csv, FILE_SIZE_BYTES '100kB')");
        FileInfo[] files = new DirectoryInfo(path).GetFiles();
        Assert.InRange(files.Length, 3, 7);
        Assert.All(files, file => Assert.InRange(file.Length, 1, 120_000));
        Assert.Equal(["100000|4999950000"], await folder.RowsAsync($"SELECT count(*), sum(i) FROM '{path}/*.csv'"));
    }

    [Fact]
    public async Task More_parts_than_files_may_be_open_lose_no_row()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("out");
        await folder.RunAsync(
            $"COPY (SELECT i, i % 300 AS part FROM range(9000) r(i)) TO '{path}' (FORMAT parquet, PARTITION_BY part)");
        Assert.Equal(300, Directory.GetDirectories(path).Length);
        Assert.Equal(
            ["9000|300|40495500"],
            await folder.RowsAsync($"SELECT count(*), count(DISTINCT part), sum(i) FROM '{path}/**/*.parquet'"));
    }

    [Fact]
    public async Task A_folder_with_files_is_only_added_to_when_that_is_said()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("out");
        string copy = $"COPY (SELECT 1 AS a, 2 AS b) TO '{path}' (FORMAT csv, PARTITION_BY (a)";
        await folder.RunAsync(copy + ")");
        ColFragException error = await folder.FailsAsync(copy + ")");
        Assert.Contains("append = true", error.Hint, StringComparison.Ordinal);
        await folder.RunAsync(copy + ", APPEND)");
        Assert.Equal(["1|2", "1|2"], await folder.RowsAsync($"SELECT a, b FROM '{path}/**/*.csv'"));
    }

    [Fact]
    public async Task Columns_of_folder_names_have_the_types_that_were_named()
    {
        await using LoadFolder folder = new();
        folder.Write("y=2024/m=01/t.csv", "a\n1\n");
        folder.Write("y=2025/m=12/t.csv", "a\n2\n");
        string read = $"read_csv('{folder.PathOf("**/*.csv")}'";
        Task<string[]> TypesAsync(string options) => folder.RowsAsync(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT y, m FROM {read}{options}))");
        Assert.Equal(["y|BIGINT", "m|BIGINT"], await TypesAsync(""));
        Assert.Equal(["y|VARCHAR", "m|VARCHAR"], await TypesAsync(", hive_types_autocast = false"));
        const string named = ", hive_types = {m: 'VARCHAR', y: 'USMALLINT'}";
        Assert.Equal(["y|USMALLINT", "m|VARCHAR"], await TypesAsync(named));
        Assert.Equal(
            ["2024|01|1", "2025|12|2"], await folder.RowsAsync($"SELECT y, m, a FROM {read}{named}) ORDER BY 1"));
        await folder.FailsWithAsync(
            SqlStates.InvalidTextRepresentation, $"SELECT y FROM {read}, hive_types = {{y: 'TINYINT'}})");
        await folder.FailsWithAsync(
            SqlStates.FeatureNotSupported, $"SELECT y FROM {read}, hive_types = {{y: 'DOUBLE'}})");
    }

    [Fact]
    public async Task A_folder_is_written_anew_where_that_is_said()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("out");
        await folder.RunAsync(
            $"COPY (SELECT i % 3 AS a, i FROM range(9) r(i)) TO '{path}' (FORMAT csv, PARTITION_BY (a))");
        await folder.RunAsync($"COPY (SELECT 7 AS a, 2 AS i) TO '{path}' (FORMAT csv, PARTITION_BY (a), OVERWRITE)");
        Assert.Equal(["7|2"], await folder.RowsAsync($"SELECT a, i FROM '{path}/**/*.csv'"));
        await folder.FailsWithAsync(
            SqlStates.DivisionByZero, "COPY (SELECT i % 2 AS a, 1 / (4999 - i) AS i FROM range(5000) r(i)) " +
            $"TO '{path}' (FORMAT csv, PARTITION_BY (a), OVERWRITE)");
        Assert.Equal(["7|2"], await folder.RowsAsync($"SELECT a, i FROM '{path}/**/*.csv'"));
    }

    [Fact]
    public async Task Files_of_the_same_names_are_replaced_and_others_stay_where_that_is_said()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("out");
        for (int i = 1; i <= 2; i++)
        {
            await folder.RunAsync(
                $"COPY (SELECT {i} % 2 AS a, {i} AS b UNION ALL SELECT 5, {i}) TO '{path}' " +
                "(FORMAT parquet, PARTITION_BY (a), OVERWRITE_OR_IGNORE)");
        }
        Assert.Equal(
            ["0|2", "1|1", "5|2"], await folder.RowsAsync($"SELECT a, b FROM '{path}/**/*.parquet' ORDER BY ALL"));
    }

    [Fact]
    public async Task Names_and_columns_of_files_are_as_they_are_wanted()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("out");
        await folder.RunAsync(
            $"COPY (SELECT 1 AS a, 2 AS b) TO '{path}' (FORMAT csv, PARTITION_BY (a), " +
            "FILENAME_PATTERN 'sales_{i}', FILE_EXTENSION 'txt', WRITE_PARTITION_COLUMNS, USE_TMP_FILE false)");
        string file = Assert.Single(Directory.GetFiles(path, "*", SearchOption.AllDirectories));
        Assert.Equal(Path.Combine(path, "a=1", "sales_0.txt"), file);
        Assert.Equal("a,b\n1,2\n", await File.ReadAllTextAsync(file));
        await folder.FailsWithAsync(
            SqlStates.InvalidParameterValue,
            $"COPY (SELECT 1 AS a, 2 AS b) TO '{path}2' (FORMAT csv, PARTITION_BY (a), FILENAME_PATTERN '../x')");
    }

    [Fact]
    public async Task Nothing_stays_of_a_folder_that_was_not_finished()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("deep/out");
        await folder.FailsWithAsync(
            SqlStates.DivisionByZero, "COPY (SELECT i, 1 / (4999 - i) AS q, i % 2 AS part FROM range(5000) r(i)) " +
            $"TO '{path}' (FORMAT csv, PARTITION_BY (part), FILE_SIZE_BYTES 100)");
        Assert.False(Directory.Exists(folder.PathOf("deep")));
        await folder.FailsAsync($"COPY (SELECT 1 AS a) TO '{path}' (PARTITION_BY (a))");
        await folder.FailsAsync($"COPY (SELECT 1 AS a) TO '{path}' (PARTITION_BY (b))");
        await folder.FailsAsync($"COPY (SELECT [1] AS a, 2 AS b) TO '{path}' (PARTITION_BY (a))");
        await folder.FailsAsync($"COPY (SELECT 1 AS a) TO '{path}' (FILE_SIZE_BYTES 'much')");
        Assert.False(Directory.Exists(folder.PathOf("deep")));
    }
}
