using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>scale and min_scale: digits after the point that a DECIMAL has, and that it needs.</summary>
internal static class ScaleFunctions
{
    private static readonly FunctionInfo s_scale = new("scale", "Digits after the point of the argument's type.")
    {
        Category = "Math", Example = "scale(8.4100)", Returns = "4",
    };

    private static readonly FunctionInfo s_minScale = new("min_scale", "Digits after the point that the value needs.")
    {
        Category = "Math", Example = "min_scale(8.4100)", Returns = "2",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(
            s_scale, [ParameterPattern.Decimal], _ => LogicalType.Integer,
            types => (_, _) => Value.Integer(LogicalType.Integer, types[0].Scale)),
        ValueFunction.Overload(
            s_minScale, [ParameterPattern.Decimal], _ => LogicalType.Integer,
            types => (a, _) => Value.Integer(LogicalType.Integer, Needed(a[0].AsInteger, types[0].Scale))),
    ];

    private static int Needed(Int128 value, int scale)
    {
        for (; scale > 0 && value % 10 == 0; scale--) value /= 10;
        return scale;
    }
}
