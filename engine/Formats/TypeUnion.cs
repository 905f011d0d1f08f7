using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats;

/// <summary>The narrowest type that holds the values of two: for files whose columns differ.</summary>
internal static class TypeUnion
{
    /// <summary>A type for both; VARCHAR where nothing else holds both.</summary>
    public static LogicalType Of(LogicalType a, LogicalType b)
    {
        if (a.Equals(b) || b.Kind == TypeKind.Null) return a;
        if (a.Kind == TypeKind.Null) return b;
        if (a.IsInteger && b.IsInteger) return OfIntegers(a, b);
        if (a.IsNumeric && b.IsNumeric) return OfNumbers(a, b);
        if (a.IsTimestamp && b.Kind == TypeKind.Date) return a;
        if (b.IsTimestamp && a.Kind == TypeKind.Date) return b;
        if (a.IsTimestamp && b.IsTimestamp && a.Kind != TypeKind.TimestampTz && b.Kind != TypeKind.TimestampTz)
        {
            return a.Kind > b.Kind ? a : b;
        }
        if (a.Kind == TypeKind.List && b.Kind == TypeKind.List) return LogicalType.List(Of(a.Element!, b.Element!));
        return a.Kind == TypeKind.Struct && b.Kind == TypeKind.Struct ? OfStructs(a, b) : LogicalType.Varchar;
    }

    private static LogicalType OfIntegers(LogicalType a, LogicalType b)
    {
        int bits = Math.Max(SignedBits(a), SignedBits(b));
        bool isUnsigned = a.Physical.IsUnsigned() && b.Physical.IsUnsigned();
        if (isUnsigned) return a.Physical.SizeBytes() > b.Physical.SizeBytes() ? a : b;
        return bits switch
        {
            <= 8 => LogicalType.TinyInt,
            <= 16 => LogicalType.SmallInt,
            <= 32 => LogicalType.Integer,
            <= 64 => LogicalType.BigInt,
            _ => LogicalType.HugeInt,
        };
    }

    // An unsigned number needs one bit more when it becomes a signed one.
    private static int SignedBits(LogicalType type) =>
        (type.Physical.SizeBytes() * 8) + (type.Physical.IsUnsigned() ? 1 : 0);

    private static LogicalType OfNumbers(LogicalType a, LogicalType b)
    {
        if (a.IsFloat || b.IsFloat)
            return a.Kind == TypeKind.Real && b.Kind == TypeKind.Real ? LogicalType.Real : LogicalType.Double;
        int scale = Math.Max(a.Scale, b.Scale);
        int whole = Math.Max(WholeDigits(a), WholeDigits(b));
        return whole + scale <= LogicalType.MaxDecimalPrecision
            ? LogicalType.Decimal(whole + scale, scale)
            : LogicalType.Double;
    }

    private static int WholeDigits(LogicalType type) => type.Kind == TypeKind.Decimal
        ? type.Precision - type.Scale
        : type.Physical.SizeBytes() switch { 1 => 3, 2 => 5, 4 => 10, 8 => 20, _ => 38 };

    private static LogicalType OfStructs(LogicalType a, LogicalType b)
    {
        List<Field> fields = [.. a.Fields];
        foreach (Field field in b.Fields)
        {
            int at = fields.FindIndex(f => f.Name.Equals(field.Name, StringComparison.Ordinal));
            if (at < 0) fields.Add(field);
            else fields[at] = fields[at] with { Type = Of(fields[at].Type, field.Type) };
        }
        return LogicalType.Struct([.. fields]);
    }
}
