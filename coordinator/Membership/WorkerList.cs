using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Membership;

/// <summary>
/// Who the workers are and which of them are alive. What must not be forgotten is in the catalog: a record for each,
/// whose change at every registration makes loads fail that began before it. Whether a worker lives is only this
/// process's opinion: it decides whom to ask, never what is true.
/// </summary>
internal sealed class WorkerList(ICatalog catalog, Guid cluster, IClock clock, TimeSpan patience)
{
    private const int MaxTries = 100;

    /// <summary>How long a worker that could not write is given no new segments, where others can take them.</summary>
    private static readonly TimeSpan s_writePause = TimeSpan.FromMinutes(1);

    /// <summary>How long a worker that went may be expected back by those who need it.</summary>
    private static readonly TimeSpan s_returnPatience = TimeSpan.FromSeconds(10);

    /// <summary>How long, after a start of this process, statements wait for workers of which nothing is heard.</summary>
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(3);

    /// <summary>How soon whoever waits for a worker looks again, though nobody told of a change.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _loadTime;
    private bool _areBack;
    private readonly Dictionary<long, TimeSpan> _failedWrites = [];
    private TimeSpan _lastJoin;
    private ImmutableSortedDictionary<long, KnownWorker> _workers = ImmutableSortedDictionary<long, KnownWorker>.Empty;

    /// <summary>Compares a worker's folder with the catalog before it counts as alive.</summary>
    public Func<KnownWorker, ValueTask> AdmitAsync { get; set; } = _ => ValueTask.CompletedTask;

    /// <summary>Called when a worker came, went, or was admitted; must not do the work there.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>All workers that ever registered and are not gone for good, in the order of their ids.</summary>
    public ImmutableArray<KnownWorker> All
    {
        get
        {
            lock (_lock) return [.. _workers.Values.Where(w => w.Record.State != WorkerState.Dead)];
        }
    }

    /// <summary>Those that can be given work now.</summary>
    public ImmutableArray<KnownWorker> Live => [.. All.Where(IsLive)];

    /// <summary>
    /// Those that new segments go to: without those that could not write a moment ago, unless too few are left.
    /// </summary>
    public ImmutableArray<KnownWorker> LiveForWrites(int needed)
    {
        ImmutableArray<KnownWorker> live = Live;
        lock (_lock)
        {
            ImmutableArray<KnownWorker> able = [.. live.Where(w => !IsAvoided(w.Id))];
            return able.Length >= needed ? able : live;
        }
    }

    /// <summary>A worker could not write: for a while new segments go to others.</summary>
    public void AvoidWrites(long worker)
    {
        lock (_lock) _failedWrites[worker] = clock.Monotonic;
    }

    /// <summary>
    /// True when segments go to workers: there are two, so that there can be two copies. Before that everything stays
    /// with the coordinator, as in an embedded database.
    /// </summary>
    public bool IsDistributed => All.Length >= 2;

    /// <summary>The worker of an id; null for none.</summary>
    public KnownWorker? Find(long worker)
    {
        lock (_lock) return _workers.GetValueOrDefault(worker);
    }

    /// <summary>True while a worker is connected, was admitted and spoke a moment ago.</summary>
    public bool IsLive(KnownWorker worker) => worker is { Session: not null, IsAdmitted: true } && IsFresh(worker);

    /// <summary>The same by id.</summary>
    public bool IsLive(long worker) => Find(worker) is { } known && IsLive(known);

    /// <summary>True while a worker is in the session that it was in when it was looked up.</summary>
    public bool IsSame(KnownWorker worker) => Find(worker.Id)?.Session == worker.Session;

    /// <summary>How long ago a worker was admitted last.</summary>
    public TimeSpan SinceLastJoin
    {
        get
        {
            lock (_lock) return clock.Monotonic - _lastJoin;
        }
    }

    /// <summary>How long a worker has been away; zero while it lives.</summary>
    public TimeSpan AbsenceOf(KnownWorker worker)
    {
        if (IsLive(worker)) return TimeSpan.Zero;
        TimeSpan since = worker.Session is null ? worker.LeaveTime : worker.BeatTime;
        return clock.Monotonic - since;
    }

    /// <summary>Reads the workers of earlier times; none of them is alive before it registers again.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken = default)
    {
        CatalogEntries entries = await catalog.ReadAsync(new CatalogRead(CatalogKeys.Workers), cancellationToken);
        int number = 0;
        lock (_lock)
        {
            _loadTime = clock.Monotonic;
            foreach (CatalogEntry entry in entries.Entries.OrderBy(e => e.CreateRevision))
            {
                WorkerRecord record = WorkerRecord.Read(entry);
                _workers = _workers.SetItem(
                    record.Id,
                    new KnownWorker(record, ++number, entry.ModRevision) { LeaveTime = clock.Monotonic });
            }
        }
    }

    /// <summary>
    /// Ends when all workers of earlier times are back since this process began, or have had the time for it: until
    /// then nobody is refused what they could do.
    /// </summary>
    public async ValueTask WhenBackAsync(CancellationToken cancellationToken)
    {
        while (!_areBack)
        {
            Task change = NextChange;
            ImmutableArray<KnownWorker> away = [.. All.Where(w => !IsLive(w))];
            TimeSpan longest = away.Any(w => w.Session is not null) ? s_returnPatience : s_startPatience;
            TimeSpan left = _loadTime + longest - clock.Monotonic;
            if (away.IsEmpty || left <= TimeSpan.Zero)
            {
                _areBack = true;
                return;
            }
            await WaitAsync(change, left, cancellationToken);
        }
    }

