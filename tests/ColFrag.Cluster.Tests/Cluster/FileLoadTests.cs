using System.Globalization;
using System.Text;
using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Files in a folder that workers see: they read them, each a part.</summary>
public sealed class FileLoadTests : IDisposable
{
    private const string Create =
        "CREATE TABLE sales (city VARCHAR, amount INTEGER) WITH (distributed_by = hash(city), ranges = 3)";

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-shared").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<TestCluster> StartAsync(int workers = 3)
    {
        TestCluster cluster = await TestCluster.StartAsync(workers, sharedLoadBytes: 0);
        await cluster.RunAsync(Create);
        return cluster;
    }

    /// <summary>Files of so many rows each, numbered through.</summary>
    private string Write(int fileCount, int rowsPerFile)
    {
        for (int f = 0; f < fileCount; f++)
        {
            IEnumerable<string> lines = Enumerable.Range(f * rowsPerFile, rowsPerFile).Select(i => $"city{i % 97},{i}");
            File.WriteAllText(
                Path.Combine(_folder, $"part{f:D3}.csv"), "city,amount\n" + string.Join('\n', lines) + "\n");
        }
        return Path.Combine(_folder, "*.csv");
    }

    private static async Task AssertRowsAsync(TestCluster cluster, long count)
    {
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync(
            "SELECT count(*), count(DISTINCT amount), min(amount), max(amount) FROM sales");
        Assert.Equal($"{count} {count} 0 {count - 1}", string.Join(' ', rows[0].Select(v => v.ToString())));
    }

    [Fact]
    public async Task Files_that_workers_see_are_read_by_all_of_them()
    {
        await using TestCluster cluster = await StartAsync();
        await cluster.RunAsync($"COPY sales FROM '{Write(12, 3_000)}'");
        await AssertRowsAsync(cluster, 36_000);
        cluster.AssertCopies("sales", 2);
        Assert.All(cluster.Workers, w => Assert.True(w.LoadedRows > 0));
        Assert.Equal(36_000, cluster.Workers.Sum(w => w.LoadedRows));
    }

