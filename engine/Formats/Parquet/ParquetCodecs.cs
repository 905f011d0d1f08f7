using System.Buffers.Binary;
using System.IO.Compression;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Compression of pages.</summary>
internal static unsafe class ParquetCodecs
{
    /// <summary>
    /// The most bytes that so many compressed ones can stand for: what a page header promises is held against it before
    /// memory is taken.
    /// </summary>
    public static long MaxDecompressedBytes(ParquetCodec codec, int compressedBytes) => codec switch
    {
        ParquetCodec.Uncompressed => compressedBytes,
        ParquetCodec.Snappy => compressedBytes * 32L,
        ParquetCodec.Gzip => (compressedBytes * 1_040L) + 64,
        ParquetCodec.Lz4 or ParquetCodec.Lz4Raw => (compressedBytes * 256L) + 64,
        ParquetCodec.Zstd => (compressedBytes * 65_536L) + 64,
        // Brotli's copies have no such limit.
        _ => int.MaxValue,
    };

    /// <summary>Decompresses a page into a target of the very length.</summary>
    public static void Decompress(
        ParquetCodec codec, ReadOnlySpan<byte> source, Span<byte> target, string file, long offset)
    {
        bool isValid = codec switch
        {
            ParquetCodec.Uncompressed => TryCopy(source, target),
            ParquetCodec.Snappy => Snappy.TryDecompress(source, target),
            ParquetCodec.Gzip => TryGunzip(source, target),
            ParquetCodec.Brotli =>
                BrotliDecoder.TryDecompress(source, target, out int written) && written == target.Length,
            ParquetCodec.Zstd => Zstd.TryDecompress(source, target),
            ParquetCodec.Lz4Raw => Lz4.TryDecompress(source, target),
            ParquetCodec.Lz4 => TryOldLz4(source, target),
            ParquetCodec.Lzo => throw new QueryException(
                SqlStates.FeatureNotSupported, $"Parquet: compression LZO cannot be read: {file}",
                hint: "Write the file again with zstd or snappy."),
            _ => throw new CorruptDataException($"Parquet compression {(int)codec}", file, offset),
        };
        CorruptDataException.ThrowUnless(isValid, $"Parquet page ({codec})", file, offset);
    }

    private static bool TryCopy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length != target.Length) return false;
        source.CopyTo(target);
        return true;
    }

    // Some writers make zlib streams where gzip is meant.
    private static bool TryGunzip(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* bytes = source)
        {
            using UnmanagedMemoryStream compressed = new(bytes, source.Length);
            bool isGzip = source.Length >= 2 && source[0] == 0x1F && source[1] == 0x8B;
            using Stream plain = isGzip
                ? new GZipStream(compressed, CompressionMode.Decompress)
                : new ZLibStream(compressed, CompressionMode.Decompress);
            try
            {
                return plain.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) == target.Length;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }
    }

    // "LZ4" without RAW has three forms in the wild: Hadoop's blocks with two lengths, plain blocks, and frames.
    private static bool TryOldLz4(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (TryHadoopLz4(source, target)) return true;
        if (source.StartsWith<byte>([0x04, 0x22, 0x4D, 0x18])) return Lz4.TryDecompressFrames(source, target);
        return Lz4.TryDecompress(source, target);
    }

    private static bool TryHadoopLz4(ReadOnlySpan<byte> source, Span<byte> target)
    {
        while (source.Length >= 8)
        {
            uint plain = BinaryPrimitives.ReadUInt32BigEndian(source),
                compressed = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
            source = source[8..];
            if (plain > (uint)target.Length || compressed > (uint)source.Length) return false;
            if (!Lz4.TryDecompress(source[..(int)compressed], target[..(int)plain])) return false;
            source = source[(int)compressed..];
            target = target[(int)plain..];
        }
        return source.IsEmpty && target.IsEmpty;
    }
}
