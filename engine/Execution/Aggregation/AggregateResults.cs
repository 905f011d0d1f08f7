using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Functions.Aggregate;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>How the value of an aggregate comes from accumulators.</summary>
internal abstract unsafe class AggregateResult
{
    /// <summary>Writes the values of groups, given by their rows of states.</summary>
    public abstract void Write(byte** states, int count, ColumnVector target);

    /// <summary>Rows of the group that have a value.</summary>
    protected static long CountOf(byte* state, CountAccumulator rows, NullCountAccumulator? nulls) =>
        *(long*)(state + rows.Offset) - (nulls is null ? 0 : *(long*)(state + nulls.Offset));

    protected static void Begin(ColumnVector target, int count)
    {
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
    }

    protected static void SetNull(ColumnVector target, int row, int count)
    {
        int size = target.Lane.SizeBytes();
        new Span<byte>(target.Data + ((long)row * size), size).Clear();
        target.SetNull(row, Math.Max(count, 1));
    }
}

/// <summary>count(*) and count(x).</summary>
internal sealed unsafe class CountResult(CountAccumulator rows, NullCountAccumulator? nulls) : AggregateResult
{
    public override void Write(byte** states, int count, ColumnVector target)
    {
        Begin(target, count);
        for (int i = 0; i < count; i++) ((long*)target.Data)[i] = CountOf(states[i], rows, nulls);
    }
}

/// <summary>sum(x) of integers and decimals; without a count where every group has a value.</summary>
internal sealed unsafe class ExactSumResult(
    LogicalType type, SumAccumulator sum, CountAccumulator? rows, NullCountAccumulator? nulls) : AggregateResult
{
    public override void Write(byte** states, int count, ColumnVector target)
    {
        Begin(target, count);
        (Int128 min, Int128 max) = IntegerRange.Of(type);
        for (int i = 0; i < count; i++)
        {
            if (rows is not null && CountOf(states[i], rows, nulls) == 0)
            {
                SetNull(target, i, count);
                continue;
            }
            Int128 value = sum.Get(states[i]);
            if (value < min || value > max) throw ArithmeticErrors.OutOfRange(type, -1);
            VectorValues.StoreInteger(target.Data, target.Lane, i, value);
        }
    }
}

/// <summary>avg(x) of integers and decimals.</summary>
internal sealed unsafe class ExactAverageResult(
    LogicalType argument, LogicalType type, SumAccumulator sum, CountAccumulator rows, NullCountAccumulator? nulls)
    : AggregateResult
{
    private readonly AverageAsDecimal _average = new(argument.Scale, type.Scale);

    public override void Write(byte** states, int count, ColumnVector target)
    {
        Begin(target, count);
        for (int i = 0; i < count; i++)
        {
            long divisor = CountOf(states[i], rows, nulls);
            if (divisor == 0)
            {
                SetNull(target, i, count);
                continue;
            }
            Int128 value = _average.Of(new ExactSum { Sum = sum.Get(states[i]), Count = divisor });
            VectorValues.StoreInteger(target.Data, target.Lane, i, value);
        }
    }
}

/// <summary>sum(x) and avg(x) of REAL and DOUBLE.</summary>
internal sealed unsafe class FloatSumResult(
    LogicalType type, bool isAverage, DoubleSumAccumulator sum, CountAccumulator rows, NullCountAccumulator? nulls)
    : AggregateResult
{
    public override void Write(byte** states, int count, ColumnVector target)
    {
        Begin(target, count);
        for (int i = 0; i < count; i++)
        {
            long divisor = CountOf(states[i], rows, nulls);
            if (divisor == 0)
            {
                SetNull(target, i, count);
                continue;
            }
            double value = sum.Get(states[i]) / (isAverage ? divisor : 1);
            if (type.Physical == PhysicalType.Float32) ((float*)target.Data)[i] = (float)value;
            else ((double*)target.Data)[i] = value;
        }
    }
}

/// <summary>min(x) and max(x) of integers, decimals, dates and times.</summary>
internal sealed unsafe class IntegerExtremeResult(IntegerExtremeAccumulator extreme) : AggregateResult
{
    public override void Write(byte** states, int count, ColumnVector target)
    {
        Begin(target, count);
        for (int i = 0; i < count; i++)
        {
            if (extreme.TryGet(states[i], out Int128 value))
                VectorValues.StoreInteger(target.Data, target.Lane, i, value);
            else SetNull(target, i, count);
        }
    }
}

/// <summary>min(x) and max(x) of REAL and DOUBLE.</summary>
internal sealed unsafe class FloatExtremeResult(FloatExtremeAccumulator extreme) : AggregateResult
{
    public override void Write(byte** states, int count, ColumnVector target)
    {
        Begin(target, count);
        for (int i = 0; i < count; i++)
        {
            if (!extreme.TryGet(states[i], out double value)) SetNull(target, i, count);
            else if (target.Lane == PhysicalType.Float32) ((float*)target.Data)[i] = (float)value;
            else ((double*)target.Data)[i] = value;
        }
    }
}

/// <summary>Whatever the kernel says.</summary>
internal sealed unsafe class KernelResult(KernelAccumulator accumulator) : AggregateResult
{
    public override void Write(byte** states, int count, ColumnVector target) =>
        accumulator.Finish(states, count, target);
}
