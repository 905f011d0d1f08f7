using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts among numbers: picks the kernel by the lanes of both types.</summary>
internal static class NumericCasts
{
    /// <summary>The cast; null between types of one meaning.</summary>
    public static ScalarFunction? Find(LogicalType from, LogicalType to, CastFailure failure) => from.Physical switch
    {
        PhysicalType.Int8 => FromInteger<sbyte>(from, to, failure),
        PhysicalType.Int16 => FromInteger<short>(from, to, failure),
        PhysicalType.Int32 => FromInteger<int>(from, to, failure),
        PhysicalType.Int64 => FromInteger<long>(from, to, failure),
        PhysicalType.Int128 => FromInteger<Int128>(from, to, failure),
        PhysicalType.UInt8 => FromInteger<byte>(from, to, failure),
        PhysicalType.UInt16 => FromInteger<ushort>(from, to, failure),
        PhysicalType.UInt32 => FromInteger<uint>(from, to, failure),
        PhysicalType.UInt64 => FromInteger<ulong>(from, to, failure),
        PhysicalType.Float32 => FromFloat<float>(from, to, failure),
        PhysicalType.Float64 => FromFloat<double>(from, to, failure),
        _ => throw Invariant.Unreachable($"a number in lane {from.Physical}"),
    };

    /// <summary>Zero is false.</summary>
    public static ScalarFunction ToBoolean(LogicalType from, LogicalType to) => from.Physical switch
    {
        PhysicalType.Int8 or PhysicalType.UInt8 => ToBoolean<byte>(from, to),
        PhysicalType.Int16 or PhysicalType.UInt16 => ToBoolean<ushort>(from, to),
        PhysicalType.Int32 or PhysicalType.UInt32 => ToBoolean<uint>(from, to),
        PhysicalType.Int64 or PhysicalType.UInt64 => ToBoolean<ulong>(from, to),
        PhysicalType.Int128 => ToBoolean<Int128>(from, to),
        PhysicalType.Float32 => ToBoolean<float>(from, to),
        _ => ToBoolean<double>(from, to),
    };

    private static ScalarFunction ToBoolean<T>(LogicalType from, LogicalType to) where T : unmanaged, INumberBase<T> =>
        CastFunctions.Row<NumberToBoolean<T>, bool>(from, to, default, FunctionFlags.None);

    private static ScalarFunction FromInteger<TFrom>(LogicalType from, LogicalType to, CastFailure failure)
        where TFrom : unmanaged, IBinaryInteger<TFrom>
    {
        if (to.Kind == TypeKind.Decimal)
            return to.Precision <= 18
            ? Scaled<TFrom, long>(from, to, failure)
            : Scaled<TFrom, Int128>(from, to, failure);
        bool isDecimal = from.Kind == TypeKind.Decimal;
        if (to.Kind == TypeKind.Real)
        {
            return isDecimal
                ? CastFunctions.Row<DecimalToFloat<TFrom, float>, float>(from, to, new(from.Scale), FunctionFlags.None)
                : CastFunctions.Row<IntegerToFloat<TFrom, float>, float>(from, to, default, FunctionFlags.None);
        }
        if (to.Kind == TypeKind.Double)
        {
            return isDecimal
                ? CastFunctions.Row<DecimalToFloat<TFrom, double>, double>(
                    from, to, new(from.Scale), FunctionFlags.None)
                : CastFunctions.Row<IntegerToFloat<TFrom, double>, double>(from, to, default, FunctionFlags.None);
        }
        return to.Physical switch
        {
            PhysicalType.Int8 => ToInteger<TFrom, sbyte>(from, to, failure),
            PhysicalType.Int16 => ToInteger<TFrom, short>(from, to, failure),
            PhysicalType.Int32 => ToInteger<TFrom, int>(from, to, failure),
            PhysicalType.Int64 => ToInteger<TFrom, long>(from, to, failure),
            PhysicalType.Int128 => ToInteger<TFrom, Int128>(from, to, failure),
            PhysicalType.UInt8 => ToInteger<TFrom, byte>(from, to, failure),
            PhysicalType.UInt16 => ToInteger<TFrom, ushort>(from, to, failure),
            PhysicalType.UInt32 => ToInteger<TFrom, uint>(from, to, failure),
            _ => ToInteger<TFrom, ulong>(from, to, failure),
        };
    }

    private static ScalarFunction ToInteger<TFrom, TTo>(LogicalType from, LogicalType to, CastFailure failure)
        where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
    {
        if (from.Kind == TypeKind.Decimal)
            return CastFunctions.Row<DecimalToInteger<TFrom, TTo>, TTo>(from, to, new(from.Scale, failure));
        bool isWidening = TypeCoercion.ImplicitCost(from, to) >= 0;
        return CastFunctions.Row<IntegerCast<TFrom, TTo>, TTo>(
            from, to, new(failure), isWidening
                ? FunctionFlags.None
                : FunctionFlags.CanThrow | FunctionFlags.MayReturnNull);
    }

    private static ScalarFunction Scaled<TFrom, TTo>(LogicalType from, LogicalType to, CastFailure failure)
        where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
    {
        bool isWidening = TypeCoercion.ImplicitCost(from, to) >= 0;
        return CastFunctions.Row<Rescale<TFrom, TTo>, TTo>(
            from, to, new(from.Scale, to.Scale, to.Precision, failure),
            isWidening ? FunctionFlags.None : FunctionFlags.CanThrow | FunctionFlags.MayReturnNull);
    }

    private static ScalarFunction FromFloat<TFrom>(LogicalType from, LogicalType to, CastFailure failure)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom> => to.Physical switch
    {
        PhysicalType.Float32 => CastFunctions.Row<FloatToFloat<TFrom, float>, float>(from, to, new(failure)),
        PhysicalType.Float64 =>
            CastFunctions.Row<FloatToFloat<TFrom, double>, double>(from, to, new(failure), FunctionFlags.None),
        _ when to.Kind == TypeKind.Decimal => to.Precision <= 18
            ? CastFunctions.Row<FloatToDecimal<TFrom, long>, long>(from, to, new(to.Scale, to.Precision, failure))
            : CastFunctions.Row<FloatToDecimal<TFrom, Int128>, Int128>(from, to, new(to.Scale, to.Precision, failure)),
        PhysicalType.Int8 => CastFunctions.Row<FloatToInteger<TFrom, sbyte>, sbyte>(from, to, new(failure)),
        PhysicalType.Int16 => CastFunctions.Row<FloatToInteger<TFrom, short>, short>(from, to, new(failure)),
        PhysicalType.Int32 => CastFunctions.Row<FloatToInteger<TFrom, int>, int>(from, to, new(failure)),
        PhysicalType.Int64 => CastFunctions.Row<FloatToInteger<TFrom, long>, long>(from, to, new(failure)),
        PhysicalType.Int128 => CastFunctions.Row<FloatToInteger<TFrom, Int128>, Int128>(from, to, new(failure)),
        PhysicalType.UInt8 => CastFunctions.Row<FloatToInteger<TFrom, byte>, byte>(from, to, new(failure)),
        PhysicalType.UInt16 => CastFunctions.Row<FloatToInteger<TFrom, ushort>, ushort>(from, to, new(failure)),
        PhysicalType.UInt32 => CastFunctions.Row<FloatToInteger<TFrom, uint>, uint>(from, to, new(failure)),
        _ => CastFunctions.Row<FloatToInteger<TFrom, ulong>, ulong>(from, to, new(failure)),
    };
}
