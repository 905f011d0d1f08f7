using MessagePack;

namespace ColFrag.Packages.Tests.Messages;

/// <summary>As <c>ColFrag.Protocol.Messages.Cluster.Heartbeat</c> goes over the wire.</summary>
[MessagePackObject]
public sealed record Heartbeat(
    [property: Key(0)] long Worker, [property: Key(1)] long Incarnation, [property: Key(2)] long FreeBytes,
    [property: Key(3)] long StoredBytes, [property: Key(4)] int RunningTasks);

/// <summary>As <c>ColFrag.Protocol.Messages.Cluster.RegisterWorker</c> goes over the wire.</summary>
[MessagePackObject]
public sealed record RegisterWorker(
    [property: Key(0)] long Worker, [property: Key(1)] Guid Disk, [property: Key(2)] string Address,
    [property: Key(3)] string Zone, [property: Key(4)] long CapacityBytes, [property: Key(5)] string Software);
