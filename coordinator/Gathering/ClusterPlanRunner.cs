using ColFrag.Coordinator.Loading;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// Runs plans over workers where they read what workers have, and here where they do not: a plan over system relations,
/// files or a folder that no worker has taken over yet loses nothing by the cluster.
/// </summary>
internal sealed class ClusterPlanRunner : IPlanRunner
{
    /// <summary>Where rows go that memory is too small for.</summary>
    public const string SpillFolder = "spill-pieces";

    private readonly TaskSites _sites;
    private readonly WorkerLoads _loads = new();
    private readonly ClusterPlanOptions _options;
    private long _lastQuery;

    /// <param name="directory">The workers.</param>
    /// <param name="local">The coordinator's own tasks.</param>
    /// <param name="options">The process around.</param>
    public ClusterPlanRunner(ISiteDirectory directory, StageRunner local, ClusterPlanOptions options)
    {
        _sites = new TaskSites(directory, local);
        _options = options;
        options.Files.DeleteFolder(SpillFolder);
    }

    public async ValueTask<RunningPlan> StartAsync(
        LogicalNode plan, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        if (LocalPlanRunner.TryFind(plan, environment, ReplicaChoice.IsHere, out PhysicalNode? root) is { } found)
            return found;
        if (Split(root!) is not { } distributed) return LocalPlanRunner.Start(root!, environment, cancellationToken);
        QueryParts parts = Prepare(distributed, environment);
        RunningQuery running;
        try
        {
            running = RunningQuery.Start(
                distributed.Root, environment with { Exchanges = parts.Query }, cancellationToken);
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
        parts.Query.Start();
        return new Running(running, parts);
    }

    public async Task RunAsync(
        LogicalNode plan, Sink target, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        PhysicalNode root = LocalPlanRunner.PlanOf(plan, environment);
        if (Split(root) is not { } distributed)
        {
            await LocalPlanRunner.RunAsync(root, target, environment, cancellationToken);
            return;
        }
        await using QueryParts parts = Prepare(distributed, environment);
        using QueryRun run = new(distributed.Root, target, environment with { Exchanges = parts.Query });
        await using CancellationTokenRegistration cancel = cancellationToken.Register(run.Cancel);
        parts.Query.Start();
        run.Start();
        await run.Completion;
    }

    public async ValueTask<bool> TryInsertAsync(
        LogicalNode plan, TableWriter target, IReadOnlyList<string> checks, QueryEnvironment environment,
        CancellationToken cancellationToken)
    {
        if (_options.Loads is not { } loads || !FileLoadPlan.ReadsFiles(plan)) return false;
        return await loads.TryRunAsync(
            LocalPlanRunner.PlanOf(plan, environment), target, checks, environment, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<string>> ExplainAsync(
        LogicalNode plan, BoundExplain options, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        PhysicalNode root = LocalPlanRunner.PlanOf(plan, environment);
        if (Split(root) is not { } distributed)
            return await LocalPlanRunner.ExplainAsync(root, options, environment, cancellationToken);
        DistributedExplain explain = new(distributed);
        if (!options.IsAnalyze) return explain.Lines(null);
        await using QueryParts parts = Prepare(distributed, environment, explain);
        await using RunningQuery query = RunningQuery.Start(
            distributed.Root, environment with { Exchanges = parts.Query }, cancellationToken);
        parts.Query.Start();
        while (await query.ReadAsync(cancellationToken) is not null)
        {
        }
        await parts.Query.Gathered;
        return explain.Lines(query.Run);
    }

    /// <summary>The workers that a query that starts now would ask.</summary>
    /// <exception cref="Engine.Errors.ClusterException">Of a segment there is no copy.</exception>
    public ScanPlaces PlaceScans(PhysicalNode root)
    {
        if (Split(root) is not { } plan) return ScanPlaces.None;
        using ReplicaChoice choice = new(_sites.Directory, _loads, NamesOf(plan));
        List<(long Segment, int Group, long Worker)> readers = [];
        List<(long Table, string Other)> together = [];
        foreach (StagePlan stage in plan.Stages.Where(s => s.RunsAtSegments))
        {
            foreach (TaskShare share in choice.Assign(stage))
            {
                readers.AddRange(share.Segments.SelectMany(s => s.Record.Groups.Select(
                    g => (s.Record.Key.Id, g.Group, share.Worker.Worker))));
            }
            StageRead[] kept = [.. stage.Reads.Where(r => r.KeepsRanges)];
            together.AddRange(kept.SelectMany(
                (one, i) => kept.Where((_, k) => k != i).Select(other => (one.Snapshot.TableId, other.Table))));
        }
        return new ScanPlaces(
            readers.Distinct().ToLookup(r => (r.Segment, r.Group), r => r.Worker),
            [
                .. plan.Stages.SelectMany(s => s.Root.DescendantsAndSelf()).OfType<FetchNode>().SelectMany(
                    f => f.Fetched.Map(c => (f.Snapshot.TableId, f.Snapshot.Definition.Columns[c].Group))),
            ],
            together.Distinct().ToLookup(t => t.Table, t => t.Other));
    }

    /// <summary>The plan over workers; null where it reads nothing of theirs.</summary>
    private DistributedPlan? Split(PhysicalNode root)
    {
        bool readsWorkers = root.DescendantsAndSelf().OfType<TableScanNode>().Any(
            scan => scan.Snapshot.Segments.Any(s => !ReplicaChoice.IsHere(s)));
        if (!readsWorkers) return null;
        return StageSplitter.Split(DistributionPlanner.Distribute(ScanGroups.Narrow(root), Settings()));
    }

    /// <summary>Without any worker the plan is the same: choosing the copies says which are missed.</summary>
    private DistributionSettings Settings() => _options.Distribution with
    {
        Workers = Math.Max(1, _sites.Directory.LiveWorkers.Length), IsHere = ReplicaChoice.IsHere,
    };

    private QueryParts Prepare(
        DistributedPlan plan, QueryEnvironment environment, DistributedExplain? explain = null)
    {
        MemoryAccount account = environment.Memory.CreateAccount("gathered rows", plan);
        PieceLimits pieces = new(
            account, _options.PieceMemoryBytes, _options.Files,
            $"{SpillFolder}/{Interlocked.Increment(ref _lastQuery)}");
        DistributedQueryContext context = new(_sites, environment, pieces, _options.Clock, _options.Random)
        {
            Hedges = _options.Hedges,
            TaskEnded = explain is null ? null : explain.Add, Gathered = explain is null ? null : explain.CountGathered,
        };
        return new QueryParts(
            new DistributedQuery(plan, context, new ReplicaChoice(_sites.Directory, _loads, NamesOf(plan))),
            account, pieces);
    }

    private static Dictionary<long, string> NamesOf(DistributedPlan plan)
    {
        Dictionary<long, string> names = [];
        foreach (StageRead read in plan.Stages.SelectMany(s => s.Reads)) names[read.Snapshot.TableId] = read.Table;
        return names;
    }

    /// <summary>What ends with a query besides its run.</summary>
    private sealed record QueryParts(DistributedQuery Query, MemoryAccount Account, PieceLimits Pieces)
        : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Query.DisposeAsync();
            Pieces.DeleteFolder();
            Account.Dispose();
        }
    }

    private sealed class Running(RunningQuery query, QueryParts parts) : RunningPlan
    {
        public override ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken) =>
            query.ReadAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await query.DisposeAsync();
            await parts.DisposeAsync();
        }
    }
}

/// <summary>What running plans over workers needs of the process.</summary>
internal sealed record ClusterPlanOptions
{
    public required IClock Clock { get; init; }

    public required IRandom Random { get; init; }

    /// <summary>The coordinator's disk, for rows that memory is too small for.</summary>
    public required IFileSystem Files { get; init; }

    /// <summary>What is worth moving rows for; how many workers there are is asked for each query.</summary>
    public DistributionSettings Distribution { get; init; } = new(0);

    /// <summary>When another worker is asked for what one is late with.</summary>
    public HedgeOptions Hedges { get; init; } = new();

    /// <summary>Has workers load files; null where they do not.</summary>
    public FileLoads? Loads { get; init; }

    /// <summary>Bytes of gathered rows of one query from which they go to disk.</summary>
    public long PieceMemoryBytes { get; init; } = 256 << 20;
}
