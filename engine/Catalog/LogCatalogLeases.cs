using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The leases of a <see cref="LogCatalog"/>. Which leases exist is in the log; when they end is only in memory, so
/// after a restart each begins its time anew, as after a change of leader in etcd.
/// </summary>
internal sealed class LogCatalogLeases(LogCatalog catalog, IClock clock, IRandom random) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Lease> _leases = [];
    private readonly CancellationTokenSource _stop = new();
    private bool _isWatching;

    /// <summary>Takes over the leases of the state that was opened.</summary>
    public void Resume(IEnumerable<KeyValuePair<long, TimeSpan>> leases)
    {
        foreach ((long id, TimeSpan timeToLive) in leases) Add(new Lease(this, id, timeToLive));
    }

    public async ValueTask<ICatalogLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        Invariant.Holds(timeToLive > TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        Lease lease = new(this, (long)(random.NextUInt64() >> 1) | 1, timeToLive);
        await catalog.AppendAsync(state => new CatalogLogRecord(state.Revision, [])
        {
            GrantedLease = lease.Id, TimeToLive = timeToLive,
        });
        Add(lease);
        return lease;
    }

    /// <summary>Throws when a put names a lease that has ended.</summary>
    public void Check(long leaseId)
    {
        if (leaseId == 0) return;
        lock (_lock)
        {
            if (_leases.ContainsKey(leaseId)) return;
        }
        throw new ClusterException($"The lease has ended: {leaseId:x}", isTransient: false, hint: "Grant a new one.");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private void Add(Lease lease)
    {
        lock (_lock)
        {
            lease.EndsAt = clock.Monotonic + lease.TimeToLive;
            _leases.Add(lease.Id, lease);
            if (_isWatching) return;
            _isWatching = true;
        }
        _ = EndDueLeasesAsync(_stop.Token);
    }

    private bool KeepAlive(Lease lease)
    {
        lock (_lock)
        {
            if (!_leases.ContainsKey(lease.Id)) return false;
            lease.EndsAt = clock.Monotonic + lease.TimeToLive;
            return true;
        }
    }

    /// <summary>Runs while there are leases.</summary>
    private async Task EndDueLeasesAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                List<Lease> due;
                TimeSpan wait;
                lock (_lock)
                {
                    TimeSpan now = clock.Monotonic;
                    due = [.. _leases.Values.Where(l => l.EndsAt <= now)];
                    _isWatching = _leases.Count > 0;
                    if (!_isWatching) return;
                    wait = _leases.Values.Min(l => l.EndsAt) - now;
                }
                foreach (Lease lease in due) await EndAsync(lease);
                if (due.Count == 0) await clock.Delay(wait, stop);
            }
        }
        catch (Exception error) when (
            error is OperationCanceledException or ObjectDisposedException or StorageException)
        {
            // The catalog was closed, or takes no more: the leases begin anew when it is opened again.
        }
    }

    private async ValueTask EndAsync(Lease lease)
    {
        lock (_lock)
        {
            if (!_leases.Remove(lease.Id)) return;
        }
        await catalog.AppendAsync(state =>
        {
            CatalogWrite[] deletes =
                [.. state.Entries.Where(e => e.LeaseId == lease.Id).Select(e => new CatalogWrite(e.Key, null, 0))];
            long revision = deletes.Length > 0 ? state.Revision + 1 : state.Revision;
            return new CatalogLogRecord(revision, [.. deletes]) { EndedLease = lease.Id };
        });
    }

    private sealed class Lease(LogCatalogLeases owner, long id, TimeSpan timeToLive) : ICatalogLease
    {
        public long Id => id;

        public TimeSpan TimeToLive => timeToLive;

        /// <summary>On the monotonic clock.</summary>
        public TimeSpan EndsAt { get; set; }

        public ValueTask<bool> KeepAliveAsync(CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(owner.KeepAlive(this));
        }

        public ValueTask DisposeAsync() => owner.EndAsync(this);
    }
}
