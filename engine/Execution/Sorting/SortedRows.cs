using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>Batches of rows that lie in several buffers, in the order of entries. For one lane.</summary>
/// <param name="schema">The columns.</param>
/// <param name="buffers">The rows.</param>
/// <param name="areComplete">True when no buffer changes any more.</param>
internal sealed unsafe class SortedRows(Schema schema, IReadOnlyList<RowBuffer> buffers, bool areComplete) : IDisposable
{
    private readonly Batch _output = new(schema);
    private readonly Batch _part = new(schema);
    private readonly RowBuffer[] _buffers = [.. buffers];
    private readonly ChunkMap?[] _maps = new ChunkMap?[schema.Count];

    /// <summary>The batch that <see cref="Gather(SortEntry*, int)"/> fills.</summary>
    public Batch Output => _output;

    /// <summary>The rows of entries, at most a batch of them.</summary>
    public Batch Gather(SortEntry* entries, int count)
    {
        Gather(entries, count, _output);
        return _output;
    }

    /// <summary>Fills a batch with the rows of entries.</summary>
    public void Gather(SortEntry* entries, int count, Batch target)
    {
        if (_buffers.Length == 1)
        {
            uint* rows = stackalloc uint[Batch.MaxRows];
            for (int i = 0; i < count; i++) rows[i] = entries[i].Row;
            _buffers[0].Gather(rows, count, target);
            return;
        }
        for (int c = 0; c < schema.Count; c++) GatherColumn(c, entries, count, target.Columns[c]);
        target.Reset();
        target.Count = count;
    }

    /// <summary>One column of the rows of entries.</summary>
    public ColumnVector Gather(int column, SortEntry* entries, int count)
    {
        if (_buffers.Length > 1)
        {
            GatherColumn(column, entries, count, _output.Columns[column]);
            return _output.Columns[column];
        }
        uint* rows = stackalloc uint[Batch.MaxRows];
        for (int i = 0; i < count; i++) rows[i] = entries[i].Row;
        _buffers[0].Columns[column].Gather(rows, count, _output.Columns[column]);
        return _output.Columns[column];
    }

    public void Dispose()
    {
        _output.Dispose();
        _part.Dispose();
    }

    private void GatherColumn(int column, SortEntry* entries, int count, ColumnVector target)
    {
        LogicalType type = schema[column].Type;
        if (type.IsNested)
        {
            GatherNested(column, entries, count, target);
            return;
        }
        ChunkMap map = MapOf(column);
        int size = type.Physical.SizeBytes();
        if (map.Dictionary is not null)
        {
            target.ResetDictionary(PhysicalType.UInt32, map.Dictionary, Math.Max(count, 1));
            size = sizeof(uint);
        }
        else
        {
            target.ResetFlat(Math.Max(count, 1));
        }
        target.Count = count;
        switch (size)
        {
            case 1: GatherElements<byte>(map, column, entries, count, target.Data); break;
            case 2: GatherElements<ushort>(map, column, entries, count, (ushort*)target.Data); break;
            case 4: GatherElements<uint>(map, column, entries, count, (uint*)target.Data); break;
            case 8: GatherElements<ulong>(map, column, entries, count, (ulong*)target.Data); break;
            case 16: GatherElements<UInt128>(map, column, entries, count, (UInt128*)target.Data); break;
        }
        for (int b = 0; b < _buffers.Length; b++)
        {
            ColumnBuffer source = _buffers[b].Columns[column];
            if (!source.HasNulls) continue;
            for (int i = 0; i < count; i++)
            {
                if (entries[i].Buffer == b && !source.IsValid(entries[i].Row)) target.SetNull(i, Math.Max(count, 1));
            }
        }
    }

    private void GatherElements<T>(ChunkMap map, int column, SortEntry* entries, int count, T* target)
        where T : unmanaged
    {
        if (map.IsMixed)
        {
            for (int i = 0; i < count; i++)
                target[i] = _buffers[entries[i].Buffer].Columns[column].Element<T>(entries[i].Row);
            return;
        }
        // Rows lie anywhere: with nothing but loads in the loop the processor waits for many of them at once.
        fixed (nint* chunks = map.Chunks)
        fixed (int* first = map.FirstOfBuffer)
        {
            for (int i = 0; i < count; i++)
            {
                uint row = entries[i].Row;
                nint chunk = chunks[first[entries[i].Buffer] + (int)(row >> ColumnBuffer.ChunkShift)];
                target[i] = ((T*)chunk)[row & (ColumnBuffer.ChunkRows - 1)];
            }
        }
    }

    /// <summary>Where the chunks of a column are; found once where buffers are complete.</summary>
    private ChunkMap MapOf(int column)
    {
        if (areComplete && _maps[column] is { } known) return known;
        return _maps[column] = ChunkMap.Of(_buffers, column);
    }

    /// <summary>Nested values are put together one by one; sorting lists across threads is rare.</summary>
    private void GatherNested(int column, SortEntry* entries, int count, ColumnVector target)
    {
        Value[] values = new Value[count];
        ColumnVector one = _part.Columns[column];
        for (int i = 0; i < count; i++)
        {
            uint row = entries[i].Row;
            _buffers[entries[i].Buffer].Columns[column].Gather(&row, 1, one);
            values[i] = one.GetValue(0);
        }
        Memory.Arena text = new(Memory.MemoryAccount.Untracked);
        VectorBuilder.Build(target, values, text);
        foreach (Memory.NativeBuffer block in text.Blocks) target.KeepAlive(block);
        text.Dispose();
    }

    /// <summary>The chunks of one column of all buffers.</summary>
    private sealed class ChunkMap
    {
        /// <summary>Where each chunk begins, buffer after buffer.</summary>
        public required nint[] Chunks { get; init; }

        /// <summary>The number of the first chunk of each buffer.</summary>
        public required int[] FirstOfBuffer { get; init; }

        /// <summary>The dictionary whose codes all elements are.</summary>
        public VectorDictionary? Dictionary { get; private init; }

        /// <summary>True when some elements are codes and others values, or codes of other dictionaries.</summary>
        public bool IsMixed { get; private init; }

        public static ChunkMap Of(RowBuffer[] buffers, int column)
        {
            List<nint> chunks = [];
            int[] first = new int[buffers.Length];
            VectorDictionary? dictionary = null;
            bool isFirst = true;
            bool isMixed = false;
            for (int b = 0; b < buffers.Length; b++)
            {
                ColumnBuffer source = buffers[b].Columns[column];
                first[b] = chunks.Count;
                if (source.Count == 0) continue;
                source.AddChunksTo(chunks);
                if (!isFirst) isMixed |= !ReferenceEquals(dictionary, source.Dictionary);
                dictionary = source.Dictionary;
                isFirst = false;
            }
            return new ChunkMap
            {
                Chunks = [.. chunks], FirstOfBuffer = first, IsMixed = isMixed,
                Dictionary = isMixed ? null : dictionary,
            };
        }
    }
}
