using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Loading;

/// <summary>What a load will do, known before it changes anything.</summary>
/// <param name="Files">The files, patterns expanded, in order.</param>
/// <param name="FileSchema">The columns that the files have.</param>
/// <param name="TableSchema">The columns of the table; null where it is made.</param>
/// <param name="RowEstimate">How many rows there are; null where nobody knows before they are read.</param>
/// <param name="IsExact">True when the estimate is the number.</param>
/// <param name="Bytes">Bytes of all files; null for streams.</param>
sealed record LoadPlan(
    IReadOnlyList<string> Files, Schema FileSchema, Schema? TableSchema, long? RowEstimate, bool IsExact, long? Bytes)
{
    /// <summary>True where the one file keeps what came in by standard input.</summary>
    public bool IsStandardInput { get; init; }

    /// <summary>Options that COPY takes and readers do not.</summary>
    private static readonly string[] s_copyOptions = ["load_id", "rejects_table", "on_error", "max_errors"];

    /// <summary>Looks at the files and the table.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="files">The files.</param>
    /// <param name="session">Where the table is; null where there is no database yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LoadPlan> MakeAsync(
        LoadRequest request, IReadOnlyList<string> files, ISession? session, CancellationToken cancellationToken)
    {
        Schema? table = session is null ? null : await FindTableAsync(request, session, cancellationToken);
        // One reader behind every entry: what a query would say about the files decides.
        await using Database scratch = await Database.OpenAsync(
            ":memory:", new DatabaseOptions { Threads = 1 }, cancellationToken);
        using Connection connection = scratch.Connect();
        string list = string.Join(", ", files.Select(SqlNames.QuoteString));
        string options = string.Concat(request.OptionsSql(" = ", s_copyOptions).Select(option => ", " + option));
        await using IPreparedStatement query = await connection.PrepareAsync(
            $"SELECT * FROM {request.ReaderOf(files[0])}([{list}]{options})", null, cancellationToken);
        Schema schema = query.Schema;
        List<KeyValuePair<string, Value>> values = [];
        foreach ((string name, string sql) in request.Options)
        {
            if (s_copyOptions.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
            IReadOnlyList<Value[]> value = await connection.QueryAsync($"SELECT {sql}", null, cancellationToken);
            values.Add(KeyValuePair.Create(name, value[0][0]));
        }
        FileFormat? format = request.Format is null ? null : FileFormats.ParseOrThrow(request.Format);
        using ITableSource source = TableSources.Open(files, format, new SourceOptions(values), new SourceContext());
        return new LoadPlan(files, schema, table, source.RowCountEstimate, source.IsRowCountExact, source.LengthBytes);
    }

    /// <summary>The files that patterns name.</summary>
    /// <exception cref="StorageException">A file is absent.</exception>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> patterns) =>
        [.. patterns.SelectMany(LocalInputFiles.Instance.Expand)];

    /// <summary>The statement that makes the table.</summary>
    public string CreateSql(LoadRequest request)
    {
        IEnumerable<string> columns = FileSchema.Fields.Select(f => $"    {SqlNames.Write(f.Name)} {f.Type}");
        string options = request.TableOptions.Count == 0 ? "" : $"\nWITH ({string.Join(", ", request.TableOptions)})";
        return $"CREATE TABLE {request.TableSql} (\n{string.Join(",\n", columns)}\n){options}";
    }

    /// <summary>What is wrong between files and table; null when nothing is.</summary>
    public string? Mismatch()
    {
        if (TableSchema is null) return null;
        string[] unknown = [.. FileSchema.Fields.Select(f => f.Name).Where(n => TableSchema.IndexOf(n) < 0)];
        if (unknown.Length == 0 || FileSchema.Count == TableSchema.Count) return null;
        string columns = string.Join(", ", TableSchema.Fields.Select(f => f.Name));
        string count = FileSchema.Count.ToString(CultureInfo.InvariantCulture);
        return $"the files have {count} columns, among them {string.Join(", ", unknown)}; the table has {columns}";
    }

    private static async Task<Schema?> FindTableAsync(
        LoadRequest request, ISession session, CancellationToken cancellationToken)
    {
        try
        {
            await using IPreparedStatement all = await session.PrepareAsync(
                $"SELECT * FROM {request.TableSql}", null, cancellationToken);
            return all.Schema;
        }
        catch (ColFragException error) when (error.SqlState == SqlStates.UndefinedTable)
        {
            return null;
        }
    }
}
