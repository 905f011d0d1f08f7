using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Which SQL type a column of values is, from its physical type and either kind of annotation.</summary>
internal static class ParquetLeafTypes
{
    public static ParquetLeaf MakeLeaf(
        ParquetSchemaElement element, int index, string path, int definition, int repetition, bool binaryAsString,
        string file)
    {
        ParquetType physical = element.Type!.Value;
        int width = WidthOf(physical, element, file);
        ParquetLogicalType logical = LogicalOf(element);
        (LogicalType type, ParquetConversion conversion) = physical switch
        {
            ParquetType.Boolean => (LogicalType.Boolean, ParquetConversion.Copy),
            ParquetType.Int32 => OfInt32(logical),
            ParquetType.Int64 => OfInt64(logical),
            ParquetType.Int96 => (LogicalType.Timestamp, ParquetConversion.Int96ToMicros),
            ParquetType.Float => (LogicalType.Real, ParquetConversion.Copy),
            ParquetType.Double => (LogicalType.Double, ParquetConversion.Copy),
            ParquetType.ByteArray => OfBytes(logical, 0, binaryAsString),
            ParquetType.FixedLengthByteArray => OfBytes(logical, width, binaryAsString),
            _ => throw new CorruptDataException($"Parquet type {(int)physical} of column {path}", file, 0),
        };
        return new ParquetLeaf
        {
            Index = index, Path = path, Physical = physical, Width = width, Type = type, Conversion = conversion,
            Scale = logical.Scale, MaxDefinition = definition, MaxRepetition = repetition,
        };
    }

    private static int WidthOf(ParquetType physical, ParquetSchemaElement element, string file)
    {
        switch (physical)
        {
            case ParquetType.Boolean: return 1;
            case ParquetType.Int32 or ParquetType.Float: return 4;
            case ParquetType.Int64 or ParquetType.Double: return 8;
            case ParquetType.Int96: return 12;
            case ParquetType.FixedLengthByteArray:
                CorruptDataException.ThrowUnless(
                    element.TypeLength is > 0 and <= 1 << 20, "Parquet fixed length", file, 0);
                return element.TypeLength;
            default: return 0;
        }
    }

    // Old annotations are put in terms of the new ones.
    private static ParquetLogicalType LogicalOf(ParquetSchemaElement element)
    {
        if (element.LogicalType.Kind != ParquetLogicalKind.None) return element.LogicalType;
        return element.ConvertedType switch
        {
            ParquetConvertedType.Utf8 => new(ParquetLogicalKind.String),
            ParquetConvertedType.Enum => new(ParquetLogicalKind.Enum),
            ParquetConvertedType.Json => new(ParquetLogicalKind.Json),
            ParquetConvertedType.Bson => new(ParquetLogicalKind.Bson),
            ParquetConvertedType.Decimal => new(ParquetLogicalKind.Decimal, element.Scale, element.Precision),
            ParquetConvertedType.Date => new(ParquetLogicalKind.Date),
            ParquetConvertedType.TimeMillis => new(ParquetLogicalKind.Time, Unit: ParquetTimeUnit.Millis),
            ParquetConvertedType.TimeMicros => new(ParquetLogicalKind.Time, Unit: ParquetTimeUnit.Micros),
            // The old timestamps are instants by the letter, and local clocks in most files; DuckDB, too, reads them as
            // such.
            ParquetConvertedType.TimestampMillis => new(ParquetLogicalKind.Timestamp, Unit: ParquetTimeUnit.Millis),
            ParquetConvertedType.TimestampMicros => new(ParquetLogicalKind.Timestamp, Unit: ParquetTimeUnit.Micros),
            ParquetConvertedType.UInt8 => new(ParquetLogicalKind.Integer, BitWidth: 8, IsSigned: false),
            ParquetConvertedType.UInt16 => new(ParquetLogicalKind.Integer, BitWidth: 16, IsSigned: false),
            ParquetConvertedType.UInt32 => new(ParquetLogicalKind.Integer, BitWidth: 32, IsSigned: false),
            ParquetConvertedType.UInt64 => new(ParquetLogicalKind.Integer, BitWidth: 64, IsSigned: false),
            ParquetConvertedType.Int8 => new(ParquetLogicalKind.Integer, BitWidth: 8),
            ParquetConvertedType.Int16 => new(ParquetLogicalKind.Integer, BitWidth: 16),
            ParquetConvertedType.Int32 => new(ParquetLogicalKind.Integer, BitWidth: 32),
            ParquetConvertedType.Int64 => new(ParquetLogicalKind.Integer, BitWidth: 64),
            ParquetConvertedType.Interval => new((ParquetLogicalKind)IntervalKind),
            _ => default,
        };
    }

