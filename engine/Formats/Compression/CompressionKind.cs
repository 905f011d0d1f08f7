using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Compression;

/// <summary>General compression around a whole file.</summary>
internal enum CompressionKind : byte
{
    None,
    Gzip,
    Zstd,
    Lz4,
    Brotli,
}

/// <summary>Tells kinds of compression apart.</summary>
internal static class CompressionKinds
{
    /// <summary>The kind by its name in options.</summary>
    /// <exception cref="QueryException">Unknown.</exception>
    public static CompressionKind Parse(string name) => name.ToUpperInvariant() switch
    {
        "NONE" or "UNCOMPRESSED" => CompressionKind.None,
        "GZIP" or "GZ" => CompressionKind.Gzip,
        "ZSTD" or "ZST" => CompressionKind.Zstd,
        "LZ4" => CompressionKind.Lz4,
        "BROTLI" or "BR" => CompressionKind.Brotli,
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, $"Unknown compression: {name}",
            hint: "Known are none, gzip, zstd, lz4 and brotli."),
    };

    /// <summary>The kind by the end of a file's name.</summary>
    public static CompressionKind FromName(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".GZ" or ".GZIP" => CompressionKind.Gzip,
        ".ZST" or ".ZSTD" => CompressionKind.Zstd,
        ".LZ4" => CompressionKind.Lz4,
        ".BR" => CompressionKind.Brotli,
        _ => CompressionKind.None,
    };

    /// <summary>How names of compressed files end.</summary>
    public static string ExtensionOf(CompressionKind kind) => kind switch
    {
        CompressionKind.Gzip => ".gz",
        CompressionKind.Zstd => ".zst",
        CompressionKind.Lz4 => ".lz4",
        CompressionKind.Brotli => ".br",
        _ => "",
    };

    /// <summary>The kind by the first bytes of a file; Brotli has none of its own.</summary>
    public static CompressionKind FromStart(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith<byte>([0x1F, 0x8B])) return CompressionKind.Gzip;
        if (start.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD])) return CompressionKind.Zstd;
        return start.StartsWith<byte>([0x04, 0x22, 0x4D, 0x18]) ? CompressionKind.Lz4 : CompressionKind.None;
    }
}
