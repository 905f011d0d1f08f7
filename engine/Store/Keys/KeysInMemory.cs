using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>The keys of a segment that were read from its rows: of small writes, and before there is a file.</summary>
internal sealed class KeysInMemory(KeyPage keys, bool isExact) : SegmentKeys
{
    public override bool IsExact => isExact;

    public override int Count => keys.Count;

    public override int PageCount => keys.Count > 0 ? 1 : 0;

    public override ulong Last => keys.Count > 0 ? keys.Numbers[^1] : 0;

    public override long SizeBytes => keys.Bytes;

    /// <summary>All keys.</summary>
    public KeyPage Keys => keys;

    public override ulong FirstOf(int page) => keys.Numbers[0];

    public override KeyPage OpenPage(int page) => (KeyPage)keys.Retain();

    public override SegmentKeys Share() => new KeysInMemory((KeyPage)keys.Retain(), isExact);

    public override void Dispose() => keys.Release();

    /// <summary>Reads the key columns of all rows.</summary>
    /// <exception cref="Errors.QueryException">53200: there is no memory for the keys of the segment.</exception>
    public static KeysInMemory Read(SnapshotSegment segment, ImmutableArray<TableColumn> columns, BlockCache memory)
    {
        int capacity = segment.RowCount;
        NativeBuffer buffer = memory.Allocate(KeyPage.SizeOf(capacity));
        try
        {
            bool isExact = columns.Length == 1 && KeyNumbers.IsNumber(columns[0].Type);
            KeyPage all = new(buffer, capacity, capacity);
            int count = Fill(segment, columns, isExact, all.Numbers, all.Rows, out bool isSorted);
            KeyPage page = new(buffer, capacity, count);
            if (!isSorted) page.Numbers.Sort(page.Rows);
            return new KeysInMemory(page, isExact);
        }
        catch
        {
            buffer.Release();
            throw;
        }
    }

    private static int Fill(
        SnapshotSegment segment, ImmutableArray<TableColumn> columns, bool isExact, Span<ulong> numbers, Span<int> rows,
        out bool isSorted)
    {
        int count = 0;
        isSorted = true;
        using SegmentRowReader reader = new(segment, columns);
        using Batch batch = reader.CreateBatch();
        using ByteWriter bytes = new(64);
        while (reader.Read(batch))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (!KeyNumbers.TryGet(batch.Columns, row, isExact, bytes, out ulong number)) continue;
                isSorted &= count == 0 || number >= numbers[count - 1];
                numbers[count] = number;
                rows[count++] = reader.FirstRow + row;
            }
        }
        return count;
    }
}
