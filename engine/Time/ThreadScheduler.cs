using System.Diagnostics;

namespace ColFrag.Engine.Time;

/// <summary>
/// A fixed set of threads for all queries of a process. Queues take turns by the thread time they used: the one that
/// is furthest behind goes next, and time counts double, four and eight times once a query is no longer young, so that
/// short queries pass long ones and long ones never starve.
/// </summary>
public sealed class ThreadScheduler : IScheduler, IDisposable
{
    // Thread time after which a query's further time counts double, four times, eight times.
    private static readonly long[] s_ages =
        [Stopwatch.Frequency / 50, Stopwatch.Frequency / 5, Stopwatch.Frequency * 2];
    private readonly object _gate = new();
    private readonly List<WorkQueue> _waiting = [];
    private readonly Thread[] _threads;
    private long _now;
    private bool _isStopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="threadCount">How many; 0 = one per processor.</param>
    public ThreadScheduler(int threadCount = 0)
    {
        WorkerCount = threadCount > 0 ? threadCount : Environment.ProcessorCount;
        _threads = new Thread[WorkerCount];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(RunPieces) { Name = $"colfrag-{i}", IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <inheritdoc/>
    public int WorkerCount { get; }

    /// <inheritdoc/>
    public IWorkQueue CreateQueue(string name) => new WorkQueue(name);

    /// <inheritdoc/>
    public void Post(IWorkQueue queue, Action piece)
    {
        WorkQueue target = (WorkQueue)queue;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            target.Pieces.Enqueue(piece);
            if (target.Pieces.Count == 1)
            {
                // Whoever was idle does not get the time back that it did not use.
                target.Turn = Math.Max(target.Turn, _now);
                _waiting.Add(target);
            }
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the threads after the pieces they run now; pieces that wait are dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping) return;
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }
        foreach (Thread thread in _threads)
        {
            if (thread != Thread.CurrentThread) thread.Join();
        }
    }

    private void RunPieces()
    {
        while (true)
        {
            WorkQueue? queue;
            Action piece;
            lock (_gate)
            {
                while ((queue = TakeFurthestBehind()) is null)
                {
                    if (_isStopping) return;
                    Monitor.Wait(_gate);
                }
                if (_isStopping) return;
                piece = queue.Pieces.Dequeue();
                if (queue.Pieces.Count == 0) _waiting.Remove(queue);
            }
            long start = Stopwatch.GetTimestamp();
            piece();
            queue.Charge(Stopwatch.GetTimestamp() - start);
        }
    }

    private WorkQueue? TakeFurthestBehind()
    {
        WorkQueue? first = null;
        foreach (WorkQueue queue in _waiting)
        {
            if (first is null || queue.Turn < first.Turn) first = queue;
        }
        if (first is not null) _now = Math.Max(_now, first.Turn);
        return first;
    }

    private sealed class WorkQueue(string name) : IWorkQueue
    {
        private long _used;
        private long _turn;

        public string Name { get; } = name;

        public Queue<Action> Pieces { get; } = new();

        /// <summary>Weighted time used: the lowest goes next.</summary>
        public long Turn
        {
            get => Interlocked.Read(ref _turn);
            set => Interlocked.Exchange(ref _turn, value);
        }

        public void Charge(long ticks)
        {
            long used = Interlocked.Add(ref _used, ticks);
            int shift = 0;
            foreach (long age in s_ages) shift += used > age ? 1 : 0;
            Interlocked.Add(ref _turn, ticks << shift);
        }
    }
}
