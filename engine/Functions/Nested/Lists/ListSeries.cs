using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>range(from, to, step) and generate_series(from, to, step) as values: lists of numbers or
/// timestamps.</summary>
internal sealed unsafe class ListSeries(FunctionInfo info, LogicalType[] types, bool includesEnd)
    : FlatFunction(info, types, LogicalType.List(types[0]))
{
    private const int MaxLength = 1 << 26;

    private static readonly FunctionInfo s_range = new("range",
        "The numbers or times from the first (0) up to, but not including, the last, a step (1) apart.")
    {
        Category = "Lists", Example = "range(2, 5)", Returns = "[2, 3, 4]", Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_series = new("generate_series",
        "The numbers or times from the first (0) to the last, a step (1) apart; rows in FROM and in select lists.")
    {
        Category = "Lists", Example = "list_reverse(generate_series(2, 5, 2))", Returns = "[4, 2]",
        Flags = FunctionFlags.CanThrow,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. Of(s_range, false), .. Of(s_series, true), .. DecimalSeries.Of(s_range, false),
        .. DecimalSeries.Of(s_series, true),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        List<long> values = [];
        for (int row = 0; row < count; row++)
        {
            if (!IsSet(valid, row)) continue;
            int first = values.Count;
            if (ArgumentTypes[0].Kind == TypeKind.Timestamp) AddTimes(arguments, row, values);
            else AddNumbers(arguments, row, values);
            ((ListView*)result.Data)[row] = new ListView(first, values.Count - first);
        }
        ColumnVector elements = result.Children[0];
        elements.ResetFlat(Math.Max(values.Count, 1));
        elements.Count = values.Count;
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values).CopyTo(
            new Span<long>((long*)elements.Data, values.Count));
    }

    private void AddNumbers(ReadOnlySpan<ColumnVector> arguments, int row, List<long> values)
    {
        long Argument(ReadOnlySpan<ColumnVector> all, int index) => ((long*)all[index].Data)[row];
        long from = arguments.Length > 1 ? Argument(arguments, 0) : 0;
        long to = arguments.Length > 1 ? Argument(arguments, 1) : Argument(arguments, 0);
        long step = arguments.Length > 2 ? Argument(arguments, 2) : 1;
        if (step == 0) throw new QueryException(SqlStates.InvalidParameterValue, "Step size cannot equal zero");
        Int128 last = to;
        if (!includesEnd) last -= Math.Sign(step);
        for (Int128 value = from; step > 0 ? value <= last : value >= last; value += step)
        {
            values.Add((long)value);
            CheckLength(values.Count);
        }
    }

    private void AddTimes(ReadOnlySpan<ColumnVector> arguments, int row, List<long> values)
    {
        long from = ((long*)arguments[0].Data)[row];
        long to = ((long*)arguments[1].Data)[row];
        Interval step = ((Interval*)arguments[2].Data)[row];
        int sign = step.CompareTo(default);
        if (sign == 0) throw new QueryException(SqlStates.InvalidParameterValue, "Step size cannot equal zero");
        if (from is long.MaxValue or long.MinValue || to is long.MaxValue or long.MinValue)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "A series of times cannot begin or end at infinity");
        }
        for (long value = from; sign > 0 ? value < to : value > to; value = DateTimeMath.Add(value, step))
        {
            values.Add(value);
            CheckLength(values.Count);
            if (includesEnd && DateTimeMath.Add(value, step) == to) values.Add(to);
        }
        if (includesEnd && from == to) values.Add(to);
    }

    /// <summary>Refuses lists that are too long.</summary>
    public static void CheckLength(int length)
    {
        if (length > MaxLength) throw new QueryException(
            SqlStates.ProgramLimitExceeded, $"List is too long: more than {MaxLength:N0} elements");
    }

    private static IEnumerable<ScalarOverload> Of(FunctionInfo info, bool includesEnd)
    {
        LogicalType number = LogicalType.BigInt;
        LogicalType time = LogicalType.Timestamp;
        yield return FunctionEntries.Bound(info, [number], t => new ListSeries(info, t, includesEnd));
        yield return FunctionEntries.Bound(info, [number, number], t => new ListSeries(info, t, includesEnd));
        yield return FunctionEntries.Bound(info, [number, number, number], t => new ListSeries(info, t, includesEnd));
        yield return FunctionEntries.Bound(info, [time, time, LogicalType.Interval], t =>
            new ListSeries(info, t, includesEnd));
    }
}
