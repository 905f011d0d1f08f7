using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>abs(x) of integers</summary>
internal readonly struct Absolute<T> : IUnaryFunction<T, T> where T : unmanaged, INumber<T>
{
    public static FunctionInfo Info => new("abs", "Absolute value.")
    {
        Category = "Math", Aliases = ["@"], Example = "abs(-17.4)", Returns = "17.4", Flags = FunctionFlags.CanThrow,
    };

    public static T Apply(T x)
    {
        if (!T.IsNegative(x)) return x;
        T result = unchecked(-x);
        // The smallest integer has no positive counterpart.
        if (T.IsNegative(result) && !T.IsZero(result)) Arithmetic.ThrowOverflow(SqlTypes.Of<T>());
        return result;
    }
}

/// <summary>sign(x) of DOUBLE</summary>
internal readonly struct Sign : IUnaryFunction<double, double>
{
    public static FunctionInfo Info =>
        new("sign", "-1, 0 or 1.") { Category = "Math", Example = "sign(-8.4::double)", Returns = "-1" };

    public static double Apply(double x) => double.IsNaN(x) ? x : Math.Sign(x);
}

/// <summary>mod(x, y) of integers</summary>
internal readonly struct Modulo<T> : IBinaryFunction<T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info => new("mod", "Remainder of x / y, with the sign of x.")
    {
        Category = "Math", Example = "mod(9, 4)", Returns = "1", Flags = FunctionFlags.CanThrow,
    };

    public static T Apply(T x, T y)
    {
        if (T.IsZero(y)) Arithmetic.ThrowDivisionByZero();
        return y == T.Zero - T.One ? T.Zero : x % y;
    }
}

/// <summary>mod(x, y) of DOUBLE</summary>
internal readonly struct ModuloDouble : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => Modulo<long>.Info;

    public static double Apply(double x, double y)
    {
        if (y == 0) Arithmetic.ThrowDivisionByZero();
        return x % y;
    }
}

/// <summary>div(x, y)</summary>
internal readonly struct WholeDivide : IBinaryFunction<long, long, long>
{
    public static FunctionInfo Info => new("div", "Whole part of x / y.")
    {
        Category = "Math", Example = "div(9, 4)", Returns = "2", Flags = FunctionFlags.CanThrow,
    };

    public static long Apply(long x, long y)
    {
        if (y == 0) Arithmetic.ThrowDivisionByZero();
        if (y == -1 && x == long.MinValue) Arithmetic.ThrowOverflow(LogicalType.BigInt);
        return x / y;
    }
}

/// <summary>gcd(x, y)</summary>
internal readonly struct GreatestCommonDivisor : IBinaryFunction<long, long, long>
{
    public static FunctionInfo Info => new("gcd", "Greatest common divisor.")
    {
        Category = "Math", Aliases = ["greatest_common_divisor"], Example = "gcd(42, 57)", Returns = "3",
        Flags = FunctionFlags.CanThrow,
    };

    public static long Apply(long x, long y)
    {
        while (y != 0) (x, y) = (y, y == -1 ? 0 : x % y);
        return Absolute<long>.Apply(x);
    }
}

/// <summary>lcm(x, y)</summary>
internal readonly struct LeastCommonMultiple : IBinaryFunction<long, long, long>
{
    public static FunctionInfo Info => new("lcm", "Least common multiple.")
    {
        Category = "Math", Aliases = ["least_common_multiple"], Example = "lcm(42, 57)", Returns = "798",
        Flags = FunctionFlags.CanThrow,
    };

    public static long Apply(long x, long y)
    {
        if (x == 0 || y == 0) return 0;
        Int128 multiple = Int128.Abs((Int128)x / GreatestCommonDivisor.Apply(x, y) * y);
        if (multiple > long.MaxValue) Arithmetic.ThrowOverflow(LogicalType.BigInt);
        return (long)multiple;
    }
}

/// <summary>factorial(n)</summary>
internal readonly struct Factorial : IUnaryFunction<int, Int128>
{
    public static FunctionInfo Info => new("factorial", "n!, up to 33!.")
    {
        Category = "Math", Aliases = ["!"], Example = "factorial(5)", Returns = "120", Flags = FunctionFlags.CanThrow,
    };

    public static Int128 Apply(int n)
    {
        if (n < 0) throw new QueryException(SqlStates.NumericOutOfRange, "Factorial of a negative number is undefined");
        if (n > 33) Arithmetic.ThrowOverflow(LogicalType.HugeInt);
        Int128 result = 1;
        for (int i = 2; i <= n; i++) result *= i;
        return result;
    }
}

/// <summary>even(x)</summary>
internal readonly struct Even : IUnaryFunction<double, double>
{
    public static FunctionInfo Info =>
        new("even", "The next even number away from zero.") { Category = "Math", Example = "even(2.9)", Returns = "4" };

    public static double Apply(double x)
    {
        double whole = x >= 0 ? Math.Ceiling(x) : Math.Floor(x);
        return whole % 2 == 0 ? whole : whole + (x >= 0 ? 1 : -1);
    }
}

