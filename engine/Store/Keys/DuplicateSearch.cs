using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// Looks for rows whose key another live row has. Every segment of a table has its keys in order, made when they are
/// first wanted; new segments are searched for in the others.
/// </summary>
internal sealed class DuplicateSearch(TableSnapshot snapshot)
{
    private readonly Dictionary<int, DeleteVector?> _deleted = [];

    /// <summary>Searches all keys of the table.</summary>
    /// <param name="isNew">The segments whose rows are checked, against each other too.</param>
    /// <param name="isOther">The other segments that they are checked against.</param>
    /// <exception cref="QueryException">23505: two rows have the same key.</exception>
    public void Run(Func<SnapshotSegment, bool> isNew, Func<SnapshotSegment, bool> isOther)
    {
        SnapshotSegment[] added = [.. snapshot.Segments.Where(isNew)];
        if (added.Length == 0) return;
        foreach (KeyConstraint key in KeyConstraint.Of(snapshot.Definition))
        {
            foreach (SnapshotSegment segment in added)
            {
                SegmentKeys keys = OpenKeys(segment, key);
                foreach ((int first, int second) in keys.Repeated()) Compare(key, keys, segment, second, segment, first);
                foreach (SnapshotSegment other in snapshot.Segments)
                {
                    bool isPair = isNew(other) ? other.Number < segment.Number : isOther(other);
                    if (isPair) Compare(key, keys, segment, other);
                }
            }
        }
    }

    private void Compare(KeyConstraint key, SegmentKeys keys, SnapshotSegment segment, SnapshotSegment other)
    {
        SegmentKeys others = OpenKeys(other, key);
        foreach ((int mine, int theirs) in keys.Matches(others)) Compare(key, keys, segment, mine, other, theirs);
    }

    private SegmentKeys OpenKeys(SnapshotSegment segment, KeyConstraint key)
    {
        if (segment.Record.Groups.All(g => g.Workers.IsEmpty)) return snapshot.Cache.OpenKeys(segment, key);
        throw new QueryException(
            SqlStates.FeatureNotSupported, $"Keys are not enforced yet where workers hold the rows: {key}",
            hint: "Create the table without it, or use the database embedded.");
    }

    private void Compare(
        KeyConstraint key, SegmentKeys keys, SnapshotSegment segment, int row, SnapshotSegment other, int otherRow)
    {
        if (IsDeleted(segment, row) || IsDeleted(other, otherRow)) return;
        Value[] values = ReadKey(key, segment, row);
        if (!keys.IsExact && !values.SequenceEqual(ReadKey(key, other, otherRow))) return;
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

    private static Value[] ReadKey(KeyConstraint key, SnapshotSegment segment, int row)
    {
        using SegmentRowReader reader = new(segment, key.Columns);
        using Batch batch = reader.CreateBatch();
        while (reader.Read(batch))
        {
            int index = row - reader.FirstRow;
            if (index < batch.Count) return [.. batch.Columns.Select(c => c.GetValue(index))];
        }
        throw Invariant.Unreachable($"row {row} of a segment of {segment.RowCount}");
    }
}
