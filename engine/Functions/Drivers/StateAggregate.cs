using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>An aggregate by its states: everything but how rows are added to them.</summary>
internal abstract unsafe class StateAggregate<TOps, TState, TResult>(LogicalType resultType, TOps ops)
    : IAggregateKernel
    where TOps : struct, IStateOps<TState, TResult>
    where TState : unmanaged
    where TResult : allows ref struct
{
    protected readonly TOps Ops = ops;

    public LogicalType ResultType => resultType;

    public int StateSizeBytes => (sizeof(TState) + 7) & ~7;

    public IReadOnlyList<LogicalType> PartialTypes => Ops.PartialTypes;

    public void Initialize(byte* state) => *(TState*)state = default;

    public abstract void Update(
        ReadOnlySpan<ColumnVector> arguments, byte** states, int count, AggregateContext context);

    public abstract void UpdateAll(
        ReadOnlySpan<ColumnVector> arguments, RowMask? mask, int count, byte* state, AggregateContext context);

    public void Combine(byte** sources, byte** targets, int count, AggregateContext context)
    {
        for (int i = 0; i < count; i++) Ops.Combine(ref *(TState*)targets[i], *(TState*)sources[i], context);
    }

    public void Finish(byte** states, int count, ColumnVector result, AggregateContext context)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        if (Lane.IsView<TResult>()) context.BeginResultText();
        for (int i = 0; i < count; i++)
        {
            if (Ops.Finish(*(TState*)states[i], context, out TResult value)) Lane.Store(result.Data, i, value);
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
            Ops.WritePartial(*(TState*)states[i], new PartialWriter(into, i, count, context.ResultText), context);
        }
        foreach (ColumnVector column in into) context.EndResultText(column);
    }

    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count, AggregateContext context)
    {
        RowArguments rows = RowsOf(partials, context);
        for (int i = 0; i < count; i++)
        {
            if (states[i] is not null) Ops.MergePartial(ref *(TState*)states[i], new PartialReader(rows, i), context);
        }
    }

    /// <summary>Columns as rows that the loops read.</summary>
    protected static RowArguments RowsOf(ReadOnlySpan<ColumnVector> columns, AggregateContext context)
    {
        RowArguments rows = default;
        for (int c = 0; c < columns.Length; c++) rows.Set(c, context.Flat(c, columns[c]));
        return rows;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetNull(ColumnVector result, int row, int count)
    {
        result.SetNull(row, Math.Max(count, 1));
        int width = result.Lane.SizeBytes();
        new Span<byte>(result.Data + ((long)row * width), width).Clear();
    }
}
