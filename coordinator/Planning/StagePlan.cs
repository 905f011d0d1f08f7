using System.Collections.Immutable;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Store;

namespace ColFrag.Coordinator.Planning;

/// <summary>Where the tasks of a stage run.</summary>
internal enum StagePlacement : byte
{
    /// <summary>Where segments of its scans are; where there are no segments at all, one task anywhere.</summary>
    Segments,

    /// <summary>On every worker: a task per partition of its inputs.</summary>
    Workers,

    /// <summary>One task beside the statement, because what it reads is only there.</summary>
    Coordinator,
}

/// <summary>
/// A part of a plan that runs in one place, or in several over different rows. Each of its tasks reads, of every input
/// stage, the partition of its own number: an input stage has as many partitions as this stage has tasks.
/// </summary>
/// <param name="Number">Its number; inputs have smaller ones.</param>
/// <param name="Root">
/// What it computes; leaves are scans, rows in the plan and <see cref="ExchangeSourceNode"/>s.
/// </param>
/// <param name="Output">How its rows leave.</param>
/// <param name="Inputs">The stages that it reads.</param>
/// <param name="Placement">Where its tasks run.</param>
internal sealed record StagePlan(
    int Number, PhysicalNode Root, ExchangeOutput Output, ImmutableArray<int> Inputs, StagePlacement Placement)
{
    /// <summary>True when it reads segments of tables: its tasks run where these are.</summary>
    public bool RunsAtSegments => Placement == StagePlacement.Segments;

    /// <summary>True when it reads nothing but segments: a task can be run again elsewhere.</summary>
    public bool ReadsOnlySegments => RunsAtSegments && Inputs.IsEmpty;

    /// <summary>The scans in it.</summary>
    public IEnumerable<TableScanNode> Scans => Root.DescendantsAndSelf().OfType<TableScanNode>();

    /// <summary>What one task computes: the root with scans over the task's segments alone.</summary>
    public PhysicalNode RootOver(Func<TableScanNode, SnapshotSegment, bool> isWanted) => Root.RewriteUp(
        node => node is not TableScanNode scan
            ? node : scan with { Snapshot = scan.Snapshot.Only(s => isWanted(scan, s)) });
}

/// <summary>A plan cut into stages.</summary>
/// <param name="Stages">
/// By number; inputs come before those who read them. Each is read by one stage or by the root.
/// </param>
/// <param name="Root">What runs beside the statement, over the rows of the last stages.</param>
internal sealed record DistributedPlan(ImmutableArray<StagePlan> Stages, PhysicalNode Root)
{
    /// <summary>The stages that the root reads.</summary>
    public ImmutableArray<int> RootInputs { get; } =
        [.. Root.DescendantsAndSelf().OfType<ExchangeSourceNode>().Select(s => s.Stage)];

    /// <summary>The stage that reads a stage's rows; null for the root.</summary>
    public StagePlan? ReaderOf(StagePlan stage) => Stages.FirstOrDefault(s => s.Inputs.Contains(stage.Number));
}
