using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ColFrag.Datasets;
using ColFrag.Datasets.Making;
using ColFrag.Engine.Types;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Suites;

/// <summary>A table to load: what an engine is told of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">The columns that it is sorted by, where engines can; may be empty.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="File">The Parquet file of its rows.</param>
internal sealed record SuiteTable(string Name, string Key, IReadOnlyList<Field> Columns, string File)
{
    /// <summary>The request that loads it.</summary>
    public JsonObject LoadRequest() => new()
    {
        ["op"] = "load",
        ["table"] = new JsonObject
        {
            ["name"] = Name,
            ["key"] = Key,
            ["cols"] = new JsonArray([.. Columns.Select(c => new JsonObject
            {
                ["name"] = c.Name, ["type"] = c.Type.ToString(),
            })]),
            ["format"] = "parquet",
            ["file"] = File,
        },
    };
}

/// <summary>Tables and the questions that are asked of them.</summary>
/// <param name="Name">The name on the command line, and of the folder of its queries.</param>
/// <param name="Dataset">The data set of its tables.</param>
/// <param name="Scale">The scale unless told.</param>
/// <param name="Title">What it is, for the report.</param>
internal sealed record BenchmarkSuite(string Name, string Dataset, double Scale, string Title)
{
    public static IReadOnlyList<BenchmarkSuite> All { get; } =
    [
        new("tpch", "tpch", 1, "TPC-H's 22 queries"),
        new("clickbench", "hits", 5, "ClickBench's 43 queries over a synthetic table of hits"),
        new("h2o", "h2o", 10, "db-benchmark's questions of grouping (1-10) and joining (11-15)")
            { KeepsResults = true },
    ];

    /// <summary>True when results go into a table of the session, as db-benchmark does, not to the caller.</summary>
    public bool KeepsResults { get; init; }

    /// <summary>The tables with their files, which are made where they are absent.</summary>
    public async Task<IReadOnlyList<SuiteTable>> TablesAsync(double scale, string folder, TextWriter log)
    {
        Dataset dataset = DatasetCatalog.Named(Dataset);
        DatasetWriter writer = new(folder, DatasetFormat.Parquet, Environment.ProcessorCount);
        List<SuiteTable> tables = [];
        foreach (TableGenerator table in dataset.Tables(scale))
        {
            string file = Path.Combine(folder, $"{table.FileName}.parquet");
            if (!File.Exists(file))
            {
                await log.WriteLineAsync($"making {file}").ConfigureAwait(false);
                await writer.WriteAsync(table).ConfigureAwait(false);
            }
            Match order = TableOrder(table.Name).Match(dataset.Schema());
            string key = order.Groups[1].Value;
            tables.Add(new SuiteTable(table.Name, key, table.Schema.Fields, Path.GetFullPath(file)));
        }
        return tables;
    }

    /// <summary>The queries that an engine is asked: its own variant NN.engine.sql where there is one.</summary>
    public IReadOnlyList<(string Id, string Sql)> Queries(string engine, IReadOnlyList<string> only)
    {
        string folder = Repository.PathOf("tests", "ColFrag.Benchmarks", "queries", Name);
        return
        [
            .. from file in Directory.GetFiles(folder, "??.sql").Order(StringComparer.Ordinal)
               let id = Path.GetFileNameWithoutExtension(file)
               where only.Count == 0 || only.Contains(id)
               let own = Path.Combine(folder, $"{id}.{engine}.sql")
               select (id, File.ReadAllText(File.Exists(own) ? own : file).Trim().TrimEnd(';')),
        ];
    }

    /// <summary>
    /// The same question with an order that leaves no ties, for comparing answers where a LIMIT cuts through them; null
    /// where there is none.
    /// </summary>
    public string? WithoutTies(string id)
    {
        string file = Repository.PathOf("tests", "ColFrag.Benchmarks", "queries", Name, $"{id}.ties.sql");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    // The ORDER BY of one CREATE TABLE in a schema.sql.
    private static Regex TableOrder(string table) =>
        new($@"CREATE TABLE {Regex.Escape(table)} \([^;]*?\n\) ORDER BY \(([^)]*)\);", RegexOptions.None);
}
