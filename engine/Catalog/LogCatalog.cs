using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// The catalog of one process: a state in memory, a log that is flushed before anyone hears of a change, and a snapshot
/// now and then. The default where one machine holds the data.
/// </summary>
/// <remarks>
/// Transactions are judged one after the other against the newest state, flushed or not; those that arrive while a
/// flush is on its way wait together for the next one, and one of them does it for all. Nothing is shown before it is
/// durable: reads, watches and refusals see flushed states only.
/// </remarks>
internal sealed class LogCatalog : ICatalog, ILocalCatalog
{
    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly IDisposable _folderLock;
    private readonly CatalogLogFile _log;
    private readonly LogCatalogOptions _options;
    private readonly LogCatalogLeases _leases;
    private readonly CatalogHistory _history;
    private readonly Lock _lock = new();
    private readonly List<LogCatalogWatch> _watches = [];

    private CatalogState _pending;
    private Group _waiting = new();
    private bool _isFlushing;
    private long _snapshotBytes;
    private Exception? _end;

    private LogCatalog(
        IFileSystem files, string folder, IDisposable folderLock, CatalogLogFile log, CatalogState state,
        LogCatalogOptions options, IClock clock, IRandom random)
    {
        _files = files;
        _folder = folder;
        _folderLock = folderLock;
        _log = log;
        _options = options;
        _pending = state;
        _history = new CatalogHistory(state, options.KeptRevisions, options.KeptBytes);
        _leases = new LogCatalogLeases(this, clock, random);
    }

    /// <summary>Random, given when the catalog was made.</summary>
    public UInt128 CatalogId => _log.CatalogId;

    public CatalogState Newest
    {
        get
        {
            lock (_lock) return _history.Newest;
        }
    }

