using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>How Parquet is written.</summary>
internal sealed record ParquetWriterOptions
{
    /// <summary>Rows of a group unless told, and the most that may be asked for.</summary>
    private const int DefaultGroupRows = 122_880, MaxGroupRows = 1 << 20;

    /// <summary>Compression of pages: Zstandard where its library is installed, else Snappy.</summary>
    public ParquetCodec Codec { get; init; } = Zstd.IsAvailable ? ParquetCodec.Zstd : ParquetCodec.Snappy;

    /// <summary>Level of Zstandard.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Rows after which a group ends, at the next batch.</summary>
    public int GroupRows { get; init; } = DefaultGroupRows;

    /// <summary>Rows of a page at most.</summary>
    public int PageRows { get; init; } = 20_480;

    /// <summary>Bytes of values in a page, about.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>Writes bloom filters for columns that have a dictionary.</summary>
    public bool HasBloomFilters { get; init; } = true;

    /// <summary>Bytes of values after which a group ends, at the next batch; null for no such limit.</summary>
    public long? GroupBytes { get; init; }

    /// <summary>Writes plain values and dictionaries only, for readers that know no more.</summary>
    public bool IsVersion1 { get; init; }

    /// <summary>What the footer says besides.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> KeyValues { get; init; } = [];

    /// <summary>Reads the options of a call.</summary>
    public static ParquetWriterOptions From(SourceOptions options)
    {
        ParquetWriterOptions taken = new();
        if (options.TakeText("compression", "codec") is string codec) taken = taken with { Codec = CodecOf(codec) };
        if (options.TakeCount("compression_level") is long level)
        {
            if (level is < 1 or > 22) throw Wrong("compression_level", level, "1 to 22");
            taken = taken with { CompressionLevel = (int)level };
        }
        if (options.TakeCount("row_group_size") is long rows)
        {
            if (rows is < 1 or > MaxGroupRows) throw Wrong("row_group_size", rows, $"1 to {MaxGroupRows}");
            taken = taken with { GroupRows = (int)rows };
        }
        if (options.TakeBoolean("bloom_filters", "write_bloom_filter") is bool blooms)
        {
            taken = taken with { HasBloomFilters = blooms };
        }
        if (options.TakeText("parquet_version") is string version)
        {
            taken = taken with
            {
                IsVersion1 = version.ToUpperInvariant() switch
                {
                    "V1" or "1" => true,
                    "V2" or "2" => false,
                    _ => throw new QueryException(
                        SqlStates.InvalidParameterValue, $"Wrong value of option parquet_version: {version}",
                        hint: "It takes V1 or V2."),
                },
            };
        }
        taken = taken with
        {
            GroupBytes = options.TakeBytes("row_group_size_bytes"), KeyValues = options.TakePairs("kv_metadata") ?? [],
        };
        options.ExpectAllTaken("Parquet output");
        return taken;
    }

    private static ParquetCodec CodecOf(string name) => name.ToUpperInvariant() switch
    {
        "ZSTD" => ParquetCodec.Zstd,
        "SNAPPY" => ParquetCodec.Snappy,
        "GZIP" => ParquetCodec.Gzip,
        "BROTLI" => ParquetCodec.Brotli,
        "LZ4" or "LZ4_RAW" => ParquetCodec.Lz4Raw,
        "NONE" or "UNCOMPRESSED" => ParquetCodec.Uncompressed,
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, $"Wrong value of option compression: {name}",
            hint: "Parquet takes zstd, snappy, gzip, brotli, lz4 or uncompressed."),
    };

    private static QueryException Wrong(string option, long value, string range) => new(
        SqlStates.InvalidParameterValue, $"Wrong value of option {option}: {value}", hint: $"It takes {range}.");
}
