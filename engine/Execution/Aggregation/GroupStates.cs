using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The groups of one thread: their keys and a row of states for each. The row of group 0 takes what does not count, so
/// that loops need no test.
/// </summary>
internal sealed unsafe class GroupStates : IDisposable
{
    private const int FirstCapacity = 512;
    private readonly MemoryAccount _account;
    private readonly GroupTable _table;
    private readonly CodedGroups _byCodes;
    private readonly NativeBuffer _groups;
    private readonly NativeBuffer _offsets;
    private readonly NativeBuffer _pointers;
    private readonly RowMask[] _masks;
    private readonly TrueRows _filter = new();
    private readonly ColumnVector[] _keyVectors;
    private NativeBuffer _states;
    private GroupMasks? _byGroup;
    private int _capacity = FirstCapacity;
    private int _initialized;

    /// <param name="keys">The types of the keys.</param>
    /// <param name="plan">What is computed; belongs to the groups.</param>
    /// <param name="account">Counts the memory.</param>
    /// <param name="expected">How many groups there will be once there are many; 0 where that is not known.</param>
    public GroupStates(
        IReadOnlyList<LogicalType> keys, AccumulatorPlan plan, MemoryAccount account, int expected = 0)
    {
        _account = account;
        Plan = plan;
        _table = new GroupTable(keys, account, expected: expected);
        _byCodes = new CodedGroups(keys.Count, account);
        _groups = NativeBuffer.Allocate(Batch.MaxRows * sizeof(uint), account);
        int filters = Plan.Filters.Count;
        _offsets = NativeBuffer.Allocate((long)filters * Batch.MaxRows * sizeof(uint), account);
        _pointers = NativeBuffer.Allocate(2L * Batch.MaxRows * sizeof(nint), account);
        _masks = [.. Plan.Filters.Select(_ => new RowMask())];
        _keyVectors = new ColumnVector[keys.Count];
        _states = NativeBuffer.AllocateZeroed((long)_capacity * Plan.Stride, account);
        Initialize();
    }

    public AccumulatorPlan Plan { get; }

    /// <summary>Number of groups.</summary>
    public int Count => _table.Count;

    /// <summary>The groups by their key, where an array has them; null else.</summary>
    public DenseGroups? Dense => Plan.IsPlain ? _table.Dense : null;

    /// <summary>The row of states of a group, from 1.</summary>
    public byte* StateOf(uint group) => _states.Pointer + ((long)group * Plan.Stride);

    /// <summary>Adds the rows of an unmasked batch.</summary>
    public void AddRows(ReadOnlySpan<ColumnVector> columns, ReadOnlySpan<int> keys, int count)
    {
        for (int k = 0; k < _keyVectors.Length; k++) _keyVectors[k] = columns[keys[k]];
        uint* groups = (uint*)_groups.Pointer;
        if (!_byCodes.TryFind(_keyVectors, count, groups))
        {
            _table.Find(_keyVectors, count, groups);
            _byCodes.Learn(groups, count);
        }
        Initialize();
        if (Plan.IsEmpty) return;
        uint stride = (uint)Plan.Stride;
        uint** offsets = stackalloc uint*[Plan.Filters.Count];
        offsets[0] = (uint*)_offsets.Pointer;
        Kernels.ElementWise.Apply<uint, Kernels.Multiply<uint>>(groups, stride, count, offsets[0]);
        GroupMasks? byGroup = null;
        if (GroupMasks.AreWorth(count, Count))
        {
            byGroup = _byGroup ??= new GroupMasks(Plan.Filters.Count, _account);
            byGroup.Find(groups, count, Count);
        }
        for (int f = 1; f < Plan.Filters.Count; f++)
        {
            offsets[f] = offsets[0] + ((long)f * Batch.MaxRows);
            _masks[f].SetAll(count);
            _filter.AndInto(columns[Plan.Filters[f]], _masks[f]);
            for (int i = 0; i < count; i++) offsets[f][i] = _masks[f][i] ? offsets[0][i] : 0;
            byGroup?.Narrow(f, _masks[f]);
        }
        AggregateRows rows = new()
        {
            Count = count, Columns = columns, States = _states.Pointer, Stride = Plan.Stride, GroupCount = Count,
            Offsets = offsets, Masks = byGroup,
        };
        Plan.Update(rows);
        if (Plan.Merges) Plan.Merge(columns, StatesOf(groups, count), count);
    }

    /// <summary>
    /// Adds groups of another thread, given by their keys and rows of states, which are not used afterwards.
    /// </summary>
    public void AddStates(ReadOnlySpan<ColumnVector> keys, AccumulatorPlan from, byte** sources, int count)
    {
        byte** states = FindStates(keys, count);
        Plan.Combine(from, sources, states, count);
    }

    /// <summary>Adds groups whose states come as columns.</summary>
    public void AddStateColumns(ReadOnlySpan<ColumnVector> keys, ReadOnlySpan<ColumnVector> states, int count) =>
        Plan.MergeStates(states, FindStates(keys, count), count);

    /// <summary>Makes groups without rows.</summary>
    public void AddKeys(ReadOnlySpan<ColumnVector> keys, int count) => FindStates(keys, count);

    /// <summary>Writes the keys of groups and points at their rows of states; groups count from 1.</summary>
    public byte** Get(uint* groups, int count, ReadOnlySpan<ColumnVector> keys)
    {
        _table.GetKeys(groups, count, keys);
        return StatesOf(groups, count);
    }

    /// <summary>Says that text of keys stays where it is until the next <see cref="Reset"/>.</summary>
    public void BorrowText() => _table.BorrowText();

    /// <summary>Forgets all groups; whatever kernels keep elsewhere stays.</summary>
    /// <param name="appends">True to make a new group of every row from now on.</param>
    public void Reset(bool appends = false)
    {
        _table.Reset(appends);
        _byCodes.Reset();
        new Span<byte>(_states.Pointer, _initialized * Plan.Stride).Clear();
        _initialized = 0;
        Initialize();
    }

    public void Dispose()
    {
        Plan.Dispose();
        _table.Dispose();
        _byCodes.Dispose();
        _groups.Release();
        _offsets.Release();
        _pointers.Release();
        _states.Release();
        _filter.Dispose();
        _byGroup?.Dispose();
        foreach (RowMask mask in _masks) mask.Dispose();
    }

    private byte** FindStates(ReadOnlySpan<ColumnVector> keys, int count)
    {
        uint* groups = (uint*)_groups.Pointer;
        _table.Find(keys, count, groups);
        Initialize();
        return StatesOf(groups, count);
    }

    private byte** StatesOf(uint* groups, int count)
    {
        byte** states = (byte**)_pointers.Pointer;
        for (int i = 0; i < count; i++) states[i] = _states.Pointer + ((long)groups[i] * Plan.Stride);
        return states;
    }

    /// <summary>Gives every group a row of states, group 0 as well.</summary>
    private void Initialize()
    {
        int needed = Count + 1;
        if (needed > _capacity) Grow(needed);
        if (needed == _initialized) return;
        Plan.Initialize(_states.Pointer + ((long)_initialized * Plan.Stride), needed - _initialized);
        _initialized = needed;
    }

    private void Grow(int needed)
    {
        int capacity = _capacity;
        while (capacity < needed) capacity *= 2;
        NativeBuffer grown = NativeBuffer.AllocateZeroed((long)capacity * Plan.Stride, _account);
        Buffer.MemoryCopy(_states.Pointer, grown.Pointer, grown.Length, (long)_initialized * Plan.Stride);
        _states.Release();
        _states = grown;
        _capacity = capacity;
    }
}
