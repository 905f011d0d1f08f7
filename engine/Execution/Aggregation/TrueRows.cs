using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>The rows of a BOOLEAN column that are true, as a mask.</summary>
internal sealed unsafe class TrueRows : IDisposable
{
    private readonly ColumnVector _flat = new(LogicalType.Boolean);

    /// <summary>Clears the bits of rows that are false or NULL.</summary>
    public void AndInto(ColumnVector vector, RowMask mask)
    {
        mask.AndValid(vector);
        if (vector.IsConstant)
        {
            if (vector.Type.Kind != TypeKind.Null && vector.Data[0] == 0) mask.ClearAll(mask.Count);
            return;
        }
        if (vector.Shape != VectorShape.Flat)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        Comparison.Mask<byte, IsNotEqual<byte>>(vector.Data, 0, mask.Count, mask.Words, and: true);
    }

    public void Dispose() => _flat.Dispose();
}
