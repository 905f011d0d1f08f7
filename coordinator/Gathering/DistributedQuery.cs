using System.Collections.Concurrent;
using System.Collections.Immutable;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// One query over several processes: has its stages run, and gives the rows of the last ones to the part of the plan
/// that runs here. Only rows of complete pieces are given on, so that a worker that dies changes no answer.
/// <para>
/// Where every stage reads nothing but segments, a piece is one task: it is given on as soon as it is complete, and run
/// again over other copies when its worker fails; where its worker is late, others are asked too, and whoever is first
/// counts. Where stages feed each other, the pieces of all last stages are one:
/// nothing is given on before all are complete, and all is run again without the worker that failed.
/// </para>
/// </summary>
internal sealed class DistributedQuery : IExchangeInputs, IAsyncDisposable
{
    /// <summary>How often work is tried before its error is the query's.</summary>
    private const int MaxTries = 5;

    /// <summary>How long a query waits, all in all, for workers that are expected back.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly DistributedPlan _plan;
    private readonly DistributedQueryContext _context;
    private readonly ReplicaChoice _choice;
    private readonly Dictionary<int, ExchangeSource> _sources = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Task> _losers = [];
    private readonly Guid _id;
    private Task _gathering = Task.CompletedTask;
    private Exception? _error;
    private TimeSpan? _lastWait;
    private int _lastTask;

    public DistributedQuery(DistributedPlan plan, DistributedQueryContext context, ReplicaChoice choice)
    {
        _plan = plan;
        _context = context;
        _choice = choice;
        _id = context.NextId();
    }

    /// <summary>Makes a source that waits for pieces; called while the run over them is laid out.</summary>
    public Source Open(ExchangeSourceNode node, QueryRun run)
    {
        ExchangeSource source = new(
            node.Columns, run.CreateAccount($"rows of stage {node.Stage}"), _context.Sites.Dictionaries, int.MaxValue);
        _sources.Add(node.Stage, source);
        return source;
    }

    /// <summary>Ends when all pieces were gathered, or will not be; never fails.</summary>
    public Task Gathered => _gathering;

    /// <summary>Starts the stages.</summary>
    public void Start() => _gathering = GatherAsync();

