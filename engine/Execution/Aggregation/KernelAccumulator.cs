using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>Any aggregate through its kernel, whose state lies in the row.</summary>
internal sealed unsafe class KernelAccumulator(
    IAggregateKernel kernel, PlanList<int> arguments, int filter, SessionInfo session, MemoryAccount account)
        : Accumulator
{
    private readonly AggregateContext _context = new(session, account);
    private readonly ColumnVector[] _arguments = new ColumnVector[arguments.Count];
    private readonly NativeBuffer _pointers = NativeBuffer.Allocate(2 * Batch.MaxRows * sizeof(nint), account);

    public override int SizeBytes => kernel.StateSizeBytes;

    public override int Filter => filter;

    public override IReadOnlyList<LogicalType> PartialTypes => kernel.PartialTypes;

    public override void Initialize(byte* rows, int count, int stride)
    {
        for (int i = 0; i < count; i++) kernel.Initialize(rows + ((long)i * stride) + Offset);
    }

    public override void Update(in AggregateRows rows)
    {
        for (int a = 0; a < _arguments.Length; a++) _arguments[a] = rows.Columns[arguments[a]];
        byte** states = (byte**)_pointers.Pointer;
        uint* offsets = rows.Offsets[filter];
        for (int i = 0; i < rows.Count; i++) states[i] = offsets[i] == 0 ? null : rows.States + offsets[i] + Offset;
        kernel.Update(_arguments, states, rows.Count, _context);
    }

    public override void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask? mask, int count, byte* state)
    {
        for (int a = 0; a < _arguments.Length; a++) _arguments[a] = columns[arguments[a]];
        kernel.UpdateAll(_arguments, mask, count, state + Offset, _context);
    }

    /// <summary>Writes the results of groups.</summary>
    public void Finish(byte** states, int count, ColumnVector result) =>
        kernel.Finish(Own(states, Offset, count, 0), count, result, _context);

    public override void Combine(Accumulator from, byte** sources, byte** targets, int count) =>
        kernel.Combine(Own(sources, from.Offset, count, 0), Own(targets, Offset, count, 1), count, _context);

    public override void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets) =>
        kernel.WritePartial(Own(states, Offset, count, 0), count, targets, _context);

    public override void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count) =>
        kernel.MergePartial(partials, Own(states, Offset, count, 0), count, _context);

    public override void Dispose()
    {
        _context.Dispose();
        _pointers.Release();
    }

    /// <summary>The kernel's part of rows of states.</summary>
    private byte** Own(byte** rows, int offset, int count, int which)
    {
        byte** states = (byte**)_pointers.Pointer + (which * Batch.MaxRows);
        for (int i = 0; i < count; i++) states[i] = rows[i] + offset;
        return states;
    }
}
