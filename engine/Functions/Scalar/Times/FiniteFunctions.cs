using ColFrag.Engine.Functions.Scalar.Numbers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>isfinite(date)</summary>
internal readonly struct IsFiniteDate : IUnaryFunction<SqlDate, bool>
{
    public static FunctionInfo Info => IsFinite.Info;

    public static bool Apply(SqlDate value) => value.Days is not (int.MaxValue or int.MinValue);
}

/// <summary>isfinite(timestamp)</summary>
internal readonly struct IsFiniteTimestamp : IUnaryFunction<SqlTimestamp, bool>
{
    public static FunctionInfo Info => IsFinite.Info;

    public static bool Apply(SqlTimestamp value) => value.Microseconds is not (long.MaxValue or long.MinValue);
}

/// <summary>isfinite(timestamptz)</summary>
internal readonly struct IsFiniteInstant : IUnaryFunction<SqlTimestampTz, bool>
{
    public static FunctionInfo Info => IsFinite.Info;

    public static bool Apply(SqlTimestampTz value) => value.Microseconds is not (long.MaxValue or long.MinValue);
}

/// <summary>isfinite(interval): intervals have no infinity.</summary>
internal readonly struct IsFiniteInterval : IUnaryFunction<Interval, bool>
{
    public static FunctionInfo Info => IsFinite.Info;

    public static bool Apply(Interval value) => true;
}
