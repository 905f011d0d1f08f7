using System.Buffers.Binary;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>What the statistics of a column chunk say about its values, where they can be believed.</summary>
internal static unsafe class ParquetBounds
{
    public static PieceBounds? Find(ParquetLeaf leaf, ParquetColumnChunk chunk, string file)
    {
        if (chunk.Statistics is not { } statistics) return null;
        // The old fields were written in signed or in byte order, whatever the type: only where these agree do they
        // count.
        bool isOldSound = leaf.Physical is ParquetType.Boolean or ParquetType.Int32 or ParquetType.Int64
            or ParquetType.Float or ParquetType.Double &&
            !leaf.IsUnsigned;
        byte[]? min = statistics.Min ?? (isOldSound ? statistics.OldMin : null);
        byte[]? max = statistics.Max ?? (isOldSound ? statistics.OldMax : null);
        PieceBounds bounds = Of(leaf, min, max, statistics.NullCount, file);
        return bounds is { Min: null, Max: null, NullCount: null } ? null : bounds;
    }

    /// <summary>
    /// Bounds as bytes. Those of text may be cut off; a lower one stays a bound, an upper one was rounded up by its
    /// writer.
    /// </summary>
    public static PieceBounds Of(ParquetLeaf leaf, byte[]? min, byte[]? max, long? nullCount, string file) => new(
        min is null ? null : Decode(leaf, min, file), max is null ? null : Decode(leaf, max, file), nullCount);

    private static Value? Decode(ParquetLeaf leaf, byte[] bytes, string file)
    {
        if (leaf.Type.Physical == PhysicalType.Utf8)
        {
            // Text that was cut within a character orders as bytes all the same.
            return Value.Bytes(leaf.Type, bytes);
        }
        // The order of these is not that of their bytes, or is not defined.
        if (leaf.Conversion is ParquetConversion.Int96ToMicros or ParquetConversion.Interval
            or ParquetConversion.BigEndianDouble) return null;
        bool isFixed = leaf.Physical is not (ParquetType.ByteArray or ParquetType.FixedLengthByteArray);
        if (isFixed && bytes.Length != leaf.Width) return null;
        if (leaf.Physical == ParquetType.FixedLengthByteArray && bytes.Length != leaf.Width) return null;
        if (bytes.Length == 0) return null;
        if (leaf.Physical == ParquetType.Boolean) return Value.Boolean(bytes[0] != 0);
        if (leaf.Physical == ParquetType.Float) return OfFloat(leaf, BinaryPrimitives.ReadSingleLittleEndian(bytes));
        if (leaf.Physical == ParquetType.Double) return OfFloat(leaf, BinaryPrimitives.ReadDoubleLittleEndian(bytes));
        Int128 element = 0;
        fixed (byte* source = bytes)
        {
            Utf8View view = new(source, bytes.Length);
            byte* value = isFixed ? source : (byte*)&view;
            if (ParquetConverter.IsCopy(leaf))
            {
                element = VectorValues.LoadInteger(value, leaf.Type.Physical, 0);
            }
            else
            {
                ParquetPage page = new(default, null!, 0, file, 0);
                ParquetConverter.Convert(leaf, value, (byte*)&element, 1, page);
                if (leaf.Conversion == ParquetConversion.Half) return OfFloat(leaf, *(float*)&element);
                element = VectorValues.LoadInteger((byte*)&element, leaf.Type.Physical, 0);
            }
        }
        return Value.Integer(leaf.Type, element);
    }

    // NaN bounds nothing.
    private static Value? OfFloat(ParquetLeaf leaf, double value) =>
        double.IsNaN(value) ? null : Value.Float(leaf.Type, value);
}
