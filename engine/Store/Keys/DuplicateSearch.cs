using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// Looks for rows whose key another live row has. Every segment of a table has its keys in order, in a file that is
/// made when they are first wanted; new segments are searched for in the others. What lies on workers only is fetched
/// for that once.
/// </summary>
internal sealed class DuplicateSearch(TableSnapshot snapshot, IFragmentStore fragments)
{
    // More damaged files than this at once are a failing disk.
    private const int MaxAttempts = 100;

    private readonly Dictionary<int, DeleteVector?> _deleted = [];

    /// <summary>Searches all keys of the table.</summary>
    /// <param name="isNew">The segments whose rows are checked, against each other too.</param>
    /// <param name="isOther">The other segments that they are checked against.</param>
    /// <param name="cancellationToken">Stops between segments.</param>
    /// <exception cref="QueryException">23505: two rows have the same key.</exception>
    public async ValueTask RunAsync(
        Func<SnapshotSegment, bool> isNew, Func<SnapshotSegment, bool> isOther,
        CancellationToken cancellationToken = default)
    {
        SnapshotSegment[] added = [.. snapshot.Segments.Where(isNew)];
        if (added.Length == 0) return;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await SearchAsync(added, isNew, isOther, cancellationToken);
                return;
            }
            catch (CorruptDataException damage) when (attempt < MaxAttempts && snapshot.Cache.DropKeys(damage))
            {
                // The rows are whole, and the file is made again.
            }
        }
    }

    private async ValueTask SearchAsync(
        SnapshotSegment[] added, Func<SnapshotSegment, bool> isNew, Func<SnapshotSegment, bool> isOther,
        CancellationToken cancellationToken)
    {
        foreach (KeyConstraint key in KeyConstraint.Of(snapshot.Definition))
        {
            bool isCutByKey = IsCutBy(key);
            foreach (SnapshotSegment segment in added)
            {
                using SegmentKeys keys = await OpenKeysAsync(segment, key, cancellationToken);
                foreach ((int first, int second) in keys.Repeated())
                {
                    await CompareAsync(key, keys, segment, second, segment, first, cancellationToken);
                }
                foreach (SnapshotSegment other in snapshot.Segments)
                {
                    if (isCutByKey && !segment.Record.Range.Overlaps(other.Record.Range)) continue;
                    if (isNew(other) ? other.Number >= segment.Number : !isOther(other)) continue;
                    using SegmentKeys others = await OpenKeysAsync(other, key, cancellationToken);
                    foreach ((int mine, int theirs) in keys.Matches(others))
                    {
                        await CompareAsync(key, keys, segment, mine, other, theirs, cancellationToken);
                    }
                }
            }
        }
    }

    /// <summary>True when rows with equal keys have equal positions, and so lie in one range.</summary>
    private bool IsCutBy(KeyConstraint key)
    {
        FragmentScheme scheme = snapshot.Definition.Scheme;
        return scheme is { Kind: Distribution.Hash, Salt: 0 } &&
            scheme.ColumnIds.All(id => key.Columns.Any(c => c.Id == id));
    }

    private async ValueTask<SegmentKeys> OpenKeysAsync(
        SnapshotSegment segment, KeyConstraint key, CancellationToken cancellationToken)
    {
        if (snapshot.Cache.FindKeys(segment, key) is { } known) return known;
        await using (await BorrowAsync(segment, cancellationToken))
        {
            return await snapshot.Cache.KeepKeysAsync(segment, key, cancellationToken);
        }
    }

    private async ValueTask CompareAsync(
        KeyConstraint key, SegmentKeys keys, SnapshotSegment segment, int row, SnapshotSegment other, int otherRow,
        CancellationToken cancellationToken)
    {
        if (IsDeleted(segment, row) || IsDeleted(other, otherRow)) return;
        Value[] values = await ReadKeyAsync(key, segment, row, cancellationToken);
        if (!keys.IsExact)
        {
            Value[] others = await ReadKeyAsync(key, other, otherRow, cancellationToken);
            if (!values.SequenceEqual(others)) return;
        }
        throw new QueryException(
            SqlStates.UniqueViolation, $"Duplicate key value violates unique constraint: {key}",
            hint: $"Key ({string.Join(", ", key.Columns.Select(c => c.Name))})=" +
                $"({string.Join(", ", values.Select(v => v.ToString()))}) already exists.");
    }

    private bool IsDeleted(SnapshotSegment segment, int row)
    {
        if (!_deleted.TryGetValue(segment.Number, out DeleteVector? deleted))
        {
            _deleted.Add(segment.Number, deleted = segment.OpenDeleted());
        }
        return deleted?[row] == true;
    }

    private async ValueTask<Value[]> ReadKeyAsync(
        KeyConstraint key, SnapshotSegment segment, int row, CancellationToken cancellationToken)
    {
        await using (await BorrowAsync(segment, cancellationToken))
        {
            using SegmentRowReader reader = new(segment, key.Columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch))
            {
                int index = row - reader.FirstRow;
                if (index < batch.Count) return [.. batch.Columns.Select(c => c.GetValue(index))];
            }
        }
        throw Invariant.Unreachable($"row {row} of a segment of {segment.RowCount}");
    }

    private ValueTask<IAsyncDisposable> BorrowAsync(SnapshotSegment segment, CancellationToken cancellationToken) =>
        fragments.BorrowAsync(segment.IsRows ? [] : [segment.Record], cancellationToken);
}
