using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Aggregate;

/// <summary>
/// sum and avg. As in PostgreSQL, sum of up to INTEGER is BIGINT, of BIGINT and beyond exact with 38 digits; avg of
/// exact numbers is exact.
/// </summary>
internal static class SumAggregates
{
    public static FunctionInfo SumInfo => new("sum", "Sum of the values that are not NULL; NULL when there are none.")
    {
        Category = "Aggregates", Example = "sum(21 * 2)", Returns = "42",
    };

    public static FunctionInfo AvgInfo =>
        new("avg", "Mean of the values that are not NULL; exact numbers give an exact mean.")
    {
        Category = "Aggregates", Aliases = ["mean"], Example = "avg(1.5)", Returns = "1.5000000000000000",
    };

    /// <summary>Every overload of both.</summary>
    public static IEnumerable<AggregateOverload> Overloads =>
    [
        .. BothOf(LogicalType.SmallInt, AsBigInt<short>(), Average<short>),
        .. BothOf(LogicalType.Integer, AsBigInt<int>(), Average<int>),
        .. BothOf(LogicalType.BigInt, AsDecimal<long>(), Average<long>),
        .. BothOf(LogicalType.HugeInt, AsDecimal<Int128>(), Average<Int128>),
        .. BothOf(LogicalType.TinyInt, AsBigInt<sbyte>(), Average<sbyte>),
        .. BothOf(LogicalType.UTinyInt, AsBigInt<byte>(), Average<byte>),
        .. BothOf(LogicalType.USmallInt, AsBigInt<ushort>(), Average<ushort>),
        .. BothOf(LogicalType.UInteger, AsBigInt<uint>(), Average<uint>),
        .. BothOf(LogicalType.UBigInt, AsDecimal<ulong>(), Average<ulong>),
        .. BothOf(
            ParameterPattern.Decimal,
            type => type.Precision <= 18 ? DecimalSum<long>(type) : DecimalSum<Int128>(type),
            type => type.Precision <= 18 ? Average<long>(type) : Average<Int128>(type)),
        .. BothOf(
            LogicalType.Real,
            _ => new UnaryAggregate<FloatSumOps<float, float>, FloatSum, float, float>(LogicalType.Real, new(false)),
            _ =>
                new UnaryAggregate<FloatSumOps<float, double>, FloatSum, float, double>(LogicalType.Double, new(true))),
        .. BothOf(
            LogicalType.Double,
            _ => new UnaryAggregate<FloatSumOps<double, double>, FloatSum, double, double>(
                LogicalType.Double, new(false)),
            _ => new UnaryAggregate<FloatSumOps<double, double>, FloatSum, double, double>(
                LogicalType.Double, new(true))),
        .. BothOf(
            LogicalType.Interval,
            _ => new UnaryAggregate<IntervalSumOps, IntervalSum, Interval, Interval>(LogicalType.Interval, new(false)),
            _ => new UnaryAggregate<IntervalSumOps, IntervalSum, Interval, Interval>(LogicalType.Interval, new(true))),
    ];

    private static AggregateOverload[] BothOf(
        ParameterPattern parameter, Func<LogicalType, IAggregateKernel> sum,
        Func<LogicalType, IAggregateKernel> average) =>
    [
        AggregateEntries.Unary(SumInfo, AggregateShape.Sum, parameter, sum),
        AggregateEntries.Unary(AvgInfo, AggregateShape.Avg, parameter, average),
    ];

    private static Func<LogicalType, IAggregateKernel> AsBigInt<T>() where T : unmanaged, IBinaryInteger<T> =>
        _ => new UnaryAggregate<ExactSumOps<T, long, SumAsBigInt>, ExactSum, T, long>(LogicalType.BigInt, default);

    private static Func<LogicalType, IAggregateKernel> AsDecimal<T>() where T : unmanaged, IBinaryInteger<T> =>
        _ => DecimalSum<T>(LogicalType.Decimal(LogicalType.MaxDecimalPrecision, 0));

    private static UnaryAggregate<ExactSumOps<T, Int128, SumAsDecimal>, ExactSum, T, Int128> DecimalSum<T>(
        LogicalType type)
        where T : unmanaged, IBinaryInteger<T> =>
            new(LogicalType.Decimal(LogicalType.MaxDecimalPrecision, type.Scale), default);

    private static UnaryAggregate<ExactSumOps<T, Int128, AverageAsDecimal>, ExactSum, T, Int128> Average<T>(
        LogicalType type)
        where T : unmanaged, IBinaryInteger<T>
    {
        LogicalType result = AverageAsDecimal.TypeOf(type);
        return new(result, new(new AverageAsDecimal(type.Scale, result.Scale)));
    }
}
