using ColFrag.Engine.Catalog;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// The rows of an L0 segment in memory, as row blocks: of the journal, or of a transaction that is not yet committed.
/// Immutable, shared by reference count.
/// </summary>
internal sealed class RowBuffer : IDisposable
{
    private readonly NativeBuffer _buffer;
    private readonly int _length;
    private readonly string _name;

    private RowBuffer(NativeBuffer buffer, int length, int rowCount, TableDefinition definition, string name)
    {
        _buffer = buffer;
        _length = length;
        RowCount = rowCount;
        Definition = definition;
        _name = name;
    }

    public int RowCount { get; }

    /// <summary>The columns of the blocks.</summary>
    public TableDefinition Definition { get; }

    /// <summary>Bytes in memory.</summary>
    public long SizeBytes => _buffer.Length;

    /// <summary>The blocks as they are written to the journal.</summary>
    public ReadOnlyMemory<byte> ToBytes() => _buffer.Span[.._length].ToArray();

    /// <summary>Copies row blocks.</summary>
    public static RowBuffer Copy(
        ReadOnlySpan<byte> blocks, int rowCount, TableDefinition definition, string name, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.Allocate(Math.Max(blocks.Length, 1), account);
        blocks.CopyTo(buffer.Span);
        return new RowBuffer(buffer, blocks.Length, rowCount, definition, name);
    }

    /// <summary>Another holder of the same rows.</summary>
    public RowBuffer Share() => new(_buffer.Retain(), _length, RowCount, Definition, _name);

    /// <summary>Reads the blocks from the first. Batches it fills keep the bytes alive.</summary>
    public RowBlockReader OpenReader() => new(_buffer, 0, _length, _name);

    /// <summary>An empty batch of the columns of the blocks.</summary>
    public Batch CreateBatch() => new([.. Definition.Columns.Select(c => new ColumnVector(c.Type))]);

    public void Dispose() => _buffer.Release();

    /// <summary>Which of the blocks' columns a column is; -1 for one that was added later.</summary>
    public int IndexOf(int columnId, out LogicalType? type)
    {
        int index = Definition.IndexOf(columnId);
        type = index < 0 ? null : Definition.Columns[index].Type;
        return index;
    }
}
