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

/// <summary>raise_error(sqlstate, message): an error of a kind at the rows that reach it.</summary>
internal readonly struct RaiseFunction : IBinarySessionFunction<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool>
{
    public static FunctionInfo Info => new("raise_error", "Fails with the SQLSTATE and the message.")
    {
        Category = "Conditions",
        Example = "CASE WHEN 1 = 1 THEN 'fine' ELSE raise_error('22000', 'never')::varchar END", Returns = "fine",
        Flags = FunctionFlags.CanThrow | FunctionFlags.Volatile,
    };

    public static bool Apply(ReadOnlySpan<byte> state, ReadOnlySpan<byte> message, FunctionContext context)
    {
        // An SQLSTATE is five digits and capitals, and 00 is success.
        bool isState = state.Length == 5 && !state.StartsWith("00"u8);
        foreach (byte letter in state)
            isState &= char.IsAsciiDigit((char)letter) || char.IsAsciiLetterUpper((char)letter);
        throw new QueryException(
            isState ? System.Text.Encoding.UTF8.GetString(state) : "P0001",
            System.Text.Encoding.UTF8.GetString(message));
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
