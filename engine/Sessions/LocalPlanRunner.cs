using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Rules;

namespace ColFrag.Engine.Sessions;

/// <summary>Runs plans in this process: rules, operators, pipelines.</summary>
internal sealed class LocalPlanRunner : IPlanRunner
{
    public ValueTask<RunningPlan> StartAsync(LogicalNode plan, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        PhysicalNode root = PlanOf(plan, environment);
        return new(new Running(RunningQuery.Start(root, environment, cancellationToken)));
    }

    public async Task RunAsync(LogicalNode plan, Sink target, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        using QueryRun run = new(PlanOf(plan, environment), target, environment);
        await using CancellationTokenRegistration cancel = cancellationToken.Register(static r => ((QueryRun)r!).Cancel(), run);
        run.Start();
        await run.Completion.ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<string>> ExplainAsync(
        LogicalNode plan, BoundExplain options, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        PhysicalNode root = PlanOf(plan, environment);
        if (!options.IsAnalyze) return ExplainText.Lines(root, null);
        await using RunningQuery query = RunningQuery.Start(root, environment, cancellationToken);
        while (await query.ReadAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
        }
        return ExplainText.Lines(root, query.Run);
    }

    private static PhysicalNode PlanOf(LogicalNode plan, QueryEnvironment environment)
    {
        OptimizerContext context = new(new PlanColumnFactory(), environment.Session)
        {
            DisabledRules = environment.DisabledRules,
        };
        return PhysicalPlanner.Plan(
            Optimizer.Optimize(plan, context),
            new PlannerContext { Session = environment.Session, Parameters = environment.Parameters });
    }

    private sealed class Running(RunningQuery query) : RunningPlan
    {
        public override ValueTask<Vectors.Batch?> ReadAsync(CancellationToken cancellationToken) => query.ReadAsync(cancellationToken);

        public override ValueTask DisposeAsync() => query.DisposeAsync();
    }
}
