namespace ColFrag.Engine.Types;

/// <summary>The SQL types. Numbers are written in files and on the wire and are never reused.</summary>
public enum TypeKind : byte
{
    /// <summary>The type of a bare NULL.</summary>
    Null = 0,
    /// <summary>BOOLEAN: a byte, 0 or 1.</summary>
    Boolean = 1,
    /// <summary>TINYINT: 8 bits, signed.</summary>
    TinyInt = 2,
    /// <summary>SMALLINT: 16 bits, signed.</summary>
    SmallInt = 3,
    /// <summary>INTEGER: 32 bits, signed.</summary>
    Integer = 4,
    /// <summary>BIGINT: 64 bits, signed.</summary>
    BigInt = 5,
    /// <summary>HUGEINT: 128 bits, signed.</summary>
    HugeInt = 6,
    /// <summary>UTINYINT: 8 bits, unsigned.</summary>
    UTinyInt = 7,
    /// <summary>USMALLINT: 16 bits, unsigned.</summary>
    USmallInt = 8,
    /// <summary>UINTEGER: 32 bits, unsigned.</summary>
    UInteger = 9,
    /// <summary>UBIGINT: 64 bits, unsigned.</summary>
    UBigInt = 10,
    /// <summary>DECIMAL(p, s): the unscaled integer in 64 bits where p &lt;= 18, else in 128.</summary>
    Decimal = 11,
    /// <summary>REAL: IEEE 754, 32 bits.</summary>
    Real = 12,
    /// <summary>DOUBLE: IEEE 754, 64 bits.</summary>
    Double = 13,
    /// <summary>DATE: days since 1970-01-01, 32 bits.</summary>
    Date = 14,
    /// <summary>TIME: microseconds since midnight, 64 bits.</summary>
    Time = 15,
    /// <summary>TIMESTAMP_S: seconds since 1970-01-01 00:00, without zone.</summary>
    TimestampSeconds = 16,
    /// <summary>TIMESTAMP_MS: milliseconds since 1970-01-01 00:00, without zone.</summary>
    TimestampMilliseconds = 17,
    /// <summary>TIMESTAMP: microseconds since 1970-01-01 00:00, without zone.</summary>
    Timestamp = 18,
    /// <summary>TIMESTAMP_NS: nanoseconds since 1970-01-01 00:00, without zone.</summary>
    TimestampNanoseconds = 19,
    /// <summary>TIMESTAMPTZ: microseconds since 1970-01-01 00:00 UTC.</summary>
    TimestampTz = 20,
    /// <summary>INTERVAL: months, days, microseconds; see <see cref="Interval"/>.</summary>
    Interval = 21,
    /// <summary>VARCHAR: UTF-8, ordered by bytes.</summary>
    Varchar = 22,
    /// <summary>BLOB: bytes.</summary>
    Blob = 23,
    /// <summary>UUID: 128 bits, big-endian with the first bit flipped so that signed order is text order.</summary>
    Uuid = 24,
    /// <summary>JSON: checked UTF-8 text.</summary>
    Json = 25,
    /// <summary>ENUM: the index of a label, 32 bits.</summary>
    Enum = 26,
    /// <summary>LIST: an offset and a length into a child vector.</summary>
    List = 27,
    /// <summary>STRUCT: a child vector per field.</summary>
    Struct = 28,
    /// <summary>MAP: a list of structs (key, value).</summary>
    Map = 29,
    /// <summary>ARRAY: a fixed number of elements in a child vector.</summary>
    Array = 30,
    /// <summary>BIT: a string of bits of any length, kept as the text of its digits 0 and 1.</summary>
    Bit = 31,
    /// <summary>TIME WITH TIME ZONE, 64 bits in the order of the moments; see <see cref="TimeWithZone"/>.</summary>
    TimeTz = 32,
}

/// <summary>
/// How one element lies in memory. Numbers are written in files and on the wire and are never reused.
/// </summary>
public enum PhysicalType : byte
{
    /// <summary>No bytes: the type of a bare NULL.</summary>
    None = 0,
    /// <summary>8 bits, signed.</summary>
    Int8 = 1,
    /// <summary>16 bits, signed.</summary>
    Int16 = 2,
    /// <summary>32 bits, signed.</summary>
    Int32 = 3,
    /// <summary>64 bits, signed.</summary>
    Int64 = 4,
    /// <summary>128 bits, signed.</summary>
    Int128 = 5,
    /// <summary>8 bits, unsigned.</summary>
    UInt8 = 6,
    /// <summary>16 bits, unsigned.</summary>
    UInt16 = 7,
    /// <summary>32 bits, unsigned.</summary>
    UInt32 = 8,
    /// <summary>64 bits, unsigned.</summary>
    UInt64 = 9,
    /// <summary>IEEE 754, 32 bits.</summary>
    Float32 = 10,
    /// <summary>IEEE 754, 64 bits.</summary>
    Float64 = 11,
    /// <summary>An <see cref="Types.Interval"/>, 16 bytes.</summary>
    Interval = 12,
    /// <summary>Bytes of any length; in a vector a 16-byte view.</summary>
    Utf8 = 13,
    /// <summary>An offset and a length into a child vector, 8 bytes.</summary>
    List = 14,
    /// <summary>No bytes of its own; a child per field.</summary>
    Struct = 15,
    /// <summary>No bytes of its own; one child with a fixed number of elements per row.</summary>
    Array = 16,
}

/// <summary>Sizes and kinds of physical types.</summary>
public static class PhysicalTypes
{
    /// <summary>Bytes of one element in a vector.</summary>
    public static int SizeBytes(this PhysicalType type) => type switch
    {
        PhysicalType.Int8 or PhysicalType.UInt8 => 1,
        PhysicalType.Int16 or PhysicalType.UInt16 => 2,
        PhysicalType.Int32 or PhysicalType.UInt32 or PhysicalType.Float32 => 4,
        PhysicalType.Int64 or PhysicalType.UInt64 or PhysicalType.Float64 or PhysicalType.List => 8,
        PhysicalType.Int128 or PhysicalType.Interval or PhysicalType.Utf8 => 16,
        _ => 0,
    };

    /// <summary>True for the integers, signed or not.</summary>
    public static bool IsInteger(this PhysicalType type) => type is >= PhysicalType.Int8 and <= PhysicalType.UInt64;

    /// <summary>True for the unsigned integers.</summary>
    public static bool IsUnsigned(this PhysicalType type) => type is >= PhysicalType.UInt8 and <= PhysicalType.UInt64;
}
