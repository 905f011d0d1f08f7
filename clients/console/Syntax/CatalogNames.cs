using System.Text;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Syntax;

/// <summary>
/// Names of tables, columns and functions for completion. Asked from the database when first needed and after each
/// statement that may have changed them; without a database, or where it cannot answer, completion has keywords.
/// </summary>
sealed class CatalogNames(Func<ISession>? session)
{
    /// <summary>What the database is asked.</summary>
    internal const string ColumnsQuery =
        "SELECT table_name, column_name FROM information_schema.columns " +
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_name, ordinal_position";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private Dictionary<string, List<string>>? _columns;
    private List<string>? _functions;

    /// <summary>Tables and views.</summary>
    public IEnumerable<string> Tables => Columns.Keys;

    /// <summary>Columns of each table.</summary>
    public Dictionary<string, List<string>> Columns => _columns ??= ReadColumns();

    public IReadOnlyList<string> Functions => _functions ??= ReadFunctions();

    /// <summary>Forgets what may have changed.</summary>
    public void Forget() => _columns = null;

    private Dictionary<string, List<string>> ReadColumns()
    {
        Dictionary<string, List<string>> columns = new(StringComparer.OrdinalIgnoreCase);
        foreach (string[] row in Read(ColumnsQuery))
        {
            if (!columns.TryGetValue(row[0], out List<string>? list)) columns[row[0]] = list = [];
            list.Add(row[1]);
        }
        return columns;
    }

    private List<string> ReadFunctions() => [.. Read("SHOW FUNCTIONS").Select(row => row[0])
        .Where(name => name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_')).Distinct()];

    /// <summary>The texts of a short result; nothing where the statement fails or takes too long.</summary>
    private List<string[]> Read(string sql)
    {
        if (session is null) return [];
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            return Task.Run(() => ReadAsync(session(), sql, patience.Token)).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is ColFragException or OperationCanceledException)
        {
            return [];
        }
    }

    private static async Task<List<string[]>> ReadAsync(
        ISession session, string sql, CancellationToken cancellationToken)
    {
        List<string[]> rows = [];
        // In a failed transaction nothing can be asked, and asking must not change the state that the user sees.
        if (session.TransactionStatus == TransactionStatus.Failed) return rows;
        await using QueryResult result = await session.ExecuteAsync(sql, null, cancellationToken);
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                rows.Add([.. Enumerable.Range(0, batch.ColumnCount).Select(column =>
                    batch.IsNull(column, row) ? "" : Encoding.UTF8.GetString(batch.GetUtf8(column, row)))]);
            }
        }
        return rows;
    }
}
