using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// Every entry and lease at one revision. Immutable: a reader keeps the state it began with, and an older revision is
/// read from the state that was kept of it.
/// </summary>
internal sealed class CatalogState
{
    private readonly ImmutableSortedSet<CatalogEntry> _entries;

    private CatalogState(
        long revision, ImmutableSortedSet<CatalogEntry> entries, ImmutableSortedDictionary<long, TimeSpan> leases)
    {
        Revision = revision;
        _entries = entries;
        Leases = leases;
    }

    /// <summary>No entries, revision 0.</summary>
    public static CatalogState Empty { get; } =
        From(0, [], []);

    public long Revision { get; }

    /// <summary>All entries in key order.</summary>
    public IReadOnlyCollection<CatalogEntry> Entries => _entries;

    /// <summary>Time to live by lease.</summary>
    public ImmutableSortedDictionary<long, TimeSpan> Leases { get; }

    /// <summary>A state read from disk.</summary>
    public static CatalogState From(
        long revision, IEnumerable<CatalogEntry> entries, IEnumerable<KeyValuePair<long, TimeSpan>> leases) =>
        new(
            revision, entries.ToImmutableSortedSet<CatalogEntry>(EntryOrder.Instance),
            leases.ToImmutableSortedDictionary());

    public CatalogEntry? Find(CatalogKey key)
    {
        int index = IndexOf(key);
        return index >= 0 ? _entries[index] : null;
    }

    /// <summary>The entries in range, in key order.</summary>
    public CatalogEntries Read(CatalogKeyRange keys, int limit)
    {
        int index = IndexOf(keys.First);
        if (index < 0) index = ~index;
        ImmutableArray<CatalogEntry>.Builder found = ImmutableArray.CreateBuilder<CatalogEntry>();
        for (; index < _entries.Count && keys.Contains(_entries[index].Key); index++)
        {
            if (limit > 0 && found.Count == limit)
            {
                return new CatalogEntries(Revision, found.ToImmutable(), HasMore: true);
            }
            found.Add(_entries[index]);
        }
        return new CatalogEntries(Revision, found.ToImmutable());
    }

    /// <summary>True when the compare holds.</summary>
    public bool Holds(in CatalogCompare compare)
    {
        CatalogEntry? entry = Find(compare.Key);
        return compare.Target switch
        {
            CompareTarget.ModRevision => (entry?.ModRevision ?? 0) == compare.Revision,
            CompareTarget.CreateRevision => (entry?.CreateRevision ?? 0) == compare.Revision,
            CompareTarget.Value => entry is not null && entry.Value.Span.SequenceEqual(compare.Value.Span),
            _ => throw Invariant.Unreachable($"compare target {compare.Target}"),
        };
    }

    /// <summary>The state after changes that a watch reported.</summary>
    public CatalogState After(CatalogChanges changes)
    {
        ImmutableSortedSet<CatalogEntry>.Builder entries = _entries.ToBuilder();
        foreach (CatalogChange change in changes.Changes)
        {
            entries.Remove(Probe(change.Key));
            if (change.Entry is not null) entries.Add(change.Entry);
        }
        return new CatalogState(changes.Revision, entries.ToImmutable(), Leases);
    }

    /// <summary>The state after a record.</summary>
    public CatalogState After(CatalogLogRecord record)
    {
        ImmutableSortedSet<CatalogEntry>.Builder entries = _entries.ToBuilder();
        foreach (CatalogWrite write in record.Writes)
        {
            CatalogEntry probe = Probe(write.Key);
            bool exists = entries.TryGetValue(probe, out CatalogEntry old);
            if (exists) entries.Remove(probe);
            if (write.Value is not { } value) continue;
            long created = exists ? old.CreateRevision : record.Revision;
            entries.Add(new CatalogEntry(write.Key, value, created, record.Revision, write.LeaseId));
        }
        ImmutableSortedDictionary<long, TimeSpan> leases = Leases;
        if (record.EndedLease != 0) leases = leases.Remove(record.EndedLease);
        if (record.GrantedLease != 0) leases = leases.SetItem(record.GrantedLease, record.TimeToLive);
        return new CatalogState(record.Revision, entries.ToImmutable(), leases);
    }

    private int IndexOf(CatalogKey key) => _entries.IndexOf(Probe(key));

    private static CatalogEntry Probe(CatalogKey key) => new(key, default, 0, 0, 0);

    private sealed class EntryOrder : IComparer<CatalogEntry>
    {
        public static EntryOrder Instance { get; } = new();

        public int Compare(CatalogEntry? left, CatalogEntry? right) => left!.Key.CompareTo(right!.Key);
    }
}
