namespace ColFrag.Engine.Functions.Scalar.Numbers;

// Angles in degrees, as PostgreSQL has them: exact where a right-angled triangle is, since users expect sind(30) to be
// 0.5 and not what rounding of pi leaves.

/// <summary>Trigonometry in degrees.</summary>
internal static class Degree
{
    private const double PerRadian = 180 / Math.PI;

    /// <summary>The sine.</summary>
    public static double Sine(double degrees)
    {
        RequireFinite(degrees);
        double angle = Math.IEEERemainder(degrees, 360);
        double sign = angle < 0 ? -1 : 1;
        angle = Math.Abs(angle);
        return sign * QuarterSine(angle > 90 ? 180 - angle : angle);
    }

    /// <summary>The cosine.</summary>
    public static double Cosine(double degrees)
    {
        RequireFinite(degrees);
        double angle = Math.Abs(Math.IEEERemainder(degrees, 360));
        return angle > 90 ? -QuarterCosine(180 - angle) : QuarterCosine(angle);
    }

    /// <summary>The tangent; infinite at right angles, 1 at half of one.</summary>
    public static double Tangent(double degrees) =>
        Sine(degrees) / Cosine(degrees) / (QuarterSine(45) / QuarterCosine(45));

    /// <summary>The cotangent.</summary>
    public static double Cotangent(double degrees) =>
        Cosine(degrees) / Sine(degrees) / (QuarterCosine(45) / QuarterSine(45));

    /// <summary>The angle whose sine is x.</summary>
    public static double Arcsine(double x) => x < 0 ? -Arcsine(-x) : 90 - Arccosine(x);

    /// <summary>The angle whose cosine is x.</summary>
    public static double Arccosine(double x)
    {
        if (x < 0) return 180 - Arccosine(-x);
        return x <= 0.5 ? 90 - (Math.Asin(x) / Math.Asin(0.5) * 30) : Math.Acos(x) / Math.Acos(0.5) * 60;
    }

    /// <summary>Degrees of an angle that came of an arctangent: 45 where that was of 1.</summary>
    public static double OfArctangent(double radians) => radians / Math.Atan(1) * 45;

    private static void RequireFinite(double degrees)
    {
        if (double.IsInfinity(degrees)) DomainArgument.Throw();
    }

    // Both are divided by what rounding makes of a value that is known: the sine of 30 degrees, the cosine of 60.
    private static double QuarterSine(double degrees) =>
        degrees <= 30 ? LowSine(degrees) : LowCosine(90 - degrees);

    private static double QuarterCosine(double degrees) =>
        degrees <= 60 ? LowCosine(degrees) : LowSine(90 - degrees);

    private static double LowSine(double degrees) =>
        Math.Sin(degrees / PerRadian) / Math.Sin(30 / PerRadian) / 2;

    private static double LowCosine(double degrees) =>
        1 - ((1 - Math.Cos(degrees / PerRadian)) / (1 - Math.Cos(60 / PerRadian)) / 2);
}

/// <summary>sind(x)</summary>
internal readonly struct SineOfDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("sind", "Sine of an angle in degrees.")
    {
        Category = "Math", Example = "sind(30)", Returns = "0.5", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x) => Degree.Sine(x);
}

/// <summary>cosd(x)</summary>
internal readonly struct CosineOfDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("cosd", "Cosine of an angle in degrees.")
    {
        Category = "Math", Example = "cosd(60)", Returns = "0.5", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x) => Degree.Cosine(x);
}

/// <summary>tand(x)</summary>
internal readonly struct TangentOfDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("tand", "Tangent of an angle in degrees.")
    {
        Category = "Math", Example = "tand(45)", Returns = "1", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x) => Degree.Tangent(x);
}

/// <summary>cotd(x)</summary>
internal readonly struct CotangentOfDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("cotd", "Cotangent of an angle in degrees.")
    {
        Category = "Math", Example = "cotd(45)", Returns = "1", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x) => Degree.Cotangent(x);
}

/// <summary>asind(x)</summary>
internal readonly struct ArcsineInDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("asind", "The angle, in degrees, whose sine is x.")
    {
        Category = "Math", Example = "asind(0.5)", Returns = "30", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        DomainArgument.CheckUnit(x);
        return Degree.Arcsine(x);
    }
}

/// <summary>acosd(x)</summary>
internal readonly struct ArccosineInDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("acosd", "The angle, in degrees, whose cosine is x.")
    {
        Category = "Math", Example = "acosd(0.5)", Returns = "60", Flags = FunctionFlags.CanThrow,
    };

    public static double Apply(double x)
    {
        DomainArgument.CheckUnit(x);
        return Degree.Arccosine(x);
    }
}

/// <summary>atand(x)</summary>
internal readonly struct ArctangentInDegrees : IUnaryFunction<double, double>
{
    public static FunctionInfo Info => new("atand", "The angle, in degrees, whose tangent is x.")
    {
        Category = "Math", Example = "atand(1)", Returns = "45",
    };

    public static double Apply(double x) => Degree.OfArctangent(Math.Atan(x));
}

/// <summary>atan2d(y, x)</summary>
internal readonly struct ArctangentOfTwoInDegrees : IBinaryFunction<double, double, double>
{
    public static FunctionInfo Info => new("atan2d", "The angle, in degrees, of the point (x, y).")
    {
        Category = "Math", Example = "atan2d(1, -1)", Returns = "135",
    };

    public static double Apply(double y, double x) => Degree.OfArctangent(Math.Atan2(y, x));
}
