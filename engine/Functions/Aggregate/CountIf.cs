using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>count_if(condition)</summary>
internal readonly struct CountIf : IAggregateOps<long, bool, long>
{
    private static readonly LogicalType[] s_partialTypes = [LogicalType.BigInt];

    public static AggregateOverload Overload => AggregateEntries.Unary(
        new FunctionInfo("count_if", "Number of rows for which the condition is true.")
        {
            Category = "Aggregates", Aliases = ["countif"], Example = "count_if(2 > 1)", Returns = "1",
        },
        AggregateShape.Other, LogicalType.Boolean, _ =>
            new UnaryAggregate<CountIf, long, bool, long>(LogicalType.BigInt, default));

    public IReadOnlyList<LogicalType> PartialTypes => s_partialTypes;

    public void Add(ref long state, bool value, AggregateContext context) => state += value ? 1 : 0;

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
