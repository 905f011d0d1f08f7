using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>What one statement sees: a transaction, its catalog, the time. Undone unless committed.</summary>
internal sealed class StatementScope : IAsyncDisposable
{
    private readonly Session _session;
    private readonly bool _isOwn;
    private readonly TransactionState _before;
    private bool _isEnded;

    public StatementScope(Session session, Transaction transaction, bool isOwn)
    {
        _session = session;
        _isOwn = isOwn;
        Transaction = transaction;
        _before = transaction.Save();
        Catalog = new SessionCatalog(transaction, session);
        Info = session.SessionInfoOf() with { Catalog = Catalog.Objects };
    }

    public Transaction Transaction { get; }

    public SessionCatalog Catalog { get; }

    public SessionInfo Info { get; }

    /// <summary>True outside a transaction block.</summary>
    public bool IsAutoCommit => _isOwn;

    /// <summary>Makes the statement's changes durable, or leaves them to the open block.</summary>
    /// <exception cref="QueryException">40001: another transaction changed the same.</exception>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        Invariant.Holds(!_isEnded);
        await _session.Sequences.FlushAsync(Transaction);
        _isEnded = true;
        await Catalog.DisposeAsync();
        if (!_isOwn) return;
        _session.Temporary.BeforeCommit(Transaction);
        CommitOutcome outcome = await Transaction.CommitAsync(null, cancellationToken);
        _session.Saw(outcome.Revision);
        await Transaction.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isEnded) return;
        _isEnded = true;
        await Catalog.DisposeAsync();
        if (_isOwn) await Transaction.DisposeAsync();
        else Transaction.RollBackTo(_before);
    }
}
