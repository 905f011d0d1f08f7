using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>
/// Exact quantiles. A continuous one lies between its two neighbours (numbers give DOUBLE, dates TIMESTAMP); a discrete
/// one is the first value whose share of the rows reaches the fraction. A list of fractions gives a list.
/// </summary>
internal sealed unsafe class QuantileAggregate : CollectingAggregate
{
    private readonly bool _isContinuous;
    private readonly bool _isDescending;
    private readonly double?[] _fractions;
    private readonly bool _hasManyFractions;
    private readonly ElementFormat _resultFormat;

    private QuantileAggregate(LogicalType type, bool isContinuous, Value fraction, bool isDescending)
        : base(type, ResultOf(type, isContinuous, fraction), keepsNulls: false)
    {
        _isContinuous = isContinuous;
        _isDescending = isDescending;
        _hasManyFractions = fraction.Type.Kind == TypeKind.List;
        _fractions = fraction.Type.Kind == TypeKind.List &&
            !fraction.IsNull ? [.. fraction.Elements.Select(Checked)] : [Checked(fraction)];
        _resultFormat = new ElementFormat(ElementOf(type, isContinuous));
    }

    private static FunctionInfo Continuous => new("quantile_cont",
        "The value below which a fraction of the values lies, between two neighbours where it falls between.")
    {
        Category = "Aggregates", Aliases = ["percentile_cont"],
        Example = "percentile_cont(0.5) WITHIN GROUP (ORDER BY 3)", Returns = "3",
        IsOrderedSet = true,
    };

    private static FunctionInfo Discrete => new("quantile_disc",
        "The first value, in order, whose share of the values reaches a fraction.")
    {
        Category = "Aggregates", Aliases = ["percentile_disc", "quantile"],
        Example = "quantile_disc('x'::varchar, 0.5)", Returns = "x",
        IsOrderedSet = true,
    };

    private static FunctionInfo Median => new("median", "The middle value, or the mean of the two in the middle.")
    {
        Category = "Aggregates", Example = "median(5)", Returns = "5",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<AggregateOverload> Overloads =>
    [
        .. new[] { LogicalType.Double, LogicalType.Date, LogicalType.Timestamp, LogicalType.TimestampTz,
            LogicalType.Interval }
            .SelectMany(type => OverloadsOf(Continuous, type, isContinuous: true)),
        .. OverloadsOf(Discrete, ParameterPattern.Any, isContinuous: false),
        .. new[] { LogicalType.Double, LogicalType.Date, LogicalType.Timestamp, LogicalType.TimestampTz,
            LogicalType.Interval }
            .Select(type => AggregateEntries.Unary(
                Median, AggregateShape.Other, type, t =>
                    new QuantileAggregate(t, true, Value.Float(LogicalType.Double, 0.5), false))),
        // What has no middle between two values has the lower one.
        AggregateEntries.Unary(
            Median, AggregateShape.Other, ParameterPattern.Any, t =>
                new QuantileAggregate(t, false, Value.Float(LogicalType.Double, 0.5), false)),
    ];

    public override void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        context.BeginResultText();
        // A list of values is one value; a list of fractions has several.
        bool isList = _hasManyFractions;
        int width = _fractions.Length;
        ElementWriter writer = new(_resultFormat, isList ? result.Children[0] : result, count * width, context);
        if (isList)
        {
            result.ResetFlat(Math.Max(count, 1));
            result.Count = count;
        }
        for (int i = 0; i < count; i++)
        {
            int size = (int)((ElementChain*)states[i])->Count;
            if (isList) ((ListView*)result.Data)[i] = new ListView(i * width, width);
            if (isList && size == 0) result.SetNull(i, Math.Max(count, 1));
            NativeBuffer values = Gather(states[i], context);
            try
            {
                if (size > 0) Arrange(values.Pointer, size);
                for (int f = 0; f < width; f++) Write(values.Pointer, size, _fractions[f], writer, (i * width) + f);
            }
            finally
            {
                values.Release();
            }
        }
        writer.End();
    }

