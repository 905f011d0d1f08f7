using System.Globalization;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using ColFrag.Benchmarks.Suites;
using ColFrag.Engine;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;
using Parquet;
using Parquet.Schema;

namespace ColFrag.Benchmarks.Packages;

/// <summary>
/// Every column of lineitem out of a file into memory, by ColFrag and by packages, in turn: the least processor time of
/// some rounds. The Parquet file has encodings that all of them read.
/// </summary>
internal static class FormatBenchmark
{
    /// <summary>Runs all readers.</summary>
    /// <param name="lineitem">lineitem of TPC-H as a Parquet file.</param>
    /// <param name="rounds">Rounds; the best of each reader counts.</param>
    public static async Task RunAsync(string lineitem, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-formats-").FullName;
        string parquet = Path.Combine(folder, "l.parquet"), arrow = Path.Combine(folder, "l.arrow");
        string packed = Path.Combine(folder, "z.arrow");
        try
        {
            await using (Database database = Database.Open(":memory:"))
            await using (Connection connection = database.Connect())
            {
                foreach (string target in (string[])
                    [
                        $"'{parquet}' (parquet_version 'V1', compression snappy)", $"'{arrow}'",
                        $"'{packed}' (compression zstd)",
                    ])
                {
                    await connection.RunAsync($"COPY (SELECT * FROM '{lineitem}') TO {target}").ConfigureAwait(false);
                }
            }
            Console.WriteLine(MachineLoad.Describe());
            Reader[] readers =
            [
                new("Parquet", "ColFrag", () => OwnAsync(ParquetSource.Open([parquet], new(), new SourceContext()))),
                new("Parquet", "Parquet.Net", () => ParquetNetAsync(parquet)),
                new("Parquet", "ParquetSharp (C++)", () => ParquetSharpAsync(parquet)),
                new("Arrow", "ColFrag", () => OwnAsync(ArrowSource.OpenFile(arrow, new SourceContext()))),
                new("Arrow", "Apache.Arrow", () => ApacheAsync(arrow)),
                new("Arrow, zstd", "ColFrag", () => OwnAsync(ArrowSource.OpenFile(packed, new SourceContext()))),
                new("Arrow, zstd", "Apache.Arrow", () => ApacheAsync(packed)),
            ];
            for (int round = 0; round < rounds; round++)
            {
                foreach (Reader reader in readers) await reader.RunAsync().ConfigureAwait(false);
            }
            foreach (Reader reader in readers)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{reader.Format,-14}{reader.Name,-22}{reader.Rows,10} rows{reader.Milliseconds,9:F0} ms"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<long> OwnAsync(ITableSource source)
    {
        long rows = 0;
        using (source)
        using (Batch batch = new(source.Schema))
        {
            int[] columns = [.. Enumerable.Range(0, source.Schema.Count)];
            for (int piece = 0; piece < source.PieceCount; piece++)
            {
                using IPieceReader reader = source.OpenPiece(piece, columns, MemoryAccount.Untracked);
                while (reader.Read(batch, CancellationToken.None)) rows += batch.Count;
            }
        }
        return Task.FromResult(rows);
    }

    private static async Task<long> ApacheAsync(string path)
    {
        using FileStream file = File.OpenRead(path);
        using ArrowFileReader reader = new(file, new CompressionCodecFactory());
        return await CountAsync(reader).ConfigureAwait(false);
    }

    private static async Task<long> ParquetSharpAsync(string path)
    {
        using ParquetSharp.Arrow.FileReader reader = new(path);
        using IArrowArrayStream batches = reader.GetRecordBatchReader();
        return await CountAsync(batches).ConfigureAwait(false);
    }

    private static async Task<long> CountAsync(IArrowArrayStream batches)
    {
        long rows = 0;
        while (await batches.ReadNextRecordBatchAsync().ConfigureAwait(false) is { } batch)
        {
            using (batch) rows += batch.Length;
        }
        return rows;
    }

    private static async Task<long> ParquetNetAsync(string path)
    {
        long rows = 0;
        using FileStream file = File.OpenRead(path);
        await using ParquetReader reader = await ParquetReader.CreateAsync(file).ConfigureAwait(false);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader columns = reader.OpenRowGroupReader(group);
            foreach (DataField field in reader.Schema.DataFields)
                (await columns.ReadRawColumnDataBaseAsync(field).ConfigureAwait(false)).Dispose();
            rows += columns.RowCount;
        }
        return rows;
    }

    private sealed class Reader(string format, string name, Func<Task<long>> read)
    {
        public string Format => format;

        public string Name => name;

        public long Rows { get; private set; }

        public double Milliseconds { get; private set; } = double.MaxValue;

        public async Task RunAsync()
        {
            GC.Collect();
            TimeSpan start = Environment.CpuUsage.TotalTime;
            Rows = await read().ConfigureAwait(false);
            Milliseconds = Math.Min(Milliseconds, (Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
        }
    }
}
