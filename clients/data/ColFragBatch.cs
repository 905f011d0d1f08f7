using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ColFrag.Data;

/// <summary>Several commands that run one after another and are read as one.</summary>
public sealed class ColFragBatch : DbBatch
{
    private readonly ColFragBatchCommandCollection _commands = [];
    private readonly Lock _lock = new();
    private CancellationTokenSource? _running;

    /// <inheritdoc/>
    public override int Timeout { get; set; }

    /// <summary>The commands.</summary>
    public new ColFragBatchCommandCollection BatchCommands => _commands;

    /// <summary>The connection.</summary>
    public new ColFragConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override DbBatchCommandCollection DbBatchCommands => _commands;

    /// <inheritdoc/>
    protected override DbConnection? DbConnection
    {
        get => Connection;
        set => Connection = (ColFragConnection?)value;
    }

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
    public override Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        Prepare();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override int ExecuteNonQuery() => ExecuteNonQueryAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
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
    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default)
    {
        DbDataReader reader =
            await ExecuteDbDataReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetValue(0) : null;
        }
    }

    /// <inheritdoc/>
    protected override DbBatchCommand CreateDbBatchCommand() => new ColFragBatchCommand();

    /// <inheritdoc/>
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
        ExecuteDbDataReaderAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(
        CommandBehavior behavior, CancellationToken cancellationToken)
    {
        ColFragConnection connection = RequireConnection();
        // All texts and values are looked at before the first command runs.
        List<PendingStatement> statements =
            [.. _commands.Items.SelectMany(c => PendingStatement.Of(c.CommandText, c.Parameters))];
        CancellationTokenSource stop = new();
        if (Timeout > 0) stop.CancelAfter(TimeSpan.FromSeconds(Timeout));
        lock (_lock) _running = stop;
        ColFragDataReader reader = new(connection, statements, behavior, stop);
        await reader.StartAsync(cancellationToken).ConfigureAwait(false);
        return reader;
    }

    private ColFragConnection RequireConnection() =>
        Connection is { State: ConnectionState.Open } connection
            ? connection
            : throw new InvalidOperationException("The batch has no open connection.");
}

/// <summary>A command of a batch.</summary>
public sealed class ColFragBatchCommand : DbBatchCommand
{
    private readonly ColFragParameterCollection _parameters = [];
    private string _text = "";

    /// <summary>A command without text.</summary>
    public ColFragBatchCommand()
    {
    }

    /// <summary>A command.</summary>
    public ColFragBatchCommand(string commandText) => _text = commandText;

    /// <inheritdoc/>
    [AllowNull]
    public override string CommandText { get => _text; set => _text = value ?? ""; }

    /// <inheritdoc/>
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text) throw new NotSupportedException($"{value} is not supported: write SQL.");
        }
    }

    /// <inheritdoc/>
    public override int RecordsAffected => -1;

    /// <summary>The parameters.</summary>
    public new ColFragParameterCollection Parameters => _parameters;

    /// <inheritdoc/>
    public override bool CanCreateParameter => true;

    /// <inheritdoc/>
    protected override DbParameterCollection DbParameterCollection => _parameters;

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new ColFragParameter();
}

/// <summary>The commands of a batch, in order.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "The name is that of its base.")]
public sealed class ColFragBatchCommandCollection : DbBatchCommandCollection, IEnumerable
{
    private readonly List<ColFragBatchCommand> _items = [];

    /// <inheritdoc/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override bool IsReadOnly => false;

    /// <summary>The commands.</summary>
    internal IReadOnlyList<ColFragBatchCommand> Items => _items;

    /// <inheritdoc/>
    public override void Add(DbBatchCommand item) => _items.Add((ColFragBatchCommand)item);

    /// <inheritdoc/>
    public override void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override bool Contains(DbBatchCommand item) => _items.Contains((ColFragBatchCommand)item);

    /// <inheritdoc/>
    public override void CopyTo(DbBatchCommand[] array, int arrayIndex) =>
        ((ICollection)_items).CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public override IEnumerator<DbBatchCommand> GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(DbBatchCommand item) => _items.IndexOf((ColFragBatchCommand)item);

    /// <inheritdoc/>
    public override void Insert(int index, DbBatchCommand item) => _items.Insert(index, (ColFragBatchCommand)item);

    /// <inheritdoc/>
    public override bool Remove(DbBatchCommand item) => _items.Remove((ColFragBatchCommand)item);

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    protected override DbBatchCommand GetBatchCommand(int index) => _items[index];

    /// <inheritdoc/>
    protected override void SetBatchCommand(int index, DbBatchCommand batchCommand) =>
        _items[index] = (ColFragBatchCommand)batchCommand;
}
