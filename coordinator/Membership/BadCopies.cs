using System.Collections.Immutable;

namespace ColFrag.Coordinator.Membership;

/// <summary>
/// Copies that the catalog names and that are missing or damaged, as their workers said; until repair has made them
/// anew.
/// </summary>
internal sealed class BadCopies
{
    private readonly Lock _lock = new();
    private ImmutableHashSet<(long Segment, long Worker)> _copies = [];

    /// <summary>Called when there is one more; must not do the work there.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>How many are known.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _copies.Count;
        }
    }

    /// <summary>A copy is bad.</summary>
    public void Add(long segment, long worker)
    {
        lock (_lock) _copies = _copies.Add((segment, worker));
        Changed();
    }

    /// <summary>A copy was made anew.</summary>
    public void Remove(long segment, long worker)
    {
        lock (_lock) _copies = _copies.Remove((segment, worker));
    }

    /// <summary>A worker's folder was looked at: only what is added after this is bad there.</summary>
    public void Forget(long worker)
    {
        lock (_lock) _copies = [.. _copies.Where(c => c.Worker != worker)];
    }

    /// <summary>True for a bad copy.</summary>
    public bool Contains(long segment, long worker)
    {
        lock (_lock) return _copies.Contains((segment, worker));
    }
}
