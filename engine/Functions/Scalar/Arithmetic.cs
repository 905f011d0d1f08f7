using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar;

/// <summary>
/// The plain form of x + y, x - y, x * y, x / y, x % y and -x over numbers of one lane: row by row, every overflow and
/// every division by zero an error. The executor's narrow lanes must agree with it.
/// </summary>
internal static class Arithmetic
{
    /// <summary>The function of an operator.</summary>
    /// <param name="symbol">+ - * / %</param>
    /// <param name="left">Type of x.</param>
    /// <param name="right">Type of y; the same as of x but for decimals.</param>
    /// <param name="result">Type of the result.</param>
    public static ScalarFunction Bind(string symbol, LogicalType left, LogicalType right, LogicalType result)
    {
        FunctionInfo info = new(symbol, "Arithmetic.") { Flags = FunctionFlags.CanThrow };
        return result.Kind switch
        {
            TypeKind.Decimal => BindDecimal(info, left, right, result),
            TypeKind.Real => BindFloat<float>(info, result),
            TypeKind.Double => BindFloat<double>(info, result),
            TypeKind.TinyInt => BindInteger<sbyte>(info, result),
            TypeKind.SmallInt => BindInteger<short>(info, result),
            TypeKind.Integer => BindInteger<int>(info, result),
            TypeKind.BigInt => BindInteger<long>(info, result),
            TypeKind.HugeInt => BindInteger<Int128>(info, result),
            TypeKind.UTinyInt => BindInteger<byte>(info, result),
            TypeKind.USmallInt => BindInteger<ushort>(info, result),
            TypeKind.UInteger => BindInteger<uint>(info, result),
            TypeKind.UBigInt => BindInteger<ulong>(info, result),
            _ => throw Invariant.Unreachable($"arithmetic over {result}"),
        };
    }

    /// <summary>The function -x.</summary>
    public static ScalarFunction BindNegate(LogicalType type)
    {
        FunctionInfo info = new("-", "Negation.") { Flags = FunctionFlags.CanThrow };
        return type.Physical switch
        {
            PhysicalType.Int8 => Row(info, type, new NegateKernel<sbyte>(type)),
            PhysicalType.Int16 => Row(info, type, new NegateKernel<short>(type)),
            PhysicalType.Int32 => Row(info, type, new NegateKernel<int>(type)),
            PhysicalType.Int64 => Row(info, type, new NegateKernel<long>(type)),
            PhysicalType.Int128 => Row(info, type, new NegateKernel<Int128>(type)),
            PhysicalType.Float32 => Row(info, type, new NegateFloatKernel<float>()),
            PhysicalType.Float64 => Row(info, type, new NegateFloatKernel<double>()),
            _ => throw new QueryException(SqlStates.UndefinedFunction, $"Operator does not exist: - {type}"),
        };
    }

    /// <summary>22003: the result does not fit the type.</summary>
    public static void ThrowOverflow(LogicalType type) => throw new QueryException(
        SqlStates.NumericOutOfRange, $"Value is out of range: {type.ToString().ToLowerInvariant()}",
        hint: type.IsInteger ? "Cast an operand to a wider type, such as bigint or decimal." : null);

    /// <summary>22012</summary>
    public static void ThrowDivisionByZero() => throw new QueryException(SqlStates.DivisionByZero, "Division by zero");

    private static RowFunction<NegateKernel<T>, T> Row<T>(FunctionInfo info, LogicalType type, NegateKernel<T> kernel)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => new(info, [type], type, kernel);

