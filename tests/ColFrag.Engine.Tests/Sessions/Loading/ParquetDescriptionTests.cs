namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>What Parquet files say about themselves.</summary>
public sealed class ParquetDescriptionTests
{
    private static async Task<string> WriteAsync(LoadFolder folder)
    {
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync(
            "COPY (SELECT i, concat('n', i % 3) AS name, (i / 4.0)::DECIMAL(10,2) AS price, [i, NULL] AS parts " +
            $"FROM range(3000) r(i)) TO '{path}' (ROW_GROUP_SIZE 2048)");
        return path;
    }

    [Fact]
    public async Task Files_tell_their_rows_and_groups()
    {
        await using LoadFolder folder = new();
        string path = await WriteAsync(folder);
        Assert.Equal(
            [$"{path}|3000|2|{new FileInfo(path).Length}"],
            await folder.RowsAsync(
                $"SELECT file_name, num_rows, num_row_groups, file_size_bytes FROM parquet_file_metadata('{path}')"));
        Assert.Equal(
            ["true"],
            await folder.RowsAsync($"SELECT created_by LIKE 'ColFrag%' FROM parquet_file_metadata('{path}')"));
    }

    [Fact]
    public async Task Files_tell_their_columns()
    {
        await using LoadFolder folder = new();
        string path = await WriteAsync(folder);
        string[] columns = await folder.RowsAsync(
            "SELECT name, type, repetition_type, num_children, scale, precision, logical_type " +
            $"FROM parquet_schema('{path}') WHERE type IS NOT NULL");
        Assert.Contains("name|BYTE_ARRAY|OPTIONAL|NULL|NULL|NULL|StringType()", columns);
        Assert.Contains("price|INT64|OPTIONAL|NULL|2|10|DecimalType(scale=2, precision=10)", columns);
        Assert.Equal(4, columns.Length);
    }

    [Fact]
    public async Task Files_tell_what_lies_in_each_group()
    {
        await using LoadFolder folder = new();
        string path = await WriteAsync(folder);
        Assert.Equal(
            ["0|2048|0|2047|0|i", "1|952|2048|2999|0|i"],
            await folder.RowsAsync(
                "SELECT row_group_id, num_values, stats_min, stats_max, stats_null_count, path_in_schema " +
                $"FROM parquet_metadata('{path}') WHERE column_id = 0 ORDER BY 1"));
        Assert.Equal(
            ["8|true|true|true"],
            await folder.RowsAsync(
                "SELECT count(*), bool_and(compression IN ('ZSTD', 'SNAPPY')), bool_and(encodings <> ''), " +
                "bool_and(total_compressed_size > 0 AND data_page_offset > 0) " +
                $"FROM parquet_metadata('{path}')"));
    }

    [Fact]
    public async Task Several_files_follow_each_other()
    {
        await using LoadFolder folder = new();
        await WriteAsync(folder);
        await folder.RunAsync($"COPY (SELECT 1 AS a) TO '{folder.PathOf("u.parquet")}'");
        Assert.Equal(
            ["3000", "1"],
            await folder.RowsAsync($"SELECT num_rows FROM parquet_file_metadata('{folder.PathOf("*.parquet")}')"));
        Assert.Equal(
            ["0"], await folder.RowsAsync($"SELECT count(*) FROM parquet_kv_metadata('{folder.PathOf("u.parquet")}')"));
    }
}
