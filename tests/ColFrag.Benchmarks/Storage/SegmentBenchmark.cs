using System.Collections.Immutable;
using System.Diagnostics;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Benchmarks.Storage;

/// <summary>
/// Writes the rows of a file into segments from batches in memory, and reads them back: bytes per column, encoding and
/// decoding speed.
/// </summary>
internal static class SegmentBenchmark
{
    public static async Task RunAsync(string path, int threads)
    {
        List<Batch> batches = [];
        Schema schema = Load(path, batches);
        long rows = batches.Sum(b => (long)b.Count);
        ImmutableArray<StoredColumn> columns = [.. schema.Fields.Select((f, i) => new StoredColumn(i + 1, f))];
        using ThreadScheduler? scheduler = threads > 1 ? new ThreadScheduler(threads) : null;
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        LocalFileSystem files = new(folder);
        foreach (StoredColumn column in columns)
        {
            // Several times, since the first ones compile; processor time, since others use the machine too.
            double best = double.PositiveInfinity;
            for (int round = 0; round < 6; round++)
            {
                TimeSpan begin = Process.GetCurrentProcess().TotalProcessorTime;
                await WriteAsync(new MemoryFileSystem(), [column], Only(batches, column.Id - 1), null).ConfigureAwait(
                    false);
                best = Math.Min(best, (Process.GetCurrentProcess().TotalProcessorTime - begin).TotalSeconds);
            }
            Console.WriteLine($"  {column.Field.Name,-18}{best * 1e9 / rows,8:F1} ns/row to write");
        }
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        List<SegmentInfo> segments = await WriteAsync(files, columns, batches, scheduler).ConfigureAwait(false);
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        long bytes = segments.Sum(s => s.Bytes), raw = segments.Sum(s => s.RawBytes);
        Console.WriteLine(
            $"{rows:N0} rows, {bytes:N0} bytes of {raw:N0} ({(double)raw / bytes:F2}x), written in {wall.TotalMilliseconds:F0} ms, " +
            $"{processor.TotalMilliseconds:F0} ms of processor, {rows / wall.TotalSeconds / 1e6:F2} M rows/s");
        using StorageCaches caches = new(new MemoryBroker(4L << 30));
        SegmentReader[] readers = [.. segments.Select((s, i) =>
            SegmentReader.Open(files, $"{i}", [(0, s.Groups[0].ManifestHash)], caches))];
        for (int c = 0; c < columns.Length; c++) ReportColumn(readers, columns[c], rows);
        foreach (SegmentReader reader in readers) reader.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Milliseconds to write the rows of a file, which are in memory before, into segments on the disk.
    /// </summary>
    public static async Task<(double Milliseconds, long Rows)> WriteMillisecondsAsync(
        string path, string folder, int threads)
    {
        List<Batch> batches = [];
        Schema schema = Load(path, batches);
        ImmutableArray<StoredColumn> columns = [.. schema.Fields.Select((f, i) => new StoredColumn(i + 1, f))];
        using ThreadScheduler? scheduler = threads > 1 ? new ThreadScheduler(threads) : null;
        // A first time for the compiler.
        await WriteAsync(new MemoryFileSystem(), columns, batches[..Math.Min(batches.Count, 200)], scheduler)
            .ConfigureAwait(false);
        Directory.CreateDirectory(folder);
        long start = Stopwatch.GetTimestamp();
        await WriteAsync(new LocalFileSystem(folder), columns, batches, scheduler).ConfigureAwait(false);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Directory.Delete(folder, recursive: true);
        return (milliseconds, batches.Sum(b => (long)b.Count));
    }

    private static Schema Load(string path, List<Batch> batches)
    {
        using ITableSource source = TableSources.Open(
            [path], null, new SourceOptions(), new SourceContext());
        int[] all = [.. Enumerable.Range(0, source.Schema.Count)];
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using IPieceReader reader = source.OpenPiece(piece, all, MemoryAccount.Untracked);
            while (true)
            {
                Batch batch = new(source.Schema);
                if (!reader.Read(batch, default)) break;
                batches.Add(batch);
            }
        }
        return source.Schema;
    }

    private static List<Batch> Only(List<Batch> batches, int column) =>
        [.. batches.Select(b => new Batch([b.Columns[column]]) { Count = b.Count })];

    private static async Task<List<SegmentInfo>> WriteAsync(
        IFileSystem files, ImmutableArray<StoredColumn> columns, List<Batch> batches, IScheduler? scheduler)
    {
        List<SegmentInfo> segments = [];
        SegmentWriter? writer = null;
        foreach (Batch batch in batches)
        {
            if (writer is not null && writer.Remaining < batch.Count)
            {
                segments.Add(await writer.FinishAsync().ConfigureAwait(false));
                await writer.DisposeAsync().ConfigureAwait(false);
                writer = null;
            }
            writer ??= new SegmentWriter(
                files, $"{segments.Count}", new SegmentIdentity(Guid.Empty, 1, 1, segments.Count), columns,
                new SegmentOptions(), MemoryAccount.Untracked, scheduler);
            writer.Append(batch);
        }
        if (writer is not null)
        {
            segments.Add(await writer.FinishAsync().ConfigureAwait(false));
            await writer.DisposeAsync().ConfigureAwait(false);
        }
        return segments;
    }

    private static void ReportColumn(SegmentReader[] readers, StoredColumn column, long rows)
    {
        using ColumnVector vector = new(column.Field.Type);
        double cold = Read(readers, column, vector), warm = double.PositiveInfinity;
        for (int round = 0; round < 5; round++) warm = Math.Min(warm, Read(readers, column, vector));
        ColumnFooter[] footers = [.. readers.Select(r => r.GetFooter(column.Id))];
        string encodings = string.Join(", ", footers.SelectMany(f => f.Blocks)
            .GroupBy(b => string.Join(">", b.Encodings.Select(EncodingRegistry.NameOf)))
            .OrderByDescending(g => g.Count()).Take(3).Select(g => $"{g.Key} x{g.Count()}"));
        Console.WriteLine(
            $"  {column.Field.Name,-18}{column.Field.Type,-16}{footers.Sum(f => f.Bytes),12:N0}{footers.Sum(f => f.RawBytes),14:N0}" +
            $"{cold * 1e9 / rows,8:F2}{warm * 1e9 / rows,8:F3} ns/row  {encodings}");
    }

    private static double Read(SegmentReader[] readers, StoredColumn column, ColumnVector vector)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (SegmentReader segment in readers)
        {
            using ColumnReader reader = segment.OpenColumn(column.Id);
            for (int block = 0; block < segment.BlockCount; block++)
            {
                int count = segment.GetBlockRowCount(block);
                for (int first = 0; first < count; first += segment.VectorRows)
                {
                    reader.ReadVector(block, first, Math.Min(segment.VectorRows, count - first), vector);
                }
            }
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
