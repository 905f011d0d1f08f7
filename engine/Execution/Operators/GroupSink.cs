using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Collects groups, each lane in a table of its own. A table that outgrows the cache is put aside by partitions of the
/// hash, in memory or, where that is short, in a spill file; at the end either all groups go through partitions, or the
/// few there are are put together at once.
/// </summary>
internal sealed class GroupSink : Sink
{
    // Above this many groups a table misses the second-level cache at every row: that is still cheaper than putting
    // most groups aside again and again, where statistics promise that each has many rows.
    private const int CachedGroups = 1 << 16;
    private const int MostGroups = 1 << 21;
    private const double ManyRows = 4;

    // Up to this many groups a lane's table is merged at once, without partitions.
    private const int FewGroups = 1 << 14;

    // And if they keep no more than this, or are hardly any: lists of values are sorted and searched when groups are
    // finished, which partitions do in parallel.
    private const long FewBytes = 8 << 20;
    private const int HardlyAnyGroups = 16;

    // Groups in an array by their key need no partitions up to this many: neither to find them nor to put lanes
    // together.
    private const int MostDenseGroups = 1 << 22;

    // Keys in random order meet an array of more bytes outside of the caches at every row. One lane still gains by it;
    // several, which share the last cache and are added up afterwards, are faster when they put groups aside.
    private const long MostScatteredBytes = 16 << 20;

    private const double FewestRowsPerGroup = 1.5;

    // Rows that are put aside as they are: so few that keys and states are still in the second-level cache when they
    // are brought to their partitions. After so many fills it is looked again whether keys repeat.
    private const int AppendedRows = 1 << 14;
    private const int FillsBetweenLooks = 32;

    private const long MostHeadroomBytes = 16 << 20;
    private const long FewestHeadroomBytes = 256 << 10;

    /// <summary>The name by which the setting disabled_rules switches groups in arrays off.</summary>
    public const string DenseRule = "dense_groups";

    private readonly List<LaneGroups> _lanes = [];
    private readonly bool[] _wanted;
    private readonly int[] _keys;
    private readonly int _maxGroups;

    public GroupSink(AggregateNode node)
    {
        Node = node;
        KeyTypes = [.. node.Keys.Map(k => node.Input.Output[k].Type)];
        _keys = [.. node.Keys];
        _maxGroups = MaxGroupsOf(node.EstimatedRows, PlanSize.RowsOf(node.Input));
        _wanted = new bool[node.Input.Output.Count];
        foreach (int key in node.Keys) _wanted[key] = true;
        foreach (AggregateSpec aggregate in node.Aggregates)
        {
            foreach (int argument in aggregate.Arguments) _wanted[argument] = true;
            if (aggregate.Filter >= 0) _wanted[aggregate.Filter] = true;
        }
        if (!node.Merged.IsEmpty) _wanted.AsSpan(node.StatesAt).Fill(true);
    }

    /// <summary>How many groups a lane keeps in one table, by estimates; negative groups are unknown.</summary>
    public static int MaxGroupsOf(double groups, double rows)
    {
        double kept = groups * 1.25;
        return groups > 0 && rows >= groups * ManyRows && kept <= MostGroups
            ? Math.Max(CachedGroups, (int)kept) : CachedGroups;
    }

    public AggregateNode Node { get; }

    public LogicalType[] KeyTypes { get; }

    /// <summary>The lanes' groups, after completion.</summary>
    public IReadOnlyList<LaneGroups> Lanes => _lanes;

    /// <summary>True when groups are in partitions; else all are in the first lane's table.</summary>
    public bool IsPartitioned { get; private set; }

    /// <summary>How the lanes' groups are put together where each lane has an array of them; null else.</summary>
    public DenseMerge? Dense { get; private set; }

    /// <summary>True when some of the partitions are in files.</summary>
    public bool IsSpilled { get; private set; }

    public override Operator StartLane(PipelineContext context)
    {
        LaneGroups lane = new(this, context);
        lock (_lanes) _lanes.Add(lane);
        return new Collect(this, lane);
    }

    public override void Dispose()
    {
        foreach (LaneGroups lane in _lanes)
        {
            lane.Report();
            lane.Dispose();
        }
        _lanes.Clear();
    }

