using ColFrag.Engine.Time;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The queue between a catalog in this process and one watcher; a watcher that falls too far behind is told so.
/// </summary>
internal sealed class LogCatalogWatch(CatalogKeyRange keys, long fromRevision, Action<LogCatalogWatch> onDispose)
    : ICatalogWatch
{
    private const int MaxQueued = 65536;

    private readonly Lock _lock = new();
    private readonly Queue<CatalogChanges> _queue = new();
    private long _revision = fromRevision - 1;
    private TaskCompletionSource? _arrival;
    private Exception? _end;

    public async ValueTask<CatalogChanges> NextAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_queue.TryDequeue(out CatalogChanges? changes)) return changes;
                if (_end is not null) throw _end;
                _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrival = _arrival.Task;
            }
            await arrival.OrCanceledAsync(cancellationToken);
        }
    }

    public ValueTask RequestProgressAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _queue.Enqueue(new CatalogChanges(_revision, []));
            Wake();
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        onDispose(this);
        End(new ObjectDisposedException(nameof(LogCatalogWatch)));
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes what concerns this watch; called in the order of revisions.</summary>
    internal void Offer(CatalogChanges changes)
    {
        if (changes.Revision < fromRevision) return;
        CatalogChange[] mine = [.. changes.Changes.Where(c => keys.Contains(c.Key))];
        lock (_lock)
        {
            _revision = changes.Revision;
            if (_end is not null || mine.Length == 0) return;
            if (_queue.Count == MaxQueued)
            {
                _queue.Clear();
                _end = new CatalogCompactedException(changes.Revision + 1);
            }
            else
            {
                _queue.Enqueue(new CatalogChanges(changes.Revision, mine));
            }
            Wake();
        }
    }

    internal void End(Exception reason)
    {
        lock (_lock)
        {
            _end ??= reason;
            Wake();
        }
    }

    private void Wake()
    {
        _arrival?.TrySetResult();
        _arrival = null;
    }
}
