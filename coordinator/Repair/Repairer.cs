using System.Collections.Immutable;
using ColFrag.Coordinator.Loading;
using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Repair;

/// <summary>
/// Keeps every segment on as many workers as its table wants: makes copies of what a lost worker had, moves what this
/// process wrote before there were workers, trims what is too much. Copies first, verified and flushed, then one commit
/// that names the places and changes no answer; when anything moved on meanwhile the next round looks again.
/// </summary>
internal sealed class Repairer : IAsyncDisposable
{
    private const int MaxVectorBytes = 64 << 20;

    private static readonly TimeSpan s_vectorPatience = TimeSpan.FromSeconds(30);

    private readonly TableStore _store;
    private readonly IFileSystem _files;
    private readonly BadCopies _badCopies;
    private readonly SegmentCopies _copies;
    private readonly SpareCollection _spares;
    private readonly VectorCopies _vectors;
    private readonly NodeConnections _connections;
    private readonly Func<string> _ownAddress;
    private readonly RepairOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    public Repairer(
        TableStore store, IFileSystem files, RepairPlan plan, BadCopies badCopies, SegmentCopies copies,
        SpareCollection spares, VectorCopies vectors, NodeConnections connections, Func<string> ownAddress,
        RepairOptions options)
    {
        _store = store;
        _files = files;
        Plan = plan;
        _badCopies = badCopies;
        _copies = copies;
        _spares = spares;
        _vectors = vectors;
        _connections = connections;
        _ownAddress = ownAddress;
        _options = options;
    }

    /// <summary>Decides what is due.</summary>
    public RepairPlan Plan { get; }

    /// <summary>Why the last round did not do all; null when it did. The next one tries again.</summary>
    public ColFragException? LastFailure { get; private set; }

    /// <summary>
    /// Makes segments of the rows of a table that are still in this process's journal; set by who can.
    /// </summary>
    public Func<long, CancellationToken, ValueTask> SealAsync { get; set; } = (_, _) => ValueTask.CompletedTask;

    /// <summary>Copies made so far.</summary>
    public long CopyCount { get; private set; }

    /// <summary>Begins to run in the background.</summary>
    public void Start() => _running = LoopAsync(_stop.Token);

    /// <summary>Asks for a look soon.</summary>
    public void Wake()
    {
        lock (_lock) _wake.TrySetResult();
    }

