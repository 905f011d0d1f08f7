using ColFrag.Engine.Functions.Aggregate;

namespace ColFrag.Engine.Functions;

/// <content>The aggregates.</content>
internal sealed partial class FunctionRegistry
{
    private static IEnumerable<AggregateOverload> AllAggregates =>
    [
        new(CountAggregate.Info, new Signature([]), (types, _) => Count(AggregateShape.CountStar, types)),
        new(CountAggregate.Info, new Signature([ParameterPattern.Any]), (types, _) => Count(AggregateShape.Count, types)),
        .. SumAggregates.Overloads,
        .. ExtremeAggregates.Overloads,
    ];

    private static AggregateFunction Count(AggregateShape shape, Types.LogicalType[] types) =>
        new(CountAggregate.Info, shape, types, [], new CountAggregate());
}
