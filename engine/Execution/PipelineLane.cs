using System.Diagnostics;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Execution;

/// <summary>
/// One chain of operators of a pipeline and its place in the source: the unit that threads run. A turn is about 5 ms;
/// a blocked lane is parked until its signal and keeps no thread.
/// </summary>
internal sealed class PipelineLane : IWaiter
{
    private static readonly long s_turnTicks = Stopwatch.Frequency / 200;
    private readonly PipelineContext _context;
    private readonly QueryRun _run;
    private readonly PipelineState _pipeline;
    private readonly SourceLane _source;
    private readonly Operator[] _operators;
    private readonly Action _turn;
    private readonly OperatorStatistics? _sourceStatistics;
    private bool _isFinishing;
    private bool _wasBlocked;
    private int _isParked;

    public PipelineLane(
        PipelineContext context, PipelineState pipeline, SourceLane source, Operator[] operatorsFromSource)
    {
        _context = context;
        _run = context.Run;
        _pipeline = pipeline;
        _source = source;
        _operators = operatorsFromSource;
        if (_run.Environment.IsMeasured && pipeline.Pipeline.SourceNode is { } node) _sourceStatistics =
            _run.StatisticsOf(node);
        _turn = TakeTurn;
    }

    /// <summary>Asks for a turn.</summary>
    public void Post() => _run.Post(_turn);

    /// <summary>Ends the parking, once, whoever calls first: the signal or a run that stops.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isParked, 0) == 1) Post();
    }

    /// <summary>Frees the operators and the source's lane.</summary>
    public void Dispose()
    {
        foreach (Operator step in _operators) step.Dispose();
        _source.Dispose();
        _context.Dispose();
    }

    private void TakeTurn()
    {
        Signal? waitsFor;
        try
        {
            if (!RunUntilBlocked(out waitsFor))
            {
                _pipeline.EndLane(this);
                return;
            }
        }
        catch (Exception error)
        {
            _run.Fail(error);
            _pipeline.EndLane(this);
            return;
        }
        if (waitsFor is null)
        {
            Post();
            return;
        }
        Volatile.Write(ref _isParked, 1);
        waitsFor.Subscribe(this);
        // A run that stopped just before the lane was parked did not find it parked.
        if (_run.IsStopping) Wake();
    }

    /// <summary>Returns false when the lane has ended, else what it waits for; null: only for its next turn.</summary>
    private bool RunUntilBlocked(out Signal? waitsFor)
    {
        waitsFor = null;
        Operator first = _operators[0];
        IScheduler scheduler = _run.Environment.Scheduler;
        long turnEnds = scheduler.Timestamp + s_turnTicks;
        do
        {
            if (_run.IsStopping) return false;
            if (_wasBlocked)
            {
                Flow resumed = first.Resume();
                if (Waits(resumed, out waitsFor)) return true;
                _wasBlocked = false;
                if (resumed.IsDone) _isFinishing = true;
            }
            else if (!_isFinishing)
            {
                Flow flow = RunSource(first);
                if (Waits(flow, out waitsFor)) return true;
                if (flow.IsDone) _isFinishing = true;
            }
            else
            {
                return Waits(first.Finish(), out waitsFor);
            }
        }
        while (scheduler.Timestamp < turnEnds);
        return true;
    }

    private Flow RunSource(Operator first)
    {
        if (_sourceStatistics is null) return _source.Run(first);
        OperatorStatistics? before = _context.Clock.Enter(_sourceStatistics);
        try
        {
            return _source.Run(first);
        }
        finally
        {
            _context.Clock.Enter(before);
        }
    }

    private bool Waits(Flow flow, out Signal? waitsFor)
    {
        waitsFor = null;
        if (!flow.IsBlocked) return false;
        _wasBlocked = true;
        if (!flow.Signal!.IsSet) waitsFor = flow.Signal;
        return true;
    }
}
