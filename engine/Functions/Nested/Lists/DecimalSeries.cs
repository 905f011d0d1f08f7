using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>range and generate_series of DECIMALs: exact, with the largest scale among the arguments.</summary>
internal static class DecimalSeries
{
    /// <summary>The overloads of a function.</summary>
    public static IEnumerable<ScalarOverload> Of(FunctionInfo info, bool includesEnd)
    {
        ParameterPattern number = ParameterPattern.Decimal;
        foreach (ParameterPattern[] parameters in new[] { new[] { number, number }, [number, number, number] })
        {
            yield return ValueFunction.Overload(
                info, parameters, types => LogicalType.List(ElementOf(types)),
                types => (a, _) => Series(a, ElementOf(types), includesEnd));
        }
    }

    private static LogicalType ElementOf(LogicalType[] types)
    {
        int scale = types.Max(t => t.Scale);
        int whole = types.Max(t => t.Precision - t.Scale);
        return LogicalType.Decimal(Math.Min(whole + scale, LogicalType.MaxDecimalPrecision), scale);
    }

    private static Value Series(ReadOnlySpan<Value> arguments, LogicalType element, bool includesEnd)
    {
        Int128 from = Scaled(arguments[0], element);
        Int128 to = Scaled(arguments[1], element);
        Int128 step = arguments.Length > 2 ? Scaled(arguments[2], element) : PowersOfTen.Get(element.Scale);
        if (step == 0) throw new QueryException(SqlStates.InvalidParameterValue, "Step size cannot equal zero");
        Int128 last = includesEnd ? to : to - Int128.Sign(step);
        List<Value> values = [];
        for (Int128 value = from; step > 0 ? value <= last : value >= last; value += step)
        {
            values.Add(Value.Integer(element, value));
            ListSeries.CheckLength(values.Count);
        }
        return Value.Nested(LogicalType.List(element), [.. values]);
    }

    private static Int128 Scaled(Value value, LogicalType element)
    {
        if (PowersOfTen.TryScaleUp(value.AsInteger, element.Scale - value.Type.Scale, out Int128 scaled)) return scaled;
        Scalar.Arithmetic.ThrowOverflow(element);
        return 0;
    }
}