    /// <summary>Does what is due now, in all tables; returns how many segments were looked after.</summary>
    public async ValueTask<int> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        LastFailure = null;
        int done = 0;
        foreach (long table in _store.Follower.Newest.TableIds.ToArray())
        {
            await SealJournalAsync(table, cancellationToken);
            done += await RepairAsync(table, cancellationToken);
        }
        return done + await _spares.RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
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
            await Waiting.FirstAsync(_store.Clock.Delay(_options.Interval, delay.Token), woken);
            delay.Cancel();
            if (stop.IsCancellationRequested) return;
            lock (_lock) _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            try
            {
                // One round may make room for the next: a copy is fetched, then another one is too much.
                for (int round = 0; round < 16 && await RunOnceAsync(stop) > 0; round++)
                {
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ColFragException error)
            {
                LastFailure = error;
            }
        }
    }

    /// <summary>Rows in the journal have one copy: from the first workers on, none are to stay there.</summary>
    private async ValueTask SealJournalAsync(long table, CancellationToken cancellationToken)
    {
        CatalogSnapshot catalog = _store.Follower.Newest;
        if (!Plan.CanMove || catalog.FindHead(table) is not { DropTime: null }) return;
        if (catalog.GetTable(table).Segments.Values.Any(s => s.IsJournal)) await SealAsync(table, cancellationToken);
    }

    private async ValueTask<int> RepairAsync(long table, CancellationToken cancellationToken)
    {
        // Whoever collects what old versions name must not do so under a copy that is being made.
        using Pins.Pin pin = _store.Pins.Add(() => _store.Follower.Newest);
        CatalogSnapshot catalog = pin.Catalog;
        if (catalog.FindHead(table) is not { DropTime: null }) return 0;
        TableState state = catalog.GetTable(table);
        TableDefinition definition = catalog.GetDefinition(table);
        RepairJob[] jobs =
        [
            .. state.Segments.Values
                .Select(s => Plan.For(catalog, s, definition, state.RangeOf(s)).ToArray())
                .Where(due => due.Length > 0).Take(_options.CommitSegments).SelectMany(due => due),
        ];
        if (jobs.Length == 0 && Plan.Balance.For(state) is { } move) jobs = [move];
        // Until the commit has named them, or not.
        IDisposable[] claims =
            [.. jobs.Select(j => _copies.Claim(j.Segment.Key.Id, j.Targets.Select(t => t.Id)))];
        try
        {
            return await MakeAsync(table, state, definition, jobs, cancellationToken);
        }
        finally
        {
            foreach (IDisposable claim in claims) claim.Dispose();
        }
    }

    private async ValueTask<int> MakeAsync(
        long table, TableState state, TableDefinition definition, RepairJob[] jobs,
        CancellationToken cancellationToken)
    {
        List<RepairJob> made = [];
        foreach (RepairJob[] some in jobs.Chunk(_options.Parallelism))
        {
            bool[] good = await Waiting.AllAsync(some.Select(j => TryCopyAsync(j, cancellationToken)));
            made.AddRange(some.Where((_, i) => good[i]));
        }
        RepairJob[] moved = [.. made.Where(j => j.ChangesPlaces && IsWhole(j, made))];
        if (moved.Length > 0) await Buggify.PauseAsync("copies were made and not named");
        if (moved.Length > 0 && !await CommitAsync(state, definition, moved)) return 0;
        foreach (RepairJob job in moved) await BringNewVectorAsync(table, job, cancellationToken);
        return made.Count;
    }

    /// <summary>What lies in this process's folder leaves it with all of its column groups, or not at all.</summary>
    private static bool IsWhole(RepairJob job, List<RepairJob> made) => !job.Segment.IsLocal ||
        made.Where(j => j.Segment.Key == job.Segment.Key).Sum(j => j.Part.Groups.Length) == job.Segment.Groups.Length;

    private async Task<bool> TryCopyAsync(RepairJob job, CancellationToken cancellationToken)
    {
        KnownWorker current = job.Targets[0];
        try
        {
            SegmentRecord segment = job.Segment;
            WorkerAddress source = job.Source?.Address ?? new WorkerAddress(0, _ownAddress());
            ImmutableArray<GroupHash> groups =
                [.. job.Part.Groups.Select(g => new GroupHash(g.Group, g.ManifestHash))];
            foreach (KnownWorker target in job.Targets)
            {
                current = target;
                if (job.IsVectorOnly)
                {
                    await BringVectorAsync(target, segment, cancellationToken);
                    continue;
                }
                await _copies.CopyAsync(
                    target, segment.FolderTable, segment.Key.Id, groups, source, cancellationToken);
                await BringVectorAsync(target, segment, cancellationToken);
                _badCopies.Remove(segment.Key.Id, job.Groups, target.Id);
                CopyCount++;
            }
            return true;
        }
        catch (ColFragException error)
        {
            LastFailure = error;
            // A source that has no good copy is no source the next time.
            if (SegmentCopies.IsBadSource(error) && !job.IsVectorOnly && job.Source is { } bad)
            {
                if (job.IsLook) _badCopies.Confirm(job.Segment.Key.Id, job.Groups, bad.Id);
                else _badCopies.Add(job.Segment.Key.Id, job.Groups, bad.Id);
            }
            else
            {
                Plan.Avoid(current);
            }
            return false;
        }
    }

    private async ValueTask<bool> CommitAsync(TableState state, TableDefinition definition, RepairJob[] moved)
    {
        TableChange change = new(state, definition, DeltaCause.Move)
        {
            Edits =
            [
                .. moved.SelectMany(j => j.Groups.Select(g => new SetWorkers(j.Segment.Key, g, j.Workers))),
            ],
        };
        CommitRequest request = new()
        {
            Tables = [change],
            Compares = !Safeguards.Keep(Safeguard.WorkerCompare) ? [] :
                [.. moved.SelectMany(j => j.Targets).Select(RemoteSegmentSink.GuardOf).Distinct()],
        };
        try
        {
            CommitOutcome outcome = await _store.Commits.CommitAsync(request, CancellationToken.None);
            if (outcome.IsCommitted) await _store.Follower.GetAsync(outcome.Revision, CancellationToken.None);
            return outcome.IsCommitted;
        }
        catch (QueryException)
        {
            // Altered or dropped meanwhile.
            return false;
        }
    }

    /// <summary>
    /// Brings rows that were deleted while the copy was made: from the commit on, writers see the new place.
    /// </summary>
    private async ValueTask BringNewVectorAsync(long table, RepairJob job, CancellationToken cancellationToken)
    {
        CatalogSnapshot newest = _store.Follower.Newest;
        if (newest.FindHead(table) is not { DropTime: null }) return;
        if (!newest.GetTable(table).Segments.TryGetValue(job.Segment.Key, out SegmentRecord? now)) return;
        if (now.DeleteVector?.Id == job.Segment.DeleteVector?.Id) return;
        foreach (KnownWorker target in job.Targets)
        {
            try
            {
                await BringVectorAsync(target, now, cancellationToken);
            }
            catch (ColFragException error)
            {
                LastFailure = error;
                _badCopies.Add(now.Key.Id, job.Groups, target.Id);
            }
        }
    }

    private async ValueTask BringVectorAsync(
        KnownWorker target, SegmentRecord segment, CancellationToken cancellationToken)
    {
        if (segment.DeleteVector is not { Journal: null } vector || !Safeguards.Keep(Safeguard.CopyVector)) return;
        string path = StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, vector.Id);
        byte[] bytes = _files.ReadAll(path, MaxVectorBytes);
        RpcConnection connection = await _connections.GetAsync(target.Address, cancellationToken);
        await connection.CallAsync<Done>(
            new WriteDeleteVector(segment.FolderTable, segment.Key.Id, vector.Id, bytes), s_vectorPatience,
            cancellationToken);
        if (_copies.Workers.IsSame(target)) _vectors.Add(vector.Id, target.Id);
    }
}
