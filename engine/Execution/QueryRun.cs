using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Execution;

/// <summary>
/// One execution of a plan: lays out its pipelines, starts each when what it requires is complete, keeps the first
/// error, and frees everything after the last lane.
/// </summary>
internal sealed class QueryRun : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<PhysicalNode, OperatorStatistics> _statistics = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(object Owner, Type Kind), object> _shared = [];
    private readonly List<MemoryAccount> _accounts = [];
    private readonly List<SpillFile> _spillFiles = [];
    private readonly List<Pipeline> _waiting = [];
    private readonly List<PipelineState> _running = [];
    private readonly IWorkQueue _queue;
    private readonly PlanLayout _layout;
    private readonly QueryRun? _around;
    private Exception? _error;
    private bool _isStarted;
    private int _isEnded;

    /// <summary>Prepares a run of a plan into a sink, which the run frees at its end.</summary>
    /// <param name="root">The plan.</param>
    /// <param name="target">Where its rows go.</param>
    /// <param name="environment">The process around.</param>
    /// <param name="name">For people.</param>
    /// <param name="around">The run that this one is a part of, which keeps the figures; null for none.</param>
    /// <param name="tables">Common tables of the run around.</param>
    public QueryRun(
        PhysicalNode root, Sink target, QueryEnvironment environment, string name = "query", QueryRun? around = null,
        IReadOnlyDictionary<int, CommonTable>? tables = null)
    {
        _around = around;
        Root = root;
        Environment = environment;
        _queue = environment.Scheduler.CreateQueue(name);
        _layout = new PlanLayout(this);
        VectorAccount = CreateAccount("vectors");
        foreach ((int id, CommonTable table) in tables ?? new Dictionary<int, CommonTable>())
        {
            _layout.CommonTables[id] = table;
        }
        root.LayOut(_layout.AddPipeline(target), _layout);
        foreach (Pipeline pipeline in _layout.Pipelines) Invariant.Holds(pipeline.Source is not null);
        _waiting.AddRange(_layout.Pipelines);
    }

    /// <summary>The plan.</summary>
    public PhysicalNode Root { get; }

    /// <summary>The process around.</summary>
    public QueryEnvironment Environment { get; }

    /// <summary>Counts the vectors that lanes work with.</summary>
    public MemoryAccount VectorAccount { get; }

    /// <summary>What expressions of the run may use.</summary>
    public ExpressionScope ExpressionScope => field ??= new(
        Environment.Session, Environment.Parameters, VectorAccount, Cancellation);

    /// <summary>Set when the run stops early: cancelled, failed, or its consumer left.</summary>
    public CancellationToken Cancellation => _stop.Token;

    /// <summary>True when lanes must end at their next look.</summary>
    public bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>Ends when no lane is left and everything is freed; fails with the first error.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts the pipelines that require nothing.</summary>
    public void Start()
    {
        Invariant.Holds(!_isStarted);
        _isStarted = true;
        StartReady();
    }

    /// <summary>Stops the run; its completion fails with 57014.</summary>
    public void Cancel() =>
        Fail(new QueryException(SqlStates.QueryCanceled, "Query cancelled: canceling statement due to user request"));

    /// <summary>Stops the run without an error: nobody wants the rest.</summary>
    public void Abandon() => Stop(null);

    /// <summary>Stops the run with an error, the first one counts.</summary>
    public void Fail(Exception error) => Stop(error);

    /// <summary>The figures of a node in this run.</summary>
    public OperatorStatistics StatisticsOf(PhysicalNode node)
    {
        if (_around is not null) return _around.StatisticsOf(node);
        lock (_lock)
        {
            if (!_statistics.TryGetValue(node, out OperatorStatistics? statistics))
            {
                _statistics.Add(node, statistics = new OperatorStatistics());
            }
            return statistics;
        }
    }

    /// <summary>State that the lanes of a node share; made by the first who asks.</summary>
    public T Shared<T>(object owner, Func<T> create) where T : class
    {
        lock (_lock)
        {
            (object, Type) key = (new ByReference(owner), typeof(T));
            if (!_shared.TryGetValue(key, out object? state)) _shared.Add(key, state = create());
            return (T)state;
        }
    }

    /// <summary>A memory account that ends with the run.</summary>
    public MemoryAccount CreateAccount(string name)
    {
        MemoryAccount account = Environment.Memory.CreateAccount(name, this);
        lock (_lock) _accounts.Add(account);
        return account;
    }

    /// <summary>Counts the buffers that spilling needs: they are had whatever the limit is.</summary>
    public MemoryAccount SpillAccount
    {
        get
        {
            lock (_lock)
            {
                if (field is not null) return field;
                field = Environment.Memory.CreateAccount("spilling", this, mayExceed: true);
                _accounts.Add(field);
                return field;
            }
        }
    }

    /// <summary>A file for what memory has no room for; it ends with the run.</summary>
    public SpillFile CreateSpillFile()
    {
        SpillFile file = Environment.Spill!.Create();
        lock (_lock) _spillFiles.Add(file);
        return file;
    }

    /// <summary>
    /// Lays out one more pipeline of a run that is going on, into a sink that waits for others yet.
    /// </summary>
    public void Extend(Func<Pipeline> layOut)
    {
        // Whoever looks which pipelines there are has the lock.
        lock (_lock) _waiting.Add(layOut());
    }

    /// <summary>Asks for a turn for one of the run's pieces.</summary>
    public void Post(Action piece) => Environment.Scheduler.Post(_queue, piece);

    /// <summary>Puts a meter in front of a step of a node when the run is measured.</summary>
    /// <param name="step">The step.</param>
    /// <param name="node">Whose time it takes; null where it is nobody's.</param>
    /// <param name="producer">Whose rows come to it.</param>
    /// <param name="clock">The clock of the lane.</param>
    public Operator Measure(Operator step, PhysicalNode? node, PhysicalNode? producer, LaneClock clock) =>
        Environment.IsMeasured
            ? new MeteredOperator(
                step, clock, node is null ? null : StatisticsOf(node), producer is null ? null : StatisticsOf(producer))
            : step;

    /// <summary>Stops a run that has not ended. Await <see cref="Completion"/> to know that it has.</summary>
    public void Dispose()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            lock (_lock) _waiting.Clear();
            Stop(null);
            End();
            return;
        }
        Abandon();
    }

    /// <summary>Called by the last lane of a pipeline.</summary>
    internal void EndPipeline(PipelineState state)
    {
        try
        {
            state.Pipeline.IsEnded = true;
            state.Pipeline.EndSource();
            state.Pipeline.Sink.EndPipeline(IsStopping);
        }
        catch (Exception error)
        {
            Fail(error);
        }
        // Only now: another pipeline that ends meanwhile must not think that it was the last one, and free everything.
        lock (_lock) _running.Remove(state);
        StartReady();
    }

    private void StartReady()
    {
        List<PipelineState> started = [];
        bool isLast;
        lock (_lock)
        {
            if (IsStopping) _waiting.Clear();
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!_waiting[i].IsReady) continue;
                started.Add(new PipelineState(this, _waiting[i]));
                _waiting.RemoveAt(i);
            }
            _running.AddRange(started);
            isLast = _running.Count == 0;
            Invariant.Holds(!isLast || _waiting.Count == 0);
        }
        if (isLast)
        {
            End();
            return;
        }
        foreach (PipelineState state in started) state.Start();
    }

    private void Stop(Exception? error)
    {
        PipelineState[] running;
        lock (_lock)
        {
            if (!IsStopping) _error = error;
            running = [.. _running];
        }
        _stop.Cancel();
        foreach (PipelineState state in running) state.WakeAll();
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0) return;
        foreach (Pipeline pipeline in _layout.Pipelines) pipeline.EndSource();
        foreach (Sink sink in _layout.Sinks) sink.Dispose();
        foreach (object state in _shared.Values) (state as IDisposable)?.Dispose();
        foreach (SpillFile file in _spillFiles) file.Dispose();
        foreach (MemoryAccount account in _accounts) account.Dispose();
        if (_error is null) _completion.TrySetResult();
        else _completion.TrySetException(_error);
    }

    /// <summary>Keys by identity: plan nodes are records and compare by value.</summary>
    private readonly struct ByReference(object target) : IEquatable<ByReference>
    {
        private readonly object _target = target;

        public bool Equals(ByReference other) => ReferenceEquals(_target, other._target);

        public override bool Equals(object? obj) => obj is ByReference other && Equals(other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_target);
    }
}
