namespace ColFrag.Engine.Store;

/// <summary>
/// Lets one of several callers do the work of all who wait, so that a slow step (a flush, a commit) is done once for
/// many. Work is never done twice at once. No thread is kept for it: whoever comes first works, those who come
/// meanwhile wait together, and then one of them works for all of those.
/// </summary>
internal sealed class Turns<T>(Func<IReadOnlyList<T>, ValueTask> work)
{
    private readonly Lock _lock = new();
    private List<Caller> _waiting = [];
    private bool _isWorking;
    private TaskCompletionSource? _idle;

    /// <summary>Ends when the item was part of a piece of work. Its failure is every member's failure.</summary>
    public async ValueTask RunAsync(T item)
    {
        Caller caller = new(item);
        bool leads;
        lock (_lock)
        {
            _waiting.Add(caller);
            leads = !_isWorking;
            _isWorking = true;
        }
        if (leads || await caller.Turn.Task) await WorkAsync();
        await caller.Done.Task;
    }

    /// <summary>Ends when nobody works or waits.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            if (!_isWorking) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private async ValueTask WorkAsync()
    {
        List<Caller> group;
        lock (_lock)
        {
            group = _waiting;
            _waiting = [];
        }
        Exception? failure = null;
        try
        {
            await work([.. group.Select(c => c.Item)]);
        }
        catch (Exception error)
        {
            // Whatever it is, those who wait must hear of it.
            failure = error;
        }
        Caller? next;
        lock (_lock)
        {
            next = _waiting.Count > 0 ? _waiting[0] : null;
            _isWorking = next is not null;
            if (!_isWorking)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
        next?.Turn.TrySetResult(true);
        foreach (Caller caller in group)
        {
            caller.Turn.TrySetResult(false);
            if (failure is null) caller.Done.TrySetResult();
            else caller.Done.TrySetException(failure);
        }
    }

    private sealed class Caller(T item)
    {
        public T Item { get; } = item;

        /// <summary>True: work for all who wait. False: it was done.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
