using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// Finds the row of a primary key of one whole number without a scan: by the key files of its segments. Where one is
/// missing the keys are read from the rows, a large segment for each search, so that no single query pays for all.
/// </summary>
internal static class KeySearch
{
    private const int SmallSegmentRows = 1 << 16;

    /// <summary>What a search came to.</summary>
    public enum Outcome
    {
        /// <summary>Keys are missing, or rows lie where a scan is the way to them.</summary>
        Unknown,
        /// <summary>No live row has the key.</summary>
        Absent,
        /// <summary>The row was found.</summary>
        Found,
    }

    /// <summary>The primary key that can be searched for; null where a table has none of one whole number.</summary>
    public static KeyConstraint? KeyOf(TableSnapshot table)
    {
        if (table.Definition.PrimaryKey.Length != 1) return null;
        KeyConstraint key = KeyConstraint.Of(table.Definition).First();
        return key.IsNumber ? key : null;
    }

    /// <summary>Searches all segments.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">The key's value.</param>
    /// <param name="segment">The segment of the row.</param>
    /// <param name="row">The row in its segment.</param>
    public static Outcome Find(
        TableSnapshot table, KeyConstraint key, Int128 value, out SnapshotSegment? segment, out int row)
    {
        try
        {
            return FindInSegments(table, key, value, out segment, out row);
        }
        catch (CorruptDataException damage) when (table.Cache.DropKeys(damage))
        {
            // The rows are whole: a scan finds it, and the file is made again.
            (segment, row) = (null, -1);
            return Outcome.Unknown;
        }
    }

    private static Outcome FindInSegments(
        TableSnapshot table, KeyConstraint key, Int128 value, out SnapshotSegment? segment, out int row)
    {
        (segment, row) = (null, -1);
        bool isComplete = true;
        int missingLarge = 0;
        ulong number = unchecked((ulong)value);
        foreach (SnapshotSegment candidate in table.Segments)
        {
            using SegmentKeys? keys = table.Cache.FindKeys(candidate, key) ??
                (candidate.RowCount <= SmallSegmentRows || missingLarge++ == 0
                    ? table.Cache.OpenKeys(candidate, key) : null);
            if (keys is null)
            {
                isComplete = false;
                continue;
            }
            foreach (int match in keys.RowsOf(number))
            {
                if (candidate.OpenDeleted()?[match] == true) continue;
                // Rows of small writes are read in order; a scan does that.
                if (candidate.IsRows) return Outcome.Unknown;
                (segment, row) = (candidate, match);
                return Outcome.Found;
            }
        }
        return isComplete ? Outcome.Absent : Outcome.Unknown;
    }

    /// <summary>Reads one row of an encoded segment into the first row of a batch.</summary>
    public static void Read(
        SnapshotSegment segment, int row, IReadOnlyList<TableColumn> columns, Batch target, Arena text)
    {
        using SegmentHandle handle = segment.OpenReader();
        SegmentReader reader = handle.Reader;
        int block = row / reader.BlockRows;
        int rowInBlock = row % reader.BlockRows;
        int step = Math.Min(reader.VectorRows, Batch.MaxRows);
        int first = rowInBlock / step * step;
        int count = Math.Min(step, reader.GetBlockRowCount(block) - first);
        for (int c = 0; c < columns.Count; c++)
        {
            ColumnVector one = target.Columns[c];
            if (!reader.Contains(columns[c].Id))
            {
                one.SetConstant(columns[c].MissingValue ?? Value.Null(columns[c].Type), 1, text);
                continue;
            }
            using ColumnReader source = reader.OpenColumn(columns[c].Id, columns[c].Type);
            using ColumnVector values = new(columns[c].Type);
            source.ReadVector(block, first, count, values);
            one.SetConstant(values.GetValue(rowInBlock - first), 1, text);
        }
        target.Count = 1;
    }
}
