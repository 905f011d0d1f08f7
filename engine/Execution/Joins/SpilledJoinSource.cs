using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Joins the parts of a join that was spilled; a pair of parts is a morsel. The build part is read and indexed, the
/// probe part streams by. A build part that memory has no room for is cut again together with its probe part; where
/// that does not help, because most rows have one key, it is taken in pieces, and the probe part is read once for each.
/// </summary>
internal sealed class SpilledJoinSource(HashJoinNode node, JoinSpill spill) : Source
{
    private readonly Lock _lock = new();
    private Stack<JoinParts>? _pairs;
    private Signal? _news;
    private int _loading;

    public override int MaxLanes => Math.Max(1, Pairs.Count);

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, context);

    private Stack<JoinParts> Pairs
    {
        get
        {
            lock (_lock) return _pairs ??= new Stack<JoinParts>(spill.Pairs());
        }
    }

    /// <summary>Takes a pair; false when there is none, for ever or until <paramref name="flow"/> says.</summary>
    private bool TryTake(out JoinParts pair, out Flow flow)
    {
        lock (_lock)
        {
            flow = Flow.More;
            if (Pairs.TryPop(out pair))
            {
                _loading++;
                return true;
            }
            flow = _loading == 0 ? Flow.Done : Flow.Blocked(_news ??= new Signal());
            return false;
        }
    }

    /// <summary>A pair is in memory, or was cut into others.</summary>
    private void EndLoading(IEnumerable<JoinParts> cut)
    {
        Signal? news;
        lock (_lock)
        {
            _loading--;
            (news, _news) = (_news, null);
            foreach (JoinParts pair in cut) Pairs.Push(pair);
        }
        news?.Set();
    }

    private sealed class Lane : SourceLane
    {
        /// <summary>Fewer rows are always kept.</summary>
        private const int FewestRows = 64;

        /// <summary>What the index of a row takes at most.</summary>
        private const int IndexBytes = 72;

        private readonly SpilledJoinSource _source;
        private readonly HashJoinNode _node;
        private readonly JoinSpill _spill;
        private readonly PipelineContext _context;
        private readonly MemoryAccount _account;
        private readonly SpillGauge _gauge;
        private readonly long _mostBytes;
        private readonly Batch _build;
        private readonly Batch _probe;
        private HashJoinOperator? _join;
        private JoinTable? _table;
        private SourceLane? _unmatched;
        private JoinParts _pair;
        private List<ulong[]>? _found;
        private int _buildFrame;
        private int _probeFrame;
        private bool _isInside;

        public Lane(SpilledJoinSource source, PipelineContext context)
        {
            _source = source;
            _node = source.Node;
            _spill = source.Spill;
            _context = context;
            _account = context.CreateAccount("join");
            _gauge = new SpillGauge(context.Run, _account);
            _gauge.End();
            // Half of the limit for the lanes that do the same side by side.
            QueryEnvironment environment = context.Run.Environment;
            _mostBytes = environment.Memory.LimitBytes / (2L * environment.Scheduler.WorkerCount);
            _build = new Batch(_node.Build.Output);
            _probe = new Batch(_node.Probe.Output);
        }

        public override Flow Run(Operator first)
        {
            _join ??= new HashJoinOperator(_node, new JoinTable(_node, _account), _context, first);
            if (_isInside)
            {
                Flow resumed = _join.Resume();
                if (!resumed.IsMore) return resumed;
                _isInside = false;
            }
            if (_unmatched is not null) return GiveUnmatched(first);
            if (_table is null)
            {
                if (!_source.TryTake(out _pair, out Flow flow)) return flow;
                List<JoinParts> cut = [];
                try
                {
                    (_buildFrame, _found) = (0, null);
                    LoadTable(cut);
                }
                finally
                {
                    _source.EndLoading(cut);
                }
                return Flow.More;
            }
            return Probe(first);
        }

        public override void Dispose()
        {
            _join?.Dispose();
            _table?.Dispose();
            _unmatched?.Dispose();
            _gauge.Dispose();
            _build.Dispose();
            _probe.Dispose();
        }

        /// <summary>Reads as much of the build part as there is room for; cuts the pair if that is not all.</summary>
        private void LoadTable(List<JoinParts> cut)
        {
            RowBuffer rows = new(_node.Build.Output, _account);
            KeyRange[] ranges = [.. _node.Keys.Map(k => new KeyRange(_node.Build.Output[k.Build].Type))];
            try
            {
                _gauge.Begin();
                while (_buildFrame < _pair.Build.Count)
                {
                    _context.Cancellation.ThrowIfCancellationRequested();
                    StoredFrame next = _pair.Build[_buildFrame];
                    bool hasRoom = rows.Count < FewestRows ||
                        (_account.UsedBytes < _mostBytes &&
                        !_gauge.MustSpill(rows.Count, rows.GrowthBytes + (2L * next.Frame.Length)) &&
                        _gauge.TryPromise((rows.Count + next.Frame.Rows) * IndexBytes));
                    if (!hasRoom && Cut(rows, cut)) return;
                    if (!hasRoom) break;
                    new SpillFrameReader(next.File, _context.Run.SpillAccount).Read(next.Frame, _build);
                    for (int k = 0; k < ranges.Length; k++)
                        ranges[k].Include(_build.Columns[_node.Keys[k].Build], _build.Count);
                    rows.Append(_build);
                    _buildFrame++;
                }
                _gauge.EndPromise();
                JoinTable table = new(_node, _account);
                _table = table;
                table.Build([rows], ranges);
                rows = null!;
                table.UseTotals(_spill.BuildRows, _spill.HasNullKeys);
                bool isLast = _buildFrame == _pair.Build.Count;
                if (!isLast && _found is null)
                    _found = [.. _pair.Probe.Select(f => new ulong[(f.Frame.Rows + 63) / 64])];
                _join!.Use(table, hasMore: !isLast);
                _probeFrame = 0;
            }
            finally
            {
                _gauge.EndPromise();
                _gauge.End();
                rows?.Dispose();
            }
        }

        /// <summary>Cuts both sides of the pair by more bits of the hash; false where that cannot help.</summary>
        private bool Cut(RowBuffer rows, List<JoinParts> cut)
        {
            int level = _pair.Level + 1;
            // Once a piece was joined, the rest must be taken in pieces too.
            if (_pair.IsWhole || level >= JoinScatter.LevelCount || _found is not null) return false;
            using JoinScatter build = _spill.ScatterBuild(level);
            using JoinScatter probe = _spill.ScatterProbe(level);
            build.Take(rows);
            Scatter(_pair.Build.Skip(_buildFrame), _build, build);
            Scatter(_pair.Probe, _probe, probe);
            long total = Enumerable.Range(0, JoinScatter.PartCount).Sum(build.RowsOf);
            for (int p = 0; p < JoinScatter.PartCount; p++)
            {
                if (build[p].Count == 0 && probe[p].Count == 0) continue;
                cut.Add(new JoinParts(build[p], probe[p], level, build.RowsOf(p) > total / 10 * 9));
            }
            return true;
        }

        private void Scatter(IEnumerable<StoredFrame> frames, Batch batch, JoinScatter target)
        {
            foreach (StoredFrame frame in frames)
            {
                new SpillFrameReader(frame.File, _context.Run.SpillAccount).Read(frame.Frame, batch);
                target.Add(batch.Columns, batch.Count);
            }
            target.Flush();
        }

        private Flow Probe(Operator first)
        {
            const int FramesPerTurn = 4;
            for (int frames = 0; frames < FramesPerTurn && _probeFrame < _pair.Probe.Count; frames++)
            {
                StoredFrame frame = _pair.Probe[_probeFrame];
                new SpillFrameReader(frame.File, _context.Run.SpillAccount).Read(frame.Frame, _probe);
                _join!.Earlier = _found?[_probeFrame];
                _probeFrame++;
                Flow flow = _join.Push(_probe);
                _isInside = flow.IsBlocked;
                if (!flow.IsMore) return flow;
            }
            if (_probeFrame < _pair.Probe.Count) return Flow.More;
            if (!_node.KeepsBuildRows) return EndTable();
            _unmatched = new UnmatchedSource(_node, _table!).StartLane(_context);
            return GiveUnmatched(first);
        }

        private Flow GiveUnmatched(Operator first)
        {
            Flow flow = _unmatched!.Run(first);
            if (!flow.IsDone) return flow;
            _unmatched.Dispose();
            _unmatched = null;
            return EndTable();
        }

        /// <summary>Goes on with the next piece of the build part, if there is one.</summary>
        private Flow EndTable()
        {
            _table!.Dispose();
            _table = null;
            if (_buildFrame < _pair.Build.Count) LoadTable([]);
            return Flow.More;
        }
    }

    private HashJoinNode Node => node;

    private JoinSpill Spill => spill;
}
