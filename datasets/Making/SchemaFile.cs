using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Datasets.Making;

/// <summary>The schema.sql files of the folders, which travel in the program.</summary>
internal static class SchemaFile
{
    /// <summary>The statements that create a data set's tables, without those that fill them.</summary>
    public static string Of(string dataset)
    {
        using Stream stream =
            typeof(SchemaFile).Assembly.GetManifestResourceStream($"ColFrag.Datasets.{dataset}/schema.sql")!;
        using StreamReader reader = new(stream);
        IEnumerable<string> lines = reader.ReadToEnd().TrimEnd().Split('\n');
        return string.Join('\n', lines.Where(line => !line.StartsWith("COPY ", StringComparison.Ordinal))).TrimEnd();
    }

    /// <summary>
    /// The columns of a data set of one table, whose file has one of a line: <c>    name TYPE NOT NULL,</c>.
    /// </summary>
    public static IEnumerable<Field> Columns(string dataset) =>
        from line in Of(dataset).Split('\n')
        where line.StartsWith("    ", StringComparison.Ordinal)
        let words = line.TrimEnd(',').Split(' ', StringSplitOptions.RemoveEmptyEntries)
        let isNullable = !line.Contains("NOT NULL", StringComparison.Ordinal)
        select new Field(words[0], TypeOf(words[1]), isNullable);

    private static LogicalType TypeOf(string name) => name switch
    {
        "SMALLINT" => LogicalType.SmallInt,
        "INTEGER" => LogicalType.Integer,
        "BIGINT" => LogicalType.BigInt,
        "VARCHAR" => LogicalType.Varchar,
        "DATE" => LogicalType.Date,
        "TIMESTAMP" => LogicalType.Timestamp,
        _ => throw Invariant.Unreachable($"type {name}"),
    };
}
