using ColFrag.Engine.Types;
using ColFrag.Sql.Tests.Comparing;

namespace ColFrag.Sql.Tests.Generated;

/// <summary>What psql prints for generated queries, in our words.</summary>
static class PostgresTranslation
{
    /// <summary>The answer of a query whose columns have these kinds.</summary>
    public static ResultTable Table(string?[][] rows, IReadOnlyList<GeneratedColumn> columns) => new(
        [.. columns.Select(c => c.Name)], new LogicalType?[columns.Count], [.. columns.Select(c => NatureOf(c.Kind))],
        [.. rows.Select(row => row.Select((v, c) => columns[c].Kind == ValueKind.Boolean ? Truth(v) : v).ToArray())]);

    private static ColumnNature NatureOf(ValueKind kind) => kind switch
    {
        ValueKind.Double => ColumnNature.Approximate,
        ValueKind.Decimal => ColumnNature.Number,
        _ => ColumnNature.Exact,
    };

    private static string? Truth(string? value) => value switch
    {
        "t" => "true",
        "f" => "false",
        _ => value,
    };
}
