using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Types;

/// <summary>An SQL type with its parameters. Equal parameters make equal types.</summary>
public sealed class LogicalType : IEquatable<LogicalType>
{
    /// <summary>The largest precision of a DECIMAL.</summary>
    public const int MaxDecimalPrecision = 38;

    private LogicalType(TypeKind kind) => Kind = kind;

    /// <summary>Which type.</summary>
    public TypeKind Kind { get; }

    /// <summary>Digits of a DECIMAL, 1 to 38; else 0.</summary>
    public int Precision { get; private init; }

    /// <summary>Digits of a DECIMAL after the point; else 0.</summary>
    public int Scale { get; private init; }

    /// <summary>Number of elements of an ARRAY; else 0.</summary>
    public int Length { get; private init; }

    /// <summary>Element of a LIST or ARRAY; the (key, value) struct of a MAP; else null.</summary>
    public LogicalType? Element { get; private init; }

    /// <summary>Fields of a STRUCT; else empty.</summary>
    public ImmutableArray<Field> Fields { get; private init; } = [];

    /// <summary>Labels of an ENUM, in order; else empty.</summary>
    public ImmutableArray<string> Labels { get; private init; } = [];

    /// <summary>
    /// True for PostgreSQL's int2vector and oidvector: lists of the catalog whose subscripts begin with 0 and whose
    /// text has spaces. Not a part of equality.
    /// </summary>
    internal bool IsCatalogVector { get; private init; }

    /// <summary>The type of a bare NULL.</summary>
    public static LogicalType Null { get; } = new(TypeKind.Null);
    /// <summary>BOOLEAN</summary>
    public static LogicalType Boolean { get; } = new(TypeKind.Boolean);
    /// <summary>TINYINT</summary>
    public static LogicalType TinyInt { get; } = new(TypeKind.TinyInt);
    /// <summary>SMALLINT</summary>
    public static LogicalType SmallInt { get; } = new(TypeKind.SmallInt);
    /// <summary>INTEGER</summary>
    public static LogicalType Integer { get; } = new(TypeKind.Integer);
    /// <summary>BIGINT</summary>
    public static LogicalType BigInt { get; } = new(TypeKind.BigInt);
    /// <summary>HUGEINT</summary>
    public static LogicalType HugeInt { get; } = new(TypeKind.HugeInt);
    /// <summary>UTINYINT</summary>
    public static LogicalType UTinyInt { get; } = new(TypeKind.UTinyInt);
    /// <summary>USMALLINT</summary>
    public static LogicalType USmallInt { get; } = new(TypeKind.USmallInt);
    /// <summary>UINTEGER</summary>
    public static LogicalType UInteger { get; } = new(TypeKind.UInteger);
    /// <summary>UBIGINT</summary>
    public static LogicalType UBigInt { get; } = new(TypeKind.UBigInt);
    /// <summary>REAL</summary>
    public static LogicalType Real { get; } = new(TypeKind.Real);
    /// <summary>DOUBLE</summary>
    public static LogicalType Double { get; } = new(TypeKind.Double);
    /// <summary>DATE</summary>
    public static LogicalType Date { get; } = new(TypeKind.Date);
    /// <summary>TIME</summary>
    public static LogicalType Time { get; } = new(TypeKind.Time);
    /// <summary>TIMESTAMP_S</summary>
    public static LogicalType TimestampSeconds { get; } = new(TypeKind.TimestampSeconds);
    /// <summary>TIMESTAMP_MS</summary>
    public static LogicalType TimestampMilliseconds { get; } = new(TypeKind.TimestampMilliseconds);
    /// <summary>TIMESTAMP</summary>
    public static LogicalType Timestamp { get; } = new(TypeKind.Timestamp);
    /// <summary>TIMESTAMP_NS</summary>
    public static LogicalType TimestampNanoseconds { get; } = new(TypeKind.TimestampNanoseconds);
    /// <summary>TIMESTAMPTZ</summary>
    public static LogicalType TimestampTz { get; } = new(TypeKind.TimestampTz);
    /// <summary>INTERVAL</summary>
    public static LogicalType Interval { get; } = new(TypeKind.Interval);
    /// <summary>VARCHAR</summary>
    public static LogicalType Varchar { get; } = new(TypeKind.Varchar);
    /// <summary>BLOB</summary>
    public static LogicalType Blob { get; } = new(TypeKind.Blob);
    /// <summary>UUID</summary>
    public static LogicalType Uuid { get; } = new(TypeKind.Uuid);
    /// <summary>JSON</summary>
    public static LogicalType Json { get; } = new(TypeKind.Json);
    /// <summary>TIMETZ</summary>
    public static LogicalType TimeTz { get; } = new(TypeKind.TimeTz);
    /// <summary>BIT</summary>
    public static LogicalType Bit { get; } = new(TypeKind.Bit);

