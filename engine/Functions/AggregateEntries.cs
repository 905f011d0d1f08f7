using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>Makes registry entries of aggregates.</summary>
internal static class AggregateEntries
{
    /// <summary>An aggregate of one argument.</summary>
    public static AggregateOverload Unary(
        FunctionInfo info, AggregateShape shape, ParameterPattern parameter, Func<LogicalType, IAggregateKernel> create,
        bool ignoresDuplicates = false, bool isOrderSensitive = false) => new(
            info, new Signature([parameter]),
            (types, constants) => new AggregateFunction(info, shape, types, constants, create(types[0]))
            {
                IgnoresDuplicates = ignoresDuplicates, IsOrderSensitive = isOrderSensitive,
            });

    /// <summary>An aggregate of several arguments.</summary>
    public static AggregateOverload Many(
        FunctionInfo info, ParameterPattern[] parameters, Func<LogicalType[], Value[], IAggregateKernel> create,
        int constantCount = 0, bool isOrderSensitive = false) => new(
            info, new Signature(parameters),
            (types, constants) =>
                new AggregateFunction(info, AggregateShape.Other, types, constants, create(types, constants))
                {
                    IsOrderSensitive = isOrderSensitive,
                },
            constantCount);
}
