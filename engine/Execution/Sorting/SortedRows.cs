using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>Batches of rows that lie in several buffers, in the order of entries. For one lane.</summary>
internal sealed unsafe class SortedRows(Schema schema, IReadOnlyList<RowBuffer> buffers) : IDisposable
{
    private readonly Batch _output = new(schema);
    private readonly Batch _part = new(schema);

    /// <summary>The batch that <see cref="Gather(SortEntry*, int)"/> fills.</summary>
    public Batch Output => _output;

    /// <summary>The rows of entries, at most a batch of them.</summary>
    public Batch Gather(SortEntry* entries, int count)
    {
        uint* rows = stackalloc uint[Batch.MaxRows];
        if (buffers.Count == 1)
        {
            for (int i = 0; i < count; i++) rows[i] = entries[i].Row;
            buffers[0].Gather(rows, count, _output);
            return _output;
        }
        for (int c = 0; c < schema.Count; c++) GatherColumn(c, entries, count);
        _output.Reset();
        _output.Count = count;
        return _output;
    }

    /// <summary>One column of the rows of entries.</summary>
    public ColumnVector Gather(int column, SortEntry* entries, int count)
    {
        if (buffers.Count > 1)
        {
            GatherColumn(column, entries, count);
            return _output.Columns[column];
        }
        uint* rows = stackalloc uint[Batch.MaxRows];
        for (int i = 0; i < count; i++) rows[i] = entries[i].Row;
        buffers[0].Columns[column].Gather(rows, count, _output.Columns[column]);
        return _output.Columns[column];
    }

    public void Dispose()
    {
        _output.Dispose();
        _part.Dispose();
    }

    private void GatherColumn(int column, SortEntry* entries, int count)
    {
        LogicalType type = schema[column].Type;
        if (type.IsNested)
        {
            GatherNested(column, entries, count);
            return;
        }
        ColumnVector target = _output.Columns[column];
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        switch (type.Physical.SizeBytes())
        {
            case 1: GatherElements<byte>(column, entries, count, target.Data); break;
            case 2: GatherElements<ushort>(column, entries, count, (ushort*)target.Data); break;
            case 4: GatherElements<uint>(column, entries, count, (uint*)target.Data); break;
            case 8: GatherElements<ulong>(column, entries, count, (ulong*)target.Data); break;
            case 16: GatherElements<UInt128>(column, entries, count, (UInt128*)target.Data); break;
        }
        for (int b = 0; b < buffers.Count; b++)
        {
            if (!buffers[b].Columns[column].HasNulls) continue;
            for (int i = 0; i < count; i++)
            {
                if (entries[i].Buffer == b && !buffers[b].Columns[column].IsValid(entries[i].Row))
                    target.SetNull(i, Math.Max(count, 1));
            }
        }
    }

    private void GatherElements<T>(int column, SortEntry* entries, int count, T* target) where T : unmanaged
    {
        for (int i = 0; i < count; i++)
            target[i] = buffers[(int)entries[i].Buffer].Columns[column].Element<T>(entries[i].Row);
    }

    /// <summary>Nested values are put together one by one; sorting lists across threads is rare.</summary>
    private void GatherNested(int column, SortEntry* entries, int count)
    {
        Value[] values = new Value[count];
        ColumnVector one = _part.Columns[column];
        for (int i = 0; i < count; i++)
        {
            uint row = entries[i].Row;
            buffers[(int)entries[i].Buffer].Columns[column].Gather(&row, 1, one);
            values[i] = one.GetValue(0);
        }
        Memory.Arena text = new(Memory.MemoryAccount.Untracked);
        VectorBuilder.Build(_output.Columns[column], values, text);
        foreach (Memory.NativeBuffer block in text.Blocks) _output.Columns[column].KeepAlive(block);
        text.Dispose();
    }
}
