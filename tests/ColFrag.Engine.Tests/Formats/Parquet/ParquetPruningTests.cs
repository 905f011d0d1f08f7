using System.Globalization;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats.Parquet;

/// <summary>Pages passed over by their bounds, values that bloom filters do not have, columns read late.</summary>
public sealed class ParquetPruningTests
{
    private const int RowCount = 100_000;

    private const string Query =
        "SELECT i, i % 1000 AS m, 'key ' || (i * 7919 % 500) AS k, DATE '2020-01-01' + (i % 700)::INTEGER AS d, " +
        "CASE WHEN i % 3 = 0 THEN i END AS n, [i, i + 1] AS l, (i * 3)::INTEGER AS s FROM range(100000) r(i)";

    [Fact]
    public async Task Pages_outside_of_the_wanted_range_are_not_read()
    {
        await using LoadFolder folder = new();
        string path = await WriteAsync(folder);
        Assert.Equal(RowCount, Read(path, []));
        Assert.InRange(Read(path, [ScanFilter.Range(0, Value.BigInt(50_000), Value.BigInt(50_010))]), 11, 20_480);
        Assert.Equal(0, Read(path, [ScanFilter.Range(0, Value.BigInt(-9), Value.BigInt(-1))]));
        // Two conditions leave the rows that both may have.
        ScanFilter[] both =
        [
            ScanFilter.Range(0, Value.BigInt(20_000), Value.BigInt(70_000)),
            ScanFilter.Range(6, Value.Integer(LogicalType.Integer, 200_000), null),
        ];
        Assert.InRange(Read(path, both), 3_334, 40_960);
    }

    [Fact]
    public async Task Values_that_a_bloom_filter_does_not_have_are_not_looked_for()
    {
        await using LoadFolder folder = new();
        string path = await WriteAsync(folder);
        // Between the bounds, and never there: m has 0 to 999, d has 700 days, k has 'key 0' to 'key 499'.
        Assert.Equal(0, Read(path, [Text("key 12x")]));
        Assert.Equal(0, Read(path, [ScanFilter.In(2, [Value.Text("key 12x"), Value.Text("key 13y")])]));
        for (int value = 0; value < 500; value += 7)
        {
            Assert.NotEqual(0, Read(path, [Text($"key {value}")], [2]));
            ScanFilter number = ScanFilter.Compare(1, FilterOperator.Equal, Value.BigInt(value));
            Assert.NotEqual(0, Read(path, [number], [1]));
        }

        static ScanFilter Text(string text) => ScanFilter.Compare(2, FilterOperator.Equal, Value.Text(text));
    }

    [JudgedFact(Judge.DuckDb)]
    public async Task Values_in_files_of_DuckDB_are_found_by_its_bloom_filters()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("duck.parquet");
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        peer.Execute(
            "COPY (SELECT (i * 7919 % 300)::INTEGER AS a, (i * 104729 % 500)::BIGINT - 250 AS b, " +
            "'v' || (i % 400) AS c, DATE '1999-01-01' + (i % 350)::INTEGER AS d FROM range(20000) r(i)) " +
            $"TO '{path}' (FORMAT parquet)");
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), new SourceContext());
        ParquetFile file = (ParquetFile)source;
        Assert.All(file.Metadata.RowGroups[0].Columns, chunk => Assert.NotNull(chunk.BloomOffset));
        string[][] values = [.. FormatsKit.Rows(source).Distinct().Select(row => row.Split('|'))];
        for (int column = 0; column < 4; column++)
        {
            string name = source.Schema[column].Name;
            foreach (string value in values.Select(v => v[column]).Distinct())
            {
                string found = (await folder.RowsAsync($"SELECT count(*) FROM '{path}' WHERE {name} = '{value}'"))[0];
                Assert.True(int.Parse(found, CultureInfo.InvariantCulture) > 0, $"{name} = {value}");
            }
        }
        Assert.Equal(0, Read(path, [ScanFilter.Compare(2, FilterOperator.Equal, Value.Text("v12x"))]));
    }

    [Fact]
    public async Task Columns_that_are_read_late_have_the_rows_that_passed()
    {
        await using LoadFolder folder = new();
        string path = await WriteAsync(folder);
        await folder.RunAsync($"CREATE TABLE t AS {Query}");
        string[] conditions =
        [
            "i = 77777", "m = 5", "m = 5 AND i > 90000", "k = 'key 321'", "n IS NULL AND i < 30", "l[1] = 400",
            "i BETWEEN 20475 AND 20485", "m IN (3, 999) AND n IS NOT NULL", "i % 50000 = 1", "d = DATE '2021-03-04'",
            "i IN (0, 99999)", "s > 299990 OR i < 3", "list_contains(l, 5000)",
        ];
        foreach (string condition in conditions)
        {
            const string Sums = "SELECT count(*), sum(i), sum(m), count(DISTINCT k), min(d), sum(n), sum(l[2]), max(k)";
            Assert.Equal(
                await folder.RowsAsync($"{Sums} FROM t WHERE {condition}"),
                await folder.RowsAsync($"{Sums} FROM '{path}' WHERE {condition}"));
            Assert.Equal(
                await folder.RowsAsync($"SELECT * FROM t WHERE {condition} ORDER BY i LIMIT 20"),
                await folder.RowsAsync($"SELECT * FROM '{path}' WHERE {condition} ORDER BY i LIMIT 20"));
        }
    }

    private static async Task<string> WriteAsync(LoadFolder folder)
    {
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync($"COPY ({Query} ORDER BY i) TO '{path}' (FORMAT parquet, row_group_size {RowCount})");
        return path;
    }

    /// <summary>Rows that are read for conditions.</summary>
    private static long Read(string path, ScanFilter[] filters, int[]? columns = null)
    {
        SourceContext context = new();
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), context);
        columns ??= [.. Enumerable.Range(0, source.Schema.Count)];
        using Batch batch = new(new Schema(columns.Select(c => source.Schema[c])));
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using IPieceReader reader =
                ((IFilteringSource)source).OpenPiece(piece, columns, filters, MemoryAccount.Untracked);
            while (reader.Read(batch, CancellationToken.None))
            {
            }
        }
        return context.Counters.RowsRead;
    }
}
