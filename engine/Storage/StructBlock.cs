using ColFrag.Engine.Encodings;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Structs.
/// <code>
///   bytes    field
///   ...      block of each field, of the same rows (see BlockDecoder); NULL structs have NULL fields
/// </code>
/// </summary>
internal sealed unsafe class StructBlock(ValidityDecoder validity, int rowCount, BlockDecoder[] fields)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + fields.Sum(f => f.IndexBytes);

    /// <summary>Opens the fields.</summary>
    public static StructBlock Open(ref NodeReader source, LogicalType type, ValidityDecoder validity, int rowCount)
    {
        BlockDecoder[] fields = new BlockDecoder[type.Fields.Length];
        for (int f = 0; f < fields.Length; f++) fields[f] = Open(ref source, type.Fields[f].Type, rowCount);
        return new StructBlock(validity, rowCount, fields);
    }

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        target.ResetFlat(1);
        for (int f = 0; f < fields.Length; f++) fields[f].Read(first, count, mask, target.Children[f], context);
    }
}
