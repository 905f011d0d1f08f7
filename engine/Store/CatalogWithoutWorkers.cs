using System.Collections.Immutable;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>
/// The catalog of a cluster as one folder would have it that holds all of its files: nobody else is named. What
/// versions there are, and what they answer, stays.
/// </summary>
internal static class CatalogWithoutWorkers
{
    private static readonly ImmutableArray<CatalogKeyRange> s_dropped =
        [CatalogKeys.Workers, CatalogKeys.WorkerLeases, CatalogKeys.Tombstones];

    /// <summary>The state without workers.</summary>
    public static CatalogState Of(CatalogState state)
    {
        List<CatalogEntry> kept = [];
        foreach (CatalogEntry entry in state.Entries)
        {
            bool isOfWorkers = s_dropped.Any(r => r.Contains(entry.Key)) || entry.Key == CatalogKeys.MembershipEpoch;
            if (!isOfWorkers && !IsPlaced(entry.Key)) kept.Add(entry with { LeaseId = 0 });
        }
        foreach (IGrouping<(long Table, char Kind, long Version), CatalogEntry> placed in state.Entries
            .Where(e => IsPlaced(e.Key))
            .GroupBy(e => (CatalogKeys.ReadId(e.Key), KindOf(e.Key), CatalogKeys.ReadVersion(e.Key))))
        {
            kept.AddRange(placed.Key.Kind == 'c' ? Page(placed.Key.Table, placed.Key.Version, [.. placed])
                : Delta(placed.Key.Table, placed.Key.Version, [.. placed]));
        }
        return CatalogState.From(state.Revision, kept, []);
    }

    private static IEnumerable<CatalogEntry> Page(long table, long version, CatalogEntry[] pages)
    {
        TableState placed = CheckpointPage.Read(table, version, pages);
        TableState local = new(
            table, version, placed.SchemaVersion, placed.CommitTime, [.. placed.Ranges.Select(Local)],
            placed.Segments.ToImmutableSortedDictionary(s => s.Key, s => Local(s.Value)));
        return CheckpointPage.ToPages(local).Select((bytes, page) => pages[0] with
        {
            Key = CatalogKeys.Page(table, version, page), Value = bytes,
        });
    }

    private static IEnumerable<CatalogEntry> Delta(long table, long version, CatalogEntry[] parts)
    {
        TableDelta placed = TableDelta.Read(parts);
        TableDelta local = placed with { Edits = [.. placed.Edits.Where(e => e is not SetWorkers).Select(Local)] };
        return local.ToParts().Select((bytes, part) => parts[0] with
        {
            Key = CatalogKeys.Delta(table, version, part), Value = bytes,
        });
    }

    private static TableEdit Local(TableEdit edit) => edit switch
    {
        AddSegment add => new AddSegment(Local(add.Segment)),
        ReplaceRanges replace => replace with { Added = [.. replace.Added.Select(Local)] },
        _ => edit,
    };

    private static RangeRecord Local(RangeRecord range) => range with { Homes = [] };

    private static SegmentRecord Local(SegmentRecord segment) => segment with
    {
        Groups = [.. segment.Groups.Select(g => g with { Workers = [] })],
    };

    private static bool IsPlaced(CatalogKey key) => CatalogKeys.Tables.Contains(key) && KindOf(key) is ('c' or 'd');

    // t/0123456789abcdef/c/…
    private static char KindOf(CatalogKey key) => key.ToString() is { Length: > 20 } text ? text[19] : 'h';
}
