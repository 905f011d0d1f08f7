using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// CRC32C, the checksum of pages, journals and frames: polynomial 0x1EDC6F41 reflected, start and end inverted, as in
/// iSCSI (RFC 3720, B.4), etcd and ext4.
/// </summary>
internal static class Checksum
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>
    /// Lengths of the three parts that are summed side by side: the instruction gives a result each cycle but takes
    /// three, so one chain of them uses a third of the processor.
    /// </summary>
    private const int LongPart = 4096, ShortPart = 256;

    private static readonly uint[] ByteTable = MakeByteTable();
    private static readonly uint[] SkipLong = MakeSkipTable(LongPart);
    private static readonly uint[] SkipShort = MakeSkipTable(ShortPart);

    /// <summary>The checksum of the bytes.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of earlier bytes and these, from the checksum of the earlier ones.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes) =>
        Sse42.X64.IsSupported || Crc32.Arm64.IsSupported
            ? ~AppendHardware(~checksum, bytes)
            : ~AppendScalar(~checksum, bytes);

    /// <summary>The meaning, a byte at a time; the state is the inverted checksum.</summary>
    internal static uint AppendScalar(uint state, ReadOnlySpan<byte> bytes)
    {
        uint[] table = ByteTable;
        foreach (byte value in bytes) state = table[(byte)(state ^ value)] ^ (state >> 8);
        return state;
    }

    /// <summary>The same by the processor's instruction, three parts at a time.</summary>
    internal static uint AppendHardware(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 3 * LongPart)
        {
            state = AppendThree(state, bytes, LongPart, SkipLong);
            bytes = bytes[(3 * LongPart)..];
        }
        while (bytes.Length >= 3 * ShortPart)
        {
            state = AppendThree(state, bytes, ShortPart, SkipShort);
            bytes = bytes[(3 * ShortPart)..];
        }
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) state = BitOperations.Crc32C(state, word);
        foreach (byte value in bytes[(bytes.Length & ~7)..]) state = BitOperations.Crc32C(state, value);
        return state;
    }

    /// <summary>
    /// The sum is linear: the state after A B is the state after A and as many zeros as B has bytes, xor the state
    /// after B from zero.
    /// </summary>
    private static uint AppendThree(uint state, ReadOnlySpan<byte> bytes, int part, uint[] skip)
    {
        uint second = 0, third = 0;
        // In range: i + 8 <= part, and the caller has three parts.
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        for (int i = 0; i < part; i += sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)));
            second = BitOperations.Crc32C(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, part + i)));
            third = BitOperations.Crc32C(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, (2 * part) + i)));
        }
        state = Skip(skip, state) ^ second;
        return Skip(skip, state) ^ third;
    }

    /// <summary>The state after as many zero bytes as the table is for.</summary>
    private static uint Skip(uint[] table, uint state) =>
        table[(byte)state] ^ table[256 + (byte)(state >> 8)]
        ^ table[512 + (byte)(state >> 16)] ^ table[768 + (state >> 24)];

    private static uint[] MakeByteTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint state = i;
            for (int bit = 0; bit < 8; bit++) state = (state >> 1) ^ ((state & 1) * Polynomial);
            table[i] = state;
        }
        return table;
    }

    /// <summary>
    /// For each of the state's four bytes and its values, the state after the zeros; by linearity, from 32 bits.
    /// </summary>
    private static uint[] MakeSkipTable(int zeroCount)
    {
        uint[] bits = new uint[32];
        for (int bit = 0; bit < 32; bit++)
        {
            uint state = 1u << bit;
            for (int i = 0; i < zeroCount; i += sizeof(ulong)) state = BitOperations.Crc32C(state, 0UL);
            bits[bit] = state;
        }
        uint[] table = new uint[4 * 256];
        for (int i = 0; i < table.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                if ((i >> bit & 1) != 0) table[i] ^= bits[(i / 256 * 8) + bit];
            }
        }
        return table;
    }
}
