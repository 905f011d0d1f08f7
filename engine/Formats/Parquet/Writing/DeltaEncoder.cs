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

    /// <summary>Appends numbers of 4 bytes, whose differences wrap at 32 bits.</summary>
    public static void WriteInt32s(ReadOnlySpan<int> values, ByteWriter target)
    {
        WriteHeader(values.Length, values.IsEmpty ? 0 : values[0], target);
        Span<long> deltas = stackalloc long[BlockValues];
        for (int at = 1; at < values.Length; at += BlockValues)
        {
            int count = Math.Min(BlockValues, values.Length - at);
            for (int i = 0; i < count; i++) deltas[i] = unchecked(values[at + i] - values[at + i - 1]);
            WriteBlock(deltas, count, is32: true, target);
        }
    }

    /// <summary>Appends numbers of 8 bytes, whose differences wrap at 64 bits.</summary>
    public static void WriteInt64s(ReadOnlySpan<long> values, ByteWriter target)
    {
        WriteHeader(values.Length, values.IsEmpty ? 0 : values[0], target);
        Span<long> deltas = stackalloc long[BlockValues];
        for (int at = 1; at < values.Length; at += BlockValues)
        {
            int count = Math.Min(BlockValues, values.Length - at);
            for (int i = 0; i < count; i++) deltas[i] = unchecked(values[at + i] - values[at + i - 1]);
            WriteBlock(deltas, count, is32: false, target);
        }
    }

    /// <summary>Appends byte arrays as their lengths and their bytes: DELTA_LENGTH_BYTE_ARRAY.</summary>
    public static void WriteLengths(LeafValues values, int from, int to, ByteWriter target)
    {
        int[] lengths = new int[to - from];
        for (int i = from; i < to; i++) lengths[i - from] = values[i].Length;
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

    private static void WriteBlock(Span<long> deltas, int count, bool is32, ByteWriter target)
    {
        long least = deltas[0];
        for (int i = 1; i < count; i++) least = Math.Min(least, deltas[i]);
        // Values past the end are packed as the least, that is as 0.
        deltas[count..].Fill(least);
        target.WriteVarInt64(least);
        Span<byte> widths = stackalloc byte[Parts];
        for (int part = 0; part * PartValues < count; part++)
        {
            ulong all = 0;
            foreach (long delta in deltas.Slice(part * PartValues, PartValues))
            {
                ulong above = unchecked((ulong)(delta - least));
                all |= is32 ? (uint)above : above;
            }
            widths[part] = (byte)BitPacking.BitsFor(all);
        }
        target.WriteBytes(widths);
        for (int part = 0; part * PartValues < count; part++)
        {
            int width = widths[part];
            BitPacking.Pack(
                deltas.Slice(part * PartValues, PartValues), least, width, target.Append(PartValues * width / 8));
        }
    }
}
