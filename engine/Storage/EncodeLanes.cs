using ColFrag.Engine.Time;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Encodes blocks column by column, several columns at once where there is a scheduler. Each column is a lane: its
/// blocks are encoded in order, by one thread at a time. Whoever hands in blocks helps when too many are waiting, so
/// that nobody ever sleeps on a lock.
/// </summary>
internal sealed class EncodeLanes : IAsyncDisposable
{
    private readonly Lane[] _lanes;
    private readonly IScheduler? _scheduler;
    private readonly IWorkQueue? _queue;
    private readonly Lock _lock = new();
    private readonly int _maxWaiting;
    private int _waiting;
    private int _running;
    private Exception? _failure;
    private TaskCompletionSource? _idle;

    /// <summary>Prepares a lane per column.</summary>
    public EncodeLanes(IReadOnlyList<ColumnWriter> columns, IScheduler? scheduler)
    {
        _lanes = [.. columns.Select(c => new Lane(c))];
        _scheduler = scheduler;
        _queue = scheduler?.CreateQueue("encode segment");
        // Two blocks of every column keep all threads busy.
        _maxWaiting = columns.Count * 2;
    }

    /// <summary>
    /// Hands in a block: a vector per column. The stage is disposed of when all columns are done with it.
    /// </summary>
    public void Add(SegmentStage stage)
    {
        stage.Share(_lanes.Length);
        for (int i = 0; i < _lanes.Length; i++)
        {
            int column = i;
            Enqueue(_lanes[i], writer => writer.AddBlock(stage, column), stage.Release);
        }
        if (_scheduler is null || Volatile.Read(ref _waiting) > _maxWaiting) Help();
        ThrowIfFailed();
    }

    /// <summary>Ends when every block is encoded and every column finished.</summary>
    public async Task FinishAsync()
    {
        foreach (Lane lane in _lanes) Enqueue(lane, writer => writer.Finish(), () => { });
        Help();
        await WhenIdle();
        ThrowIfFailed();
    }

    /// <summary>Drops what is waiting and ends when nothing runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock) _failure ??= new ObjectDisposedException(nameof(EncodeLanes));
        Help();
        await WhenIdle();
    }

    private Task WhenIdle()
    {
        lock (_lock)
        {
            if (_running == 0) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private void Enqueue(Lane lane, Action<ColumnWriter> work, Action done)
    {
        bool start;
        lock (_lock)
        {
            lane.Jobs.Enqueue(new Job(work, done));
            _waiting++;
            start = !lane.IsTaken && _scheduler is not null;
            if (start) Take(lane);
        }
        if (start) _scheduler!.Post(_queue!, () => RunOne(lane));
    }

    /// <summary>Runs jobs of lanes that no thread has, until there are none.</summary>
    private void Help()
    {
        while (true)
        {
            Lane? lane = null;
            lock (_lock)
            {
                foreach (Lane candidate in _lanes)
                {
                    if (candidate.IsTaken || candidate.Jobs.Count == 0) continue;
                    lane = candidate;
                    Take(lane);
                    break;
                }
            }
            if (lane is null) return;
            RunJob(lane);
            Leave(lane, repost: false);
        }
    }

    /// <summary>A piece for the scheduler: one block, then its continuation is posted.</summary>
    private void RunOne(Lane lane)
    {
        RunJob(lane);
        Leave(lane, repost: true);
    }

    private void RunJob(Lane lane)
    {
        Job? job;
        bool skip;
        lock (_lock)
        {
            if (!lane.Jobs.TryDequeue(out job)) return;
            _waiting--;
            skip = _failure is not null;
        }
        try
        {
            if (!skip) job.Work(lane.Column);
        }
        catch (Exception failure)
        {
            lock (_lock) _failure ??= failure;
        }
        finally
        {
            job.Done();
        }
    }

    private void Take(Lane lane)
    {
        lane.IsTaken = true;
        _running++;
    }

    private void Leave(Lane lane, bool repost)
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            bool hasMore = lane.Jobs.Count > 0;
            if (!hasMore || !repost)
            {
                lane.IsTaken = false;
                _running--;
                repost = false;
                // With work left in a lane that nobody has, the helper comes round again.
                if (_running == 0 && _waiting == 0) (idle, _idle) = (_idle, null);
            }
        }
        if (repost) _scheduler!.Post(_queue!, () => RunOne(lane));
        idle?.SetResult();
    }

    private void ThrowIfFailed()
    {
        Exception? failure;
        lock (_lock) failure = _failure;
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private sealed class Lane(ColumnWriter column)
    {
        public ColumnWriter Column { get; } = column;

        public Queue<Job> Jobs { get; } = [];

        public bool IsTaken { get; set; }
    }

    private sealed record Job(Action<ColumnWriter> Work, Action Done);
}
