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
    /// <summary>Bits of the hash that choose the partition.</summary>
    public const int PartitionBits = 7;

    /// <summary>Number of partitions.</summary>
    public const int PartitionCount = 1 << PartitionBits;

    private readonly IReadOnlyList<LogicalType> _keyTypes;
    private readonly MemoryAccount _account;
    private readonly int _stride;
    private readonly RowHash _hash;
    private readonly ColumnVector[] _keys;
    private readonly Run?[] _runs = new Run?[PartitionCount];

    public GroupRuns(IReadOnlyList<LogicalType> keyTypes, int stride, MemoryAccount account)
    {
        _keyTypes = keyTypes;
        _account = account;
        _stride = stride;
        _hash = new RowHash(account);
        _keys = [.. keyTypes.Select(t => new ColumnVector(t, account))];
    }

    /// <summary>The groups of a partition; null when there are none.</summary>
    public Run? this[int partition] => _runs[partition];

    /// <summary>Takes over all groups of a table; the caller resets it.</summary>
    public void Add(GroupStates groups)
    {
        int count = groups.Count;
        if (count == 0) return;
        using NativeLease order = new((long)count * sizeof(uint), _account);
        uint* byPartition = (uint*)order.Pointer;
        int* ends = stackalloc int[PartitionCount];
        Sort(groups, byPartition, ends);
        int first = 0;
        for (int p = 0; p < PartitionCount; p++)
        {
            for (; first < ends[p]; first += Batch.MaxRows)
            {
                int n = Math.Min(Batch.MaxRows, ends[p] - first);
                byte** states = groups.Get(byPartition + first, n, _keys);
                (_runs[p] ??= new Run(_keyTypes, _stride, _account)).Append(_keys, states, n);
            }
            first = ends[p];
        }
    }

    public void Dispose()
    {
        _hash.Dispose();
        foreach (ColumnVector key in _keys) key.Dispose();
        foreach (Run? run in _runs) run?.Dispose();
    }

    /// <summary>Orders the numbers of all groups by partition, with a counting sort.</summary>
    private void Sort(GroupStates groups, uint* order, int* ends)
    {
        int count = groups.Count;
        using NativeLease partitions = new(count, _account);
        using NativeLease hashes = new(Batch.MaxRows * sizeof(ulong), _account);
        uint* numbers = stackalloc uint[Batch.MaxRows];
        new Span<int>(ends, PartitionCount).Clear();
        for (int first = 0; first < count; first += Batch.MaxRows)
        {
            int n = Math.Min(Batch.MaxRows, count - first);
            for (int i = 0; i < n; i++) numbers[i] = (uint)(first + i + 1);
            groups.Get(numbers, n, _keys);
            ulong* hash = (ulong*)hashes.Pointer;
            _hash.Compute(_keys, n, hash);
            for (int i = 0; i < n; i++)
            {
                byte partition = (byte)(hash[i] >> (64 - PartitionBits));
                partitions.Pointer[first + i] = partition;
                ends[partition]++;
            }
        }
        int* next = stackalloc int[PartitionCount];
        int start = 0;
        for (int p = 0; p < PartitionCount; p++)
        {
            next[p] = start;
            start += ends[p];
            ends[p] = start;
        }
        for (int i = 0; i < count; i++) order[next[partitions.Pointer[i]]++] = (uint)(i + 1);
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

        public void Append(ColumnVector[] keys, byte** states, int count)
        {
            if (Count + count > _capacity) Grow(Count + count);
            for (int k = 0; k < keys.Length; k++) _keys[k].Append(keys[k], null, count);
            byte* target = _states!.Pointer + (Count * _stride);
            for (int i = 0; i < count; i++, target += _stride)
            {
                new ReadOnlySpan<byte>(states[i], _stride).CopyTo(new Span<byte>(target, _stride));
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