/// <summary>bit_count(x)</summary>
internal readonly struct BitCount<T> : IUnaryFunction<T, int> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info =>
        new("bit_count", "Number of bits that are 1.") { Category = "Math", Example = "bit_count(7)", Returns = "3" };

    public static int Apply(T x) => int.CreateTruncating(T.PopCount(x));
}

/// <summary>x &amp; y</summary>
internal readonly struct BitAnd<T> : IBinaryFunction<T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info =>
        new("&", "Bitwise AND.") { Category = "Math", Example = "91 & 15", Returns = "11" };

    public static T Apply(T x, T y) => x & y;
}

/// <summary>x | y</summary>
internal readonly struct BitOr<T> : IBinaryFunction<T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info =>
        new("|", "Bitwise OR.") { Category = "Math", Example = "32 | 3", Returns = "35" };

    public static T Apply(T x, T y) => x | y;
}

/// <summary>x # y</summary>
internal readonly struct BitXor<T> : IBinaryFunction<T, T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info => new("xor", "Bitwise exclusive OR.")
    {
        Category = "Math", Aliases = ["#"], Example = "xor(17, 5)", Returns = "20",
    };

    public static T Apply(T x, T y) => x ^ y;
}

/// <summary>~x</summary>
internal readonly struct BitNot<T> : IUnaryFunction<T, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info => new("~", "Bitwise NOT.") { Category = "Math", Example = "~15", Returns = "-16" };

    public static T Apply(T x) => ~x;
}

/// <summary>x &lt;&lt; n</summary>
internal readonly struct ShiftLeft<T> : IBinaryFunction<T, int, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info =>
        new("<<", "Bits shifted left.") { Category = "Math", Example = "1 << 4", Returns = "16" };

    public static T Apply(T x, int n) => x << n;
}

/// <summary>x &gt;&gt; n</summary>
internal readonly struct ShiftRight<T> : IBinaryFunction<T, int, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info =>
        new(">>", "Bits shifted right, keeping the sign.") { Category = "Math", Example = "8 >> 2", Returns = "2" };

    public static T Apply(T x, int n) => x >> n;
}

/// <summary>x &lt;&lt; n of a number of 64 bits, as DuckDB has it.</summary>
internal readonly struct ShiftLeftByLong<T> : IBinaryFunction<T, long, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info => ShiftLeft<T>.Info;

    public static T Apply(T x, long n) => x << (int)n;
}

/// <summary>x &gt;&gt; n of a number of 64 bits.</summary>
internal readonly struct ShiftRightByLong<T> : IBinaryFunction<T, long, T> where T : unmanaged, IBinaryInteger<T>
{
    public static FunctionInfo Info => ShiftRight<T>.Info;

    public static T Apply(T x, long n) => x >> (int)n;
}

/// <summary>isnan(x)</summary>
internal readonly struct IsNaN : IUnaryFunction<double, bool>
{
    public static FunctionInfo Info =>
        new("isnan", "True for NaN.") { Category = "Math", Example = "isnan('NaN'::double)", Returns = "true" };

    public static bool Apply(double x) => double.IsNaN(x);
}

/// <summary>isinf(x)</summary>
internal readonly struct IsInfinite : IUnaryFunction<double, bool>
{
    public static FunctionInfo Info => new("isinf", "True for both infinities.")
        { Category = "Math", Example = "isinf('-inf'::double)", Returns = "true" };

    public static bool Apply(double x) => double.IsInfinity(x);
}

/// <summary>isfinite(x)</summary>
internal readonly struct IsFinite : IUnaryFunction<double, bool>
{
    public static FunctionInfo Info => new("isfinite", "False for NaN and both infinities.")
    {
        Category = "Math", Example = "isfinite(1.5::double)", Returns = "true",
    };

    public static bool Apply(double x) => double.IsFinite(x);
}

/// <summary>width_bucket(x, low, high, count)</summary>
internal readonly struct WidthBucket : IQuaternaryFunction<double, double, double, int, int>
{
    public static FunctionInfo Info =>
        new("width_bucket", "Which of so many equal buckets between two bounds x falls in, from 1.")
    {
        Category = "Math", Example = "width_bucket(5.35, 0.024, 10.06, 5)", Returns = "3",
            Flags = FunctionFlags.CanThrow,
    };

    public static int Apply(double x, double low, double high, int count)
    {
        if (count <= 0) throw new QueryException("2201G", "Count must be greater than zero");
        if (low == high || !double.IsFinite(low) || !double.IsFinite(high))
            throw new QueryException("2201G", "Bounds must be finite and differ");
        if (low > high) return x > low ? 0 : x <= high ? count + 1 : (int)(count * ((low - x) / (low - high))) + 1;
        return x < low ? 0 : x >= high ? count + 1 : (int)(count * ((x - low) / (high - low))) + 1;
    }
}
