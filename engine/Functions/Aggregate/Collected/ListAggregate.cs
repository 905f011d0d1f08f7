using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>array_agg(x): a list of the values, NULLs too; NULL where there were no rows.</summary>
internal sealed unsafe class ListAggregate(LogicalType type)
    : CollectingAggregate(type, LogicalType.List(type), keepsNulls: true)
{
    public static FunctionInfo Info => new("array_agg",
        "A list of the values, NULLs too, in the order of ORDER BY inside the parentheses.")
    {
        Category = "Aggregates", Aliases = ["list"], Example = "array_agg(7)", Returns = "[7]",
        Flags = FunctionFlags.HandlesNulls,
    };

    public static AggregateOverload Overload =>
        AggregateEntries.Unary(Info, AggregateShape.Other, ParameterPattern.Any, t =>
            new ListAggregate(t), isOrderSensitive: true);

    public override void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        WriteLists(states, count, result, context);
        for (int i = 0; i < count; i++)
        {
            if (((ElementChain*)states[i])->Count == 0) result.SetNull(i, Math.Max(count, 1));
        }
    }
}
