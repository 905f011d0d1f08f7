using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Files that only the coordinator sees: it sends them in parts to workers, which read them.</summary>
public sealed class FileUploadTests : IDisposable
{
    private const string Create =
        "CREATE TABLE sales (city VARCHAR, amount INTEGER) WITH (distributed_by = hash(city), ranges = 3)";

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-upload").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<TestCluster> StartAsync(string create, int workers = 3)
    {
        TestCluster cluster = await TestCluster.StartAsync(workers, sharedLoadBytes: 0, inputs: new NoFiles());
        await cluster.RunAsync(create);
        return cluster;
    }

    private static async Task AssertOneRowAsync(TestCluster cluster, string expected, string sql)
    {
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync(sql);
        Assert.Equal(expected, string.Join(' ', rows.Single().Select(v => v.ToString())));
    }

    private static void AssertReadByWorkers(TestCluster cluster, long rowCount)
    {
        Assert.Equal(rowCount, cluster.Workers.Sum(w => w.LoadedRows));
        Assert.True(cluster.Workers.Count(w => w.LoadedRows > 0) > 1);
        // What was sent is gone when the load has ended.
        Assert.All(cluster.Workers, w => Assert.Empty(w.Files.List(StorePaths.Spill)));
    }

    /// <summary>Writes a file of so many rows by COPY, in whatever format its name tells.</summary>
    private async Task<string> ExportAsync(string name, int rowCount, string options = "")
    {
        string path = Path.Combine(_folder, name);
        await using Engine.Database database = Engine.Database.Open(":memory:");
        using Engine.Connection connection = database.Connect();
        await connection.RunAsync(
            "COPY (SELECT concat('city', i % 97) AS city, i::INTEGER AS amount FROM range(" +
            $"{rowCount.ToString(CultureInfo.InvariantCulture)}) t(i)) TO '{path}' {options}");
        return path;
    }

    [Theory]
    [InlineData("sales.csv", "")]
    [InlineData("sales.json", "")]
    [InlineData("sales.parquet", "(row_group_size 50000)")]
    [InlineData("sales.arrow", "(batch_rows 50000)")]
    public async Task A_file_of_any_format_is_read_by_workers(string name, string options)
    {
        await using TestCluster cluster = await StartAsync(Create);
        string path = await ExportAsync(name, 600_000, options);
        await cluster.RunAsync($"COPY sales FROM '{path}'");
        await AssertOneRowAsync(
            cluster, "600000 600000 0 599999 97",
            "SELECT count(*), count(DISTINCT amount), min(amount), max(amount), count(DISTINCT city) FROM sales");
        cluster.AssertCopies("sales", 2);
        AssertReadByWorkers(cluster, 600_000);
    }

    [Fact]
    public async Task Compressed_files_are_read_whole_by_one_worker_each()
    {
        await using TestCluster cluster = await StartAsync(Create);
        for (int i = 0; i < 9; i++) await ExportAsync($"part{i}.csv.gz", 10_000);
        await cluster.RunAsync($"COPY sales FROM '{_folder}/*.csv.gz'");
        await AssertOneRowAsync(cluster, "90000 10000", "SELECT count(*), count(DISTINCT amount) FROM sales");
        AssertReadByWorkers(cluster, 90_000);
    }

