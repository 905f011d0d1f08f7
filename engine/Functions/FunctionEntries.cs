using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>Makes registry entries of functions; the types in SQL follow from the C# types.</summary>
internal static class FunctionEntries
{
    public static ScalarOverload Nullary<TFunction, TResult>()
        where TFunction : struct, INullaryFunction<TResult> where TResult : allows ref struct =>
        Row<NullaryKernel<TFunction, TResult>, TResult>(TFunction.Info);

    public static ScalarOverload Quaternary<TFunction, T1, T2, T3, T4, TResult>()
        where TFunction : struct, IQuaternaryFunction<T1, T2, T3, T4, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct where T4
            : allows ref struct
        where TResult : allows ref struct =>
        Row<QuaternaryKernel<TFunction, T1, T2, T3, T4, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>(), SqlTypes.Of<T4>());

    public static ScalarOverload Unary<TFunction, T1, TResult>()
        where TFunction : struct, IUnaryFunction<T1, TResult> where T1 : allows ref struct where TResult
            : allows ref struct =>
        Row<UnaryKernel<TFunction, T1, TResult>, TResult>(TFunction.Info, SqlTypes.Of<T1>());

    public static ScalarOverload Binary<TFunction, T1, T2, TResult>()
        where TFunction : struct, IBinaryFunction<T1, T2, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where TResult : allows ref struct =>
        Row<BinaryKernel<TFunction, T1, T2, TResult>, TResult>(TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>());

    public static ScalarOverload Ternary<TFunction, T1, T2, T3, TResult>()
        where TFunction : struct, ITernaryFunction<T1, T2, T3, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct
        where TResult : allows ref struct =>
        Row<TernaryKernel<TFunction, T1, T2, T3, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>());

    public static ScalarOverload UnaryNullable<TFunction, T1, TResult>()
        where TFunction : struct, IUnaryNullableFunction<T1, TResult>
        where T1 : allows ref struct where TResult : allows ref struct =>
        Row<UnaryNullableKernel<TFunction, T1, TResult>, TResult>(TFunction.Info, SqlTypes.Of<T1>());

    public static ScalarOverload BinaryNullable<TFunction, T1, T2, TResult>()
        where TFunction : struct, IBinaryNullableFunction<T1, T2, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where TResult : allows ref struct =>
        Row<BinaryNullableKernel<TFunction, T1, T2, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>());

    public static ScalarOverload TernaryNullable<TFunction, T1, T2, T3, TResult>()
        where TFunction : struct, ITernaryNullableFunction<T1, T2, T3, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct
        where TResult : allows ref struct =>
        Row<TernaryNullableKernel<TFunction, T1, T2, T3, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>());

    public static ScalarOverload UnaryText<TFunction, T1>()
        where TFunction : struct, IUnaryTextFunction<T1> where T1 : allows ref struct =>
        Row<UnaryTextKernel<TFunction, T1>, ReadOnlySpan<byte>>(TFunction.Info, SqlTypes.Of<T1>());

    public static ScalarOverload BinaryText<TFunction, T1, T2>()
        where TFunction : struct, IBinaryTextFunction<T1, T2> where T1 : allows ref struct where T2
            : allows ref struct =>
        Row<BinaryTextKernel<TFunction, T1, T2>, ReadOnlySpan<byte>>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>());

    public static ScalarOverload TernaryText<TFunction, T1, T2, T3>()
        where TFunction : struct, ITernaryTextFunction<T1, T2, T3>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct =>
        Row<TernaryTextKernel<TFunction, T1, T2, T3>, ReadOnlySpan<byte>>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>());

    public static ScalarOverload QuaternaryText<TFunction, T1, T2, T3, T4>()
        where TFunction : struct, IQuaternaryTextFunction<T1, T2, T3, T4>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct where T4
            : allows ref struct =>
        Row<QuaternaryTextKernel<TFunction, T1, T2, T3, T4>, ReadOnlySpan<byte>>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>(), SqlTypes.Of<T4>());

    public static ScalarOverload UnarySession<TFunction, T1, TResult>()
        where TFunction : struct, IUnarySessionFunction<T1, TResult>
        where T1 : allows ref struct where TResult : allows ref struct =>
        Row<UnarySessionKernel<TFunction, T1, TResult>, TResult>(TFunction.Info, SqlTypes.Of<T1>());

    public static ScalarOverload BinarySession<TFunction, T1, T2, TResult>()
        where TFunction : struct, IBinarySessionFunction<T1, T2, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where TResult : allows ref struct =>
        Row<BinarySessionKernel<TFunction, T1, T2, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>());

    public static ScalarOverload TernarySession<TFunction, T1, T2, T3, TResult>()
        where TFunction : struct, ITernarySessionFunction<T1, T2, T3, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct
        where TResult : allows ref struct =>
        Row<TernarySessionKernel<TFunction, T1, T2, T3, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>());

    public static ScalarOverload QuaternarySession<TFunction, T1, T2, T3, T4, TResult>()
        where TFunction : struct, IQuaternarySessionFunction<T1, T2, T3, T4, TResult>
        where T1 : allows ref struct where T2 : allows ref struct where T3 : allows ref struct where T4
            : allows ref struct
        where TResult : allows ref struct =>
        Row<QuaternarySessionKernel<TFunction, T1, T2, T3, T4, TResult>, TResult>(
            TFunction.Info, SqlTypes.Of<T1>(), SqlTypes.Of<T2>(), SqlTypes.Of<T3>(), SqlTypes.Of<T4>());

    /// <summary>An overload whose function is made from the types of its arguments.</summary>
    public static ScalarOverload Bound(
        FunctionInfo info, ParameterPattern[] parameters, Func<LogicalType[], ScalarFunction> bind,
        bool isVariadic = false) =>
        new(info, new Signature(parameters, isVariadic), bind);

    // Nothing here but the constructor is compiled once per kernel: there are hundreds, at every start of a process.
    private static ScalarOverload Row<TKernel, TResult>(FunctionInfo info, params LogicalType[] types)
        where TKernel : struct, IRowKernel<TResult> where TResult : allows ref struct =>
        Of(new RowFunction<TKernel, TResult>(info, types, SqlTypes.Of<TResult>(), default));

    private static ScalarOverload Of(ScalarFunction function) => new(
        function.Info, new Signature([.. function.ArgumentTypes.Select(t => (ParameterPattern)t)]), _ => function);
}
