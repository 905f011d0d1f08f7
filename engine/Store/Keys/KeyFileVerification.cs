using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>Reads a key file again and compares it with the key columns of its segment, where they lie here.</summary>
internal static class KeyFileVerification
{
    /// <summary>Throws at the first thing that does not hold.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="caches">What the segment is read through.</param>
    /// <param name="path">The key file.</param>
    /// <param name="segmentId">Whose keys it must have.</param>
    /// <param name="rowCount">Rows of the segment.</param>
    /// <param name="openSegment">Opens the segment; null where its files are elsewhere.</param>
    /// <exception cref="CorruptDataException">The file is damaged, or is of other rows.</exception>
    public static void Check(
        IFileSystem files, StorageCaches caches, string path, long segmentId, int rowCount,
        Func<SegmentReader>? openSegment)
    {
        KeyFile keys = KeyFile.Open(files, caches.Blocks, path);
        CorruptDataException.ThrowUnless(
            keys.Index.SegmentId == segmentId && keys.Index.RowCount == rowCount, "keys of another segment", path, 0);
        ulong[] numbers = new ulong[rowCount];
        bool[] hasKey = new bool[rowCount];
        int count = 0;
        using (KeyCursor cursor = new(keys))
        {
            while (cursor.Next())
            {
                CorruptDataException.ThrowUnless(!hasKey[cursor.Row], "a row twice among keys", path, 0);
                CorruptDataException.ThrowUnless(
                    keys.MayContain(cursor.Number), "a key that the bloom filter does not have", path, 0);
                (numbers[cursor.Row], hasKey[cursor.Row]) = (cursor.Number, true);
                count++;
            }
        }
        CorruptDataException.ThrowUnless(count == keys.Count, "number of keys", path, 0);
        if (openSegment is null) return;
        using SegmentReader segment = openSegment();
        // A column that came later has one value in all rows here, which the catalog knows.
        if (!keys.Index.Columns.All(segment.Contains)) return;
        CompareRows(segment, keys, numbers, hasKey);
    }

    private static void CompareRows(SegmentReader segment, KeyFile keys, ulong[] numbers, bool[] hasKey)
    {
        ColumnReader[] readers = [.. keys.Index.Columns.Select(c => segment.OpenColumn(c))];
        using Batch batch = new([.. keys.Index.Columns.Select(
            c => new ColumnVector(segment.Columns.First(s => s.Id == c).Field.Type))]);
        using ByteWriter bytes = new(64);
        int step = Math.Min(segment.VectorRows, Batch.MaxRows);
        for (int block = 0; block < segment.BlockCount; block++)
        {
            for (int first = 0; first < segment.GetBlockRowCount(block); first += step)
            {
                int count = Math.Min(step, segment.GetBlockRowCount(block) - first);
                for (int c = 0; c < readers.Length; c++) readers[c].ReadVector(block, first, count, batch.Columns[c]);
                for (int i = 0; i < count; i++)
                {
                    int row = (block * segment.BlockRows) + first + i;
                    bool has = KeyNumbers.TryGet(batch.Columns, i, keys.IsExact, bytes, out ulong number);
                    CorruptDataException.ThrowUnless(
                        has == hasKey[row] && (!has || number == numbers[row]), $"the key of row {row}", keys.Path, 0);
                }
            }
        }
        foreach (ColumnReader reader in readers) reader.Dispose();
    }
}
