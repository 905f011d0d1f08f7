using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>A type that an expression has, or the lack of one: a string literal is whatever its place wants.</summary>
/// <param name="Type">The type; VARCHAR for an undecided literal.</param>
/// <param name="IsUnknown">True for string literals, NULL and parameters before their context decides.</param>
internal readonly record struct ArgumentType(LogicalType Type, bool IsUnknown = false)
{
    /// <summary>As error messages name it.</summary>
    public override string ToString() => IsUnknown ? "unknown" : Type.ToString().ToLowerInvariant();
}

/// <summary>
/// Which types turn into which by themselves, after PostgreSQL's casts of kind "implicit" and its rules for UNION and
/// CASE (chapter 10 of its manual), with DuckDB's types added.
/// </summary>
internal static class TypeCoercion
{
    /// <summary>No implicit cast exists.</summary>
    public const int Impossible = -1;

    /// <summary>
    /// How far an implicit cast goes: 0 for the type itself, <see cref="Impossible"/> where there is none. Casts to the
    /// preferred type of a category (DOUBLE, VARCHAR, TIMESTAMPTZ) cost less than others of their distance.
    /// </summary>
    public static int ImplicitCost(LogicalType from, LogicalType to)
    {
        if (from.Equals(to)) return 0;
        if (from.Kind == TypeKind.Null) return 1;
        if (from.IsNumeric && to.IsNumeric) return NumericCost(from, to);
        return (from.Kind, to.Kind) switch
        {
            (TypeKind.Date, TypeKind.TimestampTz) => 1,
            (TypeKind.Date, TypeKind.Timestamp) => 2,
            (TypeKind.Date, TypeKind.TimestampSeconds or TypeKind.TimestampMilliseconds
                or TypeKind.TimestampNanoseconds) => 3,
            (TypeKind.TimestampSeconds or TypeKind.TimestampMilliseconds or TypeKind.TimestampNanoseconds,
                TypeKind.Timestamp) => 1,
            (TypeKind.Timestamp, TypeKind.TimestampTz) => 2,
            (TypeKind.TimestampSeconds or TypeKind.TimestampMilliseconds or TypeKind.TimestampNanoseconds,
                TypeKind.TimestampTz) => 3,
            (TypeKind.Time, TypeKind.TimeTz) => 1,
            (TypeKind.Time, TypeKind.Interval) => 2,
            (TypeKind.Enum, TypeKind.Varchar) => 2,
            (TypeKind.List, TypeKind.List) => ImplicitCost(from.Element!, to.Element!),
            (TypeKind.Array, TypeKind.List) =>
                1 + ImplicitCost(from.Element!, to.Element!) is var cost and > 0 ? cost : Impossible,
            (TypeKind.Array, TypeKind.Array) when from.Length == to.Length => ImplicitCost(from.Element!, to.Element!),
            (TypeKind.Struct, TypeKind.Struct) => StructCost(from, to),
            (TypeKind.Map, TypeKind.Map) => StructCost(from.Element!, to.Element!),
            _ => Impossible,
        };
    }

    /// <summary>The DECIMAL that holds every value of an integer type.</summary>
    public static LogicalType DecimalOf(LogicalType type) => type.Kind switch
    {
        TypeKind.Decimal => type,
        TypeKind.TinyInt or TypeKind.UTinyInt => LogicalType.Decimal(3, 0),
        TypeKind.SmallInt or TypeKind.USmallInt => LogicalType.Decimal(5, 0),
        TypeKind.Integer or TypeKind.UInteger => LogicalType.Decimal(10, 0),
        TypeKind.BigInt => LogicalType.Decimal(19, 0),
        TypeKind.UBigInt => LogicalType.Decimal(20, 0),
        _ => LogicalType.Decimal(LogicalType.MaxDecimalPrecision, 0),
    };

    /// <summary>The type that holds values of both, or null where they do not meet.</summary>
    public static LogicalType? CommonType(LogicalType left, LogicalType right)
    {
        if (left.Equals(right)) return left;
        if (left.Kind == TypeKind.Null) return right;
        if (right.Kind == TypeKind.Null) return left;
        if (left.IsNumeric && right.IsNumeric) return CommonNumeric(left, right);
        if (left.Kind == right.Kind && left.IsNested) return CommonNested(left, right);
        if (ImplicitCost(left, right) >= 0) return right;
        if (ImplicitCost(right, left) >= 0) return left;
        if (left.IsTimestamp && right.IsTimestamp) return LogicalType.Timestamp;
        bool isText = (left.Kind, right.Kind) is (TypeKind.Enum, TypeKind.Enum);
        return isText ? LogicalType.Varchar : null;
    }

    /// <summary>
    /// The type that all meet in: undecided literals take the type of the others, or VARCHAR among themselves. Null
    /// where types do not meet.
    /// </summary>
    public static LogicalType? CommonType(ReadOnlySpan<ArgumentType> types)
    {
        LogicalType? common = null;
        bool hasText = false;
        foreach (ArgumentType type in types)
        {
            if (type.IsUnknown)
            {
                hasText |= type.Type.Kind == TypeKind.Varchar;
                continue;
            }
            common = common is null ? type.Type : CommonType(common, type.Type);
            if (common is null) return null;
        }
        if (common is not null && common.Kind != TypeKind.Null) return common;
        return hasText ? LogicalType.Varchar : LogicalType.Null;
    }

