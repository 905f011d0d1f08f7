using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store.Keys;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// The work that can wait: sealing, compaction, checkpoints, collection. Runs when it is asked to, and every few
/// seconds; writers that are too far ahead wait for it.
/// </summary>
internal sealed class Maintenance : IAsyncDisposable
{
    private readonly TableStore _store;
    private readonly Collection _collection;
    private readonly Rewriter _rewriter;
    private readonly Checkpoints _checkpoints;
    private readonly KeyUpkeep _keys = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Gate _turn = new();
    private readonly Dictionary<long, (SegmentKey First, TimeSpan Since)> _unsealedSince = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    public Maintenance(TableStore store, Collection collection)
    {
        _store = store;
        _collection = collection;
        _rewriter = new Rewriter(store);
        _checkpoints = new Checkpoints(store);
        store.WaitForRoomAsync = WaitForRoomAsync;
    }

    /// <summary>Why the last round failed; null when it did not. Nothing is lost by it, only put off.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Segments written by sealing and compaction so far.</summary>
    public long RewriteCount { get; private set; }

    /// <summary>Begins to run in the background.</summary>
    public void Start() => _running = LoopAsync(_stop.Token);

    /// <summary>Asks for a round soon.</summary>
    public void Wake()
    {
        lock (_lock) _wake.TrySetResult();
    }

    /// <summary>Does everything that is due in one table, or in all.</summary>
    /// <param name="only">The table; null for all.</param>
    /// <param name="sealsAll">True to leave nothing in the journal, as CHECKPOINT asks.</param>
    /// <param name="cancellationToken">Stops between pieces of work.</param>
    public async ValueTask RunOnceAsync(
        long? only = null, bool sealsAll = false, CancellationToken cancellationToken = default)
    {
        using IDisposable turn = await _turn.EnterAsync(cancellationToken);
        foreach (long table in _store.Follower.Newest.TableIds.Where(t => only is null || t == only).ToArray())
        {
            await RewriteAsync(table, sealsAll, cancellationToken);
            await _checkpoints.RunAsync(table, cancellationToken);
            await SaveSummaryAsync(table, cancellationToken);
            if (NewestOf(table) is { } newest) await _keys.RunAsync(newest, cancellationToken);
        }
        await _collection.RunAsync(cancellationToken);
    }

    /// <summary>Waits for the round at work; until disposed of there is no other, and nothing is deleted.</summary>
    public ValueTask<IDisposable> PauseAsync(CancellationToken cancellationToken = default) =>
        _turn.EnterAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _running;
        _stop.Dispose();
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Task woken;
            lock (_lock) woken = _wake.Task;
            using CancellationTokenSource delay = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Waiting.FirstAsync(_store.Clock.Delay(_store.Options.MaintenanceInterval, delay.Token), woken);
            delay.Cancel();
            if (stop.IsCancellationRequested) break;
            lock (_lock) _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            try
            {
                await RunOnceAsync(cancellationToken: stop);
                LastFailure = null;
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (ColFragException error)
            {
                // A full disk, a catalog out of reach: the next round tries again.
                LastFailure = error;
            }
            EndRound();
        }
        EndRound();
    }

    /// <summary>Keeps what planning knows of all tables, for the next start.</summary>
    public async ValueTask SaveSummariesAsync(CancellationToken cancellationToken = default)
    {
        foreach (long table in _store.Follower.Newest.TableIds.ToArray())
        {
            await SaveSummaryAsync(table, cancellationToken);
        }
    }

    private async ValueTask SaveSummaryAsync(long table, CancellationToken cancellationToken)
    {
        if (NewestOf(table) is not { } newest) return;
        await _store.Segments.Summaries.SaveAsync(newest, cancellationToken);
    }

    private TableSnapshot? NewestOf(long table)
    {
        CatalogSnapshot catalog = _store.Follower.Newest;
        if (catalog.FindHead(table) is not { DropTime: null }) return null;
        return new TableSnapshot(
            _store.Segments, catalog.GetTable(table), catalog.GetDefinition(table),
            version => catalog.GetDefinition(table, version));
    }

    private void EndRound()
    {
        lock (_lock)
        {
            _round.TrySetResult();
            _round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async ValueTask RewriteAsync(long table, bool sealsAll, CancellationToken cancellationToken)
    {
        // What one round writes may be due for the next step; a few rounds settle it.
        for (int round = 0; round < 8; round++)
        {
            CatalogSnapshot catalog = _store.Follower.Newest;
            if (catalog.FindHead(table) is not { DropTime: null }) return;
            TableState state = catalog.GetTable(table);
            bool isFarBehind = CountUnsealed(state) > _store.Options.MaxUnsealedSegments / 2;
            if (_store.Intents.Has(table) && !isFarBehind) return;
            RewriteJob[] jobs = [.. RewritePlan.Make(
                state, catalog.GetDefinition(table), _store.Options, IsOld(table, state), sealsAll)];
            if (jobs.Length == 0) return;
            foreach (RewriteJob job in jobs)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await _rewriter.RunAsync(table, job, cancellationToken)) RewriteCount++;
            }
        }
    }

    /// <summary>True when the first row in the journal has been there for long.</summary>
    private bool IsOld(long table, TableState state)
    {
        SegmentRecord? first = state.Segments.Values.FirstOrDefault(s => s.IsJournal);
        if (first is null)
        {
            _unsealedSince.Remove(table);
            return false;
        }
        TimeSpan now = _store.Clock.Monotonic;
        if (!_unsealedSince.TryGetValue(table, out (SegmentKey First, TimeSpan Since) seen) || seen.First != first.Key)
        {
            _unsealedSince[table] = (first.Key, now);
            return false;
        }
        return now - seen.Since >= _store.Options.SealAfter;
    }

    private static int CountUnsealed(TableState state) => state.Segments.Values.Count(s => s.IsJournal);

    /// <summary>Holds a writer back while a table has too much in the journal.</summary>
    private async ValueTask WaitForRoomAsync(long table, CancellationToken cancellationToken)
    {
        while (!_stop.IsCancellationRequested && !_running.IsCompleted)
        {
            CatalogSnapshot catalog = _store.Follower.Newest;
            if (catalog.FindHead(table) is not { } head || head.SegmentCount < _store.Options.SealSegments) return;
            int unsealed = CountUnsealed(catalog.GetTable(table));
            if (unsealed >= _store.Options.SealSegments) Wake();
            if (unsealed < _store.Options.MaxUnsealedSegments || LastFailure is not null) return;
            Task round;
            lock (_lock) round = _round.Task;
            await round.OrCanceledAsync(cancellationToken);
        }
    }
}
