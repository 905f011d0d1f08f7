using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>
/// Which of PostgreSQL's types stands for which of ours, by the object ids of its catalog (pg_type.dat). Types that
/// PostgreSQL lacks go as the next wider one, or as text; UINTEGER is its oid, which it equals to the bit.
/// </summary>
internal static class PostgresTypes
{
    public const int Boolean = 16;
    public const int Bytea = 17;
    public const int Int8 = 20;
    public const int Int2 = 21;
    public const int Int4 = 23;
    public const int Text = 25;
    public const int Oid = 26;
    public const int Json = 114;
    public const int Float4 = 700;
    public const int Float8 = 701;
    public const int Unknown = 705;
    public const int BpChar = 1042;
    public const int Varchar = 1043;
    public const int Date = 1082;
    public const int Time = 1083;
    public const int Timestamp = 1114;
    public const int TimestampTz = 1184;
    public const int Interval = 1186;
    public const int Numeric = 1700;
    public const int TimeTz = 1266;
    public const int VarBit = 1562;
    public const int Uuid = 2950;
    public const int Jsonb = 3802;

    /// <summary>The type's id and its size in bytes, -1 for variable.</summary>
    public static (int Id, int Size) Of(LogicalType type) => type.Kind switch
    {
        TypeKind.Boolean => (Boolean, 1),
        TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.UTinyInt => (Int2, 2),
        TypeKind.Integer or TypeKind.USmallInt => (Int4, 4),
        TypeKind.BigInt => (Int8, 8),
        TypeKind.UInteger => (Oid, 4),
        TypeKind.HugeInt or TypeKind.UBigInt or TypeKind.Decimal => (Numeric, -1),
        TypeKind.Real => (Float4, 4),
        TypeKind.Double => (Float8, 8),
        TypeKind.Date => (Date, 4),
        TypeKind.Time => (Time, 8),
        TypeKind.TimestampTz => (TimestampTz, 8),
        TypeKind.TimeTz => (TimeTz, 12),
        TypeKind.Interval => (Interval, 16),
        TypeKind.Blob => (Bytea, -1),
        TypeKind.Uuid => (Uuid, 16),
        TypeKind.Json => (Json, -1),
        TypeKind.Bit => (VarBit, -1),
        TypeKind.List when type.IsCatalogVector => (type.Element!.Kind == TypeKind.SmallInt ? 22 : 30, -1),
        TypeKind.List or TypeKind.Array => (ArrayOf(type.Element!), -1),
        _ when type.IsTimestamp => (Timestamp, 8),
        TypeKind.Varchar => (Varchar, -1),
        _ => (Text, -1),
    };

    /// <summary>The type modifier: precision and scale of a NUMERIC, else -1.</summary>
    public static int ModifierOf(LogicalType type) =>
        type.Kind == TypeKind.Decimal ? ((type.Precision << 16) | type.Scale) + 4 : -1;

    /// <summary>Our type for a parameter of theirs; null where it is left to inference.</summary>
    /// <exception cref="QueryException">0A000: we have no such type.</exception>
    public static LogicalType? FromId(int id) => id switch
    {
        0 or Unknown => null,
        Boolean => LogicalType.Boolean,
        Bytea => LogicalType.Blob,
        Int8 => LogicalType.BigInt,
        Int2 => LogicalType.SmallInt,
        Int4 => LogicalType.Integer,
        Oid or (>= 2202 and <= 2206) or 4089 or 4096 => LogicalType.UInteger,
        Text or Varchar or BpChar or 18 or 19 => LogicalType.Varchar,
        Json or Jsonb => LogicalType.Json,
        Float4 => LogicalType.Real,
        Float8 => LogicalType.Double,
        Date => LogicalType.Date,
        Time => LogicalType.Time,
        Timestamp => LogicalType.Timestamp,
        TimestampTz => LogicalType.TimestampTz,
        Interval => LogicalType.Interval,
        Numeric => null,
        Uuid => LogicalType.Uuid,
        VarBit or 1560 => LogicalType.Bit,
        TimeTz => LogicalType.TimeTz,
        _ => ElementOfArray(id) is { } element
            ? LogicalType.List(element)
            : throw new QueryException(SqlStates.FeatureNotSupported, $"Type is not supported: object id {id}"),
    };

    /// <summary>The id of the array type over an element type.</summary>
    public static int ArrayOf(LogicalType element) => Of(element).Id switch
    {
        Boolean => 1000,
        Bytea => 1001,
        Int2 => 1005,
        Int4 => 1007,
        Int8 => 1016,
        Oid => 1028,
        Float4 => 1021,
        Float8 => 1022,
        Varchar => 1015,
        Date => 1182,
        Time => 1183,
        Timestamp => 1115,
        TimestampTz => 1185,
        Interval => 1187,
        Numeric => 1231,
        Uuid => 2951,
        VarBit => 1563,
        TimeTz => 1270,
        Json => 199,
        _ => 1009,
    };

    private static LogicalType? ElementOfArray(int id) => id switch
    {
        1000 => LogicalType.Boolean,
        1001 => LogicalType.Blob,
        1005 => LogicalType.SmallInt,
        1007 => LogicalType.Integer,
        1016 => LogicalType.BigInt,
        1028 => LogicalType.UInteger,
        1021 => LogicalType.Real,
        1022 => LogicalType.Double,
        1009 or 1015 or 1014 => LogicalType.Varchar,
        1182 => LogicalType.Date,
        1183 => LogicalType.Time,
        1115 => LogicalType.Timestamp,
        1185 => LogicalType.TimestampTz,
        1187 => LogicalType.Interval,
        2951 => LogicalType.Uuid,
        1561 or 1563 => LogicalType.Bit,
        1270 => LogicalType.TimeTz,
        199 => LogicalType.Json,
        _ => null,
    };
}