    /// <summary>DECIMAL(precision, scale)</summary>
    /// <exception cref="QueryException">Outside 1..38, or more digits after the point than in all.</exception>
    public static LogicalType Decimal(int precision, int scale)
    {
        if (precision is < 1 or > MaxDecimalPrecision || scale < 0 || scale > precision)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue,
                $"DECIMAL precision must be 1 to 38 and scale 0 to precision: ({precision},{scale})");
        }
        return new LogicalType(TypeKind.Decimal) { Precision = precision, Scale = scale };
    }

    /// <summary>ENUM with these labels, in order.</summary>
    public static LogicalType Enum(ImmutableArray<string> labels) => new(TypeKind.Enum) { Labels = labels };

    /// <summary>element[]</summary>
    public static LogicalType List(LogicalType element) => new(TypeKind.List) { Element = element };

    /// <summary>int2vector or oidvector</summary>
    internal static LogicalType CatalogVector(LogicalType element) =>
        new(TypeKind.List) { Element = element, IsCatalogVector = true };

    /// <summary>element[length]</summary>
    public static LogicalType Array(LogicalType element, int length) =>
        new(TypeKind.Array) { Element = element, Length = length };

    /// <summary>STRUCT(fields)</summary>
    public static LogicalType Struct(ImmutableArray<Field> fields) => new(TypeKind.Struct) { Fields = fields };

    /// <summary>MAP(key, value)</summary>
    public static LogicalType Map(LogicalType key, LogicalType value) =>
        new(TypeKind.Map) { Element = Struct([new Field("key", key, false), new Field("value", value)]) };

    /// <summary>How an element lies in memory when it is not narrowed.</summary>
    public PhysicalType Physical => Kind switch
    {
        TypeKind.Null => PhysicalType.None,
        TypeKind.Boolean or TypeKind.UTinyInt => PhysicalType.UInt8,
        TypeKind.TinyInt => PhysicalType.Int8,
        TypeKind.SmallInt => PhysicalType.Int16,
        TypeKind.Integer or TypeKind.Date => PhysicalType.Int32,
        TypeKind.USmallInt => PhysicalType.UInt16,
        TypeKind.UInteger or TypeKind.Enum => PhysicalType.UInt32,
        TypeKind.UBigInt => PhysicalType.UInt64,
        TypeKind.HugeInt or TypeKind.Uuid => PhysicalType.Int128,
        TypeKind.Decimal => Precision <= 18 ? PhysicalType.Int64 : PhysicalType.Int128,
        TypeKind.Real => PhysicalType.Float32,
        TypeKind.Double => PhysicalType.Float64,
        TypeKind.Interval => PhysicalType.Interval,
        TypeKind.Varchar or TypeKind.Blob or TypeKind.Json or TypeKind.Bit => PhysicalType.Utf8,
        TypeKind.List or TypeKind.Map => PhysicalType.List,
        TypeKind.Struct => PhysicalType.Struct,
        TypeKind.Array => PhysicalType.Array,
        _ => PhysicalType.Int64,
    };

    /// <summary>True for the integer types TINYINT to HUGEINT, signed or not.</summary>
    public bool IsInteger => Kind is >= TypeKind.TinyInt and <= TypeKind.UBigInt;

    /// <summary>True for integers, DECIMAL, REAL and DOUBLE.</summary>
    public bool IsNumeric => Kind is >= TypeKind.TinyInt and <= TypeKind.Double;

    /// <summary>True for REAL and DOUBLE.</summary>
    public bool IsFloat => Kind is TypeKind.Real or TypeKind.Double;

    /// <summary>True for the timestamps of all units and TIMESTAMPTZ.</summary>
    public bool IsTimestamp => Kind is >= TypeKind.TimestampSeconds and <= TypeKind.TimestampTz;

    /// <summary>True for types with child vectors.</summary>
    public bool IsNested => Kind is >= TypeKind.List and <= TypeKind.Array;

    /// <inheritdoc/>
    public bool Equals(LogicalType? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && Kind == other.Kind && Precision == other.Precision && Scale == other.Scale &&
         Length == other.Length && Equals(Element, other.Element) && Fields.SequenceEqual(other.Fields) &&
         Labels.SequenceEqual(other.Labels));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LogicalType);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Kind, Precision, Scale, Length, Element, Fields.Length, Labels.Length);

    /// <summary>The type as SQL writes it.</summary>
    public override string ToString() => Kind switch
    {
        TypeKind.Null => "NULL",
        TypeKind.Decimal => $"DECIMAL({Precision},{Scale})",
        TypeKind.TimestampSeconds => "TIMESTAMP_S",
        TypeKind.TimestampMilliseconds => "TIMESTAMP_MS",
        TypeKind.TimestampNanoseconds => "TIMESTAMP_NS",
        TypeKind.TimestampTz => "TIMESTAMPTZ",
        TypeKind.List => $"{Element}[]",
        TypeKind.Array => $"{Element}[{Length}]",
        TypeKind.Struct => $"STRUCT({string.Join(", ", Fields.Select(f => $"{Quote(f.Name)} {f.Type}"))})",
        TypeKind.Map => $"MAP({Element!.Fields[0].Type}, {Element.Fields[1].Type})",
        TypeKind.Enum =>
            $"ENUM({string.Join(", ", Labels.Select(l => $"'{l.Replace("'", "''", StringComparison.Ordinal)}'"))})",
        _ => Kind.ToString().ToUpperInvariant(),
    };

    private static string Quote(string name)
    {
        bool isPlain = name.Length > 0
            && name.All(c => char.IsAsciiLetterLower(c) || c == '_' || char.IsAsciiDigit(c)) &&
            !char.IsAsciiDigit(name[0]);
        return isPlain ? name : new StringBuilder("\"").Append(
            name.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"').ToString();
    }
}
