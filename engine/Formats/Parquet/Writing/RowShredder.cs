using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// Cuts rows into leaves with repetition and definition levels, as Dremel does (Melnik et al., VLDB 2010): the
/// definition level says how much of the path to a value is there, the repetition level at which list a slot goes on.
/// </summary>
internal sealed unsafe class RowShredder(OutputSchema schema)
{
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly List<int>[] _valueRows = [.. schema.Leaves.Select(_ => new List<int>())];
    private readonly ColumnVector[] _vectors = new ColumnVector[schema.Leaves.Count];

    /// <summary>Adds the rows of a batch that count; returns how many.</summary>
    public int Add(Batch batch, LeafValues[] leaves)
    {
        int count = 0;
        for (int row = 0; row < batch.Count; row++)
        {
            if (!batch.IsMasked || batch.Mask[row]) _rows[count++] = row;
        }
        ReadOnlySpan<int> rows = _rows.AsSpan(0, count);
        for (int i = 0; i < schema.Columns.Length; i++)
        {
            OutputNode node = schema.Columns[i];
            if (node.Children.Length == 0) AddFlat(batch.Columns[i], rows, leaves[node.FirstLeaf]);
            else AddNested(node, batch.Columns[i], rows, leaves);
        }
        return count;
    }

    private void AddFlat(ColumnVector vector, ReadOnlySpan<int> rows, LeafValues leaf)
    {
        if (!vector.HasNulls && vector.Type.Kind != TypeKind.Null)
        {
            leaf.AddSlots(1, rows.Length);
            leaf.AddValues(vector, rows);
            return;
        }
        Span<int> valid = stackalloc int[Batch.MaxRows];
        int count = 0;
        foreach (int row in rows)
        {
            bool isValid = vector.IsValid(row);
            leaf.AddSlot(isValid ? 1 : 0, 0);
            valid[count] = row;
            count += isValid ? 1 : 0;
        }
        leaf.AddValues(vector, valid[..count]);
    }

    private void AddNested(OutputNode node, ColumnVector vector, ReadOnlySpan<int> rows, LeafValues[] leaves)
    {
        for (int i = 0; i < node.LeafCount; i++) _valueRows[node.FirstLeaf + i].Clear();
        Bind(node, vector);
        foreach (int row in rows) Walk(node, vector, row, node.Definition - 1, 0, leaves);
        for (int i = node.FirstLeaf; i < node.FirstLeaf + node.LeafCount; i++)
        {
            leaves[i].AddValues(_vectors[i], System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_valueRows[i]));
        }
    }

    private void Bind(OutputNode node, ColumnVector vector)
    {
        if (node.Children.Length == 0) _vectors[node.FirstLeaf] = vector;
        for (int i = 0; i < node.Children.Length; i++) Bind(node.Children[i], vector.Children[i]);
    }

    private void Walk(
        OutputNode node, ColumnVector vector, int row, int definition, int repetition, LeafValues[] leaves)
    {
        if (!vector.IsValid(row))
        {
            AddNothing(node, definition, repetition, leaves);
            return;
        }
        int element = vector.IsConstant ? 0 : row;
        switch (node.Type.Kind)
        {
            case TypeKind.Struct:
                for (int i = 0; i < node.Children.Length; i++)
                {
                    Walk(node.Children[i], vector.Children[i], element, node.Definition, repetition, leaves);
                }
                break;
            case TypeKind.List or TypeKind.Map:
                ListView list = ((ListView*)vector.Data)[element];
                WalkList(node, vector, list.Offset, list.Length, repetition, leaves);
                break;
            case TypeKind.Array:
                WalkList(node, vector, element * node.Type.Length, node.Type.Length, repetition, leaves);
                break;
            default:
                leaves[node.FirstLeaf].AddSlot(node.Definition, repetition);
                _valueRows[node.FirstLeaf].Add(row);
                break;
        }
    }

    private void WalkList(
        OutputNode node, ColumnVector vector, int offset, int length, int repetition, LeafValues[] leaves)
    {
        if (length == 0) AddNothing(node, node.Definition, repetition, leaves);
        for (int i = 0; i < length; i++)
        {
            int level = i == 0 ? repetition : node.Repetition;
            Walk(node.Children[0], vector.Children[0], offset + i, node.Definition + 1, level, leaves);
        }
    }

    private static void AddNothing(OutputNode node, int definition, int repetition, LeafValues[] leaves)
    {
        for (int i = 0; i < node.LeafCount; i++) leaves[node.FirstLeaf + i].AddSlot(definition, repetition);
    }
}
