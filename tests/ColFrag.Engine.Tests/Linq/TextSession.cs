using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Linq;

/// <summary>A session that takes texts only, as a remote one does.</summary>
sealed class TextSession(Connection inner) : ISession
{
    public string DataSource => inner.DataSource;

    public TransactionStatus TransactionStatus => inner.TransactionStatus;

    public Stream? CopyInput { get; set; }

    public Stream? CopyOutput { get; set; }

    public StatementOptions Options { get; set; } = StatementOptions.Default;

    public IEnumerable<(string Name, string Value)> ReportedSettings => inner.ReportedSettings;

    public Action<string, string>? SettingChanged { get; set; }

    public Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
        inner.ExecuteAsync(sql, parameters, cancellationToken);

    public Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null,
        CancellationToken cancellationToken = default) =>
        inner.PrepareAsync(sql, parameterTypes, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
