using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// Groups that a thread has put into a spill file, by partitions of the hash of their keys: keys and states as columns,
/// the form in which states travel. For one writer; readers come after it.
/// </summary>
internal sealed unsafe class SpilledGroups : IDisposable
{
    private readonly QueryRun _run;
    private readonly GroupPartitions _partitions;
    private readonly ColumnVector[] _columns;
    private readonly FrameWriter _writer;
    private readonly List<StoredFrame>?[] _frames = new List<StoredFrame>?[GroupPartitions.PartitionCount];

    /// <param name="run">Whose files they are.</param>
    /// <param name="node">The aggregation.</param>
    /// <param name="keyTypes">Its keys.</param>
    /// <param name="stateTypes">The columns of its states.</param>
    /// <param name="level">How many times the groups have been cut before.</param>
    public SpilledGroups(
        QueryRun run, AggregateNode node, IReadOnlyList<LogicalType> keyTypes, IEnumerable<LogicalType> stateTypes,
        int level)
    {
        _run = run;
        Level = level;
        LogicalType[] states = [.. stateTypes];
        _partitions = new GroupPartitions(keyTypes, level, run.SpillAccount);
        _columns = [.. _partitions.Keys, .. states.Select(t => new ColumnVector(t, run.SpillAccount))];
        _writer = new FrameWriter(run, node, [.. keyTypes, .. states]);
    }

    /// <summary>Which bits of the hash cut the groups.</summary>
    public int Level { get; }

    /// <summary>The frames of a partition.</summary>
    public IReadOnlyList<StoredFrame> this[int partition] => _frames[partition] ?? [];

    /// <summary>Writes all groups of a table; the caller forgets them.</summary>
    public void Add(GroupStates groups)
    {
        int count = groups.Count;
        if (count == 0) return;
        using NativeLease order = new((long)count * sizeof(uint), _run.SpillAccount);
        uint* byPartition = (uint*)order.Pointer;
        int* ends = stackalloc int[GroupPartitions.PartitionCount];
        _partitions.Sort(groups, byPartition, ends);
        int keyCount = _partitions.Keys.Length;
        int first = 0;
        for (int p = 0; p < GroupPartitions.PartitionCount; p++)
        {
            for (; first < ends[p]; first += Batch.MaxRows)
            {
                int n = Math.Min(Batch.MaxRows, ends[p] - first);
                byte** states = groups.Get(byPartition + first, n, _partitions.Keys);
                groups.Plan.WriteStates(states, n, _columns.AsSpan(keyCount));
                Write(p, n);
            }
            first = ends[p];
        }
    }

    /// <summary>Writes what was put aside in memory, partition by partition, and frees it.</summary>
    public void Add(GroupRuns runs, AccumulatorPlan plan)
    {
        byte** states = stackalloc byte*[Batch.MaxRows];
        int keyCount = _partitions.Keys.Length;
        for (int p = 0; p < GroupPartitions.PartitionCount; p++)
        {
            if (runs[p] is not { } run) continue;
            for (long first = 0; first < run.Count; first += Batch.MaxRows)
            {
                int n = (int)Math.Min(Batch.MaxRows, run.Count - first);
                run.Get(first, n, _partitions.Keys, states);
                plan.WriteStates(states, n, _columns.AsSpan(keyCount));
                Write(p, n);
            }
            run.Dispose();
        }
    }

    /// <summary>Frees what writing needs; the frames stay readable.</summary>
    public void Dispose()
    {
        _partitions.Dispose();
        foreach (ColumnVector column in _columns) column.Dispose();
        _writer.Dispose();
    }

    private void Write(int partition, int count)
    {
        _run.Cancellation.ThrowIfCancellationRequested();
        (_frames[partition] ??= []).Add(_writer.Write(_columns, count));
    }
}
