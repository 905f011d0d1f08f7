using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>How a number loses its fraction.</summary>
internal enum RoundingMode : byte
{
    /// <summary>round: to the nearest; halves away from zero for exact numbers, to even for floats</summary>
    Nearest,
    /// <summary>ceil</summary>
    Up,
    /// <summary>floor</summary>
    Down,
    /// <summary>trunc</summary>
    TowardZero,
}

/// <summary>
/// round, ceil, floor and trunc of DECIMAL, DOUBLE and integers, with and without a number of digits.
/// </summary>
internal static class Rounding
{
    private static readonly FunctionInfo s_round =
        new("round", "Rounds to the nearest whole number, or to so many digits.")
    {
        Category = "Math", Example = "round(2.567, 1)", Returns = "2.6",
    };

    private static readonly FunctionInfo s_ceil = new("ceil", "The smallest whole number that is not less.")
    {
        Category = "Math", Aliases = ["ceiling"], Example = "ceil(-42.8)", Returns = "-42",
    };

    private static readonly FunctionInfo s_floor = new("floor", "The largest whole number that is not greater.")
    {
        Category = "Math", Example = "floor(-42.8)", Returns = "-43",
    };

    private static readonly FunctionInfo s_trunc =
        new("trunc", "Drops digits after the point, or after so many digits.")
    {
        Category = "Math", Example = "trunc(42.4382, 2)", Returns = "42.43",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. Of(s_round, RoundingMode.Nearest), .. Of(s_ceil, RoundingMode.Up), .. Of(s_floor, RoundingMode.Down),
        .. Of(s_trunc, RoundingMode.TowardZero), .. WithDigits(s_round, RoundingMode.Nearest),
        .. WithDigits(s_trunc, RoundingMode.TowardZero),
    ];

    private static IEnumerable<ScalarOverload> Of(FunctionInfo info, RoundingMode mode) =>
    [
        FunctionEntries.Bound(info, [LogicalType.Double], types =>
            new RowFunction<FloatRounding<double>, double>(info, types, LogicalType.Double, new(mode))),
        FunctionEntries.Bound(info, [LogicalType.Real], types =>
            new RowFunction<FloatRounding<float>, float>(info, types, LogicalType.Real, new(mode))),
        FunctionEntries.Bound(info, [ParameterPattern.Decimal], types => new DecimalRounding(info, types, mode, 0)),
    ];

    private static IEnumerable<ScalarOverload> WithDigits(FunctionInfo info, RoundingMode mode) =>
    [
        FunctionEntries.Bound(info, [ParameterPattern.Decimal, LogicalType.Integer], types =>
            new DecimalRounding(info, types, mode, null)),
        FunctionEntries.Bound(info, [LogicalType.Double, LogicalType.Integer], types =>
            new RowFunction<FloatDigits, double>(info, types, LogicalType.Double, new(mode))),
        FunctionEntries.Bound(info, [LogicalType.BigInt, LogicalType.Integer], types =>
            new RowFunction<IntegerDigits, long>(info, types, LogicalType.BigInt, new(mode))),
    ];

    /// <summary>A whole number of one power of ten.</summary>
    public static Int128 Drop(Int128 value, Int128 unit, RoundingMode mode)
    {
        (Int128 quotient, Int128 rest) = Int128.DivRem(value, unit);
        return mode switch
        {
            RoundingMode.Nearest => PowersOfTen.DivideRounded(value, unit),
            RoundingMode.Up => rest > 0 ? quotient + 1 : quotient,
            RoundingMode.Down => rest < 0 ? quotient - 1 : quotient,
            _ => quotient,
        };
    }

