using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// A batch with everything it points at: copied from a borrowed one, unmasked, reusable. Flat, unless whoever reads it
/// takes every shape.
/// </summary>
internal sealed unsafe class OwnedBatch : IDisposable
{
    private readonly Arena _arena;
    private readonly bool _keepsShapes;

    public OwnedBatch(Schema schema, MemoryAccount account, bool keepsShapes = false)
    {
        _keepsShapes = keepsShapes;
        _arena = new Arena(account);
        Batch = new Batch([.. schema.Fields.Select(f => new ColumnVector(f.Type, account))]);
    }

    /// <summary>The rows.</summary>
    public Batch Batch { get; }

    /// <summary>Becomes a copy of the rows of another batch that count.</summary>
    public void CopyFrom(Batch source)
    {
        _arena.Reset();
        Batch.Reset();
        int* rows = null;
        int count = source.Count;
        if (source.IsMasked)
        {
            int* selected = stackalloc int[Batch.MaxRows];
            count = Selection.Write(source.Mask, selected);
            rows = count == source.Count ? null : selected;
        }
        for (int c = 0; c < source.Columns.Length; c++)
        {
            ColumnVector column = source.Columns[c], target = Batch.Columns[c];
            if (_keepsShapes) column.CopyInShapeTo(rows, count, target, _arena);
            else column.CopyTo(rows, count, target, _arena);
        }
        Batch.Count = count;
    }

    public void Dispose()
    {
        Batch.Dispose();
        _arena.Dispose();
    }
}
