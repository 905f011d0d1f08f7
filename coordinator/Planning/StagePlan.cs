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

    /// <summary>What it reads of tables.</summary>
    public IEnumerable<StageRead> Reads =>
        Root.DescendantsAndSelf().Select(StageRead.Of).OfType<StageRead>();

    /// <summary>The segments that it reads.</summary>
    public IEnumerable<SnapshotSegment> Segments => Reads.SelectMany(r => r.Snapshot.Segments).Distinct();

    /// <summary>True where tasks read whole ranges of tables, because steps rely on it.</summary>
    public bool KeepsRanges => Reads.Any(r => r.KeepsRanges);

    /// <summary>
    /// Its segments as they are dealt out: those of one range together where steps rely on that, also of several tables
    /// of the same ranges; else each by itself.
    /// </summary>
    public IEnumerable<ImmutableArray<SnapshotSegment>> UnitsOf(IEnumerable<SnapshotSegment> segments)
    {
        HashSet<TableSnapshot> kept = [.. Reads.Where(r => r.KeepsRanges).Select(r => r.Snapshot)];
        if (kept.Count == 0) return segments.Select(s => ImmutableArray.Create(s));
        ILookup<bool, SnapshotSegment> parts = segments.ToLookup(s => kept.Contains(s.Table));
        return parts[false].Select(s => ImmutableArray.Create(s)).Concat(
            parts[true].GroupBy(s => (s.Table.State.Ranges.Length, s.Table.State.RangeOf(s.Record).Range.First))
                .Select(g => g.ToImmutableArray()));
    }

    /// <summary>What one task computes: the root over the task's segments alone.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="worker">
    /// Who runs it: of what only others have, the deleted rows are sent along with the plan.
    /// </param>
    public PhysicalNode RootOver(IReadOnlySet<SnapshotSegment> segments, long worker)
    {
        return Root.RewriteUp(node => node switch
        {
            TableScanNode scan => scan with { Snapshot = Over(scan.Snapshot) },
            FetchNode fetch => fetch with { Snapshot = Over(fetch.Snapshot) },
            _ => node,
        });

        TableSnapshot Over(TableSnapshot all) => all.Only(
            segments.Contains, s => worker != 0 && !s.Record.Workers.Contains(worker));
    }
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
