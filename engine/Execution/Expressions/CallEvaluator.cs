using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>A function over evaluated arguments; the function's driver knows constants, codes and NULLs.</summary>
internal sealed class CallEvaluator(
    ScalarFunction function, ScalarEvaluator[] arguments, int position, FunctionContext context)
    : ScalarEvaluator(function.ResultType)
{
    private readonly ColumnVector[] _values = new ColumnVector[arguments.Length];
    private readonly ColumnVector _result = new(function.ResultType, context.Account);

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        for (int i = 0; i < arguments.Length; i++) _values[i] = arguments[i].Evaluate(batch, rows);
        context.Mask = rows;
        try
        {
            function.Evaluate(_values, batch.Count, _result, context);
        }
        catch (QueryException error) when (error.Position < 0)
        {
            throw error.At(position);
        }
        _result.Count = batch.Count;
        return _result;
    }

    public override void Dispose()
    {
        context.Dispose();
        _result.Dispose();
    }
}
