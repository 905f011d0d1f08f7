using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Scalar.Conditional;

/// <summary>num_nulls and num_nonnulls.</summary>
internal sealed unsafe class NullCounts(FunctionInfo info, LogicalType[] types, bool countsNulls)
    : FlatFunction(info, types, LogicalType.Integer)
{
    private static readonly FunctionInfo s_nulls = new("num_nulls", "How many of the values are NULL.")
    {
        Category = "Conditions", Example = "num_nulls(1, NULL, 2)", Returns = "1", Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_nonNulls = new("num_nonnulls", "How many of the values are not NULL.")
    {
        Category = "Conditions", Example = "num_nonnulls(1, NULL, 2)", Returns = "2",
        Flags = FunctionFlags.HandlesNulls,
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_nulls, [ParameterPattern.Any], t => new NullCounts(s_nulls, t, true), isVariadic: true),
        FunctionEntries.Bound(s_nonNulls, [ParameterPattern.Any], t =>
            new NullCounts(s_nonNulls, t, false), isVariadic: true),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        int* target = (int*)result.Data;
        foreach (ColumnVector argument in arguments)
        {
            for (int row = 0; row < count; row++) target[row] += argument.IsValid(row) != countsNulls ? 1 : 0;
        }
    }
}

/// <summary>error(message): an error at the rows that reach it.</summary>
internal readonly struct ErrorFunction : IUnarySessionFunction<ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => new("error", "Fails with the message.")
    {
        Category = "Conditions", Example = "CASE WHEN 1 = 1 THEN 'fine' ELSE error('never')::varchar END",
        Returns = "fine",
        Flags = FunctionFlags.CanThrow | FunctionFlags.Volatile,
    };

    public static bool Apply(ReadOnlySpan<byte> message, FunctionContext context) =>
        throw new QueryException("P0001", System.Text.Encoding.UTF8.GetString(message));
}
