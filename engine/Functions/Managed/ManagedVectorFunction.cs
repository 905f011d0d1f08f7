using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>A function that C# registered over whole vectors of one argument; NULL in gives NULL out.</summary>
internal sealed unsafe class ManagedVectorFunction<T, TResult>(FunctionInfo info, VectorFunction<T, TResult> body)
    : FlatFunction(info, [ManagedTypes.Of(typeof(T))], ManagedTypes.Of(typeof(TResult)))
    where T : unmanaged where TResult : unmanaged
{
    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        // Elements of NULL rows are whatever the column has; results of theirs are dropped.
        try
        {
            body(new ReadOnlySpan<T>(arguments[0].Data, count), new Span<TResult>(result.Data, count));
        }
        catch (Exception error) when (error is not ColFragException)
        {
            throw ManagedError.Wrap(
                Info.Name, $"a vector of {count} rows that begins with {arguments[0].GetValue(0)}", error);
        }
    }
}

/// <summary>As above, of two arguments.</summary>
internal sealed unsafe class ManagedVectorFunction<T1, T2,
    TResult>(FunctionInfo info, VectorFunction<T1, T2, TResult> body)
    : FlatFunction(info, [ManagedTypes.Of(typeof(T1)), ManagedTypes.Of(typeof(T2))], ManagedTypes.Of(typeof(TResult)))
    where T1 : unmanaged where T2 : unmanaged where TResult : unmanaged
{
    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        try
        {
            body(
                new ReadOnlySpan<T1>(arguments[0].Data, count), new ReadOnlySpan<T2>(arguments[1].Data, count),
                new Span<TResult>(result.Data, count));
        }
        catch (Exception error) when (error is not ColFragException)
        {
            throw ManagedError.Wrap(
                Info.Name, $"a vector of {count} rows that begins with {arguments[0].GetValue(0)}", error);
        }
    }
}
