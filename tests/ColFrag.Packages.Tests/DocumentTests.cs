using System.Data.Common;
using System.Text.RegularExpressions;
using Apache.Arrow.C;
using Apache.Arrow.Ipc;
using ColFrag.Data;
using ColFrag.Engine;
using ColFrag.Packages.Tests.Messages;
using MessagePack;
using Microsoft.Data.Analysis;
using Parquet;
using Parquet.Schema;

namespace ColFrag.Packages.Tests;

/// <summary>The examples of <c>docs/dependencies.md</c>, which are parts of this file.</summary>
public sealed partial class DocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-examples-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_example_is_a_part_of_a_test()
    {
        string document = File.ReadAllText(Repository.PathOf("docs", "dependencies.md"));
        string tests = Plain(File.ReadAllText(Repository.PathOf("tests", "ColFrag.Packages.Tests", "DocumentTests.cs")));
        string[] examples = [.. Example().Matches(document).Select(match => Plain(match.Groups[1].Value))];
        Assert.Equal(4, examples.Length);
        Assert.All(examples, example => Assert.Contains(example, tests, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_data_frame_is_filled_from_a_reader()
    {
        await using ColFragConnection connection = new("Data Source=:memory:;Clr Types=Basic");
        await connection.OpenAsync();
        await using ColFragCommand command = new("SELECT 'Oslo' AS city, 12.5 AS amount", connection);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        DataFrame frame = await DataFrame.LoadFrom(reader);
        Assert.Equal(["Oslo", 12.5m], frame.Rows[0]);
    }

    [Fact]
    public async Task Parquet_Net_reads_a_file()
    {
        string path = Path.Combine(_folder, "flights.parquet");
        await using Database database = Database.Open(":memory:");
        await using Connection connection = database.Connect();
        await connection.RunAsync(
            $"COPY (SELECT i AS delay FROM range(1000) t(i)) TO '{path}' (parquet_version 'V1')");

        using Stream file = File.OpenRead(path);
        await using ParquetReader reader = await ParquetReader.CreateAsync(file);
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        DataField field = reader.Schema.DataFields[0];
        long?[] delays = new long?[group.RowCount];
        await group.ReadAsync<long>(field, delays);

        Assert.Equal(499_500, delays.Sum());
    }

    [Fact]
    public async Task Apache_Arrow_takes_a_result()
    {
        await using Database database = Database.Open(":memory:");
        await using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE trips AS SELECT i AS id FROM range(1000) t(i)");
        using IArrowArrayStream rows = Export(await connection.ExecuteAsync("SELECT * FROM trips"));
        long count = 0;
        while (await rows.ReadNextRecordBatchAsync() is { } batch)
        {
            using (batch) count += batch.Length;
        }
        Assert.Equal(1_000, count);
    }

    [Fact]
    public void MessagePack_reads_a_control_message()
    {
        byte[] frameBody = MessagePackSerializer.Serialize(new Heartbeat(7, 1, 2, 3, 4));
        Heartbeat heartbeat = MessagePackSerializer.Deserialize<Heartbeat>(frameBody);
        Assert.Equal(7, heartbeat.Worker);
    }

    private static unsafe IArrowArrayStream Export(QueryResult result)
    {
        CArrowArrayStream* stream = CArrowArrayStream.Create();
        result.ExportArrowStream((nint)stream);
        IArrowArrayStream rows = CArrowArrayStreamImporter.ImportArrayStream(stream);
        CArrowArrayStream.Free(stream);
        return rows;
    }

    // Without line ends and indentation.
    private static string Plain(string text) => Blanks().Replace(text, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
