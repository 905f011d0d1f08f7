namespace ColFrag.Engine.Encodings;

/// <summary>Compression over whole blocks, for cold tables. Numbers are written in files and never reused.</summary>
internal enum GeneralCompression : byte
{
    /// <summary>Only the encodings.</summary>
    None = 0,
    /// <summary>Zstandard by libzstd.so.1.</summary>
    Zstd = 1,
    /// <summary>LZ4 by liblz4.so.1.</summary>
    Lz4 = 2,
}
