using System.Globalization;
using System.Text;

namespace ColFrag.Benchmarks.Suites;

/// <summary>
/// Bytes that the same rows take: each table in a folder of its own, each column where the engine tells it.
/// </summary>
internal static class StorageReport
{
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
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"## Storage: {suite.Dataset}\n\n");
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
                string cells = string.Join(" | ", telling.Select(e => string.Create(
                    CultureInfo.InvariantCulture, $"{columns[(e.Name, table.Name)].GetValueOrDefault(column):N0}")));
                text.Append(CultureInfo.InvariantCulture, $"| {table.Name}.{column} | {cells} |\n");
            }
        }
        return text.Append('\n').ToString();

        string Cells(Func<Engine, long> bytes) => string.Join(
            " | ", engines.Select(e => string.Create(CultureInfo.InvariantCulture, $"{bytes(e):N0}")));
    }
}
