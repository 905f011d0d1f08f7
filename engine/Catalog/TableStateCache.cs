using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// Recent versions of tables, so that the next one is made from the one before with its delta alone, and an older one
/// from the nearest checkpoint.
/// </summary>
internal sealed class TableStateCache
{
    private const int KeptPerTable = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, List<TableState>> _tables = [];

    /// <summary>A version of a table, which the catalog state must contain.</summary>
    public TableState Get(CatalogState catalog, long table, long version)
    {
        TableState? nearest = FindNearest(table, version);
        if (nearest?.Version == version) return nearest;
        nearest = NewerOf(nearest, catalog, table, version);
        TableState state = nearest;
        foreach (TableDelta delta in ReadDeltas(catalog, table, nearest.Version + 1, version))
        {
            state = state.After(delta);
        }
        CorruptDataException.ThrowUnless(
            state.Version == version, $"missing versions after {state.Version}", $"catalog table {table:x}", 0);
        Keep(state);
        return state;
    }

    /// <summary>Adds a version that was just committed.</summary>
    public void Keep(TableState state)
    {
        lock (_lock)
        {
            if (!_tables.TryGetValue(state.TableId, out List<TableState>? states)) _tables[state.TableId] = states = [];
            if (states.Any(s => s.Version == state.Version)) return;
            if (states.Count == KeptPerTable) states.RemoveAt(0);
            states.Add(state);
        }
    }

    /// <summary>Forgets a table that is gone.</summary>
    public void Remove(long table)
    {
        lock (_lock) _tables.Remove(table);
    }

    /// <summary>The deltas of versions from one to another, both in; those that are there.</summary>
    public static ImmutableArray<TableDelta> ReadDeltas(CatalogState catalog, long table, long first, long last)
    {
        if (first > last) return [];
        ImmutableArray<CatalogEntry> entries = catalog.Read(CatalogKeys.Deltas(table, first, last), 0).Entries;
        ImmutableArray<TableDelta>.Builder deltas = ImmutableArray.CreateBuilder<TableDelta>();
        int start = 0;
        for (int i = 1; i <= entries.Length; i++)
        {
            if (i < entries.Length && IsLaterPart(entries[i].Key)) continue;
            deltas.Add(TableDelta.Read([.. entries[start..i]]));
            start = i;
        }
        return deltas.ToImmutable();
    }

    private static bool IsLaterPart(CatalogKey key) => !key.Bytes.EndsWith("/0000"u8);

    private TableState? FindNearest(long table, long version)
    {
        lock (_lock)
        {
            return _tables.TryGetValue(table, out List<TableState>? states)
                ? states.Where(s => s.Version <= version).MaxBy(s => s.Version) : null;
        }
    }

    /// <summary>The nearest version before one: at hand, or that of a checkpoint where there is a later one.</summary>
    private static TableState NewerOf(TableState? atHand, CatalogState catalog, long table, long version)
    {
        // The last page at or before the version names the checkpoint.
        CatalogKeyRange range = new(CatalogKeys.Page(table, 0, 0), CatalogKeys.Page(table, version + 1, 0));
        long checkpoint = -1;
        foreach (CatalogEntry entry in catalog.Read(range, 0).Entries)
        {
            checkpoint = Math.Max(checkpoint, CatalogKeys.ReadVersion(entry.Key));
        }
        if (atHand is not null && atHand.Version >= checkpoint) return atHand;
        CorruptDataException.ThrowUnless(checkpoint >= 0, "no checkpoint", $"catalog table {table:x}", 0);
        return CheckpointPage.Read(table, checkpoint, catalog.Read(CatalogKeys.Pages(table, checkpoint), 0).Entries);
    }
}
