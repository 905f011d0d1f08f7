using System.Buffers.Binary;
using System.Numerics;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>
/// Split-block bloom filters (Putze, Sanders and Singler; apache/parquet-format <c>BloomFilter.md</c>): blocks of eight
/// words of 32 bits; a value sets a bit in each word of one block.
/// </summary>
internal static class BloomFilterBuilder
{
    private const int BlockBytes = ParquetBloom.BlockBytes, MinBytes = BlockBytes, MaxBytes = 1 << 20;

    /// <summary>For one false positive in a hundred.</summary>
    private const double BitsPerValue = 9.68;

    /// <summary>The filter of a dictionary's values, with the header before it.</summary>
    public static byte[] Build(LeafValues values, ValueDictionary dictionary)
    {
        uint wanted = (uint)Math.Clamp(dictionary.Count * BitsPerValue / 8, MinBytes, MaxBytes);
        byte[] blocks = new byte[BitOperations.RoundUpToPowerOf2(wanted)];
        ulong blockCount = (ulong)(blocks.Length / BlockBytes);
        for (int code = 0; code < dictionary.Count; code++)
        {
            ulong hash = XxHash64.Hash(values[dictionary.FirstOf(code)]);
            int block = (int)(((hash >> 32) * blockCount) >> 32);
            Set(blocks.AsSpan(block * BlockBytes, BlockBytes), (uint)hash);
        }
        using ByteWriter target = new(blocks.Length + 32);
        ThriftWriter thrift = new(target);
        thrift.BeginStruct();
        thrift.WriteInt32(1, blocks.Length);
        // Each is a union whose first member is the only one that the format has.
        for (int field = 2; field <= 4; field++)
        {
            thrift.BeginStruct(field);
            thrift.WriteEmpty(1);
            thrift.EndStruct();
        }
        thrift.EndStruct();
        target.WriteBytes(blocks);
        return target.ToArray();
    }

    private static void Set(Span<byte> block, uint key)
    {
        for (int i = 0; i < ParquetBloom.Salts.Length; i++)
        {
            Span<byte> word = block.Slice(i * sizeof(uint), sizeof(uint));
            uint bit = 1u << (int)(unchecked(key * ParquetBloom.Salts[i]) >> 27);
            BinaryPrimitives.WriteUInt32LittleEndian(word, BinaryPrimitives.ReadUInt32LittleEndian(word) | bit);
        }
    }
}
