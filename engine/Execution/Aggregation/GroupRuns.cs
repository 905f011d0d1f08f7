using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Groups that a thread has put aside, by partitions of the hash of their keys: equal keys of all threads are in the
/// same partition, so partitions are finished in parallel and need no merge.
/// </summary>
internal sealed unsafe class GroupRuns : IDisposable
{
    private readonly IReadOnlyList<LogicalType> _keyTypes;
    private readonly MemoryAccount _account;
    private readonly int _stride;
    private readonly GroupPartitions _partitions;
    private readonly Run?[] _runs = new Run?[GroupPartitions.PartitionCount];

    public GroupRuns(IReadOnlyList<LogicalType> keyTypes, int stride, MemoryAccount account)
    {
        _keyTypes = keyTypes;
        _account = account;
        _stride = stride;
        _partitions = new GroupPartitions(keyTypes, 0, account);
    }

    /// <summary>The groups of a partition; null when there are none.</summary>
    public Run? this[int partition] => _runs[partition];

    /// <summary>Takes over all groups of a table; the caller resets it.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="borrowsText">
    /// True where the table stays as it is for as long as these, so that texts of keys can lie where they are.
    /// </param>
    public void Add(GroupStates groups, bool borrowsText = false)
    {
        int count = groups.Count;
        if (count == 0) return;
        using NativeLease order = new((long)count * sizeof(uint), _account);
        uint* byPartition = (uint*)order.Pointer;
        int* ends = stackalloc int[GroupPartitions.PartitionCount];
        _partitions.Sort(groups, byPartition, ends);
        ColumnVector[] keys = _partitions.Keys;
        int first = 0;
        for (int p = 0; p < GroupPartitions.PartitionCount; p++)
        {
            for (; first < ends[p]; first += Batch.MaxRows)
            {
                int n = Math.Min(Batch.MaxRows, ends[p] - first);
                byte** states = groups.Get(byPartition + first, n, keys);
                (_runs[p] ??= new Run(_keyTypes, _stride, _account)).Append(keys, states, n, borrowsText);
            }
            first = ends[p];
        }
    }

    public void Dispose()
    {
        _partitions.Dispose();
        foreach (Run? run in _runs) run?.Dispose();
    }

    /// <summary>Groups of one partition: a column per key, and the rows of states one after the other.</summary>
    internal sealed class Run : IDisposable
    {
        private readonly ColumnBuffer[] _keys;
        private readonly MemoryAccount _account;
        private readonly int _stride;
        private NativeBuffer? _states;
        private long _capacity;

        public Run(IReadOnlyList<LogicalType> keyTypes, int stride, MemoryAccount account)
        {
            _keys = [.. keyTypes.Select(t => new ColumnBuffer(t, account))];
            _stride = stride;
            _account = account;
        }

        /// <summary>Number of groups.</summary>
        public long Count { get; private set; }

        public void Append(ColumnVector[] keys, byte** states, int count, bool borrowsText)
        {
            if (Count + count > _capacity) Grow(Count + count);
            for (int k = 0; k < keys.Length; k++)
            {
                _keys[k].BorrowsText = borrowsText;
                _keys[k].Append(keys[k], null, count);
            }
            // Rows of states are whole words, and mostly few: a call per row would cost more than they do.
            ulong* target = (ulong*)(_states!.Pointer + (Count * _stride));
            int words = _stride / sizeof(ulong);
            for (int i = 0; i < count; i++, target += words)
            {
                ulong* source = (ulong*)states[i];
                for (int w = 0; w < words; w++) target[w] = source[w];
            }
            Count += count;
        }

        /// <summary>Points at the keys and states of some groups.</summary>
        public void Get(long first, int count, ColumnVector[] keys, byte** states)
        {
            for (int k = 0; k < keys.Length; k++) _keys[k].Slice(first, count, keys[k]);
            for (int i = 0; i < count; i++) states[i] = _states!.Pointer + ((first + i) * _stride);
        }

        public void Dispose()
        {
            foreach (ColumnBuffer key in _keys) key.Dispose();
            _states?.Release();
            _states = null;
        }

        private void Grow(long needed)
        {
            long capacity = Math.Max(needed, Math.Max(64, _capacity * 2));
            NativeBuffer grown = NativeBuffer.Allocate(capacity * _stride, _account);
            if (_states is not null)
            {
                Buffer.MemoryCopy(_states.Pointer, grown.Pointer, grown.Length, Count * _stride);
                _states.Release();
            }
            _states = grown;
            _capacity = capacity;
        }
    }
}
