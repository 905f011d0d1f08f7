using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

// The functions of one DOUBLE. Exact numbers are cast to DOUBLE first.

/// <summary>sqrt(x)</summary>
internal readonly struct Sqrt : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("sqrt", "Square root.")
    {
        Category = "Math", Example = "sqrt(81)",
        Returns = "9", Aliases = ["|/"], Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        if (x < 0)
            throw new QueryException(
                SqlStates.InvalidArgumentForPower, "Cannot take the square root of a negative number");
        return Math.Sqrt(x);
    }
}

/// <summary>cbrt(x)</summary>
internal readonly struct Cbrt : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("cbrt", "Cube root.")
    {
        Category = "Math", Example = "cbrt(27)", Returns = "3", Aliases = ["||/"],
    };

    public static double Apply(double x)
    {
        double root = Math.Cbrt(x);
        // One step of Newton's makes cubes of whole numbers exact, whatever the platform's library rounds.
        double better = root - (((root * root * root) - x) / (3 * root * root));
        return double.IsFinite(better) ? better : root;
    }
}

/// <summary>exp(x)</summary>
internal readonly struct Exp : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("exp", "e to the power of x.")
    {
        Category = "Math", Example = "exp(0)", Returns = "1", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x) => FloatResult.Check(Math.Exp(x), x);
}

/// <summary>ln(x)</summary>
internal readonly struct Ln : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("ln", "Natural logarithm.")
    {
        Category = "Math", Example = "ln(1)", Returns = "0", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        LogarithmArgument.Check(x);
        return Math.Log(x);
    }
}

/// <summary>log10(x)</summary>
internal readonly struct Log10 : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("log10", "Logarithm to base 10.")
    {
        Category = "Math", Example = "log10(1000)",
        Returns = "3", Aliases = ["log"], Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        LogarithmArgument.Check(x);
        return Math.Log10(x);
    }
}

/// <summary>log2(x)</summary>
internal readonly struct Log2 : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("log2", "Logarithm to base 2.")
    {
        Category = "Math", Example = "log2(8)", Returns = "3", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        LogarithmArgument.Check(x);
        return Math.Log2(x);
    }
}

/// <summary>sin(x)</summary>
internal readonly struct Sin : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("sin", "Sine of an angle in radians.")
    {
        Category = "Math", Example = "sin(0)", Returns = "0",
    };

    public static double Apply(double x) => Math.Sin(x);
}

/// <summary>cos(x)</summary>
internal readonly struct Cos : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("cos", "Cosine of an angle in radians.")
    {
        Category = "Math", Example = "cos(0)", Returns = "1",
    };

    public static double Apply(double x) => Math.Cos(x);
}

/// <summary>tan(x)</summary>
internal readonly struct Tan : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("tan", "Tangent of an angle in radians.")
    {
        Category = "Math", Example = "tan(0)", Returns = "0",
    };

    public static double Apply(double x) => Math.Tan(x);
}

/// <summary>cot(x)</summary>
internal readonly struct Cot : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("cot", "Cotangent of an angle in radians.")
    {
        Category = "Math", Example = "round(cot(1), 3)", Returns = "0.642",
    };

    public static double Apply(double x) => 1 / Math.Tan(x);
}

/// <summary>asin(x)</summary>
internal readonly struct Asin : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("asin", "Inverse sine, in radians.")
    {
        Category = "Math", Example = "asin(0)", Returns = "0", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        DomainArgument.CheckUnit(x);
        return Math.Asin(x);
    }
}

/// <summary>acos(x)</summary>
internal readonly struct Acos : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("acos", "Inverse cosine, in radians.")
    {
        Category = "Math", Example = "acos(1)", Returns = "0", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        DomainArgument.CheckUnit(x);
        return Math.Acos(x);
    }
}

/// <summary>atan(x)</summary>
internal readonly struct Atan : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("atan", "Inverse tangent, in radians.")
    {
        Category = "Math", Example = "atan(0)", Returns = "0",
    };

    public static double Apply(double x) => Math.Atan(x);
}

