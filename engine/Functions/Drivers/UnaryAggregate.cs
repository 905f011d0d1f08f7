using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>Runs an aggregate of one argument over rows; the loops that all of them share.</summary>
internal sealed unsafe class UnaryAggregate<TOps, TState, TInput, TResult>(LogicalType resultType, TOps ops)
    : IAggregateKernel
    where TOps : struct, IAggregateOps<TState, TInput, TResult>
    where TState : unmanaged
    where TInput : allows ref struct
    where TResult : allows ref struct
{
    public LogicalType ResultType => resultType;

    public int StateSizeBytes => (sizeof(TState) + 7) & ~7;

    public IReadOnlyList<LogicalType> PartialTypes => ops.PartialTypes;

    public void Initialize(byte* state) => *(TState*)state = default;

    public void Update(ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        if (IsNullConstant(argument)) return;
        RowArguments rows = default;
        rows.Set(0, argument);
        ulong* validity = argument.IsConstant ? null : argument.Validity;
        for (int row = 0; row < count; row++)
        {
            if (states[row] is null || (validity is not null && (validity[row >> 6] >> row & 1) == 0)) continue;
            ops.Add(ref *(TState*)states[row], rows.Get<TInput>(0, row), context);
        }
    }

    public void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        if (IsNullConstant(argument)) return;
        RowArguments rows = default;
        rows.Set(0, argument);
        ulong* validity = argument.IsConstant ? null : argument.Validity;
        ref TState target = ref *(TState*)state;
        if (mask is null && validity is null)
        {
            for (int row = 0; row < count; row++) ops.Add(ref target, rows.Get<TInput>(0, row), context);
            return;
        }
        int words = (count + 63) >> 6;
        for (int w = 0; w < words; w++)
        {
            ulong word = RowWords.Word(w, count, mask is null ? null : mask.Words, validity);
            for (; word != 0; word &= word - 1)
            {
                ops.Add(ref target, rows.Get<TInput>(0, (w << 6) + BitOperations.TrailingZeroCount(word)), context);
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
            if (ops.Finish(*(TState*)states[i], context, out TResult value)) Lane.Store(result.Data, i, value);
            else SetNull(result, i, count);
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
        RowArguments rows = default;
        for (int c = 0; c < partials.Length; c++) rows.Set(c, context.Flat(c, partials[c]));
        for (int i = 0; i < count; i++)
        {
            if (states[i] is not null) ops.MergePartial(ref *(TState*)states[i], new PartialReader(rows, i), context);
        }
    }

    private static bool IsNullConstant(ColumnVector argument) => argument.IsConstant && !argument.IsValid(0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetNull(ColumnVector result, int row, int count)
    {
        result.SetNull(row, Math.Max(count, 1));
        if (Lane.IsView<TResult>()) ((Utf8View*)result.Data)[row] = default;
    }
}

/// <summary>Words of rows that count.</summary>
internal static unsafe class RowWords
{
    /// <summary>Word w of mask AND validity, either of which may be absent, without bits past the last row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(int w, int count, ulong* mask, ulong* validity)
    {
        int rest = count - (w << 6);
        ulong word = rest >= 64 ? ulong.MaxValue : (1UL << rest) - 1;
        if (mask is not null) word &= mask[w];
        if (validity is not null) word &= validity[w];
        return word;
    }
}
