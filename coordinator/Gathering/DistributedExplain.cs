using System.Globalization;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// A plan over several processes in lines: first what runs beside the statement, then each stage with where it runs and
/// where its rows go; after a run with the figures of all of its tasks together, and of each task by itself.
/// </summary>
internal sealed class DistributedExplain(DistributedPlan plan)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PhysicalNode, OperatorStatistics> _figures = new(ReferenceEqualityComparer.Instance);
    private readonly List<(StagePlan Stage, TaskAddress Task, TaskFinished Result)> _tasks = [];
    private long _gatheredBytes;

    /// <summary>Notes what a task did.</summary>
    public void Add(StagePlan stage, TaskAddress task, TaskFinished result)
    {
        lock (_lock)
        {
            _tasks.Add((stage, task, result));
            if (result.Statistics.Length == 0) return;
            TaskStatistics.AddTo(FiguresOf, stage.Root, result.Statistics, NameOf(task.Worker));
        }
    }

    /// <summary>Notes bytes of rows that the statement got from a worker.</summary>
    public void CountGathered(long bytes)
    {
        lock (_lock) _gatheredBytes += bytes;
    }

    /// <summary>The lines.</summary>
    /// <param name="run">The run of what is beside the statement; null where the plan was not run.</param>
    public IReadOnlyList<string> Lines(QueryRun? run)
    {
        List<string> lines = [.. ExplainText.Lines(plan.Root, run is null ? null : run.StatisticsOf)];
        // The last stages first: they stand nearest to what reads them.
        foreach (StagePlan stage in plan.Stages.Reverse())
        {
            lines.Add($"Stage {stage.Number}, {WhereOf(stage)}, {WhitherOf(stage)}");
            lines.AddRange(ExplainText.Lines(stage.Root, run is null ? null : FiguresOf).Select(l => "   " + l));
            lock (_lock)
            {
                lines.AddRange(_tasks.Where(t => t.Stage.Number == stage.Number).OrderBy(t => t.Task.Task)
                    .Select(t => $"   {LineOf(t.Task, t.Result)}"));
            }
        }
        if (run is not null) lines.Add(ExchangedLine());
        return lines;
    }

    /// <summary>What went over the network in all; what a process gave itself does not count.</summary>
    private string ExchangedLine()
    {
        lock (_lock)
        {
            long here = _gatheredBytes + _tasks.Where(t => t.Task.Worker.Worker == 0).Sum(t => t.Result.ReceivedBytes);
            long between = _tasks.Where(t => t.Task.Worker.Worker != 0).Sum(t => t.Result.ReceivedBytes);
            long lent = _tasks.Sum(t => t.Result.LentBytes);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Exchanged: {here} bytes to the coordinator, {between} to workers, {lent} of column files lent");
        }
    }

    private static string WhereOf(StagePlan stage) => stage.Placement switch
    {
        StagePlacement.Segments when stage.KeepsRanges => string.Create(
            CultureInfo.InvariantCulture, $"where whole ranges are ({stage.Segments.Count()} segments)"),
        StagePlacement.Segments => string.Create(
            CultureInfo.InvariantCulture,
            $"where the segments are ({stage.Segments.Count()})"),
        StagePlacement.Workers => "at every worker",
        _ => "at the coordinator",
    };

    private string WhitherOf(StagePlan stage)
    {
        string reader = plan.ReaderOf(stage) is { } above ? $"stage {above.Number}" : "the coordinator";
        return stage.Output.Kind == ExchangeKind.Gather
            ? $"gathered by {reader}" : $"to {reader}: {stage.Output.Describe(stage.Root.Output)}";
    }

    private static string LineOf(TaskAddress task, TaskFinished result) => string.Create(
        CultureInfo.InvariantCulture,
        $"Task {task.Task} at {NameOf(task.Worker)}: {result.Rows} rows, {result.Bytes} bytes sent{Lent(result)}");

    private static string Lent(TaskFinished result) => result.LentBytes == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture, $", {result.LentBytes} bytes of column groups fetched from others");

    private static string NameOf(WorkerAddress worker) =>
        worker.Worker == 0 ? "the coordinator" : $"worker {worker.Worker:x}";

    private OperatorStatistics FiguresOf(PhysicalNode node)
    {
        if (!_figures.TryGetValue(node, out OperatorStatistics? figures))
            _figures.Add(node, figures = new OperatorStatistics());
        return figures;
    }
}