    /// <summary>Ends what still runs, everywhere.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _gathering.EndedAsync();
        while (_losers.TryDequeue(out Task? loser)) await loser;
        _choice.Dispose();
        _stop.Dispose();
    }

    private async Task GatherAsync()
    {
        // Whoever starts the query does not wait for the first calls.
        await Task.Yield();
        try
        {
            bool isFlat = _plan.Stages.All(s => s.Inputs.IsEmpty);
            if (isFlat) await AllAsync(_plan.Stages.Select(GatherStageAsync));
            else await GatherWholeAsync();
            foreach (ExchangeSource source in _sources.Values) source.EndAdding();
        }
        catch (Exception error)
        {
            Exception reason = _error ?? error;
            if (reason is TaskFailedException failed) reason = failed.Cause;
            foreach (ExchangeSource source in _sources.Values) source.Fail(reason);
        }
    }

    private async Task GatherStageAsync(StagePlan stage)
    {
        ImmutableArray<TaskShare> shares = await ChooseAsync(() => _choice.Assign(stage));
        _context.Progress?.Expect(stage, shares);
        HedgeTimer timer = new(_context.Clock, shares.Length, _context.Hedges);
        await AllAsync(shares.Select(share => GatherPieceAsync(stage, share, timer)));
    }

    /// <summary>
    /// Makes a choice of copies; where a segment has none to try, again and again while somebody who has one was
    /// there a moment ago: he may be starting, or his connection may have ended with his process before this one.
    /// </summary>
    private async Task<T> ChooseAsync<T>(Func<T> choose)
    {
        while (true)
        {
            try
            {
                return choose();
            }
            catch (ClusterException)
            {
                ImmutableArray<long> missed = _choice.TakeMissed();
                _lastWait ??= _context.Clock.Monotonic + s_patience;
                if (missed.IsEmpty || _context.Clock.Monotonic >= _lastWait) throw;
                if (!await _context.Sites.Directory.AwaitReturnAsync(missed, _stop.Token)) throw;
            }
        }
    }

    /// <summary>Gives on a piece, of the worker that was chosen or, where that is late, of whoever has it first.</summary>
    private async Task GatherPieceAsync(StagePlan stage, TaskShare share, HedgeTimer timer)
    {
        PieceTry chosen = BeginPiece(stage, [share]);
        PieceTry[] tries = [chosen];
        if (!share.IsHere)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task late = timer.WhenLateAsync(chosen.Answered.Task, over.Token);
            bool isLate = await Waiting.FirstAsync(chosen.Pieces, late) == late && late.IsCompletedSuccessfully;
            over.Cancel();
            await late.EndedAsync();
            if (isLate && _choice.TryAssignElsewhere(stage, share) is { } others)
                tries = [chosen, BeginPiece(stage, others)];
        }
        PieceTry first = await FirstAsync(tries);
        foreach (PieceTry other in tries.Where(t => t != first)) _losers.Enqueue(other.LeaveAsync());
        using (first.Stop)
        {
            foreach (GatheredPiece piece in await first.Pieces)
            {
                _context.Progress?.Add(stage, piece.Share);
                Deliver(stage, piece.Buffer, piece.Task);
            }
        }
        timer.Complete();
    }

    /// <summary>The first try that has its rows; the last one where all have failed.</summary>
    private static async Task<PieceTry> FirstAsync(PieceTry[] tries)
    {
        List<PieceTry> open = [.. tries];
        while (true)
        {
            Task ended = await Waiting.FirstAsync([.. open.Select(t => t.Pieces)]);
            PieceTry one = open.First(t => t.Pieces == ended);
            if (ended.IsCompletedSuccessfully || open.Count == 1) return one;
            open.Remove(one);
        }
    }

    private PieceTry BeginPiece(StagePlan stage, IReadOnlyList<TaskShare> shares)
    {
        PieceTry one = new(CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        one.Pieces = FetchAllAsync(stage, shares, 1, one);
        return one;
    }

    /// <summary>Fetches the rows of several shares; all of them or none.</summary>
    private async Task<List<GatheredPiece>> FetchAllAsync(
        StagePlan stage, IReadOnlyList<TaskShare> shares, int tries, PieceTry of)
    {
        Task<List<GatheredPiece>>[] all = [.. shares.Select(s => FetchAsync(stage, s, tries, of))];
        try
        {
            return [.. (await Waiting.AllAsync(all)).SelectMany(p => p)];
        }
        catch
        {
            await Waiting.AllAsync(all).EndedAsync();
            foreach (Task<List<GatheredPiece>> some in all.Where(t => t.IsCompletedSuccessfully))
            {
                foreach (GatheredPiece piece in await some) piece.Buffer.Dispose();
            }
            throw;
        }
    }

    private async Task<List<GatheredPiece>> FetchAsync(StagePlan stage, TaskShare share, int tries, PieceTry of)
    {
        CancellationToken stop = of.Stop.Token;
        int number = Interlocked.Increment(ref _lastTask);
        PieceBuffer piece = _context.CreatePiece($"task {number} at {share.Worker.Address}");
        try
        {
            HashSet<SnapshotSegment> segments = [.. share.Segments];
            TaskOrder order = new(
                _id, number, stage.RootOver(segments, share.Worker.Worker), stage.Output, 1, [],
                _context.Statement) { Loans = _choice.LoansFor(stage, share) };
            await using SiteTask task = await _context.Sites.StartAsync(share.Worker, order, stop);
            of.Answered.TrySetResult();
            _choice.ExcludeLenders(share, task.Faults);
            await FillAsync(piece, task, stop);
            if (_context.TaskEnded is not null)
                _context.Report(stage, task.Address, await task.Ended.OrCanceledAsync(stop));
            return [new GatheredPiece(piece, share, number)];
        }
        catch (Exception error)
        {
            piece.Dispose();
            TaskFailedException failed = new(stage, share, number, error);
            if (stop.IsCancellationRequested || !failed.IsRetryable || tries == MaxTries) throw;
            Exclude(failed);
            // Its segments may lie at several other workers, and at some of them with other work to do.
            List<TaskShare> others = await ChooseAsync(() => _choice.Assign(stage, share.Segments));
            return await FetchAllAsync(stage, others, tries + 1, of);
        }
    }

    private async Task FillAsync(PieceBuffer piece, SiteTask task, CancellationToken stop)
    {
        try
        {
            await using PartitionStream rows = _context.Sites.Read(_id, task, 0);
            await piece.FillAsync(rows, stop);
            _context.CountGathered(rows.ReceivedBytes);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            TaskFinished? end = await task.EndSoonAsync(_context.Clock);
            if (end?.Error is { } cause) throw cause.ToException();
            throw;
        }
    }

    private async Task GatherWholeAsync()
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await using QueryAttempt attempt =
                    await ChooseAsync(() => new QueryAttempt(_plan, _context, _choice));
                foreach ((StagePlan stage, PieceBuffer piece) in await attempt.RunAsync(_stop.Token))
                    Deliver(stage, piece, 0);
                return;
            }
            catch (TaskFailedException failed) when (
                failed.IsRetryable && tries < MaxTries && !_stop.IsCancellationRequested)
            {
                Exclude(failed);
            }
        }
    }

    private void Deliver(StagePlan stage, PieceBuffer piece, int task) => _sources[stage.Number].Add(piece.Read(task));

    /// <summary>A copy that cannot be read says nothing about the worker; a worker that does not answer does.</summary>
    private void Exclude(TaskFailedException failed)
    {
        if (failed.Cause is LoanLostException lost) _choice.ExcludeLenders(failed.Share, lost.Faults);
        else if (failed.Cause is ClusterException) _choice.ExcludeWorker(failed.Share.Worker, failed.Cause);
        else if (failed.Share.Segments.IsEmpty) _choice.ExcludeWorker(failed.Share.Worker, failed.Cause);
        else _choice.ExcludeCopies(failed.Share, failed.Cause);
    }

    /// <summary>Waits for all; the first failure stops the others, which are waited for too.</summary>
    private async Task AllAsync(IEnumerable<Task> tasks)
    {
        List<Task> open = [.. tasks];
        while (open.Count > 0)
        {
            Task ended = await Waiting.FirstAsync(open);
            open.Remove(ended);
            if (ended.IsCompletedSuccessfully) continue;
            // Before the others are stopped, whose errors then only say that they were.
            Interlocked.CompareExchange(ref _error, ended.Exception?.InnerException, null);
            _stop.Cancel();
            await Waiting.AllAsync(open).EndedAsync();
            await ended;
        }
    }
}
