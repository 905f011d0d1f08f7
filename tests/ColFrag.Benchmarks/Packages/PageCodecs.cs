using ColFrag.Engine.Formats.Compression;
using K4os.Compression.LZ4;

namespace ColFrag.Benchmarks.Packages;

/// <summary>An implementation of a format.</summary>
/// <param name="Format">The format.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="Compress">Compresses into a target that is large enough; how many bytes it took.</param>
/// <param name="Decompress">Decompresses into a target of the very length.</param>
internal sealed record PageCodec(
    string Format, string Name, PageCompression Compress, PageDecompression Decompress);

internal delegate int PageCompression(ReadOnlySpan<byte> page, Span<byte> target);

internal delegate void PageDecompression(ReadOnlySpan<byte> compressed, Span<byte> page);

/// <summary>The implementations.</summary>
internal static class PageCodecs
{
    private static readonly ZstdSharp.Compressor s_compressor = new(3);
    private static readonly ZstdSharp.Decompressor s_decompressor = new();

    public static IReadOnlyList<PageCodec> All { get; } =
    [
        new("zstd 3", "the system's library", (p, t) => Zstd.Compress(p, t, 3),
            (c, p) => Check(Zstd.TryDecompress(c, p))),
        new("zstd 3", "ZstdSharp.Port", (p, t) => s_compressor.Wrap(p, t),
            (c, p) => Check(s_decompressor.Unwrap(c, p) == p.Length)),
        new("lz4", "the system's library", (p, t) => Lz4.Compress(p, t), (c, p) => Check(Lz4.TryDecompress(c, p))),
        new("lz4", "K4os.Compression.LZ4", (p, t) => LZ4Codec.Encode(p, t),
            (c, p) => Check(LZ4Codec.Decode(c, p) == p.Length)),
        new("snappy", "ColFrag", (p, t) => Snappy.Compress(p, t), (c, p) => Check(Snappy.TryDecompress(c, p))),
        new("snappy", "Snappier", (p, t) => Snappier.Snappy.Compress(p, t),
            (c, p) => Check(Snappier.Snappy.Decompress(c, p) == p.Length)),
    ];

    private static void Check(bool isGood)
    {
        if (!isGood) throw new InvalidOperationException("A codec cannot read what it wrote");
    }
}
