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
using ColFrag.Protocol.Messages.Cluster;
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
        await using QueryParts parts = Prepare(distributed, environment, explain.Add);
        await using RunningQuery query = RunningQuery.Start(
            distributed.Root, environment with { Exchanges = parts.Query }, cancellationToken);
        parts.Query.Start();
        while (await query.ReadAsync(cancellationToken) is not null)
        {
        }
        await parts.Query.Gathered;
        return explain.Lines(query.Run);
    }

    /// <summary>The worker that a query that starts now would ask for each segment, by the segment's id.</summary>
    /// <exception cref="Engine.Errors.ClusterException">Of a segment there is no copy.</exception>
    public IReadOnlyDictionary<long, long> ChooseCopies(IReadOnlyList<SnapshotSegment> segments)
    {
        using ReplicaChoice choice = new(_sites.Directory, _loads, new Dictionary<long, string>());
        return choice.Assign(segments)
            .SelectMany(share => share.Segments.Select(s => (s.Record.Key.Id, share.Worker.Worker)))
            .ToDictionary(s => s.Id, s => s.Worker);
    }

    /// <summary>The plan over workers; null where it reads nothing of theirs.</summary>
    private DistributedPlan? Split(PhysicalNode root)
    {
        bool readsWorkers = root.DescendantsAndSelf().OfType<TableScanNode>().Any(
            scan => scan.Snapshot.Segments.Any(s => !ReplicaChoice.IsHere(s)));
        if (!readsWorkers) return null;
        // Without any worker the plan is the same: choosing the copies says which are missed.
        DistributionSettings settings = _options.Distribution with
        {
            Workers = Math.Max(1, _sites.Directory.LiveWorkers.Length), IsHere = ReplicaChoice.IsHere,
        };
        return StageSplitter.Split(DistributionPlanner.Distribute(ScanGroups.Narrow(root), settings));
    }

    private QueryParts Prepare(
        DistributedPlan plan, QueryEnvironment environment,
        Action<StagePlan, TaskAddress, TaskFinished>? taskEnded = null)
    {
        Dictionary<long, string> names = [];
        foreach (TableScanNode scan in plan.Stages.SelectMany(s => s.Scans)) names[scan.Snapshot.TableId] = scan.Name;
        MemoryAccount account = environment.Memory.CreateAccount("gathered rows", plan);
        PieceLimits pieces = new(
            account, _options.PieceMemoryBytes, _options.Files,
            $"{SpillFolder}/{Interlocked.Increment(ref _lastQuery)}");
        DistributedQueryContext context = new(_sites, environment, pieces, _options.Clock, _options.Random)
        {
            TaskEnded = taskEnded,
        };
        return new QueryParts(
            new DistributedQuery(plan, context, new ReplicaChoice(_sites.Directory, _loads, names)), account, pieces);
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

    /// <summary>Has workers load files; null where they do not.</summary>
    public FileLoads? Loads { get; init; }

    /// <summary>Bytes of gathered rows of one query from which they go to disk.</summary>
    public long PieceMemoryBytes { get; init; } = 256 << 20;
}