    private static RowFunction<NegateFloatKernel<T>, T> Row<T>(
        FunctionInfo info, LogicalType type, NegateFloatKernel<T> kernel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(info, [type], type, kernel);

    private static ScalarFunction BindInteger<T>(FunctionInfo info, LogicalType type)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        new RowFunction<IntegerKernel<T>, T>(info, [type, type], type, new IntegerKernel<T>(info.Name[0], type));

    private static ScalarFunction BindFloat<T>(FunctionInfo info, LogicalType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new RowFunction<FloatKernel<T>, T>(info, [type, type], type, new FloatKernel<T>(info.Name[0], type));

    private static ScalarFunction BindDecimal(
        FunctionInfo info, LogicalType left, LogicalType right, LogicalType result) =>
        (left.Physical, right.Physical, result.Physical) switch
        {
            (PhysicalType.Int64, PhysicalType.Int64, PhysicalType.Int64) =>
                BindDecimal<long, long, long>(info, left, right, result),
            (PhysicalType.Int64, PhysicalType.Int64, _) => BindDecimal<long, long, Int128>(info, left, right, result),
            (PhysicalType.Int64, _, PhysicalType.Int64) => BindDecimal<long, Int128, long>(info, left, right, result),
            (PhysicalType.Int64, _, _) => BindDecimal<long, Int128, Int128>(info, left, right, result),
            (_, PhysicalType.Int64, PhysicalType.Int64) => BindDecimal<Int128, long, long>(info, left, right, result),
            (_, PhysicalType.Int64, _) => BindDecimal<Int128, long, Int128>(info, left, right, result),
            (_, _, PhysicalType.Int64) => BindDecimal<Int128, Int128, long>(info, left, right, result),
            _ => BindDecimal<Int128, Int128, Int128>(info, left, right, result),
        };

    private static ScalarFunction BindDecimal<TLeft, TRight, TResult>(
        FunctionInfo info, LogicalType left, LogicalType right, LogicalType result)
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult> =>
        new RowFunction<DecimalKernel<TLeft, TRight, TResult>, TResult>(
            info, [left, right], result, new DecimalKernel<TLeft, TRight, TResult>(info.Name[0], left, right, result));

    private readonly struct IntegerKernel<T>(char symbol, LogicalType type) : IRowKernel<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            T x = arguments.Get<T>(0, row);
            T y = arguments.Get<T>(1, row);
            result = default;
            try
            {
                result = symbol switch
                {
                    '+' => checked(x + y),
                    '-' => checked(x - y),
                    '*' => checked(x * y),
                    '/' => Divide(x, y),
                    _ => Remainder(x, y),
                };
            }
            catch (OverflowException)
            {
                ThrowOverflow(type);
            }
            return true;
        }

        private static T Divide(T x, T y)
        {
            if (T.IsZero(y)) ThrowDivisionByZero();
            // The one quotient that does not fit; the processor would trap.
            if (T.IsNegative(T.MinValue) && x == T.MinValue && y == T.Zero - T.One) throw new OverflowException();
            return x / y;
        }

        private static T Remainder(T x, T y)
        {
            if (T.IsZero(y)) ThrowDivisionByZero();
            if (T.IsNegative(T.MinValue) && y == T.Zero - T.One) return T.Zero;
            return x % y;
        }
    }

    private readonly struct FloatKernel<T>(char symbol, LogicalType type) : IRowKernel<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            T x = arguments.Get<T>(0, row);
            T y = arguments.Get<T>(1, row);
            if (symbol is '/' or '%' && T.IsZero(y) && !T.IsNaN(x)) ThrowDivisionByZero();
            result = symbol switch { '+' => x + y, '-' => x - y, '*' => x * y, '/' => x / y, _ => x % y };
            // Infinity from finite operands is overflow, as in PostgreSQL.
            if (T.IsInfinity(result) && T.IsFinite(x) && T.IsFinite(y)) ThrowOverflow(type);
            return true;
        }
    }

    private readonly struct DecimalKernel<TLeft, TRight, TResult>(
        char symbol, LogicalType left, LogicalType right, LogicalType type) : IRowKernel<TResult>
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TResult : unmanaged, IBinaryInteger<TResult>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
        {
            Int128 x = Int128.CreateTruncating(arguments.Get<TLeft>(0, row));
            Int128 y = Int128.CreateTruncating(arguments.Get<TRight>(1, row));
            Int128 value = symbol switch
            {
                '+' => x + y,
                '-' => x - y,
                '*' => DecimalArithmetic.Multiply(x, y, type),
                '/' => DecimalArithmetic.Divide(x, y, type.Scale - left.Scale + right.Scale, type),
                _ => DecimalArithmetic.Remainder(x, y),
            };
            Int128 limit = PowersOfTen.Get(type.Precision);
            if (value >= limit || value <= -limit) ThrowOverflow(type);
            result = TResult.CreateTruncating(value);
            return true;
        }
    }

    private readonly struct NegateKernel<T>(LogicalType type) : IRowKernel<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            T value = arguments.Get<T>(0, row);
            if (value == T.MinValue) ThrowOverflow(type);
            result = -value;
            return true;
        }
    }

    private readonly struct NegateFloatKernel<T> : IRowKernel<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            result = -arguments.Get<T>(0, row);
            return true;
        }
    }
}

