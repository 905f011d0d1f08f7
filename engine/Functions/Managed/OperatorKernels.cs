using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>Calls a registered operator of one value.</summary>
internal readonly struct OperatorKernel<TOperator, T, TResult> : IRowKernel<TResult>
    where TOperator : struct, IScalarOperator<T, TResult> where T : unmanaged where TResult : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TOperator.Apply(arguments.Get<T>(0, row));
        return true;
    }
}

/// <summary>Calls a registered operator of two values.</summary>
internal readonly struct OperatorKernel<TOperator, T1, T2, TResult> : IRowKernel<TResult>
    where TOperator : struct, IScalarOperator<T1, T2, TResult>
    where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TResult result)
    {
        result = TOperator.Apply(arguments.Get<T1>(0, row), arguments.Get<T2>(1, row));
        return true;
    }
}

/// <summary>A registered operator: its loop is the engine's; what it throws becomes 38000 with the first row that
/// throws.</summary>
internal sealed class ManagedOperator(ScalarFunction loop)
    : ScalarFunction(loop.Info, [.. loop.ArgumentTypes], loop.ResultType)
{
    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        try
        {
            loop.Evaluate(arguments, count, result, context);
        }
        catch (Exception error) when (error is not ColFragException)
        {
            throw FindRow(arguments, count, error, context);
        }
    }

    // The loop does not say how far it came, so the rows go one by one until one throws again.
    private QueryException FindRow(
        ReadOnlySpan<ColumnVector> arguments, int count, Exception error, FunctionContext context)
    {
        using ColumnVector one = new(ResultType);
        RowMask? outer = context.Mask;
        using RowMask single = new();
        try
        {
            for (int row = 0; row < count; row++)
            {
                if (outer is not null && !outer[row]) continue;
                single.ClearAll(count);
                single[row] = true;
                context.Mask = single;
                loop.Evaluate(arguments, count, one, context);
                single[row] = false;
            }
        }
        catch (Exception again) when (again is not ColFragException)
        {
            for (int row = 0; row < count; row++)
            {
                if (single[row]) return ManagedError.Wrap(Info.Name, arguments, row, again);
            }
        }
        finally
        {
            context.Mask = outer;
        }
        return ManagedError.Wrap(Info.Name, "a row of this query", error);
    }
}
