using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Which SQL type an Arrow type is read as, and which Arrow type an SQL type is written as.</summary>
internal static class ArrowTypes
{
    /// <summary>Says of a number of 256 bits that it fits HUGEINT, which has no type of its own in Arrow.</summary>
    private const string WideHugeInt = "colfrag.hugeint";

    /// <summary>Digits of the largest HUGEINT.</summary>
    private const int HugeIntDigits = 39;

    private const int Seconds = 0, Milliseconds = 1, Microseconds = 2, Nanoseconds = 3;

    /// <summary>The type that a field is read as.</summary>
    /// <exception cref="QueryException">0A000: there is none.</exception>
    public static LogicalType Read(ArrowField field, string source) => field.Kind switch
    {
        ArrowKind.Null => LogicalType.Null,
        ArrowKind.Bool => LogicalType.Boolean,
        ArrowKind.Int => OfInteger(field.Width, field.IsSigned),
        ArrowKind.Float => field.Precision == 2 ? LogicalType.Double : LogicalType.Real,
        ArrowKind.Decimal when field is { Width: 256, Scale: 0, Extension: WideHugeInt } => LogicalType.HugeInt,
        // More digits than numbers have here are kept as text.
        ArrowKind.Decimal when field.Width == 256 && field.Precision > LogicalType.MaxDecimalPrecision =>
            LogicalType.Varchar,
        ArrowKind.Decimal when field.Precision is >= 1 and <= LogicalType.MaxDecimalPrecision && field.Scale >= 0 &&
            field.Scale <= field.Precision => LogicalType.Decimal(field.Precision, field.Scale),
        ArrowKind.Date => LogicalType.Date,
        ArrowKind.Time => LogicalType.Time,
        ArrowKind.Timestamp when field.TimeZone is not null => LogicalType.TimestampTz,
        ArrowKind.Timestamp => field.Unit switch
        {
            Seconds => LogicalType.TimestampSeconds,
            Milliseconds => LogicalType.TimestampMilliseconds,
            Nanoseconds => LogicalType.TimestampNanoseconds,
            _ => LogicalType.Timestamp,
        },
        ArrowKind.Duration or ArrowKind.Interval => LogicalType.Interval,
        ArrowKind.Utf8 or ArrowKind.LargeUtf8 or ArrowKind.Utf8View =>
            field.Extension == "arrow.json" ? LogicalType.Json : LogicalType.Varchar,
        ArrowKind.FixedBinary when field.Width == 16 && field.Extension == "arrow.uuid" => LogicalType.Uuid,
        ArrowKind.Binary or ArrowKind.LargeBinary or ArrowKind.BinaryView or ArrowKind.FixedBinary => LogicalType.Blob,
        ArrowKind.List or ArrowKind.LargeList or ArrowKind.ListView or ArrowKind.LargeListView =>
            LogicalType.List(field.Children[0].Type),
        ArrowKind.FixedList => LogicalType.Array(field.Children[0].Type, field.Width),
        ArrowKind.Map => LogicalType.Map(field.Children[0].Children[0].Type, field.Children[0].Children[1].Type),
        ArrowKind.Struct =>
            LogicalType.Struct([.. field.Children.Select(c => new Field(c.Name, c.Type, c.IsNullable))]),
        ArrowKind.Union => LogicalType.Struct([.. field.Children.Select(
            (c, i) => new Field(c.Name.Length > 0 ? c.Name : $"member{i + 1}", c.Type))]),
        ArrowKind.RunEndEncoded => field.Children[1].Type,
        _ => throw new QueryException(
            SqlStates.FeatureNotSupported,
                $"Arrow: column {field.Name} has a type that cannot be read ({field.Kind}): {source}",
            hint: "Write the column as another type."),
    };

