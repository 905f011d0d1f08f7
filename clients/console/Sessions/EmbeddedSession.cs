using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Sessions;

/// <summary>The only session of a database in this process: closing it closes the database.</summary>
/// <param name="database">The database.</param>
/// <param name="door">Where other programs get sessions of it; null for nowhere.</param>
sealed class EmbeddedSession(Database database, FolderDoor? door = null) : ISession
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

    public StatementOptions Options
    {
        get => _connection.Options;
        set => _connection.Options = value;
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
        if (door is not null) await door.DisposeAsync();
        await _connection.DisposeAsync();
        await database.DisposeAsync();
    }
}