    protected override void Complete()
    {
        IsSpilled = _lanes.Exists(l => l.Spilled is not null);
        IsPartitioned = IsSpilled || _lanes.Exists(l => l.Runs is not null);
        if (!IsPartitioned && _lanes.Count > 1 && _lanes.Exists(l => l.IsLarge))
        {
            // A lane without rows has learnt of no dictionary.
            bool areDense = _lanes.TrueForAll(l => l.IsDense || l.Groups.Count == 0);
            Dense = areDense ? DenseMerge.TryCreate(_lanes.Select(l => l.Groups)) : null;
            IsPartitioned = Dense is null;
        }
        foreach (LaneGroups lane in _lanes)
        {
            lane.Gauge.End();
            if (IsSpilled && lane.HasGroups) lane.Spill();
            else if (IsPartitioned && lane.HasGroups) lane.PutAsideTheLast();
        }
        if (IsPartitioned || Dense is not null) return;
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

    /// <summary>The groups of one lane: a table, what was put aside of it, and what was spilled.</summary>
    internal sealed unsafe class LaneGroups : IDisposable
    {
        private readonly GroupSink _sink;
        private readonly PipelineContext _context;
        private readonly MemoryAccount _account;
        private readonly ColumnVector[] _keyVectors;
        private readonly bool _mayBeDense;
        private long _rows;
        private bool _appends;
        private int _appended;
        private bool? _isScattered;
        private bool _areAllAside;

        public LaneGroups(GroupSink sink, PipelineContext context)
        {
            _sink = sink;
            _context = context;
            _account = context.CreateAccount("aggregate");
            _keyVectors = [.. sink.KeyTypes.Select(t => new ColumnVector(t, _account))];
            _mayBeDense = !context.Run.Environment.DisabledRules.Contains(DenseRule);
            Gauge = new SpillGauge(context.Run, _account);
            Groups = Create();
        }

        public GroupStates Groups { get; private set; }

        public SpillGauge Gauge { get; }

        /// <summary>Groups put aside; null when there were none.</summary>
        public GroupRuns? Runs { get; private set; }

        /// <summary>Groups in files; null when there were none.</summary>
        public SpilledGroups? Spilled { get; private set; }

        /// <summary>Bytes of keys and states, whatever kernels keep included.</summary>
        public long UsedBytes => _account.UsedBytes;

        /// <summary>True when the lane must spill first: a table that grows needs its size again.</summary>
        public bool MustSpill => Gauge.MustSpill(
            Groups.Count, Math.Min(_account.UsedBytes, MostHeadroomBytes) + FewestHeadroomBytes);

        /// <summary>True when there is enough to be worth partitions.</summary>
        public bool IsLarge => Groups.Count > FewGroups ||
            (Groups.Count > HardlyAnyGroups && _account.UsedBytes > FewBytes);

        /// <summary>True when an array has the groups, which then stay where they are.</summary>
        public bool IsDense => _mayBeDense && _isScattered != true && Groups.Count <= MostDenseGroups &&
            Groups.Dense is not null;

        /// <summary>Adds the most bytes that the lane held to the figures of the node.</summary>
        public void Report() => _context.Run.StatisticsOf(_sink.Node).AddBytes(_account.PeakBytes);

        /// <summary>Writes all groups to a file.</summary>
        public void Spill()
        {
            Spilled ??= new SpilledGroups(_context.Run, _sink.Node, _sink.KeyTypes, Groups.Plan.StateTypes, 0);
            if (Runs is not null) Spilled.Add(Runs, Groups.Plan);
            Spilled.Add(Groups);
            Runs?.Dispose();
            Runs = null;
            // Kernels keep what states point at for as long as their plan lives.
            Groups.Dispose();
            Groups = Create();
            (_rows, _appends) = (0, false);
        }

        /// <summary>True when some groups are in the table only.</summary>
        public bool HasGroups => Groups.Count > 0 && !_areAllAside;

        /// <summary>
        /// Brings the groups of the table to partitions after the last row: they stay in the table too, so that no text
        /// of theirs is copied.
        /// </summary>
        public void PutAsideTheLast()
        {
            if (_areAllAside) return;
            _areAllAside = true;
            Runs ??= new GroupRuns(_sink.KeyTypes, Groups.Plan.Stride, _account);
            Runs.Add(Groups, borrowsText: true);
        }

        /// <summary>Moves all groups of the table to partitions.</summary>
        private void PutAside()
        {
            Runs ??= new GroupRuns(_sink.KeyTypes, Groups.Plan.Stride, _account);
            Runs.Add(Groups);
            // Where hardly two rows of a table's fill were of one group, looking for equal keys is work for nothing:
            // rows are put aside as they are. Every so often it is looked again.
            bool wasWorth = !_appends && _rows > Groups.Count * FewestRowsPerGroup;
            _appends = _appends ? ++_appended % FillsBetweenLooks != 0 : !wasWorth;
            _rows = 0;
            Groups.Reset(_appends);
        }

        /// <summary>Adds rows, and puts groups aside when there are too many.</summary>
        public void AddRows(ColumnVector[] columns, int count)
        {
            _rows += count;
            Groups.AddRows(columns, _sink._keys, count);
            if (_isScattered is null && Groups.Count > CachedGroups) _isScattered = AreScattered();
            if (Groups.Count > (_appends ? AppendedRows : _sink._maxGroups) && !IsDense) PutAside();
        }

        /// <summary>
        /// True where rows of one group are not near each other, as far as the rows so far tell, and each of several
        /// lanes would have a large array.
        /// </summary>
        private bool AreScattered() =>
            _context.Run.Environment.Scheduler.WorkerCount > 1 && _rows < Groups.Count * FewestRowsPerGroup &&
            Groups.Dense is { } array &&
            array.CodeCount * (sizeof(int) + (long)Groups.Plan.Stride) > MostScatteredBytes;

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
            Spilled?.Dispose();
            Gauge.Dispose();
            foreach (ColumnVector vector in _keyVectors) vector.Dispose();
        }

        private GroupStates Create() => new(
            _sink.KeyTypes, _sink.Node.CreatePlan(_context, _account), _account,
            _sink._maxGroups > CachedGroups ? _sink._maxGroups : 0);
    }

    private sealed class Collect(GroupSink sink, LaneGroups lane) : Operator(null)
    {
        private readonly RowCompactor _compactor = new();

        public override Flow Push(Batch batch)
        {
            ColumnVector[] columns = _compactor.Compact(batch, sink._wanted);
            if (_compactor.Count == 0) return Flow.More;
            if (lane.MustSpill) lane.Spill();
            lane.AddRows(columns, _compactor.Count);
            return Flow.More;
        }

        public override Flow Finish()
        {
            bool isAlone, isSpilled;
            lock (sink._lanes)
            {
                isAlone = sink._lanes.Count == 1;
                isSpilled = sink._lanes.Exists(l => l.Spilled is not null);
            }
            if (isSpilled) lane.Spill();
            else if (lane.Runs is not null || (!isAlone && lane.IsLarge && !lane.IsDense)) lane.PutAsideTheLast();
            return Flow.More;
        }

        public override void Dispose() => _compactor.Dispose();
    }
}