    /// <summary>INTERVAL has an old annotation only.</summary>
    private const int IntervalKind = -1;

    private static (LogicalType, ParquetConversion) OfInt32(ParquetLogicalType logical) => logical.Kind switch
    {
        ParquetLogicalKind.Integer => (logical.BitWidth, logical.IsSigned) switch
        {
            (8, true) => (LogicalType.TinyInt, ParquetConversion.Narrow),
            (16, true) => (LogicalType.SmallInt, ParquetConversion.Narrow),
            (8, false) => (LogicalType.UTinyInt, ParquetConversion.Narrow),
            (16, false) => (LogicalType.USmallInt, ParquetConversion.Narrow),
            (32, false) => (LogicalType.UInteger, ParquetConversion.Copy),
            _ => (LogicalType.Integer, ParquetConversion.Copy),
        },
        ParquetLogicalKind.Decimal when IsDecimal(logical, 9) =>
            (LogicalType.Decimal(logical.Precision, logical.Scale), ParquetConversion.Widen),
        ParquetLogicalKind.Date => (LogicalType.Date, ParquetConversion.Copy),
        ParquetLogicalKind.Time => (LogicalType.Time, ParquetConversion.MillisToMicros),
        _ => (LogicalType.Integer, ParquetConversion.Copy),
    };

    private static (LogicalType, ParquetConversion) OfInt64(ParquetLogicalType logical) => logical.Kind switch
    {
        ParquetLogicalKind.Integer when !logical.IsSigned => (LogicalType.UBigInt, ParquetConversion.Copy),
        ParquetLogicalKind.Decimal when IsDecimal(logical, 18) =>
            (LogicalType.Decimal(logical.Precision, logical.Scale), ParquetConversion.Copy),
        ParquetLogicalKind.Time => (LogicalType.Time, logical.Unit == ParquetTimeUnit.Nanos
            ? ParquetConversion.NanosToMicros
            : ParquetConversion.Copy),
        ParquetLogicalKind.Timestamp => OfTimestamp(logical),
        _ => (LogicalType.BigInt, ParquetConversion.Copy),
    };

    private static (LogicalType, ParquetConversion) OfTimestamp(ParquetLogicalType logical)
    {
        LogicalType type = logical.IsAdjustedToUtc ? LogicalType.TimestampTz : LogicalType.Timestamp;
        return logical.Unit switch
        {
            ParquetTimeUnit.Millis => (type, ParquetConversion.MillisToMicros),
            ParquetTimeUnit.Nanos when logical.IsAdjustedToUtc => (type, ParquetConversion.NanosToMicros),
            ParquetTimeUnit.Nanos => (LogicalType.TimestampNanoseconds, ParquetConversion.Copy),
            _ => (type, ParquetConversion.Copy),
        };
    }

    private static (LogicalType, ParquetConversion) OfBytes(ParquetLogicalType logical, int width, bool binaryAsString)
    {
        switch (logical.Kind)
        {
            case ParquetLogicalKind.String or ParquetLogicalKind.Enum:
                return (LogicalType.Varchar, ParquetConversion.Text);
            case ParquetLogicalKind.Json:
                return (LogicalType.Json, ParquetConversion.Text);
            case ParquetLogicalKind.Uuid when width == 16:
                return (LogicalType.Uuid, ParquetConversion.Uuid);
            case ParquetLogicalKind.Float16 when width == 2:
                return (LogicalType.Real, ParquetConversion.Half);
            case (ParquetLogicalKind)IntervalKind when width == 12:
                return (LogicalType.Interval, ParquetConversion.Interval);
            case ParquetLogicalKind.Decimal when IsDecimal(logical, 18):
                return (LogicalType.Decimal(logical.Precision, logical.Scale), ParquetConversion.BigEndian64);
            case ParquetLogicalKind.Decimal when IsDecimal(logical, LogicalType.MaxDecimalPrecision):
                return (LogicalType.Decimal(logical.Precision, logical.Scale), ParquetConversion.BigEndian128);
            case ParquetLogicalKind.Decimal when logical.Precision > LogicalType.MaxDecimalPrecision:
                return (LogicalType.Double, ParquetConversion.BigEndianDouble);
            case ParquetLogicalKind.None when binaryAsString:
                return (LogicalType.Varchar, ParquetConversion.Text);
            default:
                return (LogicalType.Blob, ParquetConversion.Bytes);
        }
    }

    private static bool IsDecimal(ParquetLogicalType logical, int maxPrecision) =>
        logical.Precision >= 1 && logical.Precision <= maxPrecision && logical.Scale >= 0
            && logical.Scale <= logical.Precision;
}
