using System.Collections.Immutable;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// One try of a plan whose stages feed each other: every task is placed, all are started from the leaves up, and the
/// rows of the last ones are kept until all of them are complete. Fails as a whole, and says by whose fault.
/// </summary>
internal sealed class QueryAttempt : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Guid _id;
    private readonly DistributedPlan _plan;
    private readonly DistributedQueryContext _context;
    private readonly ReplicaChoice _choice;
    private readonly Dictionary<int, ImmutableArray<TaskShare>> _shares = [];
    private readonly Dictionary<int, SiteTask> _tasks = [];
    private readonly Dictionary<int, (StagePlan Stage, TaskShare Share)> _places = [];
    private readonly Dictionary<int, ImmutableArray<TaskAddress>> _addresses = [];

    /// <summary>Places the tasks.</summary>
    /// <exception cref="ClusterException">Of a segment there is no copy left to try.</exception>
    public QueryAttempt(DistributedPlan plan, DistributedQueryContext context, ReplicaChoice choice)
    {
        _id = context.NextId();
        _plan = plan;
        _context = context;
        _choice = choice;
        int number = 0;
        foreach (StagePlan stage in plan.Stages)
        {
            ImmutableArray<TaskShare> shares = Place(stage, choice);
            _shares.Add(stage.Number, shares);
            context.Progress?.Expect(stage, shares);
            ImmutableArray<TaskAddress> addresses = [.. shares.Select(s => new TaskAddress(number++, s.Worker))];
            _addresses.Add(stage.Number, addresses);
            for (int i = 0; i < shares.Length; i++) _places.Add(addresses[i].Task, (stage, shares[i]));
        }
    }

    /// <summary>Runs the tasks, and returns the complete rows of the stages that the root reads.</summary>
    /// <exception cref="TaskFailedException">A task failed.</exception>
    public async Task<List<(StagePlan Stage, PieceBuffer Piece)>> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<(StagePlan Stage, PieceBuffer Piece)> pieces = [];
        try
        {
            foreach (StagePlan stage in _plan.Stages)
            {
                await Waiting.AllAsync(
                    _addresses[stage.Number].Select((a, i) => StartAsync(stage, a, i, cancellationToken)));
            }
            List<Task> gathering = [];
            foreach (StagePlan stage in _plan.Stages.Where(s => _plan.RootInputs.Contains(s.Number)))
            {
                foreach (TaskAddress address in _addresses[stage.Number])
                {
                    PieceBuffer piece = _context.CreatePiece($"task {address.Task} at {address.Worker.Address}");
                    pieces.Add((stage, piece));
                    gathering.Add(GatherAsync(_tasks[address.Task], piece, stop.Token));
                }
            }
            foreach (SiteTask task in _tasks.Values) gathering.Add(WatchAsync(task, stop.Token));
            await AllOrFirstFailureAsync(gathering, stop);
            return pieces;
        }
        catch (Exception error)
        {
            foreach ((_, PieceBuffer piece) in pieces) piece.Dispose();
            if (error is not TaskFailedException failed) throw;
            cancellationToken.ThrowIfCancellationRequested();
            throw await FindCauseAsync(failed);
        }
    }

    /// <summary>Ends all tasks.</summary>
    public async ValueTask DisposeAsync()
    {
        SiteTask[] tasks;
        lock (_lock) tasks = [.. _tasks.Values];
        foreach (SiteTask task in tasks) await task.DisposeAsync();
    }

    private ImmutableArray<TaskShare> Place(StagePlan stage, ReplicaChoice choice)
    {
        if (stage.Placement != StagePlacement.Workers) return choice.Assign(stage);
        ImmutableArray<WorkerAddress> workers = choice.Workers;
        return workers.IsEmpty ? choice.Here(stage) : [.. workers.Select(w => new TaskShare(w, []))];
    }

    private async Task StartAsync(StagePlan stage, TaskAddress address, int index, CancellationToken cancellationToken)
    {
        TaskShare share = _shares[stage.Number][index];
        StagePlan? reader = _plan.ReaderOf(stage);
        HashSet<SnapshotSegment> segments = [.. share.Segments];
        TaskOrder order = new(
            _id, address.Task, stage.RootOver(segments, share.Worker.Worker), OutputOf(stage, reader),
            reader is null ? 1 : _shares[reader.Number].Length,
            [.. stage.Inputs.Select(input => new TaskInput(input, index, _addresses[input]))],
            _context.Statement) { Loans = _choice.LoansFor(stage, share) };
        try
        {
            SiteTask task = await _context.Sites.StartAsync(address.Worker, order, cancellationToken);
            _choice.ExcludeLenders(share, task.Faults);
            lock (_lock) _tasks.Add(address.Task, task);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new TaskFailedException(stage, share, address.Task, error);
        }
    }

    /// <summary>How a stage's rows leave, now that it is known which task above reads which segment.</summary>
    private ExchangeOutput OutputOf(StagePlan stage, StagePlan? reader)
    {
        if (stage.Output.Kind != ExchangeKind.Segment) return stage.Output;
        FetchNode fetch = reader!.Root.DescendantsAndSelf().OfType<FetchNode>()
            .First(f => f.Input is ExchangeSourceNode source && source.Stage == stage.Number);
        ImmutableArray<TaskShare> shares = _shares[reader.Number];
        int[] places = new int[fetch.Snapshot.Segments.Select(s => s.Number).DefaultIfEmpty(-1).Max() + 1];
        Array.Fill(places, -1);
        for (int task = 0; task < shares.Length; task++)
        {
            foreach (SnapshotSegment segment in shares[task].Segments.Where(s => s.Table == fetch.Snapshot))
                places[segment.Number] = task;
        }
        return stage.Output with { Places = [.. places] };
    }

    private async Task GatherAsync(SiteTask task, PieceBuffer piece, CancellationToken cancellationToken)
    {
        try
        {
            await using PartitionStream rows = _context.Sites.Read(_id, task, 0);
            await piece.FillAsync(rows, cancellationToken);
            _context.CountGathered(rows.ReceivedBytes);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw FailureOf(task.Address.Task, error);
        }
    }

    private async Task WatchAsync(SiteTask task, CancellationToken cancellationToken)
    {
        TaskFinished result = await task.Ended.OrCanceledAsync(cancellationToken);
        if (result.Error is not null) throw FailureOf(task.Address.Task, result.Error.ToException());
        (StagePlan stage, TaskShare share) = _places[task.Address.Task];
        _context.Progress?.Add(stage, share);
        _context.Report(stage, task.Address, result);
    }

    private static async Task AllOrFirstFailureAsync(List<Task> tasks, CancellationTokenSource stop)
    {
        List<Task> open = [.. tasks];
        while (open.Count > 0)
        {
            Task ended = await Waiting.FirstAsync(open);
            open.Remove(ended);
            if (ended.IsCompletedSuccessfully) continue;
            // The others must not go on with what is disposed of.
            stop.Cancel();
            await Waiting.AllAsync(open).EndedAsync();
            await ended;
        }
    }

    private TaskFailedException FailureOf(int task, Exception error) =>
        new(_places[task].Stage, _places[task].Share, task, error);

    /// <summary>
    /// Follows a failure to the task that began it: one that could not get its rows says of whom, and that one is
    /// asked. Who does not say why within a moment is at fault himself.
    /// </summary>
    private async Task<TaskFailedException> FindCauseAsync(TaskFailedException failed)
    {
        for (int steps = 0; steps < _places.Count; steps++)
        {
            SiteTask? task;
            lock (_lock) task = _tasks.GetValueOrDefault(failed.Task);
            TaskFinished? result = task is null ? null : await task.EndSoonAsync(_context.Clock);
            if (result?.Error is null) return failed;
            Exception error = result.Error.ToException();
            if (!_places.ContainsKey(result.FailedInput)) return FailureOf(failed.Task, error);
            failed = FailureOf(result.FailedInput, error);
        }
        return failed;
    }
}

/// <summary>A task failed, and with it the try.</summary>
internal sealed class TaskFailedException(StagePlan stage, TaskShare share, int task, Exception cause)
    : Exception(cause.Message, cause)
{
    public StagePlan Stage => stage;

    /// <summary>Where it ran and what it read.</summary>
    public TaskShare Share => share;

    public int Task => task;

    /// <summary>What went wrong.</summary>
    public Exception Cause { get; } = cause;

    /// <summary>True when the same work can succeed at another worker.</summary>
    public bool IsRetryable => !share.IsHere && IsWorkersFault(Cause);

    /// <summary>True when a worker is at fault and not the statement.</summary>
    public static bool IsWorkersFault(Exception error) =>
        error is ClusterException { IsTransient: true } or LoanLostException or CorruptDataException
            or StorageException;
}