    [Fact]
    public async Task Rows_longer_than_what_was_sent_behind_a_piece_are_read_whole()
    {
        await using TestCluster cluster = await StartAsync(
            "CREATE TABLE notes (id INTEGER, note VARCHAR) WITH (ranges = 2)");
        StringBuilder text = new();
        // Quoted line ends, and rows of three megabytes that begin in the middle of a piece.
        for (int i = 0; i < 12; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i},\"");
            string line = new((char)('a' + i), 99);
            for (int part = 0; part < 30_000; part++) text.Append(line).Append('\n');
            text.Append("\"\n");
        }
        string file = Path.Combine(_folder, "notes.csv");
        await File.WriteAllTextAsync(file, text.ToString());
        await cluster.RunAsync($"COPY notes FROM '{file}' (HEADER false)");
        await AssertOneRowAsync(
            cluster, "12 66 3000000 3000000",
            "SELECT count(*), sum(id), min(length(note)), max(length(note)) FROM notes");
        Assert.Equal(12, cluster.Workers.Sum(w => w.LoadedRows));
    }

    [Fact]
    public async Task A_select_over_some_columns_is_computed_by_those_who_read()
    {
        await using TestCluster cluster = await StartAsync("CREATE TABLE amounts (amount BIGINT)");
        string path = await ExportAsync("sales.parquet", 400_000, "(row_group_size 40000)");
        await cluster.RunAsync(
            $"INSERT INTO amounts SELECT amount * 2 FROM read_parquet('{path}') WHERE amount % 4 = 1");
        await AssertOneRowAsync(
            cluster, "100000 2 799994", "SELECT count(*), min(amount), max(amount) FROM amounts");
        AssertReadByWorkers(cluster, 400_000);
    }

    [Fact]
    public async Task A_bad_row_is_named_by_its_line_in_the_whole_file()
    {
        await using TestCluster cluster = await StartAsync(Create);
        string path = await ExportAsync("sales.csv", 600_000);
        string[] lines = await File.ReadAllLinesAsync(path);
        lines[543_210] = "city,many";
        await File.WriteAllLinesAsync(path, lines);
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync($"COPY sales FROM '{path}'"));
        Assert.Contains($"{path} line 543211, column 2 (amount)", error.Message, StringComparison.Ordinal);
        Assert.Empty(cluster.SegmentsOf("sales"));
        await cluster.RunAsync($"COPY sales FROM '{path}' (on_error 'store')");
        await AssertOneRowAsync(
            cluster, $"{path} 543211 amount city,many", "SELECT file, line, column_name, raw_text FROM sales_rejects");
        await AssertOneRowAsync(cluster, "599999", "SELECT count(*) FROM sales");
    }

    [Fact]
    public async Task What_a_client_sends_is_read_by_workers()
    {
        await using TestCluster cluster = await StartAsync(Create);
        string path = await ExportAsync("sales.csv", 600_000);
        using Engine.Connection connection = cluster.Connect();
        await using FileStream input = File.OpenRead(path);
        connection.CopyInput = input;
        await connection.RunAsync("COPY sales FROM STDIN (FORMAT csv, HEADER)");
        await AssertOneRowAsync(cluster, "600000 600000", "SELECT count(*), count(DISTINCT amount) FROM sales");
        AssertReadByWorkers(cluster, 600_000);
    }

    [Fact]
    public async Task A_worker_that_dies_while_files_are_sent_to_it_is_replaced()
    {
        await using TestCluster cluster = await StartAsync(Create, 4);
        string path = await ExportAsync("sales.csv", 900_000);
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Workers[2].Files.Fault = call =>
        {
            if (call.Path.StartsWith(StorePaths.Spill, StringComparison.Ordinal)) sent.TrySetResult();
            return FileFault.None;
        };
        Task load = cluster.RunAsync($"COPY sales FROM '{path}'");
        await sent.Task;
        await cluster.KillAsync(cluster.Workers[2]);
        await load;
        await AssertOneRowAsync(cluster, "900000 900000", "SELECT count(*), count(DISTINCT amount) FROM sales");
        cluster.AssertCopies("sales", 2);
    }

    [Fact]
    public async Task A_worker_without_room_for_what_is_sent_is_replaced()
    {
        await using TestCluster cluster = await StartAsync(Create, 4);
        string path = await ExportAsync("sales.csv", 600_000);
        cluster.Workers[1].Files.Fault = call => call.Path.StartsWith(StorePaths.Spill, StringComparison.Ordinal)
            ? FileFault.DiskFull : FileFault.None;
        await cluster.RunAsync($"COPY sales FROM '{path}'");
        await AssertOneRowAsync(cluster, "600000 600000", "SELECT count(*), count(DISTINCT amount) FROM sales");
        Assert.Equal(0, cluster.Workers[1].LoadedRows);
    }

    /// <summary>The disk of a machine without the coordinator's files.</summary>
    private sealed class NoFiles : IInputFiles
    {
        public IReadOnlyList<string> Expand(string pattern) => throw Absent(pattern);

        public IInputFile Open(string path) => throw Absent(path);

        private static StorageException Absent(string path) => new("No such file", path);
    }
}