    /// <summary>The field that a column is written as.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type of its values.</param>
    /// <param name="isNullable">Whether there may be NULL among them.</param>
    /// <param name="hasWideHugeInts">
    /// Whether HUGEINT takes 256 bits, for all of its 39 digits; of the 128 bits that every reader knows Arrow uses 38.
    /// </param>
    public static ArrowField Write(
        string name, LogicalType type, bool isNullable = true, bool hasWideHugeInts = false)
    {
        ArrowField field = new(name, ArrowKind.None) { Type = type, IsNullable = isNullable };
        return type.Kind switch
        {
            TypeKind.Null => field with { Kind = ArrowKind.Null },
            TypeKind.Boolean => field with { Kind = ArrowKind.Bool },
            TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt =>
                field with { Kind = ArrowKind.Int, Width = type.Physical.SizeBytes() * 8 },
            TypeKind.UTinyInt or TypeKind.USmallInt or TypeKind.UInteger or TypeKind.UBigInt =>
                field with { Kind = ArrowKind.Int, Width = type.Physical.SizeBytes() * 8, IsSigned = false },
            TypeKind.HugeInt when hasWideHugeInts => field with
            {
                Kind = ArrowKind.Decimal, Precision = HugeIntDigits, Width = 256, Extension = WideHugeInt,
            },
            TypeKind.HugeInt =>
                field with { Kind = ArrowKind.Decimal, Precision = LogicalType.MaxDecimalPrecision, Width = 128 },
            TypeKind.Decimal => field with
            {
                Kind = ArrowKind.Decimal, Precision = type.Precision, Scale = type.Scale, Width = 128,
            },
            TypeKind.Real => field with { Kind = ArrowKind.Float, Precision = 1 },
            TypeKind.Double => field with { Kind = ArrowKind.Float, Precision = 2 },
            TypeKind.Date => field with { Kind = ArrowKind.Date, Unit = 0 },
            TypeKind.Time => field with { Kind = ArrowKind.Time, Unit = Microseconds, Width = 64 },
            TypeKind.TimestampSeconds => field with { Kind = ArrowKind.Timestamp, Unit = Seconds },
            TypeKind.TimestampMilliseconds => field with { Kind = ArrowKind.Timestamp, Unit = Milliseconds },
            TypeKind.Timestamp => field with { Kind = ArrowKind.Timestamp, Unit = Microseconds },
            TypeKind.TimestampNanoseconds => field with { Kind = ArrowKind.Timestamp, Unit = Nanoseconds },
            TypeKind.TimestampTz => field with { Kind = ArrowKind.Timestamp, Unit = Microseconds, TimeZone = "UTC" },
            TypeKind.Interval => field with { Kind = ArrowKind.Interval, Unit = 2 },
            TypeKind.Varchar or TypeKind.Bit or TypeKind.TimeTz or TypeKind.Enum =>
                field with { Kind = ArrowKind.Utf8 },
            TypeKind.Json => field with { Kind = ArrowKind.Utf8, Extension = "arrow.json" },
            TypeKind.Blob => field with { Kind = ArrowKind.Binary },
            TypeKind.Uuid => field with { Kind = ArrowKind.FixedBinary, Width = 16, Extension = "arrow.uuid" },
            TypeKind.List => field with { Kind = ArrowKind.List, Children = [Element(type)] },
            TypeKind.Array => field with
            {
                Kind = ArrowKind.FixedList, Width = type.Length, Children = [Element(type)],
            },
            TypeKind.Struct => field with
            {
                Kind = ArrowKind.Struct, Children = [.. type.Fields.Select(f => Part(f.Name, f.Type))],
            },
            _ => field with { Kind = ArrowKind.Map, Children = [Entries(type.Element!)] },
        };

        ArrowField Part(string name, LogicalType type, bool isNullable = true) =>
            Write(name, type, isNullable, hasWideHugeInts);

        ArrowField Element(LogicalType list) => Part("item", list.Element!);

        ArrowField Entries(LogicalType pair) => new("entries", ArrowKind.Struct)
        {
            Type = pair, IsNullable = false,
            Children = [Part("key", pair.Fields[0].Type, isNullable: false), Part("value", pair.Fields[1].Type)],
        };
    }

    private static LogicalType OfInteger(int bits, bool isSigned) => (bits, isSigned) switch
    {
        (8, true) => LogicalType.TinyInt,
        (16, true) => LogicalType.SmallInt,
        (32, true) => LogicalType.Integer,
        (8, false) => LogicalType.UTinyInt,
        (16, false) => LogicalType.USmallInt,
        (32, false) => LogicalType.UInteger,
        (_, false) => LogicalType.UBigInt,
        _ => LogicalType.BigInt,
    };
}
