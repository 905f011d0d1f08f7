using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>The states of an aggregation without keys, in one thread: whole vectors go in at once, by mask.</summary>
internal sealed unsafe class SingleGroup : IDisposable
{
    private readonly NativeBuffer _state;
    private readonly RowMask[] _masks;
    private readonly RowMask?[] _used;
    private readonly RowCompactor _compactor = new();
    private readonly TrueRows _filter = new();

    public SingleGroup(AccumulatorPlan plan, MemoryAccount account)
    {
        Plan = plan;
        _state = NativeBuffer.AllocateZeroed(Plan.Stride, account);
        _masks = [.. Plan.Filters.Select(_ => new RowMask())];
        _used = new RowMask?[_masks.Length];
        Plan.Initialize(_state.Pointer, 1);
    }

    public AccumulatorPlan Plan { get; }

    /// <summary>The row of states.</summary>
    public byte* State => _state.Pointer;

    /// <summary>Adds the rows of a batch that count.</summary>
    public void AddRows(Batch batch)
    {
        _used[0] = batch.IsMasked ? batch.Mask : null;
        for (int f = 1; f < _masks.Length; f++)
        {
            if (batch.IsMasked) _masks[f].CopyFrom(batch.Mask);
            else _masks[f].SetAll(batch.Count);
            _filter.AndInto(batch.Columns[Plan.Filters[f]], _masks[f]);
            _used[f] = _masks[f];
        }
        Plan.UpdateAll(batch.Columns, _used, batch.Count, State);
        if (!Plan.Merges) return;
        ColumnVector[] columns = _compactor.Compact(batch);
        byte** states = stackalloc byte*[Batch.MaxRows];
        for (int i = 0; i < _compactor.Count; i++) states[i] = State;
        Plan.Merge(columns, states, _compactor.Count);
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
        _compactor.Dispose();
        foreach (RowMask mask in _masks) mask.Dispose();
    }
}
