using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Sessions;

/// <summary>The only session of a database in this process: closing it closes the database.</summary>
sealed class EmbeddedSession(Database database) : ISession
{
    private readonly Connection _connection = database.Connect();

    public string DataSource => _connection.DataSource;

    public TransactionStatus TransactionStatus => _connection.TransactionStatus;

    public Stream? CopyInput
    {
        get => _connection.CopyInput;
        set => _connection.CopyInput = value;
    }

    public Stream? CopyOutput
    {
        get => _connection.CopyOutput;
        set => _connection.CopyOutput = value;
    }

    public IEnumerable<(string Name, string Value)> ReportedSettings => _connection.ReportedSettings;

    public Action<string, string>? SettingChanged
    {
        get => _connection.SettingChanged;
        set => _connection.SettingChanged = value;
    }

    /// <summary>A further session of the same database, to look at what this one does; disposed of before it.</summary>
    public ISession ConnectBeside() => database.Connect();

    public Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
        _connection.ExecuteAsync(sql, parameters, cancellationToken);

    public Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null,
        CancellationToken cancellationToken = default) =>
        _connection.PrepareAsync(sql, parameterTypes, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await database.DisposeAsync();
    }
}
