using ColFrag.Engine.Functions.Aggregate;
using ColFrag.Engine.Functions.Aggregate.Collected;

namespace ColFrag.Engine.Functions;

/// <content>The aggregates.</content>
internal sealed partial class FunctionRegistry
{
    private static IEnumerable<AggregateOverload> AllAggregates =>
    [
        new(CountAggregate.Info, new Signature([]), (types, _) => Count(AggregateShape.CountStar, types)),
        new(CountAggregate.Info, new Signature([ParameterPattern.Any]), (types, _) =>
            Count(AggregateShape.Count, types)),
        .. SumAggregates.Overloads,
        .. ExtremeAggregates.Overloads,
        CountIf.Overload,
        .. FoldAggregates.Overloads,
        .. BitStringAggregates.Overloads,
        .. ChoosingAggregate.Overloads,
        .. StringAggregate.Overloads,
        ListAggregate.Overload,
        .. JsonAggregate.Overloads,
        HistogramAggregate.Overload,
        .. ModeAggregate.Overloads,
        .. QuantileAggregate.Overloads,
        ApproximateQuantile.Overload,
        DistinctSketchAggregate.Overload,
        MomentOps<SampleVariance>.Overload,
        MomentOps<PopulationVariance>.Overload,
        MomentOps<SampleDeviation>.Overload,
        MomentOps<PopulationDeviation>.Overload,
        MomentOps<StandardError>.Overload,
        MomentOps<Skewness>.Overload,
        MomentOps<Kurtosis>.Overload,
        MomentOps<PopulationKurtosis>.Overload,
        EntropyAggregate.Overload,
        MedianDeviation.Overload,
        PairOps<PopulationCovariance>.Overload,
        PairOps<SampleCovariance>.Overload,
        PairOps<Correlation>.Overload,
        PairOps<RegressionSlope>.Overload,
        PairOps<RegressionIntercept>.Overload,
        PairOps<RegressionFit>.Overload,
        PairOps<RegressionMeanX>.Overload,
        PairOps<RegressionMeanY>.Overload,
        PairOps<RegressionXX>.Overload,
        PairOps<RegressionYY>.Overload,
        PairOps<RegressionXY>.Overload,
        RegressionCount.Overload,
    ];

    private static AggregateFunction Count(AggregateShape shape, Types.LogicalType[] types) =>
        new(CountAggregate.Info, shape, types, [], new CountAggregate());
}
