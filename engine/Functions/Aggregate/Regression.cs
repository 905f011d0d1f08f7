using System.Runtime.InteropServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// Count, means and co-moments of pairs of numbers, joined pairwise (Chan, Golub and LeVeque 1979). 48 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PairMoments
{
    public double Count;
    public double MeanX;
    public double MeanY;
    public double XX;
    public double YY;
    public double XY;

    /// <summary>Adds the pairs of another.</summary>
    public void Add(in PairMoments other)
    {
        if (other.Count == 0) return;
        if (Count == 0)
        {
            this = other;
            return;
        }
        double n = Count + other.Count;
        double dx = other.MeanX - MeanX;
        double dy = other.MeanY - MeanY;
        double weight = Count * other.Count / n;
        XX += other.XX + (dx * dx * weight);
        YY += other.YY + (dy * dy * weight);
        XY += other.XY + (dx * dy * weight);
        MeanX += dx * other.Count / n;
        MeanY += dy * other.Count / n;
        Count = n;
    }
}

/// <summary>What a function of pairs computes; false gives NULL.</summary>
internal interface IPairResult
{
    static abstract FunctionInfo Info { get; }

    static abstract bool Of(in PairMoments moments, out double result);
}

/// <summary>The functions f(y, x) of pairs of numbers; y is the dependent one, as SQL has it.</summary>
internal readonly struct PairOps<TResult> : IRowAggregateOps<PairMoments, double> where TResult : struct, IPairResult
{
    private static readonly LogicalType[] s_partialTypes = [.. Enumerable.Repeat(LogicalType.Double, 6)];

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public static AggregateOverload Overload => AggregateEntries.Many(
        TResult.Info, [LogicalType.Double, LogicalType.Double],
        (_, _) => new RowAggregate<PairOps<TResult>, PairMoments, double>(LogicalType.Double, default));

    public void Add(ref PairMoments state, in RowArguments arguments, int row, AggregateContext context)
    {
        double y = arguments.Get<double>(0, row);
        double x = arguments.Get<double>(1, row);
        // Distances to what is not finite are not numbers, as in PostgreSQL.
        state.Add(new PairMoments
        {
            Count = 1, MeanY = y, MeanX = x,
            XX = double.IsFinite(x) ? 0 : double.NaN, YY = double.IsFinite(y) ? 0 : double.NaN,
            XY = double.IsFinite(x) && double.IsFinite(y) ? 0 : double.NaN,
        });
    }

    public void Combine(ref PairMoments target, in PairMoments source, AggregateContext context) => target.Add(source);

    public bool Finish(in PairMoments state, AggregateContext context, out double result) =>
        TResult.Of(state, out result);

    public void WritePartial(in PairMoments state, in PartialWriter target, AggregateContext context)
    {
        target.Set(0, state.Count);
        target.Set(1, state.MeanX);
        target.Set(2, state.MeanY);
        target.Set(3, state.XX);
        target.Set(4, state.YY);
        target.Set(5, state.XY);
    }

    public void MergePartial(ref PairMoments state, in PartialReader source, AggregateContext context) =>
        state.Add(new PairMoments
    {
        Count = source.Get<double>(0), MeanX = source.Get<double>(1), MeanY = source.Get<double>(2),
        XX = source.Get<double>(3), YY = source.Get<double>(4), XY = source.Get<double>(5),
    });
}
