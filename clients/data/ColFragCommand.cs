using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine;

namespace ColFrag.Data;

/// <summary>One statement or several, with parameters that are never put into the text.</summary>
public sealed class ColFragCommand : DbCommand
{
    private readonly ColFragParameterCollection _parameters = [];
    private readonly Lock _lock = new();
    private CancellationTokenSource? _running;
    private string _text = "";
    private int? _timeout;

    /// <summary>A command without text.</summary>
    public ColFragCommand()
    {
    }

    /// <summary>A command of a connection.</summary>
    public ColFragCommand(string commandText, ColFragConnection? connection = null)
    {
        CommandText = commandText;
        Connection = connection;
    }

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText { get => _text; set => _text = value ?? ""; }

    /// <inheritdoc/>
    public override int CommandTimeout
    {
        get => _timeout ?? Connection?.CommandTimeout ?? 0;
        set => _timeout = value >= 0 ? value
            : throw new ArgumentException("A timeout is 0 or more seconds.", nameof(value));
    }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text) throw new NotSupportedException($"{value} is not supported: write SQL.");
        }
    }

    /// <summary>
    /// Consistency, acknowledgement and progress of its statements, where these are not the session's. Inside a
    /// transaction only progress can be chosen.
    /// </summary>
    public StatementOptions Options { get; set; } = StatementOptions.Default;

    /// <summary>The connection.</summary>
    public new ColFragConnection? Connection { get; set; }

    /// <summary>The parameters.</summary>
    public new ColFragParameterCollection Parameters => _parameters;

    /// <inheritdoc/>
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc/>
    public override UpdateRowSource UpdatedRowSource { get; set; }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => Connection;
        set => Connection = (ColFragConnection?)value;
    }

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => _parameters;

    /// <inheritdoc/>
    protected override DbTransaction? DbTransaction { get; set; }

    /// <inheritdoc/>
    public override void Cancel()
    {
        lock (_lock) _running?.Cancel();
    }

    /// <inheritdoc/>
    public override void Prepare() => RequireConnection();

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => ExecuteNonQueryAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        DbDataReader reader =
            await ExecuteDbDataReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
            }
        }
        return reader.RecordsAffected;
    }

    /// <inheritdoc/>
    public override object? ExecuteScalar() => ExecuteScalarAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        DbDataReader reader =
            await ExecuteDbDataReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            bool hasRow = reader.FieldCount > 0 && await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            object? value = hasRow ? reader.GetValue(0) : null;
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
            }
            return value;
        }
    }

    /// <inheritdoc/>
    protected override DbParameter CreateDbParameter() => new ColFragParameter();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        ExecuteDbDataReaderAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken)
    {
        ColFragConnection connection = RequireConnection();
        IEnumerable<PendingStatement> statements =
            PendingStatement.Of(_text, _parameters).Select(s => s with { Options = Options });
        CancellationTokenSource stop = new();
        if (CommandTimeout > 0) stop.CancelAfter(TimeSpan.FromSeconds(CommandTimeout));
        lock (_lock) _running = stop;
        ColFragDataReader reader = new(connection, statements, behavior, stop)
        {
            Operation = ClientTelemetry.Begin(connection, _text),
        };
        await reader.StartAsync(cancellationToken).ConfigureAwait(false);
        return reader;
    }

    private ColFragConnection RequireConnection()
    {
        if (Connection is not { State: ConnectionState.Open } connection)
            throw new InvalidOperationException("The command has no open connection.");
        return connection;
    }
}
