using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Store;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>Where the rows of a table lie, or would: read from the columns of the key.</summary>
internal static class RowPositions
{
    /// <summary>Makes the rows readable here until disposed of.</summary>
    public static ValueTask<IAsyncDisposable> BorrowAsync(
        Session session, TableSnapshot snapshot, CancellationToken cancellationToken) =>
        session.Host.Tables.Fragments.BorrowAsync(
            [.. snapshot.Segments.Where(s => !s.IsRows).Select(s => s.Record)], cancellationToken);

    /// <summary>
    /// Of every live row its position by a scheme, and the first position of the range it lies in now.
    /// </summary>
    public static IEnumerable<(ulong Position, ulong Today)> Of(
        Session session, TableSnapshot snapshot, FragmentScheme scheme, CancellationToken cancellationToken)
    {
        TableColumn[] columns = [.. scheme.ColumnIds.Select(
            id => snapshot.Definition.Columns[snapshot.Definition.IndexOf(id)])];
        // Where rows were placed in turn, only their place tells which range they are of.
        bool isByPlace = columns.Length == 0 && scheme == snapshot.Definition.Scheme;
        // Without a key any column says which rows are alive.
        if (columns.Length == 0) columns = [snapshot.Definition.Columns[0]];
        TableDefinition keys = snapshot.Definition with { Columns = [.. columns], Scheme = scheme };
        using RowRouter router = new(keys, new HashRangeMap([HashRange.All]), session.Host.Random);
        ulong[] positions = new ulong[Batch.MaxRows];
        foreach (SnapshotSegment segment in snapshot.Segments)
        {
            using SegmentRowReader reader = new(segment, columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                router.ComputePositions(batch, positions);
                for (int row = 0; row < batch.Count; row++)
                {
                    if (batch.IsMasked && !batch.Mask[row]) continue;
                    ulong today = segment.Record.Range.First;
                    yield return (isByPlace ? today : positions[row], today);
                }
            }
        }
    }
}
