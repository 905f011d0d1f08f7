using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>
/// Runs the rounds of a recursive query. The first lane gives the rows of a round, begins the next one, and looks when
/// it is done; all lanes work off the pieces of the round's run. With a key nothing is given before the last round.
/// </summary>
internal sealed class RecursiveSource : Source
{
    private readonly RecursiveNode _node;
    private readonly RowsSink _anchor;
    private readonly QueryRun _run;
    private readonly PieceQueue _pieces;
    private readonly Dictionary<int, CommonTable> _tables;
    private readonly QueryEnvironment _environment;
    private readonly MemoryAccount _account;
    private IReadOnlyList<RowBuffer> _round = [];
    private QueryRun? _step;
    private RowsSink? _next;
    private GroupTable? _known;
    private readonly KeyedRows? _keyed;
    private readonly bool _scansNewest;
    private IReadOnlyList<RowBuffer> _newest = [];
    private volatile bool _isEnded;

    public RecursiveSource(RecursiveNode node, RowsSink anchor, PlanLayout layout)
    {
        _node = node;
        _anchor = anchor;
        _run = layout.Run;
        _pieces = new PieceQueue(_run.Environment.Scheduler.WorkerCount);
        _account = _run.CreateAccount("recursion");
        _environment = _run.Environment with { Scheduler = _pieces };
        _tables = new Dictionary<int, CommonTable>(layout.CommonTables) { [node.Id] = new CommonTable(() => _round) };
        if (node.Key.IsEmpty) return;
        _keyed = new KeyedRows(node.Output, node.Key, node.IsDistinct, _account);
        _tables[node.AllId] = new CommonTable(() => _newest);
        _scansNewest = node.Step.DescendantsAndSelf().Any(n => n is CommonTableScanNode scan && scan.Id == node.AllId);
    }

    public override int MaxLanes => _pieces.WorkerCount;

    public override SourceLane StartLane(PipelineContext context) =>
        context.LaneIndex == 0 ? new Leader(this) : new Follower(this);

    /// <summary>Ends the round that runs, if one does: its pieces end at once when the run stops.</summary>
    public override void Dispose()
    {
        _step?.Dispose();
        while (_pieces.TryRun())
        {
        }
        foreach (RowBuffer buffer in _next?.TakeBuffers() ?? []) buffer.Dispose();
        foreach (RowBuffer buffer in _round) buffer.Dispose();
        _known?.Dispose();
        _keyed?.Dispose();
    }

    private bool IsRoundDone => _step!.Completion.IsCompleted;

    private void BeginRound()
    {
        _next = new RowsSink(_node.Output, isSerial: false, _account);
        _step = new QueryRun(_node.Step, _next, _environment, "recursion", _run, _tables);
        _step.Start();
    }

    /// <summary>Takes over the rows of the round that is done; true when there are any.</summary>
    private bool EndRound()
    {
        // Fails with the error of the round.
        _step!.Completion.GetAwaiter().GetResult();
        _step = null;
        foreach (RowBuffer buffer in _round) buffer.Dispose();
        return TakeRound(_next!.TakeBuffers());
    }

    private bool TakeRound(IReadOnlyList<RowBuffer> rows)
    {
        _round = _keyed is not null ? [_keyed.Put(rows)] : _node.IsDistinct ? DropKnown(rows) : [.. rows];
        // Here, where no lane of a round reads them.
        if (_scansNewest) _newest = [_keyed!.Current()];
        return _round.Any(b => b.Count > 0);
    }

    private unsafe RowBuffer[] DropKnown(IReadOnlyList<RowBuffer> rows)
    {
        _known ??= new GroupTable([.. _node.Output.Fields.Select(f => f.Type)], _account);
        RowBuffer fresh = new(_node.Output, _account);
        using Batch part = new(_node.Output);
        uint* groups = stackalloc uint[Batch.MaxRows];
        int* kept = stackalloc int[Batch.MaxRows];
        foreach (RowBuffer buffer in rows)
        {
            for (long first = 0; first < buffer.Count; first += Batch.MaxRows)
            {
                int count = (int)Math.Min(Batch.MaxRows, buffer.Count - first);
                buffer.Slice(first, count, part);
                int known = _known.Count;
                _known.Find(part.Columns, count, groups);
                int n = 0;
                for (int i = 0; i < count; i++)
                {
                    // Groups are numbered as they appear.
                    if (groups[i] <= known) continue;
                    known++;
                    kept[n++] = i;
                }
                if (n > 0) fresh.Append(part.Columns, kept, n);
            }
            buffer.Dispose();
        }
        return [fresh];
    }

    /// <summary>The lane that leads from round to round.</summary>
    private sealed class Leader(RecursiveSource source) : SourceLane
    {
        private readonly Batch _output = new(source._node.Output);
        private int _buffer = -1;
        private long _row;
        private bool _isLast;

        public override Flow Run(Operator first)
        {
            if (_buffer < 0)
            {
                _buffer = 0;
                _isLast = !source.TakeRound(source._anchor.TakeBuffers());
            }
            if (_isLast) return GiveLast(first);
            if (source._step is null)
            {
                Flow flow = source._keyed is null ? Give(source._round, first) : Flow.More;
                if (!flow.IsMore) return flow.IsDone ? End() : flow;
                source.BeginRound();
            }
            return source._pieces.TryRun() || source.IsRoundDone ? LookAtRound() : Wait();
        }

        public override void Dispose() => _output.Dispose();

        private Flow LookAtRound()
        {
            if (!source.IsRoundDone) return Flow.More;
            (_buffer, _row) = (0, 0);
            _isLast = !source.EndRound();
            return Flow.More;
        }

        private Flow Wait()
        {
            Signal news = source._pieces.NextNews();
            return source.IsRoundDone ? LookAtRound() : Flow.Blocked(news);
        }

        // The newest rows are known when no round follows.
        private Flow GiveLast(Operator first)
        {
            if (source._keyed is null) return End();
            Flow flow = Give([source._keyed.Current()], first);
            return flow.IsMore || flow.IsDone ? End() : flow;
        }

        private Flow End()
        {
            source._isEnded = true;
            source._pieces.Tell();
            return Flow.Done;
        }

        private Flow Give(IReadOnlyList<RowBuffer> rows, Operator first)
        {
            for (; _buffer < rows.Count; _buffer++, _row = 0)
            {
                RowBuffer buffer = rows[_buffer];
                while (_row < buffer.Count)
                {
                    int n = (int)Math.Min(Batch.MaxRows, buffer.Count - _row);
                    buffer.Slice(_row, n, _output);
                    _row += n;
                    Flow flow = first.Push(_output);
                    if (!flow.IsMore) return flow;
                }
            }
            return Flow.More;
        }
    }

    /// <summary>A lane that helps with the pieces.</summary>
    private sealed class Follower(RecursiveSource source) : SourceLane
    {
        public override Flow Run(Operator first)
        {
            if (source._isEnded) return Flow.Done;
            if (source._pieces.TryRun())
            {
                // The piece may have been the round's last, which the leader waits for.
                source._pieces.Tell();
                return Flow.More;
            }
            Signal news = source._pieces.NextNews();
            return source._isEnded ? Flow.Done : Flow.Blocked(news);
        }
    }
}
