using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Collects groups, each lane in a table of its own. A table that outgrows the cache is put aside by partitions of the
/// hash; at the end either all groups go through partitions, or the few there are are put together at once.
/// </summary>
internal sealed class GroupSink : Sink
{
    // Above this many groups a table misses the second-level cache at every row.
    private const int MaxGroups = 1 << 16;

    // Up to this many groups a lane's table is merged at once, without partitions.
    private const int FewGroups = 1 << 14;

    private readonly List<LaneGroups> _lanes = [];
    private readonly bool[] _wanted;
    private readonly int[] _keys;

    public GroupSink(AggregateNode node)
    {
        Node = node;
        KeyTypes = [.. node.Keys.Map(k => node.Input.Output[k].Type)];
        _keys = [.. node.Keys];
        _wanted = new bool[node.Input.Output.Count];
        foreach (int key in node.Keys) _wanted[key] = true;
        foreach (AggregateSpec aggregate in node.Aggregates)
        {
            foreach (int argument in aggregate.Arguments) _wanted[argument] = true;
            if (aggregate.Filter >= 0) _wanted[aggregate.Filter] = true;
        }
        if (!node.Merged.IsEmpty) _wanted.AsSpan(node.StatesAt).Fill(true);
    }

    public AggregateNode Node { get; }

    public LogicalType[] KeyTypes { get; }

    /// <summary>The lanes' groups, after completion.</summary>
    public IReadOnlyList<LaneGroups> Lanes => _lanes;

    /// <summary>True when groups are in partitions; else all are in the first lane's table.</summary>
    public bool IsPartitioned { get; private set; }

    public override Operator StartLane(PipelineContext context)
    {
        MemoryAccount account = context.CreateAccount("aggregate");
        LaneGroups lane = new(new GroupStates(KeyTypes, Node.CreatePlan(context, account), account), KeyTypes, account);
        lock (_lanes) _lanes.Add(lane);
        return new Collect(this, lane);
    }

    public override void Dispose()
    {
        foreach (LaneGroups lane in _lanes) lane.Dispose();
        _lanes.Clear();
    }

    protected override void Complete()
    {
        IsPartitioned = _lanes.Exists(l => l.Runs is not null);
        if (IsPartitioned)
        {
            foreach (LaneGroups lane in _lanes) lane.PutAside();
            return;
        }
        int largest = 0;
        for (int i = 1; i < _lanes.Count; i++)
        {
            if (_lanes[i].Groups.Count > _lanes[largest].Groups.Count) largest = i;
        }
        (_lanes[0], _lanes[largest]) = (_lanes[largest], _lanes[0]);
        for (int i = 1; i < _lanes.Count; i++) _lanes[0].Add(_lanes[i].Groups);
        if (_lanes[0].Groups.Count == 0) AddGroupsWithoutRows(_lanes[0].Groups);
    }

    private unsafe void AddGroupsWithoutRows(GroupStates groups)
    {
        foreach (int value in Node.GroupsWithoutRows)
        {
            using Batch keys = new([.. KeyTypes.Select(t => new ColumnVector(t))]);
            foreach (ColumnVector key in keys.Columns) key.SetAllNull(1);
            keys.Columns[^1].ResetConstant(1);
            *(int*)keys.Columns[^1].Data = value;
            groups.AddKeys(keys.Columns, 1);
        }
    }

    /// <summary>The groups of one lane: a table, and what was put aside of it.</summary>
    internal sealed unsafe class LaneGroups(GroupStates groups, LogicalType[] keyTypes, MemoryAccount account)
        : IDisposable
    {
        private readonly ColumnVector[] _keyVectors = [.. keyTypes.Select(t => new ColumnVector(t, account))];

        public GroupStates Groups { get; } = groups;

        /// <summary>Groups put aside; null when there were none.</summary>
        public GroupRuns? Runs { get; private set; }

        /// <summary>Moves all groups of the table to partitions.</summary>
        public void PutAside()
        {
            Runs ??= new GroupRuns(keyTypes, Groups.Plan.Stride, account);
            Runs.Add(Groups);
            Groups.Reset();
        }

        /// <summary>Adds the groups of another lane's table.</summary>
        public void Add(GroupStates other)
        {
            uint* numbers = stackalloc uint[Batch.MaxRows];
            for (int first = 0; first < other.Count; first += Batch.MaxRows)
            {
                int count = Math.Min(Batch.MaxRows, other.Count - first);
                for (int i = 0; i < count; i++) numbers[i] = (uint)(first + i + 1);
                byte** states = other.Get(numbers, count, _keyVectors);
                Groups.AddStates(_keyVectors, other.Plan, states, count);
            }
        }

        public void Dispose()
        {
            Groups.Dispose();
            Runs?.Dispose();
            foreach (ColumnVector vector in _keyVectors) vector.Dispose();
        }
    }

    private sealed class Collect(GroupSink sink, LaneGroups lane) : Operator(null)
    {
        private readonly RowCompactor _compactor = new();

        public override Flow Push(Batch batch)
        {
            ColumnVector[] columns = _compactor.Compact(batch, sink._wanted);
            if (_compactor.Count == 0) return Flow.More;
            lane.Groups.AddRows(columns, sink._keys, _compactor.Count);
            if (lane.Groups.Count > MaxGroups) lane.PutAside();
            return Flow.More;
        }

        public override Flow Finish()
        {
            bool isAlone;
            lock (sink._lanes) isAlone = sink._lanes.Count == 1;
            if (lane.Runs is not null || (!isAlone && lane.Groups.Count > FewGroups)) lane.PutAside();
            return Flow.More;
        }

        public override void Dispose() => _compactor.Dispose();
    }
}
