using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// Gives the newest <see cref="CatalogSnapshot"/>. Where the catalog is in this process its state is taken as it is;
/// else a copy of the keys that every process follows is kept and moved on by a watch.
/// </summary>
internal sealed class CatalogFollower : IAsyncDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly ICatalog _catalog;
    private readonly ILocalCatalog? _local;
    private readonly IClock _clock;
    private readonly IRandom _random;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long Revision, TaskCompletionSource Done)> _waiters = [];
    private CatalogSnapshot _newest;
    private ICatalogWatch? _watch;
    private Task _following = Task.CompletedTask;

    private CatalogFollower(ICatalog catalog, IClock clock, IRandom random)
    {
        _catalog = catalog;
        _local = catalog as ILocalCatalog;
        _clock = clock;
        _random = random;
        _newest = new CatalogSnapshot(_local?.Newest ?? CatalogState.Empty, Tables);
    }

    /// <summary>The recent versions of tables.</summary>
    public TableStateCache Tables { get; } = new();

    /// <summary>The newest snapshot that this process knows of.</summary>
    public CatalogSnapshot Newest
    {
        get
        {
            lock (_lock)
            {
                if (_local?.Newest is { } state && state != _newest.State) _newest = new CatalogSnapshot(state, Tables);
                return _newest;
            }
        }
    }

    public static async ValueTask<CatalogFollower> StartAsync(
        ICatalog catalog, IClock clock, IRandom random, CancellationToken cancellationToken = default)
    {
        CatalogFollower follower = new(catalog, clock, random);
        if (follower._local is not null) return follower;
        follower.MoveTo(await ReadAllAsync(catalog, CatalogKeys.Followed, cancellationToken));
        follower._following = follower.FollowAsync(follower._stop.Token);
        return follower;
    }

    /// <summary>A snapshot that has everything up to a revision: what a session wrote or saw before.</summary>
    public async ValueTask<CatalogSnapshot> GetAsync(long revision, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource done;
        ICatalogWatch? watch;
        lock (_lock)
        {
            if (Newest is { } newest && newest.Revision >= revision) return newest;
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((revision, done));
            watch = _watch;
        }
        if (watch is not null) await watch.RequestProgressAsync(cancellationToken);
        await done.Task.OrCanceledAsync(cancellationToken);
        return Newest;
    }

    /// <summary>A snapshot that has everything that was acknowledged, to anyone, before this call.</summary>
    public async ValueTask<CatalogSnapshot> GetStrongAsync(CancellationToken cancellationToken = default)
    {
        if (_local is not null) return Newest;
        CatalogEntries answer = await _catalog.ReadAsync(CatalogRead.Of(CatalogKeys.Database), cancellationToken);
        return await GetAsync(answer.Revision, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _following;
        _stop.Dispose();
        lock (_lock)
        {
            foreach ((_, TaskCompletionSource done) in _waiters) done.TrySetCanceled();
            _waiters.Clear();
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        int failures = 0;
        while (true)
        {
            try
            {
                long next = Newest.Revision + 1;
                await using ICatalogWatch watch = await _catalog.WatchAsync(CatalogKeys.Followed, next, stop);
                lock (_lock) _watch = watch;
                // Those who came while there was no watch are waiting too.
                await watch.RequestProgressAsync(stop);
                while (true)
                {
                    CatalogChanges changes = await watch.NextAsync(stop);
                    failures = 0;
                    if (changes.Revision > Newest.Revision) MoveTo(Newest.State.After(changes));
                }
            }
            catch (CatalogCompactedException)
            {
                await TryReloadAsync(stop);
            }
            catch (ClusterException)
            {
                // The last known state goes on being read; waiting grows, and differs between processes.
                failures++;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (!await TryPauseAsync(failures, stop)) return;
        }
    }

    private async ValueTask TryReloadAsync(CancellationToken stop)
    {
        try
        {
            MoveTo(await ReadAllAsync(_catalog, CatalogKeys.Followed, stop));
        }
        catch (Exception error) when (error is ClusterException or OperationCanceledException)
        {
            // The loop comes back here after its pause.
        }
    }

    private async ValueTask<bool> TryPauseAsync(int failures, CancellationToken stop)
    {
        if (failures == 0) return !stop.IsCancellationRequested;
        double longest = Math.Min(s_longestPause.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(failures, 10)));
        try
        {
            await _clock.Delay(TimeSpan.FromMilliseconds(1 + _random.Next((int)longest)), stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>All keys of a range at one revision, read in pages.</summary>
    public static async ValueTask<CatalogState> ReadAllAsync(
        ICatalog catalog, CatalogKeyRange keys, CancellationToken cancellationToken = default)
    {
        const int PageEntries = 1000;
        List<CatalogEntry> entries = [];
        CatalogKeyRange rest = keys;
        long revision = 0;
        while (true)
        {
            CatalogEntries page = await catalog.ReadAsync(
                new CatalogRead(rest, PageEntries, revision), cancellationToken);
            revision = page.Revision;
            entries.AddRange(page.Entries);
            if (!page.HasMore) return CatalogState.From(revision, entries, []);
            rest = rest with { First = page.Entries[^1].Key.Successor() };
        }
    }

    private void MoveTo(CatalogState state)
    {
        List<TaskCompletionSource> due = [];
        lock (_lock)
        {
            _newest = new CatalogSnapshot(state, Tables);
            due.AddRange(_waiters.Where(w => w.Revision <= state.Revision).Select(w => w.Done));
            _waiters.RemoveAll(w => w.Revision <= state.Revision);
        }
        foreach (TaskCompletionSource done in due) done.TrySetResult();
    }
}
