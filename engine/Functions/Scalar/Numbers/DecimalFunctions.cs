using System.Numerics;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Numbers;

/// <summary>abs, sign, mod and div of DECIMAL, which keep exact results.</summary>
internal static class DecimalFunctions
{
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(Absolute<int>.Info, [ParameterPattern.Decimal], types => types[0].Precision <= 18
            ? new RowFunction<AbsoluteKernel<long>, long>(Absolute<int>.Info, types, types[0], default)
            : new RowFunction<AbsoluteKernel<Int128>, Int128>(Absolute<int>.Info, types, types[0], default)),
        FunctionEntries.Bound(Sign.Info, [ParameterPattern.Decimal], types => types[0].Precision <= 18
            ? new RowFunction<SignKernel<long>, long>(Sign.Info, types, LogicalType.Decimal(1, 0), default)
            : new RowFunction<SignKernel<Int128>, long>(Sign.Info, types, LogicalType.Decimal(1, 0), default)),
        FunctionEntries.Bound(Modulo<long>.Info, [ParameterPattern.Decimal, ParameterPattern.Decimal], BindModulo),
        FunctionEntries.Bound(WholeDivide.Info, [ParameterPattern.Decimal, ParameterPattern.Decimal], BindDivide),
    ];

    private static ScalarFunction BindModulo(LogicalType[] types)
    {
        LogicalType common = TypeCoercion.CommonType(types[0], types[1])!;
        return common.Precision <= 18
            ? new RowFunction<ModuloKernel<long>, long>(Modulo<long>.Info, [common, common], common, default)
            : new RowFunction<ModuloKernel<Int128>, Int128>(Modulo<long>.Info, [common, common], common, default);
    }

    private static ScalarFunction BindDivide(LogicalType[] types)
    {
        LogicalType common = TypeCoercion.CommonType(types[0], types[1])!;
        LogicalType wide = LogicalType.Decimal(LogicalType.MaxDecimalPrecision, common.Scale);
        LogicalType result = LogicalType.Decimal(LogicalType.MaxDecimalPrecision, 0);
        return new RowFunction<DivideKernel, Int128>(WholeDivide.Info, [wide, wide], result, default);
    }

    private readonly struct AbsoluteKernel<T> : IRowKernel<T> where T : unmanaged, IBinaryInteger<T>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            // A decimal is at most 10^38 - 1, so its negative always exists.
            result = T.Abs(arguments.Get<T>(0, row));
            return true;
        }
    }

    private readonly struct SignKernel<T> : IRowKernel<long> where T : unmanaged, IBinaryInteger<T>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
        {
            result = T.Sign(arguments.Get<T>(0, row));
            return true;
        }
    }

    private readonly struct ModuloKernel<T> : IRowKernel<T> where T : unmanaged, IBinaryInteger<T>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out T result)
        {
            result = Modulo<T>.Apply(arguments.Get<T>(0, row), arguments.Get<T>(1, row));
            return true;
        }
    }

    private readonly struct DivideKernel : IRowKernel<Int128>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out Int128 result)
        {
            Int128 divisor = arguments.Get<Int128>(1, row);
            if (divisor == 0) Arithmetic.ThrowDivisionByZero();
            result = arguments.Get<Int128>(0, row) / divisor;
            return Int128.Abs(result) < PowersOfTen.Get(38);
        }
    }
}
