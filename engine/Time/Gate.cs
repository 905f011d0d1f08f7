namespace ColFrag.Engine.Time;

/// <summary>
/// Lets one at a time through, in the order in which they came. (A semaphore of the platform wakes those who wait by
/// way of the thread pool, in an order that no seed can repeat.)
/// </summary>
internal sealed class Gate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private bool _isTaken;

    /// <summary>Waits for its turn; the next one's comes when the result is disposed of.</summary>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            if (_isTaken)
            {
                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.AddLast(turn);
            }
            _isTaken = true;
        }
        if (turn is null) return new Holder(this);
        using (cancellationToken.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), turn))
        {
            // Who gives up stays in the row until his turn would come, and is passed over then.
            await turn.Task;
        }
        return new Holder(this);
    }

    private void Leave()
    {
        while (true)
        {
            TaskCompletionSource next;
            lock (_lock)
            {
                if (_waiting.First is not { } first)
                {
                    _isTaken = false;
                    return;
                }
                next = first.Value;
                _waiting.RemoveFirst();
            }
            if (next.TrySetResult()) return;
        }
    }

    private sealed class Holder(Gate gate) : IDisposable
    {
        private Gate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
