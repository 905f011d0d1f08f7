using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>Values of a leaf as bytes of a page, in each encoding that is written besides dictionaries.</summary>
internal static class ValueEncoder
{
    /// <summary>Appends the values of a range.</summary>
    public static void Write(ParquetEncoding encoding, LeafValues values, int from, int to, ByteWriter target)
    {
        ReadOnlySpan<byte> bytes = values.Bytes[values.StartOf(from)..values.StartOf(to)];
        switch (encoding)
        {
            case ParquetEncoding.Plain when values.Leaf.Physical == ParquetType.Boolean:
                WriteBits(bytes, target);
                break;
            case ParquetEncoding.Plain when values.IsBytes:
                for (int i = from; i < to; i++)
                {
                    target.WriteInt32(values[i].Length);
                    target.WriteBytes(values[i]);
                }
                break;
            case ParquetEncoding.Plain:
                target.WriteBytes(bytes);
                break;
            case ParquetEncoding.DeltaBinaryPacked when values.Leaf.Width == 4:
                DeltaEncoder.WriteInt32s(MemoryMarshal.Cast<byte, int>(bytes), target);
                break;
            case ParquetEncoding.DeltaBinaryPacked:
                DeltaEncoder.WriteInt64s(MemoryMarshal.Cast<byte, long>(bytes), target);
                break;
            case ParquetEncoding.DeltaLengthByteArray:
                DeltaEncoder.WriteLengths(values, from, to, target);
                break;
            case ParquetEncoding.DeltaByteArray:
                DeltaEncoder.WritePrefixes(values, from, to, target);
                break;
            case ParquetEncoding.ByteStreamSplit:
                WriteStreams(bytes, values.Leaf.Width, target);
                break;
            default:
                throw Invariant.Unreachable($"encoding {encoding}");
        }
    }

    private static void WriteBits(ReadOnlySpan<byte> values, ByteWriter target)
    {
        Span<byte> bits = target.Append((values.Length + 7) / 8);
        bits.Clear();
        for (int i = 0; i < values.Length; i++) bits[i >> 3] |= (byte)(values[i] << (i & 7));
    }

    // The first bytes of all values, then the second ones: bytes of like meaning compress better together.
    private static void WriteStreams(ReadOnlySpan<byte> bytes, int width, ByteWriter target)
    {
        int count = bytes.Length / width;
        Span<byte> streams = target.Append(bytes.Length);
        for (int b = 0; b < width; b++)
        {
            Span<byte> stream = streams.Slice(b * count, count);
            for (int i = 0; i < count; i++) stream[i] = bytes[(i * width) + b];
        }
    }
}
