using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Finds the function that turns one type into another.</summary>
internal static class CastFunctions
{
    /// <summary>The cast, or null where PostgreSQL and DuckDB have none. A cast to the same type is null too.</summary>
    public static ScalarFunction? Find(LogicalType from, LogicalType to, bool isTry = false)
    {
        if (from.Equals(to)) return null;
        if (from.Kind == TypeKind.Null) return new NullCast(from, to);
        CastFailure failure = new(from, to, isTry);
        if (from.IsNested || to.IsNested) return NestedCasts.Find(from, to, isTry, failure);
        if (to.Kind is TypeKind.Varchar) return ToTextCasts.Find(from, to);
        if (from.Kind is TypeKind.Varchar) return FromText(from, to, failure);
        if (from.IsNumeric && to.IsNumeric) return NumericCasts.Find(from, to, failure);
        return FindOther(from, to, failure);
    }

    /// <summary>
    /// True when INSERT and UPDATE cast by themselves: what is implicit, and numbers, times and text narrowed.
    /// </summary>
    public static bool IsAssignable(LogicalType from, LogicalType to)
    {
        if (TypeCoercion.ImplicitCost(from, to) >= 0) return true;
        if (from.IsNumeric && to.IsNumeric) return true;
        if (to.Kind == TypeKind.Varchar) return true;
        if (from.IsTimestamp && (to.IsTimestamp || to.Kind is TypeKind.Date or TypeKind.Time)) return true;
        if ((from.Kind, to.Kind) is (TypeKind.Varchar, TypeKind.Json)
            or (TypeKind.Interval, TypeKind.Time) or (TypeKind.TimeTz, TypeKind.Time)
            or (TypeKind.TimestampTz, TypeKind.TimeTz))
            return true;
        if (from.Kind is TypeKind.List or TypeKind.Array && to.Kind is TypeKind.List or TypeKind.Array)
        {
            return IsAssignable(from.Element!, to.Element!);
        }
        if (from.Kind == to.Kind && from.Kind is TypeKind.Struct && from.Fields.Length == to.Fields.Length)
        {
            return from.Fields.Zip(to.Fields).All(pair => IsAssignable(pair.First.Type, pair.Second.Type));
        }
        return from.Kind == to.Kind && from.Kind is TypeKind.Map && IsAssignable(from.Element!, to.Element!);
    }

    /// <summary>A function named cast.</summary>
    internal static ScalarFunction Row<TKernel, TResult>(
        LogicalType from, LogicalType to, TKernel kernel,
        FunctionFlags flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull)
        where TKernel : struct, IRowKernel<TResult> where TResult : allows ref struct =>
        new RowFunction<TKernel, TResult>(
            new FunctionInfo("cast", "Changes the type.") { Flags = flags }, [from], to, kernel);

