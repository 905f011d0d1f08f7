using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>What memory and spill files of this process are used for.</summary>
internal static class MemoryRelations
{
    /// <summary>The columns of <c>colfrag_caches</c>.</summary>
    public static Schema CacheColumns { get; } = new(
        new Field("cache_name", LogicalType.Varchar, false), new Field("items", LogicalType.BigInt, false),
        new Field("bytes", LogicalType.BigInt), new Field("hits", LogicalType.BigInt, false),
        new Field("misses", LogicalType.BigInt, false), new Field("hit_rate", LogicalType.Double));

    /// <summary>The columns of <c>colfrag_memory</c>.</summary>
    public static Schema MemoryColumns { get; } = new(
        new Field("name", LogicalType.Varchar, false), new Field("accounts", LogicalType.BigInt, false),
        new Field("bytes", LogicalType.BigInt, false), new Field("is_spillable", LogicalType.Boolean, false));

    /// <summary>A row per cache of segments.</summary>
    public static IEnumerable<Value[]> Caches(SystemObjects objects)
    {
        StorageCaches caches = objects.Session.Host.Tables.Segments.Storage;
        (long hits, long misses) = caches.Blocks.Counts;
        yield return Row("blocks", caches.Blocks.Count, caches.Blocks.Bytes, hits, misses);
        (hits, misses) = caches.Files.Counts;
        // An open file counts as one.
        yield return Row("open files", caches.Files.Count, null, hits, misses);
        (hits, misses) = caches.Dictionaries.Counts;
        yield return Row("table dictionaries", caches.Dictionaries.Count, caches.Dictionaries.Bytes, hits, misses);
    }

    /// <summary>A row per kind of account that has bytes, then the sum, its peak and limit, and spill files.</summary>
    public static IEnumerable<Value[]> Memory(SystemObjects objects)
    {
        MemoryBroker memory = objects.Session.Host.Memory;
        foreach (IGrouping<(string Name, bool IsSpillable), MemoryAccount> kind in memory.GetAccounts()
            .Where(a => a.UsedBytes > 0).GroupBy(a => (a.Name, a.IsSpillable))
            .OrderBy(g => g.Key.Name, StringComparer.Ordinal))
        {
            yield return Row(kind.Key.Name, kind.Count(), kind.Sum(a => a.UsedBytes), kind.Key.IsSpillable);
        }
        yield return Row("total", memory.AccountCount, memory.UsedBytes, false);
        yield return Row("peak", 0, memory.PeakBytes, false);
        yield return Row("limit", 0, memory.LimitBytes, false);
        if (objects.Session.Host.Spill is not { } spill) yield break;
        yield return Row("spill files", spill.FileCount, spill.UsedBytes, false);
        yield return Row("spilled since start", 0, spill.WrittenBytes, false);
    }

    private static Value[] Row(string name, long items, long? bytes, long hits, long misses) =>
    [
        Value.Text(name), Value.BigInt(items), bytes is { } known
            ? Value.BigInt(known)
            : Value.Null(LogicalType.BigInt),
        Value.BigInt(hits), Value.BigInt(misses),
        hits + misses == 0 ? Value.Null(LogicalType.Double)
            : Value.Float(LogicalType.Double, hits / (double)(hits + misses)),
    ];

    private static Value[] Row(string name, long accounts, long bytes, bool isSpillable) =>
        [Value.Text(name), Value.BigInt(accounts), Value.BigInt(bytes), Value.Boolean(isSpillable)];
}
