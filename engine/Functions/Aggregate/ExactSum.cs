using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// The state of sum and avg over integers and decimals: the sum of unscaled integers and how many there were. 32 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ExactSum
{
    public Int128 Sum;
    public long Count;

    /// <summary>Adds a value that may be as large as the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Int128 value)
    {
        Int128 sum = unchecked(Sum + value);
        // Overflow shows as a sum whose sign differs from both operands'.
        if (((Sum ^ sum) & (value ^ sum)) < 0) ThrowOverflow();
        Sum = sum;
        Count++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ThrowOverflow() =>
        throw new QueryException(SqlStates.NumericOutOfRange, "Sum is out of range: more than 38 digits");
}

/// <summary>What sum and avg over exact numbers share.</summary>
internal interface IExactSumResult<TResult>
{
    /// <summary>The result of a sum of at least one value.</summary>
    TResult Of(in ExactSum state);
}

/// <summary>sum and avg over an integer lane.</summary>
internal readonly struct ExactSumOps<TInput, TResult, TFinish>(TFinish finish)
    : IAggregateOps<ExactSum, TInput, TResult>
    where TInput : unmanaged, IBinaryInteger<TInput>
    where TResult : unmanaged
    where TFinish : struct, IExactSumResult<TResult>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.HugeInt, LogicalType.BigInt];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ref ExactSum state, TInput value, AggregateContext context)
    {
        if (Unsafe.SizeOf<TInput>() == 16)
        {
            state.Add(Int128.CreateTruncating(value));
            return;
        }
        // 2^63 additions of 64-bit numbers stay below 2^127.
        state.Sum += Int128.CreateTruncating(value);
        state.Count++;
    }

    public void Combine(ref ExactSum target, in ExactSum source, AggregateContext context)
    {
        long count = target.Count;
        target.Add(source.Sum);
        target.Count = count + source.Count;
    }

    public bool Finish(in ExactSum state, AggregateContext context, out TResult result)
    {
        result = state.Count == 0 ? default : finish.Of(state);
        return state.Count > 0;
    }

    public void WritePartial(in ExactSum state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Sum);
        target.Set(1, state.Count);
    }

    public void MergePartial(ref ExactSum state, in PartialReader source, AggregateContext context) =>
        Combine(ref state, new ExactSum { Sum = source.Get<Int128>(0), Count = source.Get<long>(1) }, context);
}

/// <summary>sum of small integers: BIGINT.</summary>
internal readonly struct SumAsBigInt : IExactSumResult<long>
{
    public long Of(in ExactSum state)
    {
        if (state.Sum > long.MaxValue || state.Sum < long.MinValue)
        {
            throw new QueryException(SqlStates.NumericOutOfRange, "Sum is out of range: bigint");
        }
        return (long)state.Sum;
    }
}

/// <summary>sum of BIGINT and DECIMAL: 38 digits at the argument's scale.</summary>
internal readonly struct SumAsDecimal : IExactSumResult<Int128>
{
    public Int128 Of(in ExactSum state)
    {
        if (Int128.Abs(state.Sum) >= PowersOfTen.Get(38)) ExactSum.ThrowOverflow();
        return state.Sum;
    }
}

/// <summary>avg of exact numbers: 38 digits, rounded half away from zero at a scale of its own.</summary>
internal readonly struct AverageAsDecimal(int inputScale, int resultScale) : IExactSumResult<Int128>
{
    public Int128 Of(in ExactSum state)
    {
        // Whole and rest apart, so that scaling up cannot overflow before dividing.
        (Int128 whole, Int128 rest) = Int128.DivRem(state.Sum, state.Count);
        int shift = resultScale - inputScale;
        if (!PowersOfTen.TryScaleUp(whole, shift, out Int128 scaled)) ExactSum.ThrowOverflow();
        Int128 fraction = PowersOfTen.TryScaleUp(rest, shift, out Int128 scaledRest)
            ? PowersOfTen.DivideRounded(scaledRest, state.Count)
            : (Int128)Math.Round((double)rest / state.Count * Math.Pow(10, shift), MidpointRounding.AwayFromZero);
        return scaled + fraction;
    }

    /// <summary>
    /// The type of avg over a DECIMAL: at least 16 digits after the point, as PostgreSQL prints, while the whole digits
    /// fit.
    /// </summary>
    public static LogicalType TypeOf(LogicalType argument)
    {
        LogicalType type = TypeCoercion.DecimalOf(argument);
        int room = LogicalType.MaxDecimalPrecision - (type.Precision - type.Scale);
        return LogicalType.Decimal(LogicalType.MaxDecimalPrecision, Math.Max(type.Scale, Math.Min(16, room)));
    }
}
