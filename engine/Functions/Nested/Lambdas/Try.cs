using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested.Lambdas;

/// <summary>
/// try(expression): its value, or NULL for the rows where computing it fails because of the row's values. The
/// expression is a lambda without parameters.
/// </summary>
internal sealed class Try(LogicalType[] types, LambdaBody body)
    : LambdaFunction(s_info, types, body.ResultType, body, firstCapture: 0)
{
    private static readonly FunctionInfo s_info = new(
        "try", "The value of an expression, or NULL where computing it is an error.")
    {
        Category = "Conditions", Example = "try('x'::integer) IS NULL", Returns = "true",
    };

    public static LambdaOverload Overload { get; } = new Definition();

    /// <summary>True for errors of values: what cannot be read, is too large, or is divided by zero.</summary>
    public static bool Catches(QueryException error) =>
        error.SqlState.StartsWith("22", StringComparison.Ordinal) || error.SqlState == SqlStates.ProgramLimitExceeded;

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
        FunctionContext context)
    {
        Value[] values = new Value[count];
        Array.Fill(values, Value.Null(ResultType));
        List<int> rows = [];
        for (int row = 0; row < count; row++)
        {
            if (IsSet(valid, row)) rows.Add(row);
        }
        Compute(arguments, [.. rows], values, context);
        for (int row = 0; row < count; row++)
        {
            if (values[row].IsNull) Clear(valid, row);
        }
        VectorBuilder.Build(result, values, context.Text);
    }

    // Halves what fails until single rows are left: errors are rare, and where they are many it is twice the work.
    private void Compute(
        ReadOnlySpan<ColumnVector> arguments, ReadOnlySpan<int> rows, Value[] values, FunctionContext context)
    {
        if (rows.IsEmpty) return;
        context.CancellationToken.ThrowIfCancellationRequested();
        int length = Math.Min(rows.Length, Batch.MaxRows);
        ColumnVector[] columns = WithCaptures(arguments, rows[..length]);
        bool isComputed = false;
        try
        {
            ColumnVector computed = RunOf(context).Evaluate(columns, length);
            for (int i = 0; i < length; i++) values[rows[i]] = computed.GetValue(i);
            isComputed = true;
        }
        catch (QueryException error) when (Catches(error))
        {
            // The rows are tried again below, one half after the other.
        }
        finally
        {
            DisposeAll(columns);
        }
        if (!isComputed && length > 1)
        {
            Compute(arguments, rows[..(length / 2)], values, context);
            Compute(arguments, rows[(length / 2)..length], values, context);
        }
        Compute(arguments, rows[length..], values, context);
    }

    private sealed record Definition() : LambdaOverload(s_info)
    {
        public override int MinParameters => 0;

        public override bool TakesList => false;

        public override LogicalType[] ParameterTypes(LogicalType element, LogicalType? start) => [];

        public override LogicalType? BodyType(LogicalType element, LogicalType? start) => null;

        public override LambdaFunction Bind(LogicalType[] arguments, LambdaBody body, bool hasStart) =>
            new Try(arguments, body);
    }
}
