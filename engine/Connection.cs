using ColFrag.Engine.Sessions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine;

/// <summary>A conversation with a <see cref="Database"/> in this process. For one caller at a time.</summary>
public sealed partial class Connection : ISession, IStatementSession, IDisposable
{
    private readonly Session _session;

    internal Connection(Session session) => _session = session;

    /// <inheritdoc/>
    public string DataSource => _session.DataSource;

    /// <inheritdoc/>
    public TransactionStatus TransactionStatus => _session.TransactionStatus;

    /// <inheritdoc/>
    public Stream? CopyInput
    {
        get => _session.CopyInput;
        set => _session.CopyInput = value;
    }

    /// <inheritdoc/>
    public Stream? CopyOutput
    {
        get => _session.CopyOutput;
        set => _session.CopyOutput = value;
    }

    /// <inheritdoc/>
    public StatementOptions Options
    {
        get => _session.Options;
        set => _session.Options = value;
    }

    /// <inheritdoc/>
    public IEnumerable<(string Name, string Value)> ReportedSettings => _session.ReportedSettings;

    /// <inheritdoc/>
    public Action<string, string>? SettingChanged
    {
        get => _session.SettingChanged;
        set => _session.SettingChanged = value;
    }

    /// <inheritdoc/>
    public async Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        return new DetachedResult(await _session.ExecuteAsync(sql, parameters, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null,
        CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        return new DetachedStatement(await _session.PrepareAsync(sql, parameterTypes, cancellationToken));
    }

    /// <summary>Runs one statement to its end and returns how many rows it changed, -1 where it changes none.</summary>
    public async Task<long> RunAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        await using QueryResult result = await ExecuteAsync(sql, parameters, cancellationToken);
        while (await result.ReadAsync(cancellationToken) is not null)
        {
        }
        return result.RowsAffected;
    }

    /// <summary>Runs one query and returns all its rows; for small results.</summary>
    public async Task<IReadOnlyList<Value[]>> QueryAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        await NoContext.Enter;
        await using QueryResult result = await ExecuteAsync(sql, parameters, cancellationToken);
        List<Value[]> rows = [];
        while (await result.ReadAsync(cancellationToken) is { } batch)
        {
            for (int r = 0; r < batch.RowCount; r++)
            {
                Value[] row = new Value[batch.ColumnCount];
                for (int c = 0; c < row.Length; c++) row[c] = batch.GetValue(c, r);
                rows.Add(row);
            }
        }
        return rows;
    }

    async Task<QueryResult> IStatementSession.ExecuteAsync(
        Statement statement, IReadOnlyList<Value> parameters, CancellationToken cancellationToken)
    {
        await NoContext.Enter;
        return new DetachedResult(await _session.ExecuteAsync(statement, parameters, null, cancellationToken));
    }

    /// <summary>Ends the conversation; an open transaction is rolled back.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await NoContext.Enter;
        await _session.DisposeAsync();
    }
}
