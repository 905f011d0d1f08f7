using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>power(x, y), x ^ y, x ** y</summary>
internal readonly struct Power : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => new("power", "x to the power of y.")
    {
        Category = "Math", Aliases = ["pow", "^", "**"], Example = "power(2, 10)", Returns = "1024",
        Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x, double y)
    {
        if (x == 0 && y < 0)
        {
            throw new QueryException(SqlStates.InvalidArgumentForPower, "Zero raised to a negative power is undefined");
        }
        if (x < 0 && double.IsFinite(y) && y != Math.Floor(y))
        {
            throw new QueryException(
                SqlStates.InvalidArgumentForPower,
                "A negative number raised to a non-integer power yields a complex result");
        }
        double result = Math.Pow(x, y);
        return double.IsFinite(y) ? FloatResult.Check(result, x) : result;
    }
}

/// <summary>log(base, x)</summary>
internal readonly struct LogBase : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => new("log", "Logarithm of x to a base.")
    {
        Category = "Math", Example = "log(2, 64)", Returns = "6", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x, double y)
    {
        LogarithmArgument.Check(x);
        LogarithmArgument.Check(y);
        if (x == 1) Arithmetic.ThrowDivisionByZero();
        double result = Math.Log(y) / Math.Log(x);
        // The quotient of two rounded logarithms misses whole numbers by a bit.
        double whole = Math.Round(result);
        return Math.Abs(result - whole) < 1e-12 && Math.Pow(x, whole) == y ? whole : result;
    }
}

/// <summary>atan2(y, x)</summary>
internal readonly struct Atan2 : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => new("atan2", "Angle of the point (x, y), in radians.")
    {
        Category = "Math", Example = "atan2(0, 1)", Returns = "0",
    };

    public static double Apply(double y, double x) => Math.Atan2(y, x);
}

/// <summary>pi()</summary>
internal readonly struct Pi : INullaryFunction<double>
{
    public static FunctionInfo Info => new("pi", "The number pi.")
    {
        Category = "Math", Example = "pi()", Returns = "3.141592653589793",
    };

    public static double Apply(FunctionContext context) => Math.PI;
}

/// <summary>fdiv(x, y)</summary>
internal readonly struct FloatDivide : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => new("fdiv", "x / y as DOUBLE; infinity for a division by zero.")
    {
        Category = "Math", Example = "fdiv(7, 2)", Returns = "3.5",
    };

    public static double Apply(double x, double y) => x / y;
}
