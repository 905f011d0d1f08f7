using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// The bloom filter of a column chunk, of which only the blocks are read that values fall into: 32 bytes for each
/// value. Format: <c>BloomFilter.md</c> of apache/parquet-format.
/// </summary>
internal sealed class ParquetBloom : IPointTest
{
    public const int BlockBytes = 32;

    private const int HeaderBytes = 128, MaxBytes = 128 << 20;

    private readonly IInputFile _file;
    private readonly ParquetLeaf _leaf;
    private readonly long _blocks;
    private readonly ulong _blockCount;

    private ParquetBloom(IInputFile file, ParquetLeaf leaf, long blocks, int bytes)
    {
        _file = file;
        _leaf = leaf;
        _blocks = blocks;
        _blockCount = (ulong)(bytes / BlockBytes);
    }

    /// <summary>Factors of the bits of a block's words.</summary>
    public static ReadOnlySpan<uint> Salts =>
        [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31];

    /// <summary>Opens the filter of a chunk; null where it has none that is understood.</summary>
    /// <exception cref="CorruptDataException">Its header is damaged.</exception>
    public static ParquetBloom? TryOpen(IInputFile file, ParquetColumnChunk chunk, ParquetLeaf leaf)
    {
        if (chunk.BloomOffset is not { } offset) return null;
        CorruptDataException.ThrowUnless(
            offset >= 0 && offset < file.Length, "Parquet place of a bloom filter", file.Path, offset);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header = header[..file.Read(offset, header)];
        ThriftReader reader = new(header, file.Path, offset);
        int bytes = 0;
        bool isKnown = true;
        reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            if (id == 1) bytes = reader.ReadInt32(type);
            else if (type == ThriftType.Struct && id is 2 or 3 or 4) isKnown &= ReadUnion(ref reader) == 1;
            else reader.Skip(type);
        }
        long blocks = offset + reader.Position;
        CorruptDataException.ThrowUnless(
            bytes is > 0 and <= MaxBytes && bytes % BlockBytes == 0 && blocks <= file.Length - bytes,
            "Parquet length of a bloom filter", file.Path, offset);
        return isKnown ? new ParquetBloom(file, leaf, blocks, bytes) : null;
    }

    /// <inheritdoc/>
    public bool MayContain(Int128 value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        bool isWhole =
            _leaf.Conversion is ParquetConversion.Copy or ParquetConversion.Narrow or ParquetConversion.Widen;
        switch (_leaf.Physical)
        {
            case ParquetType.Int32 when isWhole:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, unchecked((int)value));
                return Has(bytes[..sizeof(int)]);
            case ParquetType.Int64 when isWhole:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, unchecked((long)value));
                return Has(bytes);
            default:
                return true;
        }
    }

    /// <inheritdoc/>
    public bool MayContain(ReadOnlySpan<byte> text) =>
        _leaf.Conversion is not (ParquetConversion.Text or ParquetConversion.Bytes) || Has(text);

    private static int ReadUnion(ref ThriftReader reader)
    {
        int member = 0;
        int outer = reader.BeginStruct();
        while (reader.ReadField(out int id, out ThriftType type))
        {
            member = id;
            reader.Skip(type);
        }
        reader.EndStruct(outer);
        return member;
    }

    private bool Has(ReadOnlySpan<byte> value)
    {
        ulong hash = XxHash64.Hash(value);
        long block = _blocks + ((long)(((hash >> 32) * _blockCount) >> 32) * BlockBytes);
        Span<byte> words = stackalloc byte[BlockBytes];
        int read = _file.Read(block, words);
        CorruptDataException.ThrowUnless(read == BlockBytes, "file ends early", _file.Path, block + read);
        for (int i = 0; i < Salts.Length; i++)
        {
            uint bit = 1u << (int)(unchecked((uint)hash * Salts[i]) >> 27);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(words[(i * sizeof(uint))..]) & bit) == 0) return false;
        }
        return true;
    }
}