    /// <summary>Puts the values that are wanted where a sort would put them.</summary>
    private void Arrange(byte* values, int count)
    {
        if (_fractions is not [{ } fraction])
        {
            Sort(values, count);
            return;
        }
        int place = _isContinuous ? (int)Math.Floor(PlaceOf(fraction, count)) : RankOf(fraction, count);
        switch (Format.Type.Physical)
        {
            case PhysicalType.Int32:
                OrderStatistic.SelectPair((int*)values, count, place);
                break;
            case PhysicalType.Int64:
                OrderStatistic.SelectPair((long*)values, count, place);
                break;
            case PhysicalType.Float64:
                // As the integers that order like them.
                double* floats = (double*)values;
                long* keys = (long*)values;
                for (int i = 0; i < count; i++) keys[i] = ZoneKey.OfDouble(floats[i]);
                OrderStatistic.SelectPair(keys, count, place);
                for (int i = place; i < Math.Min(place + 2, count); i++) floats[i] = ZoneKey.ToDouble(keys[i]);
                break;
            default:
                Sort(values, count);
                break;
        }
    }

    /// <summary>Where a continuous quantile lies among values in order.</summary>
    private double PlaceOf(double fraction, int count) => (_isDescending ? 1 - fraction : fraction) * (count - 1);

    /// <summary>Which of the values in order a discrete quantile is.</summary>
    private int RankOf(double fraction, int count)
    {
        int rank = Math.Clamp((int)Math.Ceiling(fraction * count) - 1, 0, count - 1);
        return _isDescending ? count - 1 - rank : rank;
    }

    private void Write(byte* sorted, int count, double? fraction, in ElementWriter writer, int row)
    {
        if (count == 0 || fraction is not { } p)
        {
            writer.SetNull(row);
            return;
        }
        if (!_isContinuous)
        {
            writer.Set(row, sorted + ((long)RankOf(p, count) * Format.SizeBytes));
            return;
        }
        double place = PlaceOf(p, count);
        int below = (int)Math.Floor(place);
        byte* low = sorted + ((long)below * Format.SizeBytes);
        byte* high = sorted + ((long)Math.Min(below + 1, count - 1) * Format.SizeBytes);
        Interpolate(low, high, place - below, writer, row);
    }

    private void Interpolate(byte* low, byte* high, double share, in ElementWriter writer, int row)
    {
        switch (Format.Type.Kind)
        {
            case TypeKind.Double:
                (double a, double b) = (*(double*)low, *(double*)high);
                double between = share == 0 || a == b ? a : a + ((b - a) * share);
                writer.Set(row, (byte*)&between);
                break;
            case TypeKind.Interval:
                Interval span = Time.DateTimeMath.Add(
                    *(Interval*)low,
                    Time.DateTimeMath.Multiply(
                        Time.DateTimeMath.Add(*(Interval*)high, Time.DateTimeMath.Negate(*(Interval*)low)), share));
                writer.Set(row, (byte*)&span);
                break;
            default:
                bool isDate = Format.Type.Kind == TypeKind.Date;
                long first = isDate ? *(int*)low * DateTimeText.MicrosecondsPerDay : *(long*)low;
                long last = isDate ? *(int*)high * DateTimeText.MicrosecondsPerDay : *(long*)high;
                long moment = first + (long)Math.Round(((double)last - first) * share);
                writer.Set(row, (byte*)&moment);
                break;
        }
    }

    private static IEnumerable<AggregateOverload> OverloadsOf(
        FunctionInfo info, ParameterPattern type, bool isContinuous)
    {
        LogicalType list = LogicalType.List(LogicalType.Double);
        foreach (LogicalType fraction in new[] { LogicalType.Double, list })
        {
            yield return AggregateEntries.Many(
                info, [type, fraction], (t, c) =>
                    new QuantileAggregate(t[0], isContinuous, c[0], false), constantCount: 1);
            yield return AggregateEntries.Many(
                info, [type, fraction, LogicalType.Boolean],
                (t, c) => new QuantileAggregate(t[0], isContinuous, c[0], c[1].AsBoolean), constantCount: 2);
        }
    }

    private static LogicalType ElementOf(LogicalType type, bool isContinuous) =>
        isContinuous && type.Kind == TypeKind.Date ? LogicalType.Timestamp : type;

    private static LogicalType ResultOf(LogicalType type, bool isContinuous, Value fraction)
    {
        LogicalType element = ElementOf(type, isContinuous);
        return fraction.Type.Kind == TypeKind.List ? LogicalType.List(element) : element;
    }

    private static double? Checked(Value fraction)
    {
        if (fraction.IsNull) return null;
        double p = fraction.AsDouble;
        if (p is >= 0 and <= 1) return p;
        throw new QueryException(
            SqlStates.NumericOutOfRange,
                FormattableString.Invariant($"Fraction of a quantile must be between 0 and 1: {p}"));
    }
}
