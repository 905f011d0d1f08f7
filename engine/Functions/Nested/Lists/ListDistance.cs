using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>How near two lists of numbers are, read as vectors: for embeddings.</summary>
internal static class ListDistance
{
    private static readonly LogicalType s_list = LogicalType.List(LogicalType.Double);

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Of("inner_product", "The sum of the products of elements side by side.", "[1, 2], [3, 4]", "11",
            ["list_dot_product", "array_dot_product"], Dot),
        Of("negative_inner_product", "The inner product below zero, so that less is nearer.", "[1, 2], [3, 4]", "-11",
            ["list_negative_dot_product", "array_negative_dot_product"], (x, y) => -Dot(x, y)),
        Of("distance", "How far apart two points are.", "[1, 2], [4, 6]", "5", [], Distance),
        Of("cosine_similarity", "The cosine of the angle between two vectors.", "[1, 0], [0, 2]", "0", [], Cosine),
        Of("cosine_distance", "1 less the cosine of the angle between two vectors.", "[1, 0], [0, 2]", "1",
            ["list_cosine_dist"], (x, y) => 1 - Cosine(x, y)),
        ValueFunction.Overload(
            new FunctionInfo("array_cross_product", "The vector at right angles to two vectors of three numbers.")
            {
                Category = "Lists", Example = "array_cross_product([1, 0, 0], [0, 1, 0])", Returns = "[0, 0, 1]",
                Flags = FunctionFlags.CanThrow,
            },
            [s_list, s_list], _ => s_list, _ => (a, _) => Cross(Numbers(a[0]), Numbers(a[1]))),
    ];

    private static ScalarOverload Of(
        string name, string description, string example, string returns, string[] aliases,
        Func<double[], double[], double> measure) => ValueFunction.Overload(
        new FunctionInfo("list_" + name, description)
        {
            Category = "Lists", Aliases = ["array_" + name, .. aliases], Example = $"list_{name}({example})",
            Returns = returns, Flags = FunctionFlags.CanThrow,
        },
        [s_list, s_list], _ => LogicalType.Double, _ => (a, _) =>
        {
            (double[] x, double[] y) = (Numbers(a[0]), Numbers(a[1]));
            if (x.Length == y.Length) return Value.Float(LogicalType.Double, measure(x, y));
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Vectors have {x.Length} and {y.Length} elements");
        });

    private static double[] Numbers(Value list) =>
    [
        .. list.Elements.Select(e => e.IsNull
            ? throw new QueryException("22004", "A vector must not have NULL elements") : e.AsDouble),
    ];

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    private static double Distance(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return Math.Sqrt(sum);
    }

    // Rounding must not make an angle that there is not.
    private static double Cosine(double[] x, double[] y) =>
        Math.Clamp(Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y)), -1, 1);

    private static Value Cross(double[] x, double[] y)
    {
        if (x.Length != 3 || y.Length != 3)
            throw new QueryException(SqlStates.InvalidParameterValue, "array_cross_product takes three numbers each");
        double[] result =
            [(x[1] * y[2]) - (x[2] * y[1]), (x[2] * y[0]) - (x[0] * y[2]), (x[0] * y[1]) - (x[1] * y[0])];
        return Value.Nested(s_list, [.. result.Select(r => Value.Float(LogicalType.Double, r))]);
    }
}
