using System.Collections.Immutable;

namespace ColFrag.Coordinator.Membership;

/// <summary>A copy of a column group of a segment on a worker where no kept version names it.</summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">The segment.</param>
/// <param name="Group">The column group.</param>
/// <param name="Worker">Who has it.</param>
internal readonly record struct SpareCopy(long Table, long Segment, int Group, long Worker);

/// <summary>
/// Copies that no version names any more where they lie, though the segment still lives on other workers. The catalog
/// says that those are enough; until somebody has looked at them a spare one may be the last that is good.
/// </summary>
internal sealed class SpareCopies
{
    private readonly Lock _lock = new();
    private ImmutableHashSet<SpareCopy> _copies = [];

    /// <summary>Called when there is one more; must not do the work there.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>All that are known, always in the same order.</summary>
    public ImmutableArray<SpareCopy> All
    {
        get
        {
            lock (_lock) return [.. _copies.OrderBy(c => c.Segment).ThenBy(c => c.Worker).ThenBy(c => c.Group)];
        }
    }

    /// <summary>A copy is spare now.</summary>
    public void Add(SpareCopy copy)
    {
        lock (_lock) _copies = _copies.Add(copy);
        Changed();
    }

    /// <summary>It is gone, or named again.</summary>
    public void Remove(SpareCopy copy)
    {
        lock (_lock) _copies = _copies.Remove(copy);
    }

    /// <summary>A worker's folder is looked at: only what is added after this is there.</summary>
    public void Forget(long worker)
    {
        lock (_lock) _copies = [.. _copies.Where(c => c.Worker != worker)];
    }

    /// <summary>True when a worker has a spare copy of a column group.</summary>
    public bool Contains(long segment, int group, long worker)
    {
        lock (_lock) return _copies.Any(c => c.Segment == segment && c.Group == group && c.Worker == worker);
    }
}
