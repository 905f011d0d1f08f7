using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Gives the groups: a partition is a morsel, its groups are put together when it is taken. A partition in files that
/// memory has no room for is cut again, by more bits of the hash, and its parts are morsels in turn.
/// </summary>
internal sealed unsafe class GroupSource(GroupSink sink) : Source
{
    private readonly Lock _lock = new();
    private readonly Stack<Part> _parts = [];
    private int _next = -1;
    private int _loading;
    private Signal? _news;

    public override int MaxLanes =>
        sink.IsPartitioned ? GroupPartitions.PartitionCount : sink.Dense is { } dense ? dense.RangeCount : 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, sink, context);

    public override void Dispose() => sink.Dispose();

    /// <summary>
    /// Of groups that keep much, such as lists, so many bytes are given in a batch: finishing them and whatever comes
    /// next is then over soon, and somebody can cancel in between.
    /// </summary>
    private const long BatchBytes = 2 << 20;

    /// <summary>A part of a partition in files.</summary>
    private readonly record struct Part(IReadOnlyList<StoredFrame> Frames, int Level);

    private sealed class Lane : SourceLane
    {
        private readonly GroupSource _source;
        private readonly GroupSink _sink;
        private readonly PipelineContext _context;
        private readonly Batch _output;
        private readonly ColumnVector[] _keys;
        private readonly ColumnVector[] _results;
        private readonly MemoryAccount? _account;
        private readonly SpillGauge? _gauge;
        private readonly List<GroupRuns.Run> _borrowed = [];
        private readonly AccumulatorPlan? _densePlan;
        private readonly DenseMerge.Reader? _dense;
        private GroupStates? _own;
        private Batch? _frame;
        private GroupStates? _groups;
        private int _given;
        private bool _isInRange;

        public Lane(GroupSource source, GroupSink sink, PipelineContext context)
        {
            _source = source;
            _sink = sink;
            _context = context;
            _output = new Batch(sink.Node.Output);
            _keys = _output.Columns[..sink.KeyTypes.Length];
            _results = _output.Columns[sink.KeyTypes.Length..];
            if (sink.Dense is { } dense)
            {
                _account = context.CreateAccount("aggregate");
                _densePlan = sink.Node.CreatePlan(context, _account);
                _dense = new DenseMerge.Reader(dense, _densePlan, sink.KeyTypes[0], _account);
            }
            if (!sink.IsPartitioned) return;
            _account = context.CreateAccount("aggregate");
            _gauge = new SpillGauge(context.Run, _account);
            _gauge.End();
            _own = Create();
            if (!sink.IsSpilled) _own.BorrowText();
        }

        public override Flow Run(Operator first)
        {
            if (_dense is not null) return RunDense(first);
            if (_groups is null)
            {
                Flow taken = _sink.IsSpilled ? TakeSpilled() : TakeNext();
                if (_groups is null) return taken;
            }
            uint* numbers = stackalloc uint[Batch.MaxRows];
            long bytes = (_account?.UsedBytes ?? _sink.Lanes[0].UsedBytes) / Math.Max(1, _groups!.Count);
            int most = (int)Math.Clamp(BatchBytes / Math.Max(1, bytes), 1, Batch.MaxRows);
            while (_given < _groups.Count)
            {
                int count = Math.Min(most, _groups.Count - _given);
                for (int i = 0; i < count; i++) numbers[i] = (uint)(_given + i + 1);
                byte** states = _groups.Get(numbers, count, _keys);
                _given += count;
                Flow flow = Give(_groups.Plan, states, count, first);
                if (!flow.IsMore || most < Batch.MaxRows) return flow;
            }
            _groups = null;
            return Flow.More;
        }

        /// <summary>Gives the groups of the next range of keys, or what is left of one.</summary>
        private Flow RunDense(Operator first)
        {
            byte** states = stackalloc byte*[Batch.MaxRows];
            while (true)
            {
                int count = _isInRange ? _dense!.Next(_keys[0], states) : 0;
                if (count > 0)
                {
                    Flow flow = Give(_densePlan!, states, count, first);
                    if (!flow.IsMore) return flow;
                    continue;
                }
                if (_isInRange)
                {
                    _isInRange = false;
                    return Flow.More;
                }
                int range = Interlocked.Increment(ref _source._next);
                if (range >= _sink.Dense!.RangeCount) return Flow.Done;
                _dense!.Take(range);
                _isInRange = true;
            }
        }

        private Flow Give(AccumulatorPlan plan, byte** states, int count, Operator first)
        {
            if (_sink.Node.GivesStates) plan.WriteStates(states, count, _results);
            else plan.Finish(states, count, _results);
            _output.Reset();
            _output.Count = count;
            return first.Push(_output);
        }

        public override void Dispose()
        {
            _output.Dispose();
            _frame?.Dispose();
            _own?.Dispose();
            _dense?.Dispose();
            _densePlan?.Dispose();
            EndBorrowing();
            _gauge?.Dispose();
        }

        private GroupStates Create() => new(_sink.KeyTypes, _sink.Node.CreatePlan(_context, _account!), _account!);

        /// <summary>The next partition in memory.</summary>
        private Flow TakeNext()
        {
            int index = Interlocked.Increment(ref _source._next);
            _given = 0;
            if (index >= (_sink.IsPartitioned ? GroupPartitions.PartitionCount : 1)) return Flow.Done;
            if (!_sink.IsPartitioned)
            {
                _groups = _sink.Lanes[0].Groups;
                return Flow.More;
            }
            _own!.Reset();
            EndBorrowing();
            foreach (GroupSink.LaneGroups lane in _sink.Lanes)
            {
                // The text of keys stays in the runs until the groups are given.
                if (AddRun(lane, index) is { } run) _borrowed.Add(run);
            }
            _groups = _own;
            return Flow.More;
        }

        private void EndBorrowing()
        {
            foreach (GroupRuns.Run run in _borrowed) run.Dispose();
            _borrowed.Clear();
        }

        private GroupRuns.Run? AddRun(GroupSink.LaneGroups lane, int index)
        {
            byte** states = stackalloc byte*[Batch.MaxRows];
            if (lane.Runs?[index] is not { } run) return null;
            for (long first = 0; first < run.Count; first += Batch.MaxRows)
            {
                int count = (int)Math.Min(Batch.MaxRows, run.Count - first);
                run.Get(first, count, _keys, states);
                _own!.AddStates(_keys, lane.Groups.Plan, states, count);
            }
            return run;
        }

        /// <summary>
        /// Takes the next partition of which some is in files. There are no groups afterwards where it was cut again,
        /// or where another lane may still cut one, which is waited for.
        /// </summary>
        private Flow TakeSpilled()
        {
            Part part;
            int index = -1;
            lock (_source._lock)
            {
                if (!_source._parts.TryPop(out part))
                {
                    if (_source._next + 1 >= GroupPartitions.PartitionCount)
                    {
                        return _source._loading == 0 ? Flow.Done : Flow.Blocked(_source._news ??= new Signal());
                    }
                    index = ++_source._next;
                    part = new Part([.. _sink.Lanes.SelectMany(l => l.Spilled?[index] ?? [])], 0);
                }
                _source._loading++;
            }
            SpilledGroups? cut = null;
            try
            {
                _own!.Dispose();
                _own = Create();
                if (index >= 0)
                {
                    foreach (GroupSink.LaneGroups lane in _sink.Lanes) AddRun(lane, index)?.Dispose();
                }
                cut = Load(part);
                if (cut is null) _groups = _own;
                _given = 0;
            }
            finally
            {
                EndLoad(cut);
                cut?.Dispose();
            }
            return Flow.More;
        }

        private void EndLoad(SpilledGroups? cut)
        {
            Signal? news;
            lock (_source._lock)
            {
                _source._loading--;
                (news, _source._news) = (_source._news, null);
                for (int p = GroupPartitions.PartitionCount - 1; p >= 0 && cut is not null; p--)
                {
                    if (cut[p].Count > 0) _source._parts.Push(new Part(cut[p], cut.Level));
                }
            }
            news?.Set();
        }

        /// <summary>Reads a part into the own table; returns what it was cut into where there was no room.</summary>
        private SpilledGroups? Load(Part part)
        {
            MemoryAccount account = _context.Run.SpillAccount;
            _frame ??= new Batch(
                [.. _sink.KeyTypes.Concat(_own!.Plan.StateTypes).Select(t => new ColumnVector(t, account))]);
            SpilledGroups? cut = null;
            int keyCount = _sink.KeyTypes.Length;
            bool canCut = part.Level + 1 < GroupPartitions.LevelCount;
            if (canCut) _gauge!.Begin();
            foreach (StoredFrame stored in part.Frames)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                if (canCut && _own!.Count > Batch.MaxRows / 32 &&
                    _gauge!.MustSpill(_own.Count, _account!.UsedBytes + (256 << 10)))
                {
                    cut ??= new SpilledGroups(
                        _context.Run, _sink.Node, _sink.KeyTypes, _own.Plan.StateTypes, part.Level + 1);
                    cut.Add(_own);
                    _own.Dispose();
                    _own = Create();
                }
                SpillFrameReader reader = new(stored.File, account);
                reader.Read(stored.Frame, _frame);
                Span<ColumnVector> columns = _frame.Columns;
                _own!.AddStateColumns(columns[..keyCount], columns[keyCount..], _frame.Count);
            }
            _gauge!.End();
            if (cut is not null) cut.Add(_own!);
            return cut;
        }
    }
}
