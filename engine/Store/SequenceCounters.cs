using System.Collections.Concurrent;

namespace ColFrag.Engine.Store;

/// <summary>The counters of this process, one per position of a sequence.</summary>
internal sealed class SequenceCounters(TableStore store)
{
    private readonly ConcurrentDictionary<long, SequenceCounter> _counters = new();

    /// <summary>The counter of a position.</summary>
    public SequenceCounter this[long positionId] =>
        _counters.GetOrAdd(positionId, static (id, store) => new SequenceCounter(store, id), store);
}
