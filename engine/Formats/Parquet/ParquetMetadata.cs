namespace ColFrag.Engine.Formats.Parquet;

/// <summary>How values lie in a file; numbers of the Parquet format.</summary>
internal enum ParquetType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLengthByteArray = 7,
}

/// <summary>How values become bytes.</summary>
internal enum ParquetEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>How pages are compressed.</summary>
internal enum ParquetCodec
{
    Uncompressed = 0,
    Snappy = 1,
    Gzip = 2,
    Lzo = 3,
    Brotli = 4,
    Lz4 = 5,
    Zstd = 6,
    Lz4Raw = 7,
}

internal enum ParquetRepetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
}

internal enum ParquetPageType
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}

/// <summary>The older names of meanings.</summary>
internal enum ParquetConvertedType
{
    None = -1,
    Utf8 = 0,
    Map = 1,
    MapKeyValue = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    TimeMillis = 7,
    TimeMicros = 8,
    TimestampMillis = 9,
    TimestampMicros = 10,
    UInt8 = 11,
    UInt16 = 12,
    UInt32 = 13,
    UInt64 = 14,
    Int8 = 15,
    Int16 = 16,
    Int32 = 17,
    Int64 = 18,
    Json = 19,
    Bson = 20,
    Interval = 21,
}

/// <summary>The newer names of meanings; numbers are the fields of a union.</summary>
internal enum ParquetLogicalKind
{
    None = 0,
    String = 1,
    Map = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    Time = 7,
    Timestamp = 8,
    Integer = 10,
    Unknown = 11,
    Json = 12,
    Bson = 13,
    Uuid = 14,
    Float16 = 15,
    Variant = 16,
    Geometry = 17,
    Geography = 18,
}

internal enum ParquetTimeUnit
{
    Millis = 1,
    Micros = 2,
    Nanos = 3,
}

/// <summary>A meaning with its parameters.</summary>
internal readonly record struct ParquetLogicalType(
    ParquetLogicalKind Kind, int Scale = 0, int Precision = 0, bool IsAdjustedToUtc = false,
    ParquetTimeUnit Unit = default,
    int BitWidth = 0, bool IsSigned = true);

/// <summary>One node of the schema as it lies in the footer, in depth-first order.</summary>
internal sealed record ParquetSchemaElement(string Name)
{
    public ParquetType? Type { get; init; }
    public int TypeLength { get; init; }
    public ParquetRepetition Repetition { get; init; }
    public int ChildCount { get; init; }
    public ParquetConvertedType ConvertedType { get; init; } = ParquetConvertedType.None;
    public int Scale { get; init; }
    public int Precision { get; init; }
    public ParquetLogicalType LogicalType { get; init; }
}

/// <summary>Bounds and counts of a column chunk or page, as bytes.</summary>
internal sealed record ParquetStatistics
{
    public byte[]? OldMin { get; init; }
    public byte[]? OldMax { get; init; }
    public byte[]? Min { get; init; }
    public byte[]? Max { get; init; }
    public long? NullCount { get; init; }
    public long? DistinctCount { get; init; }
}

/// <summary>Where one column of a row group lies.</summary>
internal sealed record ParquetColumnChunk
{
    public string? FilePath { get; init; }
    public ParquetType Type { get; init; }
    public ParquetCodec Codec { get; init; }
    public ParquetEncoding[] Encodings { get; init; } = [];
    public long ValueCount { get; init; }
    public long UncompressedBytes { get; init; }
    public long CompressedBytes { get; init; }
    public long DataPageOffset { get; init; }
    public long? DictionaryPageOffset { get; init; }
    public ParquetStatistics? Statistics { get; init; }
    public bool IsEncrypted { get; init; }
    public bool HasMetadata { get; init; }
    public long? BloomOffset { get; init; }
    public (long Offset, int Bytes) OffsetIndex { get; init; }
    public (long Offset, int Bytes) ColumnIndex { get; init; }

    /// <summary>First byte of the chunk; some writers say that a dictionary lies at 0.</summary>
    public long Start =>
        DictionaryPageOffset is > 0 and long offset && offset < DataPageOffset ? offset : DataPageOffset;
}

/// <summary>Some rows of a file, column by column.</summary>
internal sealed record ParquetRowGroup(ParquetColumnChunk[] Columns, long RowCount);

/// <summary>The footer.</summary>
internal sealed record ParquetFileMetadata
{
    public ParquetSchemaElement[] Schema { get; init; } = [];
    public long RowCount { get; init; }
    public ParquetRowGroup[] RowGroups { get; init; } = [];
    public string CreatedBy { get; init; } = "";
    public IReadOnlyDictionary<string, string> KeyValues { get; init; } = new Dictionary<string, string>();
    public bool IsEncrypted { get; init; }
}

/// <summary>What stands before each page.</summary>
internal readonly record struct ParquetPageHeader
{
    public ParquetPageType Type { get; init; }
    public int UncompressedBytes { get; init; }
    public int CompressedBytes { get; init; }
    public uint? Crc { get; init; }
    public int ValueCount { get; init; }
    public ParquetEncoding Encoding { get; init; }
    public ParquetEncoding DefinitionEncoding { get; init; }
    public ParquetEncoding RepetitionEncoding { get; init; }
    public int NullCount { get; init; }
    public int RowCount { get; init; }
    public int DefinitionBytes { get; init; }
    public int RepetitionBytes { get; init; }
    public bool IsCompressed { get; init; }
}
