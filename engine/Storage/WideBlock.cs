using ColFrag.Engine.Encodings;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// 128-bit integers.
/// <code>
///   bytes    field
///   node     value of each row, 128-bit integers. NULL rows repeat the value before them.
/// </code>
/// </summary>
internal sealed unsafe class WideBlock(ValidityDecoder validity, int rowCount, WideDecoder values)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + values.IndexBytes;

    /// <summary>Opens the values.</summary>
    public static WideBlock Open(ref NodeReader source, ValidityDecoder validity, int rowCount) =>
        new(validity, rowCount, EncodingRegistry.OpenWide(ref source, rowCount));

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        if (values.Narrow is { Bits: 0 } && !hasNulls)
        {
            target.ResetConstant(count);
            *(Int128*)target.Data = values.Base;
            return;
        }
        if (values.Narrow is { } narrow)
        {
            NarrowLanes.Read(narrow, values.Base, first, count, target);
            return;
        }
        target.ResetFlat(Capacity(count));
        values.Decode(first, count, (Int128*)target.Data);
    }
}
