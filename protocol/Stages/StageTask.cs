using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Stages;

/// <summary>
/// One task at work: a run whose rows wait in partitions. Ended when all of them were read, when it failed, or when
/// nobody wants it any more.
/// </summary>
internal sealed class StageTask : IAsyncDisposable
{
    private readonly MemoryAccount _account;
    private readonly PartitionQueue[] _partitions;
    private readonly bool[] _isTaken;
    private readonly TaskInputs _inputs;
    private readonly QueryRun _run;
    private readonly TaskCompletionSource _allRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openPartitions;

    /// <summary>Lays the run out; nothing runs before <see cref="Start"/>.</summary>
    /// <exception cref="ColFragException">The plan cannot run here: a segment is missing, say.</exception>
    public StageTask(TaskOrder order, StageEnvironment environment, TaskInputs inputs)
    {
        Order = order;
        _inputs = inputs;
        _account = environment.Memory.CreateAccount("rows on their way to other tasks", this);
        _partitions = new PartitionQueue[order.PartitionCount];
        _isTaken = new bool[order.PartitionCount];
        _openPartitions = order.PartitionCount;
        for (int i = 0; i < _partitions.Length; i++)
            _partitions[i] = new PartitionQueue(_account, environment.PartitionBytes) { Closed = ClosePartition };
        try
        {
            _run = new QueryRun(
                order.Root, new PartitionSink(order.Output, order.Root.Output, _partitions),
                new QueryEnvironment
                {
                    Scheduler = environment.Scheduler,
                    Memory = environment.Memory,
                    Spill = environment.Spill,
                    Session = order.Session,
                    Parameters = order.Statement.Parameters,
                    IsMeasured = order.Statement.IsMeasured,
                    Exchanges = inputs,
                },
                $"task {order.Task}");
        }
        catch
        {
            inputs.Dispose();
            foreach (PartitionQueue partition in _partitions) partition.Dispose();
            _account.Dispose();
            throw;
        }
    }

    /// <summary>What was ordered.</summary>
    public TaskOrder Order { get; }

    /// <summary>Ends with the task, never with an error: <see cref="GetResult"/> says which.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to run.</summary>
    public void Start()
    {
        Ended = RunAsync();
        _run.Start();
    }

    /// <summary>The reader's end of a partition, for its one reader.</summary>
    /// <exception cref="ClusterException">There is no such partition, or another reads it.</exception>
    public PartitionQueue TakePartition(int number)
    {
        bool isFree = (uint)number < (uint)_partitions.Length && !Interlocked.Exchange(ref _isTaken[number], true);
        return isFree ? _partitions[number] : throw new ClusterException(
            $"Task {Order.Task} has no partition {number} to read, or another has read it", isTransient: false,
            SqlStates.ProtocolViolation);
    }

    /// <summary>Stops the run; who still reads gets the error.</summary>
    public void Stop(ClusterException reason)
    {
        _run.Fail(reason);
        // The run may have ended before, with rows that now nobody fetches.
        _allRead.TrySetResult();
    }

    /// <summary>What the task did, after its end.</summary>
    public TaskFinished GetResult()
    {
        long rows = _partitions.Sum(p => p.RowCount), bytes = _partitions.Sum(p => p.TakenBytes);
        return _run.Completion.Exception?.InnerException is Exception error
            ? new TaskFinished(rows, bytes, [], Failure.From(error), _inputs.FailedTask)
            : new TaskFinished(rows, bytes, Order.Statement.IsMeasured ? TaskStatistics.Write(_run) : [], null, -1)
            {
                ReceivedBytes = _inputs.ReceivedBytes,
            };
    }

    /// <summary>Stops what still runs and frees what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        foreach (PartitionQueue partition in _partitions) partition.Dispose();
        await _run.Completion.EndedAsync();
        _inputs.Dispose();
        _account.Dispose();
    }

    private async Task RunAsync()
    {
        await _run.Completion.EndedAsync();
        if (_run.Completion.Exception?.InnerException is Exception error)
        {
            foreach (PartitionQueue partition in _partitions) partition.Fail(error);
            return;
        }
        await _allRead.Task;
    }

    private void ClosePartition()
    {
        if (Interlocked.Decrement(ref _openPartitions) == 0) _allRead.TrySetResult();
    }
}