    private readonly struct FloatRounding<T>(RoundingMode mode) : IRowKernel<T> where T : unmanaged,
        IBinaryFloatingPointIeee754<T>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            T value = arguments.Get<T>(0, row);
            result = mode switch
            {
                RoundingMode.Nearest => T.Round(value, MidpointRounding.ToEven),
                RoundingMode.Up => T.Ceiling(value),
                RoundingMode.Down => T.Floor(value),
                _ => T.Truncate(value),
            };
            return true;
        }
    }

    private readonly struct FloatDigits(RoundingMode mode) : IRowKernel<double>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out double result)
        {
            double value = arguments.Get<double>(0, row);
            int digits = arguments.Get<int>(1, row);
            double power = Math.Pow(10, Math.Abs((double)digits));
            double scaled = digits >= 0 ? value * power : value / power;
            double rounded = mode == RoundingMode.Nearest
                ? Math.Round(scaled, MidpointRounding.AwayFromZero)
                : Math.Truncate(scaled);
            result = digits >= 0 ? rounded / power : rounded * power;
            // So many digits that scaling overflows leave nothing to round.
            if (!double.IsFinite(result)) result = digits >= 0 || !double.IsFinite(value) ? value : 0;
            return true;
        }
    }

    private readonly struct IntegerDigits(RoundingMode mode) : IRowKernel<long>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            long value = arguments.Get<long>(0, row);
            int digits = arguments.Get<int>(1, row);
            if (digits < -19)
            {
                result = 0;
                return true;
            }
            Int128 unit = PowersOfTen.Get(Math.Max(-digits, 0));
            Int128 rounded = digits >= 0 ? value : Drop(value, unit, mode) * unit;
            if (rounded != (long)rounded) Arithmetic.ThrowOverflow(LogicalType.BigInt);
            result = (long)rounded;
            return true;
        }
    }

    /// <summary>Rounding of a DECIMAL. A constant number of digits becomes the scale of the result.</summary>
    private sealed class DecimalRounding(FunctionInfo info, LogicalType[] types, RoundingMode mode, int? digits)
        : ScalarFunction(info with { Flags = FunctionFlags.CanThrow }, types, ResultOf(types[0], digits))
    {
        private readonly ScalarFunction _row = types[0].Precision <= 18
            ? Create<long>(info, types, mode, digits) : Create<Int128>(info, types, mode, digits);

        public override ScalarFunction Specialize(ReadOnlySpan<Value?> constants) =>
            digits is null && constants.Length == 2 && constants[1] is { IsNull: false } value
                ? new DecimalRounding(Info, [.. ArgumentTypes], mode, (int)value.AsInteger)
                : this;

        public override void Evaluate(
            ReadOnlySpan<Vectors.ColumnVector> arguments, int count, Vectors.ColumnVector result,
            FunctionContext context) =>
            _row.Evaluate(arguments, count, result, context);

        private static LogicalType ResultOf(LogicalType type, int? digits)
        {
            int scale = digits is null ? type.Scale : Math.Clamp(digits.Value, 0, type.Scale);
            // Rounding up can carry into a new digit.
            int precision = Math.Min(LogicalType.MaxDecimalPrecision, type.Precision - type.Scale + scale + 1);
            return LogicalType.Decimal(Math.Max(precision, 1), scale);
        }

        private static ScalarFunction Create<T>(FunctionInfo info, LogicalType[] types, RoundingMode mode, int? digits)
            where T : unmanaged, IBinaryInteger<T>
        {
            LogicalType result = ResultOf(types[0], digits);
            return result.Precision <= 18
                ? new RowFunction<DecimalDigits<T, long>, long>(
                    info, types, result, new(types[0].Scale, result, mode, types.Length > 1))
                : new RowFunction<DecimalDigits<T, Int128>, Int128>(
                    info, types, result, new(types[0].Scale, result, mode, types.Length > 1));
        }
    }

    private readonly struct DecimalDigits<TFrom, TTo>(int scale, LogicalType type, RoundingMode mode, bool hasDigits)
        : IRowKernel<TTo>
        where TFrom : unmanaged, IBinaryInteger<TFrom> where TTo : unmanaged, IBinaryInteger<TTo>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
        {
            Int128 value = Int128.CreateTruncating(arguments.Get<TFrom>(0, row));
            int digits = hasDigits ? arguments.Get<int>(1, row) : 0;
            long places = Math.Max((long)scale - digits, 0);
            result = TTo.Zero;
            if (places > LogicalType.MaxDecimalPrecision) return true;
            int drop = (int)places;
            Int128 rounded = Drop(value, PowersOfTen.Get(drop), mode);
            // What remains has scale `scale - drop`; the result's scale may be larger or smaller.
            int shift = type.Scale - (scale - drop);
            if (shift >= 0 && !PowersOfTen.TryScaleUp(rounded, shift, out rounded)) Arithmetic.ThrowOverflow(type);
            if (shift < 0) rounded /= PowersOfTen.Get(-shift);
            Int128 limit = PowersOfTen.Get(type.Precision);
            if (rounded >= limit || rounded <= -limit) Arithmetic.ThrowOverflow(type);
            result = TTo.CreateTruncating(rounded);
            return true;
        }
    }
}
