using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>Runs an aggregate of several arguments over rows without NULLs.</summary>
internal sealed unsafe class RowAggregate<TOps, TState, TResult>(LogicalType resultType, TOps ops)
    : StateAggregate<TOps, TState, TResult>(resultType, ops)
    where TOps : struct, IRowAggregateOps<TState, TResult>
    where TState : unmanaged
    where TResult : allows ref struct
{
    public override void Update(
        ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        RowArguments rows = RowsOf(arguments, context);
        for (int row = 0; row < count; row++)
        {
            if (states[row] is null || HasNull(rows, row, arguments.Length)) continue;
            Ops.Add(ref *(TState*)states[row], rows, row, context);
        }
    }

    public override void UpdateAll(
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
                if (!HasNull(rows, row, arguments.Length)) Ops.Add(ref target, rows, row, context);
            }
        }
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