/// <summary>sinh(x)</summary>
internal readonly struct Sinh : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("sinh", "Hyperbolic sine.")
    {
        Category = "Math", Example = "sinh(0)", Returns = "0",
    };

    public static double Apply(double x) => Math.Sinh(x);
}

/// <summary>cosh(x)</summary>
internal readonly struct Cosh : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("cosh", "Hyperbolic cosine.")
    {
        Category = "Math", Example = "cosh(0)", Returns = "1",
    };

    public static double Apply(double x) => Math.Cosh(x);
}

/// <summary>tanh(x)</summary>
internal readonly struct Tanh : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("tanh", "Hyperbolic tangent.")
    {
        Category = "Math", Example = "tanh(0)", Returns = "0",
    };

    public static double Apply(double x) => Math.Tanh(x);
}

/// <summary>asinh(x)</summary>
internal readonly struct Asinh : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("asinh", "Inverse hyperbolic sine.")
    {
        Category = "Math", Example = "asinh(0)", Returns = "0",
    };

    public static double Apply(double x) => Math.Asinh(x);
}

/// <summary>acosh(x)</summary>
internal readonly struct Acosh : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("acosh", "Inverse hyperbolic cosine.")
    {
        Category = "Math", Example = "acosh(1)", Returns = "0", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        if (x < 1) DomainArgument.Throw();
        return Math.Acosh(x);
    }
}

/// <summary>atanh(x)</summary>
internal readonly struct Atanh : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("atanh", "Inverse hyperbolic tangent.")
    {
        Category = "Math", Example = "atanh(0)", Returns = "0", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        DomainArgument.CheckUnit(x);
        return Math.Atanh(x);
    }
}

/// <summary>degrees(x)</summary>
internal readonly struct Degrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("degrees", "Radians as degrees.")
    {
        Category = "Math", Example = "degrees(pi())", Returns = "180",
    };

    public static double Apply(double x) => x * (180 / Math.PI);
}

/// <summary>radians(x)</summary>
internal readonly struct Radians : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("radians", "Degrees as radians.")
    {
        Category = "Math", Example = "radians(0)", Returns = "0",
    };

    public static double Apply(double x) => x * (Math.PI / 180);
}

/// <summary>gamma(x)</summary>
internal readonly struct Gamma : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("gamma", "The gamma function: (x - 1)! for whole x.")
    {
        Category = "Math", Example = "gamma(5)", Returns = "24",
    };

    public static double Apply(double x) => GammaFunction.Gamma(x);
}

/// <summary>lgamma(x)</summary>
internal readonly struct LogGamma : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("lgamma", "Natural logarithm of the gamma function.")
    {
        Category = "Math", Example = "lgamma(1)", Returns = "0",
    };

    public static double Apply(double x) => GammaFunction.LogGamma(x);
}

/// <summary>The arguments of logarithms.</summary>
internal static class LogarithmArgument
{
    /// <summary>2201E: zero and negative numbers have no logarithm.</summary>
    public static void Check(double x)
    {
        if (x > 0 || double.IsNaN(x)) return;
        throw new QueryException(
            SqlStates.InvalidArgumentForLogarithm,
            x == 0 ? "Cannot take the logarithm of zero" : "Cannot take the logarithm of a negative number");
    }
}

/// <summary>The arguments of inverse functions.</summary>
internal static class DomainArgument
{
    /// <summary>22003: outside -1 to 1.</summary>
    public static void CheckUnit(double x)
    {
        if (x < -1 || x > 1) Throw();
    }

    public static void Throw() => throw new QueryException(SqlStates.NumericOutOfRange, "Input is out of range");
}

/// <summary>Results that overflow.</summary>
internal static class FloatResult
{
    /// <summary>22003: infinity from a finite argument.</summary>
    public static double Check(double result, double argument)
    {
        if (double.IsInfinity(result) && double.IsFinite(argument)) Arithmetic.ThrowOverflow(Types.LogicalType.Double);
        return result;
    }
}