    private static int NumericCost(LogicalType from, LogicalType to)
    {
        if (from.Kind == TypeKind.Decimal && to.Kind == TypeKind.Decimal)
        {
            return to.Scale >= from.Scale && to.Precision - to.Scale >= from.Precision - from.Scale ? 1 : Impossible;
        }
        if (to.Kind == TypeKind.Double) return from.Kind == TypeKind.Real ? 1 : 20;
        if (to.Kind == TypeKind.Real) return from.Kind == TypeKind.Double ? Impossible : 25;
        if (from.IsFloat) return Impossible;
        if (to.Kind == TypeKind.Decimal)
            return from.IsInteger && to.Precision - to.Scale >= DecimalOf(from).Precision ? 22 : Impossible;
        if (from.Kind == TypeKind.Decimal) return Impossible;
        int fromBits = BitsOf(from);
        int toBits = BitsOf(to);
        bool fits = IsSigned(from) == IsSigned(to) ? toBits >= fromBits : IsSigned(to) && toBits > fromBits;
        // Wider by one step costs least; a change of sign as much as half a step.
        return fits
            ? (2 * (int.Log2(toBits) - int.Log2(fromBits))) + (IsSigned(from) == IsSigned(to) ? 0 : 1)
            : Impossible;
    }

    private static LogicalType CommonNumeric(LogicalType left, LogicalType right)
    {
        if (left.IsFloat || right.IsFloat)
        {
            // PostgreSQL compares and adds REAL with anything but REAL as DOUBLE.
            return left.Kind == TypeKind.Real && right.Kind == TypeKind.Real ? LogicalType.Real : LogicalType.Double;
        }
        if (left.Kind == TypeKind.Decimal || right.Kind == TypeKind.Decimal)
        {
            LogicalType a = DecimalOf(left);
            LogicalType b = DecimalOf(right);
            int scale = Math.Max(a.Scale, b.Scale);
            int whole = Math.Max(a.Precision - a.Scale, b.Precision - b.Scale);
            return LogicalType.Decimal(Math.Min(LogicalType.MaxDecimalPrecision, whole + scale), scale);
        }
        if (NumericCost(left, right) >= 0) return right;
        if (NumericCost(right, left) >= 0) return left;
        // One is signed, the other not, and neither holds the other.
        return Math.Max(BitsOf(left), BitsOf(right)) switch
        {
            8 => LogicalType.SmallInt,
            16 => LogicalType.Integer,
            32 => LogicalType.BigInt,
            _ => LogicalType.HugeInt,
        };
    }

    private static LogicalType? CommonNested(LogicalType left, LogicalType right)
    {
        switch (left.Kind)
        {
            case TypeKind.List:
                return CommonType(left.Element!, right.Element!) is { } element ? LogicalType.List(element) : null;
            case TypeKind.Array:
                if (CommonType(left.Element!, right.Element!) is not { } item) return null;
                return left.Length == right.Length ? LogicalType.Array(item, left.Length) : LogicalType.List(item);
            case TypeKind.Struct or TypeKind.Map:
                LogicalType a = left.Kind == TypeKind.Map ? left.Element! : left;
                LogicalType b = right.Kind == TypeKind.Map ? right.Element! : right;
                if (a.Fields.Length != b.Fields.Length) return null;
                Field[] fields = new Field[a.Fields.Length];
                for (int i = 0; i < fields.Length; i++)
                {
                    if (CommonType(a.Fields[i].Type, b.Fields[i].Type) is not { } type) return null;
                    fields[i] = new Field(a.Fields[i].Name, type, a.Fields[i].IsNullable || b.Fields[i].IsNullable);
                }
                return left.Kind == TypeKind.Map
                    ? LogicalType.Map(fields[0].Type, fields[1].Type) : LogicalType.Struct([.. fields]);
            default:
                return null;
        }
    }

    private static int StructCost(LogicalType from, LogicalType to)
    {
        if (from.Fields.Length != to.Fields.Length) return Impossible;
        int cost = 1;
        for (int i = 0; i < from.Fields.Length; i++)
        {
            int fieldCost = ImplicitCost(from.Fields[i].Type, to.Fields[i].Type);
            if (fieldCost < 0) return Impossible;
            cost += fieldCost;
        }
        return cost;
    }

    private static bool IsSigned(LogicalType type) => type.Kind is >= TypeKind.TinyInt and <= TypeKind.HugeInt;

    private static int BitsOf(LogicalType type) => type.Kind switch
    {
        TypeKind.TinyInt or TypeKind.UTinyInt => 8,
        TypeKind.SmallInt or TypeKind.USmallInt => 16,
        TypeKind.Integer or TypeKind.UInteger => 32,
        TypeKind.BigInt or TypeKind.UBigInt => 64,
        _ => 128,
    };
}
