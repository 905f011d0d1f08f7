using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>
/// A function that C# registered, called row by row. A row with NULL for a parameter that cannot be null gives NULL
/// unseen; what the function throws becomes 38000 with the row's arguments.
/// </summary>
internal abstract class ManagedFunction(FunctionInfo info, LogicalType[] types, LogicalType result, bool[] takesNull)
    : FlatFunction(info, types, result)
{
    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        for (int a = 0; a < arguments.Length; a++)
        {
            if (takesNull[a] || !arguments[a].HasNulls) continue;
            for (int row = 0; row < count; row++)
            {
                if (!arguments[a].IsValid(row)) Clear(valid, row);
            }
        }
        int at = 0;
        try
        {
            for (; at < count; at++)
            {
                if (IsSet(valid, at) && !Call(arguments, at, result, context)) Clear(valid, at);
            }
        }
        catch (Exception error) when (error is not ColFragException)
        {
            throw ManagedError.Wrap(Info.Name, arguments, at, error);
        }
    }

    /// <summary>Computes a row; false gives NULL.</summary>
    protected abstract bool Call(
        ReadOnlySpan<ColumnVector> arguments, int row, ColumnVector result, FunctionContext context);
}

/// <summary>What a registered function throws, with the row that it threw at.</summary>
internal static class ManagedError
{
    private const int MaxShown = 200;

    public static QueryException Wrap(string name, ReadOnlySpan<ColumnVector> arguments, int row, Exception error)
    {
        string[] values = new string[arguments.Length];
        for (int a = 0; a < values.Length; a++)
        {
            string text = arguments[a].GetValue(row).ToString();
            values[a] = text.Length > MaxShown ? text[..MaxShown] + "…" : text;
        }
        return Wrap(name, $"the row with arguments ({string.Join(", ", values)})", error);
    }

    public static QueryException Wrap(string name, string where, Exception error) => new(
        SqlStates.ExternalRoutineException, $"Function {name} failed with {error.GetType().Name}: {error.Message}",
        hint: $"It was called for {where}.", inner: error);
}

/// <summary>A function without parameters.</summary>
internal sealed class ManagedFunction<TResult>(FunctionInfo info, Func<TResult> body)
    : ManagedFunction(info, [], ManagedTypes.Of(typeof(TResult)), [])
{
    protected override bool Call(
        ReadOnlySpan<ColumnVector> arguments, int row, ColumnVector result, FunctionContext context) =>
        ManagedTypes.Write(body(), result, row, context.Text);
}

/// <summary>A function of one parameter.</summary>
internal sealed class ManagedFunction<T1,
    TResult>(FunctionInfo info, LogicalType[] types, bool[] takesNull, Func<T1, TResult> body)
    : ManagedFunction(info, types, ManagedTypes.Of(typeof(TResult)), takesNull)
{
    protected override bool Call(
        ReadOnlySpan<ColumnVector> arguments, int row, ColumnVector result, FunctionContext context) =>
        ManagedTypes.Write(body(ManagedTypes.Read<T1>(arguments[0], row)), result, row, context.Text);
}

/// <summary>A function of two parameters.</summary>
internal sealed class ManagedFunction<T1, T2, TResult>(
    FunctionInfo info, LogicalType[] types, bool[] takesNull, Func<T1, T2, TResult> body)
    : ManagedFunction(info, types, ManagedTypes.Of(typeof(TResult)), takesNull)
{
    protected override bool Call(
        ReadOnlySpan<ColumnVector> arguments, int row, ColumnVector result, FunctionContext context) =>
        ManagedTypes.Write(
            body(ManagedTypes.Read<T1>(arguments[0], row), ManagedTypes.Read<T2>(arguments[1], row)), result, row,
                context.Text);
}

/// <summary>A function of three parameters.</summary>
internal sealed class ManagedFunction<T1, T2, T3, TResult>(
    FunctionInfo info, LogicalType[] types, bool[] takesNull, Func<T1, T2, T3, TResult> body)
    : ManagedFunction(info, types, ManagedTypes.Of(typeof(TResult)), takesNull)
{
    protected override bool Call(
        ReadOnlySpan<ColumnVector> arguments, int row, ColumnVector result, FunctionContext context) =>
        ManagedTypes.Write(
            body(
                ManagedTypes.Read<T1>(arguments[0], row), ManagedTypes.Read<T2>(arguments[1], row),
                ManagedTypes.Read<T3>(arguments[2], row)),
            result, row, context.Text);
}

/// <summary>A function of four parameters.</summary>
internal sealed class ManagedFunction<T1, T2, T3, T4, TResult>(
    FunctionInfo info, LogicalType[] types, bool[] takesNull, Func<T1, T2, T3, T4, TResult> body)
    : ManagedFunction(info, types, ManagedTypes.Of(typeof(TResult)), takesNull)
{
    protected override bool Call(
        ReadOnlySpan<ColumnVector> arguments, int row, ColumnVector result, FunctionContext context) =>
        ManagedTypes.Write(
            body(
                ManagedTypes.Read<T1>(arguments[0], row), ManagedTypes.Read<T2>(arguments[1], row),
                ManagedTypes.Read<T3>(arguments[2], row), ManagedTypes.Read<T4>(arguments[3], row)),
            result, row, context.Text);
}
