using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Results;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>Runs plans in this process: rules, operators, pipelines.</summary>
internal sealed class LocalPlanRunner : IPlanRunner
{
    public ValueTask<RunningPlan> StartAsync(
        LogicalNode plan, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        RunningPlan? found = TryFind(plan, environment, static _ => true, out PhysicalNode? root);
        return new(found ?? Start(root!, environment, cancellationToken));
    }

    /// <summary>The row of a plan that asks for one by its key; of any other plan the operators.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="environment">What the run needs.</param>
    /// <param name="isHere">True for segments that this process can read.</param>
    /// <param name="root">The operators, where nothing was found.</param>
    public static RunningPlan? TryFind(
        LogicalNode plan, QueryEnvironment environment, Func<SnapshotSegment, bool> isHere, out PhysicalNode? root)
    {
        root = environment.Kept?.Root;
        if (root is not null) return null;
        // For one row the rules take longer than the rest, so the plan is looked at before them too.
        if (KeyLookup.TryStart(plan, environment.Parameters, isHere) is { } found) return found;
        LogicalNode optimized = Optimize(plan, environment);
        if (KeyLookup.TryStart(optimized, environment.Parameters, isHere) is { } late) return late;
        root = PhysicalOf(optimized, environment, isHere);
        if (environment.Kept is { } kept) kept.Root = root;
        return null;
    }

    public Task RunAsync(
        LogicalNode plan, Sink target, QueryEnvironment environment, CancellationToken cancellationToken) =>
        RunAsync(PlanOf(plan, environment, static _ => true), target, environment, cancellationToken);

    /// <summary>Starts a plan of operators whose rows go to a reader.</summary>
    public static RunningPlan Start(
        PhysicalNode root, QueryEnvironment environment, CancellationToken cancellationToken) =>
        new Running(RunningQuery.Start(root, environment, cancellationToken));

    /// <summary>Runs a plan of operators whose rows go into a sink.</summary>
    public static async Task RunAsync(
        PhysicalNode root, Sink target, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        using QueryRun run = new(root, target, environment);
        await using CancellationTokenRegistration cancel =
            cancellationToken.Register(static r => ((QueryRun)r!).Cancel(), run);
        run.Start();
        await run.Completion;
    }

    public ValueTask<IReadOnlyList<string>> ExplainAsync(
        LogicalNode plan, BoundExplain options, QueryEnvironment environment, CancellationToken cancellationToken) =>
        ExplainAsync(PlanOf(plan, environment, static _ => true), options, environment, cancellationToken);

    /// <summary>A plan of operators in lines.</summary>
    public static async ValueTask<IReadOnlyList<string>> ExplainAsync(
        PhysicalNode root, BoundExplain options, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        Func<PhysicalNode, Func<PhysicalNode, OperatorStatistics>?, IReadOnlyList<string>> print =
            options.Format == ExplainFormat.Json ? ExplainJson.Lines : ExplainText.Lines;
        if (!options.IsAnalyze) return print(root, null);
        await using RunningQuery query = RunningQuery.Start(root, environment, cancellationToken);
        while (await query.ReadAsync(cancellationToken) is not null)
        {
        }
        return print(root, query.Run.StatisticsOf);
    }

    /// <summary>The operators that a plan becomes, in one place.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="environment">What the run needs.</param>
    /// <param name="isHere">True for segments that this process can read; null where it is not known yet.</param>
    public static PhysicalNode PlanOf(
        LogicalNode plan, QueryEnvironment environment, Func<SnapshotSegment, bool>? isHere = null) =>
        PhysicalOf(Optimize(plan, environment), environment, isHere);

    private static LogicalNode Optimize(LogicalNode plan, QueryEnvironment environment) => Optimizer.Optimize(
        plan, new OptimizerContext(new PlanColumnFactory(), environment.Session)
        {
            DisabledRules = environment.DisabledRules, Parameters = environment.Parameters,
        });

    private static PhysicalNode PhysicalOf(
        LogicalNode optimized, QueryEnvironment environment, Func<SnapshotSegment, bool>? isHere) =>
        PhysicalPlanner.Plan(
            optimized, new PlannerContext
            {
                Session = environment.Session, Parameters = environment.Parameters, IsHere = isHere,
                DisabledRules = environment.DisabledRules,
            });

    private sealed class Running(RunningQuery query) : RunningPlan
    {
        public override ValueTask<Vectors.Batch?> ReadAsync(CancellationToken cancellationToken) =>
            query.ReadAsync(cancellationToken);

        public override ValueTask DisposeAsync() => query.DisposeAsync();
    }
}
