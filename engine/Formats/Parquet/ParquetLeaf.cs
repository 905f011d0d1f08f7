using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>How the values of a file become the elements of a vector.</summary>
internal enum ParquetConversion : byte
{
    /// <summary>The bytes are the elements.</summary>
    Copy,

    /// <summary>INT32 to its low one or two bytes.</summary>
    Narrow,

    /// <summary>INT32 to INT64.</summary>
    Widen,

    /// <summary>INT32 or INT64 of milliseconds to microseconds.</summary>
    MillisToMicros,

    /// <summary>INT64 of nanoseconds to microseconds.</summary>
    NanosToMicros,

    /// <summary>Nanoseconds of the day and a Julian day, to microseconds.</summary>
    Int96ToMicros,

    /// <summary>Half precision to REAL.</summary>
    Half,

    /// <summary>Big-endian two's complement to a 64-bit decimal.</summary>
    BigEndian64,

    /// <summary>Big-endian two's complement to a 128-bit decimal.</summary>
    BigEndian128,

    /// <summary>Big-endian two's complement of more than 38 digits to DOUBLE.</summary>
    BigEndianDouble,

    /// <summary>Sixteen bytes in text order to a UUID.</summary>
    Uuid,

    /// <summary>Months, days and milliseconds to an INTERVAL.</summary>
    Interval,

    /// <summary>Bytes to a BLOB.</summary>
    Bytes,

    /// <summary>Bytes to text, which must be UTF-8.</summary>
    Text,
}

/// <summary>One column of values of a file.</summary>
internal sealed record ParquetLeaf
{
    /// <summary>Which of the chunks of each row group.</summary>
    public required int Index { get; init; }

    /// <summary>Names from the root, with points between, for messages.</summary>
    public required string Path { get; init; }

    public required ParquetType Physical { get; init; }

    /// <summary>Bytes of a value of fixed length; 0 for byte arrays.</summary>
    public required int Width { get; init; }

    public required LogicalType Type { get; init; }

    public required ParquetConversion Conversion { get; init; }

    /// <summary>Scale of decimals that are read as DOUBLE.</summary>
    public int Scale { get; init; }

    /// <summary>True for nanoseconds in UTC, in a VARIANT.</summary>
    public bool IsMoment { get; init; }

    /// <summary>The definition level of a value.</summary>
    public required int MaxDefinition { get; init; }

    /// <summary>How many lists it lies in.</summary>
    public required int MaxRepetition { get; init; }

    /// <summary>True for unsigned numbers, whose old statistics are not to be believed.</summary>
    public bool IsUnsigned => Type.Physical.IsUnsigned() && Type.Kind != TypeKind.Boolean;
}
