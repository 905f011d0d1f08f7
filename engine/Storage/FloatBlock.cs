using System.Buffers;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Floats.
/// <code>
///   bytes    field
///   node     value of each row, floats. NULL rows repeat the value before them.
/// </code>
/// </summary>
internal sealed unsafe class FloatBlock(ValidityDecoder validity, int rowCount, FloatDecoder values, bool isSingle)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + values.IndexBytes;

    /// <summary>Opens the values.</summary>
    public static FloatBlock Open(ref NodeReader source, LogicalType type, ValidityDecoder validity, int rowCount) =>
        new(validity, rowCount, EncodingRegistry.OpenFloats(ref source, rowCount),
            type.Physical == PhysicalType.Float32);

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        int n = count;
        if (values.IsConstant && !hasNulls)
        {
            target.ResetConstant(count);
            n = 1;
        }
        else
        {
            target.ResetFlat(Capacity(count));
        }
        if (!isSingle)
        {
            values.Decode(first, n, (double*)target.Data);
        }
        else if (target.Lane == PhysicalType.Float32)
        {
            values.Decode(first, n, (float*)target.Data);
        }
        else
        {
            // Written as REAL, read as DOUBLE.
            float[] narrow = ArrayPool<float>.Shared.Rent(n);
            fixed (float* from = narrow)
            {
                values.Decode(first, n, from);
                for (int i = 0; i < n; i++) ((double*)target.Data)[i] = from[i];
            }
            ArrayPool<float>.Shared.Return(narrow);
        }
    }
}
