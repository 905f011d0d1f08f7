using System.Collections.Concurrent;

namespace ColFrag.Coordinator.Gathering;

/// <summary>How many bytes the queries that run now read at each worker, as far as this coordinator knows.</summary>
internal sealed class WorkerLoads
{
    private readonly ConcurrentDictionary<long, long> _bytes = [];

    /// <summary>Bytes that a worker is to read.</summary>
    public long Of(long worker) => _bytes.GetValueOrDefault(worker);

    /// <summary>Counts bytes, or takes them back where negative.</summary>
    public void Add(long worker, long bytes) => _bytes.AddOrUpdate(worker, bytes, (_, sum) => sum + bytes);
}
