using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Statements and their rows as text, for tests.</summary>
internal static class SessionRows
{
    /// <summary>The rows of a query, each as its values with bars between them.</summary>
    public static async Task<string[]> RowsAsync(this Connection connection, string sql)
    {
        await using QueryResult result = await connection.ExecuteAsync(sql);
        List<string> rows = [];
        while (await result.ReadAsync() is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                rows.Add(string.Join(
                    '|', Enumerable.Range(0, batch.ColumnCount).Select(c => Text(batch.GetValue(c, row)))));
            }
        }
        return [.. rows];
    }

    /// <summary>Runs a statement that must fail, and gives its SQLSTATE.</summary>
    public static async Task<string> FailAsync(this Connection connection, string sql) =>
        (await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync(sql))).SqlState;

    private static string Text(Value value) => value.IsNull ? "NULL" : value.ToString();
}
