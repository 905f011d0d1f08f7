using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>What one row of a <see cref="ValueFunction"/> computes; null gives NULL.</summary>
internal delegate Value? ValueBody(ReadOnlySpan<Value> arguments, FunctionContext context);

/// <summary>
/// A function whose rows are <see cref="Value"/>s: for nested types and rare calls, where clarity counts more than
/// speed.
/// </summary>
internal sealed class ValueFunction(
    FunctionInfo info, LogicalType[] argumentTypes, LogicalType resultType, ValueBody body)
    : FlatFunction(info, argumentTypes, resultType)
{
    /// <summary>An overload of a function of values.</summary>
    public static ScalarOverload Overload(
        FunctionInfo info, ParameterPattern[] parameters, Func<LogicalType[], LogicalType> resultOf,
        Func<LogicalType[], ValueBody> bodyOf, bool isVariadic = false) => FunctionEntries.Bound(
            info, parameters, types => new ValueFunction(info, types, resultOf(types), bodyOf(types)), isVariadic);

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        Value[] row = new Value[arguments.Length];
        Value[] results = new Value[count];
        for (int r = 0; r < count; r++)
        {
            results[r] = Value.Null(ResultType);
            if (!IsSet(valid, r)) continue;
            // One value can be a list of any length.
            context.CancellationToken.ThrowIfCancellationRequested();
            for (int a = 0; a < row.Length; a++) row[a] = arguments[a].GetValue(r);
            if (body(row, context) is { IsNull: false } value) results[r] = value;
            else Clear(valid, r);
        }
        VectorBuilder.Build(result, results, context.Text);
    }
}
