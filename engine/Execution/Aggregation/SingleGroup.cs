using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>The states of an aggregation without keys, in one thread: whole vectors go in at once, by mask.</summary>
internal sealed unsafe class SingleGroup : IDisposable
{
    private readonly NativeBuffer _state;
    private readonly RowMask[] _masks;
    private readonly TrueRows _filter = new();

    public SingleGroup(IReadOnlyList<AggregateSpec> aggregates, SessionInfo session, MemoryAccount account)
    {
        Plan = new AccumulatorPlan(aggregates, session, account);
        _state = NativeBuffer.AllocateZeroed(Plan.Stride, account);
        _masks = [.. Plan.Filters.Select(_ => new RowMask())];
        Plan.Initialize(_state.Pointer, 1);
    }

    public AccumulatorPlan Plan { get; }

    /// <summary>The row of states.</summary>
    public byte* State => _state.Pointer;

    /// <summary>Adds the rows of a batch that count.</summary>
    public void AddRows(Batch batch)
    {
        RowMask? all = batch.IsMasked ? batch.Mask : null;
        for (int f = 1; f < Plan.Filters.Count; f++)
        {
            if (all is null) _masks[f].SetAll(batch.Count);
            else _masks[f].CopyFrom(all);
            _filter.AndInto(batch.Columns[Plan.Filters[f]], _masks[f]);
        }
        foreach (Accumulator accumulator in Plan.Accumulators)
        {
            RowMask? mask = accumulator.Filter == 0 ? all : _masks[accumulator.Filter];
            accumulator.UpdateAll(batch.Columns, mask, batch.Count, State);
        }
    }

    /// <summary>Adds rows of partial states; none is masked.</summary>
    public void AddPartials(ReadOnlySpan<ColumnVector> partials, int count)
    {
        byte** states = stackalloc byte*[Batch.MaxRows];
        for (int i = 0; i < count; i++) states[i] = State;
        Plan.MergePartial(partials, states, count);
    }

    /// <summary>Adds the states of another thread.</summary>
    public void Add(SingleGroup other)
    {
        byte* source = other.State;
        byte* target = State;
        Plan.Combine(other.Plan, &source, &target, 1);
    }

    public void Dispose()
    {
        Plan.Dispose();
        _state.Release();
        _filter.Dispose();
        foreach (RowMask mask in _masks) mask.Dispose();
    }
}
