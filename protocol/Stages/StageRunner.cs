using System.Collections.Concurrent;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Memory;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Stages;

/// <summary>
/// The tasks of one process, of a worker as of the coordinator: starts them, hands out their rows, and ends them when
/// whoever started them goes away.
/// </summary>
internal sealed class StageRunner(StageEnvironment environment) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(Guid Query, int Task), StageTask> _tasks = [];

    /// <summary>Tasks that have not ended.</summary>
    public int TaskCount => _tasks.Count;

    /// <summary>Counts the dictionaries of streams, as long as anybody has codes of them.</summary>
    public MemoryAccount Dictionaries { get; } = environment.Memory.CreateAccount("dictionaries of other tasks");

    /// <summary>Adds what other processes may ask.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) =>
        handlers.On<StartTask>(RunTaskAsync).On<ReadPartition>(SendPartitionAsync);

    /// <summary>Starts a task; whoever starts it disposes of it.</summary>
    /// <exception cref="ColFragException">It cannot run here: a segment is missing, say.</exception>
    public RunningTask Start(TaskOrder order)
    {
        TaskInputs inputs = new(
            order.Inputs, Dictionaries, (producer, partition) => OpenPartition(order.Query, producer, partition));
        StageTask task = new(order, environment, inputs);
        if (!_tasks.TryAdd((order.Query, order.Task), task))
        {
            _ = task.DisposeAsync().AsTask();
            throw new ClusterException(
                $"Task {order.Task} of the query runs already", isTransient: false, SqlStates.ProtocolViolation);
        }
        task.Start();
        return new RunningTask(task, () => _tasks.TryRemove((order.Query, order.Task), out _));
    }

    /// <summary>Begins to read a partition, wherever its task runs.</summary>
    public PartitionStream OpenPartition(Guid query, TaskAddress producer, int partition)
    {
        if (producer.Worker.Worker == environment.Worker)
        {
            return new LocalPartitionStream(Find(query, producer.Task).TakePartition(partition))
            {
                Task = producer.Task, Sender = $"task {producer.Task} here",
            };
        }
        return new RemotePartitionStream(
            cancellationToken => environment.Connect(producer.Worker, cancellationToken),
            new ReadPartition(query, producer.Task, partition), Timeout.InfiniteTimeSpan)
        {
            Task = producer.Task, Sender = $"task {producer.Task} at {producer.Worker.Address}",
        };
    }

    /// <summary>Ends all tasks.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (StageTask task in _tasks.Values)
        {
            task.Stop(new ClusterException("The process is stopping", sqlState: SqlStates.AdminShutdown));
            await task.DisposeAsync();
        }
        _tasks.Clear();
    }

    private async Task<IMessage> RunTaskAsync(StartTask request, RpcCall call)
    {
        foreach (string assembly in request.Assemblies)
            await environment.EnsureAssembly(assembly, call.CancellationToken);
        if (request.Loans.IsEmpty) return await RunAsync(request, call);
        if (environment.Lender is not { } lender)
        {
            throw new ClusterException(
                "Nobody lends column files here", isTransient: false, SqlStates.ProtocolViolation);
        }
        await using Loan loan = await lender.BorrowAsync(request.Loans, call.CancellationToken);
        await call.SendAsync(new LoansFetched(loan.IsComplete, [.. loan.Faults]));
        if (!loan.IsComplete) throw new ClusterException("Column files that other workers have cannot be had");
        try
        {
            TaskFinished result = await RunAsync(request, call);
            if (result.Error is { Kind: FailureKind.CorruptData or FailureKind.Storage }) loan.Doubt();
            return result with { LentBytes = loan.FetchedBytes };
        }
        catch (Exception error) when (error is CorruptDataException or StorageException)
        {
            loan.Doubt();
            throw;
        }
    }

    private async Task<TaskFinished> RunAsync(StartTask request, RpcCall call)
    {
        await using RunningTask task = Start(TaskOrder.Read(request, environment.Plans, call.PeerName));
        await using CancellationTokenRegistration leave = call.CancellationToken.Register(
            () => task.Stop(new ClusterException("Nobody needs the task any more")));
        await call.SendAsync(Done.Instance);
        await task.Ended;
        return task.GetResult();
    }

    private async Task<IMessage> SendPartitionAsync(ReadPartition request, RpcCall call)
    {
        using PartitionQueue partition = Find(request.Query, request.Task).TakePartition(request.Partition);
        while (true)
        {
            if (partition.TryTake(out ByteWriter? frame, out Signal? wait)) await call.SendDataAsync(frame);
            else if (wait is null) return new PartitionSent(partition.RowCount, partition.TakenBytes);
            else await wait.WaitAsync(call.CancellationToken);
        }
    }

    private StageTask Find(Guid query, int number) =>
        _tasks.TryGetValue((query, number), out StageTask? task) ? task : throw new ClusterException(
            $"Task {number} of the query does not run here any more",
            hint: "The process was restarted, or the query ended.");
}

/// <summary>A task in this process, for who started it.</summary>
internal sealed class RunningTask(StageTask task, Action forget) : IAsyncDisposable
{
    /// <inheritdoc cref="StageTask.Ended"/>
    public Task Ended => task.Ended;

    /// <inheritdoc cref="StageTask.Stop"/>
    public void Stop(ClusterException reason) => task.Stop(reason);

    /// <inheritdoc cref="StageTask.GetResult"/>
    public TaskFinished GetResult() => task.GetResult();

    /// <summary>Ends the task and forgets it.</summary>
    public async ValueTask DisposeAsync()
    {
        forget();
        await task.DisposeAsync();
    }
}