    /// <summary>
    /// Waits a little for some workers; false at once where none of them was there a moment ago, so that nobody is to
    /// be expected.
    /// </summary>
    public async ValueTask<bool> AwaitReturnAsync(
        IReadOnlyCollection<long> awaited, CancellationToken cancellationToken)
    {
        Task change = NextChange;
        if (!awaited.Select(Find).OfType<KnownWorker>().Any(w => AbsenceOf(w) < s_returnPatience)) return false;
        await WaitAsync(change, s_lookAgain, cancellationToken);
        return true;
    }

    /// <summary>Ends when a worker has come or gone.</summary>
    private Task NextChange
    {
        get
        {
            lock (_lock) return _change.Task;
        }
    }

    private async Task WaitAsync(Task change, TimeSpan longest, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Waiting.FirstAsync(clock.Delay(longest, over.Token), change);
        over.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void TellChange()
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            before = _change;
            _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        before.TrySetResult();
        Changed();
    }

    /// <summary>Adds its answers to those of the process.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) =>
        handlers.On<RegisterWorker>(RegisterAsync).On<Heartbeat>(BeatAsync);

    /// <summary>A connection of a process is over.</summary>
    public void Leave(MemberSession session)
    {
        lock (_lock)
        {
            if (_workers.Values.FirstOrDefault(w => w.Session == session) is not { } worker) return;
            _workers = _workers.SetItem(
                worker.Id, worker with { Session = null, IsAdmitted = false, LeaveTime = clock.Monotonic });
        }
        TellChange();
    }

    private async Task<IMessage> RegisterAsync(RegisterWorker request, RpcCall call)
    {
        MemberSession session = MemberGate.SessionOf(call);
        CatalogKey key = CatalogKeys.Worker(request.Worker);
        for (int tries = 0; tries < MaxTries; tries++)
        {
            CatalogEntry? before = (await catalog.ReadAsync(CatalogRead.Of(key), call.CancellationToken)).Single;
            WorkerRecord? old = before is null ? null : WorkerRecord.Read(before);
            WorkerRecord record = new(
                request.Worker, (old?.Incarnation ?? 0) + 1, WorkerState.Active, request.Address)
            {
                Disks = [request.Disk], Zone = request.Zone, CapacityBytes = request.CapacityBytes,
                Software = request.Software,
            };
            CatalogOutcome outcome = await catalog.CommitAsync(
                new CatalogTransaction().WhenUnchanged(key, before?.ModRevision ?? 0).Put(key, record.ToBytes()),
                CancellationToken.None);
            if (!outcome.Succeeded) continue;
            KnownWorker worker = Enter(record, outcome.Revision, session);
            TellChange();
            _ = FinishAdmissionAsync(worker);
            return new WorkerRegistered(cluster, record.Incarnation);
        }
        throw new ClusterException($"The record of worker {CatalogKeys.Hex(request.Worker)} changes all the time");
    }

    private KnownWorker Enter(WorkerRecord record, long revision, MemberSession session)
    {
        lock (_lock)
        {
            int number = _workers.GetValueOrDefault(record.Id)?.Number ?? _workers.Count + 1;
            KnownWorker worker = new(record, number, revision) { Session = session, BeatTime = clock.Monotonic };
            _workers = _workers.SetItem(record.Id, worker);
            return worker;
        }
    }

    /// <summary>
    /// The worker counts as alive when its folder is in order. What fails is tried again for as long as the worker is
    /// connected: it has no reason to register again.
    /// </summary>
    private async Task FinishAdmissionAsync(KnownWorker worker)
    {
        // The answer to the registration goes first: the worker serves nobody before it.
        await Task.Yield();
        for (int failures = 0; !await TryAdmitAsync(worker); failures++)
        {
            await clock.Delay(TimeSpan.FromMilliseconds(Math.Min(5_000, 100 << Math.Min(failures, 8))));
            if (Find(worker.Id)?.Session != worker.Session) return;
        }
        lock (_lock)
        {
            if (!_workers.TryGetValue(worker.Id, out KnownWorker? now) || now.Session != worker.Session) return;
            _workers = _workers.SetItem(worker.Id, now with { IsAdmitted = true });
            _lastJoin = clock.Monotonic;
        }
        TellChange();
    }

    private async Task<bool> TryAdmitAsync(KnownWorker worker)
    {
        try
        {
            await AdmitAsync(worker);
            return true;
        }
        catch (Exception error) when (error is ColFragException or OperationCanceledException)
        {
            return false;
        }
    }

    private Task<IMessage> BeatAsync(Heartbeat beat, RpcCall call)
    {
        MemberSession session = MemberGate.SessionOf(call);
        bool isBack;
        lock (_lock)
        {
            if (!_workers.TryGetValue(beat.Worker, out KnownWorker? worker) || worker.Session != session ||
                worker.Record.Incarnation != beat.Incarnation)
            {
                throw new ClusterException("Another registration of this worker came later", hint: "Register again.");
            }
            isBack = !IsFresh(worker);
            _workers = _workers.SetItem(worker.Id, worker with { LastBeat = beat, BeatTime = clock.Monotonic });
        }
        if (isBack) TellChange();
        return Task.FromResult<IMessage>(Done.Instance);
    }

    private bool IsAvoided(long worker) =>
        _failedWrites.TryGetValue(worker, out TimeSpan since) && clock.Monotonic - since < s_writePause;

    private bool IsFresh(KnownWorker worker) => clock.Monotonic - worker.BeatTime < patience;
}
