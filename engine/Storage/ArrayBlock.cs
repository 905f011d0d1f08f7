using ColFrag.Engine.Encodings;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Arrays of a fixed length.
/// <code>
///   bytes    field
///   ...      block of the elements, the type's length of them per row (see BlockDecoder); NULL arrays have NULL
///            elements
/// </code>
/// </summary>
internal sealed unsafe class ArrayBlock(ValidityDecoder validity, int rowCount, int length, BlockDecoder elements)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + elements.IndexBytes;

    /// <summary>Opens the elements.</summary>
    public static ArrayBlock Open(ref NodeReader source, LogicalType type, ValidityDecoder validity, int rowCount)
    {
        source.Bytes.ThrowUnless((long)rowCount * type.Length <= ListBlock.MaxElements, "elements of arrays");
        return new ArrayBlock(validity, rowCount, type.Length, Open(ref source, type.Element!, rowCount * type.Length));
    }

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        target.ResetFlat(1);
        elements.Read(first * length, count * length, null, target.Children[0], context);
    }
}
