using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store;

/// <summary>Rows that one version of a table added or took away.</summary>
/// <param name="Version">The version.</param>
/// <param name="CommitTime">When it was committed.</param>
/// <param name="IsInsert">True for rows that are there from then on, false for rows that are not.</param>
/// <param name="Segment">The rows: those of the segment that it does not show as deleted.</param>
internal sealed record ChangedRows(long Version, DateTime CommitTime, bool IsInsert, SnapshotSegment Segment);

/// <summary>
/// What changed in a table from version to version. Versions that only moved or rewrote rows changed nothing; a row
/// that was updated is taken away and added.
/// </summary>
internal static class TableChanges
{
    /// <summary>
    /// The changes after a version, in order, up to the one that a transaction began with; its own are not among them.
    /// </summary>
    /// <exception cref="QueryException">That version is not kept any more, or there is none yet.</exception>
    public static ImmutableArray<ChangedRows> After(Transaction transaction, long table, long version)
    {
        // Pins the version, and with it the files of all later ones.
        TableState state = transaction.GetTable(table, version).State;
        CatalogSnapshot catalog = transaction.Base;
        long newest = catalog.GetTable(table).Version;
        ImmutableArray<ChangedRows>.Builder changes = ImmutableArray.CreateBuilder<ChangedRows>();
        foreach (TableDelta delta in catalog.GetDeltas(table, version + 1, newest))
        {
            if (delta.Cause == DeltaCause.Change)
            {
                foreach (TableEdit edit in delta.Edits)
                {
                    if (RowsOf(edit, state, transaction.Store.Segments) is not { } rows) continue;
                    SnapshotSegment segment = Show(transaction, state, rows.Record, rows.Hidden);
                    changes.Add(new ChangedRows(delta.Version, delta.CommitTime, rows.IsInsert, segment));
                }
            }
            state = state.After(delta);
        }
        return changes.ToImmutable();
    }

    /// <summary>The segment that an edit is about, and which of its rows did not change besides the deleted.</summary>
    private static (SegmentRecord Record, DeleteVector? Hidden, bool IsInsert)? RowsOf(
        TableEdit edit, TableState before, SegmentCache cache)
    {
        switch (edit)
        {
            case AddSegment add:
                return (add.Segment, null, true);
            case RemoveSegment remove:
                return (before.Segments[remove.Key], null, false);
            case SetDeleteVector set:
                SegmentRecord old = before.Segments[set.Key];
                DeleteVector now = cache.OpenDeleted(old with { DeleteVector = set.Vector })!;
                DeleteVector then = cache.OpenDeleted(old) ?? DeleteVector.None(old.RowCount);
                DeleteVector gone = now.Except(then);
                return (old with { DeleteVector = null }, gone.Invert(), false);
            default:
                return null;
        }
    }

    private static SnapshotSegment Show(
        Transaction transaction, TableState state, SegmentRecord record, DeleteVector? hidden)
    {
        CatalogSnapshot catalog = transaction.Base;
        TableSnapshot snapshot = TableSnapshot.OfSegments(
            transaction.Store.Segments, state, catalog.GetDefinition(state.TableId),
            v => catalog.GetDefinition(state.TableId, v), [(0, record, hidden)]);
        return snapshot.Segments[0];
    }
}
