using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Execution;

/// <summary>What a run needs of the process it runs in; the same object serves all queries of a database.</summary>
internal sealed record QueryEnvironment
{
    /// <summary>Gives turns.</summary>
    public required IScheduler Scheduler { get; init; }

    /// <summary>Counts memory.</summary>
    public MemoryBroker Memory { get; init; } = MemoryBroker.Unlimited;

    /// <summary>Measures each operator's rows and time, for EXPLAIN ANALYZE; costs a few percent.</summary>
    public bool IsMeasured { get; init; }
}
