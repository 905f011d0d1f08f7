using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Bit-packed numbers with a width of its own for each vector: the common part of the encodings that adapt from vector
/// to vector.
/// <code>
///   bytes           field
///   V               width of each of the V vectors, 0 to 64
///   ...             the packed numbers of each vector, ceil(n*width/8) bytes, one after the other
/// </code>
/// </summary>
internal sealed unsafe class VectorFrames
{
    private readonly byte* _packed;
    private readonly int[] _offsets;
    private readonly byte[] _widths;

    private VectorFrames(byte* packed, int[] offsets, byte[] widths)
    {
        _packed = packed;
        _offsets = offsets;
        _widths = widths;
    }

    /// <summary>Bytes of the index.</summary>
    public long IndexBytes => (_offsets.Length * 5L) + 64;

    /// <summary>What numbers with these widths take.</summary>
    /// <param name="statistics">The stream.</param>
    /// <param name="skipped">How many numbers of each vector are left out.</param>
    /// <param name="range">Range of the numbers of a vector.</param>
    public static long EstimateBytes(IntegerStatistics statistics, int skipped, Func<int, ulong> range)
    {
        long bytes = statistics.VectorCount;
        for (int v = 0; v < statistics.VectorCount; v++)
        {
            int count = Math.Max(0, statistics.RowsOf(v) - skipped);
            bytes += BitPacking.SizeBytes(count, BitPacking.BitsFor(range(v)));
        }
        return bytes;
    }

    /// <summary>Reads the widths and checks that the numbers are there.</summary>
    /// <param name="source">The block.</param>
    /// <param name="count">Rows of the stream.</param>
    /// <param name="skipped">How many numbers of each vector are left out.</param>
    public static VectorFrames Read(ref NodeReader source, int count, int skipped)
    {
        int vectors = source.VectorCount(count);
        byte[] widths = source.Bytes.ReadBytes(vectors).ToArray();
        int[] offsets = new int[vectors];
        long offset = 0;
        for (int v = 0; v < vectors; v++)
        {
            source.Bytes.ThrowUnless(widths[v] <= 64, "bit width");
            offsets[v] = (int)offset;
            int rows = Math.Min(source.VectorRows, count - (v * source.VectorRows));
            offset += BitPacking.SizeBytes(Math.Max(0, rows - skipped), widths[v]);
            source.Bytes.ThrowUnless(offset <= source.Bytes.Remaining, "packed vectors past the end of the block");
        }
        return new VectorFrames(source.ReadPointer(offset), offsets, widths);
    }

    /// <summary>
    /// Writes widths for numbers whose largest is known per vector; the caller appends each vector's numbers.
    /// </summary>
    public static byte[] WriteWidths(ByteWriter target, int vectors, Func<int, ulong> range)
    {
        byte[] widths = new byte[vectors];
        for (int v = 0; v < vectors; v++) widths[v] = (byte)BitPacking.BitsFor(range(v));
        target.WriteBytes(widths);
        return widths;
    }

    /// <summary>Appends a vector's numbers, <c>values[i] - subtract</c>.</summary>
    public static void WriteVector(ByteWriter target, ReadOnlySpan<long> values, long subtract, int width) =>
        BitPacking.Pack(values, subtract, width, target.Append((int)BitPacking.SizeBytes(values.Length, width)));

    /// <summary>Unpacks the first numbers of a vector, adding a constant.</summary>
    public void Unpack<T>(int vector, int count, T add, T* target) where T : unmanaged, IBinaryInteger<T> =>
        BitPacking.Unpack(_packed + _offsets[vector], _widths[vector], add, count, target);
}
