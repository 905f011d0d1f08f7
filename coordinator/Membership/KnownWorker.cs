using ColFrag.Engine.Catalog;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Coordinator.Membership;

/// <summary>A worker as the coordinator knows it at one moment; immutable.</summary>
/// <param name="Record">What it registered, as the catalog has it.</param>
/// <param name="Number">Its place in the order of first registrations, from 1: a short name for people.</param>
/// <param name="ModRevision">Of its record; what loads compare.</param>
internal sealed record KnownWorker(WorkerRecord Record, int Number, long ModRevision)
{
    public long Id => Record.Id;

    public WorkerAddress Address => new(Record.Id, Record.Address);

    /// <summary>Its connection to this coordinator; null while there is none.</summary>
    public MemberSession? Session { get; init; }

    /// <summary>True once its folder was compared with the catalog, so that what the catalog names is there.</summary>
    public bool IsAdmitted { get; init; }

    /// <summary>What it said last; null before the first time.</summary>
    public Heartbeat? LastBeat { get; init; }

    /// <summary>When it said something last, on the monotonic clock.</summary>
    public TimeSpan BeatTime { get; init; }

    /// <summary>When it went away, on the monotonic clock.</summary>
    public TimeSpan LeaveTime { get; init; }

    /// <summary>Bytes of the segments it holds, as it said last.</summary>
    public long StoredBytes => LastBeat?.StoredBytes ?? 0;
}
