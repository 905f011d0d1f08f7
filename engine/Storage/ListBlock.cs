using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Lists and maps.
/// <code>
///   bytes    field
///   node     elements of each row, integers; 0 where NULL
///   V x 4    end of each vector's elements among all; they ascend, the last is the number of elements
///   ...      block of the elements (see BlockDecoder)
/// </code>
/// </summary>
internal sealed unsafe class ListBlock(
    ValidityDecoder validity, int rowCount, IntegerDecoder lengths, uint[] ends, BlockDecoder elements, int vectorRows,
    string name, long offset) : BlockDecoder(validity, rowCount)
{
    /// <summary>The most elements of a block.</summary>
    public const int MaxElements = 1 << 28;

    public override long IndexBytes => base.IndexBytes + lengths.IndexBytes + (ends.Length * 4L) + elements.IndexBytes;

    /// <summary>Opens lengths and elements.</summary>
    public static ListBlock Open(ref NodeReader source, LogicalType type, ValidityDecoder validity, int rowCount)
    {
        IntegerDecoder lengths = EncodingRegistry.OpenIntegers(ref source, rowCount);
        source.Bytes.ThrowUnless(lengths.Base >= 0 && lengths.Bits <= 31, "list length");
        uint[] ends = source.Bytes.ReadUInt32s(source.VectorCount(rowCount)).ToArray();
        uint previous = 0;
        foreach (uint end in ends)
        {
            source.Bytes.ThrowUnless(end >= previous && end <= MaxElements, "end of a vector's elements");
            previous = end;
        }
        BlockDecoder elements = Open(ref source, type.Element!, (int)previous);
        return new ListBlock(
            validity, rowCount, lengths, ends, elements, source.VectorRows, source.Bytes.Name, source.Bytes.Offset);
    }

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        target.ResetFlat(Capacity(count));
        ListView* views = (ListView*)target.Data;
        int vector = first / vectorRows;
        uint start = vector == 0 ? 0 : ends[vector - 1];
        // Elements are decoded from the vector they begin in; offsets count from there.
        int aligned = (int)start / vectorRows * vectorRows;
        uint* sizes = stackalloc uint[vectorRows];
        long end = start;
        for (int row = 0; row < count; row += vectorRows, vector++)
        {
            int rows = Math.Min(vectorRows, count - row);
            lengths.Decode(first + row, rows, (ulong)lengths.Base, (byte*)sizes, sizeof(uint));
            CorruptDataException.ThrowUnless(
                Sums.Sum(sizes, rows) + (ulong)end <= ends[vector], "list lengths", name, offset);
            for (int i = 0; i < rows; i++)
            {
                views[row + i] = new ListView((int)(end - aligned), (int)sizes[i]);
                end += sizes[i];
            }
        }
        elements.Read(aligned, (int)end - aligned, null, target.Children[0], context);
    }
}
