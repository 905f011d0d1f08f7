using System.Runtime.InteropServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// DELTA_BINARY_PACKED: differences, in blocks of 128 over their least, in four parts of a bit width each.
/// <code>
///   header   varint block size, varint parts per block, varint count, zigzag first value
///   block    zigzag least difference, a byte of width per part, the parts bit-packed
/// </code>
/// </summary>
internal static class DeltaEncoder
{
    private const int BlockValues = 128, Parts = 4, PartValues = BlockValues / Parts;

    /// <summary>Blocks that are looked at to estimate a size.</summary>
    private const int SampleBlocks = 64;

    private const int MaxHeaderBytes = 16;

    /// <summary>Appends numbers of 4 bytes, whose differences wrap at 32 bits.</summary>
    public static void WriteInt32s(ReadOnlySpan<int> values, ByteWriter target)
    {
        WriteHeader(values.Length, values.IsEmpty ? 0 : values[0], target);
        Span<long> deltas = stackalloc long[BlockValues];
        for (int at = 1; at < values.Length; at += BlockValues)
        {
            WriteBlock(deltas, Subtract(values, at, deltas), target);
        }
    }

    /// <summary>Appends numbers of 8 bytes, whose differences wrap at 64 bits.</summary>
    public static void WriteInt64s(ReadOnlySpan<long> values, ByteWriter target)
    {
        WriteHeader(values.Length, values.IsEmpty ? 0 : values[0], target);
        Span<long> deltas = stackalloc long[BlockValues];
        for (int at = 1; at < values.Length; at += BlockValues)
        {
            WriteBlock(deltas, Subtract(values, at, deltas), target);
        }
    }

    /// <summary>About how many bytes integers take, by some of their blocks.</summary>
    public static long EstimateBytes(LeafValues values)
    {
        int blocks = (values.Count + BlockValues - 2) / BlockValues;
        int step = Math.Max(1, blocks / SampleBlocks), sampled = 0;
        long bytes = 0;
        Span<long> deltas = stackalloc long[BlockValues];
        Span<byte> widths = stackalloc byte[Parts];
        for (int block = 0; block < blocks; block += step, sampled++)
        {
            int at = 1 + (block * BlockValues);
            int count = values.Leaf.Width == sizeof(int)
                ? Subtract(MemoryMarshal.Cast<byte, int>(values.Bytes), at, deltas)
                : Subtract(MemoryMarshal.Cast<byte, long>(values.Bytes), at, deltas);
            long least = FindWidths(deltas, count, widths);
            // A variable-length number has seven bits a byte.
            bytes += 1 + (BitPacking.BitsFor((ulong)((least << 1) ^ (least >> 63))) / 7) + Parts;
            foreach (byte width in widths) bytes += PartValues * width / 8;
        }
        return MaxHeaderBytes + (sampled == 0 ? 0 : bytes * blocks / sampled);
    }

    /// <summary>Appends byte arrays as their lengths and their bytes: DELTA_LENGTH_BYTE_ARRAY.</summary>
    public static void WriteLengths(LeafValues values, int from, int to, ByteWriter target)
    {
        int[] lengths = new int[to - from];
        ReadOnlySpan<int> ends = values.Ends;
        int start = values.StartOf(from);
        for (int i = from; i < to; i++)
        {
            lengths[i - from] = ends[i] - start;
            start = ends[i];
        }
        WriteInt32s(lengths, target);
        target.WriteBytes(values.Bytes[values.StartOf(from)..values.StartOf(to)]);
    }

    /// <summary>Appends byte arrays as what each shares with the one before, and the rest: DELTA_BYTE_ARRAY.</summary>
    public static void WritePrefixes(LeafValues values, int from, int to, ByteWriter target)
    {
        int[] shared = new int[to - from], lengths = new int[to - from];
        for (int i = from; i < to; i++)
        {
            if (i > from) shared[i - from] = values[i - 1].CommonPrefixLength(values[i]);
            lengths[i - from] = values[i].Length - shared[i - from];
        }
        WriteInt32s(shared, target);
        WriteInt32s(lengths, target);
        for (int i = from; i < to; i++) target.WriteBytes(values[i][shared[i - from]..]);
    }

    private static void WriteHeader(int count, long first, ByteWriter target)
    {
        target.WriteVarUInt64(BlockValues);
        target.WriteVarUInt64(Parts);
        target.WriteVarUInt64((ulong)count);
        target.WriteVarInt64(first);
    }

    /// <summary>The differences of a block, each to the value before; returns how many.</summary>
    private static int Subtract(ReadOnlySpan<int> values, int at, Span<long> deltas)
    {
        int count = Math.Min(BlockValues, values.Length - at);
        ReadOnlySpan<int> later = values.Slice(at, count), earlier = values.Slice(at - 1, count);
        for (int i = 0; i < later.Length; i++) deltas[i] = unchecked(later[i] - earlier[i]);
        return count;
    }

    private static unsafe int Subtract(ReadOnlySpan<long> values, int at, Span<long> deltas)
    {
        int count = Math.Min(BlockValues, values.Length - at);
        fixed (long* later = values[at..], target = deltas)
        {
            // Before each value there is another.
            ElementWise.Apply<long, Subtract<long>>(later, later - 1, count, target);
        }
        return count;
    }

    /// <summary>
    /// The least difference, and the bits that those of each part need above it. Values past the end become the least,
    /// so that they are packed as 0.
    /// </summary>
    private static unsafe long FindWidths(Span<long> deltas, int count, Span<byte> widths)
    {
        Span<long> most = stackalloc long[Parts];
        long least = long.MaxValue;
        fixed (long* first = deltas)
        {
            for (int part = 0; part * PartValues < count; part++)
            {
                int values = Math.Min(PartValues, count - (part * PartValues));
                (long min, most[part]) = Extremes.Find(first + (part * PartValues), values);
                least = Math.Min(least, min);
            }
        }
        deltas[count..].Fill(least);
        widths.Clear();
        for (int part = 0; part * PartValues < count; part++)
        {
            widths[part] = (byte)BitPacking.BitsFor(unchecked((ulong)(most[part] - least)));
        }
        return least;
    }

    private static void WriteBlock(Span<long> deltas, int count, ByteWriter target)
    {
        Span<byte> widths = stackalloc byte[Parts];
        long least = FindWidths(deltas, count, widths);
        target.WriteVarInt64(least);
        target.WriteBytes(widths);
        for (int part = 0; part * PartValues < count; part++)
        {
            int width = widths[part];
            BitPacking.Pack(
                deltas.Slice(part * PartValues, PartValues), least, width, target.Append(PartValues * width / 8));
        }
    }
}
