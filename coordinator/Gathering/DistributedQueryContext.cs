using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>What the tries of one query have in common.</summary>
internal sealed class DistributedQueryContext(
    TaskSites sites, QueryEnvironment environment, PieceLimits pieces, IClock clock, IRandom random)
{
    public TaskSites Sites => sites;

    public IClock Clock => clock;

    /// <summary>When another worker is asked for what one is late with.</summary>
    public HedgeOptions Hedges { get; init; } = new();

    /// <summary>Told of every task that ended well, where the query is explained.</summary>
    public Action<StagePlan, TaskAddress, TaskFinished>? TaskEnded { get; init; }

    /// <summary>Told how many bytes of rows came from workers, where the query is explained.</summary>
    public Action<long>? Gathered { get; init; }

    /// <summary>Is told what tasks have read; null where nobody wants to know.</summary>
    public GatheringProgress? Progress { get; } =
        environment.Progress is { } progress ? new GatheringProgress(progress) : null;

    /// <summary>A number that no try of any query has.</summary>
    public Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, random.NextUInt64());
        BitConverter.TryWriteBytes(bytes[8..], random.NextUInt64());
        return new Guid(bytes);
    }

    /// <summary>What the expressions of its tasks may know.</summary>
    public TaskStatement Statement { get; } = new(environment.Session, environment.Parameters, environment.IsMeasured);

    /// <summary>An empty buffer for the rows of a task.</summary>
    public PieceBuffer CreatePiece(string name) => new(pieces, name);

    /// <summary>Notes bytes of rows that came from a worker.</summary>
    public void CountGathered(long bytes) => Gathered?.Invoke(bytes);

    /// <summary>Notes what a task did.</summary>
    public void Report(StagePlan stage, TaskAddress task, TaskFinished result) =>
        TaskEnded?.Invoke(stage, task, result);
}
