using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Puts the groups of a table in the order of the partitions of the hash of their keys, with a counting sort. A level
/// uses bits of the hash that the levels before did not, so that a partition can be cut again. For one thread.
/// </summary>
internal sealed unsafe class GroupPartitions : IDisposable
{
    /// <summary>Bits of the hash that choose the partition.</summary>
    public const int PartitionBits = 7;

    /// <summary>Number of partitions.</summary>
    public const int PartitionCount = 1 << PartitionBits;

    /// <summary>Number of levels that a hash has bits for.</summary>
    public const int LevelCount = 64 / PartitionBits;

    private readonly RowHash _hash;
    private readonly MemoryAccount _account;
    private readonly ColumnVector[] _keys;
    private readonly int _shift;

    public GroupPartitions(IReadOnlyList<LogicalType> keyTypes, int level, MemoryAccount account)
    {
        _hash = new RowHash(account);
        _account = account;
        _keys = [.. keyTypes.Select(t => new ColumnVector(t, account))];
        _shift = 64 - (PartitionBits * (level + 1));
    }

    /// <summary>Room for the keys of a batch of groups.</summary>
    public ColumnVector[] Keys => _keys;

    /// <summary>Writes the numbers of all groups by partition, and where each partition ends.</summary>
    public void Sort(GroupStates groups, uint* order, int* ends)
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
                byte partition = (byte)((hash[i] >> _shift) & (PartitionCount - 1));
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

    public void Dispose()
    {
        _hash.Dispose();
        foreach (ColumnVector key in _keys) key.Dispose();
    }
}
