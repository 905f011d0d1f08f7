using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>regr_count(y, x): pairs without a NULL.</summary>
internal readonly struct RegressionCount : IRowAggregateOps<long, long>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.BigInt];

    public static AggregateOverload Overload => AggregateEntries.Many(
        new FunctionInfo("regr_count", "Number of pairs in which neither is NULL.")
        {
            Category = "Aggregates", Example = "regr_count(1, 2)", Returns = "1",
        },
        [LogicalType.Double, LogicalType.Double], (_, _) =>
            new RowAggregate<RegressionCount, long, long>(LogicalType.BigInt, default));

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public void Add(ref long state, in RowArguments arguments, int row, AggregateContext context) => state++;

    public void Combine(ref long target, in long source, AggregateContext context) => target += source;

    public bool Finish(in long state, AggregateContext context, out long result)
    {
        result = state;
        return true;
    }

    public void WritePartial(in long state, in PartialWriter target, AggregateContext context) => target.Set(0, state);

    public void MergePartial(ref long state, in PartialReader source, AggregateContext context) =>
        state += source.Get<long>(0);
}
