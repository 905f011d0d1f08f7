using System.Data;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>Which CLR type a column comes as: <c>Clr Types=Full</c>, or <c>Basic</c> for older libraries.</summary>
internal static class ClrTypes
{
    /// <summary>The type of the values of a column.</summary>
    public static Type Of(LogicalType type, bool isBasic) => isBasic ? BasicOf(type) : FullOf(type);

    /// <summary>The type as <see cref="DbType"/> names it.</summary>
    public static DbType DbTypeOf(LogicalType type) => type.Kind switch
    {
        TypeKind.Boolean => DbType.Boolean,
        TypeKind.TinyInt => DbType.SByte,
        TypeKind.SmallInt => DbType.Int16,
        TypeKind.Integer => DbType.Int32,
        TypeKind.BigInt => DbType.Int64,
        TypeKind.UTinyInt => DbType.Byte,
        TypeKind.USmallInt => DbType.UInt16,
        TypeKind.UInteger => DbType.UInt32,
        TypeKind.UBigInt => DbType.UInt64,
        TypeKind.Decimal => DbType.Decimal,
        TypeKind.Real => DbType.Single,
        TypeKind.Double => DbType.Double,
        TypeKind.Date => DbType.Date,
        TypeKind.Time => DbType.Time,
        TypeKind.TimestampTz => DbType.DateTimeOffset,
        TypeKind.Blob => DbType.Binary,
        TypeKind.Uuid => DbType.Guid,
        _ when type.IsTimestamp => DbType.DateTime2,
        TypeKind.Varchar or TypeKind.Json or TypeKind.Bit or TypeKind.Enum => DbType.String,
        _ => DbType.Object,
    };

    /// <summary>Our type for a parameter's declared one; null where its value decides.</summary>
    public static LogicalType? Of(DbType type) => type switch
    {
        DbType.Boolean => LogicalType.Boolean,
        DbType.SByte => LogicalType.TinyInt,
        DbType.Byte => LogicalType.UTinyInt,
        DbType.Int16 => LogicalType.SmallInt,
        DbType.Int32 => LogicalType.Integer,
        DbType.Int64 => LogicalType.BigInt,
        DbType.UInt16 => LogicalType.USmallInt,
        DbType.UInt32 => LogicalType.UInteger,
        DbType.UInt64 => LogicalType.UBigInt,
        DbType.Single => LogicalType.Real,
        DbType.Double => LogicalType.Double,
        DbType.Date => LogicalType.Date,
        DbType.Time => LogicalType.Time,
        DbType.DateTime or DbType.DateTime2 => LogicalType.Timestamp,
        DbType.DateTimeOffset => LogicalType.TimestampTz,
        DbType.Guid => LogicalType.Uuid,
        DbType.Binary => LogicalType.Blob,
        DbType.String or DbType.StringFixedLength or DbType.AnsiString or DbType.AnsiStringFixedLength =>
            LogicalType.Varchar,
        _ => null,
    };

    private static Type FullOf(LogicalType type) => type.Kind switch
    {
        TypeKind.Boolean => typeof(bool),
        TypeKind.TinyInt => typeof(sbyte),
        TypeKind.SmallInt => typeof(short),
        TypeKind.Integer => typeof(int),
        TypeKind.BigInt => typeof(long),
        TypeKind.HugeInt => typeof(Int128),
        TypeKind.UTinyInt => typeof(byte),
        TypeKind.USmallInt => typeof(ushort),
        TypeKind.UInteger => typeof(uint),
        TypeKind.UBigInt => typeof(ulong),
        TypeKind.Decimal => typeof(decimal),
        TypeKind.Real => typeof(float),
        TypeKind.Double => typeof(double),
        TypeKind.Date => typeof(DateOnly),
        TypeKind.Time => typeof(TimeOnly),
        TypeKind.TimestampTz => typeof(DateTime),
        TypeKind.Interval => typeof(TimeSpan),
        TypeKind.Blob => typeof(byte[]),
        TypeKind.Uuid => typeof(Guid),
        TypeKind.List or TypeKind.Array => typeof(object[]),
        TypeKind.Struct => typeof(Dictionary<string, object?>),
        TypeKind.Map => typeof(Dictionary<object, object?>),
        _ when type.IsTimestamp => typeof(DateTime),
        _ => typeof(string),
    };

    // What Microsoft.Data.Analysis and other libraries of tables take; everything else is text to them.
    private static Type BasicOf(LogicalType type) => type.Kind switch
    {
        TypeKind.HugeInt => typeof(decimal),
        TypeKind.Date => typeof(DateTime),
        TypeKind.Time or TypeKind.Interval or TypeKind.Blob or TypeKind.Uuid or TypeKind.List or TypeKind.Array
            or TypeKind.Struct or TypeKind.Map => typeof(string),
        _ => FullOf(type),
    };
}
