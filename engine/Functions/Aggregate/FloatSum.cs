using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// The state of sum and avg over REAL and DOUBLE: a sum with its running error (Neumaier 1974), so that the order in
/// which threads and workers add hardly shows. 24 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FloatSum
{
    public double Sum;
    public double Error;
    public long Count;

    /// <summary>Adds one value, or the sum of several.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value)
    {
        double sum = Sum + value;
        Error += Math.Abs(Sum) >= Math.Abs(value) ? (Sum - sum) + value : (value - sum) + Sum;
        Sum = sum;
    }

    /// <summary>The sum; an infinity or NaN among the values wins over the error term.</summary>
    public readonly double Value => double.IsFinite(Sum) ? Sum + Error : Sum;
}

/// <summary>sum (or avg) over floats, as TResult.</summary>
internal readonly struct FloatSumOps<TInput, TResult>(bool isAverage) : IAggregateOps<FloatSum, TInput, TResult>
    where TInput : unmanaged, IBinaryFloatingPointIeee754<TInput>
    where TResult : unmanaged, IBinaryFloatingPointIeee754<TResult>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.Double, LogicalType.Double, LogicalType.BigInt];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ref FloatSum state, TInput value, AggregateContext context)
    {
        state.Add(double.CreateTruncating(value));
        state.Count++;
    }

    public void Combine(ref FloatSum target, in FloatSum source, AggregateContext context)
    {
        target.Add(source.Sum);
        target.Error += source.Error;
        target.Count += source.Count;
    }

    public bool Finish(in FloatSum state, AggregateContext context, out TResult result)
    {
        result = TResult.CreateTruncating(isAverage ? state.Value / state.Count : state.Value);
        return state.Count > 0;
    }

    public void WritePartial(in FloatSum state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Sum);
        target.Set(1, state.Error);
        target.Set(2, state.Count);
    }

    public void MergePartial(ref FloatSum state, in PartialReader source, AggregateContext context) => Combine(
        ref state,
        new FloatSum { Sum = source.Get<double>(0), Error = source.Get<double>(1), Count = source.Get<long>(2) },
        context);
}
