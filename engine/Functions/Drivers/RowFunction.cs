using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>
/// Runs a kernel over the rows of a batch: once for constants, once per entry for dictionary codes, else row by row
/// over flat data, skipping NULLs. The one loop that all functions of single values share.
/// </summary>
internal sealed unsafe class RowFunction<TKernel, TResult>(
    FunctionInfo info, LogicalType[] argumentTypes, LogicalType resultType, TKernel kernel)
    : ScalarFunction(info, argumentTypes, resultType)
    where TKernel : struct, IRowKernel<TResult>
    where TResult : allows ref struct
{
    // Below this many entries a dictionary is computed whole, before any row is looked at.
    private const int EagerEntries = 4096;

    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        bool isConstant = !IsVolatile;
        int codes = -1;
        for (int i = 0; i < arguments.Length; i++)
        {
            ColumnVector argument = arguments[i];
            if (argument.IsConstant)
            {
                if (!HandlesNulls && !argument.IsValid(0))
                {
                    result.SetAllNull(count);
                    return;
                }
                continue;
            }
            isConstant = false;
            codes = argument.Shape == VectorShape.Dictionary && codes == -1 ? i : -2;
        }
        if (isConstant) EvaluateConstant(arguments, count, result, context);
        else if (codes >= 0 && !IsVolatile && !HandlesNulls) EvaluateCodes(arguments, codes, count, result, context);
        else EvaluateRows(arguments, count, result, context);
    }

    private void EvaluateConstant(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        RowArguments rows = default;
        for (int i = 0; i < arguments.Length; i++) rows.Set(i, arguments[i]);
        result.ResetConstant(count);
        context.BeginText();
        if (!kernel.Run(rows, 0, context, out TResult value))
        {
            result.SetAllNull(count);
            return;
        }
        Lane.Store(result.Data, 0, value);
        KeepText(arguments, result, context);
    }

    private void EvaluateRows(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        RowArguments rows = default;
        bool hasNulls = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            ColumnVector argument = arguments[i];
            if (argument.Shape is VectorShape.Dictionary or VectorShape.Narrow)
            {
                ColumnVector flat = context.Scratch(i, argument.Type);
                argument.Flatten(flat);
                argument = flat;
            }
            rows.Set(i, argument);
            hasNulls |= argument.HasNulls && !argument.IsConstant;
        }
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        context.BeginText();
        ulong* active = null;
        bool isMasked = CanThrow && context.Mask is not null;
        if ((hasNulls && !HandlesNulls) || isMasked)
        {
            active = result.BeginValidity(Math.Max(count, 1));
            RowMask.FillOnes(active, count);
            if (!HandlesNulls) AndValidity(arguments, count, active);
            if (isMasked) Bits.And(active, context.Mask!.Words, count);
            // Rows that are left out get no element; a view of nothing is safe to touch.
            if (Lane.IsView<TResult>()) new Span<Utf8View>(result.Data, count).Clear();
        }
        if (active is null) RunAll(rows, count, result, context);
        else RunActive(rows, count, active, result, context);
        KeepText(arguments, result, context);
    }

    private void RunAll(in RowArguments rows, int count, ColumnVector result, FunctionContext context)
    {
        byte* data = result.Data;
        for (int row = 0; row < count;)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            for (int end = Math.Min(count, row + FunctionContext.RowsBetweenLooks); row < end; row++)
            {
                if (kernel.Run(rows, row, context, out TResult value)) Lane.Store(data, row, value);
                else SetNull(result, row, count);
            }
        }
    }

    private void RunActive(in RowArguments rows, int count, ulong* active, ColumnVector result, FunctionContext context)
    {
        byte* data = result.Data;
        int words = (count + 63) >> 6;
        for (int w = 0; w < words; w++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            for (ulong word = active[w]; word != 0; word &= word - 1)
            {
                int row = (w << 6) + BitOperations.TrailingZeroCount(word);
                if (kernel.Run(rows, row, context, out TResult value)) Lane.Store(data, row, value);
                else SetNull(result, row, count);
            }
        }
    }

    private void EvaluateCodes(
        ReadOnlySpan<ColumnVector> arguments, int codes, int count, ColumnVector result, FunctionContext context)
    {
        ColumnVector column = arguments[codes];
        EntryMemo memo = context.GetState<EntryMemo>();
        if (!memo.IsFor(column.Dictionary!, arguments, codes))
        {
            memo.Begin(arguments, codes, ResultType, context.Account);
            if (!CanThrow && memo.Count <= EagerEntries) ComputeEntries(memo, context);
        }
        result.ResetFlat(Math.Max(count, 1));
        if (memo.IsComplete)
        {
            memo.LookUp(column, count, result);
            return;
        }
        result.Count = count;
        ulong* active = result.BeginValidity(Math.Max(count, 1));
        RowMask.FillOnes(active, count);
        if (column.HasNulls) Bits.And(active, column.Validity, count);
        if (context.Mask is not null) Bits.And(active, context.Mask.Words, count);
        if (Lane.IsView<TResult>()) new Span<Utf8View>(result.Data, count).Clear();
        context.RedirectText(memo.Text);
        try
        {
            RunEntriesOf(memo, column, count, active, result, context);
        }
        finally
        {
            context.RedirectText(null);
        }
        memo.KeepText(result);
    }

    private void ComputeEntries(EntryMemo memo, FunctionContext context)
    {
        context.RedirectText(memo.Text);
        try
        {
            for (int entry = 0; entry < memo.Count; entry++)
            {
                if (entry % FunctionContext.RowsBetweenLooks == 0)
                    context.CancellationToken.ThrowIfCancellationRequested();
                ComputeEntry(memo, entry, context);
            }
        }
        finally
        {
            context.RedirectText(null);
        }
        memo.Complete();
    }

    private void ComputeEntry(EntryMemo memo, int entry, FunctionContext context)
    {
        if (kernel.Run(memo.Arguments, entry, context, out TResult value)) Lane.Store(memo.Results.Data, entry, value);
        else memo.SetNull(entry);
        memo.SetDone(entry);
    }

    private void RunEntriesOf(
        EntryMemo memo, ColumnVector column, int count, ulong* active, ColumnVector result, FunctionContext context)
    {
        int words = (count + 63) >> 6;
        for (int w = 0; w < words; w++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            for (ulong word = active[w]; word != 0; word &= word - 1)
            {
                int row = (w << 6) + BitOperations.TrailingZeroCount(word);
                int entry = (int)column.GetCode(row);
                if (!memo.IsDone(entry)) ComputeEntry(memo, entry, context);
                if (memo.IsNull(entry)) active[w] &= ~(1UL << row);
                else Lane.Store(result.Data, row, Lane.Load<TResult>(memo.Results.Data, entry));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetNull(ColumnVector result, int row, int count)
    {
        result.SetNull(row, Math.Max(count, 1));
        if (Lane.IsView<TResult>()) ((Utf8View*)result.Data)[row] = default;
    }

    private static void AndValidity(ReadOnlySpan<ColumnVector> arguments, int count, ulong* active)
    {
        foreach (ColumnVector argument in arguments)
        {
            if (argument.HasNulls && !argument.IsConstant) Bits.And(active, argument.Validity, count);
        }
    }

    private static void KeepText(ReadOnlySpan<ColumnVector> arguments, ColumnVector result, FunctionContext context)
    {
        if (!Lane.IsView<TResult>()) return;
        context.EndText(result);
        // Slices of arguments point into what the arguments keep alive.
        foreach (ColumnVector argument in arguments)
        {
            if (argument.Type.Physical == PhysicalType.Utf8) result.KeepAliveFrom(argument);
        }
    }
}
