using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Vectors;

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>
/// Runs plans as a cluster does, in this process: distributed, cut into stages, sent as bytes to every task of a stage,
/// rows between tasks in queues. Tables are spread over the workers by segments; what is in the journal is only at the
/// coordinator.
/// </summary>
internal sealed class SitesRunner(int workers) : IPlanRunner
{
    /// <summary>How plans are spread.</summary>
    public DistributionSettings Settings { get; set; } = new(workers);

    /// <summary>The last plan that ran.</summary>
    public DistributedPlan? LastPlan { get; private set; }

    /// <summary>The last run.</summary>
    public SitesRun? LastRun { get; private set; }

    public ValueTask<RunningPlan> StartAsync(
        LogicalNode plan, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        SitesRun run = Start(plan, environment);
        RunningQuery root = RunningQuery.Start(run.Root, run.RootEnvironment, cancellationToken);
        run.Start(root.Run.Fail);
        return new(new Running(root, run));
    }

    public async Task RunAsync(
        LogicalNode plan, Sink target, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        await using SitesRun run = Start(plan, environment);
        using QueryRun root = new(run.Root, target, run.RootEnvironment);
        root.Start();
        run.Start(root.Fail);
        await root.Completion;
    }

    public ValueTask<IReadOnlyList<string>> ExplainAsync(
        LogicalNode plan, BoundExplain options, QueryEnvironment environment, CancellationToken cancellationToken) =>
        new(ExplainText.Lines(Distribute(plan, environment), null));

    private SitesRun Start(LogicalNode plan, QueryEnvironment environment)
    {
        LastPlan = StageSplitter.Split(Distribute(plan, environment));
        return LastRun = new SitesRun(LastPlan, environment, workers);
    }

    private PhysicalNode Distribute(LogicalNode plan, QueryEnvironment environment)
    {
        LogicalNode optimized = Optimizer.Optimize(
            plan, new OptimizerContext(new PlanColumnFactory(), environment.Session));
        PhysicalNode planned = PhysicalPlanner.Plan(
            optimized, new PlannerContext { Session = environment.Session, Parameters = environment.Parameters });
        return DistributionPlanner.Distribute(planned, Settings);
    }

    private sealed class Running(RunningQuery root, SitesRun run) : RunningPlan
    {
        public override ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken) =>
            root.ReadAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await root.DisposeAsync();
            await run.DisposeAsync();
        }
    }
}