    [Fact]
    public async Task Pieces_of_one_file_are_read_in_parallel_whatever_its_quotes_do()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, sharedLoadBytes: 0);
        await cluster.RunAsync("CREATE TABLE notes (id INTEGER, note VARCHAR) WITH (ranges = 2)");
        StringBuilder text = new();
        string filling = new('x', 4_000);
        for (int i = 0; i < 3_000; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture, $"{i},\"line\n{i},\"\"more\"\"\n{filling}\n{i}\"\n");
        }
        string file = Path.Combine(_folder, "notes.csv");
        await File.WriteAllTextAsync(file, text.ToString());
        await cluster.RunAsync($"COPY notes FROM '{file}' (HEADER false)");
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync(
            "SELECT count(*), sum(id), count(*) FILTER (WHERE note = concat("
            + $"'line', chr(10), id, ',\"more\"', chr(10), repeat('x', 4000), chr(10), id)) FROM notes");
        Assert.Equal("3000 4498500 3000", string.Join(' ', rows[0].Select(v => v.ToString())));
        Assert.All(cluster.Workers, w => Assert.True(w.LoadedRows > 0));
    }

    [Fact]
    public async Task Few_bytes_are_read_by_the_coordinator()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create, $"INSERT INTO sales SELECT * FROM read_csv('{Write(5, 1_000)}')");
        await AssertRowsAsync(cluster, 5_000);
        Assert.All(cluster.Workers, w => Assert.Equal(0, w.LoadedRows));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Together_workers_reject_as_many_rows_as_are_allowed(int allowed)
    {
        await using TestCluster cluster = await StartAsync();
        string files = Write(12, 500);
        foreach (int file in (int[])[2, 9])
            await File.AppendAllTextAsync(Path.Combine(_folder, $"part{file:D3}.csv"), "city,many\n");
        string copy = $"COPY sales FROM '{files}' (on_error 'skip', max_errors {allowed})";
        if (allowed == 1)
        {
            QueryException error = await Assert.ThrowsAsync<QueryException>(() => cluster.RunAsync(copy));
            Assert.Contains("ore than 1 rows were rejected", error.Message, StringComparison.Ordinal);
            await AssertNothingIsLeftAsync(cluster);
        }
        else
        {
            await cluster.RunAsync(copy);
            await AssertRowsAsync(cluster, 6_000);
            Assert.Equal(6_002, cluster.Workers.Sum(w => w.LoadedRows));
        }
    }

    [Fact]
    public async Task A_select_over_files_is_computed_by_their_readers()
    {
        await using TestCluster cluster = await StartAsync();
        await cluster.RunAsync(
            "INSERT INTO sales SELECT upper(city), amount + 1 "
            + $"FROM read_csv('{Write(6, 1_000)}') WHERE amount % 2 = 0");
        IReadOnlyList<Value[]> rows =
            await cluster.QueryAsync("SELECT count(*), min(amount), max(amount), min(city) FROM sales");
        Assert.Equal("3000 1 5999 CITY0", string.Join(' ', rows[0].Select(v => v.ToString())));
        Assert.Equal(6_000, cluster.Workers.Sum(w => w.LoadedRows));
    }

    [Fact]
    public async Task A_bad_row_is_named_and_nothing_of_the_load_is_left()
    {
        await using TestCluster cluster = await StartAsync();
        string files = Write(8, 1_000);
        string bad = Path.Combine(_folder, "part005.csv");
        string[] lines = await File.ReadAllLinesAsync(bad);
        lines[700] = "city,many";
        await File.WriteAllLinesAsync(bad, lines);
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync($"COPY sales FROM '{files}'"));
        Assert.Contains($"{bad} line 701, column 2 (amount)", error.Message, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(cluster);
        await cluster.RunAsync($"COPY sales FROM '{files}' (on_error 'store')");
        IReadOnlyList<Value[]> rejects =
            await cluster.QueryAsync("SELECT file, line, column_name, raw_text FROM sales_rejects");
        Assert.Equal($"{bad} 701 amount city,many", string.Join(' ', rejects.Single().Select(v => v.ToString())));
        Assert.Equal("7999", (await cluster.QueryAsync("SELECT count(*) FROM sales"))[0][0].ToString());
    }

    [Fact]
    public async Task A_worker_that_dies_while_it_reads_is_replaced()
    {
        await using TestCluster cluster = await StartAsync(4);
        TaskCompletionSource writes = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Workers[2].Files.Fault = call =>
        {
            if (call.Path.StartsWith(StorePaths.Tables, StringComparison.Ordinal)) writes.TrySetResult();
            return FileFault.None;
        };
        Task load = cluster.RunAsync($"COPY sales FROM '{Write(20, 5_000)}'");
        await writes.Task;
        await cluster.KillAsync(cluster.Workers[2]);
        await load;
        await AssertRowsAsync(cluster, 100_000);
        cluster.AssertCopies("sales", 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_without_room_is_replaced(bool isReadByWorkers)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            4, sharedLoadBytes: isReadByWorkers ? 0 : long.MaxValue);
        await cluster.RunAsync(Create);
        string files = Write(10, 2_000);
        cluster.Workers[0].Files.Fault = call => call.Path.StartsWith(StorePaths.Tables, StringComparison.Ordinal)
            ? FileFault.DiskFull : FileFault.None;
        await cluster.RunAsync($"COPY sales FROM '{files}'");
        cluster.Workers[0].Files.Fault = null;
        await AssertRowsAsync(cluster, 20_000);
        Assert.DoesNotContain(cluster.Workers[0].Id, cluster.SegmentsOf("sales").SelectMany(s => s.Workers));
        cluster.AssertCopies("sales", 2);
    }

    [Fact]
    public async Task A_load_by_name_is_loaded_once_and_its_progress_is_seen_by_others()
    {
        await using TestCluster cluster = await StartAsync();
        string files = Write(6, 1_000);
        string copy = $"COPY sales FROM '{files}' (load_id 'june')";
        await cluster.RunAsync(copy, copy);
        await AssertRowsAsync(cluster, 6_000);
        IReadOnlyList<Value[]> loads = await cluster.QueryAsync(
            "SELECT state, rows_read, rows_loaded, bytes_read, bytes_total FROM colfrag_loads WHERE load_id = 'june'");
        Assert.Equal("done 6000 6000 70270 70342", string.Join(' ', loads[0].Select(v => v.ToString())));
        Assert.Equal("repeated", loads[1][0].ToString());
    }

    private static async Task AssertNothingIsLeftAsync(TestCluster cluster)
    {
        Assert.Empty(cluster.SegmentsOf("sales"));
        await TestNodes.Until(() => cluster.Workers.All(w => !w.SegmentFolders.Any()));
    }
}
