using System.Runtime.InteropServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// Count, sum and the sums of the powers of the distances to the mean, kept up value by value and joined pairwise
/// (Youngs and Cramer 1971; Terriberry 2007 for the third and fourth). The sum and not the mean, because that of whole
/// numbers is exact. 40 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Moments
{
    public double Count;
    public double Sum;
    public double Second;
    public double Third;
    public double Fourth;

    /// <summary>Adds a value; distances to what is not finite are not numbers, as in PostgreSQL.</summary>
    public void Add(double value) =>
        Add(new Moments { Count = 1, Sum = value, Second = double.IsFinite(value) ? 0 : double.NaN });

    /// <summary>Adds the values of another.</summary>
    public void Add(in Moments other)
    {
        if (other.Count == 0) return;
        if (Count == 0)
        {
            this = other;
            return;
        }
        double n = Count + other.Count;
        double product = Count * other.Count;
        double delta = ((other.Sum * Count) - (Sum * other.Count)) / product;
        // Products of sums near the end of the range; the means are not.
        if (!double.IsFinite(delta)) delta = (other.Sum / other.Count) - (Sum / Count);
        double step = delta / n;
        double fourth = Fourth + other.Fourth
            + (delta * step * step * step * product * ((Count * Count) - product + (other.Count * other.Count)))
            + (6 * step * step * ((Count * Count * other.Second) + (other.Count * other.Count * Second)))
            + (4 * step * ((Count * other.Third) - (other.Count * Third)));
        double third = Third + other.Third
            + (delta * step * step * product * (Count - other.Count))
            + (3 * step * ((Count * other.Second) - (other.Count * Second)));
        Second += other.Second + (delta * step * product);
        Sum += other.Sum;
        Third = third;
        Fourth = fourth;
        Count = n;
    }
}

/// <summary>What a function of moments computes from them; false gives NULL.</summary>
internal interface IMomentResult
{
    static abstract FunctionInfo Info { get; }

    static abstract bool Of(in Moments moments, out double result);
}

/// <summary>The functions of one number's moments.</summary>
internal readonly struct MomentOps<TResult> : IAggregateOps<Moments, double, double> where TResult
    : struct, IMomentResult
{
    private static readonly LogicalType[] s_partialTypes = [.. Enumerable.Repeat(LogicalType.Double, 5)];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public static AggregateOverload Overload => AggregateEntries.Unary(
        TResult.Info, AggregateShape.Other, LogicalType.Double,
        _ => new UnaryAggregate<MomentOps<TResult>, Moments, double, double>(LogicalType.Double, default));

    public void Add(ref Moments state, double value, AggregateContext context) => state.Add(value);

    public void Combine(ref Moments target, in Moments source, AggregateContext context) => target.Add(source);

    public bool Finish(in Moments state, AggregateContext context, out double result) => TResult.Of(state, out result);

    public void WritePartial(in Moments state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Count);
        target.Set(1, state.Sum);
        target.Set(2, state.Second);
        target.Set(3, state.Third);
        target.Set(4, state.Fourth);
    }

    public void MergePartial(ref Moments state, in PartialReader source, AggregateContext context) =>
        state.Add(new Moments
    {
        Count = source.Get<double>(0), Sum = source.Get<double>(1), Second = source.Get<double>(2),
        Third = source.Get<double>(3), Fourth = source.Get<double>(4),
    });
}
