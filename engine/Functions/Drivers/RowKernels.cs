using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Functions.Drivers;

// One adapter per contract: reads the arguments of a row and calls the function. All are inlined into RowFunction's
// loop.

/// <summary>Calls an <see cref="IUnaryFunction{T1, TResult}"/>.</summary>
internal readonly struct UnaryKernel<TFunction, T1, TResult> : IRowKernel<TResult>
    where TFunction : struct, IUnaryFunction<T1, TResult>
    where T1 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(arguments.Get<T1>(0, row));
        return true;
    }
}

/// <summary>Calls an <see cref="IUnaryNullableFunction{T1, TResult}"/>.</summary>
internal readonly struct UnaryNullableKernel<TFunction, T1, TResult> : IRowKernel<TResult>
    where TFunction : struct, IUnaryNullableFunction<T1, TResult>
    where T1 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        return TFunction.Apply(arguments.Get<T1>(0, row), out result);
    }
}

/// <summary>Calls an <see cref="IUnaryTextFunction{T1}"/>.</summary>
internal readonly struct UnaryTextKernel<TFunction, T1> : IRowKernel<ReadOnlySpan<byte>>
    where TFunction : struct, IUnaryTextFunction<T1>
    where T1 : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        Utf8Writer target = new(context.Text);
        TFunction.Apply(arguments.Get<T1>(0, row), ref target);
        result = target.End();
        return true;
    }
}

/// <summary>Calls an <see cref="IUnarySessionFunction{T1, TResult}"/>.</summary>
internal readonly struct UnarySessionKernel<TFunction, T1, TResult> : IRowKernel<TResult>
    where TFunction : struct, IUnarySessionFunction<T1, TResult>
    where T1 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(arguments.Get<T1>(0, row), context);
        return true;
    }
}

/// <summary>Calls an <see cref="IBinaryFunction{T1, T2, TResult}"/>.</summary>
internal readonly struct BinaryKernel<TFunction, T1, T2, TResult> : IRowKernel<TResult>
    where TFunction : struct, IBinaryFunction<T1, T2, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row));
        return true;
    }
}

/// <summary>Calls an <see cref="IBinaryNullableFunction{T1, T2, TResult}"/>.</summary>
internal readonly struct BinaryNullableKernel<TFunction, T1, T2, TResult> : IRowKernel<TResult>
    where TFunction : struct, IBinaryNullableFunction<T1, T2, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        return TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), out result);
    }
}

/// <summary>Calls an <see cref="IBinaryTextFunction{T1, T2}"/>.</summary>
internal readonly struct BinaryTextKernel<TFunction, T1, T2> : IRowKernel<ReadOnlySpan<byte>>
    where TFunction : struct, IBinaryTextFunction<T1, T2>
    where T1 : allows ref struct
    where T2 : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        Utf8Writer target = new(context.Text);
        TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), ref target);
        result = target.End();
        return true;
    }
}

/// <summary>Calls an <see cref="IBinarySessionFunction{T1, T2, TResult}"/>.</summary>
internal readonly struct BinarySessionKernel<TFunction, T1, T2, TResult> : IRowKernel<TResult>
    where TFunction : struct, IBinarySessionFunction<T1, T2, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), context);
        return true;
    }
}

/// <summary>Calls an <see cref="ITernaryFunction{T1, T2, T3, TResult}"/>.</summary>
internal readonly struct TernaryKernel<TFunction, T1, T2, T3, TResult> : IRowKernel<TResult>
    where TFunction : struct, ITernaryFunction<T1, T2, T3, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row));
        return true;
    }
}

/// <summary>Calls an <see cref="ITernaryNullableFunction{T1, T2, T3, TResult}"/>.</summary>
internal readonly struct TernaryNullableKernel<TFunction, T1, T2, T3, TResult> : IRowKernel<TResult>
    where TFunction : struct, ITernaryNullableFunction<T1, T2, T3, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        return TFunction.Apply(
            arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row), out result);
    }
}

/// <summary>Calls an <see cref="ITernaryTextFunction{T1, T2, T3}"/>.</summary>
internal readonly struct TernaryTextKernel<TFunction, T1, T2, T3> : IRowKernel<ReadOnlySpan<byte>>
    where TFunction : struct, ITernaryTextFunction<T1, T2, T3>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        Utf8Writer target = new(context.Text);
        TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row), ref target);
        result = target.End();
        return true;
    }
}

/// <summary>Calls an <see cref="ITernarySessionFunction{T1, T2, T3, TResult}"/>.</summary>
internal readonly struct TernarySessionKernel<TFunction, T1, T2, T3, TResult> : IRowKernel<TResult>
    where TFunction : struct, ITernarySessionFunction<T1, T2, T3, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result =
            TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row), context);
        return true;
    }
}

/// <summary>Calls an <see cref="IQuaternaryFunction{T1, T2, T3, T4, TResult}"/>.</summary>
internal readonly struct QuaternaryKernel<TFunction, T1, T2, T3, T4, TResult> : IRowKernel<TResult>
    where TFunction : struct, IQuaternaryFunction<T1, T2, T3, T4, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(
            arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row), arguments.Get<T4>(3, row));
        return true;
    }
}

/// <summary>Calls an <see cref="IQuaternaryNullableFunction{T1, T2, T3, T4, TResult}"/>.</summary>
internal readonly struct QuaternaryNullableKernel<TFunction, T1, T2, T3, T4, TResult> : IRowKernel<TResult>
    where TFunction : struct, IQuaternaryNullableFunction<T1, T2, T3, T4, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        return TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row),
            arguments.Get<T4>(3, row), out result);
    }
}

/// <summary>Calls an <see cref="IQuaternaryTextFunction{T1, T2, T3, T4}"/>.</summary>
internal readonly struct QuaternaryTextKernel<TFunction, T1, T2, T3, T4> : IRowKernel<ReadOnlySpan<byte>>
    where TFunction : struct, IQuaternaryTextFunction<T1, T2, T3, T4>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        Utf8Writer target = new(context.Text);
        TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row),
            arguments.Get<T4>(3, row), ref target);
        result = target.End();
        return true;
    }
}

/// <summary>Calls an <see cref="IQuaternarySessionFunction{T1, T2, T3, T4, TResult}"/>.</summary>
internal readonly struct QuaternarySessionKernel<TFunction, T1, T2, T3, T4, TResult> : IRowKernel<TResult>
    where TFunction : struct, IQuaternarySessionFunction<T1, T2, T3, T4, TResult>
    where T1 : allows ref struct
    where T2 : allows ref struct
    where T3 : allows ref struct
    where T4 : allows ref struct
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row), arguments.Get<T3>(2, row),
            arguments.Get<T4>(3, row), context);
        return true;
    }
}

/// <summary>Calls an <see cref="INullaryFunction{TResult}"/>.</summary>
internal readonly struct NullaryKernel<TFunction, TResult> : IRowKernel<TResult>
    where TFunction : struct, INullaryFunction<TResult>
    where TResult : allows ref struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TFunction.Apply(context);
        return true;
    }
}
