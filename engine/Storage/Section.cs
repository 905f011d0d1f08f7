using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Where a block, dictionary or bloom filter lies in its file, and how to know that it is whole.
/// <code>
///   bytes    field
///   varint   offset in the file
///   varint   bytes in the file
///   1        general compression, a number of GeneralCompression
///   varint   bytes after decompression; only when compressed
///   P x 4    CRC32C of each 64 KiB of the bytes in the file, the last piece being what is left
/// </code>
/// </summary>
internal sealed record Section(
    long Offset, int Length, GeneralCompression Compression, int DecodedLength, uint[] Checksums)
{
    /// <summary>Writes the description.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteVarUInt64((ulong)Offset);
        target.WriteVarUInt64((ulong)Length);
        target.WriteByte((byte)Compression);
        if (Compression != GeneralCompression.None) target.WriteVarUInt64((ulong)DecodedLength);
        target.WriteSpan<uint>(Checksums);
    }

    /// <summary>Reads a description.</summary>
    public static Section Read(ref ByteReader source)
    {
        ulong offset = source.ReadVarUInt64();
        source.ThrowUnless(offset <= long.MaxValue / 2, "offset of a section");
        int length = source.ReadVarCount(SegmentFormat.MaxSectionBytes);
        GeneralCompression compression = (GeneralCompression)source.ReadByte();
        source.ThrowUnless(compression <= GeneralCompression.Lz4, "general compression");
        int decoded = compression == GeneralCompression.None
            ? length : source.ReadVarCount(SegmentFormat.MaxSectionBytes);
        // Neither library expands more than this; what is allocated is bounded by what is there.
        source.ThrowUnless(decoded <= ((long)length * 32_768) + 65_536, "bytes after decompression");
        uint[] checksums = source.ReadUInt32s(PieceCount(length)).ToArray();
        return new Section((long)offset, length, compression, decoded, checksums);
    }

    /// <summary>Checksums of the pieces of a section's bytes.</summary>
    public static uint[] Checksum(ReadOnlySpan<byte> bytes)
    {
        uint[] checksums = new uint[PieceCount(bytes.Length)];
        for (int piece = 0; piece < checksums.Length; piece++)
        {
            checksums[piece] = Bytes.Checksum.Crc32C(Piece(bytes, piece));
        }
        return checksums;
    }

    /// <summary>Checks bytes that were read from the file.</summary>
    /// <exception cref="CorruptDataException">A piece is not what was written.</exception>
    public void Check(ReadOnlySpan<byte> bytes, string name)
    {
        for (int piece = 0; piece < Checksums.Length; piece++)
        {
            CorruptDataException.ThrowUnless(
                Bytes.Checksum.Crc32C(Piece(bytes, piece)) == Checksums[piece], "checksum", name,
                Offset + ((long)piece * SegmentFormat.ChecksumPieceBytes));
        }
    }

    private static int PieceCount(int length) =>
        (int)(((long)length + SegmentFormat.ChecksumPieceBytes - 1) / SegmentFormat.ChecksumPieceBytes);

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> bytes, int piece)
    {
        int start = piece * SegmentFormat.ChecksumPieceBytes;
        return bytes.Slice(start, Math.Min(SegmentFormat.ChecksumPieceBytes, bytes.Length - start));
    }
}
