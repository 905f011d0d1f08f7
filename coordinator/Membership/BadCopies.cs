using System.Collections.Immutable;

namespace ColFrag.Coordinator.Membership;

/// <summary>A copy of a column group of a segment.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Group">The column group.</param>
/// <param name="Worker">Who has it, or should.</param>
internal readonly record struct CopyId(long Segment, int Group, long Worker);

/// <summary>
/// Copies that the catalog names and that are missing or damaged, as their workers said; until repair has made them
/// anew.
/// </summary>
internal sealed class BadCopies
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<CopyId, Finding> _copies = ImmutableDictionary<CopyId, Finding>.Empty;

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

    /// <summary>Somebody met bad copies of some column groups.</summary>
    public void Add(long segment, IEnumerable<int> groups, long worker)
    {
        lock (_lock)
        {
            ImmutableDictionary<CopyId, Finding> before = _copies;
            _copies = before.SetItems(groups.Select(
                g => KeyValuePair.Create(new CopyId(segment, g, worker), Finding.Reported)));
            if (ReferenceEquals(before, _copies)) return;
        }
        Changed();
    }

    /// <summary>
    /// The worker looked at all of its own copy, and it is bad: no use to look again before somebody reports it anew.
    /// </summary>
    public void Confirm(long segment, IEnumerable<int> groups, long worker)
    {
        lock (_lock)
        {
            _copies = _copies.SetItems(groups.Select(
                g => KeyValuePair.Create(new CopyId(segment, g, worker), Finding.LookedAt)));
        }
    }

    /// <summary>A copy was made anew.</summary>
    public void Remove(long segment, IEnumerable<int> groups, long worker)
    {
        lock (_lock) _copies = _copies.RemoveRange(groups.Select(g => new CopyId(segment, g, worker)));
    }

    /// <summary>A worker's folder was looked at: only what is added after this is bad there.</summary>
    public void Forget(long worker)
    {
        lock (_lock) _copies = _copies.RemoveRange(_copies.Keys.Where(c => c.Worker == worker));
    }

    /// <summary>True where the copy of one of some column groups is bad.</summary>
    public bool ContainsAny(long segment, IEnumerable<int> groups, long worker)
    {
        lock (_lock)
        {
            return !_copies.IsEmpty && groups.Any(g => _copies.ContainsKey(new CopyId(segment, g, worker)));
        }
    }

    /// <summary>True where each bad copy of these was looked at by its worker since it was last reported.</summary>
    public bool AreConfirmed(long segment, IEnumerable<int> groups, long worker)
    {
        lock (_lock)
        {
            return groups.All(g => !_copies.TryGetValue(new CopyId(segment, g, worker), out Finding found)
                || found == Finding.LookedAt);
        }
    }
}
