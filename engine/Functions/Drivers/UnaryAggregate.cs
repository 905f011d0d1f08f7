using System.Numerics;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>Runs an aggregate of one argument over rows; the loops that all of them share.</summary>
internal sealed unsafe class UnaryAggregate<TOps, TState, TInput, TResult>(LogicalType resultType, TOps ops)
    : StateAggregate<TOps, TState, TResult>(resultType, ops)
    where TOps : struct, IAggregateOps<TState, TInput, TResult>
    where TState : unmanaged
    where TInput : allows ref struct
    where TResult : allows ref struct
{
    public override void Update(
        ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context)
    {
        ColumnVector argument = context.Flat(0, arguments[0]);
        if (IsNullConstant(argument)) return;
        RowArguments rows = default;
        rows.Set(0, argument);
        ulong* validity = argument.IsConstant ? null : argument.Validity;
        for (int row = 0; row < count; row++)
        {
            if (states[row] is null || (validity is not null && (validity[row >> 6] >> row & 1) == 0)) continue;
            Ops.Add(ref *(TState*)states[row], rows.Get<TInput>(0, row), context);
        }
    }

    public override void UpdateAll(
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
            for (int row = 0; row < count; row++) Ops.Add(ref target, rows.Get<TInput>(0, row), context);
            return;
        }
        int words = (count + 63) >> 6;
        for (int w = 0; w < words; w++)
        {
            ulong word = RowWords.Word(w, count, mask is null ? null : mask.Words, validity);
            for (; word != 0; word &= word - 1)
            {
                Ops.Add(ref target, rows.Get<TInput>(0, (w << 6) + BitOperations.TrailingZeroCount(word)), context);
            }
        }
    }

    private static bool IsNullConstant(ColumnVector argument) => argument.IsConstant && !argument.IsValid(0);
}
