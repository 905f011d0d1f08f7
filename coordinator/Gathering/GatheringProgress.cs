using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Store;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// How much of what workers read for a query has been read: a task's segments count when it has ended well, and once,
/// however often they are read again elsewhere.
/// </summary>
internal sealed class GatheringProgress(ScanProgress progress)
{
    private readonly Lock _lock = new();
    private readonly HashSet<(int Stage, SnapshotSegment Segment)> _expected = [];
    private readonly HashSet<(int Stage, SnapshotSegment Segment)> _read = [];

    /// <summary>A stage begins, dealt out to tasks.</summary>
    public void Expect(StagePlan stage, IEnumerable<TaskShare> shares) =>
        Count(stage, shares.SelectMany(s => s.Segments), _expected, progress.Expect);

    /// <summary>A task has read its share.</summary>
    public void Add(StagePlan stage, TaskShare share) => Count(stage, share.Segments, _read, progress.Add);

    private void Count(
        StagePlan stage, IEnumerable<SnapshotSegment> segments, HashSet<(int, SnapshotSegment)> counted,
        Action<long, long> tell)
    {
        (long rows, long pieces) = (0, 0);
        lock (_lock)
        {
            foreach (SnapshotSegment segment in segments)
            {
                if (!counted.Add((stage.Number, segment))) continue;
                rows += segment.RowCount;
                pieces++;
            }
            if (pieces > 0) tell(rows, pieces);
        }
    }
}