/// <summary>Arithmetic of unscaled decimals that can leave 128 bits on the way.</summary>
internal static class DecimalArithmetic
{
    /// <summary>x * y, below 10^38.</summary>
    public static Int128 Multiply(Int128 x, Int128 y, LogicalType type)
    {
        // Products of 63-bit numbers always fit.
        if (x == (long)x && y == (long)y) return x * y;
        UInt128 high = MultiplyUnsigned(Abs(x), Abs(y), out UInt128 low);
        if (high != 0 || low >= (UInt128)PowersOfTen.Get(38)) Arithmetic.ThrowOverflow(type);
        return (x < 0) == (y < 0) ? (Int128)low : -(Int128)low;
    }

    /// <summary>x * 10^shift / y, half away from zero; a negative shift divides.</summary>
    public static Int128 Divide(Int128 x, Int128 y, int shift, LogicalType type)
    {
        if (y == 0) Arithmetic.ThrowDivisionByZero();
        if (shift < 0)
        {
            Int128 quotient = x / y;
            return PowersOfTen.DivideRounded(quotient, -shift);
        }
        UInt128 divisor = Abs(y);
        UInt128 magnitude;
        if (PowersOfTen.TryScaleUp(x, shift, out Int128 scaled))
        {
            magnitude = DivideRounded(Abs(scaled), divisor);
        }
        else
        {
            // Digit by digit, as on paper: the rest stays below the divisor.
            (UInt128 whole, UInt128 rest) = UInt128.DivRem(Abs(x), divisor);
            UInt128 limit = (UInt128)PowersOfTen.Get(37);
            for (int i = 0; i < shift; i++)
            {
                if (whole >= limit) Arithmetic.ThrowOverflow(type);
                UInt128 next = TimesTenDivided(rest, divisor, out rest);
                whole = (whole * 10) + next;
            }
            magnitude = rest >= divisor - rest ? whole + 1 : whole;
        }
        return (x < 0) == (y < 0) ? (Int128)magnitude : -(Int128)magnitude;
    }

    /// <summary>x % y with the sign of x, of one scale.</summary>
    public static Int128 Remainder(Int128 x, Int128 y)
    {
        if (y == 0) Arithmetic.ThrowDivisionByZero();
        return x % y;
    }

    private static UInt128 DivideRounded(UInt128 value, UInt128 divisor)
    {
        (UInt128 quotient, UInt128 rest) = UInt128.DivRem(value, divisor);
        return rest >= divisor - rest ? quotient + 1 : quotient;
    }

    // rest < divisor < 2^127, so ten times the rest may pass 2^128: take it in steps of doubling.
    private static UInt128 TimesTenDivided(UInt128 rest, UInt128 divisor, out UInt128 left)
    {
        UInt128 quotient = 0;
        UInt128 value = 0;
        for (int bit = 3; bit >= 0; bit--)
        {
            quotient <<= 1;
            Add(ref value, value, divisor, ref quotient);
            if ((10 >> bit & 1) != 0) Add(ref value, rest, divisor, ref quotient);
        }
        left = value;
        return quotient;
    }

    private static void Add(ref UInt128 value, UInt128 term, UInt128 divisor, ref UInt128 quotient)
    {
        // Both are below the divisor, so the sum is below twice the divisor.
        value += term;
        if (value < divisor) return;
        value -= divisor;
        quotient++;
    }

    private static UInt128 Abs(Int128 value) => value < 0 ? (UInt128)(-value) : (UInt128)value;

    private static UInt128 MultiplyUnsigned(UInt128 x, UInt128 y, out UInt128 low)
    {
        (ulong x0, ulong x1) = ((ulong)x, (ulong)(x >> 64));
        (ulong y0, ulong y1) = ((ulong)y, (ulong)(y >> 64));
        UInt128 cross = ((UInt128)x0 * y1) + ((UInt128)(ulong)(((UInt128)x0 * y0) >> 64));
        UInt128 cross2 = ((UInt128)x1 * y0) + (ulong)cross;
        low = (cross2 << 64) | (ulong)((UInt128)x0 * y0);
        return ((UInt128)x1 * y1) + (cross >> 64) + (cross2 >> 64);
    }
}
