using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>
/// The checksum of gzip, Parquet pages and PNG: polynomial 0x04C11DB7 reflected (not the one of our own files). Eight
/// bytes at a time by eight tables; Kounavis and Berry, "A Systematic Approach to Building High Performance
/// Software-based CRC Generators" (2005). Whole vectors at a time where the processor multiplies without carries.
/// </summary>
internal static partial class Crc32
{
    private const uint Polynomial = 0xEDB8_8320;

    private static readonly uint[] s_tables = MakeTables();

    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(uint.MaxValue, bytes);

    /// <summary>The state after more bytes; starts as all ones, ends inverted.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        if (Pclmulqdq.IsSupported && bytes.Length >= LeastFoldedBytes) state = Fold(state, ref bytes);
        return AppendByTables(state, bytes);
    }

    /// <summary>The meaning; also does what the vector form leaves over.</summary>
    internal static uint AppendByTables(uint state, ReadOnlySpan<byte> bytes)
    {
        uint[] t = s_tables;
        while (bytes.Length >= 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(in bytes[0]) ^ state;
            state = t[1792 + (byte)word] ^ t[1536 + (byte)(word >> 8)] ^ t[1280 + (byte)(word >> 16)] ^ t[1024
                + (byte)(word >> 24)] ^
                t[768 + (byte)(word >> 32)] ^ t[512 + (byte)(word >> 40)] ^ t[256
                    + (byte)(word >> 48)] ^ t[(byte)(word >> 56)];
            bytes = bytes[8..];
        }
        foreach (byte value in bytes) state = t[(byte)(state ^ value)] ^ (state >> 8);
        return state;
    }

    // Table k gives the state after a byte and k zeros.
    private static uint[] MakeTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint state = i;
            for (int bit = 0; bit < 8; bit++) state = (state >> 1) ^ ((state & 1) * Polynomial);
            tables[i] = state;
        }
        for (int i = 256; i < tables.Length; i++) tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
