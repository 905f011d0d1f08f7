using System.Data;
using System.Data.Common;

namespace ColFrag.Data;

/// <summary>
/// A transaction block: one snapshot for all its statements. Undone when it is disposed of without a commit.
/// </summary>
public sealed class ColFragTransaction : DbTransaction
{
    private readonly ColFragConnection _connection;
    private bool _isEnded;

    internal ColFragTransaction(ColFragConnection connection, IsolationLevel level)
    {
        _connection = connection;
        IsolationLevel = level;
    }

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel { get; }

    /// <inheritdoc/>
    public override bool SupportsSavepoints => true;

    /// <inheritdoc/>
    protected override DbConnection? DbConnection => _isEnded ? null : _connection;

    /// <inheritdoc/>
    public override void Commit() => CommitAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default) =>
        EndAsync("COMMIT", cancellationToken);

    /// <inheritdoc/>
    public override void Rollback() => RollbackAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        EndAsync("ROLLBACK", cancellationToken);

    /// <inheritdoc/>
    public override void Save(string savepointName) => SaveAsync(savepointName).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync("SAVEPOINT", savepointName, cancellationToken);

    /// <inheritdoc/>
    public override void Rollback(string savepointName) => RollbackAsync(savepointName).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync("ROLLBACK TO SAVEPOINT", savepointName, cancellationToken);

    /// <inheritdoc/>
    public override void Release(string savepointName) => ReleaseAsync(savepointName).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync("RELEASE SAVEPOINT", savepointName, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (!_isEnded && _connection.State == ConnectionState.Open) await RollbackAsync().ConfigureAwait(false);
        _isEnded = true;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isEnded && _connection.State == ConnectionState.Open) Rollback();
        _isEnded = true;
        base.Dispose(disposing);
    }

    private Task RunAsync(string what, string name, CancellationToken cancellationToken)
    {
        RequireOpen();
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _connection.RunAsync(
            $"{what} \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", cancellationToken);
    }

    private async Task EndAsync(string what, CancellationToken cancellationToken)
    {
        RequireOpen();
        // Whatever comes of it, the block is over.
        _isEnded = true;
        _connection.Ended(this);
        await _connection.RunAsync(what, cancellationToken).ConfigureAwait(false);
    }

    private void RequireOpen()
    {
        if (_isEnded) throw new InvalidOperationException("The transaction has ended.");
    }
}
