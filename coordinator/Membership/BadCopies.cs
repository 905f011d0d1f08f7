using System.Collections.Immutable;

namespace ColFrag.Coordinator.Membership;

/// <summary>
/// Copies that the catalog names and that are missing or damaged, as their workers said; until repair has made them
/// anew.
/// </summary>
internal sealed class BadCopies
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<(long Segment, long Worker), Finding> _copies =
        ImmutableDictionary<(long Segment, long Worker), Finding>.Empty;

    private enum Finding { Reported, LookedAt }

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

    /// <summary>Somebody met a bad copy.</summary>
    public void Add(long segment, long worker)
    {
        lock (_lock)
        {
            ImmutableDictionary<(long Segment, long Worker), Finding> before = _copies;
            _copies = before.SetItem((segment, worker), Finding.Reported);
            if (ReferenceEquals(before, _copies)) return;
        }
        Changed();
    }

    /// <summary>
    /// The worker looked at all of its own copy, and it is bad: no use to look again before somebody reports it anew.
    /// </summary>
    public void Confirm(long segment, long worker)
    {
        lock (_lock) _copies = _copies.SetItem((segment, worker), Finding.LookedAt);
    }

    /// <summary>A copy was made anew.</summary>
    public void Remove(long segment, long worker)
    {
        lock (_lock) _copies = _copies.Remove((segment, worker));
    }

    /// <summary>A worker's folder was looked at: only what is added after this is bad there.</summary>
    public void Forget(long worker)
    {
        lock (_lock) _copies = _copies.RemoveRange(_copies.Keys.Where(c => c.Worker == worker));
    }

    /// <summary>True for a bad copy.</summary>
    public bool Contains(long segment, long worker)
    {
        lock (_lock) return _copies.ContainsKey((segment, worker));
    }

    /// <summary>True for a bad copy that its worker looked at since it was last reported.</summary>
    public bool IsConfirmed(long segment, long worker)
    {
        lock (_lock) return _copies.TryGetValue((segment, worker), out Finding found) && found == Finding.LookedAt;
    }
}
