using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>Rows that an operator keeps, a buffer per column. For one writer; readers come after it.</summary>
internal sealed unsafe class RowBuffer : IDisposable
{
    public RowBuffer(IEnumerable<LogicalType> types, MemoryAccount account) =>
        Columns = [.. types.Select(t => new ColumnBuffer(t, account))];

    public RowBuffer(Schema schema, MemoryAccount account) : this(schema.Fields.Select(f => f.Type), account)
    {
    }

    public ColumnBuffer[] Columns { get; }

    /// <summary>Number of rows.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that appending a batch may allocate.</summary>
    public long GrowthBytes
    {
        get
        {
            long bytes = 0;
            foreach (ColumnBuffer column in Columns) bytes += column.GrowthBytes;
            return bytes;
        }
    }

    /// <summary>Appends the rows of a batch that count.</summary>
    public void Append(Batch batch)
    {
        if (!batch.IsMasked)
        {
            Append(batch.Columns, null, batch.Count);
            return;
        }
        int* rows = stackalloc int[Batch.MaxRows];
        Append(batch.Columns, rows, Selection.Write(batch.Mask, rows));
    }

    /// <summary>Appends chosen rows of vectors; without rows, the first ones.</summary>
    public void Append(ReadOnlySpan<ColumnVector> columns, int* rows, int count)
    {
        for (int c = 0; c < Columns.Length; c++) Columns[c].Append(columns[c], rows, count);
        Count += count;
    }

    /// <summary>Fills a batch with rows in any order; text stays in this buffer.</summary>
    public void Gather(uint* rows, int count, Batch target)
    {
        for (int c = 0; c < Columns.Length; c++) Columns[c].Gather(rows, count, target.Columns[c]);
        target.Reset();
        target.Count = count;
    }

    /// <summary>Fills a batch with rows in the order of arrival.</summary>
    public void Slice(long first, int count, Batch target) => Slice(first, count, null, target);

    /// <summary>
    /// Fills a batch with some columns of rows in the order of arrival; with all where null is given.
    /// </summary>
    public void Slice(long first, int count, IReadOnlyList<int>? positions, Batch target)
    {
        for (int c = 0; c < target.Columns.Length; c++)
        {
            Columns[positions?[c] ?? c].Slice(first, count, target.Columns[c]);
        }
        target.Reset();
        target.Count = count;
    }

    public void Clear()
    {
        foreach (ColumnBuffer column in Columns) column.Clear();
        Count = 0;
    }

    public void Dispose()
    {
        foreach (ColumnBuffer column in Columns) column.Dispose();
    }
}
