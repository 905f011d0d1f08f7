using ColFrag.Datasets.Making;
using ColFrag.Engine;
using ColFrag.Engine.Vectors;

namespace ColFrag.Datasets.Tests;

/// <summary>
/// Every data set, written in every format and loaded by the schema.sql beside it, has the rows that were made.
/// </summary>
public sealed class DatasetFormatTests
{
    private static readonly Dictionary<string, double> s_scales = new()
    {
        ["tpch"] = 0.001, ["hits"] = 0.005, ["h2o"] = 0.1, ["users"] = 0.01, ["flights"] = 1,
    };

    public static TheoryData<string> Names => [.. DatasetCatalog.All.Select(d => d.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_format_reads_back_the_rows_that_were_made(string name)
    {
        Dataset dataset = DatasetCatalog.Named(name);
        IReadOnlyList<TableGenerator> tables = dataset.Tables(s_scales[name]);
        foreach (DatasetFormat format in Enum.GetValues<DatasetFormat>())
        {
            if (format == DatasetFormat.Tbl && !dataset.HasTbl) continue;
            using TemporaryFolder folder = new();
            DatasetWriter writer = new(folder.Path, format, threads: 2);
            foreach (TableGenerator table in tables) await writer.WriteAsync(table);
            await writer.WriteSchemaAsync(dataset.Schema(), tables);
            await using Database database = await LoadAsync(folder.Path);
            using Connection connection = database.Connect();
            foreach (TableGenerator table in tables)
            {
                List<string> expected = RowsMade(table);
                List<string> rows = await RowsAsync(connection, $"SELECT * FROM {table.Name}");
                expected.Sort(StringComparer.Ordinal);
                rows.Sort(StringComparer.Ordinal);
                Assert.True(expected.Count > 0, table.Name);
                Assert.Equal(expected, rows);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_table_of_schema_sql_has_the_columns_that_are_made(string name)
    {
        Dataset dataset = DatasetCatalog.Named(name);
        await using Database database = await Database.OpenAsync(":memory:");
        using Connection connection = database.Connect();
        foreach (string statement in Statements(dataset.Schema())) await connection.RunAsync(statement);
        foreach (TableGenerator table in dataset.Tables(s_scales[name]))
        {
            await using QueryResult result = await connection.ExecuteAsync($"SELECT * FROM {table.Name}");
            Assert.Equal(ColumnsOf(table.Schema), ColumnsOf(result.Schema));
        }
    }

    private static async Task<Database> LoadAsync(string folder)
    {
        Database database = await Database.OpenAsync(":memory:");
        using Connection connection = database.Connect();
        string script = await File.ReadAllTextAsync(Path.Combine(folder, "schema.sql"));
        // The script is run in the folder; a test cannot go there, because others run beside it.
        script = script.Replace(" FROM '", $" FROM '{folder}/", StringComparison.Ordinal);
        foreach (string statement in Statements(script)) await connection.RunAsync(statement);
        return database;
    }

    private static IEnumerable<string> ColumnsOf(Engine.Types.Schema schema) =>
        schema.Fields.Select(f => $"{f.Name} {f.Type}");

    private static IEnumerable<string> Statements(string script) =>
        script.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static List<string> RowsMade(TableGenerator table)
    {
        List<string> rows = [];
        for (long piece = 0; piece < table.PieceCount; piece++)
        {
            using RowBlock block = new(table.Schema);
            table.Make(piece, block);
            foreach (Batch batch in block.Batches)
            {
                for (int row = 0; row < batch.Count; row++)
                {
                    rows.Add(string.Join('|', batch.Columns.Select(c => c.GetValue(row))));
                }
            }
        }
        return rows;
    }

    private static async Task<List<string>> RowsAsync(Connection connection, string sql)
    {
        List<string> rows = [];
        await using QueryResult result = await connection.ExecuteAsync(sql);
        while (await result.ReadAsync() is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                rows.Add(string.Join('|', Enumerable.Range(0, batch.ColumnCount).Select(c => batch.GetValue(c, row))));
            }
        }
        return rows;
    }
}
