using System.Globalization;
using System.Text;
using ColFrag.Benchmarks.Storage;

namespace ColFrag.Benchmarks.Suites;

/// <summary>
/// Bytes that the same rows take: each table in a folder of its own, each column where the engine tells it.
/// </summary>
internal static class StorageReport
{
    /// <summary>What was measured where.</summary>
    public static string Heading(string commit, int threads) => string.Create(CultureInfo.InvariantCulture,
        $"## Storage\n\nBytes after the load, {threads} threads, commit {commit}; {MachineLoad.Describe()}.\n\n");

    public static async Task<string> MarkdownAsync(
        BenchmarkSuite suite, IReadOnlyList<SuiteTable> tables, IReadOnlyList<Engine> engines, string work, int threads,
        TextWriter log)
    {
        Dictionary<(string Engine, string Table), LoadResult> loads = [];
        Dictionary<(string Engine, string Table), IReadOnlyDictionary<string, long>> columns = [];
        foreach (Engine engine in engines)
        {
            foreach (SuiteTable table in tables)
            {
                string folder = Path.Combine(work, $"storage-{engine.Name}");
                using (EngineRun run = new(engine, folder, threads))
                {
                    loads[(engine.Name, table.Name)] = await run.LoadAsync([table]).ConfigureAwait(false);
                    columns[(engine.Name, table.Name)] =
                        await run.ColumnBytesAsync(table.Name).ConfigureAwait(false);
                }
                Directory.Delete(folder, recursive: true);
                await log.WriteLineAsync($"{engine.Name}: {table.Name}").ConfigureAwait(false);
            }
        }
        SuiteTable largest = tables.MaxBy(t => new FileInfo(t.File).Length)!;
        string speed = await WriteSpeedAsync(largest, engines, work, threads).ConfigureAwait(false);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"### {suite.Dataset}\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"| table, bytes | Parquet (snappy) | {string.Join(" | ", engines.Select(e => e.Name))} |\n");
        text.Append(CultureInfo.InvariantCulture,
            $"| --- | --: |{string.Concat(Enumerable.Repeat(" --: |", engines.Count))}\n");
        foreach (SuiteTable table in tables)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {table.Name} | {new FileInfo(table.File).Length:N0} | " +
                $"{Cells(e => loads[(e.Name, table.Name)].StoredBytes)} |\n");
        }
        text.Append(CultureInfo.InvariantCulture,
            $"| all | {tables.Sum(t => new FileInfo(t.File).Length):N0} | " +
            $"{Cells(e => tables.Sum(t => loads[(e.Name, t.Name)].StoredBytes))} |\n\n");
        Engine[] telling = [.. engines.Where(e => tables.All(t => columns[(e.Name, t.Name)].Count > 0))];
        text.Append(CultureInfo.InvariantCulture,
            $"| column, bytes | {string.Join(" | ", telling.Select(e => e.Name))} |\n");
        text.Append(CultureInfo.InvariantCulture,
            $"| --- |{string.Concat(Enumerable.Repeat(" --: |", telling.Length))}\n");
        foreach (SuiteTable table in tables)
        {
            foreach (string column in table.Columns.Select(c => c.Name))
            {
                // ClickHouse does not tell where a table is so small that all columns are in one file.
                string cells = string.Join(" | ", telling.Select(e =>
                    columns[(e.Name, table.Name)].GetValueOrDefault(column) is > 0 and long bytes
                        ? bytes.ToString("N0", CultureInfo.InvariantCulture) : "-"));
                text.Append(CultureInfo.InvariantCulture, $"| {table.Name}.{column} | {cells} |\n");
            }
        }
        return text.Append('\n').Append(speed).ToString();

        string Cells(Func<Engine, long> bytes) => string.Join(
            " | ", engines.Select(e => string.Create(CultureInfo.InvariantCulture, $"{bytes(e):N0}")));
    }

    /// <summary>
    /// How fast rows that are in memory get into files: segments from batches, and DuckDB's INSERT … SELECT from a
    /// table in memory with its CHECKPOINT. The better of three, taken in turn.
    /// </summary>
    private static async Task<string> WriteSpeedAsync(
        SuiteTable table, IReadOnlyList<Engine> engines, string work, int threads)
    {
        double own = double.PositiveInfinity, duckDb = double.PositiveInfinity;
        long rows = 0;
        for (int round = 0; round < 3; round++)
        {
            (double milliseconds, rows) = await SegmentBenchmark
                .WriteMillisecondsAsync(table.File, Path.Combine(work, "write"), threads).ConfigureAwait(false);
            own = Math.Min(own, milliseconds);
            foreach (Engine engine in engines.Where(e => e.Name == "duckdb"))
            {
                string folder = Path.Combine(work, "write-duckdb");
                using (EngineRun run = new(engine, folder, threads))
                    duckDb = Math.Min(duckDb, await run.WriteMillisecondsAsync(table).ConfigureAwait(false));
                Directory.Delete(folder, recursive: true);
            }
        }
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"Writing {table.Name} from memory: {rows / own / 1e3:N2} M rows/s in segments");
        return double.IsInfinity(duckDb) ? $"{line}.\n\n" : line + string.Create(
            CultureInfo.InvariantCulture,
            $", {rows / duckDb / 1e3:N2} M rows/s by DuckDB's INSERT … SELECT: {duckDb / own:N2} times as fast.\n\n");
    }
}