    private static ScalarFunction? FromText(LogicalType from, LogicalType to, CastFailure failure) => to.Kind switch
    {
        TypeKind.Boolean => Row<TextToBoolean, bool>(from, to, new(failure)),
        TypeKind.TinyInt => Integer<sbyte>(from, to, failure),
        TypeKind.SmallInt => Integer<short>(from, to, failure),
        TypeKind.Integer => Integer<int>(from, to, failure),
        TypeKind.BigInt => Integer<long>(from, to, failure),
        TypeKind.HugeInt => Integer<Int128>(from, to, failure),
        TypeKind.UTinyInt => Integer<byte>(from, to, failure),
        TypeKind.USmallInt => Integer<ushort>(from, to, failure),
        TypeKind.UInteger => Integer<uint>(from, to, failure),
        TypeKind.UBigInt => Integer<ulong>(from, to, failure),
        TypeKind.Decimal when to.Precision <= 18 =>
            Row<TextToDecimal<long>, long>(from, to, new(to.Precision, to.Scale, failure)),
        TypeKind.Decimal => Row<TextToDecimal<Int128>, Int128>(from, to, new(to.Precision, to.Scale, failure)),
        TypeKind.Real => Row<TextToFloat<float>, float>(from, to, new(failure)),
        TypeKind.Double => Row<TextToFloat<double>, double>(from, to, new(failure)),
        TypeKind.Date => Row<TextToDate, int>(from, to, new(failure)),
        TypeKind.Time => Row<TextToTime, long>(from, to, new(failure)),
        TypeKind.TimeTz => Row<TextToTimeTz, long>(from, to, new(failure), TimeTzCasts.Flags),
        TypeKind.TimestampSeconds => Timestamp(from, to, 1, false, failure),
        TypeKind.TimestampMilliseconds => Timestamp(from, to, 1_000, false, failure),
        TypeKind.Timestamp => Timestamp(from, to, 1_000_000, false, failure),
        TypeKind.TimestampNanoseconds => Timestamp(from, to, 1_000_000_000, false, failure),
        TypeKind.TimestampTz => Timestamp(from, to, 1_000_000, true, failure),
        TypeKind.Interval => Row<TextToInterval, Interval>(from, to, new(failure)),
        TypeKind.Blob => Row<TextToBlob, SqlBlob>(from, to, new(failure)),
        TypeKind.Uuid => Row<TextToUuid, Int128>(from, to, new(failure)),
        TypeKind.Json => Row<TextToJson, ReadOnlySpan<byte>>(from, to, new(failure)),
        TypeKind.Bit => Row<TextToBits, SqlBits>(from, to, new(failure)),
        TypeKind.Enum => Row<TextToEnum, uint>(from, to, new(new EnumLabels(to), failure)),
        _ => null,
    };

    private static ScalarFunction Integer<T>(LogicalType from, LogicalType to, CastFailure failure)
        where T : unmanaged, IBinaryInteger<T> => Row<TextToInteger<T>, T>(from, to, new(failure));

    private static ScalarFunction Timestamp(
        LogicalType from, LogicalType to, long units, bool hasZone, CastFailure failure) =>
        Row<TextToTimestamp, long>(from, to, new(units, hasZone, failure));

    private static ScalarFunction? FindOther(LogicalType from, LogicalType to, CastFailure failure)
    {
        switch (from.Kind, to.Kind)
        {
            case (TypeKind.Boolean, _) when to.IsNumeric:
                // A truth value is a byte 0 or 1.
                return NumericCasts.Find(LogicalType.UTinyInt, to, failure) is { } cast
                    ? new Renamed(cast, from)
                    : Row<Reinterpret<byte>, byte>(from, to, default, FunctionFlags.None);
            case (_, TypeKind.Boolean) when from.IsNumeric:
                return NumericCasts.ToBoolean(from, to);
            case (_, TypeKind.Bit) when from.IsInteger || from.Kind == TypeKind.Boolean:
                return BitCasts.FromInteger(from, to);
            case (TypeKind.Bit, _) when to.IsInteger || to.Kind == TypeKind.Boolean:
                return BitCasts.ToInteger(from, to, failure);
            case (TypeKind.Bit, TypeKind.Blob):
                return Row<BitsToBlob, SqlBlob>(from, to, default, FunctionFlags.None);
            case (TypeKind.Blob, TypeKind.Bit):
                return Row<BlobToBits, SqlBits>(from, to, default, FunctionFlags.None);
            case (TypeKind.Json, TypeKind.Blob) or (TypeKind.Blob, TypeKind.Json):
                return null;
            case (TypeKind.Enum, TypeKind.Enum):
                return new Chain(ToTextCasts.Find(from, LogicalType.Varchar)!,
                    FromText(LogicalType.Varchar, to, failure)!);
            case (TypeKind.Json, _) when to.IsNumeric
                || to.Kind is TypeKind.Boolean or TypeKind.Date or TypeKind.Timestamp or TypeKind.Uuid:
                return new Chain(Row<JsonToPlainText, ReadOnlySpan<byte>>(from, LogicalType.Varchar, default),
                    FromText(LogicalType.Varchar, to, failure)!);
            default:
                return TemporalFunctions.Find(from, to, failure);
        }
    }
}
