using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Sql.Tests.Comparing;

/// <summary>What counts as equal in a column.</summary>
enum ColumnNature
{
    /// <summary>Equal texts.</summary>
    Exact,

    /// <summary>Equal numbers, whatever zeros end them.</summary>
    Number,

    /// <summary>Doubles: equal within the tolerance of sums.</summary>
    Approximate,
}

/// <summary>An answer as texts, so that those of different programs can be compared.</summary>
sealed record ResultTable(
    IReadOnlyList<string> Names, IReadOnlyList<LogicalType?> Types, IReadOnlyList<ColumnNature> Natures,
    IReadOnlyList<string?[]> Rows)
{
    /// <summary>Runs a query of ours and takes all its rows.</summary>
    public static async Task<ResultTable> RunAsync(
        ISession session, string sql, IReadOnlyList<Value>? parameters = null,
        CancellationToken cancellationToken = default)
    {
        await using QueryResult result = await session.ExecuteAsync(sql, parameters, cancellationToken);
        return await ReadAsync(result, cancellationToken);
    }

    /// <summary>Takes all rows of a result.</summary>
    public static async Task<ResultTable> ReadAsync(QueryResult result, CancellationToken cancellationToken = default)
    {
        List<string?[]> rows = [];
        while (await result.ReadAsync(cancellationToken) is { } batch)
        {
            for (int r = 0; r < batch.RowCount; r++)
            {
                string?[] row = new string?[batch.ColumnCount];
                for (int c = 0; c < row.Length; c++)
                {
                    Value value = batch.GetValue(c, r);
                    row[c] = value.IsNull ? null : value.ToString();
                }
                rows.Add(row);
            }
        }
        return new ResultTable(
            [.. result.Schema.Fields.Select(f => f.Name)], [.. result.Schema.Fields.Select(f => f.Type)],
            [.. result.Schema.Fields.Select(f => NatureOf(f.Type))], rows);
    }

    private static ColumnNature NatureOf(LogicalType type) => type.IsFloat ? ColumnNature.Approximate
        : type.Kind == TypeKind.Decimal ? ColumnNature.Number
        : ColumnNature.Exact;
}
