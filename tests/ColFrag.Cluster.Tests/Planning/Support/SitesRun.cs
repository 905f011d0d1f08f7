using System.Collections.Immutable;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Store;

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>One distributed plan at work: a run for every task of every stage.</summary>
internal sealed class SitesRun : IAsyncDisposable
{
    /// <summary>Where the statement is.</summary>
    private const int Coordinator = 0;

    private readonly DistributedPlan _plan;
    private readonly QueryEnvironment _environment;
    private readonly int _workers;
    private readonly int[][] _sites;
    private readonly PartitionQueue[][][] _queues;
    private readonly List<QueryRun> _tasks = [];

    public SitesRun(DistributedPlan plan, QueryEnvironment environment, int workers)
    {
        _plan = plan;
        _environment = environment;
        _workers = workers;
        _sites = [.. plan.Stages.Select(SitesOf)];
        _queues = [.. plan.Stages.Select(CreateQueues)];
        RootEnvironment = environment with { Exchanges = new Inputs(this, 0) };
        foreach (StagePlan stage in plan.Stages)
        {
            for (int task = 0; task < _sites[stage.Number].Length; task++) _tasks.Add(CreateTask(stage, task));
        }
    }

    public PhysicalNode Root => _plan.Root;

    public QueryEnvironment RootEnvironment { get; }

    /// <summary>Rows that the root reads.</summary>
    public long GatheredRows => _plan.RootInputs.Sum(RowsOf);

    /// <summary>Rows that a stage has given, to all its readers.</summary>
    public long RowsOf(int stage) => _queues[stage].Sum(partitions => partitions.Sum(q => q.RowCount));

    /// <summary>Starts every task; the first that fails is told.</summary>
    public void Start(Action<Exception> fail)
    {
        foreach (QueryRun task in _tasks)
        {
            task.Completion.ContinueWith(
                c => fail(c.Exception!.InnerException!), CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            task.Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PartitionQueue queue in _queues.SelectMany(s => s).SelectMany(t => t)) queue.Dispose();
        foreach (QueryRun task in _tasks)
        {
            task.Dispose();
            await task.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private QueryRun CreateTask(StagePlan stage, int task)
    {
        int site = _sites[stage.Number][task];
        PhysicalNode root = stage.RootOver(stage.Segments.Where(s => SiteOf(s) == site).ToHashSet(), 0);
        QueryEnvironment environment = _environment;
        if (site != Coordinator)
        {
            byte[] bytes = PlanBytes.Write(root, environment.Session, environment.Parameters);
            SegmentCache? segments = stage.Reads.FirstOrDefault()?.Snapshot.Cache;
            ReceivedPlan received = PlanBytes.Read(bytes, new PlanReadContext(segments!, FunctionRegistry.BuiltIn));
            root = received.Root;
            environment = environment with { Session = received.Session, Parameters = received.Parameters };
        }
        PartitionSink sink = new(stage.Output, root.Output, _queues[stage.Number][task]);
        return new QueryRun(root, sink, environment with { Exchanges = new Inputs(this, task) });
    }

    private int[] SitesOf(StagePlan stage)
    {
        switch (stage.Placement)
        {
            case StagePlacement.Workers:
                return [.. Enumerable.Range(1, _workers)];
            case StagePlacement.Coordinator:
                return [Coordinator];
            default:
                IEnumerable<int> all = stage.Segments.Select(SiteOf);
                int[] sites = [.. all.Distinct().Order()];
                return sites.Length == 0 ? [Coordinator] : sites;
        }
    }

    private int SiteOf(SnapshotSegment segment)
    {
        if (segment.IsRows) return Coordinator;
        // All of a range in one place where that means something.
        ImmutableArray<RangeRecord> ranges = segment.Table.State.Ranges;
        bool isHash = segment.Table.Definition.Scheme.Kind == Distribution.Hash;
        int place = isHash ? ranges.IndexOf(ranges.First(r => r.Id == segment.Record.RangeId)) : segment.Number;
        return 1 + (place % _workers);
    }

    private PartitionQueue[][] CreateQueues(StagePlan stage)
    {
        StagePlan? reader = _plan.ReaderOf(stage);
        int partitions = reader is null ? 1 : _sites[reader.Number].Length;
        return
        [
            .. _sites[stage.Number].Select(
                _ => Enumerable.Range(0, partitions).Select(_ => new PartitionQueue(stage.Root.Output)).ToArray()),
        ];
    }

    private sealed class Inputs(SitesRun run, int task) : IExchangeInputs
    {
        public Source Open(ExchangeSourceNode node, QueryRun query) =>
            new QueueSource([.. run._queues[node.Stage].Select(partitions => partitions[task])]);
    }
}
