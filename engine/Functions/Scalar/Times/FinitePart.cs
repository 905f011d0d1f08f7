namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>A part of a moment, as a number; infinite ones have none, as in DuckDB.</summary>
internal readonly struct FinitePart<TFunction, TMoment, TResult> : IUnaryNullableFunction<TMoment, TResult>
    where TFunction : struct, IUnaryFunction<TMoment, TResult>
    where TMoment : struct, IMoment
    where TResult : struct
{
    public static FunctionInfo Info => TFunction.Info with
    {
        Flags = TFunction.Info.Flags | FunctionFlags.MayReturnNull,
    };

    public static bool Apply(TMoment x, out TResult result)
    {
        result = default;
        if (x.IsInfinite) return false;
        result = TFunction.Apply(x);
        return true;
    }
}
