using ColFrag.Engine.Catalog;

namespace ColFrag.Coordinator.Membership;

/// <summary>
/// Which workers have which delete vectors, as they said themselves: when they took one, and when they registered. What
/// is not here is brought to those who should have it, whatever kept it from them: a worker that was away or silent, a
/// copy that was named while the vector was on its way to the others, a registration before the commit.
/// </summary>
internal sealed class VectorCopies
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, HashSet<long>> _holders = [];

    /// <summary>A worker has a vector, flushed.</summary>
    public void Add(long vector, long worker)
    {
        lock (_lock)
        {
            if (!_holders.TryGetValue(vector, out HashSet<long>? holders)) _holders.Add(vector, holders = []);
            holders.Add(worker);
        }
    }

    /// <summary>A vector is of no use any more.</summary>
    public void Remove(long vector)
    {
        lock (_lock) _holders.Remove(vector);
    }

    /// <summary>A worker's folder is looked at: only what is added after this is there.</summary>
    public void Forget(long worker)
    {
        lock (_lock)
        {
            foreach (HashSet<long> holders in _holders.Values) holders.Remove(worker);
        }
    }

    /// <summary>True where a worker is not known to have the vector that a segment's record names.</summary>
    public bool IsMissing(SegmentRecord segment, long worker)
    {
        if (segment.DeleteVector is not { Journal: null } vector) return false;
        lock (_lock) return !(_holders.TryGetValue(vector.Id, out HashSet<long>? holders) && holders.Contains(worker));
    }
}
