using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;

namespace ColFrag.Engine.Store;

/// <summary>
/// Where a table is cut into ranges. New bounds change the catalog alone: a segment that lies across one is shared by
/// the ranges on both sides, is read for each of them, and is written anew by compaction, range by range.
/// </summary>
internal static class RangeCut
{
    /// <summary>
    /// True for a table cut by value into several ranges that nobody has looked at values for: it is cut by the next
    /// load, where the values of a sample say.
    /// </summary>
    public static bool IsDue(TableSnapshot table)
    {
        ImmutableArray<RangeRecord> ranges = table.State.Ranges;
        return table.Definition.Scheme.Kind == Distribution.Range && ranges.Length > 1 &&
            ranges.Select(r => r.Range).SequenceEqual(HashRange.Split(ranges.Length));
    }

    /// <summary>
    /// Ranges with about as many rows each, at the homes of others; fewer where one value has the rows of several.
    /// </summary>
    public static ImmutableArray<RangeRecord> At(
        PositionSample sample, ImmutableArray<RangeRecord> homes, TableStore store) =>
        [.. sample.Cut(homes.Length).Select((range, i) => new RangeRecord(store.NewId(), range, homes[i].Homes))];

    /// <summary>Cuts a table anew; part of the transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="table">The table.</param>
    /// <param name="count">How many ranges there shall be.</param>
    /// <param name="sample">
    /// Positions of its rows where it is cut by value; null for equal ranges of all positions.
    /// </param>
    public static void CutRanges(this Transaction transaction, long table, int count, PositionSample? sample)
    {
        TableStore store = transaction.Store;
        TableDefinition definition = transaction.GetTable(table).Definition;
        ImmutableArray<RangeRecord> ranges = store.Placement.PlaceRanges(definition, count);
        if (sample is not null) ranges = At(sample, ranges, store);
        transaction.Change(table, transaction.OverlayOf(table) with { Ranges = ranges, AreRangesOptional = false });
    }

    /// <summary>
    /// Chooses homes anew for the ranges of a table whose column groups are to lie elsewhere; part of the transaction.
    /// What is there follows in the background.
    /// </summary>
    public static void ChooseHomes(this Transaction transaction, long table)
    {
        TableStore store = transaction.Store;
        TableSnapshot snapshot = transaction.GetTable(table);
        ImmutableArray<RangeRecord> ranges = snapshot.State.Ranges;
        ImmutableArray<RangeRecord> placed = store.Placement.PlaceRanges(snapshot.Definition, ranges.Length);
        transaction.Change(table, transaction.OverlayOf(table) with
        {
            Ranges = [.. ranges.Select((range, i) => new RangeRecord(store.NewId(), range.Range, placed[i].Homes))],
            AreRangesOptional = false,
        });
    }
}