    /// <summary>Opens the catalog in a folder, or makes an empty one.</summary>
    /// <exception cref="StorageException">Another process has it open, or it is of another format.</exception>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public static async ValueTask<LogCatalog> OpenAsync(
        IFileSystem files, string folder, IClock clock, IRandom random, LogCatalogOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new LogCatalogOptions();
        await files.EnsureFolderAsync(folder, cancellationToken);
        IDisposable folderLock = files.Lock(FilePath.Combine(folder, "lock"));
        try
        {
            files.DeleteTempFiles(folder);
            CatalogSnapshotFile.Content? snapshot = ReadSnapshot(files, folder);
            if (!files.FileExists(LogPath(folder)))
            {
                CorruptDataException.ThrowUnless(snapshot is null, "a snapshot without a log", LogPath(folder), 0);
                UInt128 id = new(random.NextUInt64(), random.NextUInt64());
                await CatalogLogFile.CreateAsync(files, LogPath(folder), id, cancellationToken);
            }
            CatalogState state = snapshot?.State ?? CatalogState.Empty;
            CatalogLogFile log = await CatalogLogFile.OpenAsync(
                files, LogPath(folder), snapshot?.Sequence ?? 0, record => state = state.After(record),
                cancellationToken);
            CorruptDataException.ThrowUnless(
                snapshot is null || snapshot.Value.CatalogId == log.CatalogId, "log and snapshot of two catalogs",
                LogPath(folder), 0);
            LogCatalog catalog = new(files, folder, folderLock, log, state, options, clock, random);
            catalog._leases.Resume(state.Leases);
            return catalog;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Makes a catalog that begins with a state, leases left out, in a folder that has none.</summary>
    public static async ValueTask CreateAsync(
        IFileSystem files, string folder, CatalogState state, IRandom random,
        CancellationToken cancellationToken = default)
    {
        await files.EnsureFolderAsync(folder, cancellationToken);
        UInt128 id = new(random.NextUInt64(), random.NextUInt64());
        CatalogState kept = CatalogState.From(state.Revision, [.. state.Entries.Where(e => e.LeaseId == 0)], []);
        await CatalogSnapshotFile.WriteAsync(
            files, SnapshotPath(folder), new CatalogSnapshotFile.Content(id, 0, kept), cancellationToken);
        await CatalogLogFile.CreateAsync(files, LogPath(folder), id, cancellationToken);
    }

    /// <summary>The newest state in a folder that another process may be writing to; changes nothing.</summary>
    public static CatalogState ReadState(IFileSystem files, string folder)
    {
        CatalogSnapshotFile.Content? snapshot = ReadSnapshot(files, folder);
        CatalogState state = snapshot?.State ?? CatalogState.Empty;
        CatalogLogFile.Read(files, LogPath(folder), snapshot?.Sequence ?? 0, record => state = state.After(record));
        return state;
    }

    public ValueTask<CatalogEntries> ReadAsync(CatalogRead read, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CatalogState state;
        lock (_lock)
        {
            if (_end is ObjectDisposedException) throw _end;
            state = read.Revision == 0 ? _history.Newest : _history.At(read.Revision);
        }
        return ValueTask.FromResult(state.Read(read.Keys, read.Limit));
    }

    public async ValueTask<CatalogOutcome> CommitAsync(
        CatalogTransaction transaction, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Member member = new();
        bool leads;
        lock (_lock)
        {
            ThrowIfEnded();
            if (transaction.Compares.All(c => _pending.Holds(c)))
            {
                foreach (CatalogWrite write in transaction.Writes) _leases.Check(write.LeaseId);
                CatalogWrite[] writes =
                    [.. transaction.Writes.Where(w => w.Value is not null || _pending.Find(w.Key) is not null)];
                if (writes.Length > 0) Enqueue(new CatalogLogRecord(_pending.Revision + 1, [.. writes]));
                member.Outcome = new CatalogOutcome(true, _pending.Revision, []);
            }
            else
            {
                member.Outcome = new CatalogOutcome(
                    false, _pending.Revision,
                        [.. transaction.ReadsOnConflict.Select(r => _pending.Read(r.Keys, r.Limit))]);
            }
            // What was seen may not be durable yet, and must be before anyone hears of it.
            if (!_isFlushing && _waiting.Frame.Length == 0) return member.Outcome;
            leads = Join(member);
        }
        await WaitAsync(member, leads);
        return member.Outcome;
    }

    public ValueTask<ICatalogWatch> WatchAsync(
        CatalogKeyRange keys, long fromRevision, CancellationToken cancellationToken = default)
    {
        LogCatalogWatch watch = new(keys, fromRevision, Forget);
        lock (_lock)
        {
            if (_end is not null) throw _end;
            if (fromRevision <= _history.Newest.Revision)
            {
                foreach (CatalogChanges changes in _history.From(fromRevision)) watch.Offer(changes);
            }
            _watches.Add(watch);
        }
        return ValueTask.FromResult<ICatalogWatch>(watch);
    }

    public ValueTask<ICatalogLease> GrantLeaseAsync(
        TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        _leases.GrantAsync(timeToLive, cancellationToken);

    /// <summary>Writes a snapshot, after which the log begins anew.</summary>
    public async ValueTask CheckpointAsync(CancellationToken cancellationToken = default)
    {
        Member member = new() { WantsSnapshot = true };
        bool leads;
        lock (_lock)
        {
            ThrowIfEnded();
            cancellationToken.ThrowIfCancellationRequested();
            leads = Join(member);
        }
        await WaitAsync(member, leads);
    }

    public async ValueTask DisposeAsync()
    {
        Member member = new();
        bool leads = false, waits = false;
        lock (_lock)
        {
            if (_end is ObjectDisposedException) return;
            waits = _end is null && (_isFlushing || _waiting.Members.Count > 0);
            if (waits) leads = Join(member);
            _end = new ObjectDisposedException(nameof(LogCatalog));
        }
        if (waits)
        {
            // Those who wait are served first; how they fared is for them to hear.
            try
            {
                await WaitAsync(member, leads);
            }
            catch (StorageException)
            {
            }
        }
        _leases.Dispose();
        foreach (LogCatalogWatch watch in _watches.ToArray()) watch.End(_end);
        _log.Dispose();
        _folderLock.Dispose();
    }

    /// <summary>Appends a record that no compare guards; returns whether it was right to.</summary>
    internal async ValueTask<bool> AppendAsync(Func<CatalogState, CatalogLogRecord?> makeRecord)
    {
        Member member = new();
        bool leads;
        lock (_lock)
        {
            ThrowIfEnded();
            if (makeRecord(_pending) is not { } record) return false;
            Enqueue(record);
            leads = Join(member);
        }
        await WaitAsync(member, leads);
        return true;
    }

    private static string LogPath(string folder) => FilePath.Combine(folder, "log");

    private static string SnapshotPath(string folder) => FilePath.Combine(folder, "snapshot");

    private static CatalogSnapshotFile.Content? ReadSnapshot(IFileSystem files, string folder) =>
        files.FileExists(SnapshotPath(folder)) ? CatalogSnapshotFile.Read(files, SnapshotPath(folder)) : null;

    private void ThrowIfEnded()
    {
        if (_end is not null) throw _end;
    }

    private void Enqueue(CatalogLogRecord record)
    {
        _pending = _pending.After(record);
        _waiting.Add(record, _pending);
    }

    /// <summary>Adds a member to the waiting group; true when it must flush, because nobody else is about to.</summary>
    private bool Join(Member member)
    {
        _waiting.Members.Add(member);
        if (_isFlushing) return false;
        _isFlushing = true;
        return true;
    }

    private async ValueTask WaitAsync(Member member, bool leads)
    {
        if (leads || await member.Turn.Task) await FlushGroupAsync();
        await member.Done.Task;
    }

    /// <summary>
    /// Flushes the waiting group, tells its members, and passes the turn to one of those that came meanwhile.
    /// </summary>
    private async ValueTask FlushGroupAsync()
    {
        Group group;
        lock (_lock)
        {
            group = _waiting;
            _waiting = new Group();
        }
        Exception? failure = null;
        try
        {
            if (group.Steps.Count > 0)
            {
                await _log.AppendAsync(group.Frame, CancellationToken.None);
                if (_options.Mirror is { } mirror) await mirror(_log.Sequence, group.Frame.WrittenMemory);
            }
        }
        catch (Exception error)
        {
            // Whatever it is, those who wait must hear of it.
            failure = error;
        }
        if (failure is null) Publish(group);
        else Fail(group, failure);
        if (failure is null) await TakeSnapshotAsync(group);
        group.Frame.Dispose();
        PassTurn();
        foreach (Member member in group.Members)
        {
            member.Turn.TrySetResult(false);
            if (failure is null) member.Done.TrySetResult();
            else member.Done.TrySetException(failure);
        }
    }

    private void PassTurn()
    {
        Member? next;
        lock (_lock)
        {
            next = _waiting.Members.FirstOrDefault();
            _isFlushing = next is not null;
        }
        next?.Turn.TrySetResult(true);
    }

    private void Publish(Group group)
    {
        lock (_lock)
        {
            foreach ((CatalogLogRecord record, CatalogState state) in group.Steps)
            {
                CatalogChanges changes = _history.Add(state, record);
                foreach (LogCatalogWatch watch in _watches) watch.Offer(changes);
            }
        }
    }

    /// <summary>
    /// Forgets what could not be written. Whoever came meanwhile was judged by it and fails too; where the log is
    /// broken, everyone after does.
    /// </summary>
    private void Fail(Group group, Exception failure)
    {
        Group judgedByIt;
        lock (_lock)
        {
            judgedByIt = _waiting;
            _waiting = new Group();
            _pending = _history.Newest;
            if (_log.IsBroken || failure is not StorageException || _options.Mirror is not null) _end ??= failure;
        }
        group.Members.AddRange(judgedByIt.Members);
    }

    private async ValueTask TakeSnapshotAsync(Group group)
    {
        bool isAsked = group.Members.Any(m => m.WantsSnapshot);
        if (!isAsked && _log.FrameBytes < Math.Max(_options.SnapshotAfterBytes, 2 * _snapshotBytes)) return;
        CatalogState state;
        lock (_lock) state = _history.Newest;
        try
        {
            CatalogSnapshotFile.Content content = new(_log.CatalogId, _log.Sequence, state);
            _snapshotBytes = await CatalogSnapshotFile.WriteAsync(
                _files, SnapshotPath(_folder), content, CancellationToken.None);
            await _log.ClearAsync(CancellationToken.None);
        }
        catch (StorageException error)
        {
            // The commits of this group stand: the log still has them. A full disk is tried again by the next group.
            lock (_lock)
            {
                if (_log.IsBroken) _end ??= error;
            }
            foreach (Member member in group.Members.Where(m => m.WantsSnapshot)) member.Done.TrySetException(error);
        }
    }

    private void Forget(LogCatalogWatch watch)
    {
        lock (_lock) _watches.Remove(watch);
    }

    /// <summary>One who waits for a flush.</summary>
    private sealed class Member
    {
        public CatalogOutcome Outcome { get; set; } = null!;

        public bool WantsSnapshot { get; init; }

        /// <summary>True: flush for all who wait. False: it was done.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Those who wait for one flush, and what it will write.</summary>
    private sealed class Group
    {
        public List<Member> Members { get; } = [];

        public List<(CatalogLogRecord Record, CatalogState After)> Steps { get; } = [];

        public ByteWriter Frame { get; } = new(0);

        public void Add(CatalogLogRecord record, CatalogState after)
        {
            if (Steps.Count == 0) CatalogLogFile.BeginFrame(Frame);
            record.Write(Frame);
            Steps.Add((record, after));
        }
    }
}

/// <summary>How a <see cref="LogCatalog"/> keeps itself.</summary>
internal sealed record LogCatalogOptions
{
    /// <summary>A snapshot is due when the log has so many bytes, or twice those of the last snapshot.</summary>
    public long SnapshotAfterBytes { get; init; } = 4 << 20;

    /// <summary>How many revisions back a read or a watch can go.</summary>
    public int KeptRevisions { get; init; } = 8192;

    /// <summary>How many bytes of changes are kept for that.</summary>
    public long KeptBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Copies a flushed frame elsewhere before anyone hears of it: in a cluster without etcd, to two workers. A failure
    /// ends this catalog, since the copy then lacks what the log has.
    /// </summary>
    public Func<long, ReadOnlyMemory<byte>, ValueTask>? Mirror { get; init; }
}
