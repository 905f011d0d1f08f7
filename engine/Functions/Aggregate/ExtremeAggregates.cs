using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>min and max over any type that has an order.</summary>
internal static class ExtremeAggregates
{
    public static FunctionInfo MinInfo => new("min", "The smallest value that is not NULL.")
    {
        Category = "Aggregates", Example = "min('b'::varchar)", Returns = "b",
    };

    public static FunctionInfo MaxInfo => new("max", "The largest value that is not NULL.")
    {
        Category = "Aggregates", Example = "max(3.25)", Returns = "3.25",
    };

    public static IEnumerable<AggregateOverload> Overloads =>
    [
        AggregateEntries.Unary(
            MinInfo, AggregateShape.Min, ParameterPattern.Any, t => Create(t, false), ignoresDuplicates: true),
        AggregateEntries.Unary(
            MaxInfo, AggregateShape.Max, ParameterPattern.Any, t => Create(t, true), ignoresDuplicates: true),
    ];

    private static IAggregateKernel Create(LogicalType type, bool isMax) => type.Physical switch
    {
        PhysicalType.Int8 => Number<sbyte>(type, isMax),
        PhysicalType.Int16 => Number<short>(type, isMax),
        PhysicalType.Int32 => Number<int>(type, isMax),
        PhysicalType.Int64 => Number<long>(type, isMax),
        PhysicalType.Int128 => Number<Int128>(type, isMax),
        PhysicalType.UInt8 => Number<byte>(type, isMax),
        PhysicalType.UInt16 => Number<ushort>(type, isMax),
        PhysicalType.UInt32 => Number<uint>(type, isMax),
        PhysicalType.UInt64 => Number<ulong>(type, isMax),
        PhysicalType.Float32 => Number<float>(type, isMax),
        PhysicalType.Float64 => Number<double>(type, isMax),
        PhysicalType.Utf8 => new UnaryAggregate<TextExtremeOps, TextSlot, ReadOnlySpan<byte>, ReadOnlySpan<byte>>(
            type, new(type, isMax)),
        PhysicalType.Interval => isMax
            ? new UnaryAggregate<ExtremeOps<Interval, Longer>, Extreme<Interval>, Interval, Interval>(type, new(type))
            : new UnaryAggregate<ExtremeOps<Interval, Shorter>, Extreme<Interval>, Interval, Interval>(type, new(type)),
        _ => throw new QueryException(
            SqlStates.UndefinedFunction, $"Function does not exist: {(isMax ? "max" : "min")}({type})"),
    };

    private static IAggregateKernel Number<T>(LogicalType type, bool isMax)
        where T : unmanaged, INumberBase<T>, IComparable<T> => isMax
            ? new UnaryAggregate<ExtremeOps<T, Larger<T>>, Extreme<T>, T, T>(type, new(type))
            : new UnaryAggregate<ExtremeOps<T, Smaller<T>>, Extreme<T>, T, T>(type, new(type));
}
