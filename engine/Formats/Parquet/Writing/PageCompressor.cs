using System.IO.Compression;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>Compresses pages.</summary>
internal sealed class PageCompressor(ParquetCodec codec, int level)
{
    public ParquetCodec Codec => codec;

    /// <summary>Appends the compressed bytes; returns how many.</summary>
    public int Write(ReadOnlySpan<byte> page, ByteWriter target)
    {
        int before = target.Length;
        switch (codec)
        {
            case ParquetCodec.Uncompressed:
                target.WriteBytes(page);
                break;
            case ParquetCodec.Snappy:
                target.Advance(Snappy.Compress(page, target.GetSpan(Snappy.MaxCompressedLength(page.Length))));
                break;
            case ParquetCodec.Zstd:
                target.Advance(Zstd.Compress(page, target.GetSpan(Zstd.MaxCompressedLength(page.Length)), level));
                break;
            case ParquetCodec.Lz4Raw:
                target.Advance(Lz4.Compress(page, target.GetSpan(Lz4.MaxCompressedLength(page.Length))));
                break;
            case ParquetCodec.Brotli:
                Span<byte> room = target.GetSpan(BrotliEncoder.GetMaxCompressedLength(page.Length));
                Invariant.Holds(BrotliEncoder.TryCompress(page, room, out int written, quality: 4, window: 22));
                target.Advance(written);
                break;
            case ParquetCodec.Gzip:
                using (MemoryStream stream = new())
                {
                    using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(page);
                    target.WriteBytes(stream.GetBuffer().AsSpan(0, (int)stream.Length));
                }
                break;
            default:
                throw Invariant.Unreachable($"codec {codec}");
        }
        return target.Length - before;
    }
}
