using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>The state of sum and avg over INTERVAL. 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IntervalSum
{
    public Int128 Microseconds;
    public long Months;
    public long Days;
    public long Count;
}

/// <summary>sum (or avg) over INTERVAL, part by part.</summary>
internal readonly struct IntervalSumOps(bool isAverage) : IAggregateOps<IntervalSum, Interval, Interval>
{
    private static readonly LogicalType[] s_partialTypes =
        [LogicalType.HugeInt, LogicalType.BigInt, LogicalType.BigInt, LogicalType.BigInt];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public void Add(ref IntervalSum state, Interval value, AggregateContext context)
    {
        state.Microseconds += value.Microseconds;
        state.Months += value.Months;
        state.Days += value.Days;
        state.Count++;
    }

    public void Combine(ref IntervalSum target, in IntervalSum source, AggregateContext context)
    {
        target.Microseconds += source.Microseconds;
        target.Months += source.Months;
        target.Days += source.Days;
        target.Count += source.Count;
    }

    public bool Finish(in IntervalSum state, AggregateContext context, out Interval result)
    {
        result = default;
        if (state.Count == 0) return false;
        (Int128 months, Int128 days, Int128 microseconds) = (state.Months, state.Days, state.Microseconds);
        if (isAverage)
        {
            // What a month or a day leaves over flows into the smaller unit, 30 days and 24 hours long.
            (months, Int128 restMonths) = Int128.DivRem(state.Months, state.Count);
            Int128 allDays = (restMonths * 30) + state.Days;
            (days, Int128 restDays) = Int128.DivRem(allDays, state.Count);
            microseconds = PowersOfTen.DivideRounded(
                (restDays * DateTimeText.MicrosecondsPerDay) + state.Microseconds, (Int128)state.Count);
        }
        if (Int128.Abs(months) > int.MaxValue || Int128.Abs(days) > int.MaxValue
            || Int128.Abs(microseconds) > long.MaxValue)
        {
            throw new QueryException(SqlStates.DatetimeOverflow, "Interval is out of range");
        }
        result = new Interval((int)months, (int)days, (long)microseconds);
        return true;
    }

    public void WritePartial(in IntervalSum state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Microseconds);
        target.Set(1, state.Months);
        target.Set(2, state.Days);
        target.Set(3, state.Count);
    }

    public void MergePartial(ref IntervalSum state, in PartialReader source, AggregateContext context) => Combine(
        ref state,
        new IntervalSum
        {
            Microseconds = source.Get<Int128>(0), Months = source.Get<long>(1), Days = source.Get<long>(2),
            Count = source.Get<long>(3),
        },
        context);
}
