using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// The meaning of an aggregate of several arguments for one row at a time. A struct, inlined into the loops of
/// <see cref="RowAggregate{TOps, TState, TResult}"/>. States begin as zeros; rows with a NULL are never added.
/// </summary>
internal interface IRowAggregateOps<TState, TResult>
    where TState : unmanaged
    where TResult : allows ref struct
{
    /// <summary>Adds a row.</summary>
    void Add(ref TState state, in RowArguments arguments, int row, AggregateContext context);

    /// <summary>Adds another state.</summary>
    void Combine(ref TState target, in TState source, AggregateContext context);

    /// <summary>The value of a state; false gives NULL.</summary>
    bool Finish(in TState state, AggregateContext context, out TResult result);

    /// <summary>Columns that carry a state.</summary>
    IReadOnlyList<LogicalType> PartialTypes { get; }

    /// <summary>Writes a state into a row of partial columns.</summary>
    void WritePartial(in TState state, in PartialWriter target, AggregateContext context);

    /// <summary>Adds a row of partial columns to a state.</summary>
    void MergePartial(ref TState state, in PartialReader source, AggregateContext context);
}

/// <summary>Runs an aggregate of several arguments over rows without NULLs.</summary>
internal sealed unsafe class RowAggregate<TOps, TState, TResult>(LogicalType resultType, TOps ops) : IAggregateKernel
    where TOps : struct, IRowAggregateOps<TState, TResult>
    where TState : unmanaged
    where TResult : allows ref struct
{
    public LogicalType ResultType => resultType;

    public int StateSizeBytes => (sizeof(TState) + 7) & ~7;

    public IReadOnlyList<LogicalType> PartialTypes => ops.PartialTypes;

    public void Initialize(byte* state) => *(TState*)state = default;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        RowArguments rows = RowsOf(arguments, context);
        for (int row = 0; row < count; row++)
        {
            if (states[row] is null || HasNull(rows, row, arguments.Length)) continue;
            ops.Add(ref *(TState*)states[row], rows, row, context);
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        RowArguments rows = RowsOf(arguments, context);
        ref TState target = ref *(TState*)state;
        for (int w = 0; w < (count + 63) >> 6; w++)
        {
            ulong word = RowWords.Word(w, count, mask is null ? null : mask.Words, null);
            for (; word != 0; word &= word - 1)
            {
                int row = (w << 6) + BitOperations.TrailingZeroCount(word);
                if (!HasNull(rows, row, arguments.Length)) ops.Add(ref target, rows, row, context);
            }
        }
    }

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++) ops.Combine(ref *(TState*)targets[i], *(TState*)sources[i], context);
    }

    public void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        if (Lane.IsView<TResult>()) context.BeginResultText();
        for (int i = 0; i < count; i++)
        {
            if (ops.Finish(*(TState*)states[i], context, out TResult value))
            {
                Lane.Store(result.Data, i, value);
                continue;
            }
            result.SetNull(i, Math.Max(count, 1));
            new Span<byte>(result.Data + ((long)i * result.Lane.SizeBytes()), result.Lane.SizeBytes()).Clear();
        }
        if (Lane.IsView<TResult>()) context.EndResultText(result);
    }

    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> into, AggregateContext context)
    {
        context.BeginResultText();
        foreach (ColumnVector column in into)
        {
            column.ResetFlat(Math.Max(count, 1));
            column.Count = count;
        }
        for (int i = 0; i < count; i++)
        {
            ops.WritePartial(*(TState*)states[i], new PartialWriter(into, i, count, context.ResultText), context);
        }
        foreach (ColumnVector column in into) context.EndResultText(column);
    }

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        RowArguments rows = RowsOf(partials, context);
        for (int i = 0; i < count; i++)
        {
            if (states[i] is not null) ops.MergePartial(ref *(TState*)states[i], new PartialReader(rows, i), context);
        }
    }

    private static RowArguments RowsOf(ReadOnlySpan<ColumnVector> arguments, AggregateContext context)
    {
        RowArguments rows = default;
        for (int a = 0; a < arguments.Length; a++) rows.Set(a, context.Flat(a, arguments[a]));
        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasNull(in RowArguments rows, int row, int count)
    {
        for (int a = 0; a < count; a++)
        {
            if (rows.IsNull(a, row)) return true;
        }
        return false;
    }
}
