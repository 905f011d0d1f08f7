using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>What the versions of a table that can still be read name on disk.</summary>
internal static class KeptSegments
{
    /// <summary>
    /// All segments of all kept versions; one with several delete vectors or places comes with each of them.
    /// </summary>
    public static IEnumerable<SegmentRecord> Of(CatalogSnapshot catalog, long table)
    {
        if (catalog.FindHead(table) is not { } head) yield break;
        Dictionary<SegmentKey, SegmentRecord> known = new(catalog.GetTable(table, head.OldestVersion).Segments);
        foreach (SegmentRecord segment in known.Values) yield return segment;
        foreach (TableDelta delta in catalog.GetDeltas(table, head.OldestVersion + 1, head.Version))
        {
            foreach (TableEdit edit in delta.Edits)
            {
                switch (edit)
                {
                    case AddSegment add:
                        yield return known[add.Segment.Key] = add.Segment;
                        break;
                    case SetDeleteVector set:
                        yield return known[set.Key] = known[set.Key] with { DeleteVector = set.Vector };
                        break;
                    case SetWorkers set:
                        yield return known[set.Key] = known[set.Key].With(set);
                        break;
                }
            }
        }
    }

    /// <summary>The places in the journal that a segment needs.</summary>
    public static IEnumerable<JournalExtent> ExtentsOf(SegmentRecord segment)
    {
        if (segment.Journal is { } rows) yield return rows;
        if (segment.DeleteVector?.Journal is { } vector) yield return vector;
    }
}
